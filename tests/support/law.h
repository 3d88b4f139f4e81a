#ifndef TESTS_SUPPORT_LAW_H
#define TESTS_SUPPORT_LAW_H

#include "compiler/writc.h"
#include "runtime/cli/law.h"

/*
 * The policy of tests/golden/policy/policy.json, with these members (`"limits": { … }, …`) in the place of
 * its own; NULL: as it stands. Aborts the test when it is no policy. Close it with wd_law_close.
 */
void law_open(struct wd_law *law, const char *members);

/* The same of any policy's text. */
void law_of(struct wd_law *law, struct wr_text policy);

/*
 * Compile a source and hold the program against the policy, as `writ check --policy` does. Appended to
 * `said`: what it says, for people, after what the compiler says. The result is the caller's to free.
 * WR_OK: nothing is forbidden; WR_ABSENT: a library; WR_REFUSED: something was said.
 */
enum wr_status law_check(const struct wd_law *law, const struct wr_alloc *alloc, const char *name,
    struct wr_text source, const struct wc_options *options, struct wc_result *ret_result,
    struct wc_diags *ret_diags, struct wr_buf *said);

#endif
