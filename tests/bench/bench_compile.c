/*
 * How fast programs are compiled, loaded and shown: lines a second, and how many times as long as
 * SHA-256 of the same source takes. Then shapes that are wide or long in one thing, at n and at 4
 * n: what grows with its size takes 4 times as long, and up to 7 where it leaves the caches; more
 * than 8 is marked.
 */
#include "compiler/compile_limits.h"
#include "runtime/sysalloc.h"
#include "tests/support/bench.h"
#include "tests/support/flow_file.h"
#include "vm/view/decompile.h"
#include "vm/view/disassemble.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <stdio.h>
#include <stdlib.h>

/* A program on its way, and what each stage made of it. */
struct work {
	struct wr_buf source, bytes, messages, shown, page;
	struct wr_module *module;
	enum wr_status status;
};

static void
compile(void *user)
{
	struct work *w = user;

	wr_buf_free(&w->bytes);
	wr_buf_free(&w->messages);
	w->status = flow_compile(wd_alloc(), wr_buf_view(&w->source), &w->bytes, &w->messages);
}

static void
load(void *user)
{
	struct work *w = user;
	struct wr_load_refusal refusal;

	wr_module_free(w->module);
	w->module = NULL;
	w->status =
	    wr_load((const uint8_t *)w->bytes.at, w->bytes.size, wd_alloc(), &w->module, &refusal);
	if (w->status != WR_OK)
		printf("refused: %s %s\n", refusal.why, refusal.where);
}

static void
decompile(void *user)
{
	struct work *w = user;

	wr_buf_free(&w->shown);
	w->status = wr_decompile(w->module, &w->shown);
}

static void
show(void *user)
{
	struct work *w = user;

	wr_buf_free(&w->page);
	w->status =
	    wr_show(w->module, wr_module_summary(w->module), WR_TEXT("0"), w->bytes.size, &w->page);
	if (w->status == WR_OK)
		w->status = wr_disassemble(w->module, &w->page);
}

static void (*const stages[])(void *) = { compile, load, decompile, show };
static const char *const stage_names[] = { "compile", "load", "decompile", "show" };
#define STAGES 4

static void
begin(struct work *w)
{
	*w = (struct work){ .module = NULL };
	wr_buf_init(&w->source, wd_alloc(), WC_SOURCE_MAX);
	wr_buf_init(&w->bytes, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&w->messages, wd_alloc(), 16u << 20);
	wr_buf_init(&w->shown, wd_alloc(), 256u << 20);
	wr_buf_init(&w->page, wd_alloc(), 256u << 20);
}

static void
finish(struct work *w)
{
	wr_module_free(w->module);
	wr_buf_free(&w->source);
	wr_buf_free(&w->bytes);
	wr_buf_free(&w->messages);
	wr_buf_free(&w->shown);
	wr_buf_free(&w->page);
}

/* ---- programs ----------------------------------------------------------------------------- */

static void
head(struct wr_buf *out)
{
	bench_put(out, "writ 1\n\nlabel pii \"about a person\"\nbackend model: llm accepts @pii\n\n"
		       "agent ask(q: text ..20) -> text ..20 via model { model: \"m-2025-01-01\", "
		       "max_tokens: 1, user: q }\n\n");
}

#define WITHIN "  within calls: 1_000_000, tokens: 1_000_000_000, time: 200_000h\n"

/* A program as people write them: types, agents, steps that use one another. */
static void
ordinary(struct wr_buf *out, uint32_t lines)
{
	uint32_t parts = lines / 20;

	head(out);
	for (uint32_t i = 0; i < parts; i++) {
		bench_put(out,
		    "type Case%u {\n  name: text ..80 @pii \"the name of the case\"\n  cents: int "
		    "0..1_000\n}\n\n",
		    i);
		bench_put(out,
		    "/// Looks at a case.\nagent look%u(c: Case%u, note: text ..200) -> Case%u via "
		    "model {\n",
		    i, i, i);
		bench_put(out,
		    "  model: \"m-2025-01-01\"\n  max_tokens: 100\n  user: \"Look at {{c.name}}: "
		    "{{note}} (%u)\"\n}\n\n",
		    i);
	}
	bench_put(out, "start all(case0: Case0, n: int 0..9) -> text ..200 @pii\n" WITHIN);
	for (uint32_t i = 0; i < parts; i++) {
		if (i == 0)
			bench_put(out, "  a0 = look0(c: case0, note: \"the first of {{n}}\")\n");
		else
			bench_put(out,
			    "  a%u = look%u(c: Case%u { name: t%u, cents: n }, note: \"note %u for "
			    "{{n}}\")\n",
			    i, i, i, i - 1, i);
		bench_put(out, "  big%u = a%u.cents > n + %u\n", i, i, i % 7);
		bench_put(out,
		    "  t%u =\n    if big%u\n    then truncate(\"{{a%u.name}} is large\", 80)\n    "
		    "else a%u.name\n",
		    i, i, i, i);
	}
	bench_put(out, "end t%u\n", parts - 1);
}

static void
many_calls(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(q: text ..20) -> text ..20\n" WITHIN "  s0 = ask(q)\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out, "  s%u = ask(q: s%u)\n", i, i - 1);
	bench_put(out, "end s%u\n", n - 1);
}

static void
wide_calls(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(q: text ..20) -> [text ..20]\n" WITHIN);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "  s%u = ask(q)\n", i);
	bench_put(out, "end [");
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "%ss%u", i > 0 ? ", " : "", i);
	bench_put(out, "]\n");
}

static void
many_requires(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(n: int 0..9) -> int\n" WITHIN);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "  require n + %u > 5 else \"no %u\"\n", i, i);
	bench_put(out, "end n\n");
}

static void
many_choices(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(q: text ..20, n: int 0..9) -> text ..20\n" WITHIN "  s0 = q\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(
		    out, "  s%u = if n > %u then ask(q: s%u) else s%u\n", i, i % 9, i - 1, i - 1);
	bench_put(out, "end s%u\n", n - 1);
}

static void
many_types(struct wr_buf *out, uint32_t n)
{
	head(out);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "type T%u { a: int 0..%u }\n", i, i);
	bench_put(out, "start f(");
	for (uint32_t i = 0; i < n && i < 1000; i++)
		bench_put(out, "%sx%u: T%u", i > 0 ? ", " : "", i, i);
	bench_put(out, ") -> int\n" WITHIN "end x0.a\n");
}

static void
one_template(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(n: int 0..9) -> text ..1_000_000\n" WITHIN "end \"");
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "{{n}} and ");
	bench_put(out, "\"\n");
}

static void
one_list(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(n: int 0..9) -> [int] \n" WITHIN "end [n");
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, ", %u", i);
	bench_put(out, "]\n");
}

static void
constants(struct wr_buf *out, uint32_t n)
{
	head(out);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "const c%u = %s%u\n", i, i > 0 ? "1 + " : "", i);
	bench_put(out, "start f(n: int 0..9) -> int\n" WITHIN);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "  s%u = n + %u\n", i, i);
	bench_put(out, "end n\n");
}

static void
one_sum(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(n: int 0..9) -> int\n" WITHIN "  s0 = n + 1\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out, "  s%u = clamp(s%u + n, 0, %u)\n", i, i - 1, 100 + i);
	bench_put(out, "end s%u\n", n - 1);
}

static void
doubled(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(n: int 0..9) -> int\n" WITHIN "  s0 = n + 1\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out, "  s%u = clamp(s%u * s%u, 0, %u)\n", i, i - 1, i - 1, 100 + i);
	bench_put(out, "end s%u\n", n - 1);
}

static void
one_variants(struct wr_buf *out, uint32_t n)
{
	uint32_t arms = n > 1000 ? 1000 : n;

	head(out);
	bench_put(out, "type V =");
	for (uint32_t i = 0; i < arms; i++)
		bench_put(out, "%s v%u(int 0..9)", i > 0 ? " |" : "", i);
	bench_put(out, "\nstart f(v: V) -> int\n" WITHIN "end match v {");
	for (uint32_t i = 0; i < arms; i++)
		bench_put(out, "%s v%u(k) -> k + %u", i > 0 ? "," : "", i, i);
	bench_put(out, " }\n");
}

static void
loops(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "start f(xs: [int 0..9] ..9) -> int\n" WITHIN "  s0 = xs\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out,
		    "  s%u = for x, i in s%u where x + i > %u sort x yield clamp(x + %u, 0, 9)\n",
		    i, i - 1, i % 7, i % 5);
	bench_put(out, "end length(s%u)\n", n - 1);
}

static void
fns(struct wr_buf *out, uint32_t n)
{
	head(out);
	bench_put(out, "fn g0(n: int 0..9) -> int 0..9 = clamp(n + 1, 0, 9)\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out, "fn g%u(n: int 0..9) -> int 0..9 = clamp(n + %u, 1, 9)\n", i, i % 9);
	bench_put(out, "start f(n: int 0..9) -> int\n" WITHIN "  s0 = g0(n)\n");
	for (uint32_t i = 1; i < n; i++)
		bench_put(out, "  s%u = g%u(n: s%u)\n", i, i, i - 1);
	bench_put(out, "end s%u\n", n - 1);
}

static void
drops(struct wr_buf *out, uint32_t n)
{
	head(out);
	for (uint32_t i = 0; i < n; i++)
		bench_put(out,
		    "fn g%u(t: text ..20) -> text ..20 drops @pii because \"reason %u\" = t\n", i,
		    i);
	bench_put(out, "start f(t: text ..20 @pii) -> [text ..20]\n" WITHIN "end [");
	for (uint32_t i = 0; i < n; i++)
		bench_put(out, "%sg%u(t)", i > 0 ? ", " : "", i);
	bench_put(out, "]\n");
}

/* What a stage says when it does not do its work. */
static void
complain(const struct work *w, int stage)
{
	printf(" | %s: %s: %.200s", stage_names[stage], wr_status_text(w->status),
	    w->messages.size > 0 ? w->messages.at : "");
}

/* ---- tables ------------------------------------------------------------------------------------
 */

static void
ordinary_speeds(uint32_t lines)
{
	double reference, took;
	uint32_t written = 0;
	struct work w;

	begin(&w);
	ordinary(&w.source, lines);
	for (size_t i = 0; i < w.source.size; i++)
		written += w.source.at[i] == '\n';
	reference = bench_sha256(wr_buf_view(&w.source));
	for (int i = 0; i < STAGES; i++) {
		took = bench_time(stages[i], &w);
		if (w.status != WR_OK) {
			complain(&w, i);
			break;
		}
		if (i == 0)
			printf("%u lines, %zu bytes of source, %.1f bytes of bytecode a line\n",
			    written, w.source.size, (double)w.bytes.size / written);
		printf("  %-10s %8.2f ms %10.0f lines/s  %6.1f x SHA-256 of the source\n",
		    stage_names[i], took * 1e3, written / took, took / reference);
	}
	finish(&w);
}

struct shape {
	const char *name;
	void (*write)(struct wr_buf *out, uint32_t n);
	uint32_t n;
};

static void
growth(const struct shape *s)
{
	double small[STAGES] = { 0 };

	printf("%-15s %6u", s->name, s->n);
	for (uint32_t times = 1; times <= 4; times *= 4) {
		struct work w;

		begin(&w);
		s->write(&w.source, s->n * times);
		for (int i = 0; i < STAGES; i++) {
			double took = bench_time(stages[i], &w);

			if (w.status != WR_OK) {
				complain(&w, i);
				break;
			}
			if (times == 1)
				small[i] = took;
			else
				printf(" | %8.2f ms %5.1f%c", took * 1e3, took / small[i],
				    took / small[i] > 8 ? '!' : ' ');
		}
		finish(&w);
	}
	printf("\n");
	(void)fflush(stdout);
}

int
main(void)
{
	static const struct shape shapes[] = {
		{ "many calls", many_calls, 3000 },
		{ "wide calls", wide_calls, 3000 },
		{ "requires", many_requires, 3000 },
		{ "choices", many_choices, 2000 },
		{ "types", many_types, 250 },
		{ "one template", one_template, 5000 },
		{ "one list", one_list, 10000 },
		{ "constants", constants, 3000 },
		{ "clamped sums", one_sum, 3000 },
		{ "shared operands", doubled, 3000 },
		{ "variants", one_variants, 250 },
		{ "for after for", loops, 1000 },
		{ "fns", fns, 2000 },
		{ "drops", drops, 2000 },
	};

	printf("== programs as people write them\n");
	ordinary_speeds(1000);
	ordinary_speeds(10000);
	ordinary_speeds(30000);
	printf("\n== shapes: time at 4 n, and how many times that at n (4 is linear)\n%-15s %6s",
	    "", "n");
	for (int i = 0; i < STAGES; i++)
		printf(" | %-17s", stage_names[i]);
	printf("\n");
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		growth(&shapes[i]);
	return 0;
}
