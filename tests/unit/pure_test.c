/* Programs that ask nobody: nested blocks, records, variants, texts, from input to output. */
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>

TestSuite(pure, .timeout = 60);

#define PROMISE "within 0 0 0 0\n"

static const struct {
	const char *name, *module, *input, *output;
} cases[] = {
	{ "a match on an option, on a bool, in one another",
	    "type I int 0 9\ntype M option I\ntype B bool\nflow f m:M b:B -> I\n"
	    "m = INPUT 0\nb = INPUT 1\nseven = CONST 7\nzero = CONST 0\nr = MATCH 2 m\nblock\nv = BIND 0\n"
	    "w = MATCH 2 b\nblock\nyield v\nblock\nyield seven\nyield w\nblock\nyield zero\nend r\n",
	    "{\"m\":4,\"b\":true}", "{\"result\":4}" },
	{ "the other arms",
	    "type I int 0 9\ntype M option I\ntype B bool\nflow f m:M b:B -> I\n"
	    "m = INPUT 0\nb = INPUT 1\nseven = CONST 7\nzero = CONST 0\nr = MATCH 2 m\nblock\nv = BIND 0\n"
	    "w = MATCH 2 b\nblock\nyield v\nblock\nyield seven\nyield w\nblock\nyield zero\nend r\n",
	    "{\"b\":false,\"m\":null}", "{\"result\":0}" },
	{ "a match on variants with payloads, in a for, with the index",
	    "type C int 1 9\ntype T text 0 9\ntype D variants Decision pay:C wait refer:T\ntype L list D 0 4\n"
	    "type R text 0 400\nflow f ds:L -> R\n"
	    "ds = INPUT 0\np = CONST \" pays \"\nw = CONST \" waits\"\nr = CONST \" refers \"\nlines = FOR - ds\nblock\n"
	    "d = BIND 0\ni = BIND 1\nwaits = TEMPLATE i w\nm = MATCH 3 d\nblock\nc = BIND 0\npays = TEMPLATE i p c\nyield pays\nblock\n"
	    "yield waits\nblock\nt = BIND 0\nrefers = TEMPLATE i r t\nyield refers\nyield m\nsep = CONST \"; \"\nout = JOIN lines sep\nend out\n",
	    "{\"ds\":[{\"kind\":\"pay\",\"value\":3},{\"kind\":\"wait\"},{\"kind\":\"refer\",\"value\":\"x\"}]}",
	    "{\"result\":\"0 pays 3; 1 waits; 2 refers x\"}" },
	{ "a for in a for",
	    "type I int 0 9\ntype L list I 0 3\ntype LL list L 0 3\ntype S int 0 81\ntype RL list S 0 3\ntype R list RL 0 3\nflow f xss:LL -> R\n"
	    "xss = INPUT 0\nr = FOR - xss\nblock\nxs = BIND 0\nys = FOR - xs\nblock\nx = BIND 0\ny = MUL x x\nyield y\nyield ys\nend r\n",
	    "{\"xss\":[[1,2],[],[9]]}", "{\"result\":[[1,4],[],[81]]}" },
	{ "sorted by text, greatest first, equal ones as they came",
	    "type T text 0 5\ntype R record P name:T key:T\ntype L list R 0 5\nflow f ps:L -> L\n"
	    "ps = INPUT 0\nout = FOR sd ps\nblock\np = BIND 0\nk = FIELD 1 p\nyield p k\nend out\n",
	    "{\"ps\":[{\"name\":\"1\",\"key\":\"a\"},{\"name\":\"2\",\"key\":\"b\"},{\"name\":\"3\",\"key\":\"a\"},{\"name\":\"4\",\"key\":\"b\"}]}",
	    "{\"result\":[{\"name\":\"2\",\"key\":\"b\"},{\"name\":\"4\",\"key\":\"b\"},{\"name\":\"1\",\"key\":\"a\"},{\"name\":\"3\",\"key\":\"a\"}]}" },
	{ "plain variants print, records become JSON",
	    "type V variants Color red dark_blue\ntype N number 0 1\ntype R record Paint color:V share:N\ntype T text 0 400\nflow f p:R -> T\n"
	    "p = INPUT 0\nc = FIELD 0 p\ns = CONST \" \"\nj = JSON p\nout = TEMPLATE c s j\nend out\n",
	    "{\"p\":{\"color\":\"dark_blue\",\"share\":1e-7}}",
	    "{\"result\":\"dark_blue {\\\"color\\\":\\\"dark_blue\\\",\\\"share\\\":1e-7}\"}" },
	{ "more operands than fit on the stack",
	    "type I int 0 9\ntype L list I 12 12\nflow f x:I -> L\nx = INPUT 0\nl = LIST x x x x x x x x x x x x\nend l\n",
	    "{\"x\":5}", "{\"result\":[5,5,5,5,5,5,5,5,5,5,5,5]}" },
	{ "a long template",
	    "type I int 0 9\ntype T text 0 240\nflow f x:I -> T\nx = INPUT 0\nt = TEMPLATE x x x x x x x x x x x x\nend t\n",
	    "{\"x\":5}", "{\"result\":\"555555555555\"}" },
	{ "a dropped label is only a label",
	    "label a \"a\"\ntype T text 0 9\nflow f t:T@a -> T\nt = INPUT 0\nd = DROP strip a \"because\" ; t\nend d\n",
	    "{\"t\":\"x\"}", "{\"result\":\"x\"}" },
};

static void
run_case(size_t i, const struct wr_alloc *alloc, enum wr_status *ret_status)
{
	struct failing_alloc steady;
	struct wr_module *m = NULL;
	struct wr_load_refusal refusal = { 0 };
	struct wr_fault fault = { 0 };
	struct wr_run *run = NULL;
	struct wr_buf bytes;
	char text[4096];

	failing_alloc_init(&steady);
	cr_assert_lt(strlen(cases[i].module) + sizeof PROMISE, sizeof text);
	strcpy(text, cases[i].module);
	strcat(text, PROMISE);
	assemble_bytes(text, &steady.hook, &bytes);
	*ret_status = wr_load((const uint8_t *)bytes.at, bytes.size, alloc, &m, &refusal);
	if (*ret_status == WR_OK)
		*ret_status = wr_run_start(m, alloc, NULL, wr_text_of(cases[i].input), &run, &fault);
	cr_assert(*ret_status == WR_OK || *ret_status == WR_NOMEM, "%s: %s %s %s%s", cases[i].name,
	    refusal.where, refusal.why, fault.path, fault.detail);
	if (*ret_status == WR_OK) {
		cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s: %s", cases[i].name, wr_run_state(run) == WR_RUN_FAILED ? wr_run_fault(run)->detail : "waits");
		cr_expect_str_eq(wr_run_output(run).at, cases[i].output, "%s: %s", cases[i].name, wr_run_output(run).at);
	}
	wr_run_free(run);
	wr_module_free(m);
	wr_buf_free(&bytes);
}

Test(pure, programs_give_their_results)
{
	struct failing_alloc f;
	enum wr_status s;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		run_case(i, &f.hook, &s);
		cr_expect_eq(s, WR_OK);
	}
	cr_expect_eq(f.live_bytes, 0);
}

Test(pure, survives_every_allocation_failure)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f = { 0 };
		enum wr_status s;

		while (failing_alloc_next(&f)) {
			run_case(i, &f.hook, &s);
			cr_assert_eq(s, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
			cr_assert_eq(f.live_bytes, 0);
		}
	}
}
