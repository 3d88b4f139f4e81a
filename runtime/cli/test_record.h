#ifndef WD_CLI_TEST_RECORD_H
#define WD_CLI_TEST_RECORD_H

#include "runtime/cli/loaded.h"
#include "runtime/cli/reader.h"
#include "compiler/writc.h"

/*
 * Write the recording that a test replays anew: what is given is run with live backends, as `writ run` has them; agents
 * with a stub are answered by it and not recorded. A run that fails is recorded as well. Told on standard
 * error. WD_YES, WD_NO (a backend is not bound, or does not fit) or WD_TROUBLE.
 */
enum wd_exit wd_test_record(const struct wd_args *args, const struct wd_loaded *loaded,
    const struct wc_tests *tests, const struct wc_test *test, const struct wd_reader *reader);

#endif
