/*
 * The bytes by which the formatter compares two trees hold all that a source says: whatever word of
 * the corpus becomes another one or goes, the bytes are others, or it was a word that says nothing.
 * A field of the tree that is left out of them fails here.
 */
#include "compiler/tree.h"

#include "compiler/compile_limits.h"
#include "grammar/wf.y.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/formatted.h"

#include <criterion/criterion.h>
#include <glob.h>

TestSuite(tree, .timeout = 120);

#define RUN_MAX 4u /* words that go together: `: type`, `sort x desc`, `as name` */

/* Words that may stand where another one of the row stands. */
static const char *const rows[][16] = {
	{ "+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "??" },
	{ "text", "int", "number", "bool", "Name" },
	{ "true", "false", "none", "else", "0", "0.0", "0s", "name", "\"\"" },
	{ "accepts", "taints" },
	{ "not", "-", "some" },
};

/* The tree of these bytes in *ret; false: they are no program. */
static bool
tree_of(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *ret)
{
	struct wc_lexemes lexemes;
	struct wc_source read;
	struct wr_arena arena;
	struct wc_file *file;
	bool good = formatted_read(alloc, source, &arena, &read, &file, &lexemes) == WR_OK;

	ret->size = 0;
	if (good)
		wc_tree_bytes(file, ret);
	wr_arena_free(&arena);
	cr_assert_eq(ret->status, WR_OK);
	return good;
}

struct changing {
	const struct wr_alloc *alloc;
	const char *path;
	struct wr_text source;
	struct wr_buf tree, changed, other;
	unsigned tried, good;
};

/* The source with other words in [start, end) does not read the same, if it reads at all. */
static void
change(struct changing *c, uint32_t start, uint32_t end, struct wr_text words)
{
	c->changed.size = 0;
	wr_buf_add(&c->changed, c->source.at, start);
	wr_buf_text(&c->changed, words);
	wr_buf_add(&c->changed, c->source.at + end, c->source.size - end);
	if (wr_text_eq(c->source, wr_buf_view(&c->changed)))
		return;
	c->tried++;
	if (!tree_of(c->alloc, wr_buf_view(&c->changed), &c->other))
		return;
	c->good++;
	cr_expect(!wr_text_eq(wr_buf_view(&c->tree), wr_buf_view(&c->other)),
	    "%s: `%.*s` at byte %u becomes `%.*s`, and the tree stays", c->path, (int)(end - start),
	    c->source.at + start, start, (int)words.size, words.at);
}

/* Each other word of the rows that hold it. */
static void
change_within_rows(struct changing *c, const struct wc_lexeme *l)
{
	struct wr_text word = { c->source.at + l->start, l->end - l->start };

	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		bool held = false;

		for (size_t i = 0; rows[r][i] != NULL; i++)
			held |= wr_text_eq(word, wr_text_of(rows[r][i]));
		for (size_t i = 0; held && rows[r][i] != NULL; i++)
			if (!wr_text_eq(word, wr_text_of(rows[r][i])))
				change(c, l->start, l->end, wr_text_of(rows[r][i]));
	}
}

/* Its last letter or digit another one; an integer a number. */
static void
change_word(struct changing *c, const struct wc_lexeme *l)
{
	char last = c->source.at[l->end - 1], next = last == '9' ? '0' : last == 'f' ? 'a' : (char)(last + 1);

	change(c, l->end - 1, l->end, (struct wr_text){ &next, 1 });
	if (l->kind == T_INTEGER)
		change(c, l->end, l->end, WR_TEXT(".0"));
	change_within_rows(c, l);
}

/* Commas may be left out where a line ends or a list does. */
static bool
says_nothing(const struct wc_lexeme *l, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (l[i].kind != T_COMMA && l[i].kind != WC_LEXEME_COMMENT)
			return false;
	return true;
}

static void
change_file(struct changing *c)
{
	struct wc_lexemes lexemes;
	struct wc_source read;
	struct wr_arena arena;
	struct wc_file *file;

	if (formatted_read(c->alloc, c->source, &arena, &read, &file, &lexemes) == WR_OK) {
		c->tree.size = 0;
		wc_tree_bytes(file, &c->tree);
		for (uint32_t i = 0; i < lexemes.len; i++) {
			const struct wc_lexeme *l = &lexemes.at[i];

			if (l->kind != WC_LEXEME_COMMENT)
				change_word(c, l);
			for (uint32_t n = 1; n <= RUN_MAX && i + n <= lexemes.len; n++)
				if (!says_nothing(l, n))
					change(c, l->start, l[n - 1].end, WR_TEXT(" "));
		}
	}
	wr_arena_free(&arena);
}

Test(tree, changes_with_every_word)
{
	struct failing_alloc memory;
	struct changing c = { .alloc = &memory.hook };
	glob_t found;

	failing_alloc_init(&memory);
	wr_buf_init(&c.tree, &memory.hook, 1 << 26);
	wr_buf_init(&c.changed, &memory.hook, WC_SOURCE_MAX);
	wr_buf_init(&c.other, &memory.hook, 1 << 26);
	cr_assert_eq(glob("tests/golden/fmt/*.wf", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct wr_buf bytes;

		wr_buf_init(&bytes, &memory.hook, WC_SOURCE_MAX);
		c.path = found.gl_pathv[i];
		flow_file_read(c.path, &bytes);
		c.source = wr_buf_view(&bytes);
		change_file(&c);
		wr_buf_free(&bytes);
	}
	globfree(&found);
	cr_expect(c.tried > 5000 && c.good > 1000, "%u of %u read", c.good, c.tried);
	wr_buf_free(&c.tree);
	wr_buf_free(&c.changed);
	wr_buf_free(&c.other);
	cr_expect_eq(memory.live_bytes, 0);
}
