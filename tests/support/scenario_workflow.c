/* The workflow of a scenario: the fixture's, with one thing else, and what it is compared with. */
#include "tests/support/scenario_parts.h"
#include "tests/support/trust_fixture.h"

struct wd_digest
scenario_digest(unsigned n)
{
	return second_hash(&n, sizeof n);
}

void
scenario_draw_workflow(struct scenario *s)
{
	static const struct wr_summary_bounds bounds[] = { { 101, 10000, 120000, 4 }, { 4, 10000, 120000, 0 },
		{ 40, 10000, 120000, 0 }, { 4, 200001, 120000, 4 }, { 4, 10000, 120000, 33 }, { 4, 10000, 259200001, 4 } };
	struct wr_summary full = fixture_summary();
	unsigned odd = pick(s, 12, 3);

	s->now = full;
	memcpy(s->labels, full.labels, 2 * sizeof *full.labels);
	s->labels[2] = (struct wr_summary_label){ { "secret", 6 }, { "", 0 } };
	memcpy(s->inputs, full.inputs, sizeof *full.inputs);
	memcpy(s->backends, full.backends, sizeof s->backends);
	memcpy(s->agents, full.agents, sizeof s->agents);
	s->now.labels = s->labels;
	s->now.inputs = s->inputs;
	s->now.backends = s->backends;
	s->now.agents = s->agents;
	if (odd == 1) {
		s->now.labels_len = 3;
		s->backends[0].reaches |= take(s) & 4;
	} else if (odd == 2)
		s->inputs[0].labels = take(s) & 3;
	else if (odd == 3)
		s->backends[take(s) & 1].reaches = take(s) & 3;
	else if (odd == 4)
		s->backends[take(s) & 1].accepts = take(s) & 3;
	else if (odd == 5)
		s->backends[take(s) & 1].taints = take(s) & 3;
	else if (odd == 6)
		s->now.result_labels = take(s) & 3;
	else if (odd == 7)
		s->now.promised = bounds[take(s) % 6];
	else if (odd == 8)
		s->now.worst = bounds[take(s) % 6];
	else if (odd == 9)
		s->agents[0].model = wr_text_of(rarely(s, 2) ? "small" : "house-large-");
	else if (odd == 10)
		s->backends[0].kind = "http";
	else if (odd == 11) { /* it asks nobody but its environment's */
		s->now.drops_len = 0;
		s->now.result_labels = take(s) & 3;
		s->backends[0].reaches = take(s) & 3;
		s->backends[1].reaches = take(s) & 3;
	}
	s->subject = fixture_subject(&s->now);
	s->subject.digest = scenario_digest(0);
	if (rarely(s, 60))
		s->subject.summary = NULL;
}

static void
draw_other(struct scenario *s, struct scenario_other *o)
{
	o->summary = s->now;
	memcpy(o->inputs, s->inputs, sizeof s->inputs);
	memcpy(o->backends, s->backends, sizeof s->backends);
	o->summary.inputs = o->inputs;
	o->summary.backends = o->backends;
	o->inputs[0].labels ^= pick(s, 4, 4);
	o->backends[0].taints ^= pick(s, 4, 6);
	o->backends[1].reaches ^= pick(s, 4, 6);
	o->summary.result_labels ^= pick(s, 4, 6);
	o->loss = (struct wr_loss){ WR_TEXT("Claim.story"), 1 + take(s) % 3 };
	o->losses = (struct wr_losses){ &o->loss, rarely(s, 4) };
}

void
scenario_draw_basis(struct scenario *s)
{
	draw_other(s, &s->basis);
	s->subject.losses = &s->basis.losses;
	s->subject.basis = &s->basis.summary;
	s->subject.basis_digest = scenario_digest(pick(s, 4, 12) + 1);
}

void
scenario_draw_past(struct scenario *s)
{
	for (unsigned i = 0; i < 2; i++) {
		struct scenario_other *o = &s->earlier[i];

		draw_other(s, o);
		if (rarely(s, 8))
			o->summary.workflow = WR_TEXT("another");
		s->past[i] = (struct wd_past){ scenario_digest(2 + i), !rarely(s, 8), rarely(s, 8) ? NULL : &o->summary, o->losses };
		if (!s->past[i].here)
			s->past[i].summary = NULL;
	}
	s->in.past = s->past;
	s->in.past_len = 2;
}
