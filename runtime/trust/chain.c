/*
 * The chain of a policy's versions. It decides which version is in force; what that version
 * allows is the gate's to judge. Envelopes come from anywhere: junk is noted and skipped.
 */
#include "runtime/trust/chain.h"

#include <assert.h>

#define CHAIN_MEMORY (512u << 20)

/* What one envelope, or the file beside them, holds. */
struct sheet {
	struct wd_digest digest; /* of the policy's bytes */
	struct wr_text bytes;
	struct wd_envelope envelope;
	bool opened, has_envelope;
	bool used;               /* it is of a version of the chain */
};

struct builder {
	struct wd_chain *chain;
	const struct wr_alloc *alloc;
	struct sheet *sheets; /* one an envelope, then the file's */
	uint32_t sheets_len;
	struct wd_chain_note *notes;
	struct wd_json_error *error;
};

static enum wr_status
fail(struct wd_json_error *error, enum wr_status status, const char *text)
{
	*error = (struct wd_json_error){ .text = text };
	return status;
}

/* ---- signatures --------------------------------------------------------------------- */

static bool
is_revoked(const struct wd_policy *p, const struct wd_key *key)
{
	return wd_policy_revoked(p, true, &key->digest) != NULL;
}

/* Did this person, with a key of `p` that is not revoked there, sign one of the sheets of these bytes? */
static bool
has_signed(const struct wd_policy *p, uint32_t person, const struct sheet *sheets, uint32_t len,
    const struct wd_digest *digest)
{
	const struct wd_person *who = &p->persons[person];

	for (uint32_t i = 0; i < len; i++) {
		struct wr_text keyid = { sheets[i].envelope.keyid, sheets[i].envelope.keyid_size };
		struct wd_digest hint;
		bool hinted = wd_digest_read(keyid, &hint);

		if (!sheets[i].has_envelope || !sheets[i].opened ||
		    !wd_digest_eq(&sheets[i].digest, digest))
			continue;
		for (uint32_t k = 0; k < who->keys_len; k++)
			if ((!hinted || wd_digest_eq(&hint, &who->keys[k].digest)) &&
			    !is_revoked(p, &who->keys[k]) &&
			    wd_envelope_signed_by(&sheets[i].envelope, &who->keys[k]))
				return true;
	}
	return false;
}

static uint32_t
count_owners(const struct wd_policy *p, const struct sheet *sheets, uint32_t len,
    const struct wd_digest *digest)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->owners.members_len; i++)
		n += has_signed(p, p->owners.members[i], sheets, len, digest);
	return n;
}

static struct wd_chain_votes
count_votes(const struct wd_policy *old, const struct wd_policy *new, const struct sheet *sheets,
    uint32_t len)
{
	return (struct wd_chain_votes){
		.old_have = count_owners(old, sheets, len, &new->digest),
		.old_need = old->owners_threshold,
		.new_have = count_owners(new, sheets, len, &new->digest),
		.new_need = new->owners_threshold,
	};
}

static bool
is_quorum(const struct wd_chain_votes *v)
{
	return v->old_have >= v->old_need && v->new_have >= v->new_need;
}

/* ---- sheets ------------------------------------------------------------------------- */

static void
note(struct builder *b, uint32_t envelope, const char *code, const char *why)
{
	b->notes[b->chain->notes_len++] = (struct wd_chain_note){ envelope, code, why };
}

static enum wr_status
open_sheets(struct builder *b, const struct wr_text *envelopes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		struct sheet *s = &b->sheets[i];
		const char *why = "";
		enum wr_status status = wd_envelope_open(envelopes[i], WD_POLICY_ENVELOPE_MAX,
		    WR_TEXT(WD_POLICY_TYPE), b->alloc, &s->envelope, &why);

		if (status == WR_NOMEM)
			return status;
		s->opened = s->has_envelope = status == WR_OK;
		if (!s->opened) {
			note(b, i, status == WR_INVALID ? "payload-type" : "envelope", why);
			continue;
		}
		s->bytes = s->envelope.payload;
		s->digest = wd_sha256(s->bytes);
	}
	return WR_OK;
}

static void
close_sheets(struct builder *b)
{
	for (uint32_t i = 0; i < b->sheets_len; i++)
		if (b->sheets[i].has_envelope)
			wd_envelope_free(&b->sheets[i].envelope);
}

/* ---- the chain ------------------------------------------------------------------------ */

/* Read as a policy; what is none is no candidate. Free after WR_OK. */
static enum wr_status
read_policy(struct builder *b, const struct sheet *s, struct wd_policy *ret)
{
	struct wd_json_error ignored = { 0 };

	return wd_policy_read(ret, b->alloc, s->bytes, &ignored);
}

/* The digest of the first version, when nobody said it. */
static enum wr_status
find_root(struct builder *b, struct wd_digest *ret)
{
	const struct sheet *file = &b->sheets[b->sheets_len - 1];
	bool found = false;

	for (uint32_t i = b->sheets_len; i-- > 0;) {
		const struct sheet *s = &b->sheets[i];
		struct wd_policy p;
		enum wr_status status;

		if (!s->opened || (found && wd_digest_eq(&s->digest, ret)))
			continue;
		status = read_policy(b, s, &p);
		if (status == WR_NOMEM)
			return status;
		if (status != WR_OK)
			continue;
		if (p.version == 1 && found) {
			wd_policy_free(&p);
			return fail(b->error, WR_REFUSED, "there are two first versions; say which root you trust");
		}
		if (p.version == 1) {
			found = true;
			*ret = s->digest;
		}
		wd_policy_free(&p);
	}
	if (found)
		return WR_OK;
	if (file->opened) { /* why it is not one: the best answer there is */
		struct wd_policy p;
		enum wr_status status = wd_policy_read(&p, b->alloc, file->bytes, b->error);

		if (status != WR_OK)
			return status;
		wd_policy_free(&p);
	}
	return fail(b->error, WR_ABSENT, "its first version is not here");
}

/* The first version: the bytes with the root's digest, whoever signed them. */
static enum wr_status
take_first(struct builder *b, const struct wd_digest *root)
{
	for (uint32_t i = b->sheets_len; i-- > 0;) {
		struct sheet *s = &b->sheets[i];
		enum wr_status status;

		if (!s->opened || !wd_digest_eq(&s->digest, root))
			continue;
		status = wd_policy_read(&b->chain->policy, b->alloc, s->bytes, b->error);
		if (status != WR_OK)
			return status;
		if (b->chain->policy.version == 1)
			return WR_OK;
		wd_policy_free(&b->chain->policy);
		return fail(b->error, WR_ABSENT, "the root is not a first version");
	}
	return fail(b->error, WR_ABSENT, "there is no first version with this root");
}

/* Are these the bytes of an earlier sheet? */
static bool
seen_before(const struct builder *b, uint32_t sheet)
{
	for (uint32_t i = 0; i < sheet; i++)
		if (b->sheets[i].opened && wd_digest_eq(&b->sheets[i].digest, &b->sheets[sheet].digest))
			return true;
	return false;
}

/* The one version that follows the one in force and has a quorum; WR_ABSENT when there is none. */
static enum wr_status
find_next(struct builder *b, struct wd_policy *ret)
{
	const struct wd_policy *now = &b->chain->policy;
	bool found = false;

	for (uint32_t i = 0; i < b->sheets_len; i++) {
		struct sheet *s = &b->sheets[i];
		struct wd_chain_votes votes;
		struct wd_policy p;
		enum wr_status status;

		if (!s->opened || s->used || seen_before(b, i))
			continue;
		status = read_policy(b, s, &p);
		if (status == WR_NOMEM)
			goto failed;
		if (status != WR_OK) {
			/* never ignored: it may take from somebody what the one in force gives */
			if (count_owners(now, b->sheets, b->sheets_len, &s->digest) < now->owners_threshold)
				continue;
			status = wd_policy_read(&p, b->alloc, s->bytes, b->error);
			assert(status != WR_OK);
			goto failed;
		}
		if (p.version != now->version + 1 || !wd_digest_eq(&p.follows, &now->digest) ||
		    !wr_text_eq(p.name, now->name)) {
			wd_policy_free(&p);
			continue;
		}
		votes = count_votes(now, &p, b->sheets, b->sheets_len);
		if (!is_quorum(&votes)) {
			wd_policy_free(&p);
			continue;
		}
		if (found) {
			wd_policy_free(&p);
			status = fail(b->error, WR_REFUSED,
			    "two versions follow the same one and both have a quorum");
			goto failed;
		}
		found = true;
		*ret = p;
		continue;
	failed:
		if (found)
			wd_policy_free(ret);
		return status;
	}
	return found ? WR_OK : WR_ABSENT;
}

static void
mark_used(struct builder *b, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < b->sheets_len; i++)
		b->sheets[i].used |= b->sheets[i].opened && wd_digest_eq(&b->sheets[i].digest, digest);
}

static enum wr_status
build(struct builder *b, const struct wd_digest *root)
{
	struct wd_chain *c = b->chain;
	struct wd_digest found, *versions;
	enum wr_status status = WR_OK;

	versions = wr_arena_array(&c->arena, b->sheets_len + 1, sizeof *versions);
	if (versions == NULL)
		return WR_NOMEM;
	c->versions = versions;
	if (root == NULL)
		status = find_root(b, &found);
	if (status == WR_OK)
		status = take_first(b, root == NULL ? &found : root);
	if (status != WR_OK)
		return status;
	c->root = c->policy.digest;
	for (;;) {
		struct wd_policy next;

		versions[c->len++] = c->policy.digest;
		mark_used(b, &c->policy.digest);
		status = find_next(b, &next);
		if (status != WR_OK)
			break;
		wd_policy_free(&c->policy);
		c->policy = next;
	}
	if (status != WR_ABSENT)
		wd_policy_free(&c->policy);
	return status == WR_ABSENT ? WR_OK : status;
}

/* Why a policy, which somebody signed, is no version of the chain. */
static void
note_policy(struct builder *b, uint32_t envelope, const struct wd_policy *p)
{
	const struct wd_policy *now = &b->chain->policy;

	if (!wr_text_eq(p->name, now->name))
		note(b, envelope, "policy-elsewhere", "it is of a policy with another name");
	else if (p->version <= now->version)
		note(b, envelope, "policy-rollback", "it goes back behind the version in force");
	else if (p->version > now->version + 1)
		note(b, envelope, "policy-gap", "a version between it and the one in force is missing");
	else if (!wd_digest_eq(&p->follows, &now->digest))
		note(b, envelope, "policy-elsewhere", "it does not follow the version in force");
	else
		note(b, envelope, "policy-quorum", "too few owners have signed it");
}

/* Why each envelope that opened is of no version of the chain. */
static enum wr_status
note_unused(struct builder *b, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		const struct sheet *s = &b->sheets[i];
		struct wd_json_error ignored = { 0 };
		enum wr_status status;
		struct wd_policy p;

		if (!s->opened || s->used)
			continue;
		status = wd_policy_read(&p, b->alloc, s->bytes, &ignored);
		if (status == WR_NOMEM)
			return status;
		if (status != WR_OK) {
			note(b, i, "policy-unreadable", "it holds no policy that this version can read");
			continue;
		}
		note_policy(b, i, &p);
		wd_policy_free(&p);
	}
	return WR_OK;
}

enum wr_status
wd_chain_read(struct wd_chain *ret_chain, const struct wr_alloc *alloc, struct wr_text first,
    const struct wr_text *envelopes, uint32_t envelopes_len, const struct wd_digest *root,
    struct wd_json_error *ret_error)
{
	struct builder b = { .chain = ret_chain, .alloc = alloc, .error = ret_error };
	enum wr_status status;

	memset(ret_chain, 0, sizeof *ret_chain);
	if (envelopes_len > WD_CHAIN_MAX)
		return fail(ret_error, WR_LIMIT, "there are too many signatures");
	wr_arena_init(&ret_chain->arena, alloc, CHAIN_MEMORY);
	b.sheets_len = envelopes_len + 1;
	b.sheets = wr_arena_array(&ret_chain->arena, b.sheets_len, sizeof *b.sheets);
	b.notes = wr_arena_array(&ret_chain->arena, b.sheets_len, sizeof *b.notes);
	status = b.sheets == NULL || b.notes == NULL ? WR_NOMEM : WR_OK;
	ret_chain->notes = b.notes;
	if (status == WR_OK) {
		struct sheet *file = &b.sheets[envelopes_len];

		file->opened = first.size > 0;
		file->bytes = first;
		file->digest = wd_sha256(first);
		status = open_sheets(&b, envelopes, envelopes_len);
	}
	if (status == WR_OK)
		status = build(&b, root);
	if (status == WR_OK && (status = note_unused(&b, envelopes_len)) != WR_OK)
		wd_policy_free(&ret_chain->policy);
	if (b.sheets != NULL)
		close_sheets(&b);
	if (status != WR_OK)
		wr_arena_free(&ret_chain->arena);
	return status;
}

enum wr_status
wd_chain_count(const struct wd_chain *chain, const struct wd_policy *candidate,
    const struct wr_text *envelopes, uint32_t envelopes_len, struct wd_chain_votes *ret_votes)
{
	const struct wr_alloc *alloc = chain->arena.alloc;
	struct wd_chain scratch = { .len = 0 };
	struct builder b = { .chain = &scratch, .alloc = alloc };
	enum wr_status status;

	if (envelopes_len > WD_CHAIN_MAX)
		return WR_LIMIT;
	wr_arena_init(&scratch.arena, alloc, CHAIN_MEMORY);
	b.sheets_len = envelopes_len;
	b.sheets = wr_arena_array(&scratch.arena, envelopes_len, sizeof *b.sheets);
	b.notes = wr_arena_array(&scratch.arena, envelopes_len, sizeof *b.notes);
	status = b.sheets == NULL || b.notes == NULL ? WR_NOMEM : WR_OK;
	if (status == WR_OK)
		status = open_sheets(&b, envelopes, envelopes_len);
	if (status == WR_OK)
		*ret_votes = count_votes(&chain->policy, candidate, b.sheets, b.sheets_len);
	if (b.sheets != NULL)
		close_sheets(&b);
	wr_arena_free(&scratch.arena);
	return status;
}

bool
wd_chain_has(const struct wd_chain *chain, const struct wd_digest *policy)
{
	for (uint32_t i = 0; i < chain->len; i++)
		if (wd_digest_eq(&chain->versions[i], policy))
			return true;
	return false;
}

void
wd_chain_free(struct wd_chain *chain)
{
	wd_policy_free(&chain->policy);
	wr_arena_free(&chain->arena);
	*chain = (struct wd_chain){ .len = 0 };
}
