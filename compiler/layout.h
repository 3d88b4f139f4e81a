#ifndef WC_LAYOUT_H
#define WC_LAYOUT_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"

/*
 * Text with the places where its lines may end, and the lines made of it. A group has all of its
 * lines or none: it stays on one line when nothing in it forces a line and it fits. Texts are not
 * copied: they must outlive the layout.
 */
#define WC_LAYOUT_WIDTH 100u

struct wc_layout_item;

struct wc_layout {
	struct wr_buf *buf;            /* what the lines are appended to */
	struct wr_arena *arena;        /* for what is not yet written */
	enum wr_status status;         /* WR_OK, WR_NOMEM or WR_LIMIT */
	struct wc_layout_item *items;
	uint32_t len, room;
	uint32_t group;                /* the innermost that is open, or WC_LAYOUT_NONE */
	uint32_t width;                /* of all items, on one line */
	bool trailing;                 /* a comment ends the line, if more follows in the group */

	/* the lines */
	uint32_t indent, column;
	uint32_t spaces;               /* not yet written */
	bool newline, blank;           /* not yet written */
	bool begun;                    /* something was ever written */
};
#define WC_LAYOUT_NONE UINT32_MAX

void wc_layout_init(struct wc_layout *layout, struct wr_arena *arena, struct wr_buf *buf);

/* Text without newlines. */
void wc_layout_text(struct wc_layout *layout, struct wr_text text);

/* Text in a group that is on one line; in one that is not. */
void wc_layout_flat(struct wc_layout *layout, const char *text);
void wc_layout_pad(struct wc_layout *layout, uint32_t spaces);

void wc_layout_space(struct wc_layout *layout);

/* A space or a new line; nothing or a new line; a new line. */
void wc_layout_line(struct wc_layout *layout);
void wc_layout_soft(struct wc_layout *layout);
void wc_layout_hard(struct wc_layout *layout);

/* If a new line comes next, an empty one goes before it. */
void wc_layout_blank(struct wc_layout *layout);

/* New lines are two spaces further to the right, until out. */
void wc_layout_in(struct wc_layout *layout);
void wc_layout_out(struct wc_layout *layout);

/* wide: as if lines had no end; only what forces a line breaks it. */
void wc_layout_open(struct wc_layout *layout, bool wide);
void wc_layout_shut(struct wc_layout *layout);

/* The innermost group is not on one line. */
void wc_layout_force(struct wc_layout *layout);

/*
 * A comment, after which a new line begins. trailing: on the line of what stands before it; it
 * breaks the group only when more follows in it. Else on a line of its own, after an empty one if
 * blank.
 */
void wc_layout_comment(struct wc_layout *layout, struct wr_text text, bool trailing, bool blank);

/* A new line of a text, now: at the margin when something stands on it. */
void wc_layout_margin(struct wc_layout *layout, bool filled);

/* Write all so far. No group is open. What comes later begins where this ends. */
void wc_layout_flush(struct wc_layout *layout);

#endif
