/*
 * Reading a policy, strictly. It decides whether a file is a whole and
 * consistent policy that this version can enforce; it never decides whether a
 * workflow fits it.
 */
#include "runtime/trust/policy.h"
#include "runtime/trust/date.h"
#include "runtime/trust/fields.h"
#include "vm/base/limits.h"

#include <assert.h>

#define PERSONS_MAX 256 /* people, not machines */
#define KEYS_MAX 16     /* of one person */
#define ROLES_MAX 64
#define BACKENDS_MAX 256
#define WORKFLOWS_MAX 1024
#define INPUTS_MAX 256 /* paths of one workflow */
#define MODELS_MAX 64
#define REVOKED_MAX 4096
#define COUNT_MAX 1000000000000 /* calls, tokens */

struct reader {
	struct wd_policy *policy;
	struct wr_arena *arena;
	bool short_of_memory;
	bool not_supported;
};

static bool
not_supported(struct reader *r, struct wd_json_at at, const char *text)
{
	if (at.error->text == NULL)
		r->not_supported = true;
	return wd_json_at_fail(at, text);
}

/* Room for an object's members or an array's items; never NULL for none of them. */
static void *
room(struct reader *r, struct wd_json_at at, size_t size)
{
	void *block = wr_arena_array(r->arena, wd_json_len(at.value), size);

	if (block == NULL) {
		r->short_of_memory = true;
		(void)wd_json_at_fail(at, "is too large");
	}
	return block;
}

/* The name of `at`: a word that reads the same to everyone who signs it. */
static bool
read_name(struct wd_json_at at, struct wr_text name, struct wr_text *ret)
{
	if (name.size == 0 || name.size > WR_NAME_MAX)
		return wd_json_at_fail(at, "its name is empty or too long");
	for (size_t i = 0; i < name.size; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			strchr("._@+-", c) != NULL) ||
		    c == '\0')
			return wd_json_at_fail(
			    at, "its name has a character that names do not have");
	}
	*ret = name;
	return true;
}

/* ---- persons, roles, labels ------------------------------------------------------- */

static bool
read_key(struct reader *r, struct wd_json_at at, struct wd_key *ret)
{
	struct wd_json_at type = wd_json_at(&at, "type"), public = wd_json_at(&at, "public");
	struct wd_json_at verification = wd_json_at(&at, "verification");
	struct wr_text word, text;
	const char *why = NULL;

	if (!wd_json_at_members(at, "type public ?verification") ||
	    !wd_json_at_text(type, 32, &word) ||
	    !wd_json_at_text(public, WD_KEY_TEXT_MAX, &text))
		return false;
	if (!wr_text_eq(word, WR_TEXT("ed25519")) && !wr_text_eq(word, WR_TEXT("p256")) &&
	    !wr_text_eq(word, WR_TEXT("ssh")))
		return wd_json_at_fail(type, "is not a type of key: ed25519, p256 or ssh");
	switch (wd_key_read(word, text, r->arena, ret, &why)) {
	case WR_OK:
		break;
	case WR_NOMEM:
		r->short_of_memory = true;
		return wd_json_at_fail(public, "is too large");
	default:
		return wd_json_at_fail(public, why);
	}
	if (verification.value == NULL)
		return true;
	if (ret->application.size == 0)
		return wd_json_at_fail(verification, "is for security keys alone (sk-ssh-…)");
	return wd_json_at_bool(verification, &ret->verification);
}

static bool
read_persons(struct reader *r, struct wd_json_at at)
{
	struct wd_policy *p = r->policy;
	struct wd_person *persons;

	if (!wd_json_at_object(at, PERSONS_MAX) || (persons = room(r, at, sizeof *persons)) == NULL)
		return false;
	p->persons = persons;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at person = wd_json_at_item(&at, i),
				  keys = wd_json_at(&person, "keys");
		struct wd_key *read;

		if (!wd_json_at_members(person, "keys") ||
		    !read_name(person, person.name, &persons[i].name) ||
		    !wd_json_at_array(keys, 1, KEYS_MAX) ||
		    (read = room(r, keys, sizeof *read)) == NULL)
			return false;
		persons[i].keys = read;
		p->persons_len = (uint32_t)i + 1;
		for (size_t k = 0; k < wd_json_len(keys.value); k++) {
			struct wd_json_at key = wd_json_at_item(&keys, k);

			if (!read_key(r, key, &read[k]))
				return false;
			/* compared as bytes of the key, whatever text it came in */
			if (wd_policy_person_of_key(p, &read[k].digest) != WD_NONE)
				return wd_json_at_fail(wd_json_at(&key, "public"),
				    "is listed twice; a key belongs to one person");
			persons[i].keys_len = (uint32_t)k + 1;
		}
	}
	return true;
}

/* A list of persons, each once. */
static bool
read_members(struct reader *r, struct wd_json_at at, struct wd_role *ret)
{
	uint32_t *members;

	if (!wd_json_at_array(at, 1, PERSONS_MAX) ||
	    (members = room(r, at, sizeof *members)) == NULL)
		return false;
	ret->members = members;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at member = wd_json_at_item(&at, i);
		struct wr_text name;

		if (!wd_json_at_text(member, WR_NAME_MAX, &name))
			return false;
		members[i] = wd_policy_person(r->policy, name);
		if (members[i] == WD_NONE)
			return wd_json_at_fail(member, "is not one of the persons");
		if (wd_role_has(ret, members[i]))
			return wd_json_at_fail(member, "is listed twice");
		ret->members_len = (uint32_t)i + 1;
	}
	return true;
}

static bool
read_owners(struct reader *r, struct wd_json_at at)
{
	int64_t threshold;

	if (!wd_json_at_members(at, "threshold persons") ||
	    !read_members(r, wd_json_at(&at, "persons"), &r->policy->owners) ||
	    !wd_json_at_int(
		wd_json_at(&at, "threshold"), 1, r->policy->owners.members_len, &threshold))
		return false;
	r->policy->owners_threshold = (uint32_t)threshold;
	return true;
}

static bool
read_roles(struct reader *r, struct wd_json_at at)
{
	struct wd_role *roles;

	if (!wd_json_at_object(at, ROLES_MAX) || (roles = room(r, at, sizeof *roles)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at role = wd_json_at_item(&at, i);

		if (!read_name(role, role.name, &roles[i].name) ||
		    !read_members(r, role, &roles[i]))
			return false;
	}
	r->policy->roles = roles;
	r->policy->roles_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_labels(struct reader *r, struct wd_json_at at)
{
	struct wd_label *labels;

	if (!wd_json_at_object(at, WR_LABELS_MAX) || (labels = room(r, at, sizeof *labels)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at label = wd_json_at_item(&at, i),
				  owner = wd_json_at(&label, "owner");
		struct wr_text role;

		if (!wd_json_at_members(label, "owner") ||
		    !read_name(label, label.name, &labels[i].name) ||
		    !wd_json_at_text(owner, WR_NAME_MAX, &role))
			return false;
		labels[i].owner = wd_policy_role(r->policy, role);
		if (labels[i].owner == WD_NONE)
			return wd_json_at_fail(owner, "is not one of the roles");
	}
	r->policy->labels = labels;
	r->policy->labels_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_label_set(struct reader *r, struct wd_json_at at, uint64_t *ret)
{
	uint64_t set = 0;

	if (!wd_json_at_array(at, 0, WR_LABELS_MAX))
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at item = wd_json_at_item(&at, i);
		struct wr_text name;
		uint32_t label;

		if (!wd_json_at_text(item, WR_NAME_MAX, &name))
			return false;
		label = wd_policy_label(r->policy, name);
		if (label == WD_NONE)
			return wd_json_at_fail(item, "is not one of the labels");
		if ((set >> label & 1) != 0)
			return wd_json_at_fail(item, "is listed twice");
		set |= (uint64_t)1 << label;
	}
	*ret = set;
	return true;
}

/* ---- backends, workflows, limits, environments ------------------------------------ */

/* Printable ASCII without spaces: what a URL or a path may show a reviewer. */
static bool
read_endpoint(struct wd_json_at at, const struct wd_protocol *protocol, struct wr_text *ret)
{
	static const char http[] = "http://", https[] = "https://";

	if (at.value == NULL && protocol->class == WD_CLASS_EMBEDDED)
		return at.error->text == NULL;
	if (!wd_json_at_text(at, 1024, ret))
		return false;
	for (size_t i = 0; i < ret->size; i++)
		if (ret->at[i] <= ' ' || ret->at[i] > '~')
			return wd_json_at_fail(at, "has a space or a character outside ASCII");
	if (protocol->class == WD_CLASS_EMBEDDED ||
	    (ret->size >= sizeof http && memcmp(ret->at, http, sizeof http - 1) == 0) ||
	    (ret->size >= sizeof https && memcmp(ret->at, https, sizeof https - 1) == 0))
		return true;
	return wd_json_at_fail(at, "must begin with http:// or https://");
}

static bool
read_protocol(struct reader *r, struct wd_json_at at, const struct wd_protocol **ret)
{
	static const char *const later[] = { "anthropic", "pgvector", "mcp", "native", "inbox" };
	struct wr_text word;

	if (!wd_json_at_text(at, WR_NAME_MAX, &word))
		return false;
	*ret = wd_protocol_find(word);
	if (*ret != NULL)
		return true;
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (wr_text_eq(word, wr_text_of(later[i])))
			return not_supported(
			    r, at, "this protocol is not supported by this version");
	return wd_json_at_fail(at, "is not a protocol");
}

/* What the protocol has, or `pinned` and the SHA-256 of the server's public key. */
static bool
read_class(struct wd_json_at at, struct wd_json_at pin, struct wr_text word, struct wd_backend_rule *b)
{
	bool pinned = wr_text_eq(word, WR_TEXT("pinned"));

	b->class = pinned ? WD_CLASS_PINNED : b->protocol->class;
	if (!pinned && !wr_text_eq(word, WR_TEXT("embedded")) &&
	    !wr_text_eq(word, WR_TEXT("provider-asserted")))
		return wd_json_at_fail(at, "is not a class of evidence");
	if (!wr_text_eq(word, wr_text_of(wd_class_word(b->class))) ||
	    (pinned && b->protocol->class == WD_CLASS_EMBEDDED))
		return wd_json_at_fail(at, "is not the class that this protocol has");
	if (!pinned)
		return pin.value == NULL || wd_json_at_fail(pin, "is for the class `pinned` alone");
	return wd_json_at_digest(pin, &b->pin);
}

static bool
read_backend(struct reader *r, struct wd_json_at at, struct wd_backend_rule *b)
{
	struct wd_json_at evidence = wd_json_at(&at, "evidence"), pin = wd_json_at(&at, "pin");
	struct wr_text word;

	b->json = at.value;
	if (!wd_json_at_members(at, "protocol ?endpoint ?pin evidence accepts taints") ||
	    !read_name(at, at.name, &b->name) ||
	    !read_protocol(r, wd_json_at(&at, "protocol"), &b->protocol) ||
	    !wd_json_at_text(evidence, 32, &word))
		return false;
	if (wr_text_eq(word, WR_TEXT("attested")))
		return not_supported(
		    r, evidence, "this class of evidence is not supported by this version");
	if (!read_class(evidence, pin, word, b))
		return false;
	if (!read_endpoint(wd_json_at(&at, "endpoint"), b->protocol, &b->endpoint))
		return false;
	if (b->class == WD_CLASS_PINNED && memcmp(b->endpoint.at, "https", 5) != 0)
		return wd_json_at_fail(
		    wd_json_at(&at, "endpoint"), "must begin with https://, for its key is pinned");
	return read_label_set(r, wd_json_at(&at, "accepts"), &b->accepts) &&
	       read_label_set(r, wd_json_at(&at, "taints"), &b->taints);
}

static bool
read_backends(struct reader *r, struct wd_json_at at)
{
	struct wd_backend_rule *backends;

	if (!wd_json_at_object(at, BACKENDS_MAX) ||
	    (backends = room(r, at, sizeof *backends)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++)
		if (!read_backend(r, wd_json_at_item(&at, i), &backends[i]))
			return false;
	r->policy->backends = backends;
	r->policy->backends_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_workflow(struct reader *r, struct wd_json_at at, struct wd_workflow_rule *w)
{
	struct wd_json_at inputs = wd_json_at(&at, "inputs"), floor = wd_json_at(&at, "floor");
	struct wd_input_rule *read;
	int64_t n = 0;

	w->json = at.value;
	if (!wd_json_at_members(at, "?inputs ?floor") || !read_name(at, at.name, &w->name) ||
	    (floor.value != NULL && !wd_json_at_int(floor, 0, WR_INT_DEFAULT, &n)))
		return false;
	w->floor = (uint64_t)n;
	if (inputs.value == NULL)
		return true;
	if (!wd_json_at_object(inputs, INPUTS_MAX) ||
	    (read = room(r, inputs, sizeof *read)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(inputs.value); i++) {
		struct wd_json_at input = wd_json_at_item(&inputs, i);

		read[i].path = input.name;
		if (input.name.size == 0 || input.name.size > 1024)
			return wd_json_at_fail(input, "its path is empty or too long");
		if (!read_label_set(r, input, &read[i].labels))
			return false;
	}
	w->inputs = read;
	w->inputs_len = (uint32_t)wd_json_len(inputs.value);
	return true;
}

static bool
read_workflows(struct reader *r, struct wd_json_at at)
{
	struct wd_workflow_rule *workflows;

	if (!wd_json_at_object(at, WORKFLOWS_MAX) ||
	    (workflows = room(r, at, sizeof *workflows)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++)
		if (!read_workflow(r, wd_json_at_item(&at, i), &workflows[i]))
			return false;
	r->policy->workflows = workflows;
	r->policy->workflows_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_limits(struct reader *r, struct wd_json_at at)
{
	struct wd_limits *l = &r->policy->limits;
	struct wd_json_at models = wd_json_at(&at, "models"), time = wd_json_at(&at, "time");
	int64_t calls, tokens, width;
	struct wr_text *read, duration;

	l->json = at.value;
	if (!wd_json_at_members(at, "models calls tokens time width") ||
	    !wd_json_at_array(models, 0, MODELS_MAX) ||
	    (read = room(r, models, sizeof *read)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(models.value); i++)
		if (!wd_json_at_text(wd_json_at_item(&models, i), 256, &read[i]))
			return false;
	l->models = read;
	l->models_len = (uint32_t)wd_json_len(models.value);
	if (!wd_json_at_int(wd_json_at(&at, "calls"), 0, COUNT_MAX, &calls) ||
	    !wd_json_at_int(wd_json_at(&at, "tokens"), 0, COUNT_MAX, &tokens) ||
	    !wd_json_at_int(wd_json_at(&at, "width"), 1, WR_LIST_MAX, &width) ||
	    !wd_json_at_text(time, 16, &duration))
		return false;
	l->calls = (uint64_t)calls;
	l->tokens = (uint64_t)tokens;
	l->width = (uint64_t)width;
	return wd_duration_read(duration, &l->time_ms) ||
	       wd_json_at_fail(time, "must be a duration such as 60s, 5m, 72h or 30d");
}

static bool
read_require(struct reader *r, struct wd_json_at at, struct wd_environment *e)
{
	struct wd_requirement *require;

	if (!wd_json_at_object(at, ROLES_MAX) || (require = room(r, at, sizeof *require)) == NULL)
		return false;
	if (wd_json_len(at.value) == 0)
		return wd_json_at_fail(at, "must not be empty: somebody has to review");
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at item = wd_json_at_item(&at, i);
		int64_t count;

		require[i].role = wd_policy_role(r->policy, item.name);
		if (require[i].role == WD_NONE)
			return wd_json_at_fail(item, "is not one of the roles");
		if (!wd_json_at_int(item, 1, r->policy->roles[require[i].role].members_len, &count))
			return false;
		require[i].count = (uint32_t)count;
	}
	e->require = require;
	e->require_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_evidence(struct wd_json_at at, struct wd_environment *e)
{
	bool production = wr_text_eq(e->name, WR_TEXT("production"));
	struct wr_text word;

	if (!wd_json_at_array(at, 1, 8))
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at item = wd_json_at_item(&at, i);
		uint32_t kind;

		if (!wd_json_at_text(item, 32, &word))
			return false;
		kind = wd_evidence_find(word);
		if (kind == WD_NONE)
			return wd_json_at_fail(item, "is not a kind of evidence");
		if (production && wr_text_eq(word, WR_TEXT("software")))
			return wd_json_at_fail(
			    item, "software attests nothing; production may not list it");
		if ((e->evidence >> kind & 1) != 0)
			return wd_json_at_fail(item, "is listed twice");
		e->evidence |= 1u << kind;
	}
	return true;
}

static bool
read_environment(struct reader *r, struct wd_json_at at, struct wd_environment *e)
{
	struct wd_json_at age = wd_json_at(&at, "record_max_age");
	bool production = wr_text_eq(at.name, WR_TEXT("production"));
	int64_t days;

	e->name = at.name;
	e->json = at.value;
	if (!production && !wr_text_eq(at.name, WR_TEXT("development")))
		return wd_json_at_fail(
		    at, "is not an environment: there are production and development");
	if (!wd_json_at_members(at, "require approval_days evidence ?record_max_age") ||
	    !read_require(r, wd_json_at(&at, "require"), e) ||
	    !wd_json_at_int(wd_json_at(&at, "approval_days"), 1, 3660, &days) ||
	    !read_evidence(wd_json_at(&at, "evidence"), e))
		return false;
	e->approval_days = (uint64_t)days;
	if (age.value != NULL)
		return not_supported(r, age, "needs the log, which this version does not have");
	return true;
}

static bool
read_environments(struct reader *r, struct wd_json_at at)
{
	struct wd_environment *environments;

	if (!wd_json_at_object(at, 8) || (environments = room(r, at, sizeof *environments)) == NULL)
		return false;
	for (size_t i = 0; i < wd_json_len(at.value); i++)
		if (!read_environment(r, wd_json_at_item(&at, i), &environments[i]))
			return false;
	r->policy->environments = environments;
	r->policy->environments_len = (uint32_t)wd_json_len(at.value);
	return true;
}

/* ---- the whole -------------------------------------------------------------------- */

static bool
read_head(struct reader *r, struct wd_json_at top)
{
	struct wd_json_at follows = wd_json_at(&top, "follows"),
			  expires = wd_json_at(&top, "expires");
	struct wd_json_at version = wd_json_at(&top, "version"), name = wd_json_at(&top, "name");
	struct wd_policy *p = r->policy;
	struct wr_text text;
	bool later = false;
	int64_t n;

	if (!wd_json_at_members(top,
		"type name version issued expires follows owners persons roles labels "
		"backends workflows limits environments reference_values revoked") ||
	    !wd_json_at_exactly(wd_json_at(&top, "type"), "writ-policy/1") ||
	    !wd_json_at_text(name, WR_NAME_MAX, &text) || !read_name(name, text, &p->name) ||
	    !wd_json_at_int(version, 1, WR_INT_DEFAULT, &n) ||
	    !wd_json_at_date(wd_json_at(&top, "issued"), &p->issued) ||
	    !wd_json_at_date(expires, &p->expires))
		return false;
	p->version = (uint64_t)n;
	if (p->expires <= p->issued)
		return wd_json_at_fail(expires, "is not after `issued`");
	if (!wd_json_at_digest_or_null(follows, &later, &p->follows))
		return false;
	if (later != (p->version > 1))
		return wd_json_at_fail(follows,
		    later ? "must be null: the first version follows nothing"
			  : "must be the SHA-256 of the version before");
	return true;
}

/* `{ "key": "sha256:…", "reason": "stolen" }` or `{ "workflow": … }` */
static bool
read_revoked(struct reader *r, struct wd_json_at at)
{
	struct wd_revoked *revoked;

	if (!wd_json_at_array(at, 0, REVOKED_MAX) ||
	    (revoked = room(r, at, sizeof *revoked)) == NULL)
		return false;
	r->policy->revoked = revoked;
	for (size_t i = 0; i < wd_json_len(at.value); i++) {
		struct wd_json_at item = wd_json_at_item(&at, i), key = wd_json_at(&item, "key");
		struct wd_json_at workflow = wd_json_at(&item, "workflow");
		struct wd_digest digest;
		struct wr_text reason;

		if (!wd_json_at_members(item, key.value != NULL ? "key reason ?last_log_index" : "workflow reason") ||
		    !wd_json_at_digest(key.value != NULL ? key : workflow, &digest) ||
		    !wd_json_at_text(wd_json_at(&item, "reason"), 1024, &reason))
			return false;
		if (key.value != NULL && wd_json_get(item.value, "last_log_index") != NULL)
			return not_supported(r, wd_json_at(&item, "last_log_index"),
			    "needs the log, which this version does not have");
		if (wd_policy_revoked(r->policy, key.value != NULL, &digest) != NULL)
			return wd_json_at_fail(item, "is listed twice");
		revoked[i] = (struct wd_revoked){ key.value != NULL, digest, reason };
		r->policy->revoked_len = (uint32_t)i + 1;
	}
	return true;
}

static bool
read_later_members(struct reader *r, struct wd_json_at top)
{
	struct wd_json_at values = wd_json_at(&top, "reference_values"),
			  revoked = wd_json_at(&top, "revoked");

	if (!wd_json_at_object(values, WR_LIST_MAX))
		return false;
	if (wd_json_len(values.value) > 0)
		return not_supported(
		    r, values, "reference values are not supported by this version");
	return read_revoked(r, revoked);
}

enum wr_status
wd_policy_read(struct wd_policy *ret_policy, const struct wr_alloc *alloc, struct wr_text bytes,
    struct wd_json_error *ret_error)
{
	struct wd_policy *p = ret_policy;
	struct reader r = { .policy = p, .arena = &p->doc.arena };
	enum wr_status status;
	struct wd_json_at top;

	memset(p, 0, sizeof *p);
	status = wd_json_parse(&p->doc, alloc, bytes, WD_POLICY_MAX, ret_error);
	if (status != WR_OK)
		return status;
	p->digest = wd_sha256(bytes);
	top = wd_json_at_root(p->doc.root, ret_error);
	if (read_head(&r, top) && read_persons(&r, wd_json_at(&top, "persons")) &&
	    read_owners(&r, wd_json_at(&top, "owners")) &&
	    read_roles(&r, wd_json_at(&top, "roles")) &&
	    read_labels(&r, wd_json_at(&top, "labels")) &&
	    read_backends(&r, wd_json_at(&top, "backends")) &&
	    read_workflows(&r, wd_json_at(&top, "workflows")) &&
	    read_limits(&r, wd_json_at(&top, "limits")) &&
	    read_environments(&r, wd_json_at(&top, "environments")) && read_later_members(&r, top))
		return WR_OK;
	assert(ret_error->text != NULL);
	status = r.short_of_memory ? (p->doc.arena.over ? WR_LIMIT : WR_NOMEM)
		 : r.not_supported ? WR_REFUSED
				   : WR_MALFORMED;
	wd_policy_free(p);
	return status;
}

void
wd_policy_free(struct wd_policy *policy)
{
	wd_json_free(&policy->doc);
}
