#ifndef WD_BACKEND_DISPATCH_H
#define WD_BACKEND_DISPATCH_H

#include "runtime/backend/backend.h"

struct event_base;

/*
 * Calls to backends on one event loop. The dispatcher waits the call's delay,
 * sends, holds the time-out and answers each call exactly once. It never
 * blocks the loop, never repeats a request, and never answers from inside
 * wd_dispatch_call.
 *
 *	wd_dispatch_new(base, wd_alloc(), &d);
 *	wd_dispatch_bind(d, &config, &trouble);
 *	while (wr_run_next(run, &call))
 *		wd_dispatch_call(d, &call, run_key, answered, user, &handle);
 *
 *	answered(user, answer): wr_run_answer(...) or wr_run_fail(...)
 */
struct wd_dispatch;

/* One call under way. Gone once it has been answered or cancelled. */
struct wd_dispatch_call;

/* answer and its text live only during the function, which may start and cancel calls. */
typedef void (*wd_answered_fn)(void *user, const struct wd_answer *answer);

/*
 *   base, alloc  must outlive the dispatcher
 *
 * WR_OK or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_dispatch_new(
    struct event_base *base, const struct wr_alloc *alloc, struct wd_dispatch **ret_dispatch);

/* Cancels what is under way. Not from inside an answered function. NULL is allowed. */
void wd_dispatch_free(struct wd_dispatch *dispatch);

/*
 * Make a backend reachable under its name. config is copied; the credential's
 * copy is wiped when the dispatcher is freed.
 *
 *   ret_trouble  written with all but WR_OK and WR_NOMEM
 *
 * WR_OK, WR_NOMEM, WR_REFUSED (no such adaptor, a kind it does not serve, a bad
 * address, a name bound twice), WR_LIMIT, WR_IO or WR_ABSENT (a folder's content).
 */
WR_MUST_CHECK enum wr_status wd_dispatch_bind(struct wd_dispatch *dispatch,
    const struct wd_backend_config *config, struct wd_trouble *ret_trouble);

/* The adaptor that a backend is bound to, or NULL: its name, class and modes. */
const struct wd_adaptor *wd_dispatch_adaptor(
    const struct wd_dispatch *dispatch, struct wr_text backend);

/* How far its answers can be trusted: the adaptor's class, or pinned. Only for a backend that is bound. */
enum wd_class wd_dispatch_class(const struct wd_dispatch *dispatch, struct wr_text backend);

/*
 * Start one attempt. Whatever goes wrong later, a missing binding included,
 * comes as an answer, on a later turn of the loop.
 *
 *   call        copied; what it points to must live until the answer or the cancellation
 *   run         the run's key, at most 128 bytes, copied; `draft/…` for draft runs
 *   ret_handle  for wd_dispatch_cancel; may be NULL
 *
 * WR_OK, WR_LIMIT (the key) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_dispatch_call(struct wd_dispatch *dispatch,
    const struct wr_call *call, struct wr_text run, wd_answered_fn answered, void *user,
    struct wd_dispatch_call **ret_handle);

/*
 * Give up a call: it will not be answered. What was sent stays sent: returns
 * true when the call is an effect that may have happened.
 */
bool wd_dispatch_cancel(struct wd_dispatch_call *call);

/* Calls not yet answered. */
size_t wd_dispatch_pending(const struct wd_dispatch *dispatch);

#endif
