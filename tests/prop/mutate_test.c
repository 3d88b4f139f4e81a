/*
 * Programs nobody compiled: bytecode of many flows, changed at random by bytes and by meaning. What
 * loads is in its one form, is shown as source that compiles to the same bytes, and runs within
 * its bounds without a fault of the machine. WRIT_SEED=n begins elsewhere, WRIT_MUTANTS=n makes so
 * many.
 */
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/mutant.h"
#include "tests/support/mutate.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(mutate, .timeout = 600);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MUTANTS 2000u
#else
#define MUTANTS 8000u
#endif

#define FLOWS_MAX 512
#define PATTERNS 5

struct corpus {
	struct failing_alloc f;
	struct wr_buf bytes[FLOWS_MAX];
	const char *names[FLOWS_MAX];
	uint32_t len;
	glob_t found[PATTERNS];
};

/* Every flow of the tests and the examples that compiles. */
static void
begin(struct corpus *c)
{
	const char *more = getenv("WRIT_FLOWS");
	const char *const patterns[PATTERNS] = { "examples/*/*.wf", "tests/golden/show/*.wf",
		"tests/golden/compile/*.wf", "tests/prop/flows/*.wf",
		more == NULL ? "examples/claims/*.wf" : more };

	memset(c, 0, sizeof *c);
	failing_alloc_init(&c->f);
	for (size_t i = 0; i < PATTERNS; i++) {
		cr_assert_eq(glob(patterns[i], 0, NULL, &c->found[i]), 0, "%s", patterns[i]);
		for (size_t k = 0; k < c->found[i].gl_pathc && c->len < FLOWS_MAX; k++) {
			struct wr_buf *b = &c->bytes[c->len];

			wr_buf_init(b, &c->f.hook, WR_MODULE_MAX);
			c->names[c->len] = c->found[i].gl_pathv[k];
			if (flow_file_compile(&c->f.hook, c->names[c->len], b, NULL) == WR_OK)
				c->len++;
			else
				wr_buf_free(b);
		}
	}
	cr_assert_gt(c->len, 10);
}

static void
finish(struct corpus *c)
{
	for (uint32_t i = 0; i < c->len; i++)
		wr_buf_free(&c->bytes[i]);
	for (size_t i = 0; i < PATTERNS; i++)
		globfree(&c->found[i]);
	cr_expect_eq(c->f.live_bytes, 0);
}

static uint64_t
wanted(const char *name, uint64_t otherwise)
{
	const char *said = getenv(name);

	return said == NULL ? otherwise : strtoull(said, NULL, 10);
}

/* Write what fails where a person can look at it. */
static void
keep(struct wr_text bytes, uint64_t seed)
{
	char path[64];
	FILE *f;

	if (getenv("WRIT_KEEP") == NULL)
		return;
	(void)snprintf(path, sizeof path, "/tmp/mutant-%llu.wfb", (unsigned long long)seed);
	if ((f = fopen(path, "wb")) != NULL) {
		(void)fwrite(bytes.at, 1, bytes.size, f);
		(void)fclose(f);
	}
}

static void
try_all(bool by_meaning, uint32_t least_percent)
{
	static struct corpus c;
	struct mutant_counts counts = { 0 };
	uint64_t first = wanted("WRIT_SEED", 1), len = wanted("WRIT_MUTANTS", MUTANTS);

	begin(&c);
	for (uint64_t seed = first; seed < first + len; seed++) {
		struct answers d = answers_for(seed, by_meaning ? "meaning" : "bytes");
		uint32_t which = answers_roll(&d, c.len), other = answers_roll(&d, c.len);
		struct mutate_name name = { NULL };
		const char *wrong;
		struct wr_buf out;

		wr_buf_init(&out, &c.f.hook, WR_MODULE_MAX);
		if (by_meaning)
			mutate_module(&d, wr_buf_view(&c.bytes[which]), &out, &name);
		else
			mutate_bytes(&d, wr_buf_view(&c.bytes[which]), wr_buf_view(&c.bytes[other]),
			    &out, &name);
		if (name.name != NULL) {
			wrong = mutant_check(
			    (const uint8_t *)out.at, out.size, MUTANT_RUN, NULL, &counts);
			if (wrong != NULL)
				keep(wr_buf_view(&out), seed);
			cr_expect(wrong == NULL, "seed %llu, %s, %s: %s", (unsigned long long)seed,
			    c.names[which], name.name, wrong);
		}
		wr_buf_free(&out);
	}
	cr_log_info("of %u mutants %u load; %u were shown, %u are too deep for source; of %u runs "
		    "%u came to their end",
	    counts.seen, counts.loaded, counts.shown, counts.deep, counts.ran, counts.done);
	cr_expect_gt(counts.loaded * 100, counts.seen * least_percent);
	cr_expect_eq(counts.shown + counts.deep, counts.loaded);
	finish(&c);
}

Test(mutate, by_meaning_what_loads_holds_every_promise)
{
	try_all(true, 10);
}

Test(mutate, by_bytes_what_loads_holds_every_promise)
{
	try_all(false, 1);
}
