/*
 * The one form of a whole program: no two of its nodes may change places, and large ones are judged
 * in a time that grows with their size.
 */
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/judge.h"

#include <criterion/criterion.h>
#include <time.h>

TestSuite(canonical_whole, .timeout = 60);

/* A flow with something of everything; no two lines of it may change places. */
static const char everything[] =
	"label pii \"p\"\ntype T text 0 40\ntype I int 0 100\ntype R record Rec t:T@pii n:I\ntype L list R 0 6\ntype B bool\n"
	"type O option R\ntype S text 0 4000\n"
	"backend b llm accepts pii\nagent ask q:S n:I -> T via b\nq = INPUT 0\ncolon = CONST \": \"\nn = INPUT 1\n"
	"u = TEMPLATE q colon n\nset MODEL \"m\"\nset MAX_TOKENS 9\nset USER u\n"
	"flow f xs:L ok:B o:O -> S@pii\n"
	"k = CONST 2\nxs = INPUT 0\nthree = CONST 3\nkept = FOR wsd xs\nblock\nx = BIND 0\nt = FIELD 0 x\nup = UPPER t\n"
	"i = BIND 1\nfew = LT i three\nn = FIELD 1 x\nyield up few n\n"
	"len = LENGTH kept\nmany = LT k len\nwhy = CONST \"why\"\nq = REQUIRE many why\n"
	"comma = CONST \", \"\nall = JOIN kept comma\nfirst = CALL ask all len guard q\nbar = CONST \" | \"\n"
	"o = INPUT 2\nm = MATCH 2 o\nblock\nr = BIND 0\nrt = FIELD 0 r\nrn = FIELD 1 r\na = CALL ask rt rn guard q\n"
	"low = LOWER a\nsame = STARTS_WITH low a\np = REQUIRE same why guard q\nb = CALL ask low len guard p\nyield b\nblock\nyield first\n"
	"ok = INPUT 1\nnot = NOT ok\nz = TEMPLATE first bar m bar not\nend z\n";

/* The line at `at` is a node that owns no blocks; its name's size. */
static size_t
plain_node(const char *at)
{
	size_t name = strcspn(at, " \n");

	if (strncmp(at + name, " = ", 3) != 0 || strncmp(at + name + 3, "MATCH", 5) == 0 ||
	    strncmp(at + name + 3, "FOR", 3) == 0)
		return 0;
	return name;
}

static bool
mentions(const char *line, size_t size, const char *name, size_t name_size)
{
	for (const char *at = line + strcspn(line, " ="); at + name_size < line + size; at++)
		if (at[0] == ' ' && strncmp(at + 1, name, name_size) == 0 && strchr(" \n", at[1 + name_size]) != NULL)
			return true;
	return false;
}

Test(canonical_whole, no_two_nodes_may_change_places)
{
	static char swapped[sizeof everything];
	struct wr_refusal why = { 0 };
	unsigned swaps = 0;

	cr_assert_str_eq(judge(everything, &why), "ok", "%s at %d", why.code, (int)why.node);
	for (const char *at = everything; *at != '\0'; at += strcspn(at, "\n") + 1) {
		size_t size = strcspn(at, "\n") + 1, name = plain_node(at);
		const char *next = at + size;
		size_t next_size = strcspn(next, "\n") + 1;

		if (name == 0 || *next == '\0' || plain_node(next) == 0 || mentions(next, next_size, at, name))
			continue;
		memcpy(swapped, everything, sizeof everything);
		memcpy(swapped + (at - everything), next, next_size);
		memcpy(swapped + (at - everything) + next_size, at, size);
		cr_expect_str_eq(judge(swapped, &why), "numbering", "%.*s", (int)(size + next_size), at);
		swaps++;
	}
	cr_expect_geq(swaps, 10u, "%u", swaps);
}

/*
 * FORs in each other over one list, `depth` of them; the innermost takes the element of each, then one
 * operation follows the other. In normal form, and all of it pure, so that nothing is skipped.
 */
#define CHAIN 20000u
#define SHORT (CHAIN / 10)

struct chain {
	struct wr_arena *arena;
	struct wr_module *m;
	struct wr_code *code;
	uint32_t block;
};

static uint32_t
append(struct chain *c, enum wr_op op, uint32_t index, uint32_t operands_len, uint32_t a, uint32_t b)
{
	struct wr_code *code = c->code;
	uint32_t n = code->nodes_len++;

	code->nodes[n] = (struct wr_node){ .op = (uint8_t)op, .block = c->block, .index = index, .guard = WR_NONE,
		.operands = code->operands_len, .operands_len = operands_len };
	code->operands[code->operands_len++] = a;
	code->operands[code->operands_len++] = b;
	return n;
}

/* A root for a block: for all of them a place of its own among the operands. */
static void
close_block(struct chain *c, uint32_t block, uint32_t root)
{
	c->code->blocks[block].end = c->code->nodes_len;
	c->code->blocks[block].roots = c->code->operands_len;
	c->code->blocks[block].roots_len = 1;
	c->code->operands[c->code->operands_len++] = root;
}

static void
build_chain(struct chain *c, uint32_t depth, uint32_t nodes)
{
	struct wr_code *code = c->code;
	uint32_t last, before;

	code->blocks[code->blocks_len++] = (struct wr_block){ .owner = WR_NONE, .parent = WR_NONE };
	(void)append(c, WR_OP_INPUT, 0, 0, 0, 0);
	for (uint32_t i = 1; i <= depth; i++) {
		uint32_t owner = append(c, WR_OP_FOR, 0, 1, 0, 0);

		code->nodes[owner].blocks = code->blocks_len++;
		code->nodes[owner].blocks_len = 1;
		code->blocks[i] = (struct wr_block){ .owner = owner, .parent = i - 1, .depth = i, .first = owner + 1 };
		c->block = i;
		(void)append(c, WR_OP_BIND, 0, 0, 0, 0);
	}
	before = last = code->nodes_len - 1;
	for (uint32_t i = 1; i < depth; i++) { /* the element of the i-th FOR is node 2i */
		before = last;
		last = append(c, WR_OP_MIN, 0, 2, last, 2 * i);
	}
	while (code->nodes_len < nodes) {
		uint32_t next = append(c, code->nodes_len % 2 ? WR_OP_MIN : WR_OP_MAX, 0, 2, last, before);

		before = last;
		last = next;
	}
	for (uint32_t i = depth; i > 0; i--)
		close_block(c, i, i == depth ? last : 2 * i + 1);
	c->block = 0;
	close_block(c, 0, append(c, WR_OP_LENGTH, 0, 1, 1, 0));
}

static double
seconds_for_chain(uint32_t depth, uint32_t nodes)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct chain c = { .arena = &arena };
	struct wr_refusal why;
	struct timespec a, b;
	enum wr_status s;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, (size_t)1 << 30);
	c.m = assemble("type I int 0 1000000\ntype L list I 0 2\ntype N int 0 2\nflow f xs:L -> N\nx = INPUT 0\nn = LENGTH x\nend n\n",
	    &arena);
	c.code = &c.m->flow;
	*c.code = (struct wr_code){ .nodes = wr_arena_array(&arena, CHAIN + 1u, sizeof *c.code->nodes),
		.operands = wr_arena_array(&arena, CHAIN * 3u, sizeof *c.code->operands),
		.blocks = wr_arena_array(&arena, depth + 1u, sizeof *c.code->blocks) };
	build_chain(&c, depth, nodes);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	s = wr_verify(c.m, NULL, NULL, &why);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	cr_assert_eq(s, WR_OK, "%s at %u", s == WR_REFUSED ? why.code : wr_status_text(s), why.node);
	wr_arena_free(&arena);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* Ten times the nodes take ten times as long; a walk of all nodes at each node would make it a hundred. */
Test(canonical_whole, large_programs_are_judged_in_time)
{
	static const uint32_t depths[] = { 2, WR_BLOCKS_DEEP };

	for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
		double first = seconds_for_chain(depths[i], SHORT), small = seconds_for_chain(depths[i], SHORT);
		double large = seconds_for_chain(depths[i], CHAIN);

		small = first < small ? first : small;
		cr_expect_lt(large, 40 * small, "%u nodes in %u lists: %.1f ms, a tenth of them %.1f ms", CHAIN, depths[i],
		    large * 1e3, small * 1e3);
	}
}
