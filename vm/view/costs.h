#ifndef WR_VIEW_COSTS_H
#define WR_VIEW_COSTS_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

/*
 * Where the worst case of a workflow comes from: what one use of each agent costs, how often a run
 * may use it, and what all of it adds up to, against the promise. Beside the worst case stands the
 * typical one: one attempt a use, four bytes a token, answers as long as `max_tokens` allows; still
 * on the dearest way through the flow. With prices, both in money; prices are never part of a
 * digest.
 */

/* Of models whose name matches, in nano-units of money for a token: 3.00 a million is 3,000. */
struct wr_price {
	struct wr_text glob; /* `*` is anything; the price with the most other characters counts */
	uint64_t input, output;
};

struct wr_agent_costs {
	uint64_t uses; /* in one run at most; WR_COST_UNKNOWN: a program too large to count */
	uint64_t calls, tokens, time_ms, typical; /* of one use */
	uint64_t money, typical_money;            /* nano-units; meaningless unless priced */
	bool llm, priced;
};

#define WR_COST_UNKNOWN UINT64_MAX

struct wr_costs {
	const struct wr_module *module;
	const struct wr_summary *summary;
	struct wr_agent_costs *agents;
	uint64_t typical, money, typical_money; /* of a run */
	uint32_t unpriced; /* llm agents without a price; they are not in the sums */
	bool prices;       /* there are some */
};

/*
 * Add up. Everything lives in the arena; prices_len 0 for none (prices may be NULL then).
 *
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_costs_make(const struct wr_module *module,
    const struct wr_summary *summary, const struct wr_price *prices, size_t prices_len,
    struct wr_arena *arena, struct wr_costs *ret);

/*
 * Append a table for people, or one JSON object and a newline. The buffer's status tells how it
 * went.
 */
void wr_costs_text(const struct wr_costs *costs, struct wr_buf *buf);
void wr_costs_json(const struct wr_costs *costs, struct wr_buf *buf);

/* `0.0123`: as many decimals as it takes, at least two. */
void wr_spell_money(struct wr_buf *buf, uint64_t nano);

/* Does the name match the glob? Linear in name times glob. */
bool wr_glob_matches(struct wr_text glob, struct wr_text name);

#endif
