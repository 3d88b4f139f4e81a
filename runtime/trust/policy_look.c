/* Looking things up in a policy that was read. Decides nothing. */
#include "runtime/trust/policy.h"

#include <assert.h>

static const struct wd_protocol adaptors[] = {
#define ADAPTOR(name, kinds, class, meaning) { #name, kinds, WD_CLASS_##class },
#include "runtime/backend/adaptors.def"
#undef ADAPTOR
};

#define ADAPTORS_LEN (sizeof adaptors / sizeof *adaptors)

const struct wd_protocol *
wd_protocol_find(struct wr_text word)
{
	for (size_t i = 0; i < ADAPTORS_LEN; i++)
		if (wr_text_eq(wr_text_of(adaptors[i].word), word))
			return &adaptors[i];
	return NULL;
}

bool
wd_protocol_serves(const struct wd_protocol *adaptor, const char *kind)
{
	const char *word = adaptor->kinds;
	size_t size = strlen(kind);

	assert(size > 0);
	while (*word != '\0') {
		size_t len = strcspn(word, " ");

		if (len == size && memcmp(word, kind, size) == 0)
			return true;
		word += len + (word[len] == ' ');
	}
	return false;
}

bool
wd_kind_served(const char *kind)
{
	for (size_t i = 0; i < ADAPTORS_LEN; i++)
		if (wd_protocol_serves(&adaptors[i], kind))
			return true;
	return false;
}

const struct wd_environment *
wd_policy_environment(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->environments_len; i++)
		if (wr_text_eq(policy->environments[i].name, name))
			return &policy->environments[i];
	return NULL;
}

const struct wd_backend_rule *
wd_policy_backend(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->backends_len; i++)
		if (wr_text_eq(policy->backends[i].name, name))
			return &policy->backends[i];
	return NULL;
}

const struct wd_workflow_rule *
wd_policy_workflow(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->workflows_len; i++)
		if (wr_text_eq(policy->workflows[i].name, name))
			return &policy->workflows[i];
	return NULL;
}

uint32_t
wd_policy_role(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->roles_len; i++)
		if (wr_text_eq(policy->roles[i].name, name))
			return i;
	return WD_NONE;
}

uint32_t
wd_policy_label(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->labels_len; i++)
		if (wr_text_eq(policy->labels[i].name, name))
			return i;
	return WD_NONE;
}

uint32_t
wd_policy_person(const struct wd_policy *policy, struct wr_text name)
{
	for (uint32_t i = 0; i < policy->persons_len; i++)
		if (wr_text_eq(policy->persons[i].name, name))
			return i;
	return WD_NONE;
}

uint32_t
wd_policy_person_of_key(const struct wd_policy *policy, const struct wd_digest *key)
{
	for (uint32_t i = 0; i < policy->persons_len; i++)
		for (uint32_t k = 0; k < policy->persons[i].keys_len; k++)
			if (wd_digest_eq(&policy->persons[i].keys[k].digest, key))
				return i;
	return WD_NONE;
}

const struct wd_revoked *
wd_policy_revoked(const struct wd_policy *policy, bool is_key, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < policy->revoked_len; i++)
		if (policy->revoked[i].is_key == is_key &&
		    wd_digest_eq(&policy->revoked[i].digest, digest))
			return &policy->revoked[i];
	return NULL;
}

uint32_t
wd_evidence_find(struct wr_text kind)
{
	static const char *const kinds[] = { "software", "tpm2", "sev-snp", "tdx" };

	for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (wr_text_eq(kind, wr_text_of(kinds[i])))
			return i;
	return WD_NONE;
}

bool
wd_role_has(const struct wd_role *role, uint32_t person)
{
	for (uint32_t i = 0; i < role->members_len; i++)
		if (role->members[i] == person)
			return true;
	return false;
}

bool
wd_glob(struct wr_text pattern, struct wr_text text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.size) { /* each star is tried at most once a position of the text */
		if (p < pattern.size && pattern.at[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.size && pattern.at[p] == text.at[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.size && pattern.at[p] == '*')
		p++;
	return p == pattern.size;
}

bool
wd_policy_allows_model(const struct wd_policy *policy, struct wr_text model)
{
	for (uint32_t i = 0; i < policy->limits.models_len; i++)
		if (wd_glob(policy->limits.models[i], model))
			return true;
	return false;
}
