#ifndef WD_BACKEND_ENDPOINT_H
#define WD_BACKEND_ENDPOINT_H

#include "runtime/backend/backend.h"

/* What network adaptors keep of a binding: the endpoint, without a slash at its end. */
struct wd_endpoint {
	const struct wr_alloc *alloc;
	struct wr_buf url; /* ends with a NUL that size does not count */
};

/* WR_OK, WR_NOMEM or WR_REFUSED (no http or https URL, or one with user, query or fragment). */
WR_MUST_CHECK enum wr_status wd_endpoint_open(const struct wd_backend_config *config,
    const struct wr_alloc *alloc, void **ret_state, struct wd_trouble *ret_trouble);
void wd_endpoint_close(void *state);

#endif
