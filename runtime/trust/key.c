/*
 * Persons' public keys: reading them, and asking whether one signed. It decides which
 * text is a key that may be trusted at all, and what a signature of it must look
 * like, SSH's form of signature included; never who the person is or what they may do.
 */
#include "runtime/trust/crypto_spki.h"

#include <assert.h>

/* What SSH calls the kinds. A security key's signature covers more than the message. */
static const struct ssh_kind {
	const char *name;  /* of the key, and of its signatures but for RSA */
	const char *curve; /* NULL: no curve is named */
	enum wd_key_kind kind;
	bool security_key;
} ssh_kinds[] = {
	{ "ssh-ed25519", NULL, WD_KEY_ED25519, false },
	{ "ecdsa-sha2-nistp256", "nistp256", WD_KEY_P256, false },
	{ "ecdsa-sha2-nistp384", "nistp384", WD_KEY_P384, false },
	{ "ecdsa-sha2-nistp521", "nistp521", WD_KEY_P521, false },
	{ "ssh-rsa", NULL, WD_KEY_RSA, false },
	{ "sk-ssh-ed25519@openssh.com", NULL, WD_KEY_ED25519, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", WD_KEY_P256, true },
};

/* ---- SSH's wire format (RFC 4251): a cursor that no length can push past the end ---- */

struct cursor {
	const char *at;
	size_t left;
	bool bad; /* something was missing: everything read after is empty */
};

static struct wr_text
take(struct cursor *c, size_t size)
{
	struct wr_text t = { c->at, size };

	if (c->bad || size > c->left) {
		c->bad = true;
		return (struct wr_text){ "", 0 };
	}
	c->at += size;
	c->left -= size;
	return t;
}

static uint32_t
take_u32(struct cursor *c)
{
	struct wr_text t = take(c, 4);
	uint32_t n = 0;

	for (size_t i = 0; i < t.size; i++)
		n = n << 8 | (uint8_t)t.at[i];
	return n;
}

static struct wr_text
take_string(struct cursor *c)
{
	return take(c, take_u32(c));
}

/* A positive mpint in its one form: no needless leading zero. Without the zero of its sign. */
static struct wr_text
take_mpint(struct cursor *c)
{
	struct wr_text t = take_string(c);

	if (t.size == 0 || (uint8_t)t.at[0] >= 0x80 ||
	    (t.at[0] == 0 && (t.size == 1 || (uint8_t)t.at[1] < 0x80))) {
		c->bad = true;
		return (struct wr_text){ "", 0 };
	}
	return t.at[0] == 0 ? (struct wr_text){ t.at + 1, t.size - 1 } : t;
}

/* Bytes end where they should. */
static bool
done(const struct cursor *c)
{
	return !c->bad && c->left == 0;
}

static void
put_u32(struct wr_buf *out, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		wr_buf_byte(out, (uint8_t)(n >> shift));
}

static void
put_string(struct wr_buf *out, struct wr_text t)
{
	put_u32(out, (uint32_t)t.size);
	wr_buf_text(out, t);
}

/* ---- reading keys ------------------------------------------------------------------- */

static enum wr_status
refuse(const char **ret_why, enum wr_status status, const char *why)
{
	if (ret_why != NULL)
		*ret_why = why;
	return status;
}

/* A copy in the arena; NULL in .at when memory is short. */
static struct wr_text
keep(struct wr_arena *arena, struct wr_text t)
{
	char *at = wr_arena_array(arena, t.size + 1, 1);

	if (at != NULL && t.size > 0)
		memcpy(at, t.at, t.size);
	return (struct wr_text){ at, t.size };
}

static enum wr_status
keep_spki(struct wr_arena *arena, struct wr_text spki, struct wd_key *key)
{
	key->spki = keep(arena, spki);
	key->digest = wd_sha256(spki);
	return key->spki.at == NULL ? WR_NOMEM : WR_OK;
}

enum wr_status
wd_key_of(const struct wd_public_key *raw, struct wr_arena *arena, struct wd_key *ret_key)
{
	uint8_t spki[WD_PUBLIC_KEY_SPKI];

	wd_public_key_spki(raw, spki);
	*ret_key = (struct wd_key){ .kind = WD_KEY_ED25519 };
	return keep_spki(arena, (struct wr_text){ (const char *)spki, sizeof spki }, ret_key);
}

static enum wr_status
read_raw(struct wr_text bytes, struct wr_arena *arena, struct wd_key *key, const char **ret_why)
{
	struct wd_public_key raw;

	if (bytes.size != sizeof raw.at)
		return refuse(ret_why, WR_MALFORMED, "must be base64 of 32 bytes");
	memcpy(raw.at, bytes.at, sizeof raw.at);
	if (!wd_public_key_good(&raw))
		return refuse(ret_why, WR_INVALID, "is a point of small order, not a key");
	return wd_key_of(&raw, arena, key);
}

static enum wr_status
read_spki(struct wr_text bytes, struct wr_arena *arena, struct wd_key *key, const char **ret_why)
{
	if (!wd_spki_good(bytes, &key->kind) || key->kind != WD_KEY_P256)
		return refuse(ret_why, WR_MALFORMED,
		    "must be base64 of the SubjectPublicKeyInfo of a key on P-256");
	return keep_spki(arena, bytes, key);
}

enum wr_status
wd_key_of_spki(struct wr_text spki, struct wr_arena *arena, struct wd_key *ret_key, const char **ret_why)
{
	struct wd_public_key raw;
	uint8_t again[WD_PUBLIC_KEY_SPKI];

	*ret_key = (struct wd_key){ .kind = WD_KEY_ED25519 };
	if (spki.size != sizeof again)
		return read_spki(spki, arena, ret_key, ret_why);
	memcpy(raw.at, spki.at + spki.size - sizeof raw.at, sizeof raw.at);
	wd_public_key_spki(&raw, again);
	if (memcmp(again, spki.at, sizeof again) != 0)
		return refuse(ret_why, WR_MALFORMED, "is no SubjectPublicKeyInfo of an Ed25519 key");
	return read_raw((struct wr_text){ (const char *)raw.at, sizeof raw.at }, arena, ret_key, ret_why);
}

/* The key's own part of the blob, as a SubjectPublicKeyInfo. */
static enum wr_status
read_ssh_material(const struct ssh_kind *kind, struct cursor *c, struct wr_arena *arena,
    struct wd_key *key, const char **ret_why)
{
	struct wr_text point, e, n;
	struct wr_buf spki;
	enum wr_status status;
	bool good;

	if (kind->curve != NULL && !wr_text_eq(take_string(c), wr_text_of(kind->curve)))
		c->bad = true;
	if (kind->kind == WD_KEY_ED25519) {
		point = take_string(c);
		return c->bad ? refuse(ret_why, WR_MALFORMED, "is not a whole SSH key")
			      : read_raw(point, arena, key, ret_why);
	}
	wr_buf_init(&spki, arena->alloc, WD_KEY_TEXT_MAX);
	if (kind->kind == WD_KEY_RSA) {
		e = take_mpint(c);
		n = take_mpint(c);
		good = wd_spki_rsa(n, e, &spki);
	} else {
		good = wd_spki_ec(kind->kind, take_string(c), &spki);
	}
	status = spki.status;
	if (status == WR_OK && (!good || c->bad))
		status = refuse(ret_why, WR_MALFORMED, "is not a whole SSH key");
	if (status == WR_OK && !wd_spki_good(wr_buf_view(&spki), &key->kind))
		status = refuse(ret_why, WR_INVALID,
		    "is too weak: RSA keys need 3,072 bits, others a point of their curve");
	if (status == WR_OK)
		status = keep_spki(arena, wr_buf_view(&spki), key);
	wr_buf_free(&spki);
	return status;
}

static enum wr_status
read_ssh_blob(struct wr_text blob, struct wr_text name, struct wr_arena *arena, struct wd_key *key,
    const char **ret_why)
{
	struct cursor c = { blob.at, blob.size, false };
	size_t i = 0;
	enum wr_status status;

	while (i < sizeof ssh_kinds / sizeof *ssh_kinds &&
	       !wr_text_eq(name, wr_text_of(ssh_kinds[i].name)))
		i++;
	if (i == sizeof ssh_kinds / sizeof *ssh_kinds)
		return refuse(ret_why, WR_INVALID,
		    "is not a kind of SSH key that is supported: Ed25519, ECDSA, RSA, and the security keys sk-ssh-ed25519 and sk-ecdsa");
	if (!wr_text_eq(take_string(&c), name))
		return refuse(ret_why, WR_MALFORMED, "says two different kinds of key");
	status = read_ssh_material(&ssh_kinds[i], &c, arena, key, ret_why);
	if (status != WR_OK)
		return status;
	if (ssh_kinds[i].security_key) {
		key->application = keep(arena, take_string(&c));
		if (key->application.size == 0)
			c.bad = true;
	}
	if (!done(&c))
		return refuse(ret_why, WR_MALFORMED, "is not a whole SSH key");
	key->ssh = keep(arena, blob);
	return key->ssh.at == NULL || (ssh_kinds[i].security_key && key->application.at == NULL) ?
	    WR_NOMEM : WR_OK;
}

/* `ssh-ed25519 AAAA… comment` */
static enum wr_status
read_ssh_line(struct wr_text line, struct wr_arena *arena, struct wd_key *key, const char **ret_why)
{
	size_t name = 0, end;
	struct wr_buf blob;
	enum wr_status status;

	while (name < line.size && line.at[name] != ' ')
		name++;
	for (end = name + 1; end < line.size && line.at[end] != ' ';)
		end++;
	if (end <= name + 1 || end > line.size)
		return refuse(ret_why, WR_MALFORMED, "is not a line of an SSH public key file");
	wr_buf_init(&blob, arena->alloc, WD_KEY_TEXT_MAX);
	status = wd_base64_read((struct wr_text){ line.at + name + 1, end - name - 1 }, &blob);
	if (status == WR_MALFORMED)
		(void)refuse(ret_why, status, "is not a line of an SSH public key file");
	if (status == WR_OK)
		status = read_ssh_blob(
		    wr_buf_view(&blob), (struct wr_text){ line.at, name }, arena, key, ret_why);
	wr_buf_free(&blob);
	return status;
}

enum wr_status
wd_key_read(struct wr_text type, struct wr_text text, struct wr_arena *arena,
    struct wd_key *ret_key, const char **ret_why)
{
	bool p256 = wr_text_eq(type, WR_TEXT("p256"));
	struct wr_buf bytes;
	enum wr_status status;

	*ret_key = (struct wd_key){ .kind = WD_KEY_ED25519 };
	if (text.size > WD_KEY_TEXT_MAX)
		return refuse(ret_why, WR_MALFORMED, "is too long");
	if (wr_text_eq(type, WR_TEXT("ssh")))
		return read_ssh_line(text, arena, ret_key, ret_why);
	if (!p256 && !wr_text_eq(type, WR_TEXT("ed25519")))
		return refuse(ret_why, WR_MALFORMED, "is not of a known type");
	wr_buf_init(&bytes, arena->alloc, WD_KEY_TEXT_MAX);
	status = wd_base64_read(text, &bytes);
	if (status == WR_MALFORMED)
		(void)refuse(ret_why, status, "must be base64");
	if (status == WR_OK)
		status = (p256 ? read_spki : read_raw)(wr_buf_view(&bytes), arena, ret_key, ret_why);
	wr_buf_free(&bytes);
	return status;
}

void
wd_key_fingerprint(const struct wd_key *key, struct wr_buf *out)
{
	struct wd_digest digest = wd_sha256(key->ssh);
	size_t before;

	assert(key->ssh.size > 0);
	wr_buf_str(out, "SHA256:");
	before = out->size;
	wd_base64_write(out, digest.at, sizeof digest.at);
	if (out->status == WR_OK && out->size > before) /* 32 bytes end with one = */
		out->at[--out->size] = '\0';
}

/* ---- signatures ----------------------------------------------------------------------- */

/* r and s, each in its own text, as DER; then the check. */
static bool
ecdsa_signed(const struct wd_key *key, struct wr_text message, struct wr_text r, struct wr_text s,
    const struct wr_alloc *alloc)
{
	struct wr_buf der;
	bool good;

	wr_buf_init(&der, alloc, 256);
	good = wd_ecdsa_der(r, s, &der) && der.status == WR_OK &&
	       wd_spki_signed(key->spki, false, message, wr_buf_view(&der));
	wr_buf_free(&der);
	return good;
}

static bool
ed25519_signed(const struct wd_key *key, struct wr_text message, struct wr_text signature)
{
	struct wd_public_key raw;

	assert(key->spki.size == WD_PUBLIC_KEY_SPKI);
	if (signature.size != WD_SIGNATURE_SIZE)
		return false;
	memcpy(raw.at, key->spki.at + key->spki.size - sizeof raw.at, sizeof raw.at);
	return wd_key_signed(&raw, message, (const uint8_t *)signature.at);
}

static bool
plain_signed(const struct wd_key *key, struct wr_text message, struct wr_text sig,
    const struct wr_alloc *alloc)
{
	if (key->kind == WD_KEY_ED25519)
		return ed25519_signed(key, message, sig);
	assert(key->kind == WD_KEY_P256);
	if (sig.size == 64) /* IEEE P1363; DER of 64 bytes has an r or s that is shorter: try both */
		if (ecdsa_signed(key, message, (struct wr_text){ sig.at, 32 },
			(struct wr_text){ sig.at + 32, 32 }, alloc))
			return true;
	return wd_spki_signed(key->spki, false, message, sig);
}

/* The inner signature of an SSHSIG: its algorithm goes with the key. */
static bool
inner_signed(const struct wd_key *key, struct wr_text algorithm, struct wr_text message,
    struct wr_text sig, const struct wr_alloc *alloc)
{
	struct cursor c = { sig.at, sig.size, false };
	struct wr_text r, s;
	bool sha512 = wr_text_eq(algorithm, WR_TEXT("rsa-sha2-512"));
	struct cursor blob = { key->ssh.at, key->ssh.size, false };

	if (key->kind == WD_KEY_RSA)
		return (sha512 || wr_text_eq(algorithm, WR_TEXT("rsa-sha2-256"))) &&
		       wd_spki_signed(key->spki, sha512, message, sig);
	if (!wr_text_eq(algorithm, take_string(&blob)))
		return false;
	if (key->kind == WD_KEY_ED25519)
		return ed25519_signed(key, message, sig);
	r = take_mpint(&c);
	s = take_mpint(&c);
	return done(&c) && ecdsa_signed(key, message, r, s, alloc);
}

/*
 * A security key signs SHA-256(application), flags, counter, SHA-256(message) (PROTOCOL.u2f of
 * OpenSSH). Flag 1: somebody touched it; flag 4: it checked who.
 */
static bool
security_key_signed(const struct wd_key *key, struct wr_text algorithm, struct wr_text message,
    struct cursor *c, const struct wr_alloc *alloc)
{
	struct wr_text sig = take_string(c), flags = take(c, 1);
	uint32_t counter = take_u32(c);
	struct wd_digest application = wd_sha256(key->application), hash = wd_sha256(message);
	uint8_t wanted = key->verification ? 5 : 1;
	struct wr_buf whole;
	bool good;

	if (!done(c) || ((uint8_t)flags.at[0] & wanted) != wanted)
		return false;
	wr_buf_init(&whole, alloc, 128);
	wr_buf_add(&whole, application.at, sizeof application.at);
	wr_buf_text(&whole, flags);
	put_u32(&whole, counter);
	wr_buf_add(&whole, hash.at, sizeof hash.at);
	good = whole.status == WR_OK && inner_signed(key, algorithm, wr_buf_view(&whole), sig, alloc);
	wr_buf_free(&whole);
	return good;
}

/* The bytes that an SSHSIG's inner signature covers: everything but the signature, the message hashed. */
static void
sshsig_message(struct wr_buf *out, struct wr_text namespace, struct wr_text hash,
    struct wr_text message)
{
	struct wd_digest short_one = wd_sha256(message);
	struct wd_digest512 long_one = wd_sha512(message);
	bool sha256 = wr_text_eq(hash, WR_TEXT("sha256"));

	wr_buf_str(out, "SSHSIG");
	put_string(out, namespace);
	put_string(out, WR_TEXT("")); /* reserved */
	put_string(out, hash);
	put_string(out, sha256 ? (struct wr_text){ (const char *)short_one.at, sizeof short_one.at }
			       : (struct wr_text){ (const char *)long_one.at, sizeof long_one.at });
}

bool
wd_sshsig_good(const struct wd_key *key, struct wr_text namespace, struct wr_text message,
    struct wr_text signature, const struct wr_alloc *alloc)
{
	struct cursor c = { signature.at, signature.size, false }, inner;
	bool magic = wr_text_eq(take(&c, 6), WR_TEXT("SSHSIG")) && take_u32(&c) == 1;
	bool same = wr_text_eq(take_string(&c), key->ssh);
	bool ours = wr_text_eq(take_string(&c), namespace);
	bool plain = take_string(&c).size == 0; /* reserved */
	struct wr_text hash = take_string(&c), wrapped = take_string(&c), algorithm;
	struct wr_buf whole;
	bool good;

	assert(key->ssh.size > 0);
	if (!done(&c) || !magic || !same || !ours || !plain ||
	    (!wr_text_eq(hash, WR_TEXT("sha512")) && !wr_text_eq(hash, WR_TEXT("sha256"))))
		return false;
	inner = (struct cursor){ wrapped.at, wrapped.size, false };
	algorithm = take_string(&inner);
	wr_buf_init(&whole, alloc, 256);
	sshsig_message(&whole, namespace, hash, message);
	good = whole.status == WR_OK;
	if (good && key->application.size > 0) {
		good = security_key_signed(key, algorithm, wr_buf_view(&whole), &inner, alloc);
	} else if (good) {
		struct wr_text bytes = take_string(&inner);

		good = done(&inner) &&
		       inner_signed(key, algorithm, wr_buf_view(&whole), bytes, alloc);
	}
	wr_buf_free(&whole);
	return good;
}

bool
wd_key_has_signed(const struct wd_key *key, struct wr_text message, struct wr_text signature,
    const struct wr_alloc *alloc)
{
	return key->ssh.size > 0
		   ? wd_sshsig_good(key, WR_TEXT(WD_SSHSIG_NAMESPACE), message, signature, alloc)
		   : plain_signed(key, message, signature, alloc);
}
