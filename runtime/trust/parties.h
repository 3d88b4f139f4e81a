#ifndef WD_TRUST_PARTIES_H
#define WD_TRUST_PARTIES_H

#include "runtime/trust/policy.h"
#include "vm/base/arena.h"
#include "vm/view/flows.h"
#include "vm/view/losses.h"
#include "vm/writ_vm.h"

/*
 * Who must approve a workflow, and why. Derived, not only listed: besides what the
 * environment requires, the owner of each label that reaches a backend or the
 * result, that is dropped anywhere, or that an earlier version carried in a place where this one
 * does not.
 */
struct wd_party {
	uint32_t role;  /* of the policy */
	uint32_t count; /* so many distinct persons */
	const struct wr_text *reasons; /* "@pii of claim reaches house by summarise"; at least one */
	uint32_t reasons_len;
};

struct wd_parties {
	const struct wd_party *at; /* in the order of the policy's roles */
	uint32_t len;
};

/* A version that came before, and what it had. */
struct wd_earlier {
	const struct wr_summary *summary;
	const struct wr_losses *losses; /* of its fields; NULL: not looked at */
	const bool *roles;   /* one a role of the policy: whose labels are compared; NULL: everybody's */
	struct wr_text name; /* ` since version 3`, said after such a reason; or empty */
};

/*
 *   earlier  versions that this one is compared with
 *   flows    of this workflow, for the reasons to say whence and by what; or NULL
 *   arena    holds the result
 *
 * Labels that the policy does not know have no owner and make no party: the gate refuses
 * them by themselves. WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_parties_derive(const struct wd_policy *policy,
    const struct wd_environment *environment, const struct wr_summary *summary,
    const struct wd_earlier *earlier, uint32_t earlier_len, const struct wr_flows *flows,
    struct wr_arena *arena, struct wd_parties *ret);

/* The party of this role, or NULL. */
const struct wd_party *wd_parties_find(const struct wd_parties *parties, uint32_t role);

#endif
