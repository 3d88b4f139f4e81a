/*
 * Answers calls from a recording. A request that differs in one byte from the recorded one is a miss, never an answer
 * to another question; the words about it name the first part that differs.
 */
#include "runtime/cli/test_replay.h"

#include <assert.h>

#include "runtime/cli/test_say.h"
#include "runtime/json.h"
#include "runtime/serve/host.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"

enum wd_replayed
wd_replay_answer(struct wd_replay *replay, struct wr_run *run, const struct wr_call *call)
{
	const struct wd_recorded *c = NULL;
	struct wd_digest digest;
	struct wr_buf request;
	enum wr_status s;
	uint32_t ordinal = 0;

	if (replay->recording == NULL)
		return WD_REPLAY_MISS;
	wr_buf_init(&request, wd_alloc(), WD_RECORDING_MAX);
	wd_call_write(call, &request);
	if (request.status == WR_OK) {
		digest = wd_sha256(wr_buf_view(&request));
		ordinal = wd_ordinals_next(replay->ordinals, call->agent, &digest);
		c = wd_recording_find(replay->recording, call->agent, &digest, ordinal);
	}
	wr_buf_free(&request);
	if (ordinal == 0)
		return WD_REPLAY_TROUBLE;
	if (c == NULL)
		return WD_REPLAY_MISS;
	if (c->end == WD_RECORDED_CANCELLED)
		return WD_REPLAY_LATER;
	if (c->end == WD_RECORDED_ANSWER)
		s = wr_run_answer(run, call->id, c->text, c->tokens);
	else
		s = wr_run_fail(run, call->id, c->failure, c->text, c->outcome_unknown);
	return s == WR_OK || s == WR_INVALID ? WD_REPLAY_TAKEN : WD_REPLAY_TROUBLE;
}

/* ---- what is different --------------------------------------------------------------------- */

/* The recorded call that this one was most likely meant to be: at its path, else of its agent; or NULL. */
static const struct wd_recorded *
likely(const struct wd_recording *r, const struct wr_call *call)
{
	const struct wd_recorded *best = NULL;

	for (uint32_t i = 0; i < wd_recording_len(r); i++) {
		const struct wd_recorded *c = wd_recording_at(r, i);

		if (!wr_text_eq(c->agent, call->agent))
			continue;
		if (wr_text_eq(c->path, wr_text_of(call->path)))
			return c;
		if (best == NULL)
			best = c;
	}
	return best;
}

/* A value of a part as words. */
static void
put_value(struct wr_buf *out, const struct wd_json *v)
{
	struct wr_text t = wd_json_text(v);

	if (t.at != NULL)
		wr_buf_text(out, t);
	else
		wd_json_write(v, WD_JSON_COMPACT, out);
}

/* From a little before where they part. */
static struct wr_text
from_difference(struct wr_text t, struct wr_text other)
{
	size_t at = 0;

	while (at < t.size && at < other.size && t.at[at] == other.at[at])
		at++;
	at = at > 20 ? at - 20 : 0;
	while (at < t.size && ((unsigned char)t.at[at] & 0xC0) == 0x80)
		at++;
	return (struct wr_text){ t.at + at, t.size - at };
}

static void
note_part(struct wc_diag *d, const struct wd_json *was, const struct wd_json *is)
{
	struct wr_text name = wd_json_text(wd_json_item(is, 0));
	struct wr_buf old, new;

	wr_buf_init(&old, wd_alloc(), WD_RECORDING_MAX);
	wr_buf_init(&new, wd_alloc(), WD_RECORDING_MAX);
	put_value(&old, wd_json_item(was, 2));
	put_value(&new, wd_json_item(is, 2));
	if (old.status == WR_OK && new.status == WR_OK)
		wd_test_note_change(d, name, from_difference(wr_buf_view(&old), wr_buf_view(&new)),
		    from_difference(wr_buf_view(&new), wr_buf_view(&old)));
	wr_buf_free(&old);
	wr_buf_free(&new);
}

static bool
same(const struct wd_json *a, const struct wd_json *b)
{
	struct wr_buf x, y;
	bool equal;

	wr_buf_init(&x, wd_alloc(), WD_RECORDING_MAX);
	wr_buf_init(&y, wd_alloc(), WD_RECORDING_MAX);
	wd_json_write(a, WD_JSON_COMPACT, &x);
	wd_json_write(b, WD_JSON_COMPACT, &y);
	equal = wr_text_eq(wr_buf_view(&x), wr_buf_view(&y));
	wr_buf_free(&x);
	wr_buf_free(&y);
	return equal;
}

/* The first part that is not as it was. Both are requests as wd_call_write writes them. */
static void
note_difference(struct wc_diag *d, const struct wd_json *was, const struct wd_json *is)
{
	const struct wd_json *old = wd_json_get(was, "parts"), *new = wd_json_get(is, "parts");
	size_t i = 0;

	while (i < wd_json_len(old) && i < wd_json_len(new) && same(wd_json_item(old, i), wd_json_item(new, i)))
		i++;
	if (!same(wd_json_get(was, "backend"), wd_json_get(is, "backend")))
		wc_diag_note(d, "it goes to `%T` now, and went to `%T`", wd_json_text(wd_json_get(is, "backend")),
		    wd_json_text(wd_json_get(was, "backend")));
	else if (i == wd_json_len(old) && i == wd_json_len(new))
		wc_diag_note(d, "the recording answers this request less often than it is sent");
	else if (i == wd_json_len(old) || i == wd_json_len(new) ||
		 !same(wd_json_item(wd_json_item(old, i), 0), wd_json_item(wd_json_item(new, i), 0)))
		wc_diag_note(d, "its settings are others than those that were recorded");
	else
		note_part(d, wd_json_item(old, i), wd_json_item(new, i));
}

void
wd_replay_say_miss(struct wc_diags *diags, const struct wc_test *test, const struct wr_call *call,
    const struct wd_recording *recording)
{
	struct wc_diag *d = wc_diag_add(diags, WC_E0702, test->replay_span,
	    "`%T` was called, but the recording has no answer to this request", call->agent);
	const struct wd_recorded *was = likely(recording, call);
	struct wd_json_doc doc;
	struct wd_json *old = NULL, *new = NULL;
	struct wr_buf request;

	wc_diag_label(d, "test failed: %T", test->title);
	wr_buf_init(&request, wd_alloc(), WD_RECORDING_MAX);
	wd_json_init(&doc, wd_alloc(), (size_t)WD_RECORDING_MAX * 4);
	wd_call_write(call, &request);
	if (was == NULL)
		wc_diag_note(d, "it has no call of `%T`", call->agent);
	else if (wd_json_parse_into(&doc, was->request, &old, NULL) == WR_OK && request.status == WR_OK &&
		 wd_json_parse_into(&doc, wr_buf_view(&request), &new, NULL) == WR_OK)
		note_difference(d, old, new);
	wd_test_note_request(d, call);
	wc_diag_help(d, "`writ test --record` asks the backends again; or add `stub %T -> …`", call->agent);
	wd_json_free(&doc);
	wr_buf_free(&request);
}
