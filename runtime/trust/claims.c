/* The claims text, written and read. It decides its form; whether claims are true is appraised. */
#include "runtime/trust/claims.h"

#include <assert.h>

static void
digest_line(struct wr_buf *out, const char *name, bool there, const struct wd_digest *digest)
{
	wr_buf_str(out, name);
	if (there)
		wd_digest_write(out, digest);
	else
		wr_buf_byte(out, '-');
	wr_buf_byte(out, '\n');
}

void
wd_claims_write(const struct wd_claims *c, struct wr_buf *out)
{
	wr_buf_str(out, "writ-claims/1\nmode ");
	wr_buf_text(out, c->mode);
	wr_buf_str(out, "\nboot ");
	wr_buf_hex(out, c->boot, sizeof c->boot);
	wr_buf_str(out, "\nseq ");
	wr_buf_u64(out, c->seq);
	digest_line(out, "\nprevious ", c->has_previous, &c->previous);
	digest_line(out, "vm ", true, &c->vm);
	digest_line(out, "policy ", true, &c->policy);
	digest_line(out, "bindings ", true, &c->bindings);
	wr_buf_str(out, "environment ");
	wr_buf_text(out, c->environment);
	wr_buf_str(out, "\nreceipt-key ed25519:");
	wd_base64_write(out, c->receipt_key.at, sizeof c->receipt_key.at);
	digest_line(out, "\ntls-key ", c->has_tls_key, &c->tls_key);
	for (uint32_t i = 0; i < c->workflows_len; i++) {
		assert(i == 0 || wr_text_cmp(c->workflows[i - 1].name, c->workflows[i].name) < 0);
		wr_buf_str(out, "workflow ");
		wr_buf_text(out, c->workflows[i].name);
		wr_buf_byte(out, ' ');
		wr_buf_u64(out, c->workflows[i].version);
		wr_buf_byte(out, ' ');
		digest_line(out, "", true, &c->workflows[i].digest);
	}
}

/* Cut the next piece off, up to and with the character `end`; false when there is none. */
static bool
cut(struct wr_text *from, char end, struct wr_text *ret)
{
	const char *found = from->size == 0 ? NULL : memchr(from->at, end, from->size);

	if (found == NULL)
		return false;
	*ret = (struct wr_text){ from->at, (size_t)(found - from->at) };
	from->size -= ret->size + 1;
	from->at = found + 1;
	return true;
}

/* The rest of a line after its name. */
static bool
line(struct wr_text *text, const char *name, struct wr_text *ret)
{
	size_t size = strlen(name);

	if (!cut(text, '\n', ret) || ret->size < size || memcmp(ret->at, name, size) != 0)
		return false;
	ret->at += size;
	ret->size -= size;
	return true;
}

static bool
read_u64(struct wr_text t, uint64_t *ret)
{
	*ret = 0;
	if (t.size == 0 || t.size > 20)
		return false;
	for (size_t i = 0; i < t.size; i++)
		if (t.at[i] < '0' || t.at[i] > '9' || __builtin_mul_overflow(*ret, 10u, ret) ||
		    __builtin_add_overflow(*ret, (uint64_t)(t.at[i] - '0'), ret))
			return false;
	return true;
}

static bool
read_digest_or_dash(struct wr_text t, bool *ret_there, struct wd_digest *ret)
{
	*ret_there = !wr_text_eq(t, WR_TEXT("-"));
	return !*ret_there || wd_digest_read(t, ret);
}

static bool
word(struct wr_text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (t.at[i] <= ' ' || t.at[i] > '~')
			return false;
	return t.size > 0 && t.size <= 64;
}

static bool
read_key(struct wr_text t, const struct wr_alloc *alloc, struct wd_public_key *ret,
    enum wr_status *status)
{
	struct wr_buf raw;
	bool good;

	wr_buf_init(&raw, alloc, 64);
	good = wd_base64_read(t, &raw) == WR_OK && raw.size == sizeof ret->at;
	if (good)
		memcpy(ret->at, raw.at, sizeof ret->at);
	if (raw.status == WR_NOMEM)
		*status = WR_NOMEM;
	wr_buf_free(&raw);
	return good && wd_public_key_good(ret);
}

static bool
read_head(
    struct wr_text *text, const struct wr_alloc *alloc, struct wd_claims *c, enum wr_status *status)
{
	struct wr_text t;

	return line(text, "writ-claims/1", &t) && t.size == 0 && line(text, "mode ", &c->mode) &&
	       word(c->mode) && line(text, "boot ", &t) &&
	       wd_hex_read(t, c->boot, sizeof c->boot) && line(text, "seq ", &t) &&
	       read_u64(t, &c->seq) && line(text, "previous ", &t) &&
	       read_digest_or_dash(t, &c->has_previous, &c->previous) && line(text, "vm ", &t) &&
	       wd_digest_read(t, &c->vm) && line(text, "policy ", &t) &&
	       wd_digest_read(t, &c->policy) && line(text, "bindings ", &t) &&
	       wd_digest_read(t, &c->bindings) && line(text, "environment ", &c->environment) &&
	       word(c->environment) && line(text, "receipt-key ed25519:", &t) &&
	       read_key(t, alloc, &c->receipt_key, status) && line(text, "tls-key ", &t) &&
	       read_digest_or_dash(t, &c->has_tls_key, &c->tls_key);
}

static bool
read_workflow(struct wr_text *text, struct wd_claimed_workflow *w)
{
	struct wr_text t, version;

	return line(text, "workflow ", &t) && cut(&t, ' ', &w->name) && word(w->name) &&
	       cut(&t, ' ', &version) && read_u64(version, &w->version) &&
	       wd_digest_read(t, &w->digest);
}

/* Numbers with leading zeros and the like parse too: the text must be the one we would write. */
static enum wr_status
same_text(const struct wd_claims *c, struct wr_text text, const struct wr_alloc *alloc)
{
	struct wr_buf again;
	enum wr_status status;

	wr_buf_init(&again, alloc, WD_CLAIMS_MAX + 64);
	wd_claims_write(c, &again);
	status = again.status;
	if (status == WR_OK && !wr_text_eq(wr_buf_view(&again), text))
		status = WR_MALFORMED;
	wr_buf_free(&again);
	return status;
}

enum wr_status
wd_claims_read(struct wr_text text, struct wr_arena *arena, struct wd_claims *ret)
{
	struct wd_claimed_workflow *workflows;
	struct wd_claims c = { .seq = 0 };
	enum wr_status status = WR_MALFORMED; /* unless memory is what is missing */
	struct wr_text rest = text;
	uint32_t lines = 0;

	if (text.size > WD_CLAIMS_MAX || !read_head(&rest, arena->alloc, &c, &status))
		return status;
	for (size_t i = 0; i < rest.size; i++)
		lines += rest.at[i] == '\n';
	if (lines > WD_CLAIMS_WORKFLOWS_MAX)
		return WR_MALFORMED;
	workflows = wr_arena_array(arena, lines, sizeof *workflows);
	if (workflows == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	for (; c.workflows_len < lines; c.workflows_len++)
		if (!read_workflow(&rest, &workflows[c.workflows_len]) ||
		    (c.workflows_len > 0 && wr_text_cmp(workflows[c.workflows_len - 1].name,
						workflows[c.workflows_len].name) >= 0))
			return WR_MALFORMED;
	c.workflows = workflows;
	*ret = c;
	return same_text(&c, text, arena->alloc);
}
