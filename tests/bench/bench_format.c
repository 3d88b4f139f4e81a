/*
 * How fast sources are formatted: lines a second, beside SHA-256 of the same bytes. `tidy` is a
 * source in the style already: read and laid out once. `untidy` is one that changes, with all that
 * is compared before it may be written: the tree, the comments, a second run, and the bytecode of
 * both.
 */
#include "compiler/compile_limits.h"
#include "compiler/writc.h"
#include "runtime/sysalloc.h"
#include "tests/support/bench.h"

#include <stdio.h>

struct work {
	struct wr_buf source, out;
	enum wr_status status;
};

static void
format(void *user)
{
	struct work *w = user;
	struct wc_result result;

	wr_buf_free(&w->out);
	w->status =
	    wc_format(wd_alloc(), "x.wf", wr_buf_view(&w->source), NULL, &w->out, &result);
	if (w->status == WR_FAILED)
		printf("a bug: %s\n", result.bug);
	wc_result_free(&result);
}

/* A library as people write them; its lines are about 30 bytes. */
static void
ordinary(struct wr_buf *out, uint32_t lines)
{
	bench_put(out, "writ 1\n\nlabel pii \"about a person\"\n\n"
		       "backend model: llm accepts @pii\n\n");
	for (uint32_t i = 0; i < lines / 20; i++)
		bench_put(out,
		    "type Case%u { // %u\n  name: text ..80 @pii \"the name\"\n"
		    "  cents: int 0..1_000\n}\n\n/// Looks at a case.\n"
		    "agent look%u(c: Case%u, note: text ..200) -> text via model {\n"
		    "  model: \"m-2025-01-01\"\n  max_tokens: 100\n  user: \"\"\"\n"
		    "    Look at {{c.name}}:\n    {{note}} (%u)\n    \"\"\"\n}\n\n"
		    "fn size%u(c: Case%u) -> text =\n"
		    "  if c.cents > 500 then \"large {{c.cents}}\" else \"small\"\n\n",
		    i, i, i, i, i, i, i);
}

static void
speed(const char *name, uint32_t lines, bool untidy)
{
	struct work w = { .status = WR_OK };
	uint32_t written = 0;
	double took;

	wr_buf_init(&w.source, wd_alloc(), WC_SOURCE_MAX);
	wr_buf_init(&w.out, wd_alloc(), WC_SOURCE_MAX);
	ordinary(&w.source, lines);
	w.source.size--; /* the empty line behind the last */
	if (untidy)
		bench_put(&w.source, "const last=1\n");
	for (size_t i = 0; i < w.source.size; i++)
		written += w.source.at[i] == '\n';
	took = bench_time(format, &w);
	printf("%-8s %7u lines %9.2f ms %10.0f lines/s  %6.1f x SHA-256 of the source%s\n", name,
	    written, took * 1e3, written / took, took / bench_sha256(wr_buf_view(&w.source)),
	    w.status == WR_OK ? "" : wr_status_text(w.status));
	wr_buf_free(&w.source);
	wr_buf_free(&w.out);
}

/* Wide or deep in one thing, at n and at 4 n. */
static void
growth(const char *name, const char *head, const char *item, const char *tail, uint32_t n)
{
	double took[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		struct work w = { .status = WR_OK };

		wr_buf_init(&w.source, wd_alloc(), WC_SOURCE_MAX);
		wr_buf_init(&w.out, wd_alloc(), WC_SOURCE_MAX);
		bench_put(&w.source, "%s", head);
		for (uint32_t k = 0; k < (i == 0 ? n : 4 * n); k++)
			bench_put(&w.source, "%s", item);
		bench_put(&w.source, "%s", tail);
		took[i] = bench_time(format, &w);
		if (w.status != WR_OK)
			printf("%s: %s\n", name, wr_status_text(w.status));
		wr_buf_free(&w.source);
		wr_buf_free(&w.out);
	}
	printf("%-16s %6u | %8.2f ms %5.1f%c\n", name, n, took[1] * 1e3, took[1] / took[0],
	    took[1] / took[0] > 8 ? '!' : ' ');
}

int
main(void)
{
	printf("== sources as people write them\n");
	for (uint32_t lines = 1000; lines <= 100000; lines *= 10) {
		speed("tidy", lines, false);
		speed("untidy", lines, true);
	}
	printf("\n== shapes: time at 4 n, and how many times that at n (4 is linear)\n");
	growth("one list", "writ 1\nconst a=[1", ",2", "]\n", 20000);
	growth("one text", "writ 1\nconst a=\"", "{{ b }} and ", "\"\n", 20000);
	growth("one block", "writ 1\nconst a=\"\"\"\n", "  line\n", "  \"\"\"\n", 20000);
	growth("comments", "writ 1\n", "// c\n", "const  a = 1\n", 20000);
	growth("comments in one", "writ 1\nconst a = [", "// c\n", "1]\n", 20000);
	growth("empty lines", "writ 1\n", "\n", "const a = 1\n", 100000);
	growth("declarations", "writ 1\n", "const  a = 1\n", "", 10000);
	growth("fields", "writ 1\ntype T {", "a: int ", "}\n", 10000);
	growth("steps", "writ 1\nstart f(x: int) -> int ", "a = x ", "end x\n", 10000);
	growth("parentheses", "writ 1\nconst a = 1 ", "+ (1)", "\n", 40);
	growth("labels", "writ 1\nbackend b: llm accepts", " @a", "\n", 20000);
	return 0;
}
