/* JSON from outside against types: what fits comes back canonical, what does not is refused with its path. */
#include "tests/support/claim_types.h"
#include "tests/support/failing_alloc.h"
#include "vm/json.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(typed_json, .timeout = 60);

#define GOOD \
	"{\"id\":\"c1\",\"count\":-7,\"score\":0.5,\"open\":true,\"note\":null,\"lines\":[{\"text\":\"a\",\"cents\":1}]," \
	"\"severity\":\"high\",\"decision\":{\"kind\":\"pay\",\"value\":5},\"any\":1e+21}"

struct outcome {
	enum wr_status status;
	char again[4096]; /* what was read, written */
	struct wr_json_fault fault;
};

/* which: `c` Claim, `d` Decision, `s` Severity, `i` int 0..100, `I` any int, `n` number 0..1.5, `t` text 1..4,
 * `T` text, `b` bool, `o` text? , `l` [int 0..100] 1..3 */
static uint32_t
type_named(struct claim_types *c, char which)
{
	struct wr_types *t = &c->types;

	switch (which) {
	case 'c':
		return c->claim;
	case 'd':
		return c->decision;
	case 's':
		return c->severity;
	case 'i':
		return wr_type_int(t, 0, 100);
	case 'I':
		return wr_type_int(t, INT64_MIN, INT64_MAX);
	case 'n':
		return wr_type_number(t, 0, 1.5);
	case 't':
		return wr_type_text(t, 1, 4);
	case 'T':
		return wr_type_text(t, 0, 65536);
	case 'b':
		return wr_type_bool(t);
	case 'o':
		return wr_type_option(t, wr_type_text(t, 0, 4));
	default:
		return wr_type_list(t, wr_type_int(t, 0, 100), 1, 3);
	}
}

static void
read_json(const struct wr_alloc *alloc, char which, struct wr_text json, struct outcome *out)
{
	struct failing_alloc steady;
	struct wr_arena arena, made;
	struct claim_types c;
	struct wr_value v;
	struct wr_buf buf;
	uint32_t type;

	failing_alloc_init(&steady);
	wr_arena_init(&arena, &steady.hook, 1u << 20);
	wr_arena_init(&made, alloc, 1u << 20);
	claim_types_init(&c, &arena);
	type = type_named(&c, which);
	memset(out, 0, sizeof *out);
	out->status = wr_json_read(&c.types, type, json, &made, &v, &out->fault);
	if (out->status == WR_OK) {
		wr_buf_init(&buf, &steady.hook, sizeof out->again);
		wr_json_write(&c.types, type, v, &buf);
		cr_assert_eq(buf.status, WR_OK);
		memcpy(out->again, buf.at, buf.size);
		wr_buf_free(&buf);
	}
	wr_arena_free(&made);
	wr_arena_free(&arena);
}

static const struct {
	char type;
	const char *json, *again; /* NULL: the same */
} good[] = {
	{ 'c', GOOD, NULL },
	{ 'i', "0", NULL }, { 'i', "100", NULL }, { 'i', " 7\n", "7" }, { 'i', "-0", "0" },
	{ 'I', "-9223372036854775808", NULL }, { 'I', "9223372036854775807", NULL },
	{ 'n', "1.5", NULL }, { 'n', "15e-1", "1.5" }, { 'n', "-0.0", "0" }, { 'n', "1", NULL }, { 'n', "1E0", "1" },
	{ 'b', "true", NULL }, { 'b', "false", NULL },
	{ 't', "\"abcd\"", NULL }, { 't', "\"\\u0041\\n\"", "\"A\\n\"" }, { 't', "\"😀\"", NULL },
	{ 't', "\"\\ud83d\\ude00\"", "\"😀\"" }, { 't', "\"\\u0000\"", NULL }, { 't', "\"\\/\"", "\"/\"" },
	{ 't', "\"\x7f\"", NULL }, { 'T', "\"\\b\\t\\n\\f\\r\\\"\\\\\\u0001\\u001f\"", NULL }, { 'T', "\"\\u001F\"", "\"\\u001f\"" },
	{ 'o', "null", NULL }, { 'o', "\"\"", NULL },
	{ 'l', "[1]", NULL }, { 'l', "[ 1 , 2,3 ]", "[1,2,3]" },
	{ 's', "\"low\"", NULL }, { 's', "\"\\u006cow\"", "\"low\"" },
	{ 'd', "{\"kind\":\"deny\"}", NULL }, { 'd', "{\"kind\":\"pay\",\"value\":1}", NULL },
	{ 'd', " { \"value\" : 1 , \"kind\" : \"pay\" } ", "{\"kind\":\"pay\",\"value\":1}" },
};

static const struct {
	char type;
	const char *json, *path, *why; /* why: a part of it */
} bad[] = {
	{ 'i', "", "", "malformed JSON at byte 0, where it ends: expected a value" },
	{ 'i', "x", "", "malformed JSON at byte 0: expected a value" },
	{ 'i', "\xEF\xBB\xBF" "1", "", "malformed" },
	{ 'i', "101", "", "expected an int from 0 to 100, found 101" }, { 'i', "-1", "", "found -1" },
	{ 'i', "1.0", "", "without fraction or exponent, found 1.0" }, { 'i', "1e1", "", "exponent" },
	{ 'i', "\"1\"", "", "expected an int from 0 to 100, found a text" }, { 'i', "null", "", "found null" },
	{ 'i', "01", "", "malformed JSON at byte 0: expected a number" }, { 'i', "+1", "", "malformed" }, { 'i', "-", "", "number" },
	{ 'i', "1 2", "", "expected nothing more" }, { 'i', "1,", "", "nothing more" }, { 'i', "1x", "", "nothing more" },
	{ 'i', "0x10", "", "nothing more" }, { 'i', "NaN", "", "malformed" },
	{ 'I', "9223372036854775808", "", "expected an int, found 9223372036854775808" },
	{ 'I', "-9223372036854775809", "", "found -9223372036854775809" },
	{ 'I', "11111111111111111111111111111111111111111111111111", "", "…" },
	{ 'n', "1.6", "", "expected a number from 0 to 1.5, found 1.6" }, { 'n', "1e400", "", "found 1e400" },
	{ 'n', "1.", "", "number" }, { 'n', ".5", "", "malformed" }, { 'n', "1e", "", "number" }, { 'n', "-", "", "number" },
	{ 'b', "1", "", "expected true or false, found a number" }, { 'b', "True", "", "malformed" },
	{ 'b', "truex", "", "nothing more" }, { 'b', "tru", "", "expected true or false" },
	{ 't', "\"\"", "", "expected a text of at least 1 bytes, found 0" },
	{ 't', "\"abcde\"", "", "expected a text of at most 4 bytes, found 5" }, { 't', "\"äöü\"", "", "found 6" },
	{ 't', "\"a", "", "closing quote" }, { 't', "\"\\", "", "valid escape" }, { 't', "\"\\x\"", "", "valid escape" },
	{ 't', "\"\\u12\"", "", "valid escape" }, { 't', "\"\\u12g4\"", "", "valid escape" },
	{ 't', "\"\\ud800\"", "", "valid escape" }, { 't', "\"\\udc00\"", "", "valid escape" },
	{ 't', "\"\\ud800\\ud800\"", "", "valid escape" }, { 't', "\"\\ud800x\"", "", "valid escape" },
	{ 't', "\"\x01\"", "", "control characters" }, { 't', "\"\n\"", "", "control characters" },
	{ 't', "\"\xff\"", "", "UTF-8" }, { 't', "\"\xc0\x80\"", "", "UTF-8" }, { 't', "\"\xed\xa0\x80\"", "", "UTF-8" },
	{ 't', "\"\xf4\x90\x80\x80\"", "", "UTF-8" }, { 't', "\"\xe2\x82\"", "", "UTF-8" }, { 't', "'a'", "", "malformed" },
	{ 'o', "nul", "", "expected a text" }, { 'o', "nullx", "", "nothing more" }, { 'o', "\"abcde\"", "", "at most 4" },
	{ 'l', "[]", "", "expected a list of at least 1 items, found 0" },
	{ 'l', "[1,2,3,4]", "", "expected a list of at most 3 items, found 4 or more" },
	{ 'l', "[1,]", "[1]", "malformed" }, { 'l', "[,1]", "[0]", "malformed" }, { 'l', "[1 2]", "", "`,` or `]`" },
	{ 'l', "[1", "", "`,` or `]`" }, { 'l', "[1}", "", "`,` or `]`" }, { 'l', "[[1]]", "[0]", "found a list" },
	{ 'l', "[1,true]", "[1]", "found true" }, { 'l', "{}", "", "expected a list, found an object" },
	{ 's', "\"mid\"", "", "expected one of `low`, `high` or `worst`, found `mid`" },
	{ 's', "{\"kind\":\"low\"}", "", "found an object" }, { 's', "0", "", "found a number" }, { 's', "\"\"", "", "found ``" },
	{ 's', "\"a\\u202eb\"", "", "found `a?b`" },
	{ 'd', "\"deny\"", "", "expected an object whose kind is `pay` or `deny`, found a text" },
	{ 'd', "{}", "", "missing member `kind`" }, { 'd', "{\"value\":1}", "", "missing member `kind`" },
	{ 'd', "{\"kind\":\"pay\"}", "", "missing member `value`" },
	{ 'd', "{\"kind\":\"deny\",\"value\":1}", "", "unknown member `value`" },
	{ 'd', "{\"kind\":\"deny\",\"value\":null}", "", "unknown member `value`" },
	{ 'd', "{\"kind\":\"deny\",\"kind\":\"deny\"}", "", "duplicate member `kind`" },
	{ 'd', "{\"kind\":\"pay\",\"value\":1,\"value\":1}", "", "duplicate member `value`" },
	{ 'd', "{\"kind\":\"pay\",\"value\":1,\"x\":1}", "", "unknown member `x`" },
	{ 'd', "{\"kind\":\"x\"}", ".kind", "expected an object whose kind is" }, { 'd', "{\"kind\":1}", ".kind", "found a number" },
	{ 'd', "{\"kind\":\"pay\",\"value\":0}", ".value", "expected an int from 1 to 5,000,000, found 0" },
	{ 'd', "{\"value\":1 2,\"kind\":\"pay\"}", "", "`,` or `}`" }, { 'd', "{\"value\":12x,\"kind\":\"pay\"}", "", "`,` or `}`" },
	{ 'd', "{\"value\":[1},\"kind\":\"pay\"}", ".value", "found a list" }, { 'd', "{\"value\":,\"kind\":\"pay\"}", "", "a value" },
	{ 'd', "{\"value\":{\"a\":[1,2]},\"kind\":\"pay\"}", ".value", "found an object" },
	{ 'd', "{\"value\":\"x", "", "closing quote" }, { 'd', "{\"kind\":\"pay\",\"value\":1", "", "`,` or `}`" },
	{ 'd', "{\"kind\":\"pay\",\"value\":1}}", "", "nothing more" }, { 'd', "[]", "", "found a list" },
	{ 'c', "{", "", "the name of a member" }, { 'c', "{\"id\"", "", "`:`" }, { 'c', "{\"id\":", ".id", "a value" },
	{ 'c', "{}", "", "missing member `id`" }, { 'c', "{id:1}", "", "the name of a member" },
	{ 'c', "{\"id\":\"a\",}", "", "the name of a member" }, { 'c', "{\"id\":\"a\",\"id\":\"a\"}", "", "duplicate member `id`" },
	{ 'c', "{\"\\u0069d\":\"a\",\"id\":\"a\"}", "", "duplicate member `id`" },
	{ 'c', "{\"ID\":\"a\"}", "", "unknown member `ID`" }, { 'c', "{\"\":1}", "", "unknown member ``" },
	{ 'c', "{\"a012345678901234567890123456789012345678901234567890123456789012345\":1}", "", "more than 64 bytes" },
	{ 'c', "{\"lines\":[{\"text\":\"a\",\"cents\":1},{\"text\":\"a\",\"cents\":0}]}", ".lines[1].cents", "expected an int from 1 to 5,000,000, found 0" },
	{ 'c', "{\"lines\":[{\"text\":\"a\"}]}", ".lines[0]", "missing member `cents`" },
	{ 'c', "{\"decision\":{\"kind\":\"pay\",\"value\":\"x\"}}", ".decision.value", "found a text" },
	{ 'c', "{\"open\":tru}", ".open", "true or false" }, { 'c', "{\"id\":\"a\"]", "", "`,` or `}`" },
};

Test(typed_json, reads_what_fits_and_writes_it_canonically)
{
	struct failing_alloc f;
	struct outcome o;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		read_json(&f.hook, good[i].type, wr_text_of(good[i].json), &o);
		cr_expect_eq(o.status, WR_OK, "%s: %s: %s", good[i].json, o.fault.path, o.fault.why);
		cr_expect_str_eq(o.again, good[i].again == NULL ? good[i].json : good[i].again);
	}
	cr_expect_eq(f.live_bytes, 0);
}

Test(typed_json, refuses_what_does_not_fit_and_says_where)
{
	struct failing_alloc f;
	struct outcome o;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		read_json(&f.hook, bad[i].type, wr_text_of(bad[i].json), &o);
		cr_expect_eq(o.status, WR_INVALID, "%s was taken", bad[i].json);
		cr_expect_str_eq(o.fault.path, bad[i].path, "%s: path %s: %s", bad[i].json, o.fault.path, o.fault.why);
		cr_expect(strstr(o.fault.why, bad[i].why) != NULL, "%s: %s", bad[i].json, o.fault.why);
		cr_expect(wr_utf8_valid(wr_text_of(o.fault.why)));
	}
	cr_expect_eq(f.live_bytes, 0);
}

Test(typed_json, refuses_every_cut_and_every_raw_nul)
{
	struct failing_alloc f;
	struct outcome o;
	char copy[sizeof GOOD];

	failing_alloc_init(&f);
	for (size_t size = 0; size < sizeof GOOD - 1; size++) {
		read_json(&f.hook, 'c', (struct wr_text){ GOOD, size }, &o);
		cr_expect_eq(o.status, WR_INVALID, "cut at %zu", size);
		memcpy(copy, GOOD, sizeof copy);
		copy[size] = '\0';
		read_json(&f.hook, 'c', (struct wr_text){ copy, sizeof copy - 1 }, &o);
		cr_expect_eq(o.status, WR_INVALID, "NUL at %zu", size);
	}
	read_json(&f.hook, 'T', (struct wr_text){ NULL, 0 }, &o);
	cr_expect_eq(o.status, WR_INVALID);
}

Test(typed_json, takes_members_in_any_order)
{
	static const char json[] =
	    "{\"any\":0,\"decision\":{\"value\":5,\"kind\":\"pay\"},\"severity\":\"worst\",\"lines\":[{\"cents\":1,\"text\":\"\"}],"
	    "\"note\":\"n\",\"open\":false,\"score\":0,\"count\":0,\"id\":\"x\"}";
	struct failing_alloc f;
	struct outcome o;

	failing_alloc_init(&f);
	read_json(&f.hook, 'c', wr_text_of(json), &o);
	cr_expect_eq(o.status, WR_OK, "%s %s", o.fault.path, o.fault.why);
	cr_expect_str_eq(o.again,
	    "{\"id\":\"x\",\"count\":0,\"score\":0,\"open\":false,\"note\":\"n\",\"lines\":[{\"text\":\"\",\"cents\":1}],"
	    "\"severity\":\"worst\",\"decision\":{\"kind\":\"pay\",\"value\":5},\"any\":0}");
}

Test(typed_json, is_as_deep_as_the_type_whatever_the_bytes)
{
	static char brackets[1 << 20];
	struct failing_alloc f;
	struct outcome o;

	failing_alloc_init(&f);
	memset(brackets, '[', sizeof brackets);
	read_json(&f.hook, 'l', (struct wr_text){ brackets, sizeof brackets }, &o);
	cr_expect_eq(o.status, WR_INVALID);
	memcpy(brackets, "{\"value\":", 9); /* passed over before the kind is known */
	read_json(&f.hook, 'd', (struct wr_text){ brackets, sizeof brackets }, &o);
	cr_expect_eq(o.status, WR_INVALID);
	cr_expect_eq(f.live_bytes, 0);
}

Test(typed_json, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct outcome o;

		read_json(&f.hook, 'c', WR_TEXT(GOOD), &o);
		cr_assert_eq(o.status, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert_eq(f.live_bytes, 0);
	}
}

Test(typed_json, says_limit_when_the_heap_is_full)
{
	static char json[4096];
	struct failing_alloc f;
	struct wr_arena arena, small;
	struct claim_types c;
	struct wr_json_fault fault;
	struct wr_arena_mark mark;
	struct wr_value v;

	failing_alloc_init(&f);
	memset(json, 'a', sizeof json);
	json[0] = json[sizeof json - 1] = '"';
	wr_arena_init(&arena, &f.hook, 1u << 20);
	wr_arena_init(&small, &f.hook, 1000);
	claim_types_init(&c, &arena);
	mark = wr_arena_mark(&small);
	cr_expect_eq(wr_json_read(&c.types, type_named(&c, 'T'), (struct wr_text){ json, sizeof json }, &small, &v, &fault), WR_LIMIT);
	wr_arena_rewind(&small, mark);
	cr_expect_eq(wr_json_read(&c.types, type_named(&c, 'T'), WR_TEXT("\"a\""), &small, &v, &fault), WR_OK);
	wr_arena_free(&small);
	wr_arena_free(&arena);
}

Test(typed_json, checks_raw_texts_too)
{
	static const struct {
		const char *raw;
		enum wr_status status;
	} raws[] = {
		{ "abc", WR_OK }, { "", WR_INVALID }, { "abcde", WR_INVALID }, { "\"a\"", WR_OK }, { "\xff", WR_INVALID },
	};
	struct failing_alloc f;
	struct wr_arena arena;
	struct claim_types c;
	struct wr_json_fault fault;
	struct wr_value v;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1u << 20);
	claim_types_init(&c, &arena);
	for (size_t i = 0; i < sizeof raws / sizeof *raws; i++)
		cr_expect_eq(wr_text_read(&c.types, type_named(&c, 't'), wr_text_of(raws[i].raw), &arena, &v, &fault), raws[i].status);
	wr_arena_free(&arena);
}
