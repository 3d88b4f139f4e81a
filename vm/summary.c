/*
 * What a verified module can do: who is asked, which labels reach whom, what drops labels and how
 * much it lets through, the worst case. Reads the facts of the verifier; judges nothing.
 */
#include "vm/summary.h"

#include <assert.h>

#include "vm/base/hash.h"

struct summing {
	const struct wr_module *m;
	struct wr_arena *arena;
	struct wr_arena scratch; /* freed at the end */
	struct wr_summary *out;
	struct wr_summary_drop *drops;
	const uint64_t *capacity; /* by type */
	uint32_t *fns;            /* row + 1 of the first drop of a fn, by its name's hash; 0 is free */
	uint32_t mask;
};

/* Who is called where, and what comes along: arguments, decisions, the conditions of requires. */
static enum wr_status
sum_calls(struct summing *s, struct wr_summary_agent *agents, struct wr_summary_backend *backends)
{
	const struct wr_code *code = &s->m->flow;
	uint64_t *guards = wr_arena_array(&s->scratch, code->nodes_len, sizeof *guards);

	if (guards == NULL)
		return WR_NOMEM;
	for (uint32_t n = 0; n < code->nodes_len; n++) {
		const struct wr_node *node = &code->nodes[n];
		uint64_t reaches = code->pc[n];

		if (node->op != WR_OP_CALL && node->op != WR_OP_REQUIRE)
			continue;
		if (node->guard != WR_NONE)
			reaches |= guards[node->guard];
		if (node->op == WR_OP_REQUIRE) {
			guards[n] = code->ambient[n] | (node->guard == WR_NONE ? 0 : guards[node->guard]);
			continue;
		}
		for (uint32_t i = 0; i < node->operands_len; i++)
			reaches |= wr_labels_deep(s->m, code, wr_operand(code, node, i));
		agents[node->index].sites++;
		for (uint32_t a = node->index; a != WR_NONE; a = wr_agent_fallback(&s->m->agents[a])) {
			agents[a].reaches |= reaches;
			backends[s->m->agents[a].backend].reaches |= reaches;
			/* The next is asked because this one failed. */
			reaches |= s->m->backends[s->m->agents[a].backend].taints;
		}
	}
	return WR_OK;
}

static struct wr_text
text_setting(const struct wr_agent *agent, enum wr_setting_id id)
{
	const struct wr_setting *s = wr_agent_setting(agent, id);

	return s == NULL ? (struct wr_text){ NULL, 0 } : s->text;
}

static enum wr_status
sum_agents(struct summing *s)
{
	const struct wr_module *m = s->m;
	struct wr_summary_agent *agents = wr_arena_array(s->arena, m->agents_len, sizeof *agents);
	struct wr_summary_backend *backends = wr_arena_array(s->arena, m->backends_len, sizeof *backends);

	if (agents == NULL || backends == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < m->agents_len; i++) {
		const struct wr_agent *a = &m->agents[i];

		agents[i] = (struct wr_summary_agent){ .name = a->name, .backend = a->backend,
			.model = text_setting(a, WR_SET_MODEL), .method = text_setting(a, WR_SET_METHOD),
			.timeout_ms = wr_agent_timeout_ms(a), .retry = wr_agent_retry(a),
			.fallback = wr_agent_fallback(a) };
	}
	for (uint32_t i = 0; i < m->backends_len; i++) {
		const struct wr_backend *b = &m->backends[i];

		backends[i] = (struct wr_summary_backend){ .name = b->name, .kind = wr_kind_word(b->kind),
			.accepts = b->accepts, .taints = b->taints };
	}
	s->out->agents = agents;
	s->out->agents_len = m->agents_len;
	s->out->backends = backends;
	s->out->backends_len = m->backends_len;
	return sum_calls(s, agents, backends);
}

static void
add_drops(struct summing *s, struct wr_text name, bool is_agent, const struct wr_drops *drops, uint64_t millibits)
{
	for (uint32_t i = 0; i < drops->len; i++)
		s->drops[s->out->drops_len++] = (struct wr_summary_drop){ .name = name, .is_agent = is_agent,
			.labels = drops->at[i].labels, .reason = drops->at[i].reason,
			.millibits = millibits };
}

/* A fn is one entry wherever it was inlined, with the widest of its uses. */
static void
add_fn(struct summing *s, const struct wr_node *node, uint32_t type)
{
	/* Where memory lies is not known to who wrote the bytes, so nobody can prepare collisions. */
	uint64_t seed = (uint64_t)(uintptr_t)s->m;
	uint32_t slot = (uint32_t)wr_hash(node->name.at, node->name.size, seed) & s->mask;

	for (; s->fns[slot] != 0; slot = (slot + 1) & s->mask) {
		struct wr_summary_drop *known = &s->drops[s->fns[slot] - 1];

		if (!wr_text_eq(known->name, node->name))
			continue;
		for (uint32_t i = 0; i < node->drops.len; i++)
			if (known[i].millibits < s->capacity[type])
				known[i].millibits = s->capacity[type];
		return;
	}
	s->fns[slot] = s->out->drops_len + 1;
	add_drops(s, node->name, false, &node->drops, s->capacity[type]);
}

static void
add_fns(struct summing *s, const struct wr_code *code)
{
	for (uint32_t n = 0; n < code->nodes_len; n++)
		if (code->nodes[n].op == WR_OP_DROP)
			add_fn(s, &code->nodes[n], code->types[n]);
}

/* Most entries that the drops of a code can need, and how many DROPs there are. */
static void
count_drops(const struct wr_code *code, size_t *entries, uint32_t *fns)
{
	for (uint32_t n = 0; n < code->nodes_len; n++) {
		if (code->nodes[n].op != WR_OP_DROP)
			continue;
		*entries += code->nodes[n].drops.len;
		++*fns;
	}
}

/* By agent: what the widest of its calls lets through, as a fallback too. */
static void
measure_calls(const struct summing *s, uint64_t *through)
{
	const struct wr_code *code = &s->m->flow;

	for (uint32_t n = 0; n < code->nodes_len; n++) {
		uint32_t agent = code->nodes[n].op == WR_OP_CALL ? code->nodes[n].index : WR_NONE;

		for (; agent != WR_NONE; agent = wr_agent_fallback(&s->m->agents[agent])) {
			uint64_t bits = wr_capacity_of_call(
			    code, n, s->capacity[s->m->agents[agent].result]);

			through[agent] = bits > through[agent] ? bits : through[agent];
		}
	}
}

/* Agents first, in their order; then fns, in order of first use in the flow, then in the bodies. */
static enum wr_status
sum_drops(struct summing *s)
{
	const struct wr_module *m = s->m;
	uint64_t *through = wr_arena_array(&s->scratch, m->agents_len, sizeof *through);
	size_t entries = 0;
	uint32_t fns = 0, room = 16;

	count_drops(&m->flow, &entries, &fns);
	for (uint32_t i = 0; i < m->agents_len; i++) {
		entries += m->agents[i].drops.len;
		count_drops(&m->agents[i].body, &entries, &fns);
	}
	while (room < fns * 2)
		room *= 2;
	s->mask = room - 1;
	s->capacity = wr_capacities(&m->types, &s->scratch);
	s->fns = wr_arena_array(&s->scratch, room, sizeof *s->fns);
	s->drops = wr_arena_array(s->arena, entries, sizeof *s->drops);
	if (through == NULL || s->capacity == NULL || s->fns == NULL || s->drops == NULL)
		return WR_NOMEM;
	measure_calls(s, through);
	for (uint32_t i = 0; i < m->agents_len; i++)
		add_drops(s, m->agents[i].name, true, &m->agents[i].drops, through[i]);
	add_fns(s, &m->flow);
	for (uint32_t i = 0; i < m->agents_len; i++)
		add_fns(s, &m->agents[i].body);
	assert(s->out->drops_len <= entries);
	s->out->drops = s->drops;
	return WR_OK;
}

static enum wr_status
sum_ends(struct summing *s)
{
	const struct wr_module *m = s->m;
	struct wr_summary_label *labels = wr_arena_array(s->arena, m->labels_len, sizeof *labels);
	struct wr_summary_input *inputs = wr_arena_array(s->arena, m->inputs_len, sizeof *inputs);
	const struct wr_block *root = m->flow.blocks;

	if (labels == NULL || inputs == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < m->labels_len; i++)
		labels[i] = (struct wr_summary_label){ m->labels[i].name, m->labels[i].description };
	for (uint32_t i = 0; i < m->inputs_len; i++)
		inputs[i] = (struct wr_summary_input){ m->inputs[i].name,
			m->inputs[i].labels | m->types.at[m->inputs[i].type].labels };
	s->out->workflow = m->name;
	s->out->labels = labels;
	s->out->labels_len = m->labels_len;
	s->out->inputs = inputs;
	s->out->inputs_len = m->inputs_len;
	s->out->result_labels = m->result_labels | m->types.at[m->result].labels |
	    m->flow.ambient[m->flow.operands[root->roots]];
	return WR_OK;
}

static struct wr_summary_bounds
bounds(const struct wr_bounds *b)
{
	return (struct wr_summary_bounds){ b->calls, b->tokens, b->time_ms, b->width };
}

enum wr_status
wr_summarise(const struct wr_module *module, const struct wr_bounds *worst, struct wr_arena *arena,
    struct wr_summary *ret_summary)
{
	struct wr_summary out = { .worst = bounds(worst), .promised = bounds(&module->bounds) };
	struct summing s = { .m = module, .arena = arena, .out = &out };
	enum wr_status status;

	assert(module->flow.ambient != NULL && ret_summary != NULL);
	wr_arena_init(&s.scratch, arena->alloc, arena->max);
	if ((status = sum_ends(&s)) == WR_OK && (status = sum_agents(&s)) == WR_OK &&
	    (status = sum_drops(&s)) == WR_OK)
		*ret_summary = out;
	if (status == WR_NOMEM && (s.scratch.over || arena->over))
		status = WR_LIMIT;
	wr_arena_free(&s.scratch);
	return status;
}
