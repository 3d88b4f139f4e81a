/* What must hold of whatever was formatted. */
#include "tests/support/formatted.h"

#include "compiler/compile_limits.h"
#include "compiler/tree.h"
#include "compiler/writc.h"

#include <string.h>

enum wr_status
formatted_read(const struct wr_alloc *alloc, struct wr_text source, struct wr_arena *ret_arena,
    struct wc_source *ret_source, struct wc_file **ret_file, struct wc_lexemes *ret_lexemes)
{
	struct wc_diags diags;

	*ret_source = (struct wc_source){ "x.wf", source.at, source.size, 0 };
	wr_arena_init(ret_arena, alloc, WC_ARENA_MAX);
	wc_diags_init(&diags, ret_arena);
	return wc_parse_lexemes(ret_arena, ret_source, &diags, ret_file, ret_lexemes);
}

static struct wr_text
comment(struct wr_text source, const struct wc_lexemes *l, uint32_t *i)
{
	struct wr_text t = { NULL, 0 };

	while (*i < l->len && l->at[*i].kind != WC_LEXEME_COMMENT)
		++*i;
	if (*i == l->len)
		return t;
	t = (struct wr_text){ source.at + l->at[*i].start, l->at[*i].end - l->at[*i].start };
	while (strchr(" \t\r", t.at[t.size - 1]) != NULL)
		t.size--;
	++*i;
	return t;
}

static bool
same_comments(struct wr_text a, const struct wc_lexemes *al, struct wr_text b,
    const struct wc_lexemes *bl)
{
	uint32_t i = 0, j = 0;

	for (;;) {
		struct wr_text x = comment(a, al, &i), y = comment(b, bl, &j);

		if (!wr_text_eq(x, y))
			return false;
		if (x.at == NULL || y.at == NULL)
			return x.at == y.at;
	}
}

/* Blanks at the end of a line that is no text; two empty lines; no newline at the end, or two. */
static const char *
untidy(struct wr_text t, const struct wc_lexemes *l)
{
	if (t.size < 2 || t.at[t.size - 1] != '\n' || t.at[t.size - 2] == '\n')
		return "it does not end in one newline";
	for (uint32_t i = 0; i + 1 < l->len; i++) {
		uint32_t end = l->at[i].end, next = l->at[i + 1].start, lines = 0;

		for (uint32_t k = end; k < next; k++) {
			lines += t.at[k] == '\n';
			if (t.at[k] == '\t' || t.at[k] == '\r' ||
			    (t.at[k] == ' ' && t.at[k + 1] == '\n'))
				return "a line ends in blanks, or holds a tab";
		}
		if (lines > 2)
			return "two empty lines";
	}
	return NULL;
}

static const char *
compare(const struct wr_alloc *alloc, struct wr_text source, struct wr_text out)
{
	struct wr_text texts[2] = { source, out };
	struct wc_source sources[2];
	struct wc_lexemes lexemes[2];
	struct wc_file *files[2];
	struct wr_arena arenas[2];
	struct wr_buf trees[2];
	const char *why = NULL;

	for (int i = 0; i < 2; i++) {
		wr_buf_init(&trees[i], alloc, 1 << 26);
		if (formatted_read(alloc, texts[i], &arenas[i], &sources[i], &files[i],
			&lexemes[i]) != WR_OK)
			why = "it does not parse";
		else
			wc_tree_bytes(files[i], &trees[i]);
	}
	if (why == NULL && !wr_text_eq(wr_buf_view(&trees[0]), wr_buf_view(&trees[1])))
		why = "the tree is another";
	if (why == NULL && !same_comments(source, &lexemes[0], out, &lexemes[1]))
		why = "the comments are others";
	if (why == NULL)
		why = untidy(out, &lexemes[1]);
	for (int i = 0; i < 2; i++) {
		wr_arena_free(&arenas[i]);
		wr_buf_free(&trees[i]);
	}
	return why;
}

const char *
formatted_check(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *ret_out,
    enum wr_status *ret_status)
{
	struct wc_result result;
	struct wr_buf again;
	const char *why = NULL;

	*ret_status = wc_format(alloc, "x.wf", source, NULL, ret_out, &result);
	if (*ret_status == WR_FAILED)
		why = result.bug;
	else if (*ret_status == WR_REFUSED && result.diags.errors == 0)
		why = "refused without a word";
	wc_result_free(&result);
	if (*ret_status != WR_OK || why != NULL)
		return why;
	wr_buf_init(&again, alloc, WC_SOURCE_MAX);
	if (wc_format(alloc, "x.wf", wr_buf_view(ret_out), NULL, &again, &result) != WR_OK ||
	    !wr_text_eq(wr_buf_view(ret_out), wr_buf_view(&again)))
		why = "formatting again changes it";
	wc_result_free(&result);
	wr_buf_free(&again);
	return why != NULL ? why : compare(alloc, source, wr_buf_view(ret_out));
}
