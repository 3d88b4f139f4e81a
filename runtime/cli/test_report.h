#ifndef WD_CLI_TEST_REPORT_H
#define WD_CLI_TEST_REPORT_H

#include "compiler/writc.h"
#include "runtime/cli/test_run.h"

/* What became of each test, for machines: JSON lines as it goes, and JUnit XML when all is done. */

struct wd_report {
	struct wr_buf suites; /* JUnit: those that have ended */
	struct wr_buf cases;  /* of the suite that is open */
	unsigned tests, failed, troubled;
	unsigned all_tests, all_failed, all_troubled;
	unsigned long all_us;
};

void wd_report_begin(struct wd_report *report);
void wd_report_free(struct wd_report *report);

/* A test has ended; words: what was said about it, empty when it passed. */
void wd_report_add(struct wd_report *report, const char *file, const struct wc_test *test, enum wd_test_end end,
    unsigned long us, struct wr_text words);

/* All tests of a file are there. */
void wd_report_file(struct wd_report *report, const char *file, unsigned long us);

/* One line of JSON for the same. */
void wd_report_json(struct wr_buf *out, const char *file, const struct wc_test *test, enum wd_test_end end,
    unsigned long us, struct wr_text words);

/* Write JUnit XML. WR_OK, WR_NOMEM, WR_LIMIT or WR_IO. */
WR_MUST_CHECK enum wr_status wd_report_write(const struct wd_report *report, const char *path);

#endif
