/*
 * The worst case of a flow in calls, tokens and time (section 5 of vm/README.md), from the agents'
 * settings and the bounds in types; and whether it keeps the promise. All sums saturate. Knows
 * nothing of what deployment may tighten.
 */
#include "vm/verify.h"

#include <assert.h>

#include "vm/base/buf.h"
#include "vm/base/saturate.h"

struct cost {
	uint64_t calls, tokens;
	uint64_t time; /* the longest path */
	uint64_t work; /* the calls' times, added */
};

struct bounding {
	struct wr_checker *c;
	const struct wr_module *module;
	const struct wr_code *code; /* the flow */
	const struct cost *agents;  /* one use of each */
	uint64_t *finish;           /* by node, from the start of its block; of an owner not finished: its start */
	uint32_t owners[WR_BLOCKS_DEEP + 2]; /* the owners around the walk, by the depth of their blocks */
};

static uint64_t
most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
back_off(uint32_t retries)
{
	uint64_t sum = 0, wait = WR_BACKOFF_FIRST_MS;

	for (uint32_t i = 0; i < retries; i++) {
		sum += wait;
		wait = wait * 2 < WR_BACKOFF_MAX_MS ? wait * 2 : WR_BACKOFF_MAX_MS;
	}
	return sum;
}

/*
 * Bytes of the schema that goes with a request of an llm agent. sizes remembers them by type and
 * budget is what all of them may still take, so that many agents cannot make this slow.
 */
static enum wr_status
schema_size(struct wr_checker *c, uint32_t agent, uint64_t *sizes, size_t *budget, uint64_t *ret_size)
{
	const struct wr_types *types = &c->module->types;
	uint32_t result = c->module->agents[agent].result;
	enum wr_status s = WR_OK;
	struct wr_buf buf;

	*ret_size = 0;
	if (types->at[result].kind == WR_TYPE_TEXT)
		return WR_OK;
	if (sizes[result] == 0) {
		wr_buf_init(&buf, c->scratch.alloc, *budget);
		wr_schema(types, result, types->at[result].kind != WR_TYPE_RECORD, &buf);
		s = buf.status;
		sizes[result] = buf.size;
		*budget -= buf.size;
		wr_buf_free(&buf);
	}
	if (s == WR_LIMIT)
		return wr_refuse(c, WR_RULE_SCHEMA_SIZE, agent, WR_NONE, WR_NONE);
	*ret_size = sizes[result];
	return s;
}

/* Bytes that one attempt sends: the schema and the rendered texts. */
static uint64_t
llm_input(const struct wr_module *module, const struct wr_agent *agent, uint64_t schema)
{
	uint64_t sum = schema;

	for (uint32_t i = 0; i < agent->settings_len; i++) {
		const struct wr_setting *s = &agent->settings[i];
		enum wr_shape shape = wr_setting_info(s->id)->shape;

		if (shape == WR_SHAPE_TEMPLATE || shape == WR_SHAPE_MESSAGE)
			sum = wr_sat_add(sum, (uint64_t)module->types.at[agent->body.types[s->root]].hi);
	}
	return sum;
}

/* What one call of each agent may cost, retries included, fallbacks not. */
static enum wr_status
cost_agents(struct wr_checker *c, struct wr_agent_cost *ret)
{
	const struct wr_module *m = c->module;
	uint64_t *sizes = wr_arena_array(&c->scratch, m->types_len, sizeof *sizes);
	size_t budget = WR_MODULE_MAX;

	if (sizes == NULL)
		return wr_no_room(c);
	for (uint32_t i = 0; i < m->agents_len; i++) {
		const struct wr_agent *a = &m->agents[i];
		uint32_t retries = wr_agent_retry(a);
		uint64_t tries = 1 + (uint64_t)retries, schema;
		enum wr_status s;

		ret[i] = (struct wr_agent_cost){ .calls = tries,
			.time_ms = wr_sat_add(wr_sat_mul(tries, wr_agent_timeout_ms(a)), back_off(retries)) };
		if (m->backends[a->backend].kind != WR_KIND_LLM)
			continue;
		if ((s = schema_size(c, i, sizes, &budget, &schema)) != WR_OK)
			return s;
		ret[i].input = llm_input(m, a, schema);
		ret[i].output = (uint64_t)wr_agent_setting(a, WR_SET_MAX_TOKENS)->integer;
		ret[i].tokens = wr_sat_mul(tries, wr_sat_add(ret[i].input, ret[i].output));
	}
	return WR_OK;
}

/*
 * n, in a block of this depth, needs m. When m stands outside that block, the owner that stands
 * beside m waits for it, and n finds it there.
 */
static uint64_t
wait_for(struct bounding *b, uint32_t depth, uint32_t m)
{
	uint32_t beside = b->code->blocks[b->code->nodes[m].block].depth;

	assert(beside <= depth);
	if (beside == depth)
		return b->finish[m];
	b->finish[b->owners[beside]] = most(b->finish[b->owners[beside]], b->finish[m]);
	return 0;
}

static struct cost cost_block(struct bounding *b, uint32_t block);

/*
 * So many rounds of a body. What is under way at once is for the width of the run alone to say when
 * that is not more than the FOR's.
 */
static struct cost
cost_rounds(const struct bounding *b, const struct wr_node *node, struct cost body)
{
	uint64_t items = (uint64_t)b->module->types.at[b->code->types[wr_operand(b->code, node, 0)]].hi;
	uint64_t width = node->width, run = b->module->bounds.width, rounds = items > 0;

	if (width != 0 && (run == 0 || width < run))
		rounds = items / width + (items % width != 0);
	return (struct cost){ wr_sat_mul(items, body.calls), wr_sat_mul(items, body.tokens),
		wr_sat_mul(rounds, body.time), wr_sat_mul(items, body.work) };
}

/* One after the other: the second begins when a call of the first has failed. */
static struct cost
cost_try(struct cost tried, struct cost otherwise)
{
	return (struct cost){ wr_sat_add(tried.calls, otherwise.calls),
		wr_sat_add(tried.tokens, otherwise.tokens), wr_sat_add(tried.time, otherwise.time),
		wr_sat_add(tried.work, otherwise.work) };
}

/* So many rounds, one after the other. */
static struct cost
cost_loop(const struct wr_node *node, struct cost round)
{
	uint64_t limit = node->index;

	return (struct cost){ wr_sat_mul(limit, round.calls), wr_sat_mul(limit, round.tokens),
		wr_sat_mul(limit, round.time), wr_sat_mul(limit, round.work) };
}

/* The most of its blocks; of a FOR, its body for each item; of a TRY, both; of a LOOP, its block for each round. */
static struct cost
cost_owner(struct bounding *b, uint32_t n)
{
	const struct wr_node *node = &b->code->nodes[n];
	struct cost worst = { 0 };

	b->owners[b->code->blocks[node->block].depth] = n;
	for (uint32_t i = 0; i < node->blocks_len; i++) {
		struct cost arm = cost_block(b, node->blocks + i);

		if (node->op == WR_OP_TRY) {
			worst = cost_try(worst, arm);
			continue;
		}
		worst.calls = most(worst.calls, arm.calls);
		worst.tokens = most(worst.tokens, arm.tokens);
		worst.time = most(worst.time, arm.time);
		worst.work = most(worst.work, arm.work);
	}
	if (node->op == WR_OP_LOOP)
		return cost_loop(node, worst);
	return node->op == WR_OP_FOR ? cost_rounds(b, node, worst) : worst;
}

static struct cost
cost_block(struct bounding *b, uint32_t block)
{
	const struct wr_block *at = &b->code->blocks[block];
	struct cost sum = { 0 };

	assert(at->depth <= WR_BLOCKS_DEEP);
	for (uint32_t n = at->first; n < at->end; n = wr_code_after(b->code, n)) {
		const struct wr_node *node = &b->code->nodes[n];
		unsigned flags = wr_op_info(node->op)->flags;
		struct cost own = { 0 };
		uint64_t start = 0;

		for (uint32_t i = 0; i < node->operands_len; i++)
			start = most(start, wait_for(b, at->depth, wr_operand(b->code, node, i)));
		if ((flags & WR_OP_GUARDED) != 0 && node->guard != WR_NONE)
			start = most(start, wait_for(b, at->depth, node->guard));
		b->finish[n] = start;
		if (node->op == WR_OP_CALL)
			own = b->agents[node->index];
		else if ((flags & WR_OP_OWNER) != 0)
			own = cost_owner(b, n);
		b->finish[n] = wr_sat_add(b->finish[n], own.time);
		sum.calls = wr_sat_add(sum.calls, own.calls);
		sum.tokens = wr_sat_add(sum.tokens, own.tokens);
		sum.work = wr_sat_add(sum.work, own.work);
		sum.time = most(sum.time, b->finish[n]);
	}
	for (uint32_t i = 0; i < at->roots_len; i++)
		(void)wait_for(b, at->depth, b->code->operands[at->roots + i]);
	return sum;
}

static enum wr_status
cost_flow(struct wr_checker *c, const struct cost *agents, struct cost *ret)
{
	const struct wr_module *m = c->module;
	struct bounding b = { .c = c, .module = m, .code = &m->flow, .agents = agents };

	b.finish = wr_arena_array(&c->scratch, m->flow.nodes_len, sizeof *b.finish);
	if (b.finish == NULL)
		return wr_no_room(c);
	*ret = cost_block(&b, 0);
	return WR_OK;
}

/* A call may go to the agent and then to each of its fallbacks, which stand before it. */
static void
add_fallbacks(const struct wr_module *m, struct cost *agents)
{
	for (uint32_t i = 0; i < m->agents_len; i++) {
		uint32_t other = wr_agent_fallback(&m->agents[i]);
		const struct cost *more = &agents[other == WR_NONE ? i : other];

		if (other == WR_NONE)
			continue;
		agents[i].calls = wr_sat_add(agents[i].calls, more->calls);
		agents[i].tokens = wr_sat_add(agents[i].tokens, more->tokens);
		agents[i].time = wr_sat_add(agents[i].time, more->time);
		agents[i].work = wr_sat_add(agents[i].work, more->work);
	}
}

static enum wr_status
compare(struct wr_checker *c, enum wr_rule rule, uint64_t have, uint64_t allowed)
{
	if (have <= allowed)
		return WR_OK;
	return wr_find(c, rule, (struct wr_refusal){ .agent = WR_NONE, .node = WR_NONE, .operand = WR_NONE,
	    .have = have, .allowed = allowed });
}

enum wr_status
wr_check_bounds(struct wr_checker *c, struct wr_bounds *ret_worst)
{
	const struct wr_module *m = c->module;
	const struct wr_bounds *promised = &m->bounds;
	struct wr_agent_cost *uses = wr_arena_array(&c->scratch, m->agents_len, sizeof *uses);
	struct cost *agents = wr_arena_array(&c->scratch, m->agents_len, sizeof *agents), sum;
	enum wr_status s;

	if (uses == NULL || agents == NULL)
		return wr_no_room(c);
	if ((s = cost_agents(c, uses)) != WR_OK)
		return s;
	for (uint32_t i = 0; i < m->agents_len; i++)
		agents[i] = (struct cost){ uses[i].calls, uses[i].tokens, uses[i].time_ms, uses[i].time_ms };
	add_fallbacks(m, agents);
	if ((s = cost_flow(c, agents, &sum)) != WR_OK)
		return s;
	if (promised->width != 0)
		sum.time = wr_sat_add(sum.time, sum.work / promised->width + (sum.work % promised->width != 0));
	*ret_worst = (struct wr_bounds){ sum.calls, sum.tokens, sum.time, promised->width };
	if ((s = compare(c, WR_RULE_BOUND_CALLS, sum.calls, promised->calls)) != WR_OK ||
	    (s = compare(c, WR_RULE_BOUND_TOKENS, sum.tokens, promised->tokens)) != WR_OK)
		return s;
	return compare(c, WR_RULE_BOUND_TIME, sum.time, promised->time_ms);
}

/* A checker for what has been verified: it finds nothing new. */
static struct wr_checker
reader_of(const struct wr_module *module, const struct wr_alloc *alloc)
{
	struct wr_checker c = { .module = (struct wr_module *)(uintptr_t)module };

	wr_arena_init(&c.scratch, alloc, WR_LOADED_MAX);
	return c;
}

enum wr_status
wr_cost_agents(const struct wr_module *module, const struct wr_alloc *alloc, struct wr_agent_cost *ret)
{
	struct wr_checker c = reader_of(module, alloc);
	enum wr_status s = cost_agents(&c, ret);

	assert(s != WR_REFUSED);
	wr_arena_free(&c.scratch);
	return s;
}

enum wr_status
wr_cost_flow(const struct wr_module *module, const struct wr_alloc *alloc, const uint64_t *weights,
    uint64_t *ret_sum)
{
	struct wr_checker c = reader_of(module, alloc);
	struct cost *agents = wr_arena_array(&c.scratch, module->agents_len, sizeof *agents), sum;
	enum wr_status s = agents == NULL ? wr_no_room(&c) : WR_OK;

	for (uint32_t i = 0; i < module->agents_len && s == WR_OK; i++)
		agents[i] = (struct cost){ .tokens = weights[i] };
	if (s == WR_OK)
		s = cost_flow(&c, agents, &sum);
	if (s == WR_OK)
		*ret_sum = sum.tokens;
	wr_arena_free(&c.scratch);
	return s;
}
