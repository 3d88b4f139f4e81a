#ifndef WD_TRUST_BINDINGS_H
#define WD_TRUST_BINDINGS_H

#include "runtime/trust/policy.h"

/*
 * `bindings.development.json` ("writ-bindings/1"): how one environment reaches the
 * backends. A credential is named, never stored. In development a binding may
 * also say an address and an adaptor; in production both are the policy's alone.
 */
#define WD_BINDINGS_SIZE_MAX (1u << 20)

enum wd_credential { WD_CREDENTIAL_NONE, WD_CREDENTIAL_ENV, WD_CREDENTIAL_FILE };

struct wd_binding {
	struct wr_text backend;
	const struct wd_protocol *adaptor;   /* NULL: the policy's protocol */
	struct wr_text address;             /* size 0: the policy's endpoint */
	enum wd_credential credential;
	struct wr_text credential_name;     /* of a variable or a file, NUL-terminated */
	struct wr_text proxy;               /* a URL; size 0: none */
};

struct wd_bindings {
	struct wd_digest digest; /* RFC 8785 bytes of the file without the credentials */
	struct wr_text environment;
	const struct wd_binding *backends;
	uint32_t backends_len;
	struct wd_json_doc doc;
};

/* As wd_policy_read: strict, with places. WR_REFUSED: `limits`, not supported yet. */
WR_MUST_CHECK enum wr_status wd_bindings_read(struct wd_bindings *ret_bindings,
    const struct wr_alloc *alloc, struct wr_text bytes, struct wd_json_error *ret_error);

/* Bindings that bind nothing: what holds when there is no file. WR_OK or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_bindings_none(struct wd_bindings *ret_bindings,
    const struct wr_alloc *alloc, const char *environment);

void wd_bindings_free(struct wd_bindings *bindings);

const struct wd_binding *wd_bindings_find(const struct wd_bindings *bindings,
    struct wr_text backend);

/* Where calls of a backend go in the end. */
struct wd_route {
	const struct wd_protocol *adaptor;
	struct wr_text address; /* size 0: none is said; `extract` needs none */
	enum wd_credential credential;
	struct wr_text credential_name;
	struct wr_text proxy;
	bool pinned;            /* the policy pins the server's key, and the address is the policy's */
	struct wd_digest pin;
};

/*
 * The policy's rule with the binding over it; either may be NULL. False when
 * neither names an adaptor. The policy's endpoint holds only for its own protocol.
 */
bool wd_route_find(const struct wd_backend_rule *rule, const struct wd_binding *binding,
    struct wd_route *ret);

#endif
