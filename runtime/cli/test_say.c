/* The words about tests that did not pass. Judges nothing; messages are rendered elsewhere. */
#include "runtime/cli/test_say.h"

#include <stdio.h>
#include <string.h>

#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/base/text.h"
#include "vm/view/literal.h"

#define VALUE_MAX 160u /* bytes shown of a value beside its place */
#define PART_MAX 240u  /* bytes shown of one part of a request */
#define REQUEST_MAX 4096u

/* At most max bytes of t, on one line, cut between characters and said to be; what hides is shown. */
static void
put_cut(struct wr_buf *out, struct wr_text t, size_t max)
{
	size_t size = t.size;

	if (size > max) {
		for (size = max; size > 0 && ((unsigned char)t.at[size] & 0xC0) == 0x80;)
			size--;
	}
	for (size_t i = 0; i < size; i++) {
		size_t line = i;

		while (i < size && t.at[i] != '\n')
			i++;
		wc_diag_visible(out, (struct wr_text){ t.at + line, i - line });
		wr_buf_str(out, i < size ? "\\n" : "");
	}
	if (size < t.size) {
		wr_buf_str(out, "… (");
		wr_buf_u64(out, t.size);
		wr_buf_str(out, " bytes)");
	}
}

/* What is in it so far, for a format; "" when memory is spent. */
static const char *
c_string(struct wr_buf *buf)
{
	wr_buf_byte(buf, '\0');
	return buf->status == WR_OK ? (const char *)buf->at : "";
}

static struct wc_diag *
failed(struct wc_diags *diags, const struct wc_test *test, struct wc_span span)
{
	return wc_diag_add(diags, WC_E0703, span, "test failed: %T", test->title);
}

struct wc_diag *
wd_test_say_false(
    struct wc_diags *diags, const struct wc_test *test, const struct wc_test_expect *expect)
{
	return failed(diags, test, expect->anchor);
}

void
wd_test_say_part(struct wc_diag *d, const struct wc_test_part *part, struct wr_text value)
{
	struct wr_buf cut, source;

	wr_buf_init(&cut, wd_alloc(), 4 * VALUE_MAX);
	wr_buf_init(&source, wd_alloc(), WR_HEAP_MAX);
	if (value.size > 0 &&
	    wr_spell_json(part->value.bytes, wd_alloc(), WR_LITERAL_RESULT, value, &source) == WR_OK)
		value = wr_buf_view(&source);
	put_cut(&cut, value, VALUE_MAX);
	wc_diag_also(d, part->span, "%s", c_string(&cut));
	wr_buf_free(&cut);
	wr_buf_free(&source);
}

void
wd_test_say_done(struct wc_diags *diags, const struct wc_test *test,
    const struct wc_test_expect *expect, struct wr_text result)
{
	struct wc_diag *d = failed(diags, test, expect->span);
	struct wr_buf cut;

	wr_buf_init(&cut, wd_alloc(), REQUEST_MAX);
	put_cut(&cut, result, REQUEST_MAX / 8);
	wc_diag_label(d, "the run did not fail");
	wc_diag_note(d, "it gave %s", c_string(&cut));
	wr_buf_free(&cut);
}

/* "`transfer`: unavailable", or what else a run fails of. */
static void
name_fault(char *out, size_t room, const struct wr_fault *f)
{
	if (f->agent[0] != '\0')
		(void)snprintf(out, room, "`%s`: %s", f->agent, f->code);
	else
		(void)snprintf(out, room, "%s", f->code);
}

static void
note_fault(struct wc_diag *d, const struct wr_fault *f)
{
	if (f->detail[0] != '\0' && f->path[0] != '\0')
		wc_diag_note(d, "at `%T`: %T", wr_text_of(f->path), wr_text_of(f->detail));
	else if (f->detail[0] != '\0')
		wc_diag_note(d, "%T", wr_text_of(f->detail));
}

void
wd_test_say_failed(struct wc_diags *diags, const struct wc_test *test, const struct wr_fault *f)
{
	struct wc_diag *d = failed(diags, test, test->span);
	char name[160];

	name_fault(name, sizeof name, f);
	wc_diag_label(d, "the run failed: %T", wr_text_of(name));
	note_fault(d, f);
	wc_diag_help(d, "`expect fails` says that it should");
}

void
wd_test_say_other(struct wc_diags *diags, const struct wc_test *test,
    const struct wc_test_expect *expect, const struct wr_fault *f)
{
	struct wc_diag *d = failed(diags, test, expect->span);
	char name[160];

	name_fault(name, sizeof name, f);
	wc_diag_label(d, "the run failed otherwise: %T", wr_text_of(name));
	note_fault(d, f);
}

static void
put_part(struct wr_buf *out, const struct wr_part *p)
{
	wr_buf_byte(out, '\n');
	wr_buf_str(out, p->name);
	if (p->key.size > 0) {
		wr_buf_byte(out, ' ');
		wc_diag_visible(out, p->key);
	}
	wr_buf_str(out, ": ");
	switch (p->shape) {
	case WR_PART_TEXT:
		put_cut(out, p->text, PART_MAX);
		break;
	case WR_PART_INT:
		wr_buf_i64(out, p->integer);
		break;
	case WR_PART_BOOL:
		wr_buf_str(out, p->integer != 0 ? "true" : "false");
		break;
	case WR_PART_NUMBER: {
		char digits[40];

		(void)snprintf(digits, sizeof digits, "%.17g", p->number);
		wr_buf_str(out, digits);
		break;
	}
	}
}

void
wd_test_note_request(struct wc_diag *d, const struct wr_call *call)
{
	struct wr_buf request;

	wr_buf_init(&request, wd_alloc(), REQUEST_MAX);
	for (uint32_t i = 0; i < call->parts_len && request.size < REQUEST_MAX / 4; i++)
		put_part(&request, &call->parts[i]);
	wc_diag_note(d, "the call at `%T` would have sent to `%T`:%s", wr_text_of(call->path),
	    call->backend, c_string(&request));
	wr_buf_free(&request);
}

void
wd_test_note_change(struct wc_diag *d, struct wr_text part, struct wr_text was, struct wr_text is)
{
	struct wr_buf words;

	wr_buf_init(&words, wd_alloc(), REQUEST_MAX);
	wr_buf_str(&words, "\nwas  ");
	put_cut(&words, was, VALUE_MAX);
	wr_buf_str(&words, "\nis   ");
	put_cut(&words, is, VALUE_MAX);
	wc_diag_note(d, "its `%T` has changed:%s", part, c_string(&words));
	wr_buf_free(&words);
}

void
wd_test_say_unanswered(
    struct wc_diags *diags, const struct wc_test *test, const struct wr_call *call)
{
	struct wc_diag *d = wc_diag_add(diags, WC_E0702, test->span,
	    "`%T` was called, but this test has no answer for it", call->agent);

	wc_diag_label(d, "test failed: %T", test->title);
	wd_test_note_request(d, call);
	wc_diag_help(d, "add `stub %T -> …`, or `replay` a recording", call->agent);
}

void
wd_test_say_recording(
    struct wc_diags *diags, const struct wc_test *test, const struct wd_recording_error *error)
{
	struct wc_diag *d = wc_diag_add(
	    diags, WC_E0708, test->replay_span, "the recording `%T` cannot be used", test->replay);

	wc_diag_label(d, "test failed: %T", test->title);
	if (error->line > 0)
		wc_diag_note(d, "line %u: %T", (unsigned)error->line, wr_text_of(error->why));
	else
		wc_diag_note(d, "%T", wr_text_of(error->why));
	wc_diag_help(d, "`writ test --record` writes it anew, with live backends");
}

void
wd_test_say_trouble(
    struct wc_diags *diags, const struct wc_test *test, struct wc_span span, const char *why)
{
	struct wc_diag *d = failed(diags, test, span);

	wc_diag_label(d, "it could not be run: %T", wr_text_of(why));
}
