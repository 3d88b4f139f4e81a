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
	const char *weight; /* of the last heading */
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

/* Is there an agent of this name whose prompts stand below? */
static bool
stands_below(const struct html *h, struct wr_text name)
{
	const struct wr_module *m = h->p->now.module;

	for (uint32_t i = 0; i < m->agents_len; i++)
		if (wr_text_eq(m->agents[i].name, name))
			return true;
	return false;
}

/* `agent NAME …`: the name leads to what the agent is told. */
static void
fact(struct html *h, struct wr_text said)
{
	static const char word[] = "agent ";
	size_t at = sizeof word - 1, end = at;

	while (end < said.size && said.at[end] != ' ' && said.at[end] != ':')
		end++;
	if (said.size > at && memcmp(said.at, word, at) == 0 &&
	    stands_below(h, (struct wr_text){ said.at + at, end - at })) {
		wr_html_raw(h, "agent <a href=\"#agent-");
		wr_html_text(h, (struct wr_text){ said.at + at, end - at });
		wr_html_raw(h, "\">");
		wr_html_text(h, (struct wr_text){ said.at + at, end - at });
		wr_html_raw(h, "</a>");
		said = (struct wr_text){ said.at + end, said.size - end };
	}
	wr_html_text(h, said);
}

/* A heading stands at the margin, a fact behind its sign, words of a text six spaces in. */
static void
change_line(struct html *h, struct opened *o, struct wr_text line)
{
	static const char *const weights[] = { [WR_WEIGHT_SLIGHT] = "slight", [WR_WEIGHT_SOME] = "some",
		[WR_WEIGHT_GRAVE] = "grave" };
	bool is_fact = line.size > 4 && line.at[0] == ' ' && line.at[1] == ' ' && line.at[2] != ' ';

	if (line.size == 0)
		return;
	if (line.at[0] != ' ') {
		close_list(h, o);
		o->weight = weights[wr_diff_weight(line)];
		wr_html_raw(h, "<h3 class=\"");
		wr_html_raw(h, o->weight);
		wr_html_raw(h, "\">");
		wr_html_text(h, line);
		wr_html_raw(h, "</h3>\n");
		return;
	}
	if (is_fact) {
		char sign = line.at[2];

		close_item(h, o);
		if (!o->list) {
			wr_html_raw(h, "<ul class=\"changes ");
			wr_html_raw(h, o->weight);
			wr_html_raw(h, "\">\n");
		}
		wr_html_raw(h, sign == '+' ? "<li><b>new</b> " : sign == '-' ? "<li><b>gone</b> " : "<li><b>changed</b> ");
		o->list = o->item = true;
		fact(h, (struct wr_text){ line.at + 4, line.size - 4 });
		return;
	}
	wr_html_raw(h, o->words ? "" : "<pre class=\"words\">");
	o->words = true;
	marked(h, (struct wr_text){ line.at + (line.size < 6 ? line.size : 6), line.size < 6 ? 0 : line.size - 6 });
	wr_html_raw(h, "\n");
}

enum wr_status
wr_html_changes(struct html *h)
{
	struct opened o = { false, false, false, "slight" };
	struct wr_text diff;
	struct wr_buf text;
	enum wr_status s;

	wr_buf_init(&text, h->buf->alloc, h->buf->max);
	s = wr_diff(h->p->basis, &h->p->now, 0, &text);
	diff = wr_buf_view(&text);
	for (size_t i = 0, end; s == WR_OK && i < diff.size; i = end + 1) {
		for (end = i; end < diff.size && diff.at[end] != '\n'; end++)
			;
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
	bool *near;            /* by edit: it is shown */
	struct wr_edits words; /* of the two lines of a row */
};

/* A line as far as one side has it: what the other has not stands between <del> or <ins>. */
static void
side(struct html *h, const struct columns *c, const struct wr_text *words, char other)
{
	char open = ' ';

	for (size_t i = 0, at = 0; i < c->words.len; i++) {
		char op = c->words.ops[i];

		if (op == other)
			continue;
		if (op != open)
			wr_html_raw(h, open == '-' ? "</del>" : open == '+' ? "</ins>" : "");
		if (op != open)
			wr_html_raw(h, op == '-' ? "<del>" : op == '+' ? "<ins>" : "");
		open = op;
		wr_html_text(h, words[at++]);
	}
	wr_html_raw(h, open == '-' ? "</del>" : open == '+' ? "</ins>" : "");
}

static struct wr_text
without_newline(struct wr_text line)
{
	return (struct wr_text){ line.at, line.size - (line.size > 0 && line.at[line.size - 1] == '\n') };
}

static void
open_cell(struct html *h, const char *class, bool any, size_t number)
{
	wr_html_raw(h, "<td class=\"n\">");
	if (any)
		wr_html_number(h, number);
	wr_html_raw(h, "</td><td class=\"");
	wr_html_raw(h, class);
	wr_html_raw(h, "\"><code>");
}

static void
cell(struct html *h, const char *class, const struct wr_text *line, size_t number)
{
	open_cell(h, class, line != NULL, number);
	if (line != NULL)
		wr_html_text(h, without_newline(*line));
	wr_html_raw(h, "</code></td>");
}

/* Do the two lines have more in common than not? Only then words that differ say something. */
static bool
alike(const struct columns *c, const struct wr_text *old)
{
	size_t same = 0, all = 0;

	for (size_t i = 0, x = 0; i < c->words.len; i++) {
		if (c->words.ops[i] == '+')
			continue;
		same += c->words.ops[i] == ' ' ? old[x].size : 0;
		all += old[x++].size;
	}
	return same * 2 > all;
}

/* A line that is gone beside the one that stands there now. */
static enum wr_status
changed_row(struct html *h, struct columns *c, size_t x, size_t y)
{
	struct wr_arena_mark kept = wr_arena_mark(h->arena);
	const struct wr_text *old, *now;
	enum wr_status s = wr_edits_in_words(without_newline(c->old[x]), without_newline(c->now[y]), h->arena, &old, &now,
	    &c->words);

	if (s == WR_OK && alike(c, old)) {
		open_cell(h, "gone", true, x + 1);
		side(h, c, old, '+');
		wr_html_raw(h, "</code></td>");
		open_cell(h, "new", true, y + 1);
		side(h, c, now, '-');
		wr_html_raw(h, "</code></td>");
	} else if (s == WR_OK) {
		cell(h, "gone", &c->old[x], x + 1);
		cell(h, "new", &c->now[y], y + 1);
	}
	wr_arena_rewind(h->arena, kept);
	return s;
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
static enum wr_status
changed_rows(struct html *h, struct columns *c, size_t x, size_t gone, size_t y, size_t new)
{
	enum wr_status s = WR_OK;

	for (size_t k = 0; s == WR_OK && (k < gone || k < new); k++) {
		wr_html_raw(h, "<tr>");
		if (k < gone && k < new) {
			s = changed_row(h, c, x + k, y + k);
		} else {
			cell(h, k < gone ? "gone" : "empty", k < gone ? &c->old[x + k] : NULL, x + k + 1);
			cell(h, k < new ? "new" : "empty", k < new ? &c->now[y + k] : NULL, y + k + 1);
		}
		wr_html_raw(h, "</tr>\n");
	}
	return s;
}

static enum wr_status
rows(struct html *h, struct columns *c)
{
	size_t x = 0, y = 0, i = 0;
	enum wr_status s = WR_OK;
	bool gap = false;

	while (i < c->edits.len && s == WR_OK) {
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
		s = changed_rows(h, c, x, gone, y, new);
		x += gone;
		y += new;
		gap = false;
	}
	return s;
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
	    "<colgroup><col class=\"n\"><col><col class=\"n\"><col></colgroup>"
	    "<thead><tr><th scope=\"col\" colspan=\"2\">before</th><th scope=\"col\" colspan=\"2\">now</th></tr></thead><tbody>\n");
	s = rows(h, &c);
	wr_html_raw(h, "</tbody></table></div></section>\n");
	return s;
}

enum wr_status
wr_html_difference(struct html *h)
{
	struct wr_buf old, now;
	enum wr_status s;

	wr_buf_init(&old, h->buf->alloc, h->buf->max);
	wr_buf_init(&now, h->buf->alloc, h->buf->max);
	s = wr_decompile(h->p->now.module, &now);
	if (s == WR_OK)
		s = wr_decompile(h->p->basis->module, &old);
	if (s == WR_OK)
		s = side_by_side(h, wr_buf_view(&old), wr_buf_view(&now));
	wr_buf_free(&now);
	wr_buf_free(&old);
	return s;
}

enum wr_status
wr_html_source(struct html *h)
{
	struct wr_buf source;
	enum wr_status s;

	wr_buf_init(&source, h->buf->alloc, h->buf->max);
	s = wr_decompile(h->p->now.module, &source);
	if (s == WR_OK) {
		wr_html_raw(h, "<section id=\"source\"><h2>Source, from the bytecode</h2>\n<pre class=\"source\"><code>");
		wr_html_text(h, wr_buf_view(&source));
		wr_html_raw(h, "</code></pre></section>\n");
	}
	wr_buf_free(&source);
	return s;
}
