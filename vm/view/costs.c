/*
 * What a run may cost and who is to blame. The worst case is the verifier's; this adds what is
 * typical and what it is in money, by the same walk over the flow.
 */
#include "vm/view/costs.h"

#include "vm/base/saturate.h"
#include "vm/for_compiler.h"

#include <assert.h>

#define COUNTING_MAX (1u << 26) /* agents times nodes: about a second */
#define BYTES_PER_TOKEN 4u

bool
wr_glob_matches(struct wr_text glob, struct wr_text name)
{
	size_t g = 0, n = 0, star = SIZE_MAX, from = 0;

	/* Each star takes as little as it can; after a mismatch the last one takes one more. */
	while (n < name.size) {
		if (g < glob.size && glob.at[g] == '*') {
			star = g++;
			from = n;
		} else if (g < glob.size && glob.at[g] == name.at[n]) {
			g++;
			n++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			n = ++from;
		} else {
			return false;
		}
	}
	while (g < glob.size && glob.at[g] == '*')
		g++;
	return g == glob.size;
}

static size_t
literal_size(struct wr_text glob)
{
	size_t size = 0;

	for (size_t i = 0; i < glob.size; i++)
		size += glob.at[i] != '*';
	return size;
}

/* The most exact price of a model, or NULL. Of two as exact the first by its bytes. */
static const struct wr_price *
price_of(struct wr_text model, const struct wr_price *prices, size_t len)
{
	const struct wr_price *best = NULL;

	for (size_t i = 0; i < len; i++) {
		size_t size = literal_size(prices[i].glob),
		       known = best == NULL ? 0 : literal_size(best->glob);

		if (!wr_glob_matches(prices[i].glob, model))
			continue;
		if (best == NULL || size > known ||
		    (size == known && wr_text_cmp(prices[i].glob, best->glob) < 0))
			best = &prices[i];
	}
	return best;
}

static uint64_t
money(const struct wr_price *price, uint64_t input, uint64_t output)
{
	return wr_sat_add(wr_sat_mul(input, price->input), wr_sat_mul(output, price->output));
}

static void
cost_agent(struct wr_costs *c, uint32_t i, const struct wr_agent_cost *use,
    const struct wr_price *prices, size_t prices_len)
{
	const struct wr_agent *a = &c->module->agents[i];
	struct wr_agent_costs *out = &c->agents[i];
	uint64_t input = use->input / BYTES_PER_TOKEN + (use->input % BYTES_PER_TOKEN != 0);
	const struct wr_price *price = NULL;

	*out = (struct wr_agent_costs){ .calls = use->calls,
		.tokens = use->tokens,
		.time_ms = use->time_ms,
		.typical = wr_sat_add(input, use->output),
		.llm = c->module->backends[a->backend].kind == WR_KIND_LLM };
	if (!out->llm || !c->prices)
		return;
	price = price_of(wr_agent_setting(a, WR_SET_MODEL)->text, prices, prices_len);
	if (price == NULL) {
		c->unpriced++;
		return;
	}
	out->priced = true;
	out->money = wr_sat_mul(use->calls, money(price, use->input, use->output));
	out->typical_money = money(price, input, use->output);
}

/* A call goes to an agent and then, at worst, to each of its fallbacks, which stand before it. */
static void
add_fallbacks(const struct wr_module *m, uint64_t *weights)
{
	for (uint32_t i = 0; i < m->agents_len; i++)
		if (wr_agent_fallback(&m->agents[i]) != WR_NONE)
			weights[i] = wr_sat_add(weights[i], weights[wr_agent_fallback(&m->agents[i])]);
}

/* How often a run may use each agent: one walk over the flow for each. */
static enum wr_status
count_uses(struct wr_costs *c, struct wr_arena *arena, uint64_t *weights)
{
	bool countable =
	    (uint64_t)c->module->agents_len * c->module->flow.nodes_len <= COUNTING_MAX;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < c->module->agents_len && s == WR_OK; i++) {
		c->agents[i].uses = WR_COST_UNKNOWN;
		if (!countable)
			continue;
		memset(weights, 0, c->module->agents_len * sizeof *weights);
		weights[i] = 1;
		add_fallbacks(c->module, weights);
		s = wr_cost_flow(c->module, arena->alloc, weights, &c->agents[i].uses);
	}
	return s;
}

static enum wr_status
add_up(struct wr_costs *c, struct wr_arena *arena, uint64_t *weights)
{
	const struct {
		size_t from;
		uint64_t *to;
		bool worst;
	} sums[] = {
		{ offsetof(struct wr_agent_costs, typical), &c->typical, false },
		{ offsetof(struct wr_agent_costs, money), &c->money, true },
		{ offsetof(struct wr_agent_costs, typical_money), &c->typical_money, false },
	};
	enum wr_status s = WR_OK;

	for (size_t k = 0; k < sizeof sums / sizeof *sums && s == WR_OK; k++) {
		for (uint32_t i = 0; i < c->module->agents_len; i++)
			memcpy(&weights[i], (const char *)&c->agents[i] + sums[k].from,
			    sizeof *weights);
		if (sums[k].worst)
			add_fallbacks(c->module, weights);
		s = wr_cost_flow(c->module, arena->alloc, weights, sums[k].to);
	}
	return s;
}

enum wr_status
wr_costs_make(const struct wr_module *module, const struct wr_summary *summary,
    const struct wr_price *prices, size_t prices_len, struct wr_arena *arena, struct wr_costs *ret)
{
	struct wr_costs c = { .module = module, .summary = summary, .prices = prices_len > 0 };
	struct wr_agent_cost *uses =
	    wr_arena_array(arena, (size_t)module->agents_len + 1, sizeof *uses);
	uint64_t *weights = wr_arena_array(arena, (size_t)module->agents_len + 1, sizeof *weights);
	enum wr_status s;

	assert(summary->agents_len == module->agents_len);
	c.agents = wr_arena_array(arena, (size_t)module->agents_len + 1, sizeof *c.agents);
	if (uses == NULL || weights == NULL || c.agents == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	if ((s = wr_cost_agents(module, arena->alloc, uses)) != WR_OK)
		return s;
	for (uint32_t i = 0; i < module->agents_len; i++)
		cost_agent(&c, i, &uses[i], prices, prices_len);
	if ((s = count_uses(&c, arena, weights)) != WR_OK ||
	    (s = add_up(&c, arena, weights)) != WR_OK)
		return s;
	*ret = c;
	return WR_OK;
}
