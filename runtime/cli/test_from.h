#ifndef WD_CLI_TEST_FROM_H
#define WD_CLI_TEST_FROM_H

#include "runtime/cli/args.h"

/*
 * A recorded run as a test of its source: what it was given, its recording, and that it gives the same again. Printed,
 * or with --append put at the end of the source. Told on standard error. WD_YES, WD_NO (it is a run of something
 * else, or is no recording) or WD_TROUBLE.
 */
enum wd_exit wd_test_from(const struct wd_args *args, const char *source, const char *recording);

#endif
