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
	if (odd == 1)
		s->now.labels_len = 3;
	else if (odd == 2)
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

/* What stands where the submission says that it follows something; s->old has more labels, or others. */
void
scenario_draw_basis(struct scenario *s)
{
	s->old = s->now;
	memcpy(s->old_inputs, s->inputs, sizeof s->inputs);
	memcpy(s->old_backends, s->backends, sizeof s->backends);
	s->old.inputs = s->old_inputs;
	s->old.backends = s->old_backends;
	s->old_inputs[0].labels ^= pick(s, 4, 4);
	s->old_backends[0].taints ^= pick(s, 4, 6);
	s->old_backends[1].reaches ^= pick(s, 4, 6);
	s->old.result_labels ^= pick(s, 4, 6);
	s->loss = (struct wr_loss){ WR_TEXT("Claim.story"), 1 + take(s) % 3 };
	s->losses = (struct wr_losses){ &s->loss, rarely(s, 4) };
	s->subject.losses = &s->losses;
	s->subject.basis = &s->old;
	s->subject.basis_digest = scenario_digest(pick(s, 4, 12) + 1);
}
