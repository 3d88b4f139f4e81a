#ifndef WD_CLI_TEST_SAY_H
#define WD_CLI_TEST_SAY_H

#include "compiler/writc.h"
#include "runtime/recording.h"
#include "vm/writ_vm.h"

/* What is said about a test that did not pass: one message each, at its place in the source. */

/* An expectation does not hold; its values follow with wd_test_say_part. */
struct wc_diag *wd_test_say_false(
    struct wc_diags *diags, const struct wc_test *test, const struct wc_test_expect *expect);

/* A value inside it, as JSON; empty: its place alone. d may be NULL. */
void wd_test_say_part(struct wc_diag *d, const struct wc_test_part *part, struct wr_text value);

/* The run was to fail and gave a result. */
void wd_test_say_done(struct wc_diags *diags, const struct wc_test *test,
    const struct wc_test_expect *expect, struct wr_text result);

/* The run failed, and was not to, or not so. */
void wd_test_say_failed(
    struct wc_diags *diags, const struct wc_test *test, const struct wr_fault *fault);
void wd_test_say_other(struct wc_diags *diags, const struct wc_test *test,
    const struct wc_test_expect *expect, const struct wr_fault *fault);

/* A call that no stub and no recording answers. */
void wd_test_say_unanswered(
    struct wc_diags *diags, const struct wc_test *test, const struct wr_call *call);

/* What the call would have sent; which of its parts is not as it was, from where they part. */
void wd_test_note_request(struct wc_diag *d, const struct wr_call *call);
void wd_test_note_change(struct wc_diag *d, struct wr_text part, struct wr_text was, struct wr_text is);

/* The recording cannot be had, or is none; line 0: it is not about one. */
void wd_test_say_recording(
    struct wc_diags *diags, const struct wc_test *test, const struct wd_recording_error *error);

/* The test could not be run to its end. */
void wd_test_say_trouble(
    struct wc_diags *diags, const struct wc_test *test, struct wc_span span, const char *why);

#endif
