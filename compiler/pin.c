/*
 * Hashes of used files, written into the source that uses them. Decides where they stand; what
 * they are of is load.c's.
 */
#include "compiler/std.h"
#include "compiler/unit.h"

#include <assert.h>

/* The bytes of the source up to `to`, then the hash. */
static void
put(struct wr_buf *out, const struct wc_source *source, uint32_t *at, uint32_t to, const char *lead,
    const struct wc_part *used)
{
	wr_buf_add(out, source->bytes + *at, to - *at);
	wr_buf_str(out, lead);
	wr_buf_add(out, used->hash, sizeof used->hash);
	*at = to;
}

enum wr_status
wc_pin(const struct wr_alloc *alloc, const char *name, struct wr_text bytes,
    const struct wc_options *options, struct wr_buf *ret_source, struct wc_result *ret_result)
{
	struct wc_unit u;
	const struct wc_source *source;
	struct wc_part **used;
	uint32_t at = 0;
	enum wr_status s;

	assert(options != NULL && options->sha256 != NULL && name != NULL && ret_source != NULL);
	wc_unit_begin(&u, alloc, options, ret_result);
	u.pinning = true;
	s = wc_load(&u, name, bytes);
	if (s != WR_OK)
		return s;
	source = u.part[0]->source;
	used = u.part[0]->uses;
	for (const struct wc_decl *d = u.part[0]->file->decls.first; d != NULL; d = d->next) {
		if (d->kind != WC_DECL_USE)
			continue;
		if (d->use.hash.text.size == 0 && wc_std_is(d->use.path.text)) {
			used++; /* the compiler carries it */
			continue;
		}
		if (d->use.hash.text.size > 0) {
			put(ret_source, source, &at, d->use.hash.span.start, "sha256:", *used++);
			at = d->use.hash.span.end;
		} else {
			put(ret_source, source, &at, d->use.path.span.end, " sha256:", *used++);
		}
	}
	wr_buf_add(ret_source, source->bytes + at, source->size - at);
	return ret_source->status;
}
