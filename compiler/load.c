/*
 * The files of a program: the source, what it uses, and what that uses. Each is read once;
 * hashes are compared here, and rings refused. What the names in them mean is import.c's.
 */
#include "compiler/names.h"
#include "compiler/parse.h"
#include "compiler/std.h"

#include <assert.h>

/* ---- hashes ------------------------------------------------------------------------------ */

/* The bytes with \r\n as \n: what a hash is of. Empty: memory, remembered. */
static struct wr_text
normal(struct wc_unit *u, const struct wc_source *source)
{
	char *to = wc_unit_get(u, source->size + 1, 1);
	size_t size = 0;

	if (to == NULL)
		return (struct wr_text){ NULL, 0 };
	for (size_t i = 0; i < source->size; i++)
		if (source->bytes[i] != '\r' || i + 1 == source->size ||
		    source->bytes[i + 1] != '\n')
			to[size++] = source->bytes[i];
	return (struct wr_text){ to, size };
}

static void
hash(struct wc_unit *u, struct wc_part *p)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[32];
	struct wr_text bytes;

	if (p->hashed || u->options->sha256 == NULL)
		return;
	bytes = normal(u, p->source);
	if (bytes.at == NULL)
		return;
	u->options->sha256(bytes, sum);
	for (unsigned i = 0; i < sizeof sum; i++) {
		p->hash[2 * i] = digits[sum[i] >> 4];
		p->hash[2 * i + 1] = digits[sum[i] & 15];
	}
	p->hashed = true;
}

/* How the source that asks is called, for `writ pin`. */
static struct wr_text
asker(const struct wc_decl *use)
{
	return wr_text_of(use->use.path.span.source->name);
}

static void
changed(struct wc_unit *u, const struct wc_decl *use, const struct wc_part *p)
{
	struct wc_diag *d = wc_diag_add(u->diags, WC_E0603, use->use.hash.span,
	    "`%T` has changed since it was pinned", use->use.path.text);

	wc_diag_label(d, "pinned");
	wc_diag_note(d, "the file is sha256:%T", (struct wr_text){ p->hash, sizeof p->hash });
	wc_diag_help(d, "look at the change, then run `writ pin %T`", asker(use));
}

/* The hash of one `use`, or that it has none. */
static void
check_pin(struct wc_unit *u, const struct wc_decl *use, struct wc_part *p, bool elsewhere)
{
	bool pinning = u->pinning && use->use.path.span.source->part == 0;
	bool written = use->use.hash.text.size > 0;
	struct wc_diag *d;

	if (!written && wc_std_is(use->use.path.text))
		return;

	if (written || pinning)
		hash(u, p);
	if (u->status != WR_OK)
		return;
	if ((written || pinning) && !p->hashed)
		(void)wc_diag_add(u->diags, WC_E0603, use->use.path.span,
		    "the hash of `%T` cannot be checked here", use->use.path.text);
	else if (written && !pinning &&
		 !wr_text_eq(use->use.hash.text, (struct wr_text){ p->hash, sizeof p->hash }))
		changed(u, use, p);
	if (!p->pinned && (written || pinning)) {
		p->pinned = true;
		p->pin = written ? use->use.hash.span : use->use.path.span;
	}
	if (!written && !pinning && elsewhere) {
		d = wc_diag_add(u->diags, WC_E0606, use->use.path.span,
		    "`%T` lies in another root and needs a hash", use->use.path.text);
		wc_diag_help(d, "run `writ pin %T`", asker(use));
	}
}

/* What pinned files use has a hash too: else theirs would prove nothing. */
static void
check_pinned(struct wc_unit *u, const struct wc_part *p)
{
	for (const struct wc_decl *d = p->file->decls.first; d != NULL; d = d->next) {
		struct wc_diag *diag;

		if (d->kind != WC_DECL_USE || d->use.hash.text.size > 0 ||
		    wc_std_is(d->use.path.text))
			continue;
		diag = wc_diag_add(u->diags, WC_E0604, d->use.path.span,
		    "a pinned file may only use pinned files");
		wc_diag_label(diag, "without a hash");
		wc_diag_also(diag, p->pin, "pinned here");
		wc_diag_note(diag,
		    "`%s` uses `%T` without a hash, so its own hash would prove nothing",
		    p->source->name, d->use.path.text);
		wc_diag_help(
		    diag, "run `writ pin %s`, then pin it anew where it is used", p->source->name);
	}
}

/* ---- rings ------------------------------------------------------------------------------- */

static void
ring(struct wc_unit *u, const struct wc_decl *use, const struct wc_part *first,
    const struct wc_part *last)
{
	const struct wc_part *chain[WC_PARTS_MAX];
	uint32_t len = 0;
	struct wr_buf buf;

	/* Each open file was asked by another open one, up to the source itself: this ends. */
	for (const struct wc_part *p = last; p != first; p = p->asked_by)
		chain[len++] = p;
	wr_buf_init(&buf, u->arena->alloc, 1u << 16);
	wr_buf_str(&buf, first->source->name);
	while (len > 0) {
		wr_buf_str(&buf, " → ");
		wr_buf_str(&buf, chain[--len]->source->name);
	}
	wr_buf_str(&buf, " → ");
	wr_buf_str(&buf, first->source->name);
	if (buf.status == WR_OK) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0605, use->use.path.span,
		    "these files use each other: %T", wr_buf_view(&buf));

		wc_diag_help(d, "move what both need into a file of its own");
	} else if (buf.status == WR_NOMEM) {
		(void)wc_unit_failed(u, WR_NOMEM);
	}
	wr_buf_free(&buf);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* A new file of the program, parsed; NULL: reported or remembered. */
static struct wc_part *
add_part(struct wc_unit *u, const char *name, struct wr_text bytes, struct wr_text identity)
{
	struct wc_part *p = wc_unit_get(u, 1, sizeof *p);
	struct wc_source *source = wc_unit_get(u, 1, sizeof *source);
	struct wc_file *file = NULL;
	enum wr_status s;

	if (p == NULL || source == NULL)
		return NULL;
	assert(u->parts_len < WC_PARTS_MAX);
	*source = (struct wc_source){ name, bytes.at, bytes.size, u->parts_len };
	p->source = source;
	p->identity = identity.size > 0 ? identity : wr_text_of(name);
	for (unsigned i = 0; i < WC_SPACES_LEN; i++)
		wc_table_init(&p->spaces[i], u->arena);
	u->part[u->parts_len++] = p;
	s = wc_parse(u->arena, source, u->diags, &file);
	if (s == WR_NOMEM || s == WR_LIMIT)
		(void)wc_unit_failed(u, s);
	p->file = file;
	return p;
}

static struct wc_part *
known(const struct wc_unit *u, struct wr_text identity)
{
	for (uint32_t i = 0; i < u->parts_len; i++)
		if (wr_text_eq(u->part[i]->identity, identity))
			return u->part[i];
	return NULL;
}

static void load(struct wc_unit *u, struct wc_part *p);

/* A module of the library: it needs no file, so nobody is asked and no depfile names it. */
static bool
read_std(struct wc_unit *u, const struct wc_string *path, struct wc_reading *ret_reading)
{
	const struct wc_std_module *module = wc_std_find(path->text);
	struct wr_text *names, near;
	struct wc_diag *d;

	if (module != NULL) {
		*ret_reading = (struct wc_reading){ .path = path->text, .name = module->path,
			.identity = wr_text_of(module->path), .bytes = module->bytes };
		return true;
	}
	d = wc_diag_add(u->diags, WC_E0601, path->span, "cannot read `%T`", path->text);
	wc_diag_label(d, "the library has no such module");
	names = wc_unit_get(u, wc_std_len(), sizeof *names);
	if (names == NULL)
		return false;
	for (unsigned i = 0; i < wc_std_len(); i++)
		names[i] = wr_text_of(wc_std_at(i)->path);
	near = wc_nearest(path->text, names, wc_std_len());
	if (near.size > 0)
		wc_diag_help(d, "there is a `%T`", near);
	else
		wc_diag_help(d, "`writ std` lists its modules; a folder of yours is `./%T`", path->text);
	return false;
}

static struct wc_part *
use(struct wc_unit *u, struct wc_part *by, const struct wc_decl *d)
{
	struct wc_reading r;
	struct wc_part *p;

	if (!(wc_std_is(d->use.path.text) ? read_std : wc_read)(u, &d->use.path, &r))
		return NULL;
	p = known(u, r.identity.size > 0 ? r.identity : wr_text_of(r.name));
	if (p == NULL && u->parts_len == WC_PARTS_MAX) {
		(void)wc_diag_add(u->diags, WC_E0406, d->use.path.span,
		    "this program is too large: it may have %u files", WC_PARTS_MAX);
		return NULL;
	}
	if (p == NULL) {
		p = add_part(u, r.name, r.bytes, r.identity);
		if (p == NULL)
			return NULL;
		p->asked_by = by;
		load(u, p);
	} else if (p->state == WC_DEF_OPEN) {
		ring(u, d, p, by);
		return NULL;
	}
	check_pin(u, d, p, r.elsewhere);
	return p->file != NULL ? p : NULL;
}

/* At most WC_PARTS_MAX inside each other, as each file is read once. */
static void
load(struct wc_unit *u, struct wc_part *p)
{
	uint32_t len = 0;

	if (p->file == NULL)
		return;
	for (const struct wc_decl *d = p->file->decls.first; d != NULL; d = d->next)
		len += d->kind == WC_DECL_USE;
	p->uses = wc_unit_get(u, len, sizeof(struct wc_part *));
	if (p->uses == NULL)
		return;
	p->state = WC_DEF_OPEN;
	len = 0;
	for (const struct wc_decl *d = p->file->decls.first; d != NULL && u->status == WR_OK;
	     d = d->next)
		if (d->kind == WC_DECL_USE)
			p->uses[len++] = use(u, p, d);
	p->state = WC_DEF_DONE;
}

enum wr_status
wc_load(struct wc_unit *u, const char *name, struct wr_text bytes)
{
	struct wc_part *source = add_part(u, name, bytes, u->options->identity);

	if (source != NULL)
		load(u, source);
	for (uint32_t i = 0; i < u->parts_len; i++)
		if (u->part[i]->pinned && u->part[i]->file != NULL)
			check_pinned(u, u->part[i]);
	if (u->status != WR_OK)
		return u->status;
	if (u->diags->status != WR_OK)
		return u->diags->status;
	return u->diags->errors > 0 ? WR_REFUSED : WR_OK;
}
