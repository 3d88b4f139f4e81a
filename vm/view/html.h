#ifndef WR_VIEW_HTML_H
#define WR_VIEW_HTML_H

#include "vm/format/module.h"
#include "vm/view/review.h"

/* What the files of the HTML review share; nobody else includes this. */
struct html {
	const struct wr_review *r;
	const struct wr_packet *p;
	struct wr_buf *buf;
	struct wr_arena *arena;
};

/* Our own markup, as it is. */
void wr_html_raw(struct html *h, const char *markup);

/*
 * A text that somebody else wrote: escaped, with hidden characters and look-alikes shown as what
 * they are, and bytes that are no UTF-8 too. Newlines and tabs stay.
 */
void wr_html_text(struct html *h, struct wr_text text);
void wr_html_str(struct html *h, const char *text); /* the same for words of ours that hold < or & */

void wr_html_number(struct html *h, uint64_t n); /* `74,775` */

/* Labels as marks: `@pii`; a dash when there are none. */
void wr_html_labels(struct html *h, const struct wr_module *module, uint64_t set);

/* The sections. */
WR_MUST_CHECK enum wr_status wr_html_changes(struct html *h);      /* semantic, riskiest first */
WR_MUST_CHECK enum wr_status wr_html_difference(struct html *h);   /* the two sources, side by side */
WR_MUST_CHECK enum wr_status wr_html_source(struct html *h);
WR_MUST_CHECK enum wr_status wr_html_picture(struct html *h, struct wr_text svg);
WR_MUST_CHECK enum wr_status wr_html_agents(struct html *h);       /* prompts in full, parameters */

#endif
