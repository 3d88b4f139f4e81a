#ifndef WD_CLI_QUEUE_H
#define WD_CLI_QUEUE_H

#include "runtime/cli/review.h"

#define WD_QUEUE_OPTIONS \
	WD_KEY_OPTION, \
	    { "json", 0, NULL, "say it as JSON", false }

/*
 * What has been submitted and how far each is, on standard output: first what waits for the one whom
 * --key names, then what waits for others, then what is approved; of one workflow the newest first. With --key what
 * is approved, and what waits for others, is left out. WD_YES, or a message was
 * given: WD_TROUBLE also when something stored could not be looked at, and the rest was printed.
 */
enum wd_exit wd_queue_print(const struct wd_args *args, struct wd_desk *desk);

#endif
