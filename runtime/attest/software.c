/*
 * Development: keys in memory, claims that nothing attests. It says so in every
 * document (kind `software`, mode `development`); no policy for production accepts it.
 */
#include "runtime/attest/driver.h"
#include "runtime/trust/evidence.h"

static enum wr_status
software_evidence(
    struct wr_text claims, const uint8_t *nonce, size_t nonce_size, struct wr_buf *out)
{
	wd_evidence_write_software(claims, nonce, nonce_size, out);
	return out->status;
}

const struct wd_attest_driver *
wd_attest_find(struct wr_text kind)
{
	static const struct wd_attest_driver software = { "software", "development",
		software_evidence };

	return wr_text_eq(kind, wr_text_of(software.kind)) ? &software : NULL;
}

enum wr_status
wd_vm_keys_make(struct wd_vm_keys *ret_keys)
{
	struct wd_vm_keys keys;
	enum wr_status status = wd_random(keys.boot, sizeof keys.boot);

	if (status == WR_OK)
		status = wd_key_make(&keys.receipt_key);
	if (status == WR_OK)
		*ret_keys = keys;
	wd_wipe(&keys, sizeof keys);
	return status;
}
