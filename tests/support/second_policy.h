#ifndef TESTS_SUPPORT_SECOND_POLICY_H
#define TESTS_SUPPORT_SECOND_POLICY_H

#include "runtime/trust/gate.h"
#include "tests/support/second_bytes.h"

/* A policy for the second opinion (second.h): its JSON as it stands, its rules checked, its keys read. */
struct second_policy {
	json_t *top;
	struct wd_digest digest;
	struct second_key *keys; /* of all persons */
	size_t keys_len;
};

/* False: it is none, by some rule of runtime/README.md. Free after true. */
bool second_policy_read(struct wr_text bytes, struct second_policy *ret);
void second_policy_free(struct second_policy *p);
bool second_bindings_good(struct wr_text bytes);

/* Without const, as jansson's loops want it. */
json_t *second_open(const json_t *v);

const json_t *second_member(const struct second_policy *p, const char *name);
bool second_serves(const json_t *protocol, const char *kind);
uint64_t second_duration(const json_t *v); /* milliseconds of `72h`; 0: it is none */

/* The entry of `backends`, `environments`, … with that name, or NULL. */
json_t *second_entry(const struct second_policy *p, const char *member, struct wr_text name);
json_int_t second_policy_int(const struct second_policy *p, const char *member);
json_int_t second_threshold(const struct second_policy *p); /* of owners */
json_int_t second_floor(const struct second_policy *p, struct wr_text workflow);

bool second_listed(const json_t *list, const char *text);
bool second_lists(const json_t *list, struct wr_text text);
bool second_is_owner(const struct second_policy *p, const char *person);
bool second_has_role(const struct second_policy *p, const char *person, const char *role);

/* Does the policy revoke the `key` or the `workflow`? */
bool second_revoked(const struct second_policy *p, const char *of, const struct wd_digest *what);

/* How many persons of the role must approve; 0: it is not asked. */
json_int_t second_party(const struct second_policy *p, const json_t *environment,
    const struct wd_subject *subject, const char *role);

/* Has `now` lost a label of this role's in a place where `was` had it? */
bool second_lost(const struct second_policy *p, const struct wr_summary *was, const struct wr_losses *losses,
    const struct wr_summary *now, const char *role);

/* What the policy says of this workflow, hashed. */
struct wd_digest second_scope(const struct second_policy *p, const struct wr_summary *s,
    struct wr_text environment);

/* The conditions of bytecode and bindings against the policy that do not hold: bits of enum wd_code. */
uint64_t second_against_policy(const struct second_policy *p, const struct wd_gate_input *in,
    struct wr_text bindings);

#endif
