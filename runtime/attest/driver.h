#ifndef WD_ATTEST_DRIVER_H
#define WD_ATTEST_DRIVER_H

#include "runtime/trust/crypto.h"

/*
 * How a VM makes evidence for its claims. Named at start, never probed: an order
 * of probing lets the host choose the weaker one. Appraisal is elsewhere
 * (runtime/trust/verify.h) and shares no code with this.
 */
struct wd_attest_driver {
	const char *kind; /* as policies name it: `software` */
	const char *mode; /* that claims and receipts state: `development`, `production` */

	/*
	 * Appends the evidence document for this claims text. nonce is the caller's,
	 * at most 64 bytes, size 0 when nobody asked. WR_OK, WR_IO or out->status.
	 */
	enum wr_status (*evidence)(struct wr_text claims, const uint8_t *nonce, size_t nonce_size,
	    struct wr_buf *out);
};

/* NULL when this version has none of that name. */
const struct wd_attest_driver *wd_attest_find(struct wr_text kind);

/*
 * A VM's identity: made in memory at each start, written nowhere. The parent makes it
 * and forks the workers.
 */
struct wd_vm_keys {
	uint8_t boot[16];
	struct wd_private_key receipt_key;
};

/* WR_OK, WR_IO or WR_NOMEM. Wipe them with wd_wipe at the end. */
WR_MUST_CHECK enum wr_status wd_vm_keys_make(struct wd_vm_keys *ret_keys);

#endif
