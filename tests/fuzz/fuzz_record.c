/*
 * Any bytes as a record, as a signed payload, as a receipt and as a saved answer:
 * refused or read, never worse; and never counted by the gate.
 */
#include "runtime/sysalloc.h"
#include "runtime/trust/verify.h"
#include "tests/support/trust_fixture.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Signed by ana: so the fuzzer gets behind the signature. */
static void
try_signed(const struct wd_policy *policy, struct wr_text payload)
{
	struct wr_text bytes = fixture_envelope(WD_RECORD_TYPE, payload, "ana");
	struct wd_record record;
	struct wd_record_problem problem = { 0 };

	if (wd_record_open(policy, bytes, wd_alloc(), &record, &problem) == WR_OK) {
		check(record.signer == wd_policy_person(policy, WR_TEXT("ana")));
		wd_record_free(&record);
	} else {
		check(problem.why != NULL);
	}
	free((void *)(uintptr_t)bytes.at);
}

static void
try_gate(const struct wd_chain *chain, struct wr_text record)
{
	struct wr_summary summary = fixture_summary();
	struct wd_subject subject = fixture_subject(&summary);
	struct wd_gate_input in = { .chain = chain,
		.subject = &subject,
		.records = &record,
		.records_len = 1,
		.environment = WR_TEXT("development"),
		.evidence = WR_TEXT("software"),
		.now = FIXTURE_NOW };
	struct wd_verdict verdict;

	if (wd_gate(&in, wd_alloc(), &verdict) != WR_OK)
		return;
	check(!verdict.approved);
	wd_verdict_free(&verdict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wd_chain chain;
	char *copy = malloc(size == 0 ? 1 : size);
	struct wr_text bytes = { copy, size };
	struct wd_opened_receipt receipt;
	struct wd_checks checks;
	struct wd_json_error error;

	if (copy == NULL)
		return 0;
	if (chain.len == 0)
		chain = fixture_chain(NULL, NULL);
	if (size > 0)
		memcpy(copy, data, size);
	try_gate(&chain, bytes);
	if (size < 16384)
		try_signed(&chain.policy, bytes);
	if (wd_receipt_open(bytes, wd_alloc(), &receipt, &error) == WR_OK)
		wd_receipt_close(&receipt);
	if (wd_verify_answer(bytes, &(struct wd_known){ 0 }, wd_alloc(), &checks) == WR_OK) {
		check(checks.verdict != WD_VERIFIED);
		wd_checks_free(&checks);
	}
	free(copy);
	return 0;
}
