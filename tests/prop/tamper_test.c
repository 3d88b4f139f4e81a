/*
 * The demo's bytecode, approved as the demo approves it, and then changed: every bit of every byte
 * flipped, cut at every byte, and a byte too many. Each is refused by the loader, or is another
 * program with a digest of its own, for which the approvals of the first say nothing.
 */
#include "runtime/judge.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/scope.h"
#include "tests/support/flow_file.h"
#include "tests/support/mutant.h"
#include "tests/support/trust_fixture.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(tamper, .timeout = 300);

#define FLOW "examples/claims/claims.wf"
#define POLICY "examples/claims/policy.json.in"
#define APPROVALS 2

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* Instrumented code is some ten times slower: it looks at every so manieth only. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define STRIDE 5u
#else
#define STRIDE 1u
#endif
#define SHOWN 11u /* one in so many of those that load is shown and run */

/* The program, its policy, and what was said about it. */
struct approved {
	struct wr_buf bytes, policy_text;
	struct wd_chain chain;
	struct wr_text records[1 + APPROVALS];
};

/* What stands for NAME between two @ in the policy of the example. */
static void
put_hole(const char *name, size_t size, struct wr_buf *out)
{
	static const char *const persons[] = { "ana", "bo", "chi", "dee" };
	static const struct {
		const char *name, *text;
	} holes[] = {
		{ "issued", "2026-11-01T00:00:00Z" },
		{ "expires", "2027-11-01T00:00:00Z" },
		{ "house", "{ \"protocol\": \"extract\", \"evidence\": \"embedded\", "
			   "\"accepts\": [\"pii\", \"untrusted\"], \"taints\": [] }" },
		{ "ledger", "http://127.0.0.1:1" },
		{ "model", "extract-1" },
	};
	struct wr_text hole = { name, size };

	for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
		if (wr_text_eq(hole, wr_text_of(holes[i].name)))
			wr_buf_str(out, holes[i].text);
	for (size_t i = 0; i < sizeof persons / sizeof *persons; i++) {
		struct wd_private_key key;

		if (!wr_text_eq(hole, wr_text_of(persons[i])))
			continue;
		key = fixture_key(persons[i]);
		wr_buf_str(out, "{ \"type\": \"ed25519\", \"public\": \"");
		wd_base64_write(out, key.public_key.at, 32);
		wr_buf_str(out, "\" }");
	}
}

static void
fill_policy(struct wr_buf *out)
{
	struct wr_buf from;
	const char *at, *hole, *end;

	wr_buf_init(&from, wd_alloc(), 1 << 20);
	flow_file_read(POLICY, &from);
	cr_assert_gt(from.size, 0);
	for (at = from.at;
	     (hole = strchr(at, '@')) != NULL && (end = strchr(hole + 1, '@')) != NULL;
	     at = end + 1) {
		wr_buf_add(out, at, (size_t)(hole - at));
		put_hole(hole + 1, (size_t)(end - hole - 1), out);
	}
	wr_buf_str(out, at);
	wr_buf_free(&from);
}

/* Judge some bytes as `writd` does before it loads them. True: approved. */
static bool
judge(const struct approved *a, struct wr_text bytes, struct wd_case *c)
{
	*c = (struct wd_case){ .chain = &a->chain,
		.bytes = bytes,
		.records = a->records,
		.records_len = 1 + APPROVALS,
		.environment = WR_TEXT("development"),
		.evidence = WR_TEXT("software"),
		.now = FIXTURE_NOW };
	cr_assert_eq(wd_judge(c), WR_OK);
	return c->verdict.approved;
}

static void
approve(struct approved *a)
{
	static const struct {
		const char *person, *role;
	} who[APPROVALS] = { { "ana", "security" }, { "chi", "privacy" } };
	struct wd_record submission = { .kind = WD_SUBMISSION,
		.submission = { .workflow = WR_TEXT("claims_triage"),
		    .version = 1,
		    .message = WR_TEXT("first") } };
	struct wd_case c;

	cr_expect_not(judge(a, wr_buf_view(&a->bytes), &c), "approved without a record");
	cr_assert(c.module != NULL, "%s %s %s", c.refusal.code, c.refusal.why, c.refusal.where);
	submission.subject = c.digest;
	a->records[0] = fixture_sign(&submission, "dee");
	for (int i = 0; i < APPROVALS; i++) {
		struct wd_record r = { .kind = WD_APPROVAL,
			.subject = c.digest,
			.approval = { .approves = true,
			    .role = wr_text_of(who[i].role),
			    .environment = WR_TEXT("development"),
			    .policy = a->chain.policy.digest,
			    .packet = c.packet_digest,
			    .has_basis = c.verdict.has_basis,
			    .basis = c.verdict.basis,
			    .scope = c.verdict.scope,
			    .not_before = FIXTURE_NOW - 60,
			    .not_after = FIXTURE_NOW + 86400,
			    .message = WR_TEXT("") } };

		a->records[1 + i] = fixture_sign(&r, who[i].person);
	}
	wd_case_free(&c);
}

static void
begin(struct approved *a)
{
	struct wr_buf messages;
	struct wd_json_error error = { .text = "" };
	struct wd_case c;

	memset(a, 0, sizeof *a);
	wr_buf_init(&messages, wd_alloc(), 1 << 16);
	wr_buf_init(&a->bytes, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&a->policy_text, wd_alloc(), 1 << 20);
	cr_assert_eq(flow_file_compile(wd_alloc(), FLOW, &a->bytes, &messages), WR_OK, "%s",
	    messages.at == NULL ? "" : messages.at);
	wr_buf_free(&messages);
	fill_policy(&a->policy_text);
	cr_assert_eq(wd_chain_read(&a->chain, wd_alloc(), wr_buf_view(&a->policy_text), NULL, 0, NULL, &error),
	    WR_OK, "%s %s", error.place, error.text);
	approve(a);
	if (!judge(a, wr_buf_view(&a->bytes), &c))
		for (uint32_t i = 0; i < c.verdict.conditions_len; i++)
			cr_expect(c.verdict.conditions[i].met, "%s: %.*s",
			    wd_code_word(c.verdict.conditions[i].code),
			    (int)c.verdict.conditions[i].detail.size,
			    c.verdict.conditions[i].detail.at);
	cr_assert(c.verdict.approved, "the program as it is must be approved");
	wd_case_free(&c);
}

static void
finish(struct approved *a)
{
	for (int i = 0; i < 1 + APPROVALS; i++)
		free((void *)(uintptr_t)a->records[i].at);
	wd_chain_free(&a->chain);
	wr_buf_free(&a->policy_text);
	wr_buf_free(&a->bytes);
}

/* Nobody approved this, and nobody is told that the first is this. */
static void
refused(const struct approved *a, struct wr_text bytes, const char *what, size_t at)
{
	struct wd_digest first = wd_sha256(wr_buf_view(&a->bytes));
	struct wd_case c;

	cr_expect_not(judge(a, bytes, &c), "%s at byte %zu is approved", what, at);
	cr_expect_neq(memcmp(&c.digest, &first, sizeof first), 0, "%s at byte %zu: the same digest",
	    what, at);
	wd_case_free(&c);
}

static void
look(const struct approved *a, struct wr_text bytes, const char *what, size_t at,
    struct mutant_counts *counts)
{
	enum mutant_look how = counts->loaded % SHOWN == 0 ? MUTANT_RUN : MUTANT_LOAD;
	bool loaded = false;
	const char *wrong =
	    mutant_check((const uint8_t *)bytes.at, bytes.size, how, &loaded, counts);

	cr_expect(wrong == NULL, "%s at byte %zu: %s", what, at, wrong);
	if (loaded || counts->seen % 31 == 0)
		refused(a, bytes, what, at);
}

Test(tamper, every_bit_flipped_is_refused_or_is_another_program)
{
	struct mutant_counts counts = { 0 };
	struct wr_buf flipped;
	struct approved a;

	begin(&a);
	wr_buf_init(&flipped, wd_alloc(), WR_MODULE_MAX);
	wr_buf_text(&flipped, wr_buf_view(&a.bytes));
	for (size_t i = 0; i < a.bytes.size * 8; i += STRIDE) {
		char *byte = &flipped.at[i / 8];

		*byte = (char)(*byte ^ (1 << i % 8));
		look(&a, wr_buf_view(&flipped), "a bit flipped", i / 8, &counts);
		*byte = (char)(*byte ^ (1 << i % 8));
	}
	wr_buf_free(&flipped);
	cr_log_info(
	    "of %u with a bit flipped %u load; of these %u were shown, %u ran, %u to their end",
	    counts.seen, counts.loaded, counts.shown, counts.ran, counts.done);
	cr_expect_gt(
	    counts.loaded, counts.seen / 50, "flips in the texts of prompts are other programs");
	cr_expect_lt(counts.loaded, counts.seen);
	cr_expect_gt(counts.shown, 0);
	cr_expect_gt(counts.done, 0);
	finish(&a);
}

Test(tamper, cut_anywhere_it_is_refused)
{
	struct mutant_counts counts = { 0 };
	struct approved a;

	begin(&a);
	for (size_t size = 0; size < a.bytes.size; size += STRIDE)
		look(&a, (struct wr_text){ a.bytes.at, size }, "cut", size, &counts);
	cr_expect_eq(counts.loaded, 0, "%u that were cut load", counts.loaded);
	finish(&a);
}

Test(tamper, with_a_byte_more_it_is_refused)
{
	struct mutant_counts counts = { 0 };
	struct approved a;

	begin(&a);
	for (size_t at = 0; at <= a.bytes.size; at += STRIDE) {
		static const uint8_t more[] = { 0, 1, 0x80, 0xff };
		struct wr_buf longer;

		wr_buf_init(&longer, wd_alloc(), WR_MODULE_MAX);
		wr_buf_add(&longer, a.bytes.at, at);
		wr_buf_byte(&longer, more[at % 4]);
		wr_buf_add(&longer, a.bytes.at + at, a.bytes.size - at);
		look(&a, wr_buf_view(&longer), "a byte put in", at, &counts);
		wr_buf_free(&longer);
	}
	cr_expect_eq(counts.loaded, 0, "%u with a byte too many load", counts.loaded);
	finish(&a);
}
