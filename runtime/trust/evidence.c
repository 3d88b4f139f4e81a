/* Evidence documents, written and read. Decides their form; what they prove is not its matter. */
#include "runtime/trust/evidence.h"

#include <assert.h>

#define TYPE "writ-evidence/1"
#define EVIDENCE_MAX (4u * WD_CLAIMS_MAX)

void
wd_evidence_write_software(
    struct wr_text claims, const uint8_t *nonce, size_t nonce_size, struct wr_buf *out)
{
	assert(nonce_size <= WD_NONCE_MAX);
	wr_buf_str(out, "{\"type\":\"" TYPE "\",\"kind\":\"software\",\"claims\":");
	wd_json_quote(out, claims);
	wr_buf_str(out, ",\"nonce\":\"");
	wr_buf_hex(out, nonce, nonce_size);
	wr_buf_str(out, "\"}");
}

static bool
read_document(struct wd_json_at top, struct wd_evidence *e, bool *ret_foreign)
{
	struct wd_json_at kind = wd_json_at(&top, "kind"), nonce = wd_json_at(&top, "nonce");
	struct wr_text hex;

	if (!wd_json_at_object(top, 64) || !wd_json_at_exactly(wd_json_at(&top, "type"), TYPE) ||
	    !wd_json_at_text(kind, 32, &e->kind))
		return false;
	if (!wr_text_eq(e->kind, WR_TEXT("software"))) {
		*ret_foreign = true;
		return wd_json_at_fail(
		    kind, "this kind of evidence cannot be appraised by this version");
	}
	if (!wd_json_at_members(top, "type kind claims nonce") ||
	    !wd_json_at_text(wd_json_at(&top, "claims"), WD_CLAIMS_MAX, &e->text) ||
	    !wd_json_at_any_text(nonce, 2 * WD_NONCE_MAX, &hex))
		return false;
	e->nonce_size = hex.size / 2;
	return wd_hex_read(hex, e->nonce, e->nonce_size) ||
	       wd_json_at_fail(nonce, "must be lower-case hexadecimal digits");
}

enum wr_status
wd_evidence_read(struct wr_text bytes, const struct wr_alloc *alloc, struct wd_evidence *ret,
    struct wd_json_error *ret_error)
{
	bool foreign = false;
	struct wd_json_at top;
	enum wr_status status;

	memset(ret, 0, sizeof *ret);
	wr_arena_init(&ret->arena, alloc, WD_CLAIMS_MAX);
	status = wd_json_parse(&ret->doc, alloc, bytes, EVIDENCE_MAX, ret_error);
	if (status != WR_OK)
		return status;
	top = wd_json_at_root(ret->doc.root, ret_error);
	if (!read_document(top, ret, &foreign)) {
		status = foreign ? WR_REFUSED : WR_MALFORMED;
	} else {
		ret->digest = wd_sha256(ret->text);
		status = wd_claims_read(ret->text, &ret->arena, &ret->claims);
		if (status == WR_MALFORMED)
			(void)wd_json_at_fail(wd_json_at(&top, "claims"), "is not a claims text");
	}
	if (status != WR_OK)
		wd_evidence_free(ret);
	return status;
}

void
wd_evidence_free(struct wd_evidence *evidence)
{
	wd_json_free(&evidence->doc);
	wr_arena_free(&evidence->arena);
}
