/* The bytes of schemas: they count in the bounds, so they are written out here. */
#include "tests/support/claim_types.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/buf.h"
#include "vm/for_compiler.h"

#include <criterion/criterion.h>

TestSuite(schema, .timeout = 60);

#define CENTS "{\"type\":\"integer\",\"minimum\":1,\"maximum\":5000000}"
#define SEVERITY "{\"type\":\"string\",\"enum\":[\"low\",\"high\",\"worst\"]}"
#define DECISION \
	"{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"pay\"]},\"value\":" CENTS \
	"},\"required\":[\"kind\",\"value\"],\"additionalProperties\":false}," \
	"{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"deny\"]}},\"required\":[\"kind\"]," \
	"\"additionalProperties\":false}]}"
#define LINE \
	"{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"},\"cents\":" CENTS "},\"required\":[\"text\",\"cents\"]," \
	"\"additionalProperties\":false}"

static void
expect_schema(const struct wr_types *types, uint32_t type, bool enveloped, const char *expected)
{
	struct failing_alloc f;
	struct wr_buf buf;

	failing_alloc_init(&f);
	wr_buf_init(&buf, &f.hook, 1u << 20);
	wr_schema(types, type, enveloped, &buf);
	cr_expect_eq(buf.status, WR_OK);
	cr_expect_str_eq(buf.at, expected);
	wr_buf_free(&buf);
}

Test(schema, is_these_bytes)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct claim_types c;
	struct wr_types *t = &c.types;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1u << 20);
	claim_types_init(&c, &arena);
	expect_schema(t, wr_type_text(t, 3, 9), false, "{\"type\":\"string\"}");
	expect_schema(t, wr_type_int(t, -WR_INT_DEFAULT, WR_INT_DEFAULT), false, "{\"type\":\"integer\"}");
	expect_schema(t, wr_type_int(t, 0, WR_INT_DEFAULT), false, "{\"type\":\"integer\",\"minimum\":0}");
	expect_schema(t, wr_type_int(t, INT64_MIN, 7), false, "{\"type\":\"integer\",\"minimum\":-9223372036854775808,\"maximum\":7}");
	expect_schema(t, wr_type_number(t, 0, 0.5), false, "{\"type\":\"number\",\"minimum\":0,\"maximum\":0.5}");
	expect_schema(t, wr_type_bool(t), true,
	    "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"boolean\"}},\"required\":[\"result\"],\"additionalProperties\":false}");
	expect_schema(t, wr_type_list(t, c.line, 0, WR_LIST_MAX), false, "{\"type\":\"array\",\"items\":" LINE "}");
	expect_schema(t, c.claim, false,
	    "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"description\":\"its \\\"number\\\"\"},"
	    "\"count\":{\"type\":\"integer\"},\"score\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1.5},"
	    "\"open\":{\"type\":\"boolean\"},\"note\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]},"
	    "\"lines\":{\"type\":\"array\",\"items\":" LINE ",\"minItems\":1,\"maxItems\":3},\"severity\":" SEVERITY ","
	    "\"decision\":" DECISION ",\"any\":{\"type\":\"number\",\"description\":\"any number\"}},"
	    "\"required\":[\"id\",\"count\",\"score\",\"open\",\"note\",\"lines\",\"severity\",\"decision\",\"any\"],"
	    "\"additionalProperties\":false}");
	wr_arena_free(&arena);
}

Test(schema, says_when_the_buffer_is_too_small)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct claim_types c;
	struct wr_buf buf;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1u << 20);
	claim_types_init(&c, &arena);
	wr_buf_init(&buf, &f.hook, 100);
	wr_schema(&c.types, c.claim, false, &buf);
	cr_expect_eq(buf.status, WR_LIMIT);
	wr_buf_free(&buf);
	wr_arena_free(&arena);
}
