#ifndef WD_TRUST_POLICY_H
#define WD_TRUST_POLICY_H

#include "runtime/backend/backend.h"
#include "runtime/json.h"
#include "runtime/trust/key.h"

/*
 * `policy.json` ("writ-policy/1"): who may approve what, which backends exist, what
 * they may see, and how much a workflow may do. Read only after wd_policy_read;
 * every text and list lives until wd_policy_free. Names of one list are unique.
 *
 * Which version is in force is runtime/trust/chain.h's to say.
 */
#define WD_POLICY_MAX (1u << 20)  /* bytes: people write and read it */
#define WD_NONE UINT32_MAX        /* "no such index" */

/* A row of runtime/backend/adaptors.def, as policies name it. */
struct wd_protocol {
	const char *word;  /* `openai` */
	const char *kinds; /* of backends it can serve, parted by spaces */
	enum wd_class class;
};

/* The adaptor, or NULL: this version has none of that name. */
const struct wd_protocol *wd_protocol_find(struct wr_text word);
bool wd_protocol_serves(const struct wd_protocol *adaptor, const char *kind);

/* Does any adaptor of this version serve backends of this kind? */
bool wd_kind_served(const char *kind);

struct wd_person {
	struct wr_text name;
	const struct wd_key *keys;
	uint32_t keys_len; /* at least one; no two persons share one */
};

struct wd_role {
	struct wr_text name;
	const uint32_t *members; /* indices into persons, each once */
	uint32_t members_len;
};

struct wd_label {
	struct wr_text name;
	uint32_t owner; /* a role */
};

struct wd_backend_rule {
	struct wr_text name;
	const struct wd_protocol *protocol;
	struct wr_text endpoint;  /* size 0 when it has none */
	enum wd_class class;
	struct wd_digest pin;     /* of the server's SubjectPublicKeyInfo, when the class is pinned */
	uint64_t accepts, taints; /* bits of policy.labels */
	const struct wd_json *json; /* the entry as it stands, for the scope */
};

struct wd_input_rule {
	struct wr_text path; /* `claim.story` */
	uint64_t labels;     /* that it must carry: bits of policy.labels */
};

struct wd_workflow_rule {
	struct wr_text name;
	const struct wd_input_rule *inputs;
	uint32_t inputs_len;
	uint64_t floor;      /* the least version that may run */
	const struct wd_json *json;
};

struct wd_requirement {
	uint32_t role;
	uint32_t count; /* at least 1, at most the members of the role */
};

struct wd_environment {
	struct wr_text name;
	const struct wd_requirement *require;
	uint32_t require_len;
	uint64_t approval_days;
	uint32_t evidence; /* kinds that are enough: bits by wd_evidence_find */
	const struct wd_json *json;
};

/* `software tpm2 sev-snp tdx`: its place in that row, or WD_NONE. */
uint32_t wd_evidence_find(struct wr_text kind);

struct wd_limits {
	const struct wr_text *models; /* patterns: * stands for any characters */
	uint32_t models_len;
	uint64_t calls, tokens, time_ms, width;
	const struct wd_json *json;
};

/* What counts for nothing any more, wherever it is named. */
struct wd_revoked {
	bool is_key;             /* else a workflow's bytecode */
	struct wd_digest digest; /* of the key's SubjectPublicKeyInfo, or of the bytecode */
	struct wr_text reason;
};

struct wd_policy {
	struct wd_digest digest; /* SHA-256 of the bytes as they were */
	struct wr_text name;
	uint64_t version;        /* from 1 */
	struct wd_digest follows; /* of the version before; zero for the first */
	int64_t issued, expires; /* seconds since 1970; issued < expires */
	uint32_t owners_threshold;
	struct wd_role owners;   /* name is empty */
	const struct wd_person *persons;
	const struct wd_role *roles;
	const struct wd_label *labels; /* at most 64 */
	const struct wd_backend_rule *backends;
	const struct wd_workflow_rule *workflows;
	const struct wd_environment *environments;
	uint32_t persons_len, roles_len, labels_len, backends_len, workflows_len, environments_len;
	struct wd_limits limits;
	const struct wd_revoked *revoked;
	uint32_t revoked_len;
	struct wd_json_doc doc;
};

/*
 * Read a policy. Every member is known, there once, and right, or the whole
 * file is refused; what this version does not enforce is refused too, never ignored.
 *
 *   ret_error  written with all but WR_OK and WR_NOMEM: what, and where
 *
 * WR_OK, WR_MALFORMED, WR_REFUSED (code `not-supported`: right, but this version
 * cannot hold it), WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_policy_read(struct wd_policy *ret_policy,
    const struct wr_alloc *alloc, struct wr_text bytes, struct wd_json_error *ret_error);

void wd_policy_free(struct wd_policy *policy);

/* NULL, or WD_NONE, when there is none of that name. */
const struct wd_environment *wd_policy_environment(const struct wd_policy *policy,
    struct wr_text name);
const struct wd_backend_rule *wd_policy_backend(const struct wd_policy *policy,
    struct wr_text name);
const struct wd_workflow_rule *wd_policy_workflow(const struct wd_policy *policy,
    struct wr_text name);
uint32_t wd_policy_role(const struct wd_policy *policy, struct wr_text name);
uint32_t wd_policy_label(const struct wd_policy *policy, struct wr_text name);
uint32_t wd_policy_person(const struct wd_policy *policy, struct wr_text name);

/* Whose key this is, by the SHA-256 of its SubjectPublicKeyInfo. */
uint32_t wd_policy_person_of_key(const struct wd_policy *policy, const struct wd_digest *key);

/* The entry that revokes the key or the bytecode, or NULL. */
const struct wd_revoked *wd_policy_revoked(const struct wd_policy *policy, bool is_key,
    const struct wd_digest *digest);

bool wd_role_has(const struct wd_role *role, uint32_t person);

/* True when some pattern of limits.models fits the whole name. */
bool wd_policy_allows_model(const struct wd_policy *policy, struct wr_text model);

/* Does `pattern`, where * stands for any characters, fit all of `text`? Linear in the product. */
bool wd_glob(struct wr_text pattern, struct wr_text text);

#endif
