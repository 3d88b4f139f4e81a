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

/*
 * Append what a new program does differently, riskiest first: labels that reach more or are taken
 * off; drops; backends; effects and requires; models and parameters; what models and services are
 * told, word by word; bounds; what became tighter; shape. A line begins with `+` for what is new,
 * `-` for what is gone, `~` for what changed. Of texts, `[-` and `-]` stand around what is gone,
 * `{+` and `+}` around what is new; where a text has such a pair itself, its second character is
 * `\u{...}`.
 *
 *   source  the unified difference of the two decompiled sources follows
 *   buf     its allocator serves as scratch, freed before returning
 *
 * When the digests are equal that is the whole answer. WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_diff(const struct wr_diff_side *old, const struct wr_diff_side *now,
    bool source, struct wr_buf *buf);

#endif
