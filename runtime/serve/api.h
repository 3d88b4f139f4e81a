#ifndef WD_SERVE_API_H
#define WD_SERVE_API_H

#include "runtime/serve/issuer.h"

/*
 * The HTTP API (routes.def) over a service. JSON in, JSON out; errors are RFC 9457 problem
 * documents with `reasons`; every answer of /v1 has a receipt.
 */
struct wd_api;

/*
 * Listen on a loopback address, `127.0.0.1:8484` or `[::1]:8484`; port 0 takes a free one.
 * Until there is TLS any other address is refused.
 *
 *   ret_port  what it listens on
 *   ret_why   a phrase, with WR_REFUSED and WR_IO
 */
WR_MUST_CHECK enum wr_status wd_api_new(struct wd_service *service, struct wd_issuer *issuer, const char *address,
    struct wd_api **ret_api, unsigned *ret_port, const char **ret_why);
void wd_api_free(struct wd_api *api);

#endif
