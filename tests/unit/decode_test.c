/*
 * What the decoder refuses: for each rule of the form a module that breaks it alone, next to
 * one that does not.
 */
#include "vm/format/decode.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/samples.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(decode, .timeout = 60);

#define ARENA_MAX ((size_t)1 << 28)
#define TEXT "type T text 0 65536\n"
#define FLOW "flow f said:T -> T\n"
#define ECHO "a = INPUT 0\nend a\n"
#define WITHIN "within 0 0 0 0\n"
#define AGENT "backend h llm accepts -\nagent g said:T -> T via h\n"
#define USER "u = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 9\n"

/* The verdict; its phrase or "" in *ret_why. */
static enum wr_status
decode(struct wr_text bytes, const char **ret_why)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *module;
	struct wr_refusal refusal = {0};
	enum wr_status s;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, ARENA_MAX);
	s = wr_decode((const uint8_t *)bytes.at, bytes.size, &arena, &module, &refusal);
	wr_arena_free(&arena);
	cr_assert_eq(f.live_bytes, 0);
	*ret_why = s == WR_OK ? "" : refusal.why;
	return s;
}

static void
expect(struct wr_text bytes, enum wr_status status, const char *why, const char *what)
{
	const char *got_why;
	enum wr_status got = decode(bytes, &got_why);

	cr_expect(got == status && strcmp(got_why, why) == 0, "%s\ngot %d, %s; not %d, %s", what,
	    got, got_why, status, why);
}

static void
expect_text(const char *text, enum wr_status status, const char *why)
{
	struct failing_alloc f;
	struct wr_buf file;

	failing_alloc_init(&f);
	assemble_bytes(text, &f.hook, &file);
	expect(wr_buf_view(&file), status, why, text);
	wr_buf_free(&file);
}

struct text_case {
	const char *text, *why; /* "" for what must be read */
};

static void
expect_all(const struct text_case *cases, size_t len, enum wr_status bad)
{
	for (size_t i = 0; i < len; i++)
		expect_text(cases[i].text, *cases[i].why == '\0' ? WR_OK : bad, cases[i].why);
}

#define ALL(cases, bad) expect_all(cases, sizeof(cases) / sizeof *(cases), bad)

Test(decode, names_are_those_that_the_language_can_write)
{
#define NAME "not a name that the language can write here"
#define LONG_NAME "a123456789012345678901234567890123456789012345678901234567890123"
	static const struct text_case cases[] = {
	    {TEXT "flow f a:T -> T\n" ECHO WITHIN, ""},
	    {TEXT "flow f2_ a_b:T -> T\n" ECHO WITHIN, ""},
	    {TEXT "flow F a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow f-f a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow 2f a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow _f a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow match a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow end a:T -> T\n" ECHO WITHIN, NAME}, /* a field may be called so, no flow */
	    {TEXT "flow " LONG_NAME " a:T -> T\n" ECHO WITHIN, ""},
	    {TEXT "flow " LONG_NAME "x a:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "flow f for:T -> T\n" ECHO WITHIN, NAME},
	    {TEXT "type R record Row end:T\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type R record Row for:T\n" FLOW ECHO WITHIN, NAME},
	    {TEXT "type R record row a:T\n" FLOW ECHO WITHIN, NAME},
	    {TEXT "type R record Ro_w a:T\n" FLOW ECHO WITHIN, NAME},
	    {TEXT "type R record Row2X a:T\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type R record Row A:T\n" FLOW ECHO WITHIN, NAME},
	    {TEXT "type V variants V end\n" FLOW ECHO WITHIN, NAME},
	    {TEXT "type V variants V a b\n" FLOW ECHO WITHIN, ""},
	};

	ALL(cases, WR_MALFORMED);
}

Test(decode, tables_hold_nothing_twice_and_labels_ascend)
{
#define TWICE "a name that is given twice"
#define LABELLED "flow f said:T@a,b -> T\n" ECHO WITHIN
	static const struct text_case cases[] = {
	    {"label a \"\"\nlabel b \"\"\n" TEXT LABELLED, ""},
	    {"label b \"\"\nlabel a \"\"\n" TEXT LABELLED, "labels that do not ascend"},
	    {"label a \"\"\nlabel a \"x\"\nlabel b \"\"\n" TEXT LABELLED,
		"labels that do not ascend"},
	    {"label a \"\"\nlabel b \"\"\nlabel c \"\"\n" TEXT LABELLED,
		"a label that nothing carries"},
	    {TEXT "type U text 0 9\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type U text 0 65536\n" FLOW ECHO WITHIN, "a type that is there twice"},
	    {TEXT "type L list T 0 3\ntype M list T 0 3\n" FLOW ECHO WITHIN,
		"a type that is there twice"},
	    {TEXT "type L list T 0 3\ntype M list T 0 4\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type B bool\ntype C bool\n" FLOW ECHO WITHIN, "a type that is there twice"},
	    {TEXT "type A number 0 1\ntype B number 0 1\n" FLOW ECHO WITHIN,
		"a type that is there twice"},
	    {TEXT "type A number 0 1\ntype B number 0 1.5\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type A record A x:T\ntype B record A y:T\n" FLOW ECHO WITHIN, TWICE},
	    {TEXT "type A record A x:T\ntype B variants A y\n" FLOW ECHO WITHIN, TWICE},
	    {TEXT "type A record A x:T\ntype B record B x:T\n" FLOW ECHO WITHIN, ""},
	    {TEXT "type A record A x:T y:T x:T\n" FLOW ECHO WITHIN, TWICE},
	    {TEXT "type A variants A x y x\n" FLOW ECHO WITHIN, TWICE},
	    {TEXT "flow f a:T b:T a:T -> T\n" ECHO WITHIN, TWICE},
	    {TEXT "backend h tool\nbackend h tool\n" FLOW ECHO WITHIN, TWICE},
	    {TEXT "backend h tool\nbackend i tool\n" FLOW ECHO WITHIN, ""},
	    {TEXT "backend h tool\nagent g a:T a:T -> T via h\nset CALL \"c\"\n" FLOW ECHO WITHIN,
		TWICE},
	    {TEXT "backend h tool\nagent g a:T b:T -> T via h\nset CALL \"c\"\n" FLOW ECHO WITHIN,
		""},
	};

	ALL(cases, WR_MALFORMED);
}

Test(decode, types_are_of_values_that_exist)
{
	static const struct text_case
	    cases[] =
		{
		    {TEXT "type U text 5 5\n" FLOW ECHO WITHIN, ""},
		    {TEXT "type U text 6 5\n" FLOW ECHO WITHIN, "an empty range"},
		    {TEXT "type U text 0 1048576\n" FLOW ECHO WITHIN, ""},
		    {TEXT "type I int -9223372036854775808 9223372036854775807\n" FLOW ECHO WITHIN,
			""},
		    {TEXT "type I int 1 0\n" FLOW ECHO WITHIN, "an empty range"},
		    {TEXT "type N number 0 -0.5\n" FLOW ECHO WITHIN, "an empty range"},
		    {TEXT "type L list T 3 2\n" FLOW ECHO WITHIN, "an empty range"},
		    {TEXT "type L list T 0 65535\n" FLOW ECHO WITHIN, ""},
		    {TEXT "type O option T\ntype P option O\n" FLOW ECHO WITHIN,
			"an optional of an optional"},
		    {TEXT "type O option T\ntype L list O 0 1\ntype P option L\n" FLOW ECHO WITHIN,
			""},
		    {TEXT "type V variants V\n" FLOW ECHO WITHIN,
			"variants of which there are none"},
		    {TEXT "type R record R\n" FLOW ECHO WITHIN, ""},
		    {TEXT "type R record R a:T \"\"\n" FLOW ECHO WITHIN, ""}, /* no description */
		},
	    large[] = {
		{TEXT "type U text 0 1048577\n" FLOW ECHO WITHIN,
		    "a bound above the largest there is"},
		{TEXT "type L list T 0 65536\n" FLOW ECHO WITHIN,
		    "a bound above the largest there is"},
		{TEXT "type A list T 0 1\ntype B list A 0 1\ntype C list B 0 1\ntype D list C 0 1\n"
		      "type E list D 0 1\ntype F list E 0 1\n" FLOW ECHO WITHIN,
		    ""},
		{TEXT "type A list T 0 1\ntype B list A 0 1\ntype C list B 0 1\ntype D list C 0 1\n"
		      "type E list D 0 1\ntype F list E 0 1\ntype G record G f:F\n" FLOW ECHO WITHIN,
		    "a type that nests too deep"},
	    };

	ALL(cases, WR_MALFORMED);
	ALL(large, WR_LIMIT);
}

Test(decode, settings_are_known_in_order_in_range_and_not_defaults)
{
#define ORDER "a setting out of order"
#define RANGE "a setting out of its range"
#define DEFAULT "a setting that says its default"
#define HTTP(rest)                                                                                 \
	TEXT "backend w http\nagent g said:T -> T via w\nu = INPUT 0\n" rest FLOW ECHO WITHIN
#define LLM(rest) TEXT AGENT USER rest FLOW ECHO WITHIN
	static const struct text_case cases[] = {
	    {LLM("set USER u\n"), ""},
	    {LLM("set TEMPERATURE 2\nset USER u\nset ASSISTANT u\nset USER u\n"), ""},
	    {LLM(""), "a required setting is missing"},
	    {TEXT AGENT "u = INPUT 0\nset MAX_TOKENS 9\nset USER u\n" FLOW ECHO WITHIN,
		"a required setting is missing"},
	    {LLM("set MODEL \"n\"\nset USER u\n"), ORDER},
	    {LLM("set MAX_TOKENS 9\nset USER u\n"), ORDER},
	    {LLM("set TOP_P 1\nset TEMPERATURE 1\nset USER u\n"), ORDER},
	    {LLM("set USER u\nset CONTEXT u\n"), ORDER},
	    {LLM("set CONTEXT u\nset CONTEXT u\nset USER u\n"), ORDER},
	    {LLM("set TOP 3\nset USER u\n"), "a setting that this kind of backend does not have"},
	    {LLM("set TEMPERATURE 2.5\nset USER u\n"), RANGE},
	    {LLM("set TEMPERATURE -0.5\nset USER u\n"), RANGE},
	    {LLM("set STOP \"a\" \"b\" \"c\" \"d\"\nset USER u\n"), ""},
	    {LLM("set STOP \"a\" \"b\" \"c\" \"d\" \"e\"\nset USER u\n"), RANGE},
	    {LLM("set TIMEOUT 29999\nset RETRY 5\nset USER u\n"), ""},
	    {LLM("set TIMEOUT 30000\nset USER u\n"), DEFAULT},
	    {LLM("set TIMEOUT 0\nset USER u\n"), RANGE},
	    {LLM("set TIMEOUT 2592000000\nset USER u\n"), ""},
	    {LLM("set TIMEOUT 2592000001\nset USER u\n"), RANGE},
	    {LLM("set TIMEOUT 18446744073709551615\nset USER u\n"), RANGE},
	    {LLM("set RETRY 0\nset USER u\n"), DEFAULT},
	    {LLM("set RETRY 6\nset USER u\n"), RANGE},
	    {TEXT AGENT
		"u = INPUT 0\nset MODEL \"\"\nset MAX_TOKENS 9\nset USER u\n" FLOW ECHO WITHIN,
		RANGE},
	    {TEXT AGENT
		"u = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 0\nset USER u\n" FLOW ECHO WITHIN,
		RANGE},
	    {HTTP("set METHOD \"GET\"\nset IDEMPOTENT 1\nset PATH u\n"), ""},
	    {HTTP("set METHOD \"GET\"\nset IDEMPOTENT 0\nset PATH u\n"), DEFAULT},
	    {HTTP("set METHOD \"GET\"\nset IDEMPOTENT 2\nset PATH u\n"), RANGE},
	    {HTTP("set METHOD \"GET\"\nset PATH u\nset QUERIES a u b u\n"), ""},
	    {HTTP("set METHOD \"GET\"\nset PATH u\nset QUERIES a u a u\n"), TWICE},
	    {HTTP("set METHOD \"GET\"\nset HEADERS a \"x\" a \"y\"\nset PATH u\n"), TWICE},
	    {HTTP("set METHOD \"GET\"\nset HEADERS A \"x\"\nset PATH u\n"), NAME},
	};

	ALL(cases, WR_MALFORMED);
}

Test(decode, nodes_refer_to_what_is_visible)
{
#define HIDDEN "refers to a node that is not visible here"
#define CHOICE TEXT "flow f b:T -> T\nx = CONST \"x\"\ny = CONST true\nm = MATCH 2 y\n"
#define TRIED TEXT "flow f a:T -> T\na = INPUT 0\nt = TRY\nblock\nz = UPPER a\nyield z\nblock\n"
#define ROUNDS \
	TEXT "flow f a:T -> T\na = INPUT 0\ny = CONST true\nl = LOOP T 3 a\nblock\ns = BIND 0\nz = UPPER s\n"
#define DONE TEXT "flow f a:T -> T\na = INPUT 0\nd = DO\nblock\nz = UPPER a\n"
	static const struct text_case cases[] = {
	    {CHOICE "block\nyield x\nblock\nyield x\nend m\n" WITHIN, ""},
	    {CHOICE "block\nz = CONST \"z\"\nyield z\nblock\nyield x\nend m\n" WITHIN, ""},
	    {CHOICE "block\nz = CONST \"z\"\nyield z\nblock\nyield z\nend m\n" WITHIN, HIDDEN},
	    {CHOICE "block\nz = CONST \"z\"\nyield z\nblock\nu = UPPER z\nyield u\nend m\n" WITHIN,
		HIDDEN},
	    {CHOICE "block\nz = CONST \"z\"\nyield z\nblock\nyield x\nend z\n" WITHIN, HIDDEN},
	    {CHOICE "block\nyield m\nblock\nyield x\nend m\n" WITHIN, HIDDEN},
	    {CHOICE "block\nu = UPPER m\nyield u\nblock\nyield x\nend m\n" WITHIN, HIDDEN},
	    {CHOICE "block\nn = MATCH 2 y\nblock\nyield x\nblock\nyield m\nyield n\nblock\nyield "
		    "x\nend m\n" WITHIN,
		HIDDEN},
	    {CHOICE "block\nn = MATCH 2 y\nblock\nyield x\nblock\nyield n\nyield n\nblock\nyield "
		    "x\nend m\n" WITHIN,
		HIDDEN},
	    {CHOICE "block\nn = MATCH 2 y\nblock\nyield x\nblock\nyield y\nyield n\nblock\nyield "
		    "x\nend m\n" WITHIN,
		""},
	    {TRIED "yield a\nend t\n" WITHIN, ""},
	    {TRIED "yield z\nend t\n" WITHIN, HIDDEN},
	    {TRIED "u = UPPER z\nyield u\nend t\n" WITHIN, HIDDEN},
	    {TRIED "yield a\nend z\n" WITHIN, HIDDEN},
	    {ROUNDS "yield z y\nend l\n" WITHIN, ""},
	    {ROUNDS "yield z l\nend l\n" WITHIN, HIDDEN},
	    {ROUNDS "yield l y\nend l\n" WITHIN, HIDDEN},
	    {ROUNDS "yield z y\nend s\n" WITHIN, HIDDEN},
	    {DONE "yield z\nend a\n" WITHIN, ""},
	    {DONE "yield z\nend z\n" WITHIN, HIDDEN},
	    {DONE "yield z\ne = DO guard d\nblock\nyield a\nend a\n" WITHIN, ""},
	    {DONE "e = DO guard d\nblock\nyield z\nyield z\nend a\n" WITHIN, HIDDEN},
	    {TEXT "flow f a:T -> T\na = INPUT 0\nb = INPUT 1\nend a\n" WITHIN, "no such input"},
	    {TEXT "flow f a:T b:T -> T\na = INPUT 0\nb = INPUT 1\nend a\n" WITHIN, ""},
	    {TEXT AGENT
		"u = INPUT 1\nset MODEL \"m\"\nset MAX_TOKENS 9\nset USER u\n" FLOW ECHO WITHIN,
		"no such parameter"},
	    {TEXT AGENT "i = INPUT 0\nv = CALL g i\n" USER "set USER u\n" FLOW ECHO WITHIN,
		"an agent's body that calls or requires"},
	    {TEXT AGENT "i = INPUT 0\nv = DO\nblock\nyield i\n" USER "set USER u\n" FLOW ECHO WITHIN,
		"an agent's body that calls or requires"},
	    {TEXT "flow f a:T -> T\na = INPUT 0\nc = CALL g a\nend a\n" WITHIN, "no such agent"},
	    {TEXT "type L list T 0 9\nflow f a:L -> T\na = INPUT 0\nl = FOR d a\nblock\nyield "
		  "a\nend a\n" WITHIN,
		"no such form of for"},
	    {TEXT "type L list T 0 9\nflow f a:L -> T\na = INPUT 0\nl = FOR sd a\nblock\nyield a "
		  "a\nend a\n" WITHIN,
		""},
	};

	ALL(cases, WR_MALFORMED);
}

Test(decode, constants_fit_the_types_that_they_name)
{
#define CONSTANT(c)                                                                                \
	TEXT "type I int 0 9\ntype O option I\ntype L list I 1 2\n"                                \
	     "type R record R i:I o:O l:L\ntype D variants D a b:I\n" FLOW "k = CONST " c          \
	     "\nend k\n" WITHIN
#define MISFIT "a constant that does not fit its type"
	static const struct text_case cases[] = {
	    {CONSTANT("R ( 9 none [ 1 ] )"), ""},
	    {CONSTANT("R ( 10 none [ 1 ] )"), MISFIT},
	    {CONSTANT("R ( -1 none [ 1 ] )"), MISFIT},
	    {CONSTANT("R ( 0 some 9 [ 1 2 ] )"), ""},
	    {CONSTANT("R ( 0 some 10 [ 1 ] )"), MISFIT},
	    {CONSTANT("R ( 0 none [ ] )"), MISFIT},
	    {CONSTANT("R ( 0 none [ 1 2 3 ] )"), MISFIT},
	    {CONSTANT("R ( 0 none [ 1 10 ] )"), MISFIT},
	    {CONSTANT("D a"), ""},
	    {CONSTANT("D b ( 9 )"), ""},
	    {CONSTANT("D b ( 10 )"), MISFIT},
	};

	ALL(cases, WR_MALFORMED);
}

/* ---- bytes ---------------------------------------------------------------------------- */

#define BASE TEXT "type N number 0 1\n" FLOW "a = INPUT 0\nk = CONST 0.5\nend a\n" WITHIN
/* Its strings: "f" "said"; its types: TEXT 0 65536, NUMBER 0 1. */

struct splice {
	const char *what;
	int id; /* section */
	size_t offset, remove;
	const char *insert;
	size_t size;
	enum wr_status status;
	const char *why;
};

#define BYTES(s) s, sizeof(s) - 1

static void
expect_splices(const char *text, const struct splice *cases, size_t len)
{
	struct failing_alloc f;
	struct wr_buf file;

	failing_alloc_init(&f);
	assemble_bytes(text, &f.hook, &file);
	expect(wr_buf_view(&file), WR_OK, "", text);
	for (size_t i = 0; i < len; i++) {
		const struct splice *c = &cases[i];
		struct wr_buf bytes;

		wr_buf_init(&bytes, &f.hook, WR_MODULE_MAX);
		assemble_splice(wr_buf_view(&file), c->id, c->offset, c->remove,
		    (struct wr_text){c->insert, c->size}, &bytes);
		expect(wr_buf_view(&bytes), c->status, c->why, c->what);
		wr_buf_free(&bytes);
	}
	wr_buf_free(&file);
}

Test(decode, integers_strings_and_numbers_have_one_spelling)
{
	static const struct splice cases[] = {
	    {"the same", 1, 0, 1, BYTES("\2"), WR_OK, ""},
	    {"a padded count", 1, 0, 1, BYTES("\202\0"), WR_MALFORMED,
		"an integer that is not in its shortest form"},
	    {"65 bits", 8, 0, 1, BYTES("\377\377\377\377\377\377\377\377\377\2"), WR_MALFORMED,
		"an integer of more than 64 bits"},
	    {"64 bits", 8, 0, 1, BYTES("\377\377\377\377\377\377\377\377\377\1"), WR_OK, ""},
	    {"eleven bytes", 8, 0, 1, BYTES("\377\377\377\377\377\377\377\377\377\377\1"),
		WR_MALFORMED, "an integer of more than 64 bits"},
	    {"a string more", 1, 0, 8, BYTES("\3\1f\4said\1x"), WR_MALFORMED,
		"a string that nothing names"},
	    {"out of order", 1, 0, 8, BYTES("\2\4said\1f"), WR_MALFORMED,
		"strings that do not ascend"},
	    {"twice", 1, 0, 8, BYTES("\3\1f\1f\4said"), WR_MALFORMED, "strings that do not ascend"},
	    {"not UTF-8", 1, 3, 5, BYTES("\1\200"), WR_MALFORMED, "a string that is not UTF-8"},
	    {"a surrogate", 1, 3, 5, BYTES("\3\355\240\200"), WR_MALFORMED,
		"a string that is not UTF-8"},
	    {"a string past the end", 1, 3, 1, BYTES("\5"), WR_MALFORMED, "ends too early"},
	    {"a count past the end", 1, 0, 1, BYTES("\377\377\3"), WR_MALFORMED,
		"a count of more than is there"},
	    {"a byte too many", 8, 4, 0, BYTES("\0"), WR_MALFORMED,
		"bytes after the end of a section"},
	    {"-0", 3, 15, 8, BYTES("\0\0\0\0\0\0\0\200"), WR_MALFORMED,
		"not a number of the language"},
	    {"infinity", 3, 15, 8, BYTES("\0\0\0\0\0\0\360\177"), WR_MALFORMED,
		"not a number of the language"},
	    {"-infinity", 3, 7, 8, BYTES("\0\0\0\0\0\0\360\377"), WR_MALFORMED,
		"not a number of the language"},
	    {"NaN", 3, 15, 8, BYTES("\1\0\0\0\0\0\370\177"), WR_MALFORMED,
		"not a number of the language"},
	    {"DBL_MAX", 3, 15, 8, BYTES("\377\377\377\377\377\377\357\177"), WR_OK, ""},
	    {"no kind of type", 3, 1, 0, BYTES("\0"), WR_MALFORMED, "no such kind of type"},
	    {"no kind of type", 3, 6, 1, BYTES("\11"), WR_MALFORMED, "no such kind of type"},
	    {"holds itself", 3, 1, 5, BYTES("\5\0"), WR_MALFORMED, "no such type before this one"},
	    {"no such string", 7, 0, 1, BYTES("\2"), WR_MALFORMED, "no such string"},
	    {"no such type", 7, 3, 1, BYTES("\2"), WR_MALFORMED, "no such type"},
	    {"no such label", 7, 4, 1, BYTES("\1"), WR_MALFORMED, "no such label"},
	};

	expect_splices(BASE, cases, sizeof cases / sizeof *cases);
}

Test(decode, nodes_are_operations_in_their_one_form)
{
	/* 2 nodes: INPUT 0; CONST, tag 5, 0.5; root 2 back. */
	static const struct splice cases[] = {
	    {"the same", 6, 0, 3, BYTES("\2\1\0"), WR_OK, ""},
	    {"no such operation", 6, 1, 1, BYTES("\377"), WR_MALFORMED, "no such operation"},
	    {"one node too few", 6, 0, 1, BYTES("\1"), WR_MALFORMED, "refers to no node before it"},
	    {"one node too many", 6, 0, 1, BYTES("\3"), WR_MALFORMED, "ends too early"},
	    {"a root that is not there", 6, 13, 1, BYTES("\0"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a root before the first", 6, 13, 1, BYTES("\3"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a bare optional", 6, 4, 9, BYTES("\0"), WR_OK, ""},
	    {"some of none", 6, 4, 9, BYTES("\1\0"), WR_MALFORMED, "an optional of an optional"},
	    {"some of some", 6, 4, 9, BYTES("\1\1\2"), WR_MALFORMED, "an optional of an optional"},
	    {"some of true", 6, 4, 9, BYTES("\1\3"), WR_OK, ""},
	    {"a tag that is none", 6, 4, 9, BYTES("\12"), WR_MALFORMED, "no such form of constant"},
	    {"int and number", 6, 4, 9, BYTES("\7\2\4\0\5\0\0\0\0\0\0\0\0"), WR_MALFORMED,
		"constants of a list that have no common type"},
	    {"3 and some 3", 6, 4, 9, BYTES("\7\2\4\6\1\4\6"), WR_MALFORMED,
		"constants of a list that have no common type"},
	    {"a list past the end", 6, 4, 9, BYTES("\7\40"), WR_MALFORMED,
		"a count of more than is there"},
	    {"a text as a record", 6, 4, 9, BYTES("\10\0"), WR_MALFORMED, "a type of another kind"},
	    {"an operand of itself", 6, 3, 10, BYTES("\37\0"), WR_MALFORMED,
		"refers to no node before it"},
	    {"upper(a)", 6, 3, 10, BYTES("\40\1"), WR_OK, ""},
	    {"upper of what is before all", 6, 3, 10, BYTES("\40\2"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a list of nothing", 6, 3, 10, BYTES("\7\0"), WR_MALFORMED,
		"a wrong number of operands"},
	    {"a list", 6, 3, 10, BYTES("\7\1\1"), WR_OK, ""},
	    {"a match with no block", 6, 3, 10, BYTES("\71\1\0"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a match with a block of too many", 6, 3, 10, BYTES("\71\1\1\5\2"), WR_MALFORMED,
		"a count of more than is there"},
	    {"a match with a block of one too many", 6, 3, 10, BYTES("\71\1\1\1\2"), WR_MALFORMED,
		"a block of more nodes than there are"},
	    {"a for of two blocks", 6, 3, 10, BYTES("\72\0\1\2\0\2\0\2"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a for that is none", 6, 3, 10, BYTES("\72\20\1\1\0\2"), WR_MALFORMED,
		"no such form of for"},
	    {"a width of nothing", 6, 3, 10, BYTES("\72\10\0\1\0\2"), WR_MALFORMED, "no such width"},
	    {"a do", 6, 3, 10, BYTES("\105\0\1\0\2"), WR_OK, ""},
	    {"a do of no block", 6, 3, 10, BYTES("\105\0\0"), WR_MALFORMED, "a wrong number of blocks"},
	    {"a do of two blocks", 6, 3, 10, BYTES("\105\0\2\0\2\0\2"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a do after what is before all", 6, 3, 10, BYTES("\105\2\1\0\2"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a do that yields itself", 6, 3, 10, BYTES("\105\0\1\0\1"), WR_MALFORMED,
		"refers to a node that is not visible here"},
	    {"a try", 6, 3, 10, BYTES("\103\2\0\2\0\2"), WR_OK, ""},
	    {"a try of no block", 6, 3, 10, BYTES("\103\0"), WR_MALFORMED, "a wrong number of blocks"},
	    {"a try of one block", 6, 3, 10, BYTES("\103\1\0\2"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a try of three blocks", 6, 3, 10, BYTES("\103\3\0\2\0\2\0\2"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a try that yields itself", 6, 3, 10, BYTES("\103\2\0\1\0\2"), WR_MALFORMED,
		"refers to a node that is not visible here"},
	    {"a try that yields itself instead", 6, 3, 10, BYTES("\103\2\0\2\0\1"), WR_MALFORMED,
		"refers to a node that is not visible here"},
	    {"a loop", 6, 3, 10, BYTES("\104\0\3\1\1\0\2\2"), WR_OK, ""},
	    {"a loop of no type", 6, 3, 10, BYTES("\104\2\3\1\1\0\2\2"), WR_MALFORMED, "no such type"},
	    {"a loop of no round", 6, 3, 10, BYTES("\104\0\0\1\1\0\2\2"), WR_MALFORMED,
		"no such limit of rounds"},
	    {"a loop of the most rounds", 6, 3, 10, BYTES("\104\0\350\7\1\1\0\2\2"), WR_OK, ""},
	    {"a loop of one round too many", 6, 3, 10, BYTES("\104\0\351\7\1\1\0\2\2"), WR_MALFORMED,
		"no such limit of rounds"},
	    {"a loop that begins with itself", 6, 3, 10, BYTES("\104\0\3\0\1\0\2\2"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a loop of no block", 6, 3, 10, BYTES("\104\0\3\1\0"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a loop of two blocks", 6, 3, 10, BYTES("\104\0\3\1\2\0\2\2\0\2\2"), WR_MALFORMED,
		"a wrong number of blocks"},
	    {"a loop that yields itself", 6, 3, 10, BYTES("\104\0\3\1\1\0\1\2"), WR_MALFORMED,
		"refers to a node that is not visible here"},
	    {"a loop that ends by itself", 6, 3, 10, BYTES("\104\0\3\1\1\0\2\1"), WR_MALFORMED,
		"refers to a node that is not visible here"},
	    {"a with", 6, 3, 10, BYTES("\75\1\0\1\1"), WR_OK, ""},
	    {"a with of two fields", 6, 3, 10, BYTES("\75\2\0\7\1\1\1"), WR_OK, ""},
	    {"a with of no field", 6, 3, 10, BYTES("\75\0\1"), WR_MALFORMED, "a with of no fields"},
	    {"a with of a field twice", 6, 3, 10, BYTES("\75\2\7\7\1\1\1"), WR_MALFORMED,
		"fields that do not ascend"},
	    {"a with of fields that descend", 6, 3, 10, BYTES("\75\2\7\6\1\1\1"), WR_MALFORMED,
		"fields that do not ascend"},
	    {"a with of the last field", 6, 3, 10, BYTES("\75\1\377\7\1\1"), WR_OK, ""},
	    {"a with of a field past it", 6, 3, 10, BYTES("\75\1\200\10\1\1"), WR_MALFORMED,
		"no such index"},
	    {"a with of more fields than bytes", 6, 3, 10, BYTES("\75\11\0\1\1"), WR_MALFORMED,
		"a count of more than is there"},
	    {"a with of itself", 6, 3, 10, BYTES("\75\1\0\0\1"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a with that becomes itself", 6, 3, 10, BYTES("\75\1\0\1\0"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a with that lacks an operand", 6, 3, 10, BYTES("\75\2\0\1\1\1"), WR_MALFORMED,
		"refers to no node before it"},
	    {"a width past the longest list", 6, 3, 10, BYTES("\72\10\200\200\4\1\0\2"), WR_MALFORMED,
		"no such width"},
	};

	/* the opcodes above */
	cr_assert(WR_OP_INPUT == 1 && WR_OP_LIST == 7 && WR_OP_UPPER == 040 && WR_OP_MATCH == 071 &&
		  WR_OP_FOR == 072 && WR_OP_WITH == 075 && WR_OP_TRY == 0103 && WR_OP_LOOP == 0104 &&
		  WR_OP_DO == 0105);
	expect_splices(BASE, cases, sizeof cases / sizeof *cases);
}

Test(decode, the_head_and_the_sections_are_in_their_place)
{
	struct failing_alloc f;
	struct wr_buf file;
	static const struct {
		size_t at;
		char byte;
		const char *why;
	} cases[] = {
	    {0, 'w', "not a program of writ"},
	    {3, 'X', "not a program of writ"},
	    {4, 2, "a format version that this machine does not know"},
	    {5, 2, "a language version that this machine does not know"},
	    {6, 2, "not the section that comes here"},
	    {7, 127, "a section of more bytes than there are"},
	};

	failing_alloc_init(&f);
	assemble_bytes(SAMPLE_SMALL, &f.hook, &file);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char was = file.at[cases[i].at];

		file.at[cases[i].at] = cases[i].byte;
		expect(wr_buf_view(&file), WR_MALFORMED, cases[i].why, cases[i].why);
		file.at[cases[i].at] = was;
	}
	expect((struct wr_text){file.at, 0}, WR_MALFORMED, "ends too early", "nothing");
	wr_buf_free(&file);
}

/* So many lists in lists, or matches in matches, that the last is one too deep. */
Test(decode, nothing_nests_deeper_than_it_may)
{
	struct failing_alloc f;
	struct wr_buf file, bytes;
	char nested[128];

	failing_alloc_init(&f);
	assemble_bytes(BASE, &f.hook, &file);
	for (size_t depth = 31; depth <= 33; depth++) {
		for (size_t i = 0; i < depth; i++)
			memcpy(nested + 2 * i, "\7\1", 2);
		nested[2 * depth] = 3;
		wr_buf_init(&bytes, &f.hook, WR_MODULE_MAX);
		assemble_splice(wr_buf_view(&file), 6, 4, 9,
		    (struct wr_text){nested, 2 * depth + 1}, &bytes);
		expect(wr_buf_view(&bytes), depth < 32 ? WR_OK : WR_MALFORMED,
		    depth < 32 ? "" : "constants of a list that have no common type", "lists");
		wr_buf_free(&bytes);
	}
	wr_buf_free(&file);
	/* a = INPUT 0, y = CONST true, then matches on y in matches; the innermost yields a */
	assemble_bytes(TEXT FLOW "a = INPUT 0\ny = CONST true\nend a\n" WITHIN, &f.hook, &file);
	for (int depth = 16; depth <= 17; depth++) {
		size_t size = 0;

		nested[size++] = (char)(2 + depth);
		memcpy(nested + size, "\1\0\0\3", 4);
		size += 4;
		for (int i = 0; i < depth; i++) {
			char match[] = {WR_OP_MATCH, (char)(1 + i), 1, (char)(depth - 1 - i)};

			memcpy(nested + size, match, sizeof match);
			size += sizeof match;
		}
		for (int i = depth; i > 0; i--)
			nested[size++] = (char)(i == depth ? 2 + depth : depth - i);
		nested[size++] = (char)(2 + depth);
		wr_buf_init(&bytes, &f.hook, WR_MODULE_MAX);
		assemble_splice(
		    wr_buf_view(&file), 6, 0, 6, (struct wr_text){nested, size}, &bytes);
		expect(wr_buf_view(&bytes), depth == 16 ? WR_OK : WR_LIMIT,
		    depth == 16 ? "" : "blocks that nest too deep", "matches");
		wr_buf_free(&bytes);
	}
	wr_buf_free(&file);
	cr_assert_eq(f.live_bytes, 0);
}
