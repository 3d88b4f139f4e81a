#ifndef WD_CLI_TEST_EVAL_H
#define WD_CLI_TEST_EVAL_H

#include "compiler/writc.h"
#include "runtime/recording.h"
#include "vm/writ_vm.h"

/* The pure parts of tests, evaluated in the machine. */

/* What travels in an envelope, without it. */
struct wr_text wd_test_bare(struct wr_text json, bool enveloped);

/* The value of a program for an object of inputs, as bare JSON in ret. False: why says why not. */
bool wd_test_evaluate(
    const struct wc_test_program *program, struct wr_text input, struct wr_buf *ret, struct wr_fault *why);

/* An object of inputs: begun; the name of input i, whose value follows; the caller puts the last brace. */
void wd_test_begin_inputs(struct wr_buf *buf);
void wd_test_add_input(const struct wc_tests *tests, struct wr_buf *buf, uint32_t i);

/* The stub for an agent, or NULL. */
const struct wc_test_stub *wd_test_stub(const struct wc_test *test, struct wr_text agent);

/*
 * Give a run what a stub says to a call: its failure, or its answer as a backend would send it. WR_OK, or another
 * status and why.
 */
WR_MUST_CHECK enum wr_status wd_test_answer(const struct wc_tests *tests, const struct wc_test_stub *stub,
    struct wr_run *run, const struct wr_call *call, struct wr_fault *why);

/*
 * What is given: each value as bare JSON (the caller's buffers, one an input), and the object of them that the flow
 * takes, appended. What a test does not give is as in the recording. Returns NULL, or the one that could not be
 * evaluated, and why.
 */
const struct wc_test_given *wd_test_given(
    const struct wc_test *test, const struct wd_recording *recording, struct wr_buf *ret_values, struct wr_buf *object,
    struct wr_fault *why);

#endif
