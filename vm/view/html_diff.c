/*
 * Differences in HTML: the semantic one, whose lines and marks wr_diff gives, and the sources side by
 * side. Decides how they look; what differs is decided in diff.c and edits.c.
 */
#include "vm/view/html.h"

#include "vm/view/decompile.h"
#include "vm/view/edits.h"

#define CONTEXT 3u /* lines around a change that are shown */

/* Where a text has a mark of wr_diff: `[-`, `-]`, `{+`, `+}`. No text of a program has one. */
static bool
is_mark(struct wr_text t, size_t i, const char *mark)
{
	return i + 1 < t.size && t.at[i] == mark[0] && t.at[i + 1] == mark[1];
}

/* A line of words with its marks as <del> and <ins>. */
static void
marked(struct html *h, struct wr_text line)
{
	static const char *const marks[][2] = { { "[-", "<del>" }, { "-]", "</del>" },
		{ "{+", "<ins>" }, { "+}", "</ins>" } };
	size_t from = 0;

	for (size_t i = 0; i + 1 < line.size; i++)
		for (size_t k = 0; k < 4; k++) {
			if (!is_mark(line, i, marks[k][0]))
				continue;
			wr_html_text(h, (struct wr_text){ line.at + from, i - from });
			wr_html_raw(h, marks[k][1]);
			from = i + 2;
			i++;
			break;
		}
	wr_html_text(h, (struct wr_text){ line.at + from, line.size - from });
}

/* What the lines before have opened. */
struct opened {
	bool list, item, words;
};

static void
close_item(struct html *h, struct opened *o)
{
	wr_html_raw(h, o->words ? "</pre>" : "");
	wr_html_raw(h, o->item ? "</li>\n" : "");
	o->item = o->words = false;
}

static void
close_list(struct html *h, struct opened *o)
{
	close_item(h, o);
	wr_html_raw(h, o->list ? "</ul>\n" : "");
	o->list = false;
}

/* A heading stands at the margin, a fact behind its sign, words of a text six spaces in. */
static void
change_line(struct html *h, struct opened *o, struct wr_text line)
{
	bool fact = line.size > 4 && line.at[0] == ' ' && line.at[1] == ' ' && line.at[2] != ' ';

	if (line.size == 0)
		return;
	if (line.at[0] != ' ') {
		close_list(h, o);
		wr_html_raw(h, "<h3>");
		wr_html_text(h, line);
		wr_html_raw(h, "</h3>\n");
		return;
	}
	if (fact) {
		char sign = line.at[2];

		close_item(h, o);
		wr_html_raw(h, o->list ? "" : "<ul class=\"changes\">\n");
		wr_html_raw(h, sign == '+' ? "<li class=\"more\"><b>new</b> "
		    : sign == '-' ? "<li class=\"less\"><b>gone</b> " : "<li class=\"other\"><b>changed</b> ");
		o->list = o->item = true;
		wr_html_text(h, (struct wr_text){ line.at + 4, line.size - 4 });
		return;
	}
	wr_html_raw(h, o->words ? "" : "<pre class=\"words\" tabindex=\"0\">");
	o->words = true;
	marked(h, (struct wr_text){ line.at + (line.size < 6 ? line.size : 6), line.size < 6 ? 0 : line.size - 6 });
	wr_html_raw(h, "\n");
}

enum wr_status
wr_html_changes(struct html *h)
{
	struct opened o = { false, false, false };
	struct wr_text diff;
	struct wr_buf text;
	unsigned skipped = 0;
	enum wr_status s;

	wr_buf_init(&text, h->buf->alloc, h->buf->max);
	s = wr_diff(h->p->basis, &h->p->now, false, &text);
	diff = wr_buf_view(&text);
	for (size_t i = 0, end; s == WR_OK && i < diff.size; i = end + 1) {
		for (end = i; end < diff.size && diff.at[end] != '\n'; end++)
			;
		if (skipped < 3) { /* name and the two digests: they stand at the top of the page */
			skipped++;
			continue;
		}
		change_line(h, &o, (struct wr_text){ diff.at + i, end - i });
	}
	close_list(h, &o);
	wr_buf_free(&text);
	return s;
}

/* ---- sources ------------------------------------------------------------------------ */

struct columns {
	const struct wr_text *old, *now;
	struct wr_edits edits;
	bool *near; /* by edit: it is shown */
};

static void
cell(struct html *h, const char *class, const struct wr_text *line, size_t number)
{
	wr_html_raw(h, "<td class=\"n\">");
	if (line != NULL)
		wr_html_number(h, number);
	wr_html_raw(h, "</td><td class=\"");
	wr_html_raw(h, class);
	wr_html_raw(h, "\"><code>");
	if (line != NULL)
		wr_html_text(h, (struct wr_text){ line->at, line->size - (line->size > 0 && line->at[line->size - 1] == '\n') });
	wr_html_raw(h, "</code></td>");
}

static bool
mark_near(struct html *h, struct columns *c)
{
	c->near = wr_arena_array(h->arena, c->edits.len + 1, sizeof *c->near);
	for (size_t i = 0; c->near != NULL && i < c->edits.len; i++) {
		if (c->edits.ops[i] == ' ')
			continue;
		for (size_t k = i < CONTEXT ? 0 : i - CONTEXT; k <= i + CONTEXT && k < c->edits.len; k++)
			c->near[k] = true;
	}
	return c->near != NULL;
}

/* Lines that are gone beside lines that are new, as far as there are both. */
static void
rows(struct html *h, const struct columns *c)
{
	size_t x = 0, y = 0, i = 0;
	bool gap = false;

	while (i < c->edits.len) {
		size_t gone = 0, new = 0;

		if (c->edits.ops[i] == ' ') {
			if (c->near[i]) {
				wr_html_raw(h, "<tr>");
				cell(h, "same", &c->old[x], x + 1);
				cell(h, "same", &c->now[y], y + 1);
				wr_html_raw(h, "</tr>\n");
			} else if (!gap) {
				wr_html_raw(h, "<tr class=\"gap\"><td colspan=\"4\">…</td></tr>\n");
			}
			gap = !c->near[i];
			i++;
			x++;
			y++;
			continue;
		}
		for (; i < c->edits.len && c->edits.ops[i] != ' '; i++) {
			gone += c->edits.ops[i] == '-';
			new += c->edits.ops[i] == '+';
		}
		for (size_t k = 0; k < gone || k < new; k++) {
			wr_html_raw(h, "<tr>");
			cell(h, k < gone ? "gone" : "empty", k < gone ? &c->old[x + k] : NULL, x + k + 1);
			cell(h, k < new ? "new" : "empty", k < new ? &c->now[y + k] : NULL, y + k + 1);
			wr_html_raw(h, "</tr>\n");
		}
		x += gone;
		y += new;
		gap = false;
	}
}

static enum wr_status
side_by_side(struct html *h, struct wr_text old, struct wr_text now)
{
	size_t old_len = 0, now_len = 0;
	struct columns c = { .old = wr_edits_lines(old, h->arena, &old_len) };
	enum wr_status s;

	c.now = wr_edits_lines(now, h->arena, &now_len);
	if (c.old == NULL || c.now == NULL)
		return h->arena->over ? WR_LIMIT : WR_NOMEM;
	s = wr_edits_make(c.old, old_len, c.now, now_len, h->arena, &c.edits);
	if (s != WR_OK)
		return s;
	if (!mark_near(h, &c))
		return h->arena->over ? WR_LIMIT : WR_NOMEM;
	wr_html_raw(h, "<section id=\"difference\"><h2>The two sources, side by side</h2>\n"
	    "<div class=\"scroll\" role=\"region\" aria-label=\"The two sources\" tabindex=\"0\"><table class=\"sides\">"
	    "<thead><tr><th scope=\"col\" colspan=\"2\">before</th><th scope=\"col\" colspan=\"2\">now</th></tr></thead><tbody>\n");
	rows(h, &c);
	wr_html_raw(h, "</tbody></table></div></section>\n");
	return WR_OK;
}

enum wr_status
wr_html_sources(struct html *h)
{
	struct wr_buf old, now;
	enum wr_status s;

	wr_buf_init(&old, h->buf->alloc, h->buf->max);
	wr_buf_init(&now, h->buf->alloc, h->buf->max);
	s = wr_decompile(h->p->now.module, &now);
	if (s == WR_OK && h->p->basis != NULL)
		s = wr_decompile(h->p->basis->module, &old);
	if (s == WR_OK && h->p->basis != NULL)
		s = side_by_side(h, wr_buf_view(&old), wr_buf_view(&now));
	if (s == WR_OK) {
		wr_html_raw(h, "<section id=\"source\"><h2>Source, from the bytecode</h2>\n"
		    "<pre class=\"source\" tabindex=\"0\"><code>");
		wr_html_text(h, wr_buf_view(&now));
		wr_html_raw(h, "</code></pre></section>\n");
	}
	wr_buf_free(&now);
	wr_buf_free(&old);
	return s;
}
