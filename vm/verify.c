/*
 * The judgement of a module: the parts of the verifier in their order, and how a refusal is
 * written down. Decides no rule itself; see verify.h for who does.
 */
#include "vm/verify.h"

#include <assert.h>

/* Scratch is at most some 64 bytes a node and operand; nodes and operands are limited by the format. */
#define SCRATCH_MAX ((size_t)WR_MODULE_MAX * 16)

static const struct {
	const char *code, *why;
} rules[] = {
#define REFUSAL(id, code, why) { code, why },
#include "vm/refusals.def"
#undef REFUSAL
};

_Static_assert(sizeof rules / sizeof *rules == WR_RULES_LEN, "a row a rule");

static void
note(struct wr_checker *c, const struct wr_refusal *refusal)
{
	if (!c->refused)
		c->refusal = *refusal;
	c->refused = true;
}

enum wr_status
wr_refuse(struct wr_checker *c, enum wr_rule rule, uint32_t agent, uint32_t node, uint32_t operand)
{
	assert(rule < WR_RULES_LEN);
	note(c, &(struct wr_refusal){ .code = rules[rule].code, .why = rules[rule].why, .agent = agent,
	    .node = node, .operand = operand });
	return WR_REFUSED;
}

enum wr_status
wr_find(struct wr_checker *c, enum wr_rule rule, struct wr_refusal about)
{
	assert(rule < WR_RULES_LEN);
	about.code = rules[rule].code;
	about.why = rules[rule].why;
	note(c, &about);
	if (c->findings == NULL || !c->findings->found(c->findings->user, c->module, &about))
		return WR_REFUSED;
	return WR_OK;
}

enum wr_status
wr_no_room(const struct wr_checker *c)
{
	return c->scratch.over || c->module->arena->over ? WR_LIMIT : WR_NOMEM;
}

static enum wr_status
check(struct wr_checker *c, struct wr_bounds *worst)
{
	enum wr_status s;

	if ((s = wr_check_types(c)) != WR_OK || (s = wr_check_agents(c)) != WR_OK ||
	    (s = wr_check_labels(c)) != WR_OK || (s = wr_check_bounds(c, worst)) != WR_OK ||
	    (s = wr_check_canonical(c)) != WR_OK || (s = wr_check_tables(c)) != WR_OK ||
	    (s = wr_check_names(c)) != WR_OK)
		return s;
	return c->refused ? WR_REFUSED : WR_OK;
}

enum wr_status
wr_verify(struct wr_module *module, const struct wr_findings *findings, struct wr_bounds *worst,
    struct wr_refusal *ret_refusal)
{
	struct wr_checker c = { .module = module, .findings = findings };
	struct wr_bounds unwanted;
	enum wr_status s;

	assert(module != NULL && module->arena != NULL && ret_refusal != NULL);
	wr_arena_init(&c.scratch, module->arena->alloc, SCRATCH_MAX);
	s = check(&c, worst != NULL ? worst : &unwanted);
	assert(s != WR_REFUSED || c.refused);
	if (s == WR_LIMIT)
		c.refusal = (struct wr_refusal){ .code = "too-large", .why = "takes more memory than is allowed",
			.agent = WR_NONE, .node = WR_NONE, .operand = WR_NONE };
	if (s == WR_REFUSED || s == WR_LIMIT)
		*ret_refusal = c.refusal;
	wr_arena_free(&c.scratch);
	return s;
}

enum wr_status
wr_verify_program(struct wr_module *module, struct wr_bounds *ret_worst, struct wr_refusal *ret_refusal)
{
	const struct wr_bounds *b = &module->bounds;
	enum wr_status s = wr_verify(module, NULL, ret_worst, ret_refusal);

	/* What no source can write is no promise: a number past INT64_MAX in any place. */
	if (s != WR_OK || (b->calls | b->tokens | b->time_ms | b->width) <= INT64_MAX)
		return s;
	*ret_refusal = (struct wr_refusal){ .code = rules[WR_RULE_BOUND_OPEN].code,
		.why = rules[WR_RULE_BOUND_OPEN].why, .agent = WR_NONE, .node = WR_NONE, .operand = WR_NONE };
	return WR_REFUSED;
}
