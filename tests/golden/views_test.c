/*
 * Pictures, tables and differences of whole programs must be what tests/golden/views holds, to the
 * byte. WRIT_BLESS=1 writes them instead: read the difference before committing.
 */
#include "runtime/json.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/golden.h"
#include "tests/support/play.h"
#include "vm/for_compiler.h"
#include "vm/view/costs.h"
#include "vm/view/diff.h"
#include "vm/view/graph.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(golden_views, .timeout = 60);

#define TEXT(t) { (t), sizeof(t) - 1 }
#define FOLDER "tests/golden/views/"

static const struct {
	const char *source, *name;
} programs[] = {
	{ "examples/claims/claims.wf", "claims" },
	{ "tests/golden/show/requires.wf", "requires" },
	{ "tests/golden/show/drops.wf", "drops" },
	{ "tests/golden/show/fors.wf", "fors" },
	{ "tests/golden/show/dos.wf", "dos" },
	{ "tests/golden/show/tries.wf", "tries" },
	{ "tests/golden/show/invoices.wf", "invoices" },
	{ "tests/golden/show/debate.wf", "debate" },
	{ "tests/golden/show/people.wf", "people" },
	{ "tests/golden/show/fallbacks.wf", "fallbacks" },
	{ FOLDER "hostile.wf", "hostile" },
};

#define PROGRAMS (sizeof programs / sizeof *programs)

static void
expect_file(const char *name, const char *ending, const struct wr_buf *got)
{
	char path[256];

	cr_assert_eq(got->status, WR_OK);
	(void)snprintf(path, sizeof path, FOLDER "%s.%s", name, ending);
	golden_expect(path, wr_buf_view(got));
}

/* ---- pictures ----------------------------------------------------------------------- */

static const struct {
	const char *ending;
	void (*write)(const struct wr_graph *, struct wr_buf *);
} pictures[] = { { "dot", wr_graph_dot }, { "mmd", wr_graph_mermaid }, { "json", wr_graph_json } };

Test(golden_views, draws_the_same_pictures)
{
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < PROGRAMS * 3; i++) {
		struct wr_module *module = play_file(&f.hook, programs[i / 3].source);
		struct wr_arena arena;
		struct wr_graph graph;
		struct wr_buf out;

		wr_arena_init(&arena, &f.hook, 1 << 24);
		wr_buf_init(&out, &f.hook, 1 << 20);
		cr_assert_eq(wr_graph_make(module, &arena, &graph), WR_OK);
		pictures[i % 3].write(&graph, &out);
		expect_file(programs[i / 3].name, pictures[i % 3].ending, &out);
		wr_buf_free(&out);
		wr_arena_free(&arena);
		wr_module_free(module);
	}
	cr_expect_eq(f.live_bytes, 0);
}

/* What opens, closes, and nothing but our own words stands outside of labels. */
static void
expect_contained(const char *name, const char *ending, const char *at)
{
	for (; *at != '\0'; at++) {
		cr_expect((unsigned char)*at >= ' ' || *at == '\n', "%s.%s: control character",
		    name, ending);
		if (strcmp(ending, "dot") == 0 && *at == '<') {
			static const char *const known[] = { "<<b>", "<b>", "</b>", "<br/>",
				"<font point-size=\"10\" ", "</font>" };
			bool good = false;

			for (size_t k = 0; k < sizeof known / sizeof *known; k++)
				good |= strncmp(at, known[k], strlen(known[k])) == 0;
			cr_expect(good, "%s: %.30s", name, at);
		}
	}
}

Test(golden_views, lets_no_text_break_out_of_a_picture)
{
	struct failing_alloc f;
	struct wr_module *module;
	struct wr_arena arena;
	struct wr_graph graph;
	struct wd_json_doc doc;
	struct wr_buf out;

	failing_alloc_init(&f);
	module = play_file(&f.hook, FOLDER "hostile.wf");
	wr_arena_init(&arena, &f.hook, 1 << 24);
	cr_assert_eq(wr_graph_make(module, &arena, &graph), WR_OK);
	for (size_t i = 0; i < 3; i++) {
		wr_buf_init(&out, &f.hook, 1 << 20);
		pictures[i].write(&graph, &out);
		expect_contained("hostile", pictures[i].ending, out.at);
		if (i == 2) {
			cr_assert_eq(
			    wd_json_parse(&doc, &f.hook, wr_buf_view(&out), 1 << 20, NULL), WR_OK);
			cr_expect_eq(wd_json_len(wd_json_get(doc.root, "nodes")), graph.nodes_len);
			cr_expect_eq(wd_json_len(wd_json_get(doc.root, "edges")), graph.edges_len);
			wd_json_free(&doc);
		}
		wr_buf_free(&out);
	}
	wr_arena_free(&arena);
	wr_module_free(module);
}

Test(golden_views, draws_nothing_without_memory)
{
	struct failing_alloc calm, f = { 0 };
	struct wr_module *module;

	failing_alloc_init(&calm);
	module = play_file(&calm.hook, "examples/claims/claims.wf");
	while (failing_alloc_next(&f)) {
		struct wr_arena arena;
		struct wr_graph graph;
		struct wr_buf out;
		enum wr_status got;

		wr_arena_init(&arena, &f.hook, 1 << 24);
		wr_buf_init(&out, &f.hook, 1 << 20);
		got = wr_graph_make(module, &arena, &graph);
		if (got == WR_OK) {
			wr_graph_dot(&graph, &out);
			got = out.status;
		}
		cr_expect_eq(got, f.fail_at >= 0 && f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_buf_free(&out);
		wr_arena_free(&arena);
		cr_expect_eq(f.live_bytes, 0);
	}
	wr_module_free(module);
}

/* ---- costs -------------------------------------------------------------------------- */

static const struct wr_price prices[] = {
	{ TEXT("*"), 1, 1 },
	{ TEXT("extract-*"), 3000, 15000 },
	{ TEXT("m-2025-01-0*"), 40, 160 },
};

Test(golden_views, adds_up_the_same_costs)
{
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct wr_module *module = play_file(&f.hook, programs[i].source);
		struct wr_arena arena;
		struct wr_costs costs;
		struct wr_buf out;

		wr_arena_init(&arena, &f.hook, 1 << 24);
		wr_buf_init(&out, &f.hook, 1 << 20);
		for (size_t with = 0; with < 2; with++) {
			cr_assert_eq(wr_costs_make(module, wr_module_summary(module), prices,
					 with == 0 ? 0 : 3, &arena, &costs),
			    WR_OK);
			wr_costs_text(&costs, &out);
			wr_costs_json(&costs, &out);
		}
		expect_file(programs[i].name, "bounds", &out);
		wr_buf_free(&out);
		wr_arena_free(&arena);
		wr_module_free(module);
	}
	cr_expect_eq(f.live_bytes, 0);
}

Test(golden_views, adds_up_nothing_without_memory)
{
	struct failing_alloc calm, f = { 0 };
	struct wr_module *module;

	failing_alloc_init(&calm);
	module = play_file(&calm.hook, "examples/claims/claims.wf");
	while (failing_alloc_next(&f)) {
		struct wr_arena arena;
		struct wr_costs costs;
		enum wr_status got;

		wr_arena_init(&arena, &f.hook, 1 << 24);
		got = wr_costs_make(module, wr_module_summary(module), prices, 3, &arena, &costs);
		cr_expect_eq(got, f.fail_at >= 0 && f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_arena_free(&arena);
		cr_expect_eq(f.live_bytes, 0);
	}
	wr_module_free(module);
}

/* ---- differences -------------------------------------------------------------------- */

#define DIGEST_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define DIGEST_2 "2222222222222222222222222222222222222222222222222222222222222222"

static struct wr_diff_side
side(const struct wr_module *module, const char *digest)
{
	return (struct wr_diff_side){ module, wr_module_summary(module), wr_text_of(digest) };
}

static void
expect_diff(const char *name, const char *old_path, const char *now_path)
{
	struct failing_alloc f;
	struct wr_module *old, *now;
	struct wr_diff_side a, b;
	struct wr_buf out;

	failing_alloc_init(&f);
	old = play_file(&f.hook, old_path);
	now = play_file(&f.hook, now_path);
	a = side(old, DIGEST_1);
	b = side(now, DIGEST_2);
	wr_buf_init(&out, &f.hook, 1 << 20);
	cr_assert_eq(wr_diff(&a, &b, WR_DIFF_HEAD | WR_DIFF_SOURCE, &out), WR_OK);
	expect_file(name, "diff", &out);
	wr_buf_free(&out);
	wr_module_free(old);
	wr_module_free(now);
	cr_expect_eq(f.live_bytes, 0);
}

Test(golden_views, says_the_same_about_differences)
{
	expect_diff("forth", FOLDER "before.wf", FOLDER "after.wf");
	expect_diff("back", FOLDER "after.wf", FOLDER "before.wf");
	expect_diff("apart", FOLDER "hostile.wf", FOLDER "before.wf");
}

Test(golden_views, calls_the_same_digest_the_whole_answer)
{
	struct failing_alloc f;
	struct wr_module *module;
	struct wr_diff_side a;
	struct wr_buf out;

	failing_alloc_init(&f);
	module = play_file(&f.hook, FOLDER "before.wf");
	a = side(module, DIGEST_1);
	wr_buf_init(&out, &f.hook, 1 << 20);
	cr_assert_eq(wr_diff(&a, &a, WR_DIFF_HEAD | WR_DIFF_SOURCE, &out), WR_OK);
	cr_expect_str_eq(out.at, "same digest: sha256:" DIGEST_1 "\n");
	wr_buf_free(&out);
	wr_module_free(module);
}

Test(golden_views, compares_nothing_without_memory)
{
	struct failing_alloc calm, f = { 0 };
	struct wr_module *old, *now;
	struct wr_diff_side a, b;

	failing_alloc_init(&calm);
	old = play_file(&calm.hook, FOLDER "before.wf");
	now = play_file(&calm.hook, FOLDER "after.wf");
	a = side(old, DIGEST_1);
	b = side(now, DIGEST_2);
	while (failing_alloc_next(&f)) {
		struct wr_buf out;

		wr_buf_init(&out, &f.hook, 1 << 20);
		cr_expect_eq(wr_diff(&a, &b, WR_DIFF_HEAD | WR_DIFF_SOURCE, &out),
		    f.fail_at >= 0 && f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_buf_free(&out);
		cr_expect_eq(f.live_bytes, 0);
	}
	wr_module_free(old);
	wr_module_free(now);
}
