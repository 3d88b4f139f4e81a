/* What costs are made of: globs, money, prices from a file, and how often a run may use an agent.
 */
#include "runtime/cli/prices.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "vm/for_compiler.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(costs, .timeout = 30);

Test(costs, know_which_models_a_glob_means)
{
	static const struct {
		const char *glob, *name;
		bool matches;
	} cases[] = {
		{ "a", "a", true },
		{ "a", "b", false },
		{ "a", "ab", false },
		{ "ab", "a", false },
		{ "*", "", true },
		{ "*", "anything", true },
		{ "**", "x", true },
		{ "", "", true },
		{ "", "x", false },
		{ "a*", "a", true },
		{ "a*", "abc", true },
		{ "a*", "ba", false },
		{ "*a", "bca", true },
		{ "a*c", "abc", true },
		{ "a*c", "abcd", false },
		{ "a*b*c", "aXbYbZc", true },
		{ "*ab*ab", "abab", true },
		{ "*ab*ab", "aba", false },
		{ "[a]?.", "[a]?.", true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(wr_glob_matches(wr_text_of(cases[i].glob), wr_text_of(cases[i].name)),
		    cases[i].matches, "%s %s", cases[i].glob, cases[i].name);
}

Test(costs, are_written_exactly)
{
	static const struct {
		uint64_t nano;
		const char *text;
	} cases[] = {
		{ 0, "0.00" },
		{ 1, "0.000000001" },
		{ 10000000, "0.01" },
		{ 1500000000, "1.50" },
		{ 123456789, "0.123456789" },
		{ 1000000000000, "1000.00" },
		{ UINT64_MAX, "18446744073.709551615" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf buf;

		wr_buf_init(&buf, wd_alloc(), 100);
		wr_spell_money(&buf, cases[i].nano);
		cr_expect_str_eq(buf.at, cases[i].text);
		wr_buf_free(&buf);
	}
}

Test(costs, take_prices_from_no_file_but_a_right_one)
{
	static const struct {
		const char *text;
		int models; /* -1: refused */
	} cases[] = {
		{ "{\"models\":{}}", 0 },
		{ "{\"models\":{\"m*\":{\"input\":3,\"output\":0.15}}}", 1 },
		{ "{\"models\":{\"m*\":{\"input\":3}}}", -1 },
		{ "{\"models\":{\"m*\":{\"input\":3,\"output\":\"1\"}}}", -1 },
		{ "{\"models\":{\"m*\":{\"input\":-1,\"output\":1}}}", -1 },
		{ "{\"models\":{\"m*\":{\"input\":1,\"output\":1000001}}}", -1 },
		{ "{\"models\":{\"m*\":{\"input\":1,\"output\":1,\"cached\":1}}}", -1 },
		{ "{\"models\":{\"\":{\"input\":1,\"output\":1}}}", -1 },
		{ "{\"models\":{\"m\":1}}", -1 },
		{ "{\"models\":[]}", -1 },
		{ "{\"models\":{},\"more\":1}", -1 },
		{ "{}", -1 },
		{ "{", -1 },
	};
	char path[] = "/tmp/writ-prices-XXXXXX";

	cr_redirect_stderr();
	cr_assert(mkstemp(path) >= 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct wr_price *prices = NULL;
		struct wr_arena arena;
		size_t len = 0;
		enum wd_exit code;

		wr_arena_init(&arena, wd_alloc(), 1 << 20);
		cr_assert_eq(wd_file_write(path, wr_text_of(cases[i].text), 0600), WR_OK);
		code = wd_prices_read(path, &arena, &prices, &len);
		cr_expect_eq(code, cases[i].models < 0 ? WD_TROUBLE : WD_YES, "%s", cases[i].text);
		if (code == WD_YES)
			cr_expect_eq(len, (size_t)cases[i].models);
		if (len == 1)
			cr_expect(prices[0].input == 3000 && prices[0].output == 150);
		wr_arena_free(&arena);
	}
	(void)unlink(path);
}

/* Twice in a row and once in each arm: three uses; the other, in one arm: one. */
Test(costs, count_how_often_a_run_may_use_an_agent)
{
	static const char source[] = "writ 1\n"
				     "backend h: llm\n"
				     "agent one(t: text ..40) -> text ..40 via h { model: "
				     "\"m-2025-01-01\" max_tokens: 9 user: t }\n"
				     "agent two(t: text ..40) -> text ..40 via h { model: "
				     "\"m-2025-01-01\" max_tokens: 9 user: t }\n"
				     "start f(t: text ..40, b: bool) -> text ..40\n"
				     "  x = one(t)\n"
				     "  y = one(t: x)\n"
				     "end if b then one(t: y) else two(t: one(t: y))\n";
	static const uint64_t want[] = { 3, 1 };
	struct failing_alloc f;
	struct wr_buf bytes, said;
	struct wr_module *module;
	struct wr_load_refusal refusal;

	failing_alloc_init(&f);
	wr_buf_init(&bytes, &f.hook, 1 << 20);
	wr_buf_init(&said, &f.hook, 1 << 20);
	cr_assert_eq(
	    flow_compile(&f.hook, wr_text_of(source), &bytes, &said), WR_OK, "%s", said.at);
	cr_assert_eq(
	    wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &module, &refusal), WR_OK);
	for (size_t i = 0; i < 2; i++) {
		const uint64_t weights[2] = { i == 0, i == 1 };
		uint64_t uses;

		cr_assert_eq(wr_cost_flow(module, &f.hook, weights, &uses), WR_OK);
		cr_expect_eq(uses, want[i], "%zu: %lu", i, (unsigned long)uses);
	}
	wr_module_free(module);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
	cr_expect_eq(f.live_bytes, 0);
}
