/*
 * Files that a source names: asked for through the caller's callback, and what to say when they
 * cannot be had. Judges nothing that is in them.
 */
#include "compiler/names.h"

#include <assert.h>

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
		wc_diag_help(d, "move it below the root, choose the root with `-C`, or add its "
				"folder with `-I`");
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

bool
wc_read(struct wc_unit *u, const struct wc_string *path, struct wc_reading *ret_reading)
{
	struct wc_reading reading = { .path = path->text,
		.from = u->part[path->span.source->part]->source->name,
		.arena = u->arena };
	enum wr_status s =
	    u->options->read == NULL ? WR_ABSENT : u->options->read(u->options->user, &reading);

	if (s == WR_NOMEM) {
		(void)wc_unit_failed(u, s);
		return false;
	}
	if (s != WR_OK) {
		cannot_read(u, &reading, path->span, s);
		return false;
	}
	assert(reading.name != NULL);
	note_file(u, reading.name);
	*ret_reading = reading;
	return u->status == WR_OK;
}
