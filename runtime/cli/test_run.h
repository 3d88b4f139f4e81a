#ifndef WD_CLI_TEST_RUN_H
#define WD_CLI_TEST_RUN_H

#include "compiler/writc.h"
#include "runtime/recording.h"
#include "vm/writ_vm.h"

/* One test in the machine: the flow's bytecode, answered by stubs and recordings alone. */

enum wd_test_end {
	WD_TEST_PASSED,
	WD_TEST_FAILED,
	WD_TEST_TROUBLE, /* it could not be run: no memory, a recording that cannot be read */
};

/* What the tests of one source share. */
struct wd_test_file {
	const struct wr_module *module; /* NULL: a library */
	const struct wc_tests *tests;
	/*
	 * The recording that a test replays, or its reason in ret_error. WR_OK: the caller frees it. NULL: there are
	 * none.
	 */
	enum wr_status (*recording)(void *user, const struct wc_test *test, struct wd_recording **ret,
	    struct wd_recording_error *ret_error);
	void *user;
};

/*
 * Run it. What went wrong is added to diags, one message for each expectation that does not hold and
 * for each other reason; nothing is printed and no backend is reached.
 */
enum wd_test_end wd_test_run(
    const struct wd_test_file *file, const struct wc_test *test, struct wc_diags *diags);

#endif
