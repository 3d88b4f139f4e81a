/* One set of bytes through everything that takes bytes. */
#include "tests/support/mutant.h"

#include "compiler/compile_limits.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/script.h"
#include "vm/format/encode.h"
#include "vm/view/decompile.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS 2

static char said[4096];

static const char *
encodes(const struct wr_module *module, struct wr_text bytes)
{
	struct wr_buf again;
	bool same;

	wr_buf_init(&again, wd_alloc(), WR_MODULE_MAX);
	same = wr_encode(module, &again) == WR_OK && wr_text_eq(bytes, wr_buf_view(&again));
	wr_buf_free(&again);
	return same ? NULL : "loads, and encodes to other bytes";
}

static const char *
shows(const struct wr_module *module, struct wr_text bytes, struct mutant_counts *counts)
{
	struct wr_buf source, again, messages;
	const char *wrong = NULL;
	enum wr_status s;

	wr_buf_init(&source, wd_alloc(), WC_SOURCE_MAX);
	wr_buf_init(&again, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&messages, wd_alloc(), 2048);
	s = wr_decompile(module, &source);
	if (s == WR_LIMIT) {
		counts->deep++;
	} else if (s != WR_OK) {
		wrong = "loads, and is not shown";
	} else if ((s = flow_compile(wd_alloc(), wr_buf_view(&source), &again, &messages)) !=
		       WR_OK ||
		   !wr_text_eq(bytes, wr_buf_view(&again))) {
		(void)snprintf(said, sizeof said,
		    "is shown as what compiles to something else: %s\n%.*s", wr_status_text(s),
		    (int)messages.size, messages.at == NULL ? "" : messages.at);
		wrong = said;
	} else {
		counts->shown++;
	}
	wr_buf_free(&messages);
	wr_buf_free(&again);
	wr_buf_free(&source);
	return wrong;
}

static const char *
runs(const struct wr_module *module, struct mutant_counts *counts)
{
	const char *wrong = NULL;

	for (uint64_t seed = 1; seed <= RUNS && wrong == NULL; seed++) {
		struct answers a = answers_for(seed, "inputs");
		struct script script = { .module = module,
			.alloc = wd_alloc(),
			.answers = seed,
			.failing = seed == 1 ? 0 : 6 };
		struct script_end *end = malloc(sizeof *end);
		struct wr_buf input;

		if (end == NULL)
			abort();
		wr_buf_init(&input, wd_alloc(), 1 << 22);
		answer_inputs(&a, module, &input);
		script.input = wr_buf_view(&input);
		if (input.status == WR_OK) {
			script_play(&script, end);
			if (end->wrong != NULL ||
			    (end->status != WR_OK && end->status != WR_LIMIT)) {
				(void)snprintf(said, sizeof said, "%s %s %s %s",
				    end->wrong == NULL ? "" : end->wrong, end->wrong_at,
				    end->fault.path, end->fault.detail);
				wrong = said;
			}
			counts->ran++;
			counts->done += end->status == WR_OK && end->state == WR_RUN_DONE;
			script_end_free(end);
		}
		wr_buf_free(&input);
		free(end);
	}
	return wrong;
}

const char *
mutant_check(const uint8_t *bytes, size_t size, enum mutant_look look, bool *ret_loaded,
    struct mutant_counts *counts)
{
	uint8_t *exact = malloc(size > 0 ? size : 1);
	struct wr_load_refusal refusal = { .code = NULL };
	struct wr_module *module = NULL;
	const char *wrong = NULL;
	enum wr_status s;

	if (exact == NULL)
		abort();
	if (size > 0)
		memcpy(exact, bytes, size);
	s = wr_load(exact, size, wd_alloc(), &module, &refusal);
	counts->seen++;
	if (ret_loaded != NULL)
		*ret_loaded = s == WR_OK;
	if (s == WR_OK) {
		struct wr_text text = { (const char *)exact, size };

		counts->loaded++;
		wrong = encodes(module, text);
		if (wrong == NULL && look >= MUTANT_SHOW)
			wrong = shows(module, text, counts);
		if (wrong == NULL && look >= MUTANT_RUN)
			wrong = runs(module, counts);
	} else if ((s != WR_MALFORMED && s != WR_REFUSED && s != WR_LIMIT) ||
		   refusal.code == NULL || refusal.why == NULL) {
		wrong = "is refused without a reason";
	}
	wr_module_free(module);
	free(exact);
	return wrong;
}
