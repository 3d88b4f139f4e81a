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
		nodes[len] = p->expr == NULL ? wc_make_text(l, p->text, p->span)
					     : wc_lower_expr(l, p->expr, WR_NONE);
		spans[len++] = p->span;
	}
	assert(len == t->pieces.len);
	return wc_make_template(l, nodes, spans, len, t->span);
}

/* ---- prompt files ------------------------------------------------------------------- */

/* Remember the name for depfiles, once. */
static void
note_file(struct wc_unit *u, const char *name)
{
	struct wc_result *r = u->result;
	const char **more;

	for (uint32_t i = 0; i < r->files_len; i++)
		if (strcmp(r->files[i], name) == 0)
			return;
	more = wc_unit_get(u, r->files_len + 1, sizeof *more);
	if (more == NULL)
		return;
	for (uint32_t i = 0; i < r->files_len; i++)
		more[i] = r->files[i];
	more[r->files_len] = name;
	r->files = more;
	r->files_len++;
}

static void
cannot_read(
    struct wc_unit *u, const struct wc_reading *reading, struct wc_span span, enum wr_status why)
{
	struct wc_diag *d;
	struct wr_text near;

	if (why == WR_REFUSED) {
		d = wc_diag_add(u->diags, WC_E0602, span, "`%T` is outside the source root `%T`",
		    reading->path, reading->root);
		wc_diag_help(d, "move it below the root, or choose the root with `-C`");
		return;
	}
	d = wc_diag_add(u->diags, WC_E0601, span, "cannot read `%T`", reading->path);
	if (why == WR_ABSENT) {
		near = wc_nearest(reading->path, reading->nearby, reading->nearby_len);
		wc_diag_label(d, "there is no such file");
		if (near.size > 0)
			wc_diag_help(d, "there is a `%T`", near);
	} else {
		wc_diag_label(d, "%s",
		    why == WR_LIMIT ? "it is too large" : "it is there, and reading it fails");
	}
}

static const struct wc_template *
read_prompt(struct wc_unit *u, struct wr_text path, struct wc_span span)
{
	struct wc_reading reading = {
	    .path = path, .from = u->file->source->name, .arena = u->arena};
	enum wr_status s =
	    u->options->read == NULL ? WR_ABSENT : u->options->read(u->options->user, &reading);
	struct wc_template *template = NULL;
	struct wc_source *source;

	if (s == WR_NOMEM) {
		(void)wc_unit_failed(u, s);
		return NULL;
	}
	if (s != WR_OK) {
		cannot_read(u, &reading, span, s);
		return NULL;
	}
	source = wc_unit_get(u, 1, sizeof *source);
	if (source == NULL)
		return NULL;
	*source = (struct wc_source){reading.name, reading.bytes.at, reading.bytes.size};
	note_file(u, reading.name);
	s = wc_parse_prompt(u->arena, source, u->diags, &template);
	if (s == WR_NOMEM || s == WR_LIMIT)
		(void)wc_unit_failed(u, s);
	return s == WR_OK ? template : NULL;
}

uint32_t
wc_lower_file(struct wc_lower *l, const struct wc_string *path, struct wc_span span)
{
	struct wc_prompt *p = l->u->prompts;

	while (p != NULL && !wr_text_eq(p->path, path->text))
		p = p->next;
	if (p == NULL) {
		p = wc_unit_get(l->u, 1, sizeof *p);
		if (p == NULL)
			return WR_NONE;
		*p = (struct wc_prompt){.next = l->u->prompts, .path = path->text};
		p->template = read_prompt(l->u, path->text, path->span);
		l->u->prompts = p;
	}
	(void)span;
	return p->template == NULL ? WR_NONE : wc_lower_template(l, p->template);
}
