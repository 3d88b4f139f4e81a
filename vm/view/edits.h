#ifndef WR_VIEW_EDITS_H
#define WR_VIEW_EDITS_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"

/*
 * What has to be taken out of one sequence of texts and put in to get another (Myers, 1986). Least
 * edits while they are few; past WR_EDITS_MAX of them, what differs in the middle is taken out and
 * put in whole, so time is bounded by WR_EDITS_MAX walks over the sequences.
 */
#define WR_EDITS_MAX 1500u

struct wr_edits {
	const char
	    *ops; /* ` `: both have the next text; `-`: only the old one; `+`: only the new one */
	size_t len;
};

/* Everything lives in the arena. WR_OK, WR_NOMEM or WR_LIMIT. */
WR_MUST_CHECK enum wr_status wr_edits_make(const struct wr_text *old, size_t old_len,
    const struct wr_text *now, size_t now_len, struct wr_arena *arena, struct wr_edits *ret);

/*
 * Number the texts of two sequences so that equal texts have equal numbers, from 0, in order of
 * first sight. Returns how many numbers there are. WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_edits_number(const struct wr_text *old, size_t old_len,
    const struct wr_text *now, size_t now_len, struct wr_arena *arena, uint32_t *old_ids,
    uint32_t *now_ids, uint32_t *ret_len);

/* The lines of a text with their newlines, nothing left out. NULL: no room. */
const struct wr_text *wr_edits_lines(struct wr_text text, struct wr_arena *arena, size_t *ret_len);

/*
 * The words of two texts and what has to be done to them, for eyes: where words in a row were replaced,
 * all that is gone stands before all that is new, the spaces between them too. WR_OK, WR_NOMEM or
 * WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_edits_in_words(struct wr_text old, struct wr_text now, struct wr_arena *arena,
    const struct wr_text **ret_old, const struct wr_text **ret_now, struct wr_edits *ret);

/*
 * Append the unified difference of two texts, three lines of context; nothing when they are equal.
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_edits_unified(struct wr_text old, struct wr_text now,
    const char *old_name, const char *now_name, struct wr_arena *arena, struct wr_buf *buf);

#endif
