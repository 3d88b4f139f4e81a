/*
 * Which labels reach what (section 4 of vm/README.md): ambient labels and decisions of every
 * node, and every rule that a label may break. After a broken rule the labels at fault are taken as
 * accepted and go no further, so that one mistake is one finding. Stores no label in the bytecode.
 */
#include "vm/verify.h"

#include <assert.h>

enum label_rule {
	RULE_none, RULE_input, RULE_bind, RULE_field, RULE_record, RULE_with, RULE_join, RULE_sink, RULE_drop,
	RULE_match, RULE_for, RULE_call, RULE_require, RULE_try, RULE_loop, RULE_do,
};

static const uint8_t label_rules[] = {
#define OP(name, surface, min, max, imm, type_rule, label_rule, flags, meaning) RULE_##label_rule,
#include "vm/format/ops.def"
#undef OP
};

_Static_assert(sizeof label_rules == WR_OPS_LEN, "a label rule an operation");

struct labeling {
	struct wr_checker *c;
	const struct wr_module *module;
	struct wr_code *code;
	uint32_t agent;         /* whose body, or WR_NONE */
	uint64_t *chosen;       /* by block: L of a FOR's condition and key, as far as it is known */
	uint64_t *states;       /* by block: A of a LOOP's state, as far as it is known */
	uint64_t *guards;       /* by node: of a REQUIRE, what it and those before it decide by */
	const bool *const *context; /* by agent: does its context, or a fallback's, mention parameter i? */
	const uint64_t *accepts, *taints; /* by agent: of its backend and those of its fallbacks */
	const uint64_t *fails; /* by agent: what a failure in its row tells a fallback that may not know it */
	bool quiet;             /* not the last walk: find nothing */
};

static enum wr_status
find(struct labeling *l, enum wr_rule rule, uint32_t node, uint32_t operand, uint64_t labels)
{
	if (l->quiet)
		return WR_OK;
	return wr_find(l->c, rule, (struct wr_refusal){ .agent = l->agent, .node = node, .operand = operand,
	    .labels = labels });
}

static uint64_t
deep(const struct labeling *l, uint32_t n)
{
	return wr_labels_deep(l->module, l->code, n);
}

static uint64_t
join(const struct labeling *l, uint32_t n, bool sink)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t labels = 0;

	for (uint32_t i = 0; i < node->operands_len; i++) {
		uint32_t m = wr_operand(l->code, node, i);

		labels |= sink ? deep(l, m) : l->code->ambient[m];
	}
	return labels;
}

/* A payload, an element or an index: as the operand of the owner, and what the variant declares. A state: see loop_labels. */
static uint64_t
bind_labels(const struct labeling *l, uint32_t n)
{
	const struct wr_code *code = l->code;
	const struct wr_node *node = &code->nodes[n];
	const struct wr_node *owner = &code->nodes[code->blocks[node->block].owner];
	uint32_t scrutinee = wr_operand(code, owner, 0);
	const struct wr_type *type = &l->module->types.at[code->types[scrutinee]];
	uint64_t labels = code->ambient[scrutinee];

	if (owner->op == WR_OP_LOOP)
		return l->states[node->block];
	if (owner->op == WR_OP_MATCH && type->kind == WR_TYPE_VARIANTS)
		labels |= type->members[node->block - owner->blocks].labels;
	return labels;
}

/* Of a record, or of what never exists. */
static uint64_t
field_labels(const struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	const struct wr_type *type = &l->module->types.at[l->code->types[wr_operand(l->code, node, 0)]];

	return join(l, n, false) | (type->kind == WR_TYPE_RECORD ? type->members[node->index].labels : 0);
}

/*
 * RECORD, VARIANT, WITH: each part declared with what it carries. In a body that is not asked, since the
 * request goes to one backend; there the record carries what is not declared, or a context could be
 * given a labelled field through a record without labels.
 */
static enum wr_status
record_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	const struct wr_type *type = &l->module->types.at[l->code->types[n]];
	bool with = node->op == WR_OP_WITH;
	enum wr_status s = WR_OK;

	l->code->ambient[n] = l->code->pc[n] | (with ? l->code->ambient[wr_operand(l->code, node, 0)] : 0);
	for (uint32_t i = with; i < node->operands_len && s == WR_OK; i++) {
		const struct wr_member *m = &type->members[wr_node_member(l->code, node, i)];
		uint64_t bad = l->code->ambient[wr_operand(l->code, node, i)] & ~m->labels;

		if (l->agent != WR_NONE)
			l->code->ambient[n] |= bad;
		else if (bad != 0)
			s = find(l, WR_RULE_LABEL_UNDECLARED, n, i, bad);
	}
	return s;
}

static enum wr_status
drop_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];

	l->code->ambient[n] = join(l, n, false) & ~wr_drops_labels(&node->drops);
	return l->code->pc[n] == 0 ? WR_OK :
	    find(l, WR_RULE_LABEL_DROP_DECIDED, n, WR_NONE, l->code->pc[n]);
}

static enum wr_status
call_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	const struct wr_agent *agent = &l->module->agents[node->index];
	uint64_t accepts = l->accepts[node->index];
	uint64_t pc = l->code->pc[n], drops = wr_drops_labels(&agent->drops), labels = pc, bad = 0, decides;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < node->operands_len && s == WR_OK; i++) {
		uint32_t m = wr_operand(l->code, node, i);
		uint64_t not_accepted = deep(l, m) & ~accepts;

		if (not_accepted != 0)
			s = find(l, WR_RULE_LABEL_CLEARANCE, n, i, not_accepted);
		else if (l->context[node->index] != NULL && l->context[node->index][i] &&
		    l->code->ambient[m] != 0)
			s = find(l, WR_RULE_LABEL_CONTEXT, n, i, l->code->ambient[m]);
		labels |= deep(l, m);
		bad |= not_accepted;
	}
	decides = (pc | (node->guard == WR_NONE ? 0 : l->guards[node->guard])) & ~accepts;
	decides |= l->fails[node->index];
	if (s == WR_OK && decides != 0)
		s = find(l, WR_RULE_LABEL_DECIDES, n, WR_NONE, decides);
	if (s == WR_OK && drops != 0 && pc != 0)
		s = find(l, WR_RULE_LABEL_DROP_DECIDED, n, WR_NONE, pc);
	l->code->ambient[n] = (labels & ~(bad | decides | drops)) | l->taints[node->index];
	return s;
}

static enum wr_status
require_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t said = deep(l, wr_operand(l->code, node, 1)) & ~l->module->result_labels;

	l->code->ambient[n] = deep(l, wr_operand(l->code, node, 0));
	l->guards[n] = l->code->ambient[n] | (node->guard == WR_NONE ? 0 : l->guards[node->guard]);
	return said == 0 ? WR_OK : find(l, WR_RULE_LABEL_MESSAGE, n, 1, said);
}

static enum wr_status walk_block(struct labeling *l, uint32_t block, uint64_t pc);

static uint32_t
root_of(const struct labeling *l, uint32_t block, uint32_t i)
{
	return l->code->operands[l->code->blocks[block].roots + i];
}

static enum wr_status
match_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t scrutinee = l->code->ambient[wr_operand(l->code, node, 0)];
	uint64_t labels = scrutinee;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < node->blocks_len && s == WR_OK; i++) {
		s = walk_block(l, node->blocks + i, l->code->pc[n] | scrutinee);
		labels |= l->code->ambient[root_of(l, node->blocks + i, 0)];
	}
	l->code->ambient[n] = labels;
	return s;
}

static enum wr_status
for_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t list = l->code->ambient[wr_operand(l->code, node, 0)];
	uint64_t *chosen = &l->chosen[node->blocks];
	uint64_t pc = l->code->pc[n] | list | *chosen;
	enum wr_status s = walk_block(l, node->blocks, pc);

	for (uint32_t i = 1; i < l->code->blocks[node->blocks].roots_len && s == WR_OK; i++)
		*chosen |= deep(l, root_of(l, node->blocks, i));
	assert(l->quiet || s != WR_OK || (*chosen & ~pc) == 0); /* the second walk had it all, see label_code */
	l->code->ambient[n] = list | l->code->ambient[root_of(l, node->blocks, 0)] | *chosen;
	return s;
}

/*
 * A CALL inside `block`, with what the FORs between the two were seen to choose by: its pc has that in
 * the next walk, and the label of what failed must be known in this one, see label_code.
 */
static uint64_t
call_carries(const struct labeling *l, uint32_t n, uint32_t block)
{
	const struct wr_code *code = l->code;
	const struct wr_agent *agent = &l->module->agents[code->nodes[n].index];
	uint64_t chosen = 0;

	for (uint32_t b = code->nodes[n].block; b != block; b = code->blocks[b].parent)
		chosen |= l->chosen[b];
	return code->ambient[n] |
	    (chosen & l->accepts[code->nodes[n].index] & ~wr_drops_labels(&agent->drops));
}

/* What its calls carry tells whether one of them failed: it decides about the second block. */
static enum wr_status
try_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	const struct wr_block *tried = &l->code->blocks[node->blocks];
	enum wr_status s = walk_block(l, node->blocks, l->code->pc[n]);
	uint64_t failed = 0;

	for (uint32_t i = tried->first; i < tried->end && s == WR_OK; i++)
		failed |= l->code->nodes[i].op == WR_OP_CALL ? call_carries(l, i, node->blocks) : 0;
	if (s == WR_OK)
		s = walk_block(l, node->blocks + 1, l->code->pc[n] | failed);
	l->code->ambient[n] = failed | l->code->ambient[root_of(l, node->blocks, 0)] |
	    l->code->ambient[root_of(l, node->blocks + 1, 0)];
	return s;
}

/*
 * The least labels of the state (what it begins with and what a round yields) and of the condition,
 * which decides whether there is another round. Each label is on its own: whether it reaches the state,
 * and whether it reaches the condition, are two bits that only rise, so two passes over the block
 * raise them and the third changes nothing. That one alone finds.
 */
static enum wr_status
loop_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t *state = &l->states[node->blocks], until = 0;
	bool quiet = l->quiet, settled = false;
	enum wr_status s = WR_OK;

	*state = l->code->ambient[wr_operand(l->code, node, 0)];
	for (unsigned pass = 1; pass <= 3 && s == WR_OK && !(settled && quiet); pass++) {
		uint64_t before[2] = { *state, until };

		l->quiet = quiet || (pass < 3 && !settled);
		s = walk_block(l, node->blocks, l->code->pc[n] | until);
		*state |= l->code->ambient[root_of(l, node->blocks, 0)];
		until |= deep(l, root_of(l, node->blocks, 1));
		assert(l->quiet || s != WR_OK || (*state == before[0] && until == before[1]));
		if (!l->quiet)
			break;
		settled = *state == before[0] && until == before[1];
	}
	l->quiet = quiet;
	l->code->ambient[n] = *state | until;
	return s;
}

static enum wr_status
node_labels(struct labeling *l, uint32_t n)
{
	const struct wr_node *node = &l->code->nodes[n];
	uint64_t *ambient = &l->code->ambient[n];

	switch ((enum label_rule)label_rules[node->op]) {
	case RULE_none:
		*ambient = 0;
		return WR_OK;
	case RULE_input:
		*ambient = l->agent == WR_NONE ? l->module->inputs[node->index].labels : 0;
		return WR_OK;
	case RULE_bind:
		*ambient = bind_labels(l, n);
		return WR_OK;
	case RULE_field:
		*ambient = field_labels(l, n);
		return WR_OK;
	case RULE_record:
	case RULE_with:
		return record_labels(l, n);
	case RULE_join:
		*ambient = join(l, n, false);
		return WR_OK;
	case RULE_sink:
		*ambient = join(l, n, true);
		return WR_OK;
	case RULE_drop:
		return drop_labels(l, n);
	case RULE_match:
		return match_labels(l, n);
	case RULE_for:
		return for_labels(l, n);
	case RULE_call:
		return call_labels(l, n);
	case RULE_require:
		return require_labels(l, n);
	case RULE_try:
		return try_labels(l, n);
	case RULE_loop:
		return loop_labels(l, n);
	case RULE_do: /* nothing is decided, and nobody gets its value */
		*ambient = 0;
		return walk_block(l, l->code->nodes[n].blocks, l->code->pc[n]);
	}
	return WR_OK;
}

static enum wr_status
walk_block(struct labeling *l, uint32_t block, uint64_t pc)
{
	const struct wr_block *b = &l->code->blocks[block];
	enum wr_status s = WR_OK;

	assert(b->depth <= WR_BLOCKS_DEEP);
	for (uint32_t n = b->first; n < b->end && s == WR_OK; n = wr_code_after(l->code, n)) {
		l->code->pc[n] = pc;
		s = node_labels(l, n);
	}
	return s;
}

/*
 * What a FOR keeps or sorts by decides about its whole body, the nodes that compute it included.
 * Two walks find the least labels at any depth: the second adds to a node at most what the FORs around
 * it were seen to choose by, which is what it has as its pc; so what they choose by is then known.
 */
static enum wr_status
label_code(struct labeling *l)
{
	bool chooses = false;
	enum wr_status s = WR_OK;

	l->chosen = wr_arena_array(&l->c->scratch, l->code->blocks_len, sizeof *l->chosen);
	l->states = wr_arena_array(&l->c->scratch, l->code->blocks_len, sizeof *l->states);
	l->guards = wr_arena_array(&l->c->scratch, l->code->nodes_len, sizeof *l->guards);
	if (l->chosen == NULL || l->states == NULL || l->guards == NULL)
		return wr_no_room(l->c);
	for (uint32_t n = 0; n < l->code->nodes_len; n++)
		chooses |= l->code->nodes[n].op == WR_OP_FOR && l->code->nodes[n].index != 0;
	for (l->quiet = chooses; s == WR_OK; l->quiet = false) {
		bool last = !l->quiet;

		s = walk_block(l, 0, 0);
		if (last)
			break;
	}
	return s;
}

/* Follow what a root needs; seen is by node, todo has room for all. Each node is put there once. */
static void
mark_needed(const struct wr_code *code, uint32_t root, bool *seen, uint32_t *todo)
{
	uint32_t len = 0;

	seen[root] = true;
	todo[len++] = root;
	while (len > 0) {
		const struct wr_node *node = &code->nodes[todo[--len]];
		uint32_t spans = 1 + node->blocks_len;

		assert(len < code->nodes_len);
		for (uint32_t i = 0; i < spans; i++) {
			const struct wr_block *b = i == 0 ? NULL : &code->blocks[node->blocks + i - 1];
			uint32_t at = b == NULL ? node->operands : b->roots;
			uint32_t end = at + (b == NULL ? node->operands_len : b->roots_len);

			for (; at < end; at++) {
				uint32_t m = code->operands[at];

				if (!seen[m])
					todo[len++] = m;
				seen[m] = true;
			}
		}
	}
}

/* The context of an agent: itself without labels; which parameters it mentions. */
static enum wr_status
context_labels(struct labeling *l, const struct wr_agent *agent, const bool **ret_mentions)
{
	const struct wr_setting *context = wr_agent_setting(agent, WR_SET_CONTEXT);
	const struct wr_code *body = &agent->body;
	bool *seen, *mentions;
	uint32_t *todo;
	uint64_t labels;

	*ret_mentions = NULL;
	if (context == NULL)
		return WR_OK;
	seen = wr_arena_array(&l->c->scratch, body->nodes_len, sizeof *seen);
	todo = wr_arena_array(&l->c->scratch, body->nodes_len, sizeof *todo);
	mentions = wr_arena_array(&l->c->scratch, agent->params_len, sizeof *mentions);
	if (seen == NULL || todo == NULL || mentions == NULL)
		return wr_no_room(l->c);
	mark_needed(body, context->root, seen, todo);
	for (uint32_t n = 0; n < body->nodes_len; n++)
		if (seen[n] && body->nodes[n].op == WR_OP_INPUT)
			mentions[body->nodes[n].index] = true;
	*ret_mentions = mentions;
	labels = deep(l, context->root);
	return labels == 0 ? WR_OK : find(l, WR_RULE_LABEL_CONTEXT, context->root, WR_NONE, labels);
}

static enum wr_status
result_labels(struct labeling *l)
{
	uint32_t root = root_of(l, 0, 0);
	uint64_t bad = l->code->ambient[root] & ~l->module->result_labels;

	return bad == 0 ? WR_OK : find(l, WR_RULE_LABEL_RESULT, root, WR_NONE, bad);
}

/* What one agent may be sent and what it may mention is for its fallbacks to agree with; those stand before it. */
static enum wr_status
add_fallback(struct wr_checker *c, uint32_t at, const bool **context, uint64_t *accepts, uint64_t *taints,
    uint64_t *fails)
{
	const struct wr_agent *agent = &c->module->agents[at];
	uint32_t other = wr_agent_fallback(agent);
	bool *both;

	accepts[at] = c->module->backends[agent->backend].accepts;
	taints[at] = c->module->backends[agent->backend].taints;
	if (other == WR_NONE)
		return WR_OK;
	fails[at] = fails[other] | (taints[at] & ~accepts[other]); /* a failure carries what the answer would */
	accepts[at] &= accepts[other];
	taints[at] |= taints[other];
	if (context[at] == NULL || context[other] == NULL) {
		context[at] = context[at] == NULL ? context[other] : context[at];
		return WR_OK;
	}
	both = wr_arena_array(&c->scratch, agent->params_len, sizeof *both);
	if (both == NULL)
		return wr_no_room(c);
	for (uint32_t i = 0; i < agent->params_len; i++)
		both[i] = context[at][i] || context[other][i];
	context[at] = both;
	return WR_OK;
}

enum wr_status
wr_check_labels(struct wr_checker *c)
{
	struct wr_module *m = c->module;
	const bool **context = wr_arena_array(&c->scratch, m->agents_len, sizeof *context);
	uint64_t *accepts = wr_arena_array(&c->scratch, m->agents_len, sizeof *accepts);
	uint64_t *taints = wr_arena_array(&c->scratch, m->agents_len, sizeof *taints);
	uint64_t *fails = wr_arena_array(&c->scratch, m->agents_len, sizeof *fails);
	struct labeling flow = { .c = c, .module = m, .code = &m->flow, .agent = WR_NONE, .context = context,
		.accepts = accepts, .taints = taints, .fails = fails };
	enum wr_status s;

	if (context == NULL || accepts == NULL || taints == NULL || fails == NULL)
		return wr_no_room(c);
	for (uint32_t i = 0; i < m->agents_len; i++) {
		struct labeling body = { .c = c, .module = m, .code = &m->agents[i].body, .agent = i };

		if ((s = label_code(&body)) != WR_OK ||
		    (s = context_labels(&body, &m->agents[i], &context[i])) != WR_OK ||
		    (s = add_fallback(c, i, context, accepts, taints, fails)) != WR_OK)
			return s;
	}
	if ((s = label_code(&flow)) != WR_OK)
		return s;
	return result_labels(&flow);
}
