/*
 * Texts with holes, written in place or in a prompt file of their own. A file is asked for
 * once, and means the same wherever it is written.
 */
#include "compiler/lower.h"
#include "compiler/parse.h"

#include <assert.h>

uint32_t
wc_lower_template(struct wc_lower *l, const struct wc_template *t)
{
	uint32_t len = 0;
	uint32_t *nodes = wc_unit_get(l->u, t->pieces.len, sizeof *nodes);
	struct wc_span *spans = wc_unit_get(l->u, t->pieces.len, sizeof *spans);

	if (nodes == NULL || spans == NULL)
		return WR_NONE;
	for (const struct wc_piece *p = t->pieces.first; p != NULL; p = p->next) {
		if (p->expr == NULL && !l->inlined)
			wc_warn_braces(l, p->span);
		nodes[len] = p->expr == NULL ? wc_make_text(l, p->text, p->span)
					     : wc_lower_expr(l, p->expr, WR_NONE);
		spans[len++] = p->span;
	}
	assert(len == t->pieces.len);
	return wc_make_template(l, nodes, spans, len, t->span);
}

/* ---- prompt files ------------------------------------------------------------------- */

static const struct wc_template *
read_prompt(struct wc_unit *u, const struct wc_string *path)
{
	const struct wc_part *part = u->part[path->span.source->part];
	struct wc_template *template = NULL;
	struct wc_reading reading;
	struct wc_source *source;
	enum wr_status s;

	if (part->pinned) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0604, path->span,
		    "a pinned file may not read a prompt file: no hash holds that");

		wc_diag_also(d, part->pin, "pinned here");
		wc_diag_help(d, "write the prompt in place, between `\"\"\"`");
		return NULL;
	}
	if (!wc_read(u, path, &reading))
		return NULL;
	source = wc_unit_get(u, 1, sizeof *source);
	if (source == NULL)
		return NULL;
	*source = (struct wc_source){
	    reading.name, reading.bytes.at, reading.bytes.size, part->source->part};
	s = wc_parse_prompt(u->arena, source, u->diags, &template);
	if (s == WR_NOMEM || s == WR_LIMIT)
		(void)wc_unit_failed(u, s);
	return s == WR_OK ? template : NULL;
}

uint32_t
wc_lower_file(struct wc_lower *l, const struct wc_string *path, struct wc_span span)
{
	uint32_t part = path->span.source->part;
	struct wc_prompt *p = l->u->prompts;

	while (p != NULL && (p->part != part || !wr_text_eq(p->path, path->text)))
		p = p->next;
	if (p == NULL) {
		p = wc_unit_get(l->u, 1, sizeof *p);
		if (p == NULL)
			return WR_NONE;
		*p = (struct wc_prompt){.next = l->u->prompts, .path = path->text, .part = part};
		p->template = read_prompt(l->u, path);
		l->u->prompts = p;
	}
	(void)span;
	return p->template == NULL ? WR_NONE : wc_lower_template(l, p->template);
}
