/*
 * Tables in order of first use, and nothing in them that is not used: the one value that each
 * index can have (section 1 of vm/README.md). Walks what uses them in the order that the page says.
 */
#include "vm/verify.h"

#include <assert.h>

/* What comes before next has been used. */
struct uses {
	struct wr_checker *c;
	const struct wr_module *m;
	uint32_t types, backends, agents;
	uint64_t labels;
};

/* The entry is used now: known, or exactly the next one. */
static enum wr_status
use(struct uses *u, uint32_t *next, uint32_t entry)
{
	if (entry < *next)
		return WR_OK;
	return entry == (*next)++ ? WR_OK :
	    wr_refuse(u->c, WR_RULE_ORDER, WR_NONE, WR_NONE, WR_NONE);
}

/* What it holds, then itself. Types hold lower indices; at most four of them make one of WR_TYPES_DEEP levels. */
static enum wr_status
use_type(struct uses *u, uint32_t type)
{
	const struct wr_type *t = &u->m->types.at[type];
	enum wr_status s = WR_OK;

	assert(type < u->m->types_len);
	if (type < u->types)
		return WR_OK;
	if (t->kind == WR_TYPE_OPTION || t->kind == WR_TYPE_LIST)
		s = use_type(u, t->elem);
	for (uint32_t i = 0; i < t->members_len && s == WR_OK; i++) {
		u->labels |= t->members[i].labels;
		if (t->members[i].type != WR_NONE)
			s = use_type(u, t->members[i].type);
	}
	return s == WR_OK ? use(u, &u->types, type) : s;
}

/* The records and variants of a constant from left to right. As deep as its type. */
static enum wr_status
use_value(struct uses *u, struct wr_value v, uint32_t type)
{
	const struct wr_type *t = &u->m->types.at[type];
	enum wr_status s = WR_OK;

	switch (t->kind) {
	case WR_TYPE_OPTION:
		return v.kind == WR_VALUE_NONE ? WR_OK : use_value(u, v, t->elem);
	case WR_TYPE_LIST:
		for (uint32_t i = 0; i < v.len && s == WR_OK; i++)
			s = use_value(u, v.as.items[i], t->elem);
		return s;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		return use_type(u, type);
	default:
		return WR_OK;
	}
}

static void
use_drops(struct uses *u, const struct wr_drops *drops)
{
	for (uint32_t i = 0; i < drops->len; i++)
		u->labels |= drops->at[i].labels;
}

static enum wr_status use_agent(struct uses *u, uint32_t at);

static enum wr_status
use_code(struct uses *u, const struct wr_code *code)
{
	enum wr_status s = WR_OK;

	for (uint32_t n = 0; n < code->nodes_len && s == WR_OK; n++) {
		const struct wr_node *node = &code->nodes[n];

		if (node->op == WR_OP_CONST)
			s = use_value(u, node->value, node->type);
		else if (node->op == WR_OP_RECORD || node->op == WR_OP_VARIANT || node->op == WR_OP_LOOP)
			s = use_type(u, node->type);
		else if (node->op == WR_OP_CALL)
			s = use_agent(u, node->index);
		else if (node->op == WR_OP_DROP)
			use_drops(u, &node->drops);
	}
	return s;
}

/* Bodies call nobody, and fallbacks are no more than WR_FALLBACKS_MAX in a row. */
static enum wr_status
use_agent(struct uses *u, uint32_t at)
{
	const struct wr_agent *a = &u->m->agents[at];
	enum wr_status s = WR_OK;

	if (at < u->agents)
		return WR_OK;
	for (uint32_t i = 0; i < a->params_len && s == WR_OK; i++)
		s = use_type(u, a->params[i].type);
	if (s != WR_OK || (s = use_type(u, a->result)) != WR_OK || (s = use_code(u, &a->body)) != WR_OK ||
	    (s = use(u, &u->backends, a->backend)) != WR_OK)
		return s;
	u->labels |= u->m->backends[a->backend].accepts | u->m->backends[a->backend].taints;
	use_drops(u, &a->drops);
	if (wr_agent_fallback(a) != WR_NONE && (s = use_agent(u, wr_agent_fallback(a))) != WR_OK)
		return s;
	return use(u, &u->agents, at);
}

enum wr_status
wr_check_tables(struct wr_checker *c)
{
	const struct wr_module *m = c->module;
	struct uses u = { .c = c, .m = m, .labels = m->result_labels };
	uint64_t all = m->labels_len == 64 ? UINT64_MAX : (1ull << m->labels_len) - 1;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < m->inputs_len && s == WR_OK; i++) {
		u.labels |= m->inputs[i].labels;
		s = use_type(&u, m->inputs[i].type);
	}
	if (s != WR_OK || (s = use_type(&u, m->result)) != WR_OK || (s = use_code(&u, &m->flow)) != WR_OK)
		return s;
	if (u.types != m->types_len || u.backends != m->backends_len || u.agents != m->agents_len ||
	    u.labels != all)
		return wr_refuse(c, WR_RULE_UNUSED, WR_NONE, WR_NONE, WR_NONE);
	return WR_OK;
}
