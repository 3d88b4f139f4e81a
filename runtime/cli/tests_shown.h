#ifndef WD_CLI_TESTS_SHOWN_H
#define WD_CLI_TESTS_SHOWN_H

#include "runtime/cli/review.h"
#include "runtime/json.h"
#include "vm/view/review.h"

/* What was signed of a digest's tests, as all views show it: beside the packet, and for no condition. */

/*
 * One entry for each record of tests that counts, the newest first, then those that do not and why.
 * The arena's; NULL when it is spent. Texts are from outside: not fit for a terminal as they are.
 */
const struct wr_review_tests *wd_file_tests(const struct wd_file *file, struct wr_arena *arena, size_t *ret_len);

/* The same for people, on standard output. */
void wd_file_tests_print(const struct wd_file *file);

/* The same as a member `tests` of an object. */
void wd_file_tests_json(const struct wd_file *file, struct wd_json_doc *doc, struct wd_json *object);

#endif
