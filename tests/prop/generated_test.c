/*
 * Programs nobody wrote. Each compiles or is refused for a reason, never by the verifier. What
 * compiles loads, encodes to itself, is shown as source that compiles to the same bytes, and run
 * by a scripted host it does the same in whatever order answers come. WRIT_PROGRAMS=n makes so
 * many, WRIT_SEED=n begins elsewhere.
 */
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/generate.h"
#include "tests/support/mutant.h"
#include "tests/support/orders.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(generated, .timeout = 600);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define PROGRAMS 1000u
#else
#define PROGRAMS 10000u /* that compile */
#endif

struct generator {
	const char *test; /* that uses it */
	void (*write)(uint64_t seed, struct wr_buf *out);
};

struct tally {
	uint32_t refused;
	struct mutant_counts shown;
	struct orders_counts orders;
};

static uint64_t
wanted(const char *name, uint64_t otherwise)
{
	const char *said = getenv(name);

	return said == NULL ? otherwise : strtoull(said, NULL, 10);
}

/* Under the scripted host, some attempts failing for two programs of three, some calls for one of two. */
static const char *
run(struct wr_text bytes, const struct wr_alloc *alloc, uint64_t seed, struct tally *tally)
{
	struct answers a = answers_for(seed, "inputs");
	struct script script = { .alloc = alloc,
		.answers = seed,
		.failing = (uint32_t)(seed % 3 * 4),
		.hopeless = (uint32_t)(seed % 2 == 0 ? 6 : 0) };
	struct wr_load_refusal refusal;
	struct wr_module *module;
	struct wr_buf input;
	const char *wrong;

	if (wr_load((const uint8_t *)bytes.at, bytes.size, alloc, &module, &refusal) != WR_OK)
		return "does not load";
	wr_buf_init(&input, alloc, 1 << 20);
	answer_inputs(&a, module, &input);
	script.module = module;
	script.input = wr_buf_view(&input);
	wrong = orders_check(&script, &tally->orders);
	wr_buf_free(&input);
	wr_module_free(module);
	return wrong;
}

/* False: the source was refused. */
static bool
check(const struct generator *g, struct wr_text source, uint64_t seed, struct tally *tally)
{
	struct failing_alloc f;
	struct wr_buf bytes, said;
	const char *wrong = NULL;
	enum wr_status s;

	failing_alloc_init(&f);
	wr_buf_init(&bytes, &f.hook, WR_MODULE_MAX);
	wr_buf_init(&said, &f.hook, 1 << 20);
	s = flow_compile(&f.hook, source, &bytes, &said);
	if (s == WR_OK)
		wrong = mutant_check(
		    (const uint8_t *)bytes.at, bytes.size, MUTANT_SHOW, NULL, &tally->shown);
	else if (s != WR_REFUSED || said.size == 0)
		wrong = "is neither a program nor refused for a reason";
	if (s == WR_OK && wrong == NULL)
		wrong = run(wr_buf_view(&bytes), &f.hook, seed, tally);
	cr_expect(wrong == NULL,
	    "%s\nagain: WRIT_SEED=%llu WRIT_PROGRAMS=1 make check VARIANT=debug "
	    "TESTS='generated/%s'\n%s%.*s",
	    wrong, (unsigned long long)seed, g->test, said.size > 0 ? said.at : "",
	    (int)source.size, source.at);
	wr_buf_free(&bytes);
	wr_buf_free(&said);
	cr_expect_eq(f.live_bytes, 0, "seed %llu", (unsigned long long)seed);
	return s == WR_OK;
}

static void
try_all(const struct generator *g)
{
	uint64_t first = wanted("WRIT_SEED", 1), len = (wanted("WRIT_PROGRAMS", PROGRAMS) + 1) / 2;
	struct tally tally = { 0 };
	uint64_t good = 0;

	for (uint64_t seed = first; good < len; seed++) {
		struct failing_alloc f;
		struct wr_buf source;

		failing_alloc_init(&f);
		wr_buf_init(&source, &f.hook, 1 << 20);
		g->write(seed, &source);
		if (check(g, wr_buf_view(&source), seed, &tally))
			good++;
		else
			tally.refused++;
		wr_buf_free(&source);
		cr_assert_leq(tally.refused, 2 * good + 100, "too few programs compile");
	}
	cr_log_info("%llu programs, %u more refused; %u runs, %u to their end in the first order, "
		    "%u of them without what failed, %u failed; of %u every order was tried, of %u of these there are several",
	    (unsigned long long)good, tally.refused, tally.orders.runs, tally.orders.done,
	    tally.orders.caught, tally.orders.failed, tally.orders.whole, tally.orders.several);
	cr_expect_eq(tally.shown.shown, good);
	cr_expect(good < 100 || tally.orders.caught > 0, "something is tried");
}

Test(generated, programs_of_many_steps_hold_every_promise)
{
	try_all(&(struct generator){ "programs_of_many*", generate_steps });
}

Test(generated, programs_of_deep_values_hold_every_promise)
{
	try_all(&(struct generator){ "programs_of_deep*", generate_values });
}
