#ifndef WR_VIEW_DIFF_H
#define WR_VIEW_DIFF_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

/* One of two programs; everything verified and read only. */
struct wr_diff_side {
	const struct wr_module *module;
	const struct wr_summary *summary;
	struct wr_text digest_hex;
};

/* What stands around the changes. */
enum wr_diff_parts {
	WR_DIFF_HEAD = 1,   /* before them: the name, and both digests */
	WR_DIFF_SOURCE = 2, /* behind them: the unified difference of the two decompiled sources */
};

/*
 * Append what a new program does differently, riskiest first: labels that reach more or are taken
 * off; drops; backends; effects, requires and the steps of the flow; models and parameters; what models
 * and services are told, word by word; bounds; what became tighter; shape. A line begins with `+` for
 * what is new, `-` for what is gone, `~` for what changed. Of texts and long values, `[-` and `-]` stand
 * around what is gone, `{+` and `+}` around what is new; where a text has such a pair itself, its second
 * character is `\u{...}`.
 *
 *   parts  of enum wr_diff_parts
 *   buf    its allocator serves as scratch, freed before returning
 *
 * When the digests are equal that is the whole answer. WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_diff(const struct wr_diff_side *old, const struct wr_diff_side *now,
    unsigned parts, struct wr_buf *buf);

/* How much what stands under a heading of wr_diff may cost. What is no heading of it weighs least. */
enum wr_weight { WR_WEIGHT_SLIGHT, WR_WEIGHT_SOME, WR_WEIGHT_GRAVE };
enum wr_weight wr_diff_weight(struct wr_text heading);

/*
 * Append what wr_diff said, for a terminal: headings and facts in the colour of their weight, what is
 * gone red and what is new green, in texts and in the sources.
 */
void wr_diff_paint(struct wr_text diff, struct wr_buf *buf);

#endif
