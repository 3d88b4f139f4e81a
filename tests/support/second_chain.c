/*
 * Envelopes, and which version of a policy is in force, for the second opinion: from the root on, each step
 * takes the one version that follows and that a quorum of the old owners and of its own has signed.
 */
#include "tests/support/second_chain.h"

#include <stdlib.h>
#include <string.h>

/* ---- envelopes: DSSE -------------------------------------------------------------------- */

void
second_envelope_free(struct second_envelope *e)
{
	free(e->payload.at);
	free(e->sig.at);
	free(e->covered.at);
}

bool
second_envelope_read(struct wr_text bytes, const char *type, size_t max, struct second_envelope *ret)
{
	json_t *top = second_json(bytes.at, bytes.size, max);
	const json_t *list = json_object_get(top, "signatures"), *one = json_array_get(list, 0);
	const json_t *payload = json_object_get(top, "payload"), *sig = json_object_get(one, "sig");
	const json_t *keyid = json_object_get(one, "keyid");
	struct second_envelope e = { .hinted = second_digest(keyid, &e.keyid) };
	bool good = second_is(json_object_get(top, "payloadType"), type) && json_array_size(list) == 1 &&
	    second_text(payload, 0, max) != NULL && second_text(sig, 1, 16384) != NULL &&
	    (keyid == NULL || second_text(keyid, 0, 128) != NULL);
	FILE *out;

	if (good) {
		e.payload = second_unbase64(json_string_value(payload), json_string_length(payload));
		e.sig = second_unbase64(json_string_value(sig), json_string_length(sig));
		good = e.payload.at != NULL && e.sig.at != NULL && e.sig.size > 0 && e.sig.size <= 8192;
	}
	if (good) {
		out = open_memstream((char **)(void *)&e.covered.at, &e.covered.size);
		if (out == NULL)
			abort();
		(void)fprintf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, e.payload.size);
		(void)fwrite(e.payload.at, 1, e.payload.size, out);
		good = fclose(out) == 0;
	}
	json_decref(top);
	if (!good)
		second_envelope_free(&e);
	else
		*ret = e;
	return good;
}

const struct second_key *
second_signer(const struct second_policy *p, const struct second_envelope *e)
{
	bool named = false;

	for (size_t i = 0; i < p->keys_len; i++)
		named |= e->hinted && second_same(&p->keys[i].digest, &e->keyid);
	for (size_t i = 0; i < p->keys_len; i++)
		if ((!named || second_same(&p->keys[i].digest, &e->keyid)) &&
		    second_key_signed(&p->keys[i], e->covered, e->sig))
			return &p->keys[i];
	return NULL;
}

/* ---- which policy is in force ------------------------------------------------------------- */

struct sheet {
	struct second_envelope e;
	struct wd_digest digest;
	bool good, used;
};

/* How many owners of `p` signed these bytes, by keys that p does not revoke. */
static json_int_t
owners_for(const struct second_policy *p, const struct sheet *sheets, size_t len, const struct wd_digest *bytes)
{
	json_t *who = json_object(), *owners = json_object_get(p->top, "owners");
	json_int_t n;

	for (size_t i = 0; i < len; i++)
		for (size_t k = 0; sheets[i].good && second_same(&sheets[i].digest, bytes) && k < p->keys_len; k++)
			if (second_listed(json_object_get(owners, "persons"), p->keys[k].person) &&
			    !second_revoked(p, "key", &p->keys[k].digest) &&
			    (!sheets[i].e.hinted || second_same(&sheets[i].e.keyid, &p->keys[k].digest)) &&
			    second_key_signed(&p->keys[k], sheets[i].e.covered, sheets[i].e.sig))
				(void)json_object_set_new(who, p->keys[k].person, json_true());
	n = (json_int_t)json_object_size(who);
	json_decref(who);
	return n;
}

static bool
has_quorum(const struct second_policy *p, const struct sheet *sheets, size_t len, const struct wd_digest *bytes)
{
	return owners_for(p, sheets, len, bytes) >= second_threshold(p);
}

static bool
follows_on(const struct second_policy *later, const struct second_policy *now)
{
	struct wd_digest digest;

	return second_policy_int(later, "version") == second_policy_int(now, "version") + 1 &&
	    second_digest(json_object_get(later->top, "follows"), &digest) && second_same(&digest, &now->digest) &&
	    second_is(json_object_get(later->top, "name"), json_string_value(json_object_get(now->top, "name")));
}

/* The version after `now` into `ret`. 1: there is one; 0: none; -1: what stands there stops everything. */
static int
next_version(const struct second_policy *now, struct sheet *sheets, size_t len, struct second_policy *ret)
{
	struct second_policy p;
	struct wd_digest taken = { { 0 } };
	int found = 0;

	for (size_t i = 0; i < len && found >= 0; i++) {
		struct wr_text bytes = { (const char *)sheets[i].e.payload.at, sheets[i].e.payload.size };

		if (!sheets[i].good || sheets[i].used || (found == 1 && second_same(&sheets[i].digest, &taken)))
			continue;
		if (!second_policy_read(bytes, &p)) {
			if (has_quorum(now, sheets, len, &sheets[i].digest))
				found = found == 1 ? (second_policy_free(ret), -1) : -1;
			continue;
		}
		if (!follows_on(&p, now) || !has_quorum(now, sheets, len, &p.digest) ||
		    !has_quorum(&p, sheets, len, &p.digest)) {
			second_policy_free(&p);
		} else if (found == 1) {
			second_policy_free(&p);
			second_policy_free(ret);
			found = -1;
		} else {
			*ret = p;
			taken = p.digest;
			found = 1;
		}
	}
	return found;
}

/* The first version: the bytes with the root's digest, wherever they stand. */
static bool
find_first(const struct second_ask *ask, const struct sheet *sheets, struct second_policy *ret)
{
	struct wr_text first = ask->first;
	struct wd_digest d = second_hash(first.at, first.size);

	for (size_t i = 0; i < ask->versions_len && (first.size == 0 || !second_same(&d, &ask->root)); i++)
		if (sheets[i].good && second_same(&sheets[i].digest, &ask->root)) {
			first = (struct wr_text){ (const char *)sheets[i].e.payload.at, sheets[i].e.payload.size };
			d = sheets[i].digest;
		}
	if (!second_same(&d, &ask->root) || !second_policy_read(first, ret))
		return false;
	if (second_policy_int(ret, "version") == 1)
		return true;
	second_policy_free(ret);
	return false;
}

/* From there, version by version. */
static bool
climb(struct second_policy *p, struct sheet *sheets, size_t sheets_len, struct wd_digest *versions, size_t *len)
{
	struct second_policy next;
	int found;

	for (;;) {
		for (size_t i = 0; i < sheets_len; i++)
			sheets[i].used |= sheets[i].good && second_same(&sheets[i].digest, &p->digest);
		versions[(*len)++] = p->digest;
		found = *len == SECOND_VERSIONS ? -1 : next_version(p, sheets, sheets_len, &next);
		if (found <= 0)
			break;
		second_policy_free(p);
		*p = next;
	}
	if (found < 0)
		second_policy_free(p);
	return found == 0;
}

bool
second_chain(const struct second_ask *ask, struct second_policy *ret, struct wd_digest versions[SECOND_VERSIONS],
    size_t *ret_len)
{
	struct sheet *sheets = calloc(ask->versions_len + 1, sizeof *sheets);
	bool good;

	if (sheets == NULL)
		abort();
	for (uint32_t i = 0; i < ask->versions_len; i++) {
		struct sheet *s = &sheets[i];

		s->good = second_envelope_read(ask->versions[i], "application/vnd.writ.policy+json", 2 << 20, &s->e);
		s->digest = second_hash(s->e.payload.at, s->e.payload.size);
	}
	*ret_len = 0;
	good = find_first(ask, sheets, ret) && climb(ret, sheets, ask->versions_len, versions, ret_len);
	for (uint32_t i = 0; i < ask->versions_len; i++)
		second_envelope_free(&sheets[i].e);
	free(sheets);
	return good;
}
