/*
 * A source in the one style, or not at all. Decides whether what came out may replace what went in:
 * the same tree, the same comments, the same bytecode, and nothing more to change. The layout is
 * the business of the other format_ files, and none of it is believed here.
 */
#include "compiler/writc.h"

#include "compiler/compile_limits.h"
#include "compiler/format_parts.h"
#include "compiler/tree.h"
#include "compiler/unit.h"
#include "vm/base/limits.h"

#include <assert.h>

#define TREE_MAX (512u << 20) /* the bytes of a tree: more than 4 MiB of source can say */

/* One source, read, laid out, and what must not change. */
struct pass {
	struct wc_source *source; /* in the arena: messages point to it */
	struct wc_file *file;
	struct wc_lexemes lexemes;
	struct wr_arena layout; /* for items */
	struct wr_buf out;
	struct wr_buf tree;
};

static void
pass_free(struct pass *p)
{
	wr_buf_free(&p->out);
	wr_buf_free(&p->tree);
	wr_arena_free(&p->layout);
}

/* Freed by pass_free, whatever it returns. */
static enum wr_status
pass_init(struct pass *p, struct wr_arena *arena, const char *name, struct wr_text bytes)
{
	const struct wr_alloc *alloc = arena->alloc;

	*p = (struct pass){ .source = wr_arena_get(arena, sizeof *p->source) };
	wr_buf_init(&p->out, alloc, WC_SOURCE_MAX);
	wr_buf_init(&p->tree, alloc, TREE_MAX);
	wr_arena_init(&p->layout, alloc, WC_ARENA_MAX);
	if (p->source == NULL)
		return WR_NOMEM;
	*p->source = (struct wc_source){ name, bytes.at, bytes.size, 0 };
	return WR_OK;
}

/* WR_OK, WR_MALFORMED (told), WR_FAILED, WR_LIMIT, WR_NOMEM. */
static enum wr_status
lay_out(struct pass *p, struct wr_arena *arena, struct wc_diags *diags)
{
	struct wc_formatter f = { .source = p->source };
	enum wr_status s = wc_parse_lexemes(arena, p->source, diags, &p->file, &p->lexemes);

	if (s != WR_OK)
		return s;
	f.at = p->lexemes.at;
	f.end = p->lexemes.at + p->lexemes.len;
	wc_layout_init(&f.layout, &p->layout, &p->out);
	if (wc_format_file(&f, p->file))
		return WR_OK;
	if (f.layout.status != WR_OK)
		return f.layout.status;
	return p->out.status != WR_OK ? p->out.status : WR_FAILED;
}

/* ---- what must be the same -------------------------------------------------------------- */

static enum wr_status
same_trees(struct pass *a, struct pass *b, bool *ret_same)
{
	wc_tree_bytes(a->file, &a->tree);
	wc_tree_bytes(b->file, &b->tree);
	if (a->tree.status != WR_OK || b->tree.status != WR_OK)
		return a->tree.status != WR_OK ? a->tree.status : b->tree.status;
	*ret_same = wr_text_eq(wr_buf_view(&a->tree), wr_buf_view(&b->tree));
	return WR_OK;
}

/* The next comment from *i on without the blanks at its end; at NULL: there is none. */
static struct wr_text
next_comment(const struct pass *p, uint32_t *i)
{
	for (; *i < p->lexemes.len; ++*i) {
		const struct wc_lexeme *l = &p->lexemes.at[*i];
		uint32_t end = l->end;

		if (l->kind != WC_LEXEME_COMMENT)
			continue;
		while (strchr(" \t\r", p->source->bytes[end - 1]) != NULL)
			end--;
		++*i;
		return (struct wr_text){ p->source->bytes + l->start, end - l->start };
	}
	return (struct wr_text){ NULL, 0 };
}

static bool
same_comments(const struct pass *a, const struct pass *b)
{
	uint32_t i = 0, j = 0;
	struct wr_text one, other;

	do {
		one = next_comment(a, &i);
		other = next_comment(b, &j);
		if (!wr_text_eq(one, other))
			return false;
	} while (one.at != NULL && other.at != NULL);
	return one.at == other.at;
}

/* Both give one program, or neither does. */
static enum wr_status
same_digests(const struct wr_alloc *alloc, const struct pass *p, const struct wc_options *options,
    bool *ret_same)
{
	struct wr_text text[2] = { { p->source->bytes, p->source->size }, wr_buf_view(&p->out) };
	struct wc_options asked = options != NULL ? *options : (struct wc_options){ .read = NULL };
	struct wc_result result[2];
	struct wr_buf bytes[2];
	enum wr_status s[2];

	asked.deny_len = 0;
	for (int i = 0; i < 2; i++) {
		wr_buf_init(&bytes[i], alloc, WR_MODULE_MAX);
		s[i] = wc_compile(alloc, p->source->name, text[i], &asked, &bytes[i], &result[i]);
	}
	*ret_same = s[0] == s[1] && wr_text_eq(wr_buf_view(&bytes[0]), wr_buf_view(&bytes[1]));
	for (int i = 0; i < 2; i++) {
		wr_buf_free(&bytes[i]);
		wc_result_free(&result[i]);
	}
	return s[0] == WR_NOMEM || s[1] == WR_NOMEM ? WR_NOMEM : WR_OK;
}

/* WR_OK and *ret_bug NULL: it may be written. */
static enum wr_status
judge(const struct wr_alloc *alloc, struct pass *first, const struct wc_options *options,
    const char **ret_bug)
{
	struct pass second;
	struct wr_arena arena;
	struct wc_diags diags;
	bool same = false;
	enum wr_status s;

	wr_arena_init(&arena, alloc, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	*ret_bug = NULL;
	s = pass_init(&second, &arena, first->source->name, wr_buf_view(&first->out));
	if (s == WR_OK)
		s = lay_out(&second, &arena, &diags);
	if (s == WR_MALFORMED || s == WR_FAILED)
		*ret_bug = "what came out is not a program any more";
	if (s == WR_OK && !wr_text_eq(wr_buf_view(&first->out), wr_buf_view(&second.out)))
		*ret_bug = "formatting again would change it again";
	if (s == WR_OK && !same_comments(first, &second))
		*ret_bug = "a comment would change";
	if (s == WR_OK && (s = same_trees(first, &second, &same)) == WR_OK && !same)
		*ret_bug = "the program would change";
	if (s == WR_OK && *ret_bug == NULL &&
	    (s = same_digests(alloc, first, options, &same)) == WR_OK && !same)
		*ret_bug = "the digest would change";
	pass_free(&second);
	wr_arena_free(&arena);
	return *ret_bug != NULL ? WR_FAILED : s;
}

static bool
has_start(const struct wc_file *file)
{
	for (const struct wc_decl *d = file->decls.first; d != NULL; d = d->next)
		if (d->kind == WC_DECL_FLOW)
			return true;
	return false;
}

/* ---- the door ------------------------------------------------------------------------------- */

enum wr_status
wc_format(const struct wr_alloc *alloc, const char *name, struct wr_text bytes,
    const struct wc_options *options, struct wr_buf *ret_source, struct wc_result *ret_result)
{
	struct pass first;
	struct wc_unit u;
	enum wr_status s;

	assert(alloc != NULL && name != NULL && ret_source != NULL && ret_result != NULL);
	wc_unit_begin(&u, alloc, options, ret_result);
	s = pass_init(&first, &ret_result->arena, name, bytes);
	if (s == WR_OK)
		s = lay_out(&first, &ret_result->arena, &ret_result->diags);
	if (s == WR_FAILED)
		ret_result->bug = "the tree and the words do not agree";
	if (s == WR_OK && !wr_text_eq(bytes, wr_buf_view(&first.out)))
		s = judge(alloc, &first, options, &ret_result->bug);
	if (s == WR_OK) {
		wr_buf_text(ret_source, wr_buf_view(&first.out));
		s = ret_source->status;
		ret_result->library = !has_start(first.file);
	}
	pass_free(&first);
	return s == WR_MALFORMED ? WR_REFUSED : s;
}
