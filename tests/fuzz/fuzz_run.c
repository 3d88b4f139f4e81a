/*
 * A run of a real program on any input and any answers. The first line is the input, each
 * further line answers a call: the first byte of a line picks which call and whether it fails.
 * Whatever comes, the run ends, frees everything, and ends the same when the same lines come again.
 */
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/triage.h"
#include "vm/writ_vm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HAND_MAX 16

static void
need(bool holds)
{
	if (!holds)
		abort();
}

static const struct wr_module *
program(void)
{
	static struct failing_alloc steady;
	static struct wr_module *module;
	struct wr_load_refusal refusal;
	struct wr_buf bytes;

	if (module == NULL) {
		failing_alloc_init(&steady);
		assemble_bytes(TRIAGE "within 50 100000 10000000 2\n", &steady.hook, &bytes);
		need(wr_load((const uint8_t *)bytes.at, bytes.size, &steady.hook, &module,
			 &refusal) == WR_OK);
		wr_buf_free(&bytes);
	}
	return module;
}

static struct wr_text
next_line(struct wr_text *rest)
{
	const char *end = rest->size == 0 ? NULL : memchr(rest->at, '\n', rest->size);
	struct wr_text line = {rest->at, end == NULL ? rest->size : (size_t)(end - rest->at)};

	rest->at = end == NULL ? rest->at + rest->size : end + 1;
	rest->size -= line.size + (end != NULL);
	return line;
}

/* Give one line to one of the calls that the host holds. */
static void
give(struct wr_run *run, struct wr_call *hand, uint32_t *len, struct wr_text line)
{
	uint8_t pick = line.size == 0 ? 0 : (uint8_t)line.at[0];
	uint32_t i = pick % *len;
	uint32_t id = hand[i].id;
	struct wr_text answer =
	    line.size == 0 ? line : (struct wr_text){line.at + 1, line.size - 1};
	enum wr_status s;

	hand[i] = hand[--*len];
	if (pick >= 0x80)
		s = wr_run_fail(run, id, (enum wr_failure)(pick % 4), answer, pick >= 0xC0);
	else
		s = wr_run_answer(run, id, answer, pick);
	need(s == WR_OK || s == WR_INVALID);
	need(wr_run_answer(run, id, answer, 0) == WR_STALE);
}

/* Everything that can be seen of a run, appended to seen. */
static void
run_once(struct wr_text rest, struct wr_buf *seen)
{
	struct failing_alloc f;
	struct wr_run_options options = {.heap_max = 1u << 16, .tokens_max = 500};
	struct wr_fault fault = {.code = ""};
	struct wr_call hand[HAND_MAX];
	struct wr_run *run = NULL;
	uint32_t len = 0;

	failing_alloc_init(&f);
	if (wr_run_start(program(), &f.hook, &options, next_line(&rest), &run, &fault) != WR_OK) {
		need(f.live_bytes == 0 && wr_utf8_valid(wr_text_of(fault.detail)));
		return;
	}
	while (wr_run_state(run) == WR_RUN_WAITING) {
		while (len < HAND_MAX && wr_run_next(run, &hand[len]))
			wr_buf_str(seen, hand[len++].path);
		if (wr_run_state(run) != WR_RUN_WAITING)
			break;
		need(len > 0 && len <= 2); /* the width */
		if (rest.size == 0)
			wr_run_cancel(run, "cancelled", "no more answers");
		else
			give(run, hand, &len, next_line(&rest));
	}
	if (wr_run_state(run) == WR_RUN_DONE) {
		wr_buf_text(seen, wr_run_output(run));
	} else {
		need(wr_utf8_valid(wr_text_of(wr_run_fault(run)->detail)));
		wr_buf_str(seen, wr_run_fault(run)->code);
		wr_buf_str(seen, wr_run_fault(run)->path);
		wr_buf_str(seen, wr_run_fault(run)->detail);
	}
	wr_run_free(run);
	need(f.live_bytes == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct failing_alloc f;
	struct wr_buf once, twice;
	char *exact = malloc(size + 1);

	need(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	failing_alloc_init(&f);
	wr_buf_init(&once, &f.hook, 1u << 20);
	wr_buf_init(&twice, &f.hook, 1u << 20);
	run_once((struct wr_text){exact, size}, &once);
	run_once((struct wr_text){exact, size}, &twice);
	need(wr_text_eq(wr_buf_view(&once), wr_buf_view(&twice)));
	wr_buf_free(&once);
	wr_buf_free(&twice);
	free(exact);
	return 0;
}
