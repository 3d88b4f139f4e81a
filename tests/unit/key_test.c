/* Persons' keys of every kind: what is a key, whose signature is one, and what is refused. */
#include "runtime/trust/crypto_spki.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/signers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(key, .timeout = 60);

/* A file of the vectors' folder or of a path; at NULL when there is none. Free with wr_buf_free. */
static struct wr_buf
file_at(const char *folder, const char *name)
{
	char path[4096], part[4096];
	struct wr_buf buf;
	size_t n;
	FILE *f;

	wr_buf_init(&buf, wd_alloc(), 1 << 23);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		wr_buf_add(&buf, part, n);
	(void)fclose(f);
	return buf;
}

/* The bytes between an SSH signature's armour, or a PEM's. */
static struct wr_buf
dearmoured(struct wr_text t)
{
	struct wr_buf digits, bytes;
	bool inside = false;

	wr_buf_init(&digits, wd_alloc(), 1 << 16);
	wr_buf_init(&bytes, wd_alloc(), 1 << 16);
	for (size_t at = 0, end; at < t.size; at = end + 1) {
		for (end = at; end < t.size && t.at[end] != '\n';)
			end++;
		if (t.at[at] == '-')
			inside = !inside;
		else if (inside)
			wr_buf_add(&digits, t.at + at, end - at);
	}
	cr_assert_eq(wd_base64_read(wr_buf_view(&digits), &bytes), WR_OK);
	wr_buf_free(&digits);
	return bytes;
}

static struct wr_text
line_of(const struct wr_buf *file)
{
	struct wr_text t = wr_buf_view(file);

	while (t.size > 0 && t.at[t.size - 1] == '\n')
		t.size--;
	return t;
}

Test(key, sshsig_vectors_of_openssh)
{
	static const struct {
		const char *name;
		bool key, good;
	} cases[] = {
		{ "ed25519", true, true },
		{ "ecdsa", true, true },
		{ "ed25519_sk", true, true },
		{ "ecdsa_sk_webauthn", true, false }, /* its key is one; the signature is a browser's */
		{ "mldsa44-ed25519", false, false },
		{ "rsa", true, true },
	};
	const char *vectors = getenv("WRIT_VECTORS");
	char folder[4000], name[64];
	struct wr_buf signed_data;
	struct wr_arena arena;

	if (vectors == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	(void)snprintf(folder, sizeof folder, "%s/sshsig", vectors);
	signed_data = file_at(folder, "signed-data");
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf line, armoured, sig;
		struct wd_key key;
		const char *why = "";
		enum wr_status status;
		struct wr_text message = wr_buf_view(&signed_data), ns = WR_TEXT("unittest");

		(void)snprintf(name, sizeof name, "%s.pub", cases[i].name);
		line = file_at(folder, name);
		(void)snprintf(name, sizeof name, "%s.sig", cases[i].name);
		armoured = file_at(folder, name);
		sig = dearmoured(wr_buf_view(&armoured));
		status = wd_key_read(WR_TEXT("ssh"), line_of(&line), &arena, &key, &why);
		cr_expect_eq(status == WR_OK, cases[i].key, "%s: %s", cases[i].name, why);
		if (status == WR_OK)
			cr_expect_eq(wd_sshsig_good(&key, ns, message, wr_buf_view(&sig), wd_alloc()),
			    cases[i].good, "%s", cases[i].name);
		if (cases[i].good) {
			cr_expect(!wd_sshsig_good(
			    &key, WR_TEXT("git"), message, wr_buf_view(&sig), wd_alloc()));
			cr_expect(!wd_key_has_signed(&key, message, wr_buf_view(&sig), wd_alloc()));
			message.size--;
			cr_expect(!wd_sshsig_good(&key, ns, message, wr_buf_view(&sig), wd_alloc()));
			message.size++;
			/* no byte of it may change, none may be missing or more */
			for (size_t at = 0; at < sig.size; at += i == 0 ? 1 : 7) {
				sig.at[at] ^= 1;
				cr_expect(!wd_sshsig_good(
					      &key, ns, message, wr_buf_view(&sig), wd_alloc()),
				    "%s: byte %zu", cases[i].name, at);
				sig.at[at] ^= 1;
				cr_expect(!wd_sshsig_good(&key, ns, message,
				    (struct wr_text){ sig.at, at }, wd_alloc()));
			}
			wr_buf_byte(&sig, 0);
			cr_expect(!wd_sshsig_good(&key, ns, message, wr_buf_view(&sig), wd_alloc()));
		}
		wr_buf_free(&line);
		wr_buf_free(&armoured);
		wr_buf_free(&sig);
	}
	wr_arena_free(&arena);
	wr_buf_free(&signed_data);
}

/* ECDSA on two curves, in both forms of a signature, against Project Wycheproof. */
Test(key, ecdsa_agrees_with_wycheproof)
{
	static const struct {
		const char *file;
		bool raw;
	} cases[] = {
		{ "ecdsa_secp256r1_sha256_test.json", false },
		{ "ecdsa_secp256r1_sha256_p1363_test.json", true },
		{ "ecdsa_secp384r1_sha384_test.json", false },
		{ "ecdsa_secp384r1_sha384_p1363_test.json", true },
	};
	const char *vectors = getenv("WRIT_VECTORS");
	char folder[4000];
	size_t run = 0;

	if (vectors == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	(void)snprintf(folder, sizeof folder, "%s/wycheproof", vectors);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf bytes = file_at(folder, cases[i].file);
		struct wd_json_doc doc;
		const struct wd_json *groups;

		cr_assert_eq(
		    wd_json_parse(&doc, wd_alloc(), wr_buf_view(&bytes), 1 << 23, NULL), WR_OK);
		groups = wd_json_get(doc.root, "testGroups");
		for (size_t g = 0; g < wd_json_len(groups); g++) {
			const struct wd_json *group = wd_json_item(groups, g);
			const struct wd_json *tests = wd_json_get(group, "tests");
			struct wr_text der = wd_json_text(wd_json_get(group, "publicKeyDer"));
			char spki[256];
			enum wd_key_kind kind;

			cr_assert(der.size / 2 <= sizeof spki && wd_hex_read(der, spki, der.size / 2));
			cr_assert(wd_spki_good((struct wr_text){ spki, der.size / 2 }, &kind));
			for (size_t t = 0; t < wd_json_len(tests); t++) {
				const struct wd_json *test = wd_json_item(tests, t);
				struct wr_text hex = wd_json_text(wd_json_get(test, "msg"));
				struct wr_text sig_hex = wd_json_text(wd_json_get(test, "sig"));
				char message[4096], sig[1 << 17];
				struct wr_text key = { spki, der.size / 2 }, m = { message, hex.size / 2 },
					       s = { sig, sig_hex.size / 2 };
				size_t field = kind == WD_KEY_P256 ? 32 : 48;
				bool good;

				cr_assert(m.size < sizeof message && wd_hex_read(hex, message, m.size));
				cr_assert(s.size < sizeof sig && wd_hex_read(sig_hex, sig, s.size));
				if (cases[i].raw) {
					struct wr_buf out;

					wr_buf_init(&out, wd_alloc(), 256);
					good = s.size == 2 * field &&
					       wd_ecdsa_der((struct wr_text){ s.at, field },
						   (struct wr_text){ s.at + field, field }, &out) &&
					       wd_spki_signed(key, false, m, wr_buf_view(&out));
					wr_buf_free(&out);
				} else {
					good = wd_spki_signed(key, false, m, s);
				}
				cr_expect_eq(good, wd_json_text_is(wd_json_get(test, "result"), "valid"),
				    "%s: group %zu test %zu", cases[i].file, g, t);
				run++;
			}
		}
		wd_json_free(&doc);
		wr_buf_free(&bytes);
	}
	cr_expect_geq(run, 1500);
}

/* Whether it came as bytes or as an SSH line, a key is one key. */
Test(key, is_its_material)
{
	static const char line[] =
	    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSINw9QV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE ana@home";
	struct wd_key ssh, raw;
	struct wr_arena arena;
	struct wr_buf blob, text;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	wr_buf_init(&blob, wd_alloc(), 128);
	wr_buf_init(&text, wd_alloc(), 128);
	cr_assert_eq(wd_key_read(WR_TEXT("ssh"), WR_TEXT(line), &arena, &ssh, NULL), WR_OK);
	wd_base64_write(&text, ssh.ssh.at + ssh.ssh.size - 32, 32);
	cr_assert_eq(wd_key_read(WR_TEXT("ed25519"), wr_buf_view(&text), &arena, &raw, NULL), WR_OK);
	cr_expect(wd_digest_eq(&ssh.digest, &raw.digest));
	cr_expect_gt(ssh.ssh.size, 0);
	cr_expect_eq(raw.ssh.size, 0);
	wd_key_fingerprint(&ssh, &blob);
	cr_expect_eq(blob.size, 7 + 43);
	wr_buf_free(&blob);
	wr_buf_free(&text);
	wr_arena_free(&arena);
}

Test(key, refuses_what_is_no_key_or_no_good_one)
{
	static const struct {
		const char *type, *text;
		enum wr_status status;
	} cases[] = {
		{ "ed25519", "", WR_MALFORMED },
		{ "ed25519", "AAAA", WR_MALFORMED },
		{ "ed25519", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", WR_INVALID }, /* small order */
		{ "rsa", "AAAA", WR_MALFORMED },
		{ "p256", "AAAA", WR_MALFORMED },
		{ "rsa", "iWLNIg3D1BXvxU82NW+/COB/4/keps9gJi7cE4x2MAQ=", WR_MALFORMED }, /* good as ed25519 */
		{ "p256", /* a key on P-384 */
		    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEvPhPIWHKDlnvvFY0bSTjIbLQz6znYZ4K22UWQTb/K75dQs7WjrBCkU+OxSe1s9wrkCE5"
		    "ejy+t23awqFxPEt5/UdWszR5ZEycrmfLGgYtxURL2qv5X8fMtJk0gZ+yLYhv",
		    WR_MALFORMED },
		{ "ssh", "", WR_MALFORMED },
		{ "ssh", "ssh-ed25519", WR_MALFORMED },
		{ "ssh", "ssh-ed25519 ", WR_MALFORMED },
		{ "ssh", "ssh-ed25519 !!!!", WR_MALFORMED },
		{ "ssh", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", WR_MALFORMED }, /* cut */
		{ "ssh", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/////w==", WR_MALFORMED }, /* 4 GiB follow */
		{ "ssh", /* another kind inside */
		    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIIlizSINw9QV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE",
		    WR_MALFORMED },
		{ "ssh", /* a byte more */
		    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSINw9QV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAEAA==",
		    WR_MALFORMED },
		{ "ssh", "ssh-ed25519-cert-v01@openssh.com AAAA", WR_INVALID },
		{ "ssh", "ssh-dss AAAA", WR_INVALID },
		{ "ssh", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com AAAA", WR_INVALID },
		{ "ssh", /* an RSA key of three bits */
		    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQc=", WR_INVALID },
		{ "ssh", /* a point at infinity, so to say */
		    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAABBA==",
		    WR_MALFORMED },
	};
	static char long_one[WD_KEY_TEXT_MAX + 1];
	struct wr_arena arena;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_key key;
		const char *why = NULL;

		cr_expect_eq(wd_key_read(wr_text_of(cases[i].type), wr_text_of(cases[i].text), &arena,
				 &key, &why),
		    cases[i].status, "%s %s: %s", cases[i].type, cases[i].text, why);
		cr_expect_not_null(why);
	}
	memset(long_one, 'A', sizeof long_one);
	for (int i = 0; i < 3; i++) {
		static const char *const types[] = { "ssh", "ed25519", "p256" };
		const char *why = NULL;
		struct wd_key key;

		cr_expect_eq(wd_key_read(wr_text_of(types[i]), (struct wr_text){ long_one, sizeof long_one }, &arena, &key,
				 &why),
		    WR_MALFORMED, "%s", types[i]);
		cr_expect_str_eq(why, "is too long");
	}
	wr_arena_free(&arena);
}

/* The one form of an Ed25519 key's SubjectPublicKeyInfo: no byte before the key may differ. */
Test(key, an_spki_has_one_form)
{
	struct wd_private_key private;
	uint8_t spki[WD_PUBLIC_KEY_SPKI];
	struct wr_text text = { (const char *)spki, sizeof spki };
	struct wr_arena arena;
	struct wd_key key;
	const char *why;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	cr_assert_eq(wd_key_make(&private), WR_OK);
	wd_public_key_spki(&private.public_key, spki);
	cr_expect_eq(wd_key_of_spki(text, &arena, &key, &why), WR_OK);
	for (int i = 0; i < 12; i++) {
		spki[i] ^= 1;
		cr_expect_eq(wd_key_of_spki(text, &arena, &key, &why), WR_MALFORMED, "byte %d", i);
		spki[i] ^= 1;
	}
	wr_arena_free(&arena);
}

/* The key of a signer, by the text that policies have. */
static struct wd_key
key_of_signer(enum signer who, struct wr_arena *arena)
{
	struct wr_buf text;
	struct wd_json_doc doc;
	struct wd_key key;
	const char *why = "";

	wr_buf_init(&text, wd_alloc(), 4096);
	signer_key(who, &text);
	cr_assert_eq(wd_json_parse(&doc, wd_alloc(), wr_buf_view(&text), 4096, NULL), WR_OK);
	cr_assert_eq(wd_key_read(wd_json_text(wd_json_get(doc.root, "type")), wd_json_text(wd_json_get(doc.root, "public")),
			 arena, &key, &why),
	    WR_OK, "%s", why);
	wd_json_free(&doc);
	wr_buf_free(&text);
	return key;
}

/* What SSHSIG has in one form only, in another: the numbers are right each time. */
Test(key, an_ssh_signature_has_one_form)
{
	static const struct {
		const char *what;
		struct signing how;
		bool good;
	} cases[] = {
		{ "as ssh-keygen does", { NULL, NULL, 0, false, ODD_NOT }, true },
		{ "sha256", { NULL, "sha256", 0, false, ODD_NOT }, true },
		{ "sha384", { NULL, "sha384", 0, false, ODD_NOT }, false },
		{ "sha1", { NULL, "sha1", 0, false, ODD_NOT }, false },
		{ "another namespace", { "file", NULL, 0, false, ODD_NOT }, false },
		{ "a byte after the numbers", { NULL, NULL, 0, false, ODD_NUMBERS }, false },
		{ "needless zeros", { NULL, NULL, 0, false, ODD_ZEROS }, false },
		{ "a byte after the inner one", { NULL, NULL, 0, false, ODD_INNER }, false },
		{ "a byte at the end", { NULL, NULL, 0, false, ODD_END }, false },
		{ "another version", { NULL, NULL, 0, false, ODD_VERSION }, false },
		{ "something reserved", { NULL, NULL, 0, false, ODD_RESERVED }, false },
		{ "another algorithm", { NULL, NULL, 0, false, ODD_ALGORITHM }, false },
		{ "nobody touched it", { NULL, NULL, 1, false, ODD_NOT }, false },
		{ "touched, and not verified", { NULL, NULL, 4, false, ODD_NOT }, true },
	};
	static const enum signer who[] = { BO, DEE_2, EVE, ANA_2, FAY };
	struct wr_arena arena;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	for (size_t k = 0; k < sizeof who / sizeof *who; k++) {
		struct wd_key key = key_of_signer(who[k], &arena);
		bool curve = who[k] == DEE_2 || who[k] == ANA_2, token = who[k] != BO && who[k] != DEE_2;

		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct wr_buf sig;
			bool good = cases[i].good || (cases[i].how.odd == ODD_ZEROS && !curve) ||
			    (cases[i].how.flags == 1 && !token);

			wr_buf_init(&sig, wd_alloc(), 4096);
			signer_sign(who[k], WR_TEXT("hello"), cases[i].how, &sig);
			cr_expect_eq(wd_key_has_signed(&key, WR_TEXT("hello"), wr_buf_view(&sig), wd_alloc()), good,
			    "%s: %s", signer_person(who[k]), cases[i].what);
			cr_expect(!wd_key_has_signed(&key, WR_TEXT("hellO"), wr_buf_view(&sig), wd_alloc()));
			for (size_t cut = 0; i == 0 && cut < sig.size; cut++)
				cr_expect(!wd_key_has_signed(&key, WR_TEXT("hello"), (struct wr_text){ sig.at, cut }, wd_alloc()));
			key.verification = token;
			if (cases[i].how.flags == 4 && token)
				cr_expect(!wd_key_has_signed(&key, WR_TEXT("hello"), wr_buf_view(&sig), wd_alloc()));
			key.verification = false;
			wr_buf_free(&sig);
		}
	}
	wr_arena_free(&arena);
}

/* Runs a command line of the shell in a folder of its own; the programs are the machine's. */
static bool
shell(const char *folder, const char *line)
{
	char command[8192];

	(void)snprintf(command, sizeof command, "cd '%s' && { %s; } >/dev/null 2>&1", folder, line);
	return system(command) == 0; /* NOLINT: fixed words of this file */
}

/* What people really run. Each kind of key signs with ssh-keygen or openssl; only it, only so. */
Test(key, takes_what_ssh_keygen_and_openssl_sign)
{
	static const struct {
		const char *make, *sign, *type;
		bool good;
	} cases[] = {
		{ "ssh-keygen -q -t ed25519 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record m", "ssh", true },
		{ "ssh-keygen -q -t ecdsa -b 256 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record m", "ssh", true },
		{ "ssh-keygen -q -t ecdsa -b 384 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record m", "ssh", true },
		{ "ssh-keygen -q -t ecdsa -b 521 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record m", "ssh", true },
		{ "ssh-keygen -q -t rsa -b 3072 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record m", "ssh", true },
		{ "ssh-keygen -q -t ed25519 -N '' -f k", "ssh-keygen -Y sign -f k -n writ-record -O hashalg=sha256 m", "ssh", true },
		{ "ssh-keygen -q -t ed25519 -N '' -f k", "ssh-keygen -Y sign -f k -n git m", "ssh", false },
		{ "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out k &&"
		  "openssl pkey -in k -pubout -outform der | base64 -w0 >k.pub",
		    "openssl dgst -sha256 -sign k -out m.raw m", "p256", true },
		{ "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out k &&"
		  "openssl pkey -in k -pubout -outform der | base64 -w0 >k.pub",
		    "openssl dgst -sha512 -sign k -out m.raw m", "p256", false },
	};
	char folder[] = "/tmp/writ-key-XXXXXX", clean[64];
	struct wr_arena arena;

	cr_assert_not_null(mkdtemp(folder));
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf line, sig, armoured;
		struct wr_text message = WR_TEXT("DSSEv1 4 type 4 body");
		struct wd_key key;
		const char *why = "";
		bool ssh = strcmp(cases[i].type, "ssh") == 0;

		cr_assert(shell(folder, "rm -f *; printf 'DSSEv1 4 type 4 body' >m"));
		cr_assert(shell(folder, cases[i].make), "%s", cases[i].make);
		cr_assert(shell(folder, cases[i].sign), "%s", cases[i].sign);
		line = file_at(folder, "k.pub");
		if (ssh) {
			armoured = file_at(folder, "m.sig");
			sig = dearmoured(wr_buf_view(&armoured));
			wr_buf_free(&armoured);
		} else {
			sig = file_at(folder, "m.raw");
		}
		cr_assert_eq(wd_key_read(wr_text_of(cases[i].type), line_of(&line), &arena, &key, &why),
		    WR_OK, "%s: %s", cases[i].make, why);
		cr_expect_eq(wd_key_has_signed(&key, message, wr_buf_view(&sig), wd_alloc()),
		    cases[i].good, "%s", cases[i].sign);
		message.size--;
		cr_expect(!wd_key_has_signed(&key, message, wr_buf_view(&sig), wd_alloc()));
		wr_buf_free(&line);
		wr_buf_free(&sig);
	}
	wr_arena_free(&arena);
	(void)snprintf(clean, sizeof clean, "rm -rf '%s'", folder);
	cr_assert(shell("/", clean));
}

/* A security key says whether somebody touched it, and whether it checked who. */
Test(key, security_keys_need_a_touch)
{
	const char *vectors = getenv("WRIT_VECTORS");
	char folder[4000];
	struct wr_buf line, armoured, sig, message;
	struct wr_arena arena;
	struct wd_key key;

	if (vectors == NULL)
		cr_skip("set WRIT_VECTORS to the folder of vectors");
	(void)snprintf(folder, sizeof folder, "%s/sshsig", vectors);
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	line = file_at(folder, "ed25519_sk.pub");
	armoured = file_at(folder, "ed25519_sk.sig");
	message = file_at(folder, "signed-data");
	sig = dearmoured(wr_buf_view(&armoured));
	cr_assert_eq(wd_key_read(WR_TEXT("ssh"), line_of(&line), &arena, &key, NULL), WR_OK);
	cr_expect(wr_text_eq(key.application, WR_TEXT("ssh:")));
	cr_expect(wd_sshsig_good(
	    &key, WR_TEXT("unittest"), wr_buf_view(&message), wr_buf_view(&sig), wd_alloc()));
	key.verification = true; /* these flags say touch alone */
	cr_expect(!wd_sshsig_good(
	    &key, WR_TEXT("unittest"), wr_buf_view(&message), wr_buf_view(&sig), wd_alloc()));
	key.verification = false;
	cr_assert_eq(sig.at[sig.size - 5], 1); /* flags, then four bytes of counter */
	sig.at[sig.size - 5] = 0;
	cr_expect(!wd_sshsig_good(
	    &key, WR_TEXT("unittest"), wr_buf_view(&message), wr_buf_view(&sig), wd_alloc()));
	wr_buf_free(&line);
	wr_buf_free(&armoured);
	wr_buf_free(&sig);
	wr_buf_free(&message);
	wr_arena_free(&arena);
}

/* Reading and checking meet a failing allocator at every step: no leak, and no other answer than no. */
Test(key, survives_every_allocation_failure)
{
	static const char line[] =
	    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSINw9QV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE";
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wr_arena arena;
		struct wd_key key;
		enum wr_status got;

		wr_arena_init(&arena, &f.hook, 1 << 20);
		got = wd_key_read(WR_TEXT("ssh"), WR_TEXT(line), &arena, &key, NULL);
		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
}
