#ifndef WD_BACKEND_EXTRACT_H
#define WD_BACKEND_EXTRACT_H

#include "runtime/backend/backend.h"
#include "runtime/backend/lexical.h"
#include "runtime/json.h"

/*
 * How `extract` picks single values out of a prompt; extract.c puts them together.
 * Each wd_pick_ function returns a value in the document, or NULL when the
 * prompt gives none (why says so) or memory is spent (the document's status).
 */

/* One call being answered. */
struct wd_extract {
	struct wd_json_doc *doc; /* the arena of all of it */
	struct wd_reading reading;
	uint64_t *link;    /* of each sentence: how far it speaks of what the text opens with */
	uint64_t *scores;  /* scratch, one a sentence */
	bool *taken;       /* likewise */
	uint32_t from, to; /* the sentences in view */
	uint32_t attempt;
	uint32_t depth;
	bool strict;             /* only what the text gives: no fallbacks */
	char why[WD_DETAIL_MAX]; /* the last reason why nothing fits */
};

/* What a value is for: its field's name, and its name and description as words. */
struct wd_aim {
	struct wr_text name;
	struct wd_query query;
};

/*
 * After reading: scratch, and each sentence's weight by what it shares with the opening. False: no
 * memory.
 */
WR_MUST_CHECK bool wd_extract_link(struct wd_extract *x);

/* Note why there is no value; returns NULL. */
struct wd_json *wd_extract_give_up(struct wd_extract *x, const char *what, struct wr_text name);

/* Note that memory is spent: the whole answer fails, whatever else is tried. */
static inline void
wd_extract_spent(struct wd_extract *x)
{
	if (x->doc->status == WR_OK)
		x->doc->status = x->doc->arena.over ? WR_LIMIT : WR_NOMEM;
}

/* The best sentences of what is in view, at most bound bytes, in the text's order. */
void wd_pick_summary(struct wd_extract *x, size_t bound, struct wr_buf *out);

/* How well words fit what is in view; 0: not at all. */
uint64_t wd_pick_likeness(struct wd_extract *x, struct wr_text words);

struct wd_json *wd_pick_text(struct wd_extract *x, struct wd_aim aim);
struct wd_json *wd_pick_number(
    struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim);
struct wd_json *wd_pick_bool(struct wd_extract *x, struct wd_aim aim);
struct wd_json *wd_pick_choice(
    struct wd_extract *x, const struct wd_json *names, struct wd_aim aim);

#endif
