/* Edits lead from the one text to the other, are the fewest, and stay bounded. */
#include "tests/support/failing_alloc.h"
#include "vm/view/edits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(edits, .timeout = 60);

/* Every letter is a text. */
static enum wr_status
edits_of(const char *old, const char *now, struct wr_arena *arena, struct wr_edits *ret)
{
	struct wr_text a[64], b[64];
	size_t i = 0, k = 0;

	for (; old[i] != '\0'; i++)
		a[i] = (struct wr_text){ old + i, 1 };
	for (; now[k] != '\0'; k++)
		b[k] = (struct wr_text){ now + k, 1 };
	return wr_edits_make(a, i, b, k, arena, ret);
}

static size_t
least(const char *old, const char *now)
{
	size_t table[65][65] = { { 0 } }, n = strlen(old), m = strlen(now);

	for (size_t i = n + 1; i-- > 0;)
		for (size_t k = m + 1; k-- > 0;) {
			if (i == n || k == m)
				table[i][k] = n - i + m - k;
			else if (old[i] == now[k])
				table[i][k] = table[i + 1][k + 1];
			else
				table[i][k] =
				    1 + (table[i + 1][k] < table[i][k + 1] ? table[i + 1][k] :
									     table[i][k + 1]);
		}
	return table[0][0];
}

static void
expect_edits(const char *old, const char *now)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_edits e;
	size_t x = 0, y = 0, edits = 0;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1 << 24);
	cr_assert_eq(edits_of(old, now, &arena, &e), WR_OK);
	for (size_t i = 0; i < e.len; i++) {
		if (e.ops[i] == ' ')
			cr_assert_eq(old[x], now[y], "%s %s: %.*s", old, now, (int)e.len, e.ops);
		edits += e.ops[i] != ' ';
		x += e.ops[i] != '+';
		y += e.ops[i] != '-';
	}
	cr_expect(x == strlen(old) && y == strlen(now), "%s %s: %.*s", old, now, (int)e.len, e.ops);
	cr_expect_eq(edits, least(old, now), "%s %s: %.*s", old, now, (int)e.len, e.ops);
	wr_arena_free(&arena);
	cr_expect_eq(f.live_bytes, 0);
}

Test(edits, are_right_and_the_fewest)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "a", "a" },
		{ "", "a" },
		{ "a", "" },
		{ "a", "b" },
		{ "abc", "abc" },
		{ "abcabba", "cbabac" },
		{ "ab", "ba" },
		{ "aaaa", "aa" },
		{ "aa", "aaaa" },
		{ "xaby", "xcy" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_edits(cases[i][0], cases[i][1]);
	srand(7);
	for (int round = 0; round < 3000; round++) {
		char a[40] = "", b[40] = "";

		for (int i = 0, n = rand() % 39; i < n; i++)
			a[i] = (char)('a' + rand() % 3);
		for (int i = 0, n = rand() % 39; i < n; i++)
			b[i] = (char)('a' + rand() % 3);
		expect_edits(a, b);
	}
}

Test(edits, of_a_great_many_are_coarse_and_still_right)
{
	size_t len = 20000, x = 0, y = 0;
	struct wr_text *a = calloc(len, sizeof *a), *b = calloc(len, sizeof *b);
	char *letters = malloc(len * 2);
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_edits e;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1 << 28);
	srand(3);
	for (size_t i = 0; i < len; i++) {
		letters[i] = (char)('a' + rand() % 26);
		letters[len + i] = (char)('A' + rand() % 26);
		a[i] = (struct wr_text){ letters + i, 1 };
		b[i] = (struct wr_text){ letters + len + i, 1 };
	}
	b[0] = a[0];
	cr_assert_eq(wr_edits_make(a, len, b, len, &arena, &e), WR_OK);
	for (size_t i = 0; i < e.len; i++) {
		x += e.ops[i] != '+';
		y += e.ops[i] != '-';
	}
	cr_expect(
	    x == len && y == len && e.ops[0] == ' ' && e.ops[1] == '-' && e.ops[e.len - 1] == '+');
	wr_arena_free(&arena);
	free(letters);
	free(b);
	free(a);
}

Test(edits, are_written_as_diff_writes_them)
{
	static const struct {
		const char *old, *now, *want;
	} cases[] = {
		{ "a\n", "a\n", "" },
		{ "", "a\n", "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n" },
		{ "a\n", "", "--- x\n+++ y\n@@ -1 +0,0 @@\n-a\n" },
		{ "a\n", "a", "--- x\n+++ y\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
		    "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n" },
		{ "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		    "--- x\n+++ y\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n" },
		{ "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
		    "--- x\n+++ y\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n "
		    "7\n-b\n+B\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f = { 0 };

		while (failing_alloc_next(&f)) {
			struct wr_arena arena;
			struct wr_buf buf;
			enum wr_status s;

			wr_arena_init(&arena, &f.hook, 1 << 20);
			wr_buf_init(&buf, &f.hook, 1 << 20);
			s = wr_edits_unified(wr_text_of(cases[i].old), wr_text_of(cases[i].now),
			    "x", "y", &arena, &buf);
			if (f.fail_at >= 0 && f.calls > f.fail_at)
				cr_expect_eq(s, WR_NOMEM);
			else
				cr_expect(s == WR_OK && wr_text_eq(wr_buf_view(&buf),
							    wr_text_of(cases[i].want)),
				    "case %zu: %s", i, buf.at);
			wr_buf_free(&buf);
			wr_arena_free(&arena);
			cr_expect_eq(f.live_bytes, 0);
		}
	}
}
