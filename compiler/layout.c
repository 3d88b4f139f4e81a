/*
 * Where lines end. Decides by width and by what must end a line, in one pass, linear in what it
 * writes: a group knows its width when it is closed. Knows nothing of the language.
 */
#include "compiler/layout.h"

#include <assert.h>

#define INDENT 2u

enum kind { TEXT, FLAT, PAD, SPACE, LINE, SOFT, BLANK, IN, OUT, OPEN, SHUT, TRAILING, OWN, MARGIN };

struct wc_layout_item {
	uint8_t kind;
	bool flag;         /* OPEN: wide; OWN: an empty line before; MARGIN: filled; SOFT: hard */
	bool broken;       /* OPEN: must break; when written: is broken */
	const char *at;    /* TEXT FLAT TRAILING OWN */
	uint32_t size;     /* of that; PAD: spaces; OPEN: the number of its SHUT */
	uint32_t width;    /* of all items before it, on one line; OPEN: of the group, once shut */
	uint32_t parent;   /* OPEN: the group around it */
};

void
wc_layout_init(struct wc_layout *layout, struct wr_arena *arena, struct wr_buf *buf)
{
	*layout = (struct wc_layout){ .arena = arena, .buf = buf, .group = WC_LAYOUT_NONE };
}

/* ---- what comes in ------------------------------------------------------------- */

static bool
grow(struct wc_layout *l)
{
	uint32_t room = l->room == 0 ? 1024 : 2 * l->room;
	struct wc_layout_item *more = wr_arena_array(l->arena, room, sizeof *more);

	if (more == NULL) {
		l->status = l->arena->over ? WR_LIMIT : WR_NOMEM;
		return false;
	}
	if (l->len > 0)
		memcpy(more, l->items, l->len * sizeof *more);
	l->items = more;
	l->room = room;
	return true;
}

static uint32_t
points(struct wr_text t)
{
	uint32_t n = 0;

	for (size_t i = 0; i < t.size; i++)
		n += ((unsigned char)t.at[i] & 0xC0) != 0x80;
	return n;
}

/* NULL when there is no memory; status says so. */
static struct wc_layout_item *
add(struct wc_layout *l, enum kind kind, struct wr_text text)
{
	struct wc_layout_item *item;

	if (l->status != WR_OK || (l->len == l->room && !grow(l)))
		return NULL;
	if (l->trailing && kind != SHUT && kind != OUT) {
		l->trailing = false;
		wc_layout_force(l);
	}
	item = &l->items[l->len++];
	*item = (struct wc_layout_item){ .kind = (uint8_t)kind, .at = text.at,
		.size = (uint32_t)text.size, .width = l->width, .parent = WC_LAYOUT_NONE };
	if (kind == TEXT || kind == FLAT)
		l->width += points(text);
	else if (kind == SPACE || kind == LINE)
		l->width++;
	return item;
}

#define NOTHING ((struct wr_text){ NULL, 0 })

void
wc_layout_text(struct wc_layout *layout, struct wr_text text)
{
	(void)add(layout, TEXT, text);
}

void
wc_layout_flat(struct wc_layout *layout, const char *text)
{
	(void)add(layout, FLAT, wr_text_of(text));
}

void
wc_layout_pad(struct wc_layout *layout, uint32_t spaces)
{
	struct wc_layout_item *item = add(layout, PAD, NOTHING);

	if (item != NULL)
		item->size = spaces;
}

void
wc_layout_space(struct wc_layout *layout)
{
	(void)add(layout, SPACE, NOTHING);
}

void
wc_layout_line(struct wc_layout *layout)
{
	(void)add(layout, LINE, NOTHING);
}

void
wc_layout_soft(struct wc_layout *layout)
{
	(void)add(layout, SOFT, NOTHING);
}

void
wc_layout_hard(struct wc_layout *layout)
{
	struct wc_layout_item *item = add(layout, SOFT, NOTHING);

	wc_layout_force(layout);
	if (item != NULL)
		item->flag = true;
}

void
wc_layout_blank(struct wc_layout *layout)
{
	(void)add(layout, BLANK, NOTHING);
}

void
wc_layout_in(struct wc_layout *layout)
{
	(void)add(layout, IN, NOTHING);
}

void
wc_layout_out(struct wc_layout *layout)
{
	(void)add(layout, OUT, NOTHING);
}

void
wc_layout_open(struct wc_layout *layout, bool wide)
{
	struct wc_layout_item *item = add(layout, OPEN, NOTHING);

	if (item == NULL)
		return;
	item->parent = layout->group;
	item->flag = wide || (item->parent != WC_LAYOUT_NONE && layout->items[item->parent].flag);
	layout->group = layout->len - 1;
}

void
wc_layout_shut(struct wc_layout *layout)
{
	struct wc_layout_item *open;

	if (add(layout, SHUT, NOTHING) == NULL)
		return;
	assert(layout->group != WC_LAYOUT_NONE);
	open = &layout->items[layout->group];
	open->size = layout->len - 1;
	open->width = layout->width - open->width;
	layout->group = open->parent;
	if (open->broken)
		wc_layout_force(layout);
}

void
wc_layout_force(struct wc_layout *layout)
{
	if (layout->status == WR_OK && layout->group != WC_LAYOUT_NONE)
		layout->items[layout->group].broken = true;
}

void
wc_layout_comment(struct wc_layout *layout, struct wr_text text, bool trailing, bool blank)
{
	struct wc_layout_item *item = add(layout, trailing ? TRAILING : OWN, text);

	if (item == NULL)
		return;
	item->flag = blank;
	layout->trailing = trailing;
	if (!trailing)
		wc_layout_force(layout);
}

void
wc_layout_margin(struct wc_layout *layout, bool filled)
{
	struct wc_layout_item *item = add(layout, MARGIN, NOTHING);

	if (item != NULL)
		item->flag = filled;
	wc_layout_force(layout);
}

/* ---- what goes out ---------------------------------------------------------------- */

static void
put_spaces(struct wc_layout *l, uint32_t n)
{
	static const char spaces[] = "                                ";

	l->column += n;
	for (uint32_t some; n > 0; n -= some) {
		some = n < sizeof spaces - 1 ? n : (uint32_t)sizeof spaces - 1;
		wr_buf_add(l->buf, spaces, some);
	}
}

/* What is due before something visible. */
static void
settle(struct wc_layout *l)
{
	if (l->newline && l->begun) {
		wr_buf_str(l->buf, l->blank ? "\n\n" : "\n");
		l->column = 0;
		put_spaces(l, l->indent);
	}
	l->newline = l->blank = false;
	put_spaces(l, l->spaces);
	l->spaces = 0;
	l->begun = true;
}

static void
put(struct wc_layout *l, const struct wc_layout_item *item)
{
	struct wr_text t = { item->at, item->size };

	settle(l);
	wr_buf_text(l->buf, t);
	l->column += points(t);
}

static void
end_line(struct wc_layout *l)
{
	l->newline = true;
	l->spaces = 0;
}

/* Of a long text any number past the limit. */
static uint32_t
text_width(const struct wc_layout_item *item)
{
	return item->size > 4 * WC_LAYOUT_WIDTH ?
		   item->size / 4 : points((struct wr_text){ item->at, item->size });
}

/* Does what stands behind item i, up to where the next line may begin, fit behind this column? */
static bool
rest_fits(const struct wc_layout *l, uint32_t i, uint32_t column)
{
	while (++i < l->len && column <= WC_LAYOUT_WIDTH) {
		const struct wc_layout_item *item = &l->items[i];

		if (item->kind == TEXT)
			column += text_width(item);
		else if (item->kind == SPACE)
			column++;
		else if (item->kind == LINE || item->kind == SOFT || item->kind >= TRAILING)
			return true;
		else if (item->kind == OPEN && item->flag && !item->broken) {
			column += item->width;
			i = item->size;
		}
	}
	return column <= WC_LAYOUT_WIDTH;
}

/* Decide about the group that opens at i. What is in a group on one line is on it too. */
static bool
breaks(const struct wc_layout *l, uint32_t i, uint32_t around)
{
	const struct wc_layout_item *open = &l->items[i];
	uint32_t column = (l->newline ? l->indent : l->column) + l->spaces;

	if (open->broken || open->flag)
		return open->broken;
	if (around != WC_LAYOUT_NONE && !l->items[around].broken)
		return false;
	if (open->width > WC_LAYOUT_WIDTH || column + open->width > WC_LAYOUT_WIDTH)
		return true;
	return !rest_fits(l, open->size, column + open->width);
}

static void
write_break(struct wc_layout *l, const struct wc_layout_item *item, bool broken)
{
	if (broken || item->flag)
		end_line(l);
	else if (item->kind == LINE && !l->newline)
		l->spaces = 1;
}

static void
write_margin(struct wc_layout *l, bool filled)
{
	l->newline = l->blank = false;
	l->spaces = 0;
	wr_buf_byte(l->buf, '\n');
	l->column = 0;
	if (filled)
		put_spaces(l, l->indent + INDENT);
}

static void
write(struct wc_layout *l, const struct wc_layout_item *item, bool broken)
{
	switch ((enum kind)item->kind) {
	case FLAT:
		if (broken)
			return;
		/* fallthrough */
	case TEXT:
		put(l, item);
		return;
	case PAD:
		l->spaces = broken ? item->size : l->spaces;
		return;
	case SPACE:
		if (!l->newline)
			l->spaces = 1;
		return;
	case LINE:
	case SOFT:
		write_break(l, item, broken);
		return;
	case BLANK:
		l->blank = broken;
		return;
	case IN:
		l->indent += INDENT;
		return;
	case OUT:
		l->indent -= INDENT;
		return;
	case TRAILING:
		l->spaces = l->begun && !l->newline;
		put(l, item);
		end_line(l);
		return;
	case OWN:
		l->blank = item->flag;
		end_line(l);
		put(l, item);
		end_line(l);
		return;
	case MARGIN:
		write_margin(l, item->flag);
		return;
	case OPEN:
	case SHUT:
		return;
	}
}

void
wc_layout_flush(struct wc_layout *layout)
{
	uint32_t group = WC_LAYOUT_NONE;

	assert(layout->status != WR_OK || layout->group == WC_LAYOUT_NONE);
	for (uint32_t i = 0; layout->status == WR_OK && i < layout->len; i++) {
		struct wc_layout_item *item = &layout->items[i];

		if (item->kind == OPEN) {
			item->broken = breaks(layout, i, group);
			group = i;
		} else if (item->kind == SHUT) {
			group = layout->items[group].parent;
		} else {
			write(layout, item,
			    group == WC_LAYOUT_NONE || layout->items[group].broken);
		}
	}
	layout->len = layout->width = 0;
	layout->trailing = false;
	if (layout->status == WR_OK)
		layout->status = layout->buf->status;
}
