#ifndef WD_SERVE_RECORDS_H
#define WD_SERVE_RECORDS_H

#include "runtime/trust/record.h"

/*
 * The records that a service has seen about a workflow. They only grow: what a person said
 * once is not unsaid by showing fewer records the next time.
 */
struct wd_kept_records {
	struct wd_kept_record {
		struct wr_text envelope; /* the set's own */
		struct wd_digest digest; /* of what was said */
		uint32_t signer;
	} *at;
	uint32_t len;
};

/*
 * Keep a record. What no person of the policy signed is junk and is not kept; what is there
 * already is not kept twice, in whatever envelope it comes.
 *
 * WR_OK, WR_LIMIT (WD_RECORDS_KEPT are there) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_records_add(struct wd_kept_records *records, const struct wd_policy *policy,
    struct wr_text envelope);

/* All of another set too. As above. */
WR_MUST_CHECK enum wr_status wd_records_join(struct wd_kept_records *records, const struct wd_kept_records *other);

void wd_records_free(struct wd_kept_records *records);

#endif
