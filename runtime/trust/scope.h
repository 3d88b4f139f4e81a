#ifndef WD_TRUST_SCOPE_H
#define WD_TRUST_SCOPE_H

#include "runtime/trust/policy.h"
#include "vm/writ_vm.h"

/*
 * The scope of a workflow: what the policy says about it and about nothing else.
 * An approval counts under a later policy while the scope is the same, so a key can
 * be revoked without voiding every approval, and an endpoint cannot move under one.
 *
 *	{ "backends": { those it uses }, "environment": { name: … }, "labels": { those it
 *	  uses }, "limits": …, "workflow": { name: … without floor } }
 *
 * Appends the RFC 8785 bytes; their SHA-256 is the scope. What the policy does not
 * have is left out (the gate refuses it elsewhere). WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_scope_write(const struct wd_policy *policy,
    const struct wr_summary *summary, struct wr_text environment, const struct wr_alloc *alloc,
    struct wr_buf *out);

WR_MUST_CHECK enum wr_status wd_scope_digest(const struct wd_policy *policy,
    const struct wr_summary *summary, struct wr_text environment, const struct wr_alloc *alloc,
    struct wd_digest *ret);

#endif
