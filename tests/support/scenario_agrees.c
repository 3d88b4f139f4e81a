/* The gate's answer to a scenario, held to the second opinion's and to its own in another order. */
#include "runtime/sysalloc.h"
#include "tests/support/scenario.h"
#include "tests/support/second_bytes.h"

#include <stdio.h>
#include <stdlib.h>

static struct second_verdict
say_of(struct wd_gate_input *in)
{
	struct second_verdict said = { .judged = true, .version = in->chain->len };
	struct wd_verdict v;

	if (wd_gate(in, wd_alloc(), &v) != WR_OK)
		abort();
	said.unmet = second_unmet_of(&v);
	said.until = v.until;
	said.submitted = v.version;
	said.has_basis = v.has_basis;
	said.basis = v.basis;
	if (v.approved != (said.unmet == 0))
		abort();
	wd_verdict_free(&v);
	return said;
}

/* Asked for the basis alone the gate names the same one. */
static void
check_basis(const struct wd_gate_input *in, const struct second_verdict *said)
{
	struct wd_wanted wanted;

	if (in->subject->summary != NULL && (wd_gate_wanted(in, wd_alloc(), &wanted) != WR_OK ||
					     wanted.has_basis != said->has_basis ||
					     (wanted.has_basis && !second_same(&wanted.basis, &said->basis))))
		abort();
}

/* What the gate says to these records and versions. */
static struct second_verdict
gate_says(const struct scenario *s, const struct wr_text *versions, const struct wr_text *records, uint32_t records_len)
{
	struct second_verdict said = { .judged = false };
	struct wd_gate_input in = s->in;
	struct wd_json_error error = { 0 };
	struct wd_bindings bindings;
	struct wd_chain chain;
	enum wr_status status = WR_OK;

	if (s->bindings.size > 0)
		status = wd_bindings_read(&bindings, wd_alloc(), s->ask.bindings, &error);
	if (status != WR_OK)
		return said;
	status = wd_chain_read(&chain, wd_alloc(), s->ask.first, versions, s->versions_len, &s->ask.root, &error);
	if (status == WR_OK) {
		in.chain = &chain;
		in.records = records;
		in.records_len = records_len;
		in.bindings = s->bindings.size > 0 ? &bindings : NULL;
		said = say_of(&in);
		if (records != s->records)
			check_basis(&in, &said);
		wd_chain_free(&chain);
	} else if (error.text == NULL) {
		abort();
	}
	if (s->bindings.size > 0)
		wd_bindings_free(&bindings);
	return said;
}

static bool
same(const struct second_verdict *a, const struct second_verdict *b)
{
	return a->judged == b->judged && (!a->judged || (a->unmet == b->unmet && a->version == b->version &&
	    a->until == b->until && a->submitted == b->submitted && a->has_basis == b->has_basis &&
	    (!a->has_basis || second_same(&a->basis, &b->basis))));
}

static void
describe(char *out, size_t size, const char *who, const struct second_verdict *v)
{
	size_t used = strlen(out);

	(void)snprintf(out + used, size - used, "%s: %s, policy %u, version %llu, until %lld, basis %s %02x, unmet%s\n", who,
	    !v->judged ? "not judged" : v->unmet == 0 ? "approved" : "refused", (unsigned)v->version,
	    (unsigned long long)v->submitted, (long long)v->until, v->has_basis ? "has" : "none", v->basis.at[0],
	    second_words(v->unmet));
}

static char why[8192];

static bool
agree(const struct second_verdict *gate, const char *who, const struct second_verdict *other, const char **ret_why)
{
	if (same(gate, other))
		return true;
	why[0] = '\0';
	*ret_why = why;
	describe(why, sizeof why, "gate", gate);
	describe(why, sizeof why, who, other);
	return false;
}

bool
scenario_agrees(const struct scenario *s, struct second_verdict *ret_second, const char **ret_why)
{
	struct second_verdict gate = gate_says(s, s->versions, s->records, s->records_len);

	*ret_second = second_opinion(&s->ask);
	return agree(&gate, "second", ret_second, ret_why);
}

bool
scenario_is_stable(const struct scenario *s, const char **ret_why)
{
	struct wr_text records[SCENARIO_TEXTS + 1], versions[SCENARIO_TEXTS];
	struct second_verdict gate = gate_says(s, s->versions, s->records, s->records_len), again;

	for (uint32_t i = 0; i < s->versions_len; i++)
		versions[i] = s->versions[s->versions_len - 1 - i];
	for (uint32_t i = 0; i < s->records_len; i++)
		records[i] = s->records[s->records_len - 1 - i];
	if (s->records_len > 0)
		records[s->records_len] = s->records[s->records_len / 2];
	again = gate_says(s, versions, records, s->records_len + (s->records_len > 0));
	return agree(&gate, "in another order", &again, ret_why);
}
