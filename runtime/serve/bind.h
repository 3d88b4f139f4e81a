#ifndef WD_SERVE_BIND_H
#define WD_SERVE_BIND_H

#include "runtime/backend/dispatch.h"
#include "runtime/serve/host.h"
#include "runtime/trust/bindings.h"
#include "vm/writ_vm.h"

/*
 * Bind every backend of a module: the policy's rule with the binding over it, credentials
 * fetched from where the binding says. The same for draft runs and for the service.
 *
 *   policy    NULL for a draft run outside of one
 *   fallback  the adaptor for `llm` backends that nobody names, or NULL for none
 *   stubbed   agents that are never asked, or NULL for none; a backend of no others is left unbound
 *   root      the workspace's folder, for relative addresses and credential files
 *
 * WR_OK, WR_NOMEM, or WR_REFUSED, WR_IO, WR_ABSENT, WR_LIMIT with ret_trouble.
 */
WR_MUST_CHECK enum wr_status wd_bind_backends(struct wd_dispatch *dispatch, const struct wr_module *module,
    const struct wd_policy *policy, const struct wd_bindings *bindings, const char *root,
    const char *fallback, wd_stubbed_fn stubbed, const void *user, struct wd_trouble *ret_trouble);

#endif
