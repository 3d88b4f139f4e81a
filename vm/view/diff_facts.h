#ifndef WR_VIEW_DIFF_FACTS_H
#define WR_VIEW_DIFF_FACTS_H

#include "vm/base/arena.h"
#include "vm/view/diff.h"

/* What the files of the difference say to each other; nobody else includes this. */

/* How much a change of a fact may cost, dearest first. */
enum wr_risk {
	WR_RISK_ACCESS,
	WR_RISK_DROPS,
	WR_RISK_BACKENDS,
	WR_RISK_EFFECTS,
	WR_RISK_SETTINGS,
	WR_RISK_TOLD,
	WR_RISK_BOUNDS,
	WR_RISK_TIGHTER,
	WR_RISK_SHAPE,
	WR_RISKS_LEN
};

/*
 * What a program says about one thing. Keys are unique but for messages and requires, which have an
 * order.
 */
struct wr_fact {
	enum wr_risk risk;
	enum wr_fact_rule {
		WR_FACT_VALUE,
		WR_FACT_WORDS, /* a long value, to be compared word by word */
		WR_FACT_MORE, /* of labels: more of them are a risk; no fact is no labels */
		WR_FACT_LESS, /* of labels: fewer of them are a risk; both must have the fact */
	} rule;
	struct wr_text key; /* `agent assess model` */
	struct wr_text value;
	uint64_t labels;
};

struct wr_facts {
	struct wr_fact *at;
	uint32_t len, room;
};

/*
 * All facts of a program but its flow, in an order that hangs on it alone. WR_OK, WR_NOMEM or
 * WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_facts_gather(
    const struct wr_diff_side *side, struct wr_arena *arena, struct wr_facts *ret);

#endif
