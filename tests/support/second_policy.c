/*
 * The policy for the second opinion: when a file is one, by the rules of runtime/README.md. Everything is
 * looked up by name, in the JSON as it stands. What a workflow owes it is second_fit.c's.
 */
#include "tests/support/second_policy.h"

#include <stdlib.h>
#include <string.h>

#define INT_MAX_ASKED ((1LL << 53) - 1)

json_t *
second_open(const json_t *v)
{
	return (json_t *)(uintptr_t)v;
}

/* ---- looking ------------------------------------------------------------------------------ */

const json_t *
second_member(const struct second_policy *p, const char *name)
{
	return json_object_get(p->top, name);
}

json_t *
second_entry(const struct second_policy *p, const char *name, struct wr_text of)
{
	char *key = calloc(1, of.size + 1);
	json_t *found;

	if (key == NULL)
		abort();
	if (of.size > 0)
		memcpy(key, of.at, of.size);
	found = strlen(key) == of.size ? json_object_get(second_member(p, name), key) : NULL;
	free(key);
	return found;
}

json_int_t
second_policy_int(const struct second_policy *p, const char *name)
{
	return json_integer_value(second_member(p, name));
}

json_int_t
second_threshold(const struct second_policy *p)
{
	return json_integer_value(json_object_get(second_member(p, "owners"), "threshold"));
}

json_int_t
second_floor(const struct second_policy *p, struct wr_text workflow)
{
	return json_integer_value(json_object_get(second_entry(p, "workflows", workflow), "floor"));
}

bool
second_lists(const json_t *list, struct wr_text text)
{
	json_t *one;
	size_t i;

	json_array_foreach (second_open(list), i, one)
		if (json_string_length(one) == text.size && memcmp(json_string_value(one), text.at, text.size) == 0)
			return true;
	return false;
}

bool
second_listed(const json_t *list, const char *text)
{
	return text != NULL && second_lists(list, (struct wr_text){ text, strlen(text) });
}

bool
second_is_owner(const struct second_policy *p, const char *person)
{
	return second_listed(json_object_get(second_member(p, "owners"), "persons"), person);
}

bool
second_has_role(const struct second_policy *p, const char *person, const char *role)
{
	return role != NULL && second_listed(json_object_get(second_member(p, "roles"), role), person);
}

bool
second_revoked(const struct second_policy *p, const char *of, const struct wd_digest *what)
{
	struct wd_digest digest;
	json_t *one;
	size_t i;

	json_array_foreach (second_open(second_member(p, "revoked")), i, one)
		if (second_digest(json_object_get(one, of), &digest) && second_same(&digest, what))
			return true;
	return false;
}

/* ---- is it a policy? ---------------------------------------------------------------------- */

static bool
name_good(const char *name)
{
	static const char all[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+-";

	return name != NULL && name[0] != '\0' && strlen(name) <= 64 && strspn(name, all) == strlen(name);
}

/* An object of at most `max` members, all with names; or a list of min to max texts, each once. */
static bool
names_good(const json_t *v, size_t max)
{
	json_t *one;
	const char *name;

	json_object_foreach (second_open(v), name, one)
		if (!name_good(name))
			return false;
	return json_is_object(v) && json_object_size(v) <= max;
}

/* A list of min to max texts, each once and each a member of `known`. */
static bool
set_good(const json_t *list, size_t min, size_t max, const json_t *known)
{
	json_t *one, *seen = json_object();
	bool good = json_is_array(list) && json_array_size(list) >= min && json_array_size(list) <= max;
	size_t i;

	json_array_foreach (second_open(list), i, one) {
		const char *text = json_string_value(one);

		good = good && text != NULL && json_object_get(known, text) != NULL && json_object_get(seen, text) == NULL;
		if (text != NULL)
			(void)json_object_set_new(seen, text, json_true());
	}
	json_decref(seen);
	return good;
}

static bool
persons_good(struct second_policy *p)
{
	const char *name;
	json_t *person, *key;
	size_t i;

	if (!names_good(second_member(p, "persons"), 256))
		return false;
	p->keys = calloc(256 * 16, sizeof *p->keys);
	if (p->keys == NULL)
		abort();
	json_object_foreach (second_open(second_member(p, "persons")), name, person) {
		json_t *keys = json_object_get(person, "keys");

		if (!second_members(person, "keys", "") || json_array_size(keys) < 1 || json_array_size(keys) > 16)
			return false;
		json_array_foreach (keys, i, key) {
			struct second_key *k = &p->keys[p->keys_len];

			if (!second_key_read(key, k))
				return false;
			k->person = name;
			for (size_t before = 0; before < p->keys_len; before++)
				if (second_same(&p->keys[before].digest, &k->digest)) {
					second_key_free(k);
					return false;
				}
			p->keys_len++;
		}
	}
	return true;
}

static bool
people_good(struct second_policy *p)
{
	const json_t *persons = second_member(p, "persons"), *owners = second_member(p, "owners");
	const char *name;
	json_t *one;

	if (!persons_good(p) || !second_members(owners, "threshold persons", "") ||
	    !set_good(json_object_get(owners, "persons"), 1, 256, persons) ||
	    !second_int(json_object_get(owners, "threshold"), 1,
		(json_int_t)json_array_size(json_object_get(owners, "persons"))) ||
	    !names_good(second_member(p, "roles"), 64) || !names_good(second_member(p, "labels"), 64))
		return false;
	json_object_foreach (second_open(second_member(p, "roles")), name, one)
		if (!set_good(one, 1, 256, persons))
			return false;
	json_object_foreach (second_open(second_member(p, "labels")), name, one) {
		const char *owner = json_string_value(json_object_get(one, "owner"));

		if (!second_members(one, "owner", "") || owner == NULL || json_object_get(second_member(p, "roles"), owner) == NULL)
			return false;
	}
	return true;
}

/* What this version has: its name, what it serves, its class. */
static const struct {
	const char *word, *kind, *class;
} protocols[] = {
	{ "extract", "llm", "embedded" },
	{ "openai", "llm", "provider-asserted" },
	{ "sqlite", "retrieve", "embedded" },
	{ "http", "http", "provider-asserted" },
};

#define PROTOCOLS (sizeof protocols / sizeof *protocols)

static size_t
protocol(const json_t *v)
{
	size_t i = 0;

	while (i < PROTOCOLS && !second_is(v, protocols[i].word))
		i++;
	return i;
}

bool
second_serves(const json_t *word, const char *kind)
{
	size_t is = protocol(word);

	return is < PROTOCOLS && strcmp(protocols[is].kind, kind) == 0;
}

static bool
backend_good(const struct second_policy *p, const json_t *b)
{
	const json_t *endpoint = json_object_get(b, "endpoint"), *pin = json_object_get(b, "pin");
	const json_t *evidence = json_object_get(b, "evidence"), *labels = second_member(p, "labels");
	const char *url = second_text(endpoint, 1, 1024);
	size_t is = protocol(json_object_get(b, "protocol"));
	bool embedded = is < PROTOCOLS && strcmp(protocols[is].class, "embedded") == 0, pinned = second_is(evidence, "pinned");
	struct wd_digest digest;

	if (!second_members(b, "protocol evidence accepts taints", "endpoint pin") || is == PROTOCOLS)
		return false;
	if (pinned ? embedded || !second_digest(pin, &digest) : pin != NULL || !second_is(evidence, protocols[is].class))
		return false;
	if (endpoint == NULL ? !embedded : url == NULL)
		return false;
	for (size_t i = 0; url != NULL && url[i] != '\0'; i++)
		if (url[i] <= ' ' || url[i] > '~')
			return false;
	if (!embedded && !(strncmp(url, "https://", 8) == 0 && url[8] != '\0') &&
	    !(!pinned && strncmp(url, "http://", 7) == 0 && url[7] != '\0'))
		return false;
	return set_good(json_object_get(b, "accepts"), 0, 64, labels) && set_good(json_object_get(b, "taints"), 0, 64, labels);
}

static bool
workflow_good(const struct second_policy *p, const json_t *w)
{
	const json_t *inputs = json_object_get(w, "inputs"), *floor = json_object_get(w, "floor");
	const char *path;
	json_t *labels;

	if (!second_members(w, "", "inputs floor") || (floor != NULL && !second_int(floor, 0, INT_MAX_ASKED)) ||
	    (inputs != NULL && (!json_is_object(inputs) || json_object_size(inputs) > 256)))
		return false;
	json_object_foreach (second_open(inputs), path, labels)
		if (path[0] == '\0' || strlen(path) > 1024 || !set_good(labels, 0, 64, second_member(p, "labels")))
			return false;
	return true;
}

uint64_t
second_duration(const json_t *v)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	const char *text = second_text(v, 1, 16);
	size_t digits = text == NULL ? 0 : strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[0] == '0')
		return 0;
	for (size_t i = 0; i < 5; i++)
		if (strcmp(text + digits, units[i].unit) == 0)
			return strtoull(text, NULL, 10) * units[i].ms;
	return 0;
}

static bool
limits_good(const json_t *l)
{
	const json_t *models = json_object_get(l, "models");
	json_t *one;
	size_t i;

	json_array_foreach (second_open(models), i, one)
		if (second_text(one, 1, 256) == NULL)
			return false;
	return second_members(l, "models calls tokens time width", "") && json_is_array(models) &&
	    json_array_size(models) <= 64 && second_int(json_object_get(l, "calls"), 0, 1000000000000) &&
	    second_int(json_object_get(l, "tokens"), 0, 1000000000000) &&
	    second_int(json_object_get(l, "width"), 1, 65535) && second_duration(json_object_get(l, "time")) > 0;
}

static bool
environment_good(const struct second_policy *p, const char *name, const json_t *e)
{
	const json_t *require = json_object_get(e, "require"), *evidence = json_object_get(e, "evidence");
	json_t *count, *kinds = json_pack("{s:b,s:b,s:b}", "tpm2", 1, "sev-snp", 1, "tdx", 1);
	bool production = strcmp(name, "production") == 0, good = production || strcmp(name, "development") == 0;
	const char *role;

	if (!production)
		(void)json_object_set_new(kinds, "software", json_true());
	good = good && second_members(e, "require approval_days evidence", "") && json_is_object(require) &&
	    json_object_size(require) > 0 && json_object_size(require) <= 64 &&
	    second_int(json_object_get(e, "approval_days"), 1, 3660) && set_good(evidence, 1, 8, kinds);
	json_decref(kinds);
	json_object_foreach (second_open(require), role, count) {
		const json_t *members = json_object_get(second_member(p, "roles"), role);

		good = good && members != NULL && second_int(count, 1, (json_int_t)json_array_size(members));
	}
	return good;
}

static bool
revoked_good(const json_t *list)
{
	json_t *one, *seen = json_object();
	bool good = json_is_array(list) && json_array_size(list) <= 4096;
	size_t i;

	json_array_foreach (second_open(list), i, one) {
		const char *of = json_object_get(one, "key") != NULL ? "key" : "workflow";
		struct wd_digest digest;
		char both[128];

		good = good && second_members(one, of, "reason") && second_digest(json_object_get(one, of), &digest) &&
		    second_text(json_object_get(one, "reason"), 1, 1024) != NULL;
		if (!good)
			break;
		(void)snprintf(both, sizeof both, "%s %s", of, json_string_value(json_object_get(one, of)));
		good = json_object_get(seen, both) == NULL;
		(void)json_object_set_new(seen, both, json_true());
	}
	json_decref(seen);
	return good;
}

static bool
head_good(const struct second_policy *p)
{
	int64_t issued, expires;
	struct wd_digest digest;
	bool first = second_policy_int(p, "version") == 1;

	return second_members(p->top,
		   "type name version issued expires follows owners persons roles labels backends workflows limits "
		   "environments reference_values revoked", "") &&
	    second_is(second_member(p, "type"), "writ-policy/1") && name_good(json_string_value(second_member(p, "name"))) &&
	    second_int(second_member(p, "version"), 1, INT_MAX_ASKED) && second_date(second_member(p, "issued"), &issued) &&
	    second_date(second_member(p, "expires"), &expires) && issued < expires &&
	    (first ? json_is_null(second_member(p, "follows")) : second_digest(second_member(p, "follows"), &digest)) &&
	    json_is_object(second_member(p, "reference_values")) && json_object_size(second_member(p, "reference_values")) == 0;
}

static bool
rest_good(const struct second_policy *p)
{
	const char *name;
	json_t *one;

	if (!names_good(second_member(p, "backends"), 256) || !names_good(second_member(p, "workflows"), 1024) ||
	    !names_good(second_member(p, "environments"), 8) || !limits_good(second_member(p, "limits")) ||
	    !revoked_good(second_member(p, "revoked")))
		return false;
	json_object_foreach (second_open(second_member(p, "backends")), name, one)
		if (!backend_good(p, one))
			return false;
	json_object_foreach (second_open(second_member(p, "workflows")), name, one)
		if (!workflow_good(p, one))
			return false;
	json_object_foreach (second_open(second_member(p, "environments")), name, one)
		if (!environment_good(p, name, one))
			return false;
	return true;
}

bool
second_policy_read(struct wr_text bytes, struct second_policy *ret)
{
	struct second_policy p = { .top = second_json(bytes.at, bytes.size, 1 << 20) };

	p.digest = second_hash(bytes.at, bytes.size);
	if (p.top == NULL || !head_good(&p) || !people_good(&p) || !rest_good(&p)) {
		second_policy_free(&p);
		return false;
	}
	*ret = p;
	return true;
}

void
second_policy_free(struct second_policy *p)
{
	for (size_t i = 0; i < p->keys_len; i++)
		second_key_free(&p->keys[i]);
	free(p->keys);
	json_decref(p->top);
}

/* ---- bindings ----------------------------------------------------------------------------- */

static bool
plain(const json_t *v)
{
	const char *text = second_text(v, 1, 1024);

	for (size_t i = 0; text != NULL && text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return text != NULL;
}

bool
second_bindings_good(struct wr_text bytes)
{
	json_t *top = second_json(bytes.at, bytes.size, 1 << 20), *backends = json_object_get(top, "backends"), *b;
	const json_t *environment = json_object_get(top, "environment");
	bool development = second_is(environment, "development");
	bool good = second_members(top, "type environment backends", "") && json_is_object(backends) &&
	    second_is(json_object_get(top, "type"), "writ-bindings/1") && json_object_size(backends) <= 256 &&
	    (development || second_is(environment, "production"));
	const char *name;

	json_object_foreach (backends, name, b) {
		const json_t *adaptor = json_object_get(b, "adaptor"), *address = json_object_get(b, "address");
		const json_t *secret = json_object_get(b, "credential"), *proxy = json_object_get(b, "proxy");
		const char *s = secret != NULL && plain(secret) ? json_string_value(secret) : "";

		good = good && second_members(b, "", "adaptor address credential proxy") &&
		    (development || (adaptor == NULL && address == NULL)) &&
		    (adaptor == NULL || protocol(adaptor) < PROTOCOLS) && (address == NULL || plain(address)) &&
		    (proxy == NULL || plain(proxy)) &&
		    (secret == NULL || (strncmp(s, "env:", 4) == 0 && s[4] != '\0' && strchr(s, '=') == NULL) ||
			(strncmp(s, "file:", 5) == 0 && s[5] != '\0'));
	}
	json_decref(top);
	return good;
}

