/* Records as an attacker makes them: bo's approval of the good case, and what may be put in its place. */
#include "tests/support/forge.h"
#include "runtime/sysalloc.h"

#include <stdio.h>
#include <stdlib.h>

static void
must(bool good)
{
	if (!good)
		abort();
}

void
forge_put(struct ask *a, uint32_t record, struct wr_text bytes)
{
	free((void *)(uintptr_t)a->records[record].at);
	a->records[record] = bytes;
}

struct wd_record
forge_approval(const struct ask *a, const char *role)
{
	return fixture_approval(&a->chain.policy, &a->subject, role);
}

struct wr_buf
forge_payload(const struct wd_record *r)
{
	struct wr_buf payload;

	wr_buf_init(&payload, wd_alloc(), 1 << 16);
	must(wd_record_payload(r, wd_alloc(), &payload) == WR_OK);
	return payload;
}

struct wr_text
forge_record(const struct wd_record *r, const char *from, const char *to, struct wr_text more, const char *person)
{
	struct wr_buf good = forge_payload(r), bad;
	char *found = from == NULL ? good.at : strstr(good.at, from);
	struct wr_text bytes;

	must(found != NULL);
	if (from == NULL) {
		from = to = "";
	} else if (to == NULL) {
		char *digit = found + strlen(from);

		*digit = *digit == '0' ? '1' : '0';
		to = from;
	}
	wr_buf_init(&bad, wd_alloc(), 1 << 16);
	wr_buf_add(&bad, good.at, (size_t)(found - good.at));
	wr_buf_str(&bad, to);
	wr_buf_str(&bad, found + strlen(from));
	wr_buf_text(&bad, more);
	bytes = fixture_envelope(WD_RECORD_TYPE, wr_buf_view(&bad), person);
	wr_buf_free(&good);
	wr_buf_free(&bad);
	return bytes;
}

void
forge_say(struct ask *a, const char *person, const char *from, const char *to, struct wr_text more)
{
	struct wd_record r = forge_approval(a, "security");

	forge_put(a, FORGE_BO, forge_record(&r, from, to, more, person));
}

void
forge_respell(struct ask *a, const char *from, const char *to)
{
	const char *was = a->records[FORGE_BO].at, *found = strstr(was, from);
	size_t size = a->records[FORGE_BO].size - strlen(from) + strlen(to), before;
	char *now = malloc(size + 1);

	must(found != NULL && now != NULL);
	before = (size_t)(found - was);
	(void)snprintf(now, size + 1, "%.*s%s%s", (int)before, was, to, found + strlen(from));
	forge_put(a, FORGE_BO, (struct wr_text){ now, size });
}

void
forge_signatures(struct ask *a, const char *const *persons, size_t len)
{
	struct wd_record r = forge_approval(a, "security");
	struct wr_buf payload = forge_payload(&r), list, out;
	const char *head = strstr(a->records[FORGE_BO].at, "\"signatures\":[");

	must(head != NULL);
	wr_buf_init(&list, wd_alloc(), 1 << 16);
	wr_buf_init(&out, wd_alloc(), 1 << 16);
	for (size_t i = 0; i < len; i++) {
		struct wr_text one = fixture_envelope(WD_RECORD_TYPE, wr_buf_view(&payload), persons[i]);
		const char *from = strstr(one.at, "\"signatures\":[") + 14;

		wr_buf_str(&list, i > 0 ? "," : "");
		wr_buf_add(&list, from, (size_t)(strrchr(one.at, ']') - from));
		free((void *)(uintptr_t)one.at);
	}
	wr_buf_add(&out, a->records[FORGE_BO].at, (size_t)(head - a->records[FORGE_BO].at) + 14);
	wr_buf_text(&out, wr_buf_view(&list));
	wr_buf_str(&out, "]}\n");
	forge_put(a, FORGE_BO, wr_buf_view(&out));
	wr_buf_free(&list);
	wr_buf_free(&payload);
}

void
forge_signature(struct ask *a, struct wr_text message)
{
	struct wd_private_key bo = fixture_key("bo");
	struct wd_record r = forge_approval(a, "security");
	struct wr_buf payload = forge_payload(&r), out;
	uint8_t signature[WD_SIGNATURE_SIZE];

	must(wd_key_sign(&bo, message, signature) == WR_OK);
	wr_buf_init(&out, wd_alloc(), 1 << 16);
	wd_envelope_write(WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload), NULL,
	    (struct wr_text){ (const char *)signature, sizeof signature }, &out);
	forge_put(a, FORGE_BO, wr_buf_view(&out));
	wr_buf_free(&payload);
}

/* An SSH string: its length, then its bytes. */
static void
ssh_string(struct wr_buf *out, struct wr_text t)
{
	wr_buf_byte(out, 0);
	wr_buf_byte(out, 0);
	wr_buf_byte(out, (uint8_t)(t.size >> 8));
	wr_buf_byte(out, (uint8_t)t.size);
	wr_buf_text(out, t);
}

void
forge_sshsig(struct ask *a, const char *namespace)
{
	struct wd_private_key bo = fixture_key("bo");
	struct wd_record r = forge_approval(a, "security");
	struct wr_text raw = { (const char *)bo.public_key.at, 32 };
	struct wr_buf payload = forge_payload(&r), pae, inner, key, sig, blob, out;
	struct wr_buf *all[] = { &pae, &inner, &key, &sig, &blob, &out };
	uint8_t signature[WD_SIGNATURE_SIZE];
	struct wd_digest digest;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		wr_buf_init(all[i], wd_alloc(), 1 << 16);
	wd_pae(&pae, WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload));
	digest = wd_sha256(wr_buf_view(&pae));
	wr_buf_str(&inner, "SSHSIG");
	ssh_string(&inner, wr_text_of(namespace));
	ssh_string(&inner, WR_TEXT(""));
	ssh_string(&inner, WR_TEXT("sha256"));
	ssh_string(&inner, (struct wr_text){ (const char *)digest.at, sizeof digest.at });
	must(wd_key_sign(&bo, wr_buf_view(&inner), signature) == WR_OK);
	ssh_string(&key, WR_TEXT("ssh-ed25519"));
	ssh_string(&key, raw);
	ssh_string(&sig, WR_TEXT("ssh-ed25519"));
	ssh_string(&sig, (struct wr_text){ (const char *)signature, sizeof signature });
	wr_buf_add(&blob, "SSHSIG\0\0\0\1", 10);
	ssh_string(&blob, wr_buf_view(&key));
	ssh_string(&blob, wr_text_of(namespace));
	ssh_string(&blob, WR_TEXT(""));
	ssh_string(&blob, WR_TEXT("sha256"));
	ssh_string(&blob, wr_buf_view(&sig));
	wd_envelope_write(WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload), NULL, wr_buf_view(&blob), &out);
	forge_put(a, FORGE_BO, wr_buf_view(&out));
	for (size_t i = 0; i + 1 < sizeof all / sizeof *all; i++)
		wr_buf_free(all[i]);
	wr_buf_free(&payload);
}

struct wd_digest
forge_key_id(const char *person)
{
	struct wd_private_key key = fixture_key(person);

	return wd_public_key_digest(&key.public_key);
}

void
forge_revoke(struct ask *a, const char *whose, const char *by)
{
	struct wd_record r = { .kind = WD_REVOCATION,
		.subject = forge_key_id(whose),
		.revocation = { .is_key = true, .at = FIXTURE_NOW, .message = WR_TEXT("stolen") } };

	ask_add(a, &r, by);
}
