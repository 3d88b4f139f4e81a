/* Members that policies, records and receipts share. Decides their form, never their meaning. */
#include "runtime/trust/fields.h"
#include "runtime/trust/date.h"

/* Hand the text over, or the reason there is none. */
static void
set(struct wd_json_doc *doc, struct wd_json *object, const char *name, struct wr_buf *text)
{
	if (text->status == WR_OK)
		wd_json_set_text(doc, object, name, wr_buf_view(text));
	else if (doc->status == WR_OK)
		doc->status = text->status;
	wr_buf_free(text);
}

void
wd_json_set_digest(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    const struct wd_digest *digest)
{
	struct wr_buf text;

	wr_buf_init(&text, doc->arena.alloc, WD_DIGEST_TEXT);
	wd_digest_write(&text, digest);
	set(doc, object, name, &text);
}

void
wd_json_set_hex(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    const void *bytes, size_t size)
{
	struct wr_buf text;

	wr_buf_init(&text, doc->arena.alloc, 2 * size);
	wr_buf_hex(&text, bytes, size);
	set(doc, object, name, &text);
}

void
wd_json_set_date(struct wd_json_doc *doc, struct wd_json *object, const char *name, int64_t seconds)
{
	struct wr_buf text;

	wr_buf_init(&text, doc->arena.alloc, 32);
	wd_date_write(&text, seconds);
	set(doc, object, name, &text);
}

bool
wd_json_at_digest(struct wd_json_at at, struct wd_digest *ret)
{
	struct wr_text t;

	return wd_json_at_text(at, 128, &t) &&
	       (wd_digest_read(t, ret) ||
		   wd_json_at_fail(at, "must be sha256: and 64 lower-case digits"));
}

bool
wd_json_at_digest_or_null(struct wd_json_at at, bool *ret_there, struct wd_digest *ret)
{
	*ret_there = wd_json_kind(at.value) != WD_JSON_NULL;
	return !*ret_there ? at.error->text == NULL : wd_json_at_digest(at, ret);
}

bool
wd_json_at_hex(struct wd_json_at at, void *ret_bytes, size_t size)
{
	struct wr_text t;

	return wd_json_at_text(at, 2 * size, &t) &&
	       (wd_hex_read(t, ret_bytes, size) ||
		   wd_json_at_fail(at, "must be lower-case hexadecimal digits"));
}

bool
wd_json_at_date(struct wd_json_at at, int64_t *ret_seconds)
{
	struct wr_text t;

	return wd_json_at_text(at, 32, &t) &&
	       (wd_date_read(t, ret_seconds) ||
		   wd_json_at_fail(at, "must be a date such as 2026-11-01T00:00:00Z"));
}

enum wr_status
wd_check_text(struct wr_text t, size_t max)
{
	if (t.size > max)
		return WR_LIMIT;
	return wr_utf8_valid(t) && (t.size == 0 || memchr(t.at, '\0', t.size) == NULL) ? WR_OK
										       : WR_INVALID;
}

enum wr_status
wd_check_date(int64_t seconds)
{
	return seconds >= 0 && seconds <= WD_DATE_MAX ? WR_OK : WR_LIMIT;
}
