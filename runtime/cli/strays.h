#ifndef WD_CLI_STRAYS_H
#define WD_CLI_STRAYS_H

#include "runtime/cli/review.h"

/* What lies in the store: the little that is said of files which are ignored, and of those which must not be. */

/* Say which files are ignored, each once a command, and no more than a few; said begins as zeros. */
void wd_strays_say(struct wd_remarks *said, const struct wd_remarks *strays);

/* `error: WHAT: these records cannot be read`, and each of them. WD_TROUBLE. */
enum wd_exit wd_unread_say(const char *what, const struct wd_remarks *unread);

/* Why records could not be listed at all. WD_TROUBLE. */
enum wd_exit wd_records_say(enum wr_status status);

#endif
