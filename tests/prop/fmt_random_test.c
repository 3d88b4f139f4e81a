/*
 * Whatever the corpus says, with comments between any two words, on lines that end anywhere, it is
 * formatted to the same program with the same comments, and formatting that changes nothing.
 */
#include "tests/support/failing_alloc.h"
#include "tests/support/formatted.h"

#include "compiler/compile_limits.h"
#include "grammar/wf.y.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(fmt_random, .timeout = 300);

#if defined(__SANITIZE_ADDRESS__)
#define ROUNDS 1
#else
#define ROUNDS 4
#endif

static const char *const folders[] = { "tests/golden/syntax", "tests/golden/fmt",
	"tests/golden/show", "tests/golden/views", "tests/prop/flows", "tests/golden/compile",
	"examples/claims" };

struct random {
	uint64_t seed;
};

static uint32_t
pick(struct random *r, uint32_t n)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->seed >> 33) % n;
}

/* True where blanks and comments may stand before this lexeme: not inside a text. */
static bool
in_code(const struct wc_lexeme *l)
{
	return l->kind != T_TCHUNK && l->kind != T_TOPEN && l->kind != T_TEND;
}

enum what { COMMENTS, BLANKS, BOTH, WHATS };

static void
put_blanks(struct random *r, struct wr_buf *out)
{
	static const char *const blanks[] = { " ", "\n", "\t", "\r\n", "   ", "\n\n\n",
		" \n\t", "\n  " };

	wr_buf_str(out, blanks[pick(r, sizeof blanks / sizeof *blanks)]);
}

static void
put_comment(struct random *r, struct wr_buf *out)
{
	static const char *const begins[] = { "//", "\n// ", " // own\n\n//", "///",
		"\n\n/// {{ \"" };

	wr_buf_str(out, begins[pick(r, sizeof begins / sizeof *begins)]);
	wr_buf_u64(out, pick(r, 1000));
	wr_buf_str(out, pick(r, 2) ? "\n" : " \r\n\n\n");
}

/* The source again with other gaps. */
static void
disturb(struct random *r, enum what what, struct wr_text source, const struct wc_lexemes *l,
    struct wr_buf *out)
{
	uint32_t before = 0, rare = 1 + pick(r, 12);

	for (uint32_t i = 0; i < l->len; i++) {
		const struct wc_lexeme *x = &l->at[i];
		bool blanks = what != COMMENTS && pick(r, rare) == 0 && in_code(x);

		if (blanks && (before < x->start || pick(r, 4) == 0) &&
		    (i == 0 || l->at[i - 1].kind != WC_LEXEME_COMMENT))
			put_blanks(r, out);
		else
			wr_buf_add(out, source.at + before, x->start - before);
		if (what != BLANKS && in_code(x) && pick(r, rare) == 0)
			put_comment(r, out);
		wr_buf_add(out, source.at + x->start, x->end - x->start);
		before = x->end;
	}
	wr_buf_add(out, source.at + before, source.size - before);
}

/* Some of what is disturbed does not parse: a new line in a block of one. Returns whether it did. */
static bool
check(const char *path, struct random *r, enum what what, struct wr_text source,
    const struct wc_lexemes *lexemes, const struct wr_alloc *alloc)
{
	struct wr_buf disturbed, out;
	uint64_t seed = r->seed;
	enum wr_status status;
	const char *why;

	wr_buf_init(&disturbed, alloc, WC_SOURCE_MAX);
	wr_buf_init(&out, alloc, WC_SOURCE_MAX);
	disturb(r, what, source, lexemes, &disturbed);
	why = formatted_check(alloc, wr_buf_view(&disturbed), &out, &status);
	cr_expect(why == NULL, "%s, seed %llu, %d: %s", path, (unsigned long long)seed, what, why);
	if (why != NULL && getenv("WRIT_KEEP") != NULL) {
		char kept[64];
		FILE *f;

		snprintf(kept, sizeof kept, "/tmp/format_%llx.wf", (unsigned long long)seed);
		f = fopen(kept, "wb");

		cr_assert(f != NULL);
		fwrite(disturbed.at, 1, disturbed.size, f);
		fclose(f);
	}
	wr_buf_free(&disturbed);
	wr_buf_free(&out);
	return status == WR_OK;
}

static void
check_file(const char *path, struct random *r, unsigned *tried, unsigned *good)
{
	static char bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	struct wc_lexemes lexemes;
	struct failing_alloc memory;
	struct wc_source source;
	struct wr_arena arena;
	struct wc_file *file;
	struct wr_text text = { bytes, 0 };

	cr_assert(f != NULL, "%s", path);
	text.size = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	failing_alloc_init(&memory);
	if (formatted_read(&memory.hook, text, &arena, &source, &file, &lexemes) == WR_OK) {
		for (int i = 0; i < ROUNDS * WHATS; i++) {
			++*tried;
			*good += check(path, r, (enum what)(i % WHATS), text, &lexemes, &memory.hook);
		}
	}
	wr_arena_free(&arena);
	cr_expect_eq(memory.live_bytes, 0);
}

Test(fmt_random, keeps_program_and_comments_wherever_lines_end)
{
	const char *given = getenv("WRIT_SEED");
	struct random r = { given != NULL ? strtoull(given, NULL, 10) : 1 };
	unsigned tried = 0, good = 0;

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct dirent **entries;
		int len = scandir(folders[i], &entries, NULL, alphasort);

		cr_assert(len > 0, "%s", folders[i]);
		for (int k = 0; k < len; k++) {
			const char *name = entries[k]->d_name;
			char path[512];

			snprintf(path, sizeof path, "%s/%s", folders[i], name);
			if (strlen(name) > 3 && strcmp(name + strlen(name) - 3, ".wf") == 0)
				check_file(path, &r, &tried, &good);
			free(entries[k]);
		}
		free(entries);
	}
	cr_expect(tried > 300 && good > tried * 8 / 10, "%u of %u parse", good, tried);
}
