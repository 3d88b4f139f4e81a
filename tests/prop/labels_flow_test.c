/*
 * Labels hold what they say when programs run. Of two runs that differ in nothing but what carries
 * one label (parts of the inputs, answers), each backend that does not accept the label is asked
 * the same, no context is another, and the output is the same outside of what carries it. Of
 * programs as they are and with their labels, types and nodes changed at random; where something
 * drops the label it is let through, and not looked at.
 */
#include "runtime/sysalloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/mutate.h"
#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

TestSuite(labels_flow, .timeout = 300);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MUTANTS 40u
#else
#define MUTANTS 300u /* of each flow */
#endif
#define PAIRS 12 /* of runs, for each label */

struct counts {
	uint32_t programs, pairs, done, differ;
};

static struct script_end *
play(const struct wr_module *m, uint64_t seed, uint64_t secret, uint64_t twist)
{
	struct answers a = answers_for(seed, "inputs");
	struct script script = { .module = m,
		.alloc = wd_alloc(),
		.answers = seed,
		.order = 1,
		.hopeless = seed % 2 == 1 ? 8 : 0,
		.caught = true,
		.secret = secret,
		.twist = twist };
	struct script_end *end = malloc(sizeof *end);
	struct wr_buf input;

	cr_assert(end != NULL);
	wr_buf_init(&input, wd_alloc(), 1 << 22);
	a.secret = secret;
	a.twist = twist;
	answer_inputs(&a, m, &input);
	script.input = wr_buf_view(&input);
	script_play(&script, end);
	wr_buf_free(&input);
	return end;
}

/* What drops the label somewhere lets it through on purpose. */
static bool
dropped(const struct wr_module *m, uint64_t secret)
{
	const struct wr_summary *s = wr_module_summary(m);

	for (uint32_t i = 0; i < s->drops_len; i++)
		if ((s->drops[i].labels & secret) != 0)
			return true;
	return false;
}

/* What is asked at the same place, if it is asked in both runs, begins with the same context. */
static bool
same_contexts(const struct script_end *one, const struct script_end *two)
{
	for (uint32_t i = 0; i < one->picks_len; i++)
		for (uint32_t k = 0; k < two->picks_len; k++)
			if (one->picks[i].context != two->picks[k].context &&
			    one->picks[i].attempt == two->picks[k].attempt &&
			    strcmp(one->picks[i].path, two->picks[k].path) == 0)
				return false;
	return true;
}

static void
compare(const struct wr_module *m, const char *name, uint64_t mutant, uint64_t secret,
    uint64_t seed, struct counts *counts)
{
	struct script_end *one = play(m, seed, secret, 0),
			  *two = play(m, seed, secret, 0x5bd1e9955bd1e995u);

	counts->pairs++;
	if (one->status == WR_OK && two->status == WR_OK && one->state == WR_RUN_DONE &&
	    two->state == WR_RUN_DONE) {
		counts->done++;
		counts->differ += one->asked != two->asked ||
				  !wr_text_eq(wr_buf_view(&one->output), wr_buf_view(&two->output));
		cr_expect_eq(one->blind, two->blind,
		    "%s, mutant %llu, label %llu, seed %llu: a backend learns of it", name,
		    (unsigned long long)mutant, (unsigned long long)secret,
		    (unsigned long long)seed);
		cr_expect(same_contexts(one, two),
		    "%s, mutant %llu, label %llu, seed %llu: a context is told it", name,
		    (unsigned long long)mutant, (unsigned long long)secret,
		    (unsigned long long)seed);
		cr_expect_eq(one->seen, two->seen,
		    "%s, mutant %llu, label %llu, seed %llu: the output tells it", name,
		    (unsigned long long)mutant, (unsigned long long)secret,
		    (unsigned long long)seed);
	}
	script_end_free(one);
	script_end_free(two);
	free(one);
	free(two);
}

static void
look(struct wr_text bytes, const char *name, uint64_t mutant, struct counts *counts)
{
	struct wr_load_refusal refusal;
	struct wr_module *m = NULL;

	if (wr_load((const uint8_t *)bytes.at, bytes.size, wd_alloc(), &m, &refusal) != WR_OK)
		return;
	counts->programs++;
	for (uint32_t i = 0; i < m->labels_len; i++)
		for (uint64_t seed = 1; seed <= PAIRS && !dropped(m, 1ull << i); seed++)
			compare(m, name, mutant, 1ull << i, seed, counts);
	wr_module_free(m);
}

/* Every label of every set, taken away or put there. */
static void
change_each_label(struct wr_text bytes, const char *path, struct counts *counts)
{
	bool more = true;

	for (uint32_t k = 0; more; k++) {
		struct wr_buf mutant;

		wr_buf_init(&mutant, wd_alloc(), WR_MODULE_MAX);
		more = mutate_label(bytes, k, &mutant);
		if (more)
			look(wr_buf_view(&mutant), path, k, counts);
		wr_buf_free(&mutant);
	}
}

static void
look_at_flow(const char *path, struct counts *counts)
{
	const char *said = getenv("WRIT_SEED");
	uint64_t first = said == NULL ? 1 : strtoull(said, NULL, 10);
	struct wr_buf bytes;

	wr_buf_init(&bytes, wd_alloc(), WR_MODULE_MAX);
	if (flow_file_compile(wd_alloc(), path, &bytes, NULL) == WR_OK) {
		look(wr_buf_view(&bytes), path, 0, counts);
		change_each_label(wr_buf_view(&bytes), path, counts);
		for (uint64_t seed = first; seed < first + MUTANTS; seed++) {
			struct answers d = answers_for(seed, path);
			struct mutate_name changed;
			struct wr_buf mutant;

			wr_buf_init(&mutant, wd_alloc(), WR_MODULE_MAX);
			mutate_module(&d, wr_buf_view(&bytes), &mutant, &changed);
			if (changed.name != NULL)
				look(wr_buf_view(&mutant), path, seed, counts);
			wr_buf_free(&mutant);
		}
	}
	wr_buf_free(&bytes);
}

Test(labels_flow, no_backend_and_no_output_tells_what_it_must_not)
{
	static const char *const patterns[] = { "examples/*/*.wf", "tests/golden/show/*.wf",
		"tests/prop/flows/*.wf" };
	struct counts counts = { 0 };

	for (size_t i = 0; i < 3; i++) {
		glob_t found;

		cr_assert_eq(glob(patterns[i], 0, NULL, &found), 0);
		for (size_t k = 0; k < found.gl_pathc; k++)
			look_at_flow(found.gl_pathv[k], &counts);
		globfree(&found);
	}
	cr_log_info("%u programs, %u pairs of runs, %u came to their end, %u of them differ",
	    counts.programs, counts.pairs, counts.done, counts.differ);
	cr_expect_gt(
	    counts.differ, counts.done / 10, "the secrets must matter, or nothing is tested");
}
