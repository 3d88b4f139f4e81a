/* A run, and a host that does as it is told. It decides nothing: tests say who answers what. */
#include "tests/support/play.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct wr_module *
load(const struct wr_alloc *alloc, const struct wr_buf *bytes)
{
	struct wr_load_refusal refusal = { 0 };
	struct wr_module *m = NULL;

	cr_assert_eq(wr_load((const uint8_t *)bytes->at, bytes->size, alloc, &m, &refusal), WR_OK,
	    "%s: %s at %s", refusal.code, refusal.why, refusal.where);
	return m;
}

struct wr_module *
play_assembled(const struct wr_alloc *alloc, const char *text)
{
	struct failing_alloc steady;
	struct wr_module *m;
	struct wr_buf bytes;

	failing_alloc_init(&steady);
	assemble_bytes(text, &steady.hook, &bytes);
	m = load(alloc, &bytes);
	wr_buf_free(&bytes);
	return m;
}

/* The source, or what is in the file. */
static struct wr_module *
compile(const struct wr_alloc *alloc, const char *source, const char *path)
{
	struct failing_alloc steady;
	struct wr_buf bytes, said;
	struct wr_module *m;
	enum wr_status s;

	failing_alloc_init(&steady);
	wr_buf_init(&bytes, &steady.hook, WR_MODULE_MAX);
	wr_buf_init(&said, &steady.hook, 1 << 16);
	if (path != NULL)
		s = flow_file_compile(&steady.hook, path, &bytes, &said);
	else
		s = flow_compile(&steady.hook, wr_text_of(source), &bytes, &said);
	cr_assert_eq(s, WR_OK, "%s: %s", path != NULL ? path : source, said.at);
	m = load(alloc, &bytes);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
	return m;
}

struct wr_module *
play_compiled(const struct wr_alloc *alloc, const char *source)
{
	return compile(alloc, source, NULL);
}

struct wr_module *
play_file(const struct wr_alloc *alloc, const char *path)
{
	return compile(alloc, NULL, path);
}

struct wr_run *
play_start(const struct wr_module *module, const struct wr_alloc *alloc,
    const struct wr_run_options *options, const char *input)
{
	struct wr_run *run = NULL;
	struct wr_fault fault = { 0 };
	enum wr_status s = wr_run_start(module, alloc, options, wr_text_of(input), &run, &fault);

	cr_assert(s == WR_OK || s == WR_NOMEM, "%s: %s", fault.path, fault.detail);
	return run;
}

void
play_take(struct wr_run *run, struct hand *h)
{
	while (wr_run_next(run, &h->call[h->len])) {
		size_t at = strlen(h->order);

		cr_assert_lt(at + strlen(h->call[h->len].path) + 1, sizeof h->order);
		(void)snprintf(h->order + at, sizeof h->order - at, "%s ", h->call[h->len].path);
		h->len++;
		cr_assert_lt(h->len, HAND_MAX);
	}
	if (h->most < h->len)
		h->most = h->len;
}

struct wr_call
play_drop(struct hand *h, uint32_t i)
{
	struct wr_call c;

	cr_assert_lt(i, h->len);
	c = h->call[i];
	memmove(h->call + i, h->call + i + 1, (--h->len - i) * sizeof c);
	return c;
}

struct wr_text
play_reply(const struct reply *replies, const char *path)
{
	for (; replies->path != NULL; replies++)
		if (strcmp(replies->path, path) == 0)
			return wr_text_of(replies->answer);
	cr_assert_fail("nobody expects a call of %s", path);
	return WR_TEXT("");
}

enum wr_status
play_echo(struct wr_run *run, const struct wr_call *call)
{
	char answer[64] = "";

	for (uint32_t i = 0; i < call->parts_len; i++)
		if (strcmp(call->parts[i].name, "user") == 0)
			(void)snprintf(answer, sizeof answer, "%.*s+", (int)call->parts[i].text.size,
			    call->parts[i].text.at);
	return wr_run_answer(run, call->id, wr_text_of(answer), 1);
}

unsigned
play_random(unsigned *seed)
{
	return (*seed = *seed * 1103515245u + 12345u) >> 16;
}

void
play(struct wr_run *run, const struct reply *replies, unsigned seed, struct hand *h)
{
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		enum wr_status s;

		play_take(run, h);
		if (wr_run_state(run) != WR_RUN_WAITING)
			break;
		cr_assert_gt(h->len, 0, "the run waits for nothing");
		c = play_drop(h, seed == 0 ? 0 : play_random(&seed) % h->len);
		s = replies == NULL ? play_echo(run, &c) :
				      wr_run_answer(run, c.id, play_reply(replies, c.path), 7);
		cr_assert_eq(s, WR_OK, "%s: %s", c.path, wr_run_reason(run));
	}
}

void
play_expect_output(struct wr_run *run, const char *output)
{
	struct wr_text out;

	cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s",
	    wr_run_state(run) == WR_RUN_FAILED ? wr_run_fault(run)->detail : "it waits");
	out = wr_run_output(run);
	cr_expect_eq(out.size, strlen(output));
	cr_expect_str_eq(out.at, output);
}

void
play_expect_fault(struct wr_run *run, const char *code, const char *path, const char *detail)
{
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->code, code);
	cr_expect_str_eq(wr_run_fault(run)->path, path);
	cr_expect_str_eq(wr_run_fault(run)->detail, detail);
}
