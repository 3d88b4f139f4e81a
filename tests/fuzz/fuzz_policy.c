/* Any bytes as a policy, as bindings, as claims and as evidence: refused or read, never worse. */
#include "runtime/sysalloc.h"
#include "runtime/trust/bindings.h"
#include "runtime/trust/evidence.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(
	    size == 0 ? 1 : size); /* of exactly this size, so that one byte too far is seen */
	struct wr_text bytes = { copy, size };
	struct wd_policy policy;
	struct wd_bindings bindings;
	struct wd_evidence evidence;
	struct wd_claims claims;
	struct wd_json_error error = { 0 };
	struct wr_arena arena;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	if (wd_policy_read(&policy, wd_alloc(), bytes, &error) == WR_OK) {
		check(policy.owners_threshold >= 1 &&
		      policy.owners_threshold <= policy.owners.members_len);
		for (uint32_t i = 0; i < policy.persons_len; i++)
			check(wd_policy_person_of_key(&policy, &policy.persons[i].keys[0].digest) == i);
		wd_policy_free(&policy);
	} else {
		check(error.text != NULL);
	}
	if (wd_bindings_read(&bindings, wd_alloc(), bytes, &error) == WR_OK)
		wd_bindings_free(&bindings);
	if (wd_evidence_read(bytes, wd_alloc(), &evidence, &error) == WR_OK)
		wd_evidence_free(&evidence);
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	(void)!wd_claims_read(bytes, &arena, &claims);
	wr_arena_free(&arena);
	free(copy);
	return 0;
}
