/*
 * Sources nobody wrote: those of the tests and the examples, and generated ones, changed at random. Each is
 * compiled or refused for a reason, with at most so many messages of at most so many bytes; what
 * compiles is a program that holds every promise. WRIT_SEED=n begins elsewhere, WRIT_MUTANTS=n makes
 * so many.
 */
#include "compiler/compile_limits.h"
#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/generate.h"
#include "tests/support/mutant.h"
#include "tests/support/mutate.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

TestSuite(mutate_source, .timeout = 600);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MUTANTS 2000u
#else
#define MUTANTS 10000u
#endif

#define SOURCES_MAX 600
#define GENERATED 100

/* All messages together, as people read them: 20 errors and 100 warnings of some parts each. */
#define SAID_MAX (1u << 18)

struct sources {
	struct failing_alloc f;
	struct wr_buf at[SOURCES_MAX];
	uint32_t len;
};

static struct wr_buf *
next_source(struct sources *s)
{
	struct wr_buf *b = &s->at[s->len];

	cr_assert(s->len < SOURCES_MAX);
	wr_buf_init(b, &s->f.hook, 1 << 20);
	s->len++;
	return b;
}

static void
begin(struct sources *s)
{
	static const char *const patterns[] = { "examples/*/*.wf", "tests/golden/*/*.wf",
		"tests/prop/flows/*.wf" };

	memset(s, 0, sizeof *s);
	failing_alloc_init(&s->f);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		glob_t found;

		cr_assert_eq(glob(patterns[i], 0, NULL, &found), 0, "%s", patterns[i]);
		for (size_t k = 0; k < found.gl_pathc; k++)
			flow_file_read(found.gl_pathv[k], next_source(s));
		globfree(&found);
	}
	for (uint64_t seed = 1; seed <= GENERATED; seed++) {
		generate_steps(seed, next_source(s));
		generate_values(seed, next_source(s));
	}
}

static uint64_t
wanted(const char *name, uint64_t otherwise)
{
	const char *said = getenv(name);

	return said == NULL ? otherwise : strtoull(said, NULL, 10);
}

static uint32_t
kept(const struct wc_diags *diags)
{
	uint32_t n = 0;

	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next)
		n++;
	return n;
}

/* NULL, or what should never be. A copy of its exact size, so that ASan sees one byte too far. */
static const char *
check(struct wr_text source, const struct wr_alloc *alloc, struct mutant_counts *counts)
{
	char *exact = malloc(source.size > 0 ? source.size : 1);
	const char *wrong = NULL;
	struct wc_result result;
	struct wr_buf bytes, said;
	enum wr_status s;

	cr_assert(exact != NULL);
	if (source.size > 0)
		memcpy(exact, source.at, source.size);
	wr_buf_init(&bytes, alloc, WR_MODULE_MAX);
	wr_buf_init(&said, alloc, SAID_MAX);
	s = wc_compile(alloc, "mutant.wf", (struct wr_text){ exact, source.size }, NULL, &bytes, &result);
	for (enum wc_diag_form form = WC_DIAG_HUMAN; form <= WC_DIAG_SARIF; form++) {
		wr_buf_free(&said);
		wc_diags_render(&result.diags, form, false, &said);
		if (said.status != WR_OK)
			wrong = "says more than anybody reads";
	}
	if (s == WR_REFUSED ? result.diags.errors == 0 : s != WR_OK && s != WR_ABSENT && s != WR_LIMIT)
		wrong = result.bug != NULL ? result.bug : "is refused without a reason";
	if (kept(&result.diags) > WC_ERRORS_MAX + WC_WARNINGS_MAX)
		wrong = "says too many things";
	if (wrong == NULL && (s == WR_OK) != (bytes.size > 0))
		wrong = "is both a program and not one";
	if (wrong == NULL && s == WR_OK)
		wrong = mutant_check((const uint8_t *)bytes.at, bytes.size, MUTANT_RUN, NULL, counts);
	wc_result_free(&result);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
	free(exact);
	return wrong;
}

Test(mutate_source, ends_with_a_program_or_with_a_reason)
{
	static struct sources all;
	struct mutant_counts counts = { 0 };
	uint64_t first = wanted("WRIT_SEED", 1), len = wanted("WRIT_MUTANTS", MUTANTS);

	begin(&all);
	for (uint64_t seed = first; seed < first + len; seed++) {
		struct answers d = answers_for(seed, "source");
		uint32_t which = answers_roll(&d, all.len), other = answers_roll(&d, all.len);
		struct mutate_name name = { NULL };
		const char *wrong;
		struct wr_buf out;

		wr_buf_init(&out, &all.f.hook, 1 << 22);
		mutate_source(
		    &d, wr_buf_view(&all.at[which]), wr_buf_view(&all.at[other]), &out, &name);
		wrong = check(wr_buf_view(&out), &all.f.hook, &counts);
		cr_expect(wrong == NULL,
		    "%s: %s\nagain: WRIT_SEED=%llu WRIT_MUTANTS=1 make check VARIANT=debug "
		    "TESTS='mutate_source/*'\n%.*s",
		    name.name, wrong, (unsigned long long)seed, (int)out.size, out.at);
		wr_buf_free(&out);
	}
	cr_log_info("of %llu mutants %u compile and load, %u of %u runs came to their end",
	    (unsigned long long)len, counts.loaded, counts.done, counts.ran);
	if (len >= 1000)
		cr_expect_gt(counts.loaded * 50, len);
	cr_expect_eq(counts.loaded, counts.seen);
	for (uint32_t i = 0; i < all.len; i++)
		wr_buf_free(&all.at[i]);
	cr_expect_eq(all.f.live_bytes, 0);
}
