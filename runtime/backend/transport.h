#ifndef WD_BACKEND_TRANSPORT_H
#define WD_BACKEND_TRANSPORT_H

#include "runtime/backend/backend.h"

struct event_base;

/*
 * HTTP requests on an event loop: the one place with a network library. It
 * follows no redirect, repeats nothing, obeys no proxy or credential of the
 * environment, checks certificates, and bounds what it reads. It has no
 * time-out but that of connecting: the caller cancels what takes too long.
 */
struct wd_transport;

/* One request under way. Gone once it is done or cancelled. */
struct wd_transfer;

enum wd_outcome {
	WD_OUTCOME_ANSWERED,  /* status and body are whole */
	WD_OUTCOME_UNREACHED, /* no connection, or nothing of the request left */
	WD_OUTCOME_CUT, /* the connection ended, or spoke nonsense, before the answer was whole */
	WD_OUTCOME_TOO_BIG, /* the answer passed a limit: its header or its body */
	WD_OUTCOME_BROKEN,  /* no memory */
};

struct wd_result {
	enum wd_outcome outcome;
	struct wd_response response;    /* ANSWERED; the body lives during the function */
	bool sent;                      /* bytes of the request left this machine */
	char detail[WD_DETAIL_MAX + 1]; /* for people, all but ANSWERED */
};

typedef void (*wd_transfer_fn)(void *user, const struct wd_result *result);

struct wd_transfer_options {
	struct wr_text credential; /* size 0: none; else sent as a bearer token */
	struct wr_text proxy;      /* size 0: none */
	struct wr_text pin;        /* size 0: certificates are checked as browsers do; else see wd_backend_config */
	bool once;                 /* an effect: a fresh connection, since a kept one that turns out
				    * to be closed makes the library send a request twice */
	size_t response_max;       /* bytes of the answer's body; 0: WD_RESPONSE_MAX */
};

/* base and alloc must outlive it. WR_OK or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_transport_new(
    struct event_base *base, const struct wr_alloc *alloc, struct wd_transport **ret_transport);

/* No transfer may be under way. Not from inside a transfer's function. NULL is allowed. */
void wd_transport_free(struct wd_transport *transport);

/* True when a URL is http or https, has a host, and no user, query or fragment. */
bool wd_transport_takes(const char *url);

/*
 * Send. done is called once, later, never from inside this function. The
 * request must live until then; the options are copied.
 *
 * WR_OK, WR_NOMEM or WR_REFUSED (a URL, a credential or a method that is none).
 */
WR_MUST_CHECK enum wr_status wd_transport_send(struct wd_transport *transport,
    const struct wd_request *request, const struct wd_transfer_options *options,
    wd_transfer_fn done, void *user, struct wd_transfer **ret_transfer);

/* Give up; done is not called. True when bytes of the request had left. */
bool wd_transfer_cancel(struct wd_transfer *transfer);

/* `Not Found`; empty when the number has no usual name. */
const char *wd_http_reason(int status);

#endif
