/* Claims, receipts, evidence, and what an auditor can check of a saved answer. */
#include "runtime/attest/driver.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/verify.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(receipt, .timeout = 60);

#define OUTPUT "{ \"payout\": 1200, \"decision\": \"pay\" }"
#define REQUEST "{\"claim\":{}}"

/* A VM that answered once, and what it said. */
struct vm {
	struct wd_private_key key;
	struct wd_claimed_workflow workflow;
	struct wd_claims claims;
	struct wr_buf claims_text, answer, evidence, receipt;
	struct wd_leaf leaves[3];
	struct wd_receipt r;
	struct wd_digest digest; /* of the receipt's payload */
	uint8_t request_salt[WD_SALT_SIZE], response_salt[WD_SALT_SIZE];
};

static void
vm_start(struct vm *vm)
{
	memset(vm, 0, sizeof *vm);
	vm->key = fixture_key("the vm");
	vm->workflow =
	    (struct wd_claimed_workflow){ WR_TEXT("claims_triage"), 3, wd_sha256(WR_TEXT("D")) };
	vm->claims = (struct wd_claims){ .mode = WR_TEXT("development"),
		.environment = WR_TEXT("development"),
		.vm = wd_sha256(WR_TEXT("vm")),
		.policy = wd_sha256(WR_TEXT("policy")),
		.bindings = wd_sha256(WR_TEXT("bindings")),
		.receipt_key = vm->key.public_key,
		.workflows = &vm->workflow,
		.workflows_len = 1 };
	memset(vm->claims.boot, 7, sizeof vm->claims.boot);
	memset(vm->request_salt, 1, WD_SALT_SIZE);
	memset(vm->response_salt, 2, WD_SALT_SIZE);
	wr_buf_init(&vm->claims_text, wd_alloc(), WD_CLAIMS_MAX);
	wr_buf_init(&vm->answer, wd_alloc(), 1 << 20);
	wr_buf_init(&vm->evidence, wd_alloc(), 1 << 20);
	wr_buf_init(&vm->receipt, wd_alloc(), 1 << 20);
	for (uint32_t i = 0; i < 3; i++)
		vm->leaves[i] =
		    (struct wd_leaf){ .path = i == 2 ? WR_TEXT("summarise") : WR_TEXT("look_up"),
			    .attempt = i == 1 ? 2 : 1,
			    .backend = WR_TEXT("house"),
			    .adaptor = WR_TEXT("extract"),
			    .evidence = WR_TEXT("embedded"),
			    .request = wd_sha256(WR_TEXT("q")),
			    .has_response = i != 0,
			    .tokens = i,
			    .status = i == 0 ? WR_TEXT("timeout") : WR_TEXT("ok") };
	vm->r = (struct wd_receipt){ .worker = 0,
		.seq = 0,
		.has_workflow = true,
		.workflow = WR_TEXT("claims_triage"),
		.digest = vm->workflow.digest,
		.policy = vm->claims.policy,
		.environment = WR_TEXT("development"),
		.mode = WR_TEXT("development"),
		.status = 200,
		.leaves = vm->leaves,
		.leaves_len = 3,
		.used = { 3, 3, 40 },
		.budget = { 4, 100, 1000 } };
	memcpy(vm->r.boot, vm->claims.boot, sizeof vm->r.boot);
}

/* Sign what is set, and put the answer together around `body` (members of the answer). */
static void
vm_answer(struct vm *vm, const char *body)
{
	struct wd_json_doc doc;
	struct wr_buf bytes;
	char members[4096];

	wr_buf_init(&bytes, wd_alloc(), 1 << 20);
	wd_claims_write(&vm->claims, &vm->claims_text);
	vm->r.claims = wd_sha256(wr_buf_view(&vm->claims_text));
	(void)snprintf(members, sizeof members, "{%s}", body);
	cr_assert_eq(wd_json_parse(&doc, wd_alloc(), wr_text_of(members), 4096, NULL), WR_OK);
	cr_assert_eq(wd_response_bytes(doc.root, wd_alloc(), &bytes), WR_OK);
	vm->r.response = wd_salted(vm->response_salt, wr_buf_view(&bytes));
	vm->r.request = wd_salted(vm->request_salt, WR_TEXT(REQUEST));
	cr_assert_eq(
	    wd_receipt_sign(&vm->r, &vm->key, wd_alloc(), &vm->receipt, &vm->digest), WR_OK);
	wd_evidence_write_software(
	    wr_buf_view(&vm->claims_text), (const uint8_t *)"nonce", 5, &vm->evidence);
	wr_buf_byte(&vm->answer, '{');
	wr_buf_str(&vm->answer, body);
	wr_buf_str(&vm->answer, ",\"receipt\":");
	wr_buf_text(&vm->answer, wr_buf_view(&vm->receipt));
	wr_buf_str(&vm->answer, ",\"evidence\":");
	wr_buf_text(&vm->answer, wr_buf_view(&vm->evidence));
	wr_buf_str(&vm->answer, ",\"salts\":{\"request\":\"");
	wr_buf_hex(&vm->answer, vm->request_salt, WD_SALT_SIZE);
	wr_buf_str(&vm->answer, "\",\"response\":\"");
	wr_buf_hex(&vm->answer, vm->response_salt, WD_SALT_SIZE);
	wr_buf_str(&vm->answer, "\"}}");
	cr_assert_eq(vm->answer.status, WR_OK);
	wd_json_free(&doc);
	wr_buf_free(&bytes);
}

static void
vm_end(struct vm *vm)
{
	wr_buf_free(&vm->claims_text);
	wr_buf_free(&vm->answer);
	wr_buf_free(&vm->evidence);
	wr_buf_free(&vm->receipt);
}

#define GOOD "\"run\":\"r1\",\"state\":\"done\",\"output\":" OUTPUT

static struct wd_known
known(const struct vm *vm)
{
	return (struct wd_known){ .has_root = true,
		.root = vm->claims.policy,
		.has_digest = true,
		.digest = vm->workflow.digest,
		.request = WR_TEXT(REQUEST),
		.nonce = (const uint8_t *)"nonce",
		.nonce_size = 5 };
}

/* The names of the checks with this result, parted by spaces. */
static const char *
those(const struct wd_checks *c, enum wd_check_result result)
{
	static char out[1000];

	out[0] = '\0';
	for (uint32_t i = 0; i < c->len; i++)
		if (c->at[i].result == result) {
			strncat(out, out[0] == '\0' ? "" : " ", sizeof out - strlen(out) - 1);
			strncat(out, c->at[i].name, sizeof out - strlen(out) - 1);
		}
	return out;
}

Test(receipt, claims_have_exactly_one_text)
{
	static const char text[] =
	    "writ-claims/1\nmode development\nboot 07070707070707070707070707070707\nseq "
	    "0\nprevious -\n"
	    "vm sha256:3e8a85c0e2e0b2a8a1d3f3c3a9f9a49c1b0e0c7f5c0f6a4f6f7c8f2c3c4d5e6f\n";
	struct vm vm;
	struct wr_arena arena;
	struct wd_claims c;
	char copy[4096];

	vm_start(&vm);
	vm.claims.seq = 12;
	vm.claims.has_previous = true;
	vm.claims.previous = wd_sha256(WR_TEXT("before"));
	wd_claims_write(&vm.claims, &vm.claims_text);
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	cr_assert_eq(wd_claims_read(wr_buf_view(&vm.claims_text), &arena, &c), WR_OK);
	cr_expect(c.seq == 12 && c.has_previous && !c.has_tls_key && c.workflows_len == 1);
	cr_expect(wd_public_key_eq(&c.receipt_key, &vm.key.public_key));
	cr_expect(wr_text_eq(c.workflows[0].name, WR_TEXT("claims_triage")) &&
		  c.workflows[0].version == 3);
	/* every other text is refused: cut anywhere, or a byte more */
	for (size_t n = 0; n < vm.claims_text.size; n++) {
		enum wr_status got =
		    wd_claims_read((struct wr_text){ vm.claims_text.at, n }, &arena, &c);
		/* without its last line it is other claims, and whole */
		bool whole = got == WR_OK && c.workflows_len == 0;

		cr_expect(got == WR_MALFORMED || whole, "%zu", n);
	}
	memcpy(copy, vm.claims_text.at, vm.claims_text.size);
	copy[vm.claims_text.size] = '\n';
	cr_expect_eq(wd_claims_read((struct wr_text){ copy, vm.claims_text.size + 1 }, &arena, &c),
	    WR_MALFORMED);
	(void)snprintf(copy, sizeof copy, "%s", vm.claims_text.at);
	memcpy(strstr(copy, "seq 12"), "seq 01", 6);
	cr_expect_eq(wd_claims_read(wr_text_of(copy), &arena, &c), WR_MALFORMED,
	    "01 is not how 1 is written");
	(void)snprintf(
	    copy, sizeof copy, "%s%s", vm.claims_text.at, strstr(vm.claims_text.at, "workflow "));
	cr_expect_eq(
	    wd_claims_read(wr_text_of(copy), &arena, &c), WR_MALFORMED, "a workflow twice");
	cr_expect_eq(wd_claims_read(wr_text_of(text), &arena, &c), WR_MALFORMED);
	wr_arena_free(&arena);
	vm_end(&vm);
}

Test(receipt, the_trace_root_is_the_tree_of_rfc_9162)
{
	struct vm vm;
	struct wd_digest root, empty = wd_sha256(WR_TEXT("")), leaf[3], pair;
	struct wd_sha256 h;
	static const char leaf_0[] =
	    "\0{\"adaptor\":\"extract\",\"attempt\":1,\"backend\":\"house\",\"evidence\":"
	    "\"embedded\","
	    "\"path\":\"look_up\",\"request\":\"sha256:"
	    "8e35c2cd3bf6641bdb0e2050b76932cbb2e6034a0ddacc1d"
	    "9bea82a6ba57f7cf\",\"response\":null,\"status\":\"timeout\",\"tokens\":0}";

	vm_start(&vm);
	cr_assert_eq(wd_trace_root(NULL, 0, wd_alloc(), &root), WR_OK);
	cr_expect(wd_digest_eq(&root, &empty));
	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(wd_trace_root(&vm.leaves[i], 1, wd_alloc(), &leaf[i]), WR_OK);
	pair = wd_sha256((struct wr_text){ leaf_0, sizeof leaf_0 - 1 });
	cr_expect(wd_digest_eq(&pair, &leaf[0]), "SHA-256(0 and the RFC 8785 bytes)");
	for (uint32_t n = 2; n <= 3; n++) {
		wd_sha256_start(&h);
		wd_sha256_add(&h, "\x01", 1);
		wd_sha256_add(&h, n == 2 ? leaf[0].at : pair.at, 32);
		wd_sha256_add(&h, leaf[n - 1].at, 32);
		pair = wd_sha256_end(&h);
		cr_assert_eq(wd_trace_root(vm.leaves, n, wd_alloc(), &root), WR_OK);
		cr_expect(wd_digest_eq(&root, &pair), "%u leaves", n);
	}
	vm_end(&vm);
}

Test(receipt, trees_of_all_sizes_agree_with_the_definition)
{
	/* MTH(D) = H(1 ‖ MTH(first k) ‖ MTH(rest)), k the largest power of two below n */
	struct wd_leaf leaves[20];
	struct wd_digest table[21][21]; /* [from][to] */

	for (uint32_t i = 0; i < 20; i++)
		leaves[i] = (struct wd_leaf){ .path = WR_TEXT("p"),
			.attempt = i + 1,
			.backend = WR_TEXT("b"),
			.adaptor = WR_TEXT("a"),
			.evidence = WR_TEXT("e"),
			.status = WR_TEXT("ok") };
	for (uint32_t size = 1; size <= 20; size++)
		for (uint32_t from = 0; from + size <= 20; from++) {
			struct wd_sha256 h;
			uint32_t k = 1;

			if (size == 1) {
				cr_assert_eq(wd_trace_root(&leaves[from], 1, wd_alloc(),
						 &table[from][from + 1]),
				    WR_OK);
				continue;
			}
			while (k * 2 < size)
				k *= 2;
			wd_sha256_start(&h);
			wd_sha256_add(&h, "\x01", 1);
			wd_sha256_add(&h, table[from][from + k].at, 32);
			wd_sha256_add(&h, table[from + k][from + size].at, 32);
			table[from][from + size] = wd_sha256_end(&h);
		}
	for (uint32_t n = 1; n <= 20; n++) {
		struct wd_digest root;

		cr_assert_eq(wd_trace_root(leaves, n, wd_alloc(), &root), WR_OK);
		cr_expect(wd_digest_eq(&root, &table[0][n]), "%u leaves", n);
	}
}

Test(receipt, software_is_never_more_than_unchecked)
{
	struct vm vm;
	struct wd_checks c;
	struct wd_known k;

	vm_start(&vm);
	vm_answer(&vm, GOOD);
	k = known(&vm);
	cr_assert_eq(wd_verify_answer(wr_buf_view(&vm.answer), &k, wd_alloc(), &c), WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "");
	cr_expect_str_eq(those(&c, WD_SKIPPED), "evidence");
	cr_expect_eq(c.verdict, WD_UNCHECKED);
	cr_expect_str_eq(c.at[3].says, "development: nothing attests this key");
	cr_expect(wr_text_eq(c.run, WR_TEXT("r1")) && wr_text_eq(c.state, WR_TEXT("done")));
	cr_expect_eq(c.receipt.receipt.leaves_len, 3);
	cr_expect(wd_digest_eq(&c.receipt.digest, &vm.digest));
	wd_checks_free(&c);
	cr_assert_eq(
	    wd_verify_answer(wr_buf_view(&vm.answer), &(struct wd_known){ 0 }, wd_alloc(), &c),
	    WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "");
	cr_expect_str_eq(those(&c, WD_SKIPPED), "evidence root request digest");
	wd_checks_free(&c);
	vm_end(&vm);
}

/* Change something before signing; the check that must fail. */
static void
lie(struct vm *vm, int i)
{
	switch (i) {
	case 0:
		vm->key = fixture_key("another");
		break;
	case 1:
		vm->r.boot[0] ^= 1;
		break;
	case 2:
		vm->r.policy.at[0] ^= 1;
		break;
	case 3:
		vm->r.mode = WR_TEXT("production");
		break;
	case 4:
		vm->r.digest.at[3] ^= 1;
		break;
	case 5:
		vm->r.workflow = WR_TEXT("other");
		break;
	case 6:
		vm->r.used.calls = 5;
		break;
	case 7:
		vm->r.seq = 4;
		break;
	case 8:
		vm->r.status = 403;
		break;
	case 9:
		vm->claims.environment = vm->claims.mode = WR_TEXT("production");
		break;
	case 10:
		vm->claims.policy.at[0] ^= 1;
		vm->r.policy = vm->claims.policy;
		break;
	default:
		break;
	}
}

Test(receipt, each_lie_fails_its_own_check)
{
	static const char *const fails[] = { "receipt-key", "boot", "policy", "policy",
		"workflow digest", "workflow", "budget", "sequence", "status", "mode policy",
		"root" };

	for (int i = 0; i < (int)(sizeof fails / sizeof *fails); i++) {
		struct vm vm;
		struct wd_checks c;
		struct wd_known k;

		vm_start(&vm);
		k = known(&vm);
		lie(&vm, i);
		vm_answer(&vm, GOOD);
		cr_assert_eq(wd_verify_answer(wr_buf_view(&vm.answer), &k, wd_alloc(), &c), WR_OK);
		cr_expect_str_eq(those(&c, WD_FAIL), fails[i], "%d: %s", i, those(&c, WD_FAIL));
		cr_expect_eq(c.verdict, WD_REFUTED);
		wd_checks_free(&c);
		vm_end(&vm);
	}
}

Test(receipt, each_edit_of_a_saved_answer_fails_its_own_check)
{
	static const struct {
		const char *from, *to, *fails;
	} cases[] = {
		{ "1200", "1201", "response" },
		{ "\"pay\"", "\"deny\"", "response" },
		{ "{ \"payout\": 1200, \"decision\": \"pay\" }",
		    "{\"decision\":\"pay\",\"payout\":1200}", "" },
		{ "\"output\"", "\"Output\"", "response" },
		{ "01010101010101010101010101010101", "01010101010101010101010101010102",
		    "request" },
		{ "02020202020202020202020202020202", "0202020202020202020202020202020",
		    "response" },
		{ "\"response\":\"0202", "\"r\":\"0202", "response" },
		{ "mode development", "mode production", "mode receipt-claims policy" },
		{ "seq 0", "seq 1", "receipt-claims" },
		{ "seq 0", "seq 00", "claims" },
		{ "\"kind\":\"software\"", "\"kind\":\"sev-snp\"", "claims" },
		{ "\"nonce\":\"6e", "\"nonce\":\"6f", "nonce" },
		{ "\"payload\":\"ey", "\"payload\":\"fy", "receipt" },
		{ "\"sig\":\"", "\"sig\":\"A", "receipt" },
		{ "\"signatures\":[", "\"signatures\":[{\"sig\":\"\"},", "receipt" },
		{ "\"run\":\"r1\"", "\"run\":\"r1\",\"run\":\"r2\"", "answer" },
		{ ",\"evidence\":", ",\"evidenc\":", "claims" },
		{ ",\"receipt\":", ",\"receip\":", "receipt" },
	};
	struct vm vm;
	struct wd_known k;

	vm_start(&vm);
	vm_answer(&vm, GOOD);
	k = known(&vm);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *found = strstr(vm.answer.at, cases[i].from);
		static char text[65536];
		struct wd_checks c;

		cr_assert_not_null(found, "%s", cases[i].from);
		(void)snprintf(text, sizeof text, "%.*s%s%s", (int)(found - vm.answer.at),
		    vm.answer.at, cases[i].to, found + strlen(cases[i].from));
		cr_assert_eq(wd_verify_answer(wr_text_of(text), &k, wd_alloc(), &c), WR_OK);
		cr_expect_str_eq(those(&c, WD_FAIL), cases[i].fails, "%s -> %s: %s", cases[i].from,
		    cases[i].to, those(&c, WD_FAIL));
		cr_expect_eq(c.verdict, cases[i].fails[0] == '\0' ? WD_UNCHECKED : WD_REFUTED);
		wd_checks_free(&c);
	}
	vm_end(&vm);
}

Test(receipt, a_refusal_has_a_receipt_too)
{
	struct vm vm;
	struct wd_checks c;
	struct wd_known k;

	vm_start(&vm);
	vm.r.status = 403;
	vm.r.leaves_len = 0;
	vm.r.has_workflow = false;
	vm_answer(&vm, "\"type\":\"about:blank\",\"status\":403,\"reasons\":[{\"code\":"
		       "\"rejected\",\"detail\":\"no\"}]");
	k = known(&vm);
	k.has_digest = false;
	cr_assert_eq(wd_verify_answer(wr_buf_view(&vm.answer), &k, wd_alloc(), &c), WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "");
	wd_checks_free(&c);
	vm_end(&vm);
}

Test(receipt, a_refusal_says_the_status_that_was_signed)
{
	struct vm vm;
	struct wd_checks c;
	struct wd_known k;

	vm_start(&vm);
	vm.r.status = 200;
	vm_answer(&vm, "\"status\":403,\"reasons\":[]");
	k = known(&vm);
	cr_assert_eq(wd_verify_answer(wr_buf_view(&vm.answer), &k, wd_alloc(), &c), WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "status");
	wd_checks_free(&c);
	vm_end(&vm);
}

Test(receipt, evidence_is_appraised_before_anything_is_sent)
{
	struct vm vm;
	struct wd_checks c;
	struct wd_known k;
	const struct wd_attest_driver *driver = wd_attest_find(WR_TEXT("software"));

	cr_assert_not_null(driver);
	cr_expect_str_eq(driver->mode, "development");
	cr_expect_null(wd_attest_find(WR_TEXT("sev-snp")));
	vm_start(&vm);
	k = known(&vm);
	wd_claims_write(&vm.claims, &vm.claims_text);
	cr_assert_eq(
	    driver->evidence(wr_buf_view(&vm.claims_text), k.nonce, k.nonce_size, &vm.evidence),
	    WR_OK);
	cr_assert_eq(wd_verify_evidence(wr_buf_view(&vm.evidence), &k, wd_alloc(), &c), WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "");
	cr_expect_eq(c.verdict, WD_UNCHECKED);
	wd_checks_free(&c);
	k.nonce = (const uint8_t *)"n0nce";
	k.root.at[0] ^= 1;
	k.digest.at[0] ^= 1;
	cr_assert_eq(wd_verify_evidence(wr_buf_view(&vm.evidence), &k, wd_alloc(), &c), WR_OK);
	cr_expect_str_eq(those(&c, WD_FAIL), "nonce root workflow");
	wd_checks_free(&c);
	cr_assert_eq(wd_verify_evidence(WR_TEXT("{}"), &k, wd_alloc(), &c), WR_OK);
	cr_expect_eq(c.verdict, WD_REFUTED);
	wd_checks_free(&c);
	vm_end(&vm);
}

Test(receipt, keys_of_a_vm_are_new_at_each_start)
{
	struct wd_vm_keys a, b;

	cr_assert_eq(wd_vm_keys_make(&a), WR_OK);
	cr_assert_eq(wd_vm_keys_make(&b), WR_OK);
	cr_expect_arr_neq(a.boot, b.boot, sizeof a.boot);
	cr_expect(!wd_public_key_eq(&a.receipt_key.public_key, &b.receipt_key.public_key));
}

Test(receipt, too_many_leaves_are_a_limit)
{
	static struct wd_leaf leaves[WD_LEAVES_MAX + 1];
	struct vm vm;

	vm_start(&vm);
	vm.r.leaves = leaves;
	vm.r.leaves_len = WD_LEAVES_MAX + 1;
	cr_expect_eq(
	    wd_receipt_sign(&vm.r, &vm.key, wd_alloc(), &vm.receipt, &vm.digest), WR_LIMIT);
	vm_end(&vm);
}

Test(receipt, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct vm vm;
	struct wd_known k;

	vm_start(&vm);
	vm_answer(&vm, GOOD);
	k = known(&vm);
	while (failing_alloc_next(&f)) {
		struct wd_checks c;
		struct wr_buf out;
		struct wd_digest digest;
		enum wr_status got;

		wr_buf_init(&out, &f.hook, 1 << 20);
		got = wd_receipt_sign(&vm.r, &vm.key, &f.hook, &out, &digest);
		wr_buf_free(&out);
		if (got == WR_OK)
			got = wd_verify_answer(wr_buf_view(&vm.answer), &k, &f.hook, &c);
		if (got == WR_OK) {
			cr_expect_eq(
			    c.verdict, WD_UNCHECKED, "call %ld: %s", f.fail_at, those(&c, WD_FAIL));
			wd_checks_free(&c);
		}
		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK, "call %ld", f.fail_at);
		cr_assert_eq(f.live_bytes, 0, "call %ld", f.fail_at);
	}
	vm_end(&vm);
}
