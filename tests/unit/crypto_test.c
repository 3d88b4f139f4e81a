/* Hashes, base64, keys and signatures: known answers, and refusal of everything near them. */
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto_spki.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(crypto, .timeout = 20);

/* RFC 8032 7.1, test 2 */
static const char seed_hex[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
static const char public_hex[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
static const char signature_hex[] =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

static void
test_key(struct wd_private_key *key)
{
	cr_assert(wd_hex_read(wr_text_of(seed_hex), key->seed, 32));
	cr_assert(wd_hex_read(wr_text_of(public_hex), key->public_key.at, 32));
}

Test(crypto, hashes_the_known_answers)
{
	struct wd_sha256 hash;
	struct wd_digest digest, read;
	struct wr_buf buf;

	wr_buf_init(&buf, wd_alloc(), 1000);
	digest = wd_sha256(WR_TEXT("abc"));
	wd_digest_write(&buf, &digest);
	cr_expect_str_eq(
	    buf.at, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	cr_expect(wd_digest_read(wr_buf_view(&buf), &read) && wd_digest_eq(&digest, &read));
	wd_sha256_start(&hash);
	wd_sha256_add(&hash, "a", 1);
	wd_sha256_add(&hash, NULL, 0);
	wd_sha256_add(&hash, "bc", 2);
	read = wd_sha256_end(&hash);
	cr_expect(wd_digest_eq(&digest, &read));
	buf.at[10] = 'B';
	cr_expect(!wd_digest_read(wr_buf_view(&buf), &read), "upper case");
	cr_expect(!wd_digest_read((struct wr_text){ buf.at, 70 }, &read), "short");
	wr_buf_free(&buf);
}

Test(crypto, base64_has_one_text_a_value)
{
	static const struct {
		const char *text, *bytes; /* bytes NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" },
		{ "Zm9vYmE=", "fooba" },
		{ "Zm9vYmFy", "foobar" },
		{ "+/+/", "\xFB\xFF\xBF" },
		{ "-_-_", "\xFB\xFF\xBF" },
		{ "Zg", "f" },
		{ "Zm8", "fo" },
		{ "_w", "\xFF" },
		{ "_w==", "\xFF" },
		{ "/w==", "\xFF" },
		{ "/w", NULL },
		{ "+-+-", NULL },
		{ "Z", NULL },
		{ "Zh==", NULL },
		{ "Zm9=", NULL },
		{ "Zg=", NULL },
		{ "Zg===", NULL },
		{ "Zm9v====", NULL },
		{ "Zm9v=", NULL },
		{ "=", NULL },
		{ "====", NULL },
		{ "Zg==Zg==", NULL },
		{ "Zm9v\n", NULL },
		{ " Zm9v", NULL },
		{ "Zm 9v", NULL },
		{ "Zm9v\0", "foo" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf buf;
		enum wr_status got;

		wr_buf_init(&buf, wd_alloc(), 100);
		wr_buf_str(&buf, "x");
		got = wd_base64_read(wr_text_of(cases[i].text), &buf);
		cr_expect_eq(
		    got, cases[i].bytes == NULL ? WR_MALFORMED : WR_OK, "%s", cases[i].text);
		cr_expect_str_eq(
		    buf.at + 1, cases[i].bytes == NULL ? "" : cases[i].bytes, "%s", cases[i].text);
		wr_buf_free(&buf);
	}
}

Test(crypto, base64_goes_there_and_back)
{
	for (size_t size = 0; size < 70; size++) {
		uint8_t bytes[70];
		struct wr_buf text, back;

		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)(i * 37 + size * 11);
		wr_buf_init(&text, wd_alloc(), 1000);
		wr_buf_init(&back, wd_alloc(), 1000);
		wd_base64_write(&text, bytes, size);
		cr_assert_eq(wd_base64_read(wr_buf_view(&text), &back), WR_OK);
		cr_expect(back.size == size && (size == 0 || memcmp(back.at, bytes, size) == 0));
		wr_buf_free(&text);
		wr_buf_free(&back);
	}
}

Test(crypto, signs_the_known_answer_and_refuses_its_neighbours)
{
	struct wd_private_key key;
	uint8_t want[64], got[64];
	char message[] = { 0x72 };
	struct wr_text m = { message, 1 };

	test_key(&key);
	cr_assert(wd_hex_read(wr_text_of(signature_hex), want, 64));
	cr_assert_eq(wd_key_sign(&key, m, got), WR_OK);
	cr_expect_arr_eq(got, want, 64);
	cr_expect(wd_key_signed(&key.public_key, m, got));
	for (size_t bit = 0; bit < 512; bit++) {
		got[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect(!wd_key_signed(&key.public_key, m, got), "bit %zu", bit);
		got[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	message[0] ^= 1;
	cr_expect(!wd_key_signed(&key.public_key, m, got));
}

Test(crypto, refuses_small_order_keys)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	};
	struct wd_private_key key;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct wd_public_key k;
		uint8_t zero_signature[64] = { 1 }; /* R the neutral element, S = 0 */

		cr_assert(wd_hex_read(wr_text_of(bad[i]), k.at, 32));
		cr_expect(!wd_public_key_good(&k), "%s", bad[i]);
		cr_expect(!wd_key_signed(&k, WR_TEXT("anything"), zero_signature), "%s", bad[i]);
	}
	test_key(&key);
	cr_expect(wd_public_key_good(&key.public_key));
}

Test(crypto, keys_go_through_pem_and_only_good_ones_come_back)
{
	static const char encrypted[] =
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	    "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBCnv9nbWAVpBXa5tXq9\n"
	    "WjYgAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQAAECAwQFBgcICQoL\n"
	    "DA0ODwRAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n";
	static const char x25519[] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VuBCIEIFgSSPJMoaEOqlJFxp6MTTLO7EqNvkh0OQI17xAHqb9U\n"
	    "-----END PRIVATE KEY-----\n";
	struct wd_private_key key;
	struct wr_buf pem, public_pem, spki, signature;
	const char *why = "";

	test_key(&key);
	wr_buf_init(&pem, wd_alloc(), 1000);
	wr_buf_init(&public_pem, wd_alloc(), 1000);
	wr_buf_init(&spki, wd_alloc(), 1000);
	wr_buf_init(&signature, wd_alloc(), 1000);
	cr_assert_eq(wd_private_key_write_pem(&key, &pem), WR_OK);
	wd_public_key_write_pem(&key.public_key, &public_pem);
	cr_assert_eq(wd_pem_spki(wr_buf_view(&pem), &spki, &why), WR_OK, "%s", why);
	cr_assert_eq(spki.size, WD_PUBLIC_KEY_SPKI);
	cr_expect_arr_eq(spki.at + 12, key.public_key.at, sizeof key.public_key.at);
	cr_assert_eq(wd_pem_sign(wr_buf_view(&pem), WR_TEXT("a message"), &signature, &why), WR_OK, "%s", why);
	cr_assert_eq(signature.size, WD_SIGNATURE_SIZE);
	cr_expect(wd_key_signed(&key.public_key, WR_TEXT("a message"), (const uint8_t *)signature.at));
	cr_expect_eq(wd_pem_spki((struct wr_text){ pem.at, pem.size / 2 }, &spki, &why), WR_MALFORMED);
	cr_expect_eq(wd_pem_spki(wr_buf_view(&public_pem), &spki, &why), WR_MALFORMED);
	cr_expect_str_eq(why, "no private key in PEM");
	cr_expect_eq(wd_pem_spki(WR_TEXT(""), &spki, &why), WR_MALFORMED);
	cr_expect_eq(wd_pem_spki(wr_text_of(encrypted), &spki, &why), WR_INVALID);
	cr_expect_not_null(strstr(why, "encrypted"));
	cr_expect_eq(wd_pem_spki(wr_text_of(x25519), &spki, &why), WR_INVALID);
	cr_expect_str_eq(why, "neither an Ed25519 key nor one on P-256");
	cr_expect_eq(wd_pem_sign(wr_text_of(x25519), WR_TEXT("a message"), &signature, &why), WR_INVALID);
	cr_expect_eq(spki.size, WD_PUBLIC_KEY_SPKI, "a refusal appends nothing");
	wr_buf_free(&pem);
	wr_buf_free(&public_pem);
	wr_buf_free(&spki);
	wr_buf_free(&signature);
}

Test(crypto, makes_keys_that_differ)
{
	struct wd_private_key a, b;
	struct wd_digest da, db;
	uint8_t signature[64];

	cr_assert_eq(wd_key_make(&a), WR_OK);
	cr_assert_eq(wd_key_make(&b), WR_OK);
	cr_expect(!wd_public_key_eq(&a.public_key, &b.public_key));
	da = wd_public_key_digest(&a.public_key);
	db = wd_public_key_digest(&b.public_key);
	cr_expect(!wd_digest_eq(&da, &db));
	cr_assert_eq(wd_key_sign(&a, WR_TEXT(""), signature), WR_OK);
	cr_expect(wd_key_signed(&a.public_key, WR_TEXT(""), signature));
	cr_expect(!wd_key_signed(&b.public_key, WR_TEXT(""), signature));
	wd_wipe(&a, sizeof a);
	cr_expect_eq(a.seed[0] | a.seed[15] | a.seed[31], 0);
}

/* The whole file, or at NULL when WRIT_VECTORS is not set; the caller frees at. */
static struct wr_buf
vector_file(const char *name)
{
	const char *folder = getenv("WRIT_VECTORS");
	char path[4096], part[4096];
	struct wr_buf buf;
	FILE *f;
	size_t n;

	wr_buf_init(&buf, wd_alloc(), 1 << 22);
	if (folder == NULL)
		return buf;
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		wr_buf_add(&buf, part, n);
	(void)fclose(f);
	return buf;
}

Test(crypto, agrees_with_wycheproof)
{
	struct wr_buf bytes = vector_file("wycheproof/ed25519_test.json");
	struct wd_json_doc doc;
	const struct wd_json *groups;
	size_t run = 0;

	if (bytes.at == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	cr_assert_eq(wd_json_parse(&doc, wd_alloc(), wr_buf_view(&bytes), 1 << 22, NULL), WR_OK);
	groups = wd_json_get(doc.root, "testGroups");
	for (size_t g = 0; g < wd_json_len(groups); g++) {
		const struct wd_json *group = wd_json_item(groups, g);
		const struct wd_json *tests = wd_json_get(group, "tests");
		struct wd_public_key key;

		cr_assert(wd_hex_read(
		    wd_json_text(wd_json_get(wd_json_get(group, "publicKey"), "pk")), key.at, 32));
		for (size_t t = 0; t < wd_json_len(tests); t++) {
			const struct wd_json *test = wd_json_item(tests, t);
			struct wr_text hex = wd_json_text(wd_json_get(test, "msg"));
			char message[4096];
			uint8_t signature[64];
			bool good =
			    wd_hex_read(wd_json_text(wd_json_get(test, "sig")), signature, 64);

			cr_assert(hex.size / 2 < sizeof message &&
				  wd_hex_read(hex, message, hex.size / 2));
			good = good && wd_key_signed(&key,
					   (struct wr_text){ message, hex.size / 2 }, signature);
			cr_expect_eq(good, wd_json_text_is(wd_json_get(test, "result"), "valid"),
			    "group %zu test %zu", g, t);
			run++;
		}
	}
	cr_expect_geq(run, 100);
	wd_json_free(&doc);
	wr_buf_free(&bytes);
}
