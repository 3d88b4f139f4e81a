/* From bytes to a loaded module and what it says about itself; and what is not loaded, and why. */
#include "vm/summary.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "vm/for_compiler.h"

#include <criterion/criterion.h>

TestSuite(summary, .timeout = 30);

#define HEAD \
	"label pii \"personal data\"\nlabel untrusted \"from outside\"\n" \
	"type T text 0 40\ntype I int 0 100\ntype C record Claim id:T story:T@pii,untrusted cents:I\ntype B bool\n" \
	"type L list C 0 8\ntype V variants Verdict pay:I deny\ntype F record Finding reason:T covered:B\n"
#define HOUSE(accepts) "backend house llm accepts " accepts "\nbackend shop http accepts pii,untrusted taints untrusted\n"
#define REST \
	"agent digest story:T -> T via house\ndrops pii \"names go\"\ns = INPUT 0\nset MODEL \"m-2025-01-01\"\nset MAX_TOKENS 10\n" \
	"set RETRY 1\nset USER s\n" \
	"agent assess gist:T -> F via house\ng = INPUT 0\nset MODEL \"m-2025-01-01\"\nset MAX_TOKENS 20\nset USER g\n" \
	"agent pay id:T -> T via shop\ni = INPUT 0\nset METHOD \"POST\"\nset TIMEOUT 5000\nset PATH i\n" \
	"flow triage claim:C more:L@pii -> V@pii,untrusted\n" \
	"c = INPUT 0\ns = FIELD 1 c\ng = CALL digest s\nf = CALL assess g\nok = FIELD 1 f\nd = DROP clear untrusted \"one bit\" ; ok\n" \
	"i = FIELD 0 c\nn = FIELD 2 c\nv = VARIANT V pay n\nno = CONST V deny\nm = MATCH 2 d\nblock\np = CALL pay i\n" \
	"e = EQ p i\nw = MATCH 2 e\nblock\nyield v\nblock\nyield no\nyield w\nblock\nyield no\nend m\n" \
	"within 5 900 200000 3\n"

/* The types as this flow uses them: T I C of the first input, L of the second, V, then F with B. */
#define GOOD \
	"label pii \"personal data\"\nlabel untrusted \"from outside\"\n" \
	"type T text 0 40\ntype I int 0 100\ntype C record Claim id:T story:T@pii,untrusted cents:I\n" \
	"type L list C 0 8\ntype V variants Verdict pay:I deny\ntype B bool\ntype F record Finding reason:T covered:B\n" \
	HOUSE("pii,untrusted") REST

static void
bytes_of(const char *source, const struct wr_alloc *alloc, struct wr_buf *ret)
{
	assemble_bytes(source, alloc, ret);
	cr_assert_eq(ret->status, WR_OK);
}

static struct wr_text
text(const char *t)
{
	return wr_text_of(t);
}

Test(summary, says_what_a_module_can_do)
{
	struct failing_alloc f;
	struct wr_buf bytes;
	struct wr_module *m;
	struct wr_load_refusal why = { 0 };
	const struct wr_summary *s;

	failing_alloc_init(&f);
	bytes_of(GOOD, &f.hook, &bytes);
	cr_assert_eq(wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &why), WR_OK, "%s: %s at %s", why.code, why.why, why.where);
	s = wr_module_summary(m);
	cr_expect(wr_text_eq(s->workflow, text("triage")));
	cr_expect_eq(s->labels_len, 2u);
	cr_expect(wr_text_eq(s->labels[1].description, text("from outside")));
	cr_assert_eq(s->inputs_len, 2u);
	cr_expect_eq(s->inputs[0].labels, 3u); /* declared inside */
	cr_expect_eq(s->inputs[1].labels, 3u); /* written on it, and inside */
	cr_assert_eq(s->backends_len, 2u);
	cr_expect_str_eq(s->backends[0].kind, "llm");
	cr_expect_eq(s->backends[0].reaches, 3u);
	cr_expect_eq(s->backends[1].reaches, 0u); /* the decision was cleared, the id is free */
	cr_expect_eq(s->backends[1].taints, 2u);
	cr_assert_eq(s->agents_len, 3u);
	cr_expect_eq(s->agents[0].reaches, 3u);
	cr_expect_eq(s->agents[1].reaches, 2u); /* the names went */
	cr_expect(wr_text_eq(s->agents[1].model, text("m-2025-01-01")));
	cr_expect(wr_text_eq(s->agents[2].method, text("POST")));
	cr_expect_eq(s->agents[2].model.size, 0u);
	cr_expect_eq(s->agents[0].retry, 1u);
	cr_expect_eq(s->agents[2].timeout_ms, 5000u);
	cr_expect_eq(s->agents[2].sites, 1u);
	cr_assert_eq(s->drops_len, 2u);
	cr_expect(wr_text_eq(s->drops[0].name, text("digest")) && s->drops[0].is_agent);
	cr_expect_eq(s->drops[0].labels, 1u);
	cr_expect_eq(s->drops[0].millibits, 320000u); /* 40 bytes */
	cr_expect(wr_text_eq(s->drops[1].name, text("clear")) && !s->drops[1].is_agent);
	cr_expect_eq(s->drops[1].millibits, 1000u);
	cr_expect_eq(s->result_labels, 3u);
	/* 2 x (40 + 10), 40 + 20 + the schema of Finding (149 bytes); 2 x 30 + 0.25, 30, 5 s. */
	cr_expect_eq(s->worst.calls, 4u);
	cr_expect_eq(s->worst.tokens, 100u + 60u + 149u, "%llu", (unsigned long long)s->worst.tokens);
	cr_expect_eq(s->promised.width, 3u);
	wr_module_free(m);
	wr_buf_free(&bytes);
	cr_expect_eq(f.live_bytes, 0);
}

/* Who is asked learns what decided that it is asked, also through a require; a fn is listed once. */
Test(summary, counts_decisions_and_inlined_fns)
{
	static const char source[] =
		"label pii \"p\"\nlabel untrusted \"u\"\ntype T text 0 40\ntype S text 0 8\ntype B bool\nbackend b llm accepts pii,untrusted\n"
		"agent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\nset USER q\n"
		"flow f t:T@pii s:S@pii ok:B@untrusted go:B@pii -> T@pii\n"
		"go = INPUT 3\nok = INPUT 2\nno = CONST \"no\"\nr = REQUIRE ok no\ns = INPUT 1\nds = DROP clean pii \"why\" ; s\n"
		"t = INPUT 0\ndt = DROP clean pii \"why\" ; t\nm = MATCH 2 go\nblock\na = CALL ask ds guard r\nb = CALL ask dt guard r\n"
		"u = MATCH 2 go\n";
	static const char rest[] = "block\nyield a\nblock\nyield b\nyield u\nblock\nyield no\nend m\nwithin 9 999 99999 0\n";
	char both[sizeof source + sizeof rest];
	struct failing_alloc f;
	struct wr_buf bytes;
	struct wr_module *m;
	struct wr_load_refusal why = { 0 };
	const struct wr_summary *s;

	failing_alloc_init(&f);
	memcpy(both, source, sizeof source - 1);
	memcpy(both + sizeof source - 1, rest, sizeof rest);
	bytes_of(both, &f.hook, &bytes);
	cr_assert_eq(wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &why), WR_OK, "%s at %s", why.code, why.where);
	s = wr_module_summary(m);
	cr_expect_eq(s->agents[0].reaches, 3u); /* pii by the match, untrusted by the require */
	cr_expect_eq(s->agents[0].sites, 2u);
	cr_assert_eq(s->drops_len, 1u);
	cr_expect_eq(s->drops[0].millibits, 320000u, "the wider of its two uses");
	wr_module_free(m);
	wr_buf_free(&bytes);
}

Test(summary, finds_labels_by_path)
{
	static const struct {
		const char *path;
		bool there;
		uint64_t labels;
	} cases[] = {
		{ "claim", true, 0 }, { "claim.story", true, 3 }, { "claim.id", true, 0 }, { "more.story", true, 3 },
		{ "more.id", true, 1 }, { "more", true, 1 }, { "claim.name", false, 0 }, { "claims", false, 0 },
		{ "", false, 0 }, { "claim.", false, 0 }, { ".story", false, 0 }, { "claim.id.x", false, 0 },
	};
	struct failing_alloc f;
	struct wr_buf bytes;
	struct wr_module *m;
	struct wr_load_refusal why;

	failing_alloc_init(&f);
	bytes_of(GOOD, &f.hook, &bytes);
	cr_assert_eq(wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &why), WR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t labels = 0;

		cr_expect_eq(wr_module_labels_at(m, text(cases[i].path), &labels), cases[i].there, "%s", cases[i].path);
		cr_expect_eq(labels, cases[i].labels, "%s: %d", cases[i].path, (int)labels);
	}
	wr_module_free(m);
	wr_buf_free(&bytes);
}

/* Personal data for a backend that does not take it: whoever wrote the bytes, they do not load. */
Test(load, refuses_what_the_rules_refuse_and_says_where)
{
	static const struct {
		const char *name, *code, *where, *source;
	} cases[] = {
		{ "labels", "label-clearance", "flow node 2 operand 0",
		    "label pii \"personal data\"\nlabel untrusted \"from outside\"\n"
		    "type T text 0 40\ntype I int 0 100\ntype C record Claim id:T story:T@pii,untrusted cents:I\n"
		    "type L list C 0 8\ntype V variants Verdict pay:I deny\ntype B bool\ntype F record Finding reason:T covered:B\n"
		    HOUSE("untrusted") REST },
		{ "order", "order", "module", HEAD HOUSE("pii,untrusted") REST },
		{ "a body", "foldable", "agent ask node 2",
		    "type T text 0 40\nbackend b llm accepts -\nagent ask q:T -> T via b\na = CONST 1\nb = CONST 2\nc = ADD a b\n"
		    "t = TEMPLATE c\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER t\nflow f t:T -> T\nt = INPUT 0\nc = CALL ask t\nend c\n"
		    "within 9 999 99999 0\n" },
		{ "no promise", "bound-open", "module", "type T text 0 40\nflow f t:T -> T\nt = INPUT 0\nend t\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_buf bytes;
		struct wr_module *m = NULL;
		struct wr_load_refusal why = { 0 };

		failing_alloc_init(&f);
		bytes_of(cases[i].source, &f.hook, &bytes);
		cr_expect_eq(wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &why), WR_REFUSED, "%s", cases[i].name);
		cr_expect_str_eq(why.code != NULL ? why.code : "", cases[i].code, "%s: %s", cases[i].name, why.code);
		cr_expect_str_eq(why.where, cases[i].where, "%s: %s", cases[i].name, why.where);
		cr_expect_null(m);
		wr_buf_free(&bytes);
		cr_expect_eq(f.live_bytes, 0);
	}
}

Test(load, refuses_every_byte_that_is_cut_and_never_crashes_on_a_changed_one)
{
	struct failing_alloc f;
	struct wr_buf bytes;
	struct wr_module *m;
	struct wr_load_refusal why;
	unsigned loaded = 0;

	failing_alloc_init(&f);
	bytes_of(GOOD, &f.hook, &bytes);
	for (size_t i = 0; i < bytes.size; i++) {
		cr_expect_eq(wr_load((const uint8_t *)bytes.at, i, &f.hook, &m, &why), WR_MALFORMED, "cut at %zu", i);
		cr_expect(strncmp(why.where, "byte ", 5) == 0);
		for (unsigned bit = 0; bit < 8; bit++) {
			struct wr_module *changed = NULL;

			bytes.at[i] = (char)(bytes.at[i] ^ (1 << bit));
			loaded += wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &changed, &why) == WR_OK;
			wr_module_free(changed);
			bytes.at[i] = (char)(bytes.at[i] ^ (1 << bit));
		}
	}
	cr_expect_lt(loaded, bytes.size * 8 / 2, "%u", loaded);
	wr_buf_free(&bytes);
	cr_expect_eq(f.live_bytes, 0);
}

Test(load, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 }, sound;
	struct wr_buf bytes;

	failing_alloc_init(&sound);
	bytes_of(GOOD, &sound.hook, &bytes);
	while (failing_alloc_next(&f)) {
		struct wr_module *m = NULL;
		struct wr_load_refusal why;
		enum wr_status s = wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &why);

		cr_expect_eq(s, f.calls > f.fail_at ? WR_NOMEM : WR_OK, "%d after %ld calls", (int)s, f.calls);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0);
	}
	wr_buf_free(&bytes);
}

Test(summary, counts_what_a_value_can_say)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	const uint64_t *bits;
	struct wr_member three[] = { { .type = WR_NONE }, { .type = WR_NONE }, { .type = WR_NONE } };
	struct wr_member mixed[] = { { .type = 1 }, { .type = WR_NONE } };
	struct wr_member two[] = { { .type = 0 }, { .type = 1 } };
	static const struct {
		const char *name;
		uint64_t millibits;
	} expected[] = {
		{ "bool", 1000 }, { "int 0..100", 6658 }, { "three variants", 1585 }, { "int 0..100 or nothing", 6672 },
		{ "text ..600", 4800000 }, { "text? ..600", 4800000 }, { "bool?", 1585 }, { "list of 3 bools", 3000 },
		{ "up to 2 bools", 2807 }, { "record of bool and int", 7658 }, { "number", 64000 }, { "int", 54000 },
		{ "int64", 64000 }, { "int 5..5", 0 }, { "up to 100 bools", 101000 }, { "100 texts ..600", 480000000 },
		{ "up to 7 of one", 3000 },
	};

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1u << 20);
	wr_types_init(&types, &arena);
	(void)wr_type_bool(&types);
	(void)wr_type_int(&types, 0, 100);
	(void)wr_types_add(&types, (struct wr_type){ .kind = WR_TYPE_VARIANTS, .members = three, .members_len = 3 });
	(void)wr_types_add(&types, (struct wr_type){ .kind = WR_TYPE_VARIANTS, .members = mixed, .members_len = 2 });
	(void)wr_type_text(&types, 0, 600);
	(void)wr_type_option(&types, 4);
	(void)wr_type_option(&types, 0);
	(void)wr_type_list(&types, 0, 3, 3);
	(void)wr_type_list(&types, 0, 0, 2);
	(void)wr_types_add(&types, (struct wr_type){ .kind = WR_TYPE_RECORD, .members = two, .members_len = 2 });
	(void)wr_type_number(&types, 0, 1);
	(void)wr_type_int(&types, -WR_INT_DEFAULT, WR_INT_DEFAULT);
	(void)wr_type_int(&types, INT64_MIN, INT64_MAX);
	(void)wr_type_int(&types, 5, 5);
	(void)wr_type_list(&types, 0, 0, 100);
	(void)wr_type_list(&types, 4, 0, 100);
	(void)wr_type_list(&types, 13, 0, 7);
	bits = wr_capacities(&types, &arena);
	cr_assert_not_null(bits);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		cr_expect_eq(bits[i], expected[i].millibits, "%s: %llu", expected[i].name, (unsigned long long)bits[i]);
	wr_arena_free(&arena);
}
