/* The state that adaptors of HTTP services share: where the service is. */
#include "runtime/backend/endpoint.h"

#include "runtime/backend/transport.h"

enum wr_status
wd_endpoint_open(const struct wd_backend_config *config, const struct wr_alloc *alloc,
    void **ret_state, struct wd_trouble *ret_trouble)
{
	struct wr_text url = config->address;
	struct wd_endpoint *e;

	while (url.size > 0 && url.at[url.size - 1] == '/')
		url.size--;
	e = wr_alloc_new(alloc, sizeof(*e));
	if (e == NULL)
		return WR_NOMEM;
	*e = (struct wd_endpoint){.alloc = alloc};
	wr_buf_init(&e->url, alloc, WD_URL_MAX);
	wr_buf_text(&e->url, url);
	if (e->url.status == WR_NOMEM) {
		wd_endpoint_close(e);
		return WR_NOMEM;
	}
	if (url.size == 0 || e->url.status != WR_OK || memchr(url.at, '\0', url.size) != NULL ||
	    !wd_transport_takes(e->url.at)) {
		wd_trouble_set(ret_trouble, "`%.*s` is no http or https address of a service",
		    wd_print_size(config->address), config->address.at);
		wd_endpoint_close(e);
		return WR_REFUSED;
	}
	*ret_state = e;
	return WR_OK;
}

void
wd_endpoint_close(void *state)
{
	struct wd_endpoint *e = state;

	wr_buf_free(&e->url);
	wr_alloc_free(e->alloc, e, sizeof(*e));
}
