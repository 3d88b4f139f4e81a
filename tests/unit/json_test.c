/* What the runtime's JSON documents accept, refuse with which place, and write. */
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>

TestSuite(json, .timeout = 20);

static const char *
printed(const char *source, enum wd_json_form form)
{
	static char out[4096];
	struct wd_json_doc doc;
	struct wr_buf buf;

	wr_buf_init(&buf, wd_alloc(), sizeof out - 1);
	if (wd_json_parse(&doc, wd_alloc(), wr_text_of(source), 4096, NULL) != WR_OK)
		return "refused";
	wd_json_write(doc.root, form, &buf);
	memcpy(out, buf.at, buf.size + 1);
	wd_json_free(&doc);
	wr_buf_free(&buf);
	return out;
}

Test(json, refuses_all_that_is_not_one_strict_document)
{
	static const struct {
		const char *text;
		size_t size;
		enum wr_status status;
		const char *why;
		uint32_t line, column;
	} cases[] = {
		{ "", 0, WR_MALFORMED, "ends too early", 1, 1 },
		{ "{\"a\":1,\"a\":2}", 13, WR_MALFORMED, "a member is there twice", 1, 10 },
		{ "{\"a\":{\"b\":1,\n\"b\":1}}", 22, WR_MALFORMED, "a member is there twice", 2,
		    3 },
		{ "{} {}", 5, WR_MALFORMED, "something follows the value", 1, 4 },
		{ "{}\0", 3, WR_MALFORMED, NULL, 0, 0 },
		{ "\xEF\xBB\xBF{}", 5, WR_MALFORMED, NULL, 0, 0 },
		{ "[1", 2, WR_MALFORMED, NULL, 0, 0 },
		{ "[1,]", 4, WR_MALFORMED, NULL, 0, 0 },
		{ "[01]", 4, WR_MALFORMED, NULL, 0, 0 },
		{ "[+1]", 4, WR_MALFORMED, NULL, 0, 0 },
		{ "[NaN]", 5, WR_MALFORMED, NULL, 0, 0 },
		{ "'a'", 3, WR_MALFORMED, NULL, 0, 0 },
		{ "\"\\u0000\"", 8, WR_MALFORMED, "a text may not contain \\u0000", 0, 0 },
		{ "{\"\\u0000\":1}", 12, WR_MALFORMED, NULL, 0, 0 },
		{ "\"\\ud800\"", 8, WR_MALFORMED, NULL, 0, 0 },
		{ "\"\xC0\x80\"", 4, WR_MALFORMED, NULL, 0, 0 },
		{ "\"\xED\xA0\x80\"", 5, WR_MALFORMED, NULL, 0, 0 },
		{ "9223372036854775808", 19, WR_MALFORMED, "a number is too large", 0, 0 },
		{ "1e999", 5, WR_MALFORMED, "a number is too large", 0, 0 },
		{ "\"a\tb\"", 5, WR_MALFORMED, NULL, 0, 0 },
		{ "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]", 43, WR_LIMIT, "too large", 0, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_json_doc doc;
		struct wd_json_error e = { 0 };
		enum wr_status got = wd_json_parse(
		    &doc, wd_alloc(), (struct wr_text){ cases[i].text, cases[i].size }, 40, &e);

		cr_expect_eq(got, cases[i].status, "%s: %d", cases[i].text, got);
		cr_expect_not_null(e.text, "%s", cases[i].text);
		if (cases[i].why != NULL && e.text != NULL)
			cr_expect_str_eq(e.text, cases[i].why, "%s", cases[i].text);
		if (cases[i].line > 0)
			cr_expect(e.line == cases[i].line && e.column == cases[i].column,
			    "%s: %u:%u", cases[i].text, e.line, e.column);
	}
}

Test(json, refuses_depth_before_it_hurts)
{
	char deep[5000];
	struct wd_json_doc doc;
	struct wd_json_error e;

	memset(deep, '[', sizeof deep);
	cr_assert_neq(
	    wd_json_parse(&doc, wd_alloc(), (struct wr_text){ deep, 5000 }, 5000, &e), WR_OK);
	memset(deep + 64, ']', 64);
	cr_assert_eq(
	    wd_json_parse(&doc, wd_alloc(), (struct wr_text){ deep, 128 }, 5000, &e), WR_OK);
	wd_json_free(&doc);
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	cr_assert_eq(
	    wd_json_parse(&doc, wd_alloc(), (struct wr_text){ deep, 130 }, 5000, &e), WR_LIMIT);
	cr_assert_str_eq(e.text, "nested too deep");
}

Test(json, writes_compact_canonical_and_indented)
{
	static const struct {
		const char *source, *compact, *canonical;
	} cases[] = {
		{ " { \"b\" : [ 1 , 2.5 ] , \"a\" : null } ", "{\"b\":[1,2.5],\"a\":null}",
		    "{\"a\":null,\"b\":[1,2.5]}" },
		{ "{}", "{}", "{}" },
		{ "[]", "[]", "[]" },
		{ "\"\\u20ac\\/\\u000f\\n\\u007f\\\"\\\\\"",
		    "\"\xE2\x82\xAC/\\u000f\\n\x7F\\\"\\\\\"",
		    "\"\xE2\x82\xAC/\\u000f\\n\x7F\\\"\\\\\"" },
		/* RFC 8785 3.2.3: the order of UTF-16, where U+1F600 comes before U+FB33 */
		{ "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3,\"\\r\":4,\"1\":5,\"\\u0080\":"
		  "6,\"\\u00f6\":7}",
		    "{\"\xEF\xAC\xB3\":1,\"\xF0\x9F\x98\x80\":2,\"\xE2\x82\xAC\":3,\"\\r\":4,\"1\":"
		    "5,\"\xC2\x80\":6,\"\xC3\xB6\":7}",
		    "{\"\\r\":4,\"1\":5,\"\xC2\x80\":6,\"\xC3\xB6\":7,\"\xE2\x82\xAC\":3,"
		    "\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}" },
		{ "{\"aa\":1,\"a\":2,\"\":3}", "{\"aa\":1,\"a\":2,\"\":3}",
		    "{\"\":3,\"a\":2,\"aa\":1}" },
		/* RFC 8785 appendix B, and its neighbours */
		{ "[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]",
		    "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
		    "[333333333.3333333,1e+30,4.5,0.002,1e-27]" },
		{ "[-0.0,5e-324,1.7976931348623157e308,9007199254740992.0,295147905179352830000.0]",
		    "[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000]",
		    "[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000]" },
		{ "[1e21,1e20,0.000001,0.0000001,-1.5,100.0,123456.789,9.999999999999997e22]",
		    "[1e+21,100000000000000000000,0.000001,1e-7,-1.5,100,123456.789,9."
		    "999999999999997e+22]",
		    "[1e+21,100000000000000000000,0.000001,1e-7,-1.5,100,123456.789,9."
		    "999999999999997e+22]" },
		{ "[9223372036854775807,-9223372036854775808,-0]",
		    "[9223372036854775807,-9223372036854775808,0]",
		    "[9223372036854775807,-9223372036854775808,0]" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect_str_eq(printed(cases[i].source, WD_JSON_COMPACT), cases[i].compact);
		cr_expect_str_eq(printed(cases[i].source, WD_JSON_CANONICAL), cases[i].canonical);
	}
	cr_expect_str_eq(printed("{\"a\":[1,{}],\"b\":[]}", WD_JSON_INDENTED),
	    "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

Test(json, looking_at_what_is_not_there_is_harmless)
{
	struct wd_json_doc doc;
	int64_t n = 7;
	double d = 0;
	bool b = true;
	const struct wd_json *v;

	cr_assert_eq(wd_json_parse(&doc, wd_alloc(),
			 WR_TEXT("{\"a\":[{\"b\":\"x\"},7,7.5,true,null]}"), 100, NULL),
	    WR_OK);
	v = wd_json_get(doc.root, "a");
	cr_expect(wr_text_eq(wd_json_text(wd_json_get(wd_json_item(v, 0), "b")), WR_TEXT("x")));
	cr_expect(wd_json_text_is(wd_json_get(wd_json_item(v, 0), "b"), "x"));
	cr_expect_null(wd_json_get(wd_json_item(wd_json_get(doc.root, "no"), 3), "b"));
	cr_expect_null(wd_json_text(wd_json_item(v, 1)).at);
	cr_expect(wd_json_int(wd_json_item(v, 1), &n) && n == 7);
	cr_expect(!wd_json_int(wd_json_item(v, 2), &n));
	cr_expect(wd_json_real(wd_json_item(v, 2), &d) && d == 7.5);
	cr_expect(wd_json_real(wd_json_item(v, 1), &d) && d == 7);
	cr_expect(wd_json_bool(wd_json_item(v, 3), &b) && b);
	cr_expect_eq(wd_json_kind(wd_json_item(v, 4)), WD_JSON_NULL);
	cr_expect_eq(wd_json_kind(wd_json_item(v, 5)), WD_JSON_ABSENT);
	cr_expect_eq(wd_json_len(v), 5);
	cr_expect_eq(wd_json_len(wd_json_item(v, 1)), 0);
	cr_expect(wr_text_eq(wd_json_name(doc.root, 0), WR_TEXT("a")));
	wd_json_free(&doc);
}

/* One strict reader, to see what it says of what. */
static bool
read_person(const struct wd_json *root, struct wd_json_error *e)
{
	struct wd_json_at top = wd_json_at_root(root, e), persons, ana, keys, key;
	struct wr_text name;
	int64_t n;
	bool b;

	if (!wd_json_at_members(top, "persons ?note"))
		return false;
	persons = wd_json_at(&top, "persons");
	if (!wd_json_at_object(persons, 2))
		return false;
	ana = wd_json_at_item(&persons, 0);
	if (!wd_json_at_members(ana, "keys"))
		return false;
	keys = wd_json_at(&ana, "keys");
	if (!wd_json_at_array(keys, 1, 2))
		return false;
	key = wd_json_at_item(&keys, 0);
	return wd_json_at_members(key, "type n b") &&
	       wd_json_at_text(wd_json_at(&key, "type"), 8, &name) &&
	       wd_json_at_int(wd_json_at(&key, "n"), 1, 9, &n) &&
	       wd_json_at_bool(wd_json_at(&key, "b"), &b);
}

Test(json, a_strict_reader_names_the_place)
{
	static const struct {
		const char *source, *place, *why;
	} cases[] = {
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"x\",\"n\":1,\"b\":true}]}}}", "",
		    NULL },
		{ "{}", "persons", "is missing" },
		{ "[]", "", "must be an object" },
		{ "{\"persons\":{},\"Persons\":{}}", "Persons", "is not a known member" },
		{ "{\"persons\":{},\"we\\u202eird \\\"\":{}}", "[\"we?ird ?\"]",
		    "is not a known member" },
		{ "{\"persons\":[]}", "persons", "must be an object" },
		{ "{\"persons\":{\"a\":1,\"b\":1,\"c\":1}}", "persons", "has too many members" },
		{ "{\"persons\":{\"ana\":{}}}", "persons.ana.keys", "is missing" },
		{ "{\"persons\":{\"ana\":{\"keys\":[]}}}", "persons.ana.keys",
		    "must not be empty" },
		{ "{\"persons\":{\"ana\":{\"keys\":[1]}}}", "persons.ana.keys[0]",
		    "must be an object" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"\",\"n\":1,\"b\":true}]}}}",
		    "persons.ana.keys[0].type", "must not be empty" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"123456789\",\"n\":1,\"b\":true}]}}"
		  "}",
		    "persons.ana.keys[0].type", "is too long" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"x\",\"n\":1.0,\"b\":true}]}}}",
		    "persons.ana.keys[0].n", "must be a whole number" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"x\",\"n\":10,\"b\":true}]}}}",
		    "persons.ana.keys[0].n", "is too large" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"x\",\"n\":0,\"b\":true}]}}}",
		    "persons.ana.keys[0].n", "is too small" },
		{ "{\"persons\":{\"ana\":{\"keys\":[{\"type\":\"x\",\"n\":1,\"b\":1}]}}}",
		    "persons.ana.keys[0].b", "must be true or false" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_json_doc doc;
		struct wd_json_error e;

		cr_assert_eq(
		    wd_json_parse(&doc, wd_alloc(), wr_text_of(cases[i].source), 1000, &e), WR_OK);
		cr_expect_eq(
		    read_person(doc.root, &e), cases[i].why == NULL, "%s", cases[i].source);
		cr_expect_str_eq(e.place, cases[i].place, "%s", cases[i].source);
		if (cases[i].why != NULL)
			cr_expect(e.text != NULL && strcmp(e.text, cases[i].why) == 0, "%s",
			    cases[i].source);
		wd_json_free(&doc);
	}
}

Test(json, a_long_place_is_cut_and_says_so)
{
	struct wd_json_doc doc;
	struct wd_json_error e;
	char source[700] = "{\"";
	struct wd_json_at top;

	memset(source + 2, 'a', 500);
	memcpy(source + 502, "\":1}", 5);
	cr_assert_eq(wd_json_parse(&doc, wd_alloc(), wr_text_of(source), 1000, &e), WR_OK);
	top = wd_json_at_root(doc.root, &e);
	cr_expect(!wd_json_at_members(top, "b"));
	cr_expect_str_eq(e.place, "\xE2\x80\xA6");
	wd_json_free(&doc);
}

Test(json, builds_what_it_writes)
{
	struct wd_json_doc doc;
	struct wr_buf buf;
	struct wd_json *list;

	wd_json_init(&doc, wd_alloc(), 100000);
	wr_buf_init(&buf, wd_alloc(), 100000);
	doc.root = wd_json_object(&doc);
	list = wd_json_set(&doc, doc.root, "list", wd_json_array(&doc));
	for (int64_t i = 0; i < 20; i++)
		(void)wd_json_push(&doc, list, wd_json_new_int(&doc, i % 10));
	wd_json_set_str(&doc, doc.root, "s", "a\"b");
	wd_json_set_bool(&doc, doc.root, "t", true);
	wd_json_set_null(&doc, doc.root, "n");
	wd_json_set_int(&doc, doc.root, "i", -5);
	(void)wd_json_set(&doc, doc.root, "copy", wd_json_copy(&doc, wd_json_get(doc.root, "t")));
	(void)wd_json_set(&doc, doc.root, "r", wd_json_new_real(&doc, 0.5));
	cr_assert_eq(doc.status, WR_OK);
	wd_json_write(doc.root, WD_JSON_COMPACT, &buf);
	cr_expect_str_eq(buf.at,
	    "{\"list\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9],\"s\":\"a\\\"b\","
	    "\"t\":true,\"n\":null,\"i\":-5,\"copy\":true,\"r\":0.5}");
	wr_buf_free(&buf);
	wd_json_free(&doc);
}

Test(json, building_beyond_the_maximum_is_a_status)
{
	struct wd_json_doc doc;

	wd_json_init(&doc, wd_alloc(), 200);
	doc.root = wd_json_array(&doc);
	for (int i = 0; i < 100; i++)
		(void)wd_json_push(&doc, doc.root, wd_json_new_int(&doc, i));
	cr_expect_eq(doc.status, WR_LIMIT);
	wd_json_free(&doc);
}

Test(json, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wd_json_doc doc;
		struct wr_buf buf;
		enum wr_status got = wd_json_parse(
		    &doc, &f.hook, WR_TEXT("{\"b\":[1,2,{\"c\":\"text\"}],\"a\":1}"), 1000, NULL);

		wr_buf_init(&buf, &f.hook, 1000);
		if (got == WR_OK) {
			wd_json_write(doc.root, WD_JSON_CANONICAL, &buf);
			got = buf.status;
			wd_json_free(&doc);
		}
		wr_buf_free(&buf);
		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert_eq(f.live_bytes, 0);
	}
}
