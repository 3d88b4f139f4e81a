/* Envelopes: what is signed, byte for byte, and what is no envelope. */
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/envelope.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(envelope, .timeout = 20);

Test(envelope, signs_the_bytes_that_dsse_says)
{
	struct wr_buf pae;

	wr_buf_init(&pae, wd_alloc(), 1000);
	/* the example of the DSSE specification */
	wd_pae(&pae, WR_TEXT("http://example.com/HelloWorld"), WR_TEXT("hello world"));
	cr_expect_str_eq(pae.at, "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	wr_buf_free(&pae);
	wd_pae(&pae, WR_TEXT(""), WR_TEXT(""));
	cr_expect_str_eq(pae.at, "DSSEv1 0  0 ");
	wr_buf_free(&pae);
}

Test(envelope, opens_what_was_sealed_and_knows_its_signer)
{
	struct wd_private_key ana = fixture_key("ana"), bo = fixture_key("bo");
	struct wr_text bytes = fixture_envelope("t", WR_TEXT("{\"a\":1}\n"), "ana");
	struct wd_envelope e;
	const char *why = "";

	cr_assert_eq(wd_envelope_open(bytes, WD_ENVELOPE_MAX, WR_TEXT("t"), wd_alloc(), &e, &why),
	    WR_OK, "%s", why);
	cr_expect(wr_text_eq(e.payload, WR_TEXT("{\"a\":1}\n")));
	cr_expect(wd_envelope_signed(&e, &ana.public_key));
	cr_expect(!wd_envelope_signed(&e, &bo.public_key));
	/* a machine's signature has its one size: a byte more is another signature, one less is none */
	wr_buf_byte(&e.signature, 0);
	cr_expect(!wd_envelope_signed(&e, &ana.public_key));
	e.signature.size -= 2;
	cr_expect(!wd_envelope_signed(&e, &ana.public_key));
	wd_envelope_free(&e);
	cr_expect_eq(wd_envelope_open(bytes, WD_ENVELOPE_MAX, WR_TEXT("u"), wd_alloc(), &e, &why),
	    WR_INVALID);
	cr_expect_eq(
	    wd_envelope_open(bytes, bytes.size - 1, WR_TEXT("t"), wd_alloc(), &e, &why), WR_LIMIT);
	free((void *)(uintptr_t)bytes.at);
}

#define SIG                                                                                        \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define ONE "{\"keyid\":\"\",\"sig\":\"" SIG "\"}"

Test(envelope, refuses_all_but_one_well_formed_signature)
{
	static const struct {
		const char *text;
		enum wr_status status;
	} cases[] = {
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[" ONE "]}", WR_OK },
		/* unknown members of the envelope itself are ignored, and the key id may be absent */
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"" SIG
		  "\"}],\"x\":1}",
		    WR_OK },
		{ "{\"payload\":\"e30\",\"payloadType\":\"t\",\"signatures\":[" ONE "]}",
		    WR_OK }, /* URL-safe */
		{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[" ONE "]}", WR_OK },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[]}", WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[" ONE "," ONE "]}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":{}}", WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":" ONE "}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":{\"0\":" ONE "}}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\"}", WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]"
		  "}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":7}]}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":7,"
		  "\"sig\":\"" SIG "\"}]}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e3=0\",\"payloadType\":\"t\",\"signatures\":[" ONE "]}",
		    WR_MALFORMED },
		{ "{\"payload\":{},\"payloadType\":\"t\",\"signatures\":[" ONE "]}", WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":"
		  "[" ONE "]}",
		    WR_MALFORMED },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"T\",\"signatures\":[" ONE "]}",
		    WR_INVALID },
		{ "{\"payload\":\"e30=\",\"signatures\":[" ONE "]}", WR_MALFORMED },
		{ "[]", WR_MALFORMED },
		{ "{} ", WR_MALFORMED },
		{ "", WR_MALFORMED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_envelope e;
		const char *why = NULL;
		enum wr_status got = wd_envelope_open(
		    wr_text_of(cases[i].text), WD_ENVELOPE_MAX, WR_TEXT("t"), wd_alloc(), &e, &why);

		cr_expect_eq(got, cases[i].status, "%s: %s", cases[i].text, why);
		cr_expect_eq(why == NULL, got == WR_OK, "%s", cases[i].text);
		if (got == WR_OK)
			wd_envelope_free(&e);
	}
}

Test(envelope, any_change_of_a_byte_breaks_the_signature)
{
	struct wd_private_key ana = fixture_key("ana");
	struct wr_text bytes = fixture_envelope("t", WR_TEXT("{\"a\":\"some payload\"}"), "ana");
	char copy[2048];
	size_t held = 0;

	cr_assert_lt(bytes.size, sizeof copy);
	for (size_t i = 0; i < bytes.size; i++) {
		struct wd_envelope e;

		memcpy(copy, bytes.at, bytes.size);
		copy[i] ^= 1;
		if (wd_envelope_open((struct wr_text){ copy, bytes.size }, WD_ENVELOPE_MAX,
			WR_TEXT("t"), wd_alloc(), &e, NULL) != WR_OK)
			continue;
		held += wd_envelope_signed(&e, &ana.public_key);
		/* only what nobody signs may change: the key id, the name of an ignored member */
		cr_expect(!wd_envelope_signed(&e, &ana.public_key) ||
			      wr_text_eq(e.payload, WR_TEXT("{\"a\":\"some payload\"}")),
		    "byte %zu", i);
		wd_envelope_free(&e);
	}
	cr_expect_leq(held, 100);
	free((void *)(uintptr_t)bytes.at);
}

Test(envelope, survives_every_allocation_failure)
{
	struct wd_private_key ana = fixture_key("ana");
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wr_buf out;
		struct wd_envelope e;
		enum wr_status got;

		wr_buf_init(&out, &f.hook, 10000);
		got = wd_envelope_sign(&ana, WR_TEXT("t"), WR_TEXT("{}"), &f.hook, &out);
		if (got == WR_OK)
			got = wd_envelope_open(
			    wr_buf_view(&out), 10000, WR_TEXT("t"), &f.hook, &e, NULL);
		if (got == WR_OK)
			wd_envelope_free(&e);
		wr_buf_free(&out);
		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert_eq(f.live_bytes, 0);
	}
}

/* The file's bytes; at NULL when WRIT_VECTORS is not set. Free at. */
static struct wr_text
vector_file(const char *name)
{
	const char *folder = getenv("WRIT_VECTORS");
	char path[4096], *at = NULL;
	size_t size = 0;
	FILE *f;

	if (folder == NULL)
		return (struct wr_text){ NULL, 0 };
	(void)snprintf(path, sizeof path, "%s/dsse/%s", folder, name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	at = malloc(1 << 20);
	cr_assert_not_null(at);
	size = fread(at, 1, 1 << 20, f);
	(void)fclose(f);
	return (struct wr_text){ at, size };
}

Test(envelope, agrees_with_outside_vectors)
{
	struct wr_text own = vector_file("own_ed25519.dsse.json"), pem, base64, spec, pae;
	struct wd_public_key key;
	struct wd_envelope e;
	struct wd_json_doc doc;
	struct wr_buf payload, ours, der;

	if (own.at == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	pem = vector_file("own_ed25519.pub.pem");
	base64 = (struct wr_text){ strchr(pem.at, '\n') + 1, 60 }; /* 44 bytes of DER, 32 of them the key */
	wr_buf_init(&der, wd_alloc(), 100);
	cr_assert_eq(wd_base64_read(base64, &der), WR_OK);
	cr_assert_eq(der.size, WD_PUBLIC_KEY_SPKI);
	memcpy(key.at, der.at + der.size - sizeof key.at, sizeof key.at);
	wr_buf_free(&der);
	cr_assert_eq(
	    wd_envelope_open(own, WD_ENVELOPE_MAX, WR_TEXT(WD_RECORD_TYPE), wd_alloc(), &e, NULL),
	    WR_OK);
	cr_expect(wd_envelope_signed(&e, &key));
	e.pae.at[e.pae.size - 3] ^= 1;
	cr_expect(!wd_envelope_signed(&e, &key));
	wd_envelope_free(&e);
	/* the specification's own envelope is P-256: its signed bytes are ours to check */
	spec = vector_file("dsse_spec_p256.json");
	pae = vector_file("dsse_spec_p256.pae");
	cr_assert_eq(wd_json_parse(&doc, wd_alloc(), spec, 1 << 20, NULL), WR_OK);
	wr_buf_init(&payload, wd_alloc(), 1 << 20);
	wr_buf_init(&ours, wd_alloc(), 1 << 20);
	cr_assert_eq(
	    wd_base64_read(wd_json_text(wd_json_get(doc.root, "payload")), &payload), WR_OK);
	wd_pae(&ours, wd_json_text(wd_json_get(doc.root, "payloadType")), wr_buf_view(&payload));
	cr_expect(wr_text_eq(wr_buf_view(&ours), pae));
	wr_buf_free(&payload);
	wr_buf_free(&ours);
	wd_json_free(&doc);
	free((void *)(uintptr_t)own.at);
	free((void *)(uintptr_t)pem.at);
	free((void *)(uintptr_t)spec.at);
	free((void *)(uintptr_t)pae.at);
}

/* P-256: the specification's own envelope has r and s, ours has DER. */
Test(envelope, agrees_with_p256_vectors)
{
	static const char *const cases[][3] = {
		{ "dsse_spec_p256.json", "dsse_spec_p256.pub.pem", "http://example.com/HelloWorld" },
		{ "own_p256.dsse.json", "own_p256.pub.pem", WD_RECORD_TYPE },
	};

	if (getenv("WRIT_VECTORS") == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	for (size_t i = 0; i < 2; i++) {
		struct wr_text bytes = vector_file(cases[i][0]), pem = vector_file(cases[i][1]);
		struct wr_buf base64;
		struct wr_arena arena;
		struct wd_key key;
		struct wd_envelope e;
		const char *why = "";
		bool head = false;

		wr_buf_init(&base64, wd_alloc(), 4096);
		for (size_t at = 0; at < pem.size; at++) {
			head = pem.at[at] == '-' || (head && pem.at[at] != '\n');
			if (!head && pem.at[at] != '\n')
				wr_buf_byte(&base64, (uint8_t)pem.at[at]);
		}
		wr_arena_init(&arena, wd_alloc(), 1 << 20);
		cr_assert_eq(wd_key_read(WR_TEXT("p256"), wr_buf_view(&base64), &arena, &key, &why), WR_OK, "%s", why);
		cr_assert_eq(wd_envelope_open(bytes, WD_ENVELOPE_MAX, wr_text_of(cases[i][2]), wd_alloc(), &e, &why), WR_OK,
		    "%s: %s", cases[i][0], why);
		cr_expect(wd_envelope_signed_by(&e, &key), "%s", cases[i][0]);
		e.pae.at[8] ^= 1; /* the type */
		cr_expect(!wd_envelope_signed_by(&e, &key), "%s", cases[i][0]);
		e.pae.at[8] ^= 1;
		e.pae.at[e.pae.size - 3] ^= 1;
		cr_expect(!wd_envelope_signed_by(&e, &key), "%s", cases[i][0]);
		wd_envelope_free(&e);
		wr_arena_free(&arena);
		wr_buf_free(&base64);
		free((void *)(uintptr_t)bytes.at);
		free((void *)(uintptr_t)pem.at);
	}
}

/* The SubjectPublicKeyInfo of a certificate in base64, in base64. */
static void
spki_of(struct wr_text certificate, struct wr_buf *out)
{
	struct wr_buf der;
	const unsigned char *at;
	unsigned char *spki = NULL;
	X509 *x509;
	int size;

	wr_buf_init(&der, wd_alloc(), 1 << 16);
	cr_assert_eq(wd_base64_read(certificate, &der), WR_OK);
	at = (const unsigned char *)der.at;
	x509 = d2i_X509(NULL, &at, (long)der.size);
	cr_assert_not_null(x509);
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	cr_assert_gt(size, 0);
	wd_base64_write(out, spki, (size_t)size);
	OPENSSL_free(spki);
	X509_free(x509);
	wr_buf_free(&der);
}

/* What npm's packages are published with: the signature is good, and the statement is of an earlier form. */
Test(envelope, agrees_with_sigstore_and_refuses_its_old_statement)
{
	static const char *const names[] = { "sigstorejs_bundleV01-dsse-with-proof.json",
		"sigstorejs_bundleV01-intoto-with-proof.json" };

	if (getenv("WRIT_VECTORS") == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	for (size_t i = 0; i < 2; i++) {
		struct wr_text file = vector_file(names[i]);
		const struct wd_json *chain;
		struct wd_record_problem problem;
		struct wr_buf envelope, spki, member;
		struct wd_json_doc doc;
		struct wd_policy policy;
		struct wd_record record;

		wr_buf_init(&envelope, wd_alloc(), 1 << 20);
		wr_buf_init(&spki, wd_alloc(), 4096);
		wr_buf_init(&member, wd_alloc(), 4096);
		cr_assert_eq(wd_json_parse(&doc, wd_alloc(), file, 1 << 20, NULL), WR_OK);
		wd_json_write(wd_json_get(doc.root, "dsseEnvelope"), WD_JSON_COMPACT, &envelope);
		chain = wd_json_get(wd_json_get(doc.root, "verificationMaterial"), "x509CertificateChain");
		spki_of(wd_json_text(wd_json_get(wd_json_item(wd_json_get(chain, "certificates"), 0), "rawBytes")), &spki);
		wr_buf_str(&member, "\"type\": \"p256\", \"public\": \"");
		wr_buf_text(&member, wr_buf_view(&spki));
		wr_buf_str(&member, "\"");
		policy = fixture_policy("\"type\": \"ed25519\", \"public\": \"KEY(bo)\"", member.at);
		cr_assert_eq(wd_record_open(&policy, wr_buf_view(&envelope), wd_alloc(), &record, &problem), WR_REFUSED);
		cr_expect_eq(problem.code, WD_CODE_STATEMENT, "%s: %s", wd_code_word(problem.code), problem.why);
		cr_expect_str_eq(problem.place, "_type");
		wd_policy_free(&policy);
		policy = fixture_policy(NULL, NULL); /* in which nobody has the key */
		cr_assert_eq(wd_record_open(&policy, wr_buf_view(&envelope), wd_alloc(), &record, &problem), WR_REFUSED);
		cr_expect_eq(problem.code, WD_CODE_SIGNATURE);
		wd_policy_free(&policy);
		wd_json_free(&doc);
		wr_buf_free(&member);
		wr_buf_free(&spki);
		wr_buf_free(&envelope);
		free((void *)(uintptr_t)file.at);
	}
}
