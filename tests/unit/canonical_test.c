/* One program, one module: every other way to write it down is refused. */
#include "tests/support/judge.h"

#include <criterion/criterion.h>

TestSuite(canonical, .timeout = 60);

struct form_case {
	const char *name, *verdict, *source;
};

static void
expect(const struct form_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge(cases[i].source, &why);

		cr_expect_str_eq(got, cases[i].verdict, "%s: %s (node %d), not %s", cases[i].name, got, (int)why.node,
		    cases[i].verdict);
	}
}

#define NUMBERS "type I int 0 100\ntype J int -1000 1000\ntype B bool\n"
#define TEXTS "type T text 0 40\n"

static const struct form_case numbers[] = {
	{ "operands from left to right", "ok",
	    "type I int 0 100\ntype J int -1000 1000\nflow f a:I b:I -> J\na = INPUT 0\nb = INPUT 1\nc = SUB a b\nend c\n" },
	{ "from right to left", "numbering",
	    "type I int 0 100\ntype J int -1000 1000\nflow f a:I b:I -> J\nb = INPUT 1\na = INPUT 0\nc = SUB a b\nend c\n" },
	{ "depth first", "ok",
	    "type I int 0 100\ntype J int -1000 1000\nflow f a:I b:I -> J\na = INPUT 0\nx = NEG a\nb = INPUT 1\nc = SUB x b\nend c\n" },
	{ "breadth first", "numbering",
	    "type I int 0 100\ntype J int -1000 1000\nflow f a:I b:I -> J\na = INPUT 0\nb = INPUT 1\nx = NEG a\nc = SUB x b\nend c\n" },
	{ "not reached, at the end", "unreached", "type I int 0 100\nflow f a:I b:I -> I\na = INPUT 0\nb = INPUT 1\nend a\n" },
	{ "not reached, at the beginning", "numbering", "type I int 0 100\nflow f a:I b:I -> I\nb = INPUT 1\na = INPUT 0\nend a\n" },
	{ "outer nodes before the owner that needs them", "ok",
	    "type I int 0 100\ntype B bool\nflow f a:I b:I c:B -> I\nc = INPUT 2\na = INPUT 0\nb = INPUT 1\nm = MATCH 2 c\n"
	    "block\nyield a\nblock\nyield b\nend m\n" },
	{ "in the order of the blocks", "numbering",
	    "type I int 0 100\ntype B bool\nflow f a:I b:I c:B -> I\nc = INPUT 2\nb = INPUT 1\na = INPUT 0\nm = MATCH 2 c\n"
	    "block\nyield a\nblock\nyield b\nend m\n" },
	{ "inside a block", "ok",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L -> L\nl = INPUT 0\nm = FOR - l\nblock\nx = BIND 0\ni = BIND 1\n"
	    "y = MAX x i\nyield y\nend m\n" },
	{ "inside a block, the other way", "numbering",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L -> L\nl = INPUT 0\nm = FOR - l\nblock\ni = BIND 1\nx = BIND 0\n"
	    "y = MAX x i\nyield y\nend m\n" },
	{ "not reached, inside a block", "unreached",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L -> L\nl = INPUT 0\nm = FOR - l\nblock\nx = BIND 0\ni = BIND 1\nyield x\nend m\n" },
};

Test(canonical, numbers_have_one_order)
{
	expect(numbers, sizeof numbers / sizeof *numbers);
}

static const struct form_case homes[] = {
	{ "what needs no element stands outside", "ok",
	    "type I int 0 100\ntype L list I 0 9\ntype M list I 0 9\nflow f l:L a:I -> L\nl = INPUT 0\na = INPUT 1\ny = ABS a\n"
	    "m = FOR - l\nblock\nyield y\nend m\n" },
	{ "an operation", "hoistable",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L a:I -> L\nl = INPUT 0\na = INPUT 1\nm = FOR - l\nblock\ny = ABS a\n"
	    "yield y\nend m\n" },
	{ "an input", "hoistable",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L a:I -> L\nl = INPUT 0\nm = FOR - l\nblock\na = INPUT 1\n"
	    "yield a\nend m\n" },
	{ "a constant", "hoistable",
	    "type I int 0 100\ntype L list I 0 9\nflow f l:L -> L\nl = INPUT 0\nm = FOR - l\nblock\na = CONST 1\nyield a\nend m\n" },
	{ "a pure match", "hoistable",
	    "type I int 0 100\ntype L list I 0 9\ntype B bool\nflow f l:L b:B -> L\nl = INPUT 0\nb = INPUT 1\nx = CONST 1\ny = CONST 2\n"
	    "m = FOR - l\nblock\nk = MATCH 2 b\nblock\nyield x\nblock\nyield y\nyield k\nend m\n" },
	{ "a match that needs the element, only inside", "ok",
	    "type I int 0 100\ntype L list I 0 9\ntype B bool\nflow f l:L b:B -> L\nl = INPUT 0\nb = INPUT 1\ny = CONST 2\n"
	    "m = FOR - l\nblock\nx = BIND 0\nk = MATCH 2 b\nblock\nyield x\nblock\nyield y\nyield k\nend m\n" },
	{ "a match that asks somebody never moves", "ok",
	    "type T text 0 40\ntype O option T\ntype B bool\nbackend b llm accepts -\nagent ask q:T -> T via b\nq = INPUT 0\n"
	    "set MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\nflow f o:O b:B -> T\no = INPUT 0\nb = INPUT 1\nk = CONST \"k\"\n"
	    "l = CONST \"l\"\nm = MATCH 2 o\nblock\nn = MATCH 2 b\nblock\nc = CALL ask k\nyield c\nblock\nyield l\nyield n\n"
	    "block\nyield l\nend m\n" },
};

Test(canonical, pure_nodes_stand_as_far_out_as_they_can)
{
	static const char order[] = "order";

	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge(homes[i].source, &why);

		/* Some of these name types that their program does not need: that is judged later. */
		if (strcmp(homes[i].verdict, "ok") == 0 && (strcmp(got, "unused") == 0 || strcmp(got, order) == 0))
			continue;
		cr_expect_str_eq(got, homes[i].verdict, "%s: %s (node %d), not %s", homes[i].name, got, (int)why.node,
		    homes[i].verdict);
	}
}

static const struct form_case folds[] = {
	{ "of constants", "foldable", "type I int 0 100\nflow f -> I\na = CONST 1\nb = CONST 2\nc = ADD a b\nend c\n" },
	{ "of one constant", "ok", "type I int 0 200\nflow f a:I -> I\na = INPUT 0\nb = CONST 2\nc = MIN a b\nend c\n" },
	{ "a match on a constant", "foldable",
	    "type I int 0 100\nflow f a:I b:I -> I\nc = CONST true\na = INPUT 0\nb = INPUT 1\nm = MATCH 2 c\nblock\nyield a\nblock\nyield b\nend m\n" },
	{ "a for over no items", "foldable",
	    "type I int 0 100\ntype L list I 0 9\nflow f n:I -> L\na = CONST [ ]\nn = INPUT 0\nl = FOR - a\nblock\nyield n\nend l\n" },
	{ "a for over a constant", "ok",
	    "type I int 0 100\ntype L list I 0 9\nflow f n:I -> L\na = CONST [ 1 ]\nn = INPUT 0\nl = FOR - a\nblock\nyield n\nend l\n" },
	{ "a list of constants", "foldable", "type I int 0 100\ntype L list I 0 9\nflow f -> L\na = CONST 1\nl = LIST a a\nend l\n" },
	{ "a record of constants", "foldable", "type I int 0 100\ntype R record R a:I\nflow f -> R\na = CONST 1\nr = RECORD R a\nend r\n" },
	{ "a record with other fields", "ok", "type I int 0 100\ntype R record R a:I b:I c:I\nflow f r:R n:I -> R\nr = INPUT 0\nn = INPUT 1\nw = WITH 2 0 2 r n n\nend w\n" },
	{ "of a constant", "with-form", "type I int 0 100\ntype R record R a:I b:I c:I\nflow f n:I -> R\nr = CONST R ( 1 2 3 )\nn = INPUT 0\nw = WITH 1 1 r n\nend w\n" },
	{ "of a record written out", "with-form",
	    "type I int 0 100\ntype R record R a:I b:I c:I\nflow f n:I -> R\nn = INPUT 0\nr = RECORD R n n n\none = CONST 1\nw = WITH 1 1 r one\nend w\n" },
	{ "of another with", "with-form",
	    "type I int 0 100\ntype R record R a:I b:I c:I\nflow f r:R n:I -> R\nr = INPUT 0\nn = INPUT 1\nv = WITH 1 0 r n\nw = WITH 1 1 v n\nend w\n" },
	{ "all fields", "with-form", "type I int 0 100\ntype R record R a:I b:I c:I\nflow f r:R n:I -> R\nr = INPUT 0\nn = INPUT 1\nw = WITH 3 0 1 2 r n n n\nend w\n" },
	{ "fields that do not ascend", "no-member",
	    "type I int 0 100\ntype R record R a:I b:I c:I\nflow f r:R n:I -> R\nr = INPUT 0\nn = INPUT 1\nw = WITH 2 1 0 r n n\nend w\n" },
	{ "a field twice", "no-member", "type I int 0 100\ntype R record R a:I b:I c:I\nflow f r:R n:I -> R\nr = INPUT 0\nn = INPUT 1\nw = WITH 2 1 1 r n n\nend w\n" },
	{ "two that are equal", "duplicate",
	    "type I int 0 100\ntype R record R a:I b:I c:I\ntype L list R 0 2\nflow f r:R n:I -> L\nr = INPUT 0\nn = INPUT 1\nv = WITH 1 1 r n\nw = WITH 1 1 r n\nl = LIST v w\nend l\n" },
	{ "two of different fields", "ok",
	    "type I int 0 100\ntype R record R a:I b:I c:I\ntype L list R 0 2\nflow f r:R n:I -> L\nr = INPUT 0\nn = INPUT 1\nv = WITH 1 1 r n\nw = WITH 1 2 r n\nl = LIST v w\nend l\n" },
	{ "some of a constant", "foldable", "type I int 0 100\ntype O option I\nflow f -> O\na = CONST 1\ns = SOME a\nend s\n" },
	{ "a template of constants", "unflattened", TEXTS "flow f -> T\na = CONST \"x\"\nb = CONST \"y\"\nt = TEMPLATE a b\nend t\n" },
	{ "a template of one number", "unflattened", TEXTS "flow f -> T\na = CONST 5\nt = TEMPLATE a\nend t\n" },
	{ "a template", "ok", "type I int 0 100\ntype T text 0 40\nflow f n:I -> T\na = CONST \"x\"\nn = INPUT 0\nt = TEMPLATE a n a\nend t\n" },
	{ "of a number alone", "ok", "type I int 0 100\ntype T text 0 40\nflow f n:I -> T\nn = INPUT 0\nt = TEMPLATE n\nend t\n" },
	{ "of a text alone", "unflattened", TEXTS "flow f s:T -> T\ns = INPUT 0\nt = TEMPLATE s\nend t\n" },
	{ "of a constant number", "unflattened",
	    "type I int 0 100\ntype T text 0 40\nflow f n:I -> T\na = CONST 7\nn = INPUT 0\nt = TEMPLATE a n\nend t\n" },
	{ "of nothing", "unflattened",
	    "type I int 0 100\ntype T text 0 40\nflow f n:I -> T\na = CONST \"\"\nn = INPUT 0\nt = TEMPLATE a n\nend t\n" },
	{ "two constants side by side", "unflattened",
	    "type I int 0 100\ntype T text 0 40\nflow f n:I -> T\nn = INPUT 0\na = CONST \"x\"\nb = CONST \"y\"\nt = TEMPLATE n a b\nend t\n" },
	{ "a template in a template", "unflattened",
	    "type I int 0 100\ntype T text 0 80\nflow f n:I -> T\nn = INPUT 0\na = CONST \"x\"\nt = TEMPLATE n a\nu = TEMPLATE t n\nend u\n" },
};

#define ROUNDS "type J int 0 50\ntype B bool\n"

static const struct form_case rounds[] = {
	{ "a loop", "ok", ROUNDS "flow f a:J ok:B -> J\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ns = BIND 0\nyield s ok\nend m\n" },
	{ "its condition before its state", "numbering",
	    ROUNDS "flow f a:J ok:B -> J\nok = INPUT 1\na = INPUT 0\nm = LOOP J 2 a\nblock\ns = BIND 0\nyield s ok\nend m\n" },
	{ "a condition before the state, inside", "numbering",
	    "type J int 0 50\nflow f a:J -> J\na = INPUT 0\nm = LOOP J 2 a\nblock\ns = BIND 0\nc = LT s a\ny = MIN s a\nyield y c\nend m\n" },
	{ "the state before the condition, inside", "ok",
	    "type J int 0 50\nflow f a:J -> J\na = INPUT 0\nm = LOOP J 2 a\nblock\ns = BIND 0\ny = MIN s a\nc = LT s a\nyield y c\nend m\n" },
	{ "what does not need the state, inside", "hoistable",
	    ROUNDS "flow f a:J ok:B -> J\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ny = ABS a\nyield y ok\nend m\n" },
	{ "a loop that does not need the state around it", "hoistable",
	    ROUNDS "flow f a:J ok:B -> J\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ns = BIND 0\nn = LOOP J 2 a\nblock\nt = BIND 0\nyield t ok\n"
	    "y = MIN s n\nyield y ok\nend m\n" },
	{ "the same loop twice", "duplicate",
	    ROUNDS "type K int 0 100\nflow f a:J ok:B -> K\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ns = BIND 0\nyield s ok\n"
	    "n = LOOP J 2 a\nblock\nt = BIND 0\nyield t ok\nk = ADD m n\nend k\n" },
	{ "with another limit", "ok",
	    ROUNDS "type K int 0 100\nflow f a:J ok:B -> K\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ns = BIND 0\nyield s ok\n"
	    "n = LOOP J 3 a\nblock\nt = BIND 0\nyield t ok\nk = ADD m n\nend k\n" },
	{ "with another type of state", "ok",
	    ROUNDS "type K int 0 150\ntype I int 0 100\nflow f a:J ok:B -> K\na = INPUT 0\nok = INPUT 1\nm = LOOP J 2 a\nblock\ns = BIND 0\nyield s ok\n"
	    "n = LOOP I 2 a\nblock\nt = BIND 0\nyield t ok\nk = ADD m n\nend k\n" },
};

Test(canonical, a_loop_has_one_form)
{
	expect(rounds, sizeof rounds / sizeof *rounds);
}

Test(canonical, constants_are_folded_and_templates_flat)
{
	expect(folds, sizeof folds / sizeof *folds);
}

#define CHOICE(name, then) name " = MATCH 2 b\nblock\nyield " then "\nblock\nyield x\n"
static const struct form_case sames[] = {
	{ "twice the same input", "duplicate", "type I int 0 100\ntype J int 0 200\nflow f a:I -> J\na = INPUT 0\nb = INPUT 0\nc = ADD a b\nend c\n" },
	{ "twice the same constant", "duplicate",
	    "type I int 0 100\nflow f a:I -> I\na = INPUT 0\nb = CONST 1\nx = MIN a b\nc = CONST 1\ny = MAX x c\nend y\n" },
	{ "equal texts of constants", "duplicate",
	    "type B bool\ntype T text 0 9\nflow f t:T -> B\nt = INPUT 0\na = CONST \"x\"\nb = STARTS_WITH t a\nc = CONST \"x\"\nd = ENDS_WITH t c\n"
	    "e = AND b d\nend e\n" },
	{ "an int and a number", "ok",
	    "type I int 0 100\ntype N number 0 1\ntype B bool\nflow f a:I n:N -> B\na = INPUT 0\nb = CONST 1\nx = LT a b\nn = INPUT 1\nc = CONST 1.0\n"
	    "y = LT n c\nz = AND x y\nend z\n" },
	{ "twice the same operation", "duplicate",
	    "type I int 0 100\ntype J int -200 200\nflow f a:I -> J\na = INPUT 0\nx = NEG a\ny = NEG a\nz = ADD x y\nend z\n" },
	{ "operands the other way round", "ok",
	    "type I int 0 100\ntype J int -200 200\nflow f a:I b:I -> J\na = INPUT 0\nb = INPUT 1\nx = SUB a b\ny = SUB b a\nz = MAX x y\nend z\n" },
	{ "twice the same drop", "duplicate",
	    "label pii \"p\"\ntype T text 0 40\ntype B bool\nflow f t:T@pii -> B\nt = INPUT 0\na = DROP d pii \"r\" ; t\nb = DROP d pii \"r\" ; t\n"
	    "e = EQ a b\nend e\n" },
	{ "two drops", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype B bool\nflow f t:T@pii -> B\nt = INPUT 0\na = DROP d pii \"r\" ; t\nb = DROP e pii \"r\" ; t\n"
	    "e = EQ a b\nend e\n" },
	{ "two calls are two samples", "ok",
	    "type T text 0 40\ntype B bool\nbackend b llm accepts -\nagent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\n"
	    "set MAX_TOKENS 1\nset USER q\nflow f t:T -> B\nt = INPUT 0\na = CALL ask t\nb = CALL ask t\ne = EQ a b\nend e\n" },
	{ "twice the same choice", "duplicate",
	    "type B bool\ntype I int 0 9\ntype J int -99 99\nflow f b:B x:I -> J\nb = INPUT 0\ny = CONST 1\nx = INPUT 1\n"
	    CHOICE("m", "y") CHOICE("n", "y") "z = ADD m n\nend z\n" },
	{ "two choices", "ok",
	    "type B bool\ntype I int 0 9\ntype J int -99 99\nflow f b:B x:I -> J\nb = INPUT 0\ny = CONST 1\nx = INPUT 1\n"
	    CHOICE("m", "y") "z = CONST 2\n" CHOICE("n", "z") "w = ADD m n\nend w\n" },
	{ "twice the same list", "duplicate",
	    "type I int 0 9\ntype L list I 0 9\ntype M list I 0 18\nflow f l:L -> M\nl = INPUT 0\n"
	    "m = FOR w l\nblock\ne = BIND 0\ni = BIND 1\nc = LT i e\nyield e c\n"
	    "n = FOR w l\nblock\nf = BIND 0\nj = BIND 1\nd = LT j f\nyield f d\no = CONCAT m n\nend o\n" },
	{ "two lists", "ok",
	    "type I int 0 9\ntype L list I 0 9\ntype M list I 0 18\nflow f l:L -> M\nl = INPUT 0\n"
	    "m = FOR w l\nblock\ne = BIND 0\ni = BIND 1\nc = LT i e\nyield e c\n"
	    "n = FOR w l\nblock\nf = BIND 0\nj = BIND 1\nd = LE j f\nyield f d\no = CONCAT m n\nend o\n" },
};

Test(canonical, equal_pure_nodes_of_a_block_are_one)
{
	for (size_t i = 0; i < sizeof sames / sizeof *sames; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge(sames[i].source, &why);

		if (strcmp(sames[i].verdict, "ok") == 0 && strcmp(got, "order") == 0)
			continue; /* of types, which is judged later */
		cr_expect_str_eq(got, sames[i].verdict, "%s: %s (node %d), not %s", sames[i].name, got, (int)why.node,
		    sames[i].verdict);
	}
}

#define ASK "agent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"
#define GUARDS "type T text 0 40\ntype B bool\nbackend b llm accepts -\n" ASK "flow f t:T x:B y:B -> T\n"

static const struct form_case guards[] = {
	{ "a require and what it guards", "ok",
	    GUARDS "x = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\nt = INPUT 0\na = CALL ask t guard r\nend a\n" },
	{ "a call above it", "ok",
	    GUARDS "t = INPUT 0\na = CALL ask t\nx = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\nend a\n" },
	{ "two", "ok",
	    GUARDS "x = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\ny = INPUT 2\ns = REQUIRE y no guard r\nt = INPUT 0\n"
	    "a = CALL ask t guard s\nend a\n" },
	{ "two side by side", "guard",
	    GUARDS "x = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\ny = INPUT 2\ns = REQUIRE y no\nt = INPUT 0\n"
	    "a = CALL ask t guard s\nend a\n" },
	{ "guarded by the first of two", "ok",
	    GUARDS "x = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\nt = INPUT 0\na = CALL ask t guard r\n"
	    "y = INPUT 2\ns = REQUIRE y no guard r\nend a\n" },
	{ "below the second by what it needs, guarded by the first", "guard-order",
	    GUARDS "x = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\ny = INPUT 2\ns = REQUIRE y no guard r\nt = INPUT 0\n"
	    "a = CALL ask t guard s\nc = CALL ask a guard r\nend c\n" },
	{ "that needs what it guards", "ok",
	    GUARDS "t = INPUT 0\na = CALL ask t\ny = STARTS_WITH a t\nno = CONST \"no\"\nr = REQUIRE y no\nc = CALL ask a guard r\nend c\n" },
	{ "around a match", "ok",
	    GUARDS "y = INPUT 2\nx = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\nt = INPUT 0\nm = MATCH 2 y\nblock\n"
	    "a = CALL ask t guard r\nyield a\nblock\nc = CALL ask no guard r\nyield c\nend m\n" },
	{ "around one arm of it", "guard",
	    GUARDS "y = INPUT 2\nx = INPUT 1\nno = CONST \"no\"\nr = REQUIRE x no\nt = INPUT 0\nm = MATCH 2 y\nblock\n"
	    "a = CALL ask t guard r\nyield a\nblock\nc = CALL ask no\nyield c\nend m\n" },
	{ "inside an arm", "ok",
	    GUARDS "y = INPUT 2\nx = INPUT 1\nno = CONST \"no\"\nt = INPUT 0\nm = MATCH 2 y\nblock\nr = REQUIRE x no\n"
	    "a = CALL ask t guard r\nyield a\nblock\nyield no\nend m\n" },
	{ "inside an arm, below one outside", "ok",
	    GUARDS "y = INPUT 2\nno = CONST \"no\"\nq = REQUIRE y no\nx = INPUT 1\nt = INPUT 0\nm = MATCH 2 y\nblock\nr = REQUIRE x no guard q\n"
	    "a = CALL ask t guard r\nyield a\nblock\nyield no\nend m\n" },
	{ "an arm's first require that forgets the one outside", "guard",
	    GUARDS "y = INPUT 2\nx = INPUT 1\nno = CONST \"no\"\nt = INPUT 0\nq = REQUIRE y no\nm = MATCH 2 y\nblock\nr = REQUIRE x no\n"
	    "a = CALL ask t guard r\nyield a\nblock\nc = CALL ask no guard q\nyield c\nend m\n" },
};

Test(canonical, guards_are_those_of_the_source)
{
	expect(guards, sizeof guards / sizeof *guards);
}

/* A do of one call, and the head of one after another. */
#define DO(name, call) name " = DO\nblock\n" call "\nyield " name "0\n"
#define THEN(name, before, call) name " = DO guard " before "\nblock\n" call "\nyield " name "0\n"
#define T "t = INPUT 0\n"
#define RX "x = INPUT 1\nno = CONST \"no\"\n"

static const struct form_case dos[] = {
	{ "a do", "ok", GUARDS T DO("d", "d0 = CALL ask t") "end t\n" },
	{ "a do that calls nobody", "do-calls", GUARDS T "d = DO\nblock\nyield t\nend t\n" },
	{ "a do that only requires", "do-calls", GUARDS T RX "d = DO\nblock\nr = REQUIRE x no\nyield t\nend t\n" },
	{ "two", "ok", GUARDS T DO("d", "d0 = CALL ask t") THEN("e", "d", "e0 = CALL ask t") "end t\n" },
	{ "two side by side", "after", GUARDS T DO("d", "d0 = CALL ask t") DO("e", "e0 = CALL ask t") "end t\n" },
	{ "two after one", "after",
	    GUARDS T DO("d", "d0 = CALL ask t") THEN("e", "d", "e0 = CALL ask t") THEN("f", "d", "f0 = CALL ask t") "end t\n" },
	{ "numbered before the result", "numbering", GUARDS "k = CONST \"k\"\n" DO("d", "d0 = CALL ask k") T "end t\n" },
	{ "pure inside", "hoistable", GUARDS T "d = DO\nblock\nu = LOWER t\nd0 = CALL ask u\nyield d0\nend t\n" },
	/* Against requires. */
	{ "above a require", "ok", GUARDS T DO("d", "d0 = CALL ask t") RX "r = REQUIRE x no\nend t\n" },
	{ "above a require, numbered below it", "numbering", GUARDS T RX "r = REQUIRE x no\n" DO("d", "d0 = CALL ask t") "end t\n" },
	{ "below a require", "ok", GUARDS T RX "r = REQUIRE x no\n" DO("d", "d0 = CALL ask t guard r") "end t\n" },
	{ "above a require that a call needs first", "ok",
	    GUARDS RX "r = REQUIRE x no\n" T "a = CALL ask t guard r\n" DO("d", "d0 = CALL ask t") "end a\n" },
	{ "one above a require and one below", "ok",
	    GUARDS T DO("d", "d0 = CALL ask t") RX "r = REQUIRE x no\n" THEN("e", "d", "e0 = CALL ask t guard r") "end t\n" },
	{ "the second above what the first stands below", "guard-order",
	    GUARDS T RX "r = REQUIRE x no\n" DO("d", "d0 = CALL ask t guard r") THEN("e", "d", "e0 = CALL ask t") "end t\n" },
	{ "a require inside it", "ok",
	    GUARDS T RX "d = DO\nblock\nr = REQUIRE x no\nd0 = CALL ask t guard r\nyield d0\nend t\n" },
	/* In blocks. */
	{ "in an arm, after the one outside", "ok",
	    GUARDS "y = INPUT 2\n" T DO("d", "d0 = CALL ask t") "m = MATCH 2 y\nblock\n" THEN("e", "d", "e0 = CALL ask t")
	    "yield t\nblock\na = CALL ask t\nyield a\nend m\n" },
	{ "in an arm, forgetting the one outside", "after",
	    GUARDS "y = INPUT 2\n" T DO("d", "d0 = CALL ask t") "m = MATCH 2 y\nblock\n" THEN("e", "d", "e0 = CALL ask t")
	    "yield t\nblock\n" DO("f", "f0 = CALL ask t") "yield t\nend m\n" },
	{ "in both arms, before the one outside", "ok",
	    GUARDS "y = INPUT 2\n" T "m = MATCH 2 y\nblock\n" DO("e", "e0 = CALL ask t") "yield t\nblock\n"
	    DO("f", "f0 = CALL ask t") "yield t\n" DO("d", "d0 = CALL ask m") "end m\n" },
	{ "in a do, after the one before it", "ok",
	    GUARDS T DO("d", "d0 = CALL ask t") "e = DO guard d\nblock\n" "e0 = CALL ask t\n" THEN("f", "d", "f0 = CALL ask t")
	    "yield e0\nend t\n" },
	{ "in a do, not after the one before it", "after",
	    GUARDS T DO("d", "d0 = CALL ask t") "e = DO guard d\nblock\n" "e0 = CALL ask t\n" DO("f", "f0 = CALL ask t")
	    "yield e0\nend t\n" },
	{ "before the first, needing what comes after it", "after-order",
	    GUARDS "y = INPUT 2\n" T DO("d", "d0 = CALL ask t") "m = MATCH 2 y\nblock\n" THEN("e", "d", "e0 = CALL ask t")
	    "yield t\nblock\na = CALL ask t\nyield a\nn = MATCH 2 y\nblock\n" DO("f", "f0 = CALL ask m")
	    "yield t\nblock\nyield t\nend n\n" },
	{ "an arm below a require, above a do that is above the require", "after-order",
	    GUARDS "y = INPUT 2\n" T RX "r = REQUIRE x no\nm = MATCH 2 y\nblock\n" DO("e", "e0 = CALL ask t guard r")
	    "yield t\nblock\nyield no\n" DO("d", "d0 = CALL ask t") "end m\n" },
	{ "an arm below a do that is below a require, but above it itself", "guard-order",
	    GUARDS "y = INPUT 2\n" T RX "r = REQUIRE x no\n" DO("d", "d0 = CALL ask t guard r") "m = MATCH 2 y\nblock\n"
	    THEN("e", "d", "e0 = CALL ask t") "yield t\nblock\nyield no\nend m\n" },
};

#undef T
#undef RX

Test(canonical, dos_stand_in_one_row_with_requires)
{
	expect(dos, sizeof dos / sizeof *dos);
}

#define FORS "type T text 0 40\ntype L list T 0 8\nbackend b llm accepts -\n" ASK "flow f l:L t:T -> L\nl = INPUT 0\n"
#define BODY "block\nx = BIND 0\na = CALL ask x\nyield a\nend m\n"

static const struct form_case fors[] = {
	{ "asks about each item", "ok", FORS "m = FOR - l\n" BODY },
	{ "some at a time", "ok", FORS "m = FOR - width 4 l\n" BODY },
	{ "one at a time", "ok", FORS "m = FOR - width 1 l\n" BODY },
	{ "one less than there may be", "ok", FORS "m = FOR - width 7 l\n" BODY },
	{ "as many at a time as there may be", "for-width", FORS "m = FOR - width 8 l\n" BODY },
	{ "more at a time than there may be", "for-width", FORS "m = FOR - width 9 l\n" BODY },
	{ "a width where nobody is asked", "for-width",
	    FORS "m = FOR - width 4 l\nblock\nx = BIND 0\nu = LOWER x\nyield u\nend m\n" },
	{ "a width where a require stands alone", "ok",
	    "type T text 0 40\ntype L list T 0 8\nflow f l:L t:T -> L\nl = INPUT 0\nt = INPUT 1\nno = CONST \"no\"\n"
	    "m = FOR - width 4 l\nblock\nx = BIND 0\nc = STARTS_WITH x t\nr = REQUIRE c no\n"
	    "yield x\nend m\n" },
	{ "keeps by the item", "ok",
	    FORS "t = INPUT 1\nm = FOR w l\nblock\nx = BIND 0\na = CALL ask x\nc = STARTS_WITH x t\nyield a c\nend m\n" },
	{ "keeps by an answer from before", "ok",
	    FORS "t = INPUT 1\nb = CALL ask t\nm = FOR w l\nblock\nx = BIND 0\na = CALL ask x\nc = STARTS_WITH x b\nyield a c\nend m\n" },
	{ "keeps by its own answer", "for-effect",
	    FORS "t = INPUT 1\nm = FOR w l\nblock\nx = BIND 0\na = CALL ask x\nc = STARTS_WITH a t\nyield a c\nend m\n" },
	{ "sorts by its own answer", "for-effect",
	    FORS "m = FOR s l\nblock\nx = BIND 0\na = CALL ask x\nyield x a\nend m\n" },
	{ "sorts by an answer of a choice inside", "for-effect",
	    FORS "t = INPUT 1\nm = FOR s l\nblock\nx = BIND 0\nc = STARTS_WITH x t\nn = MATCH 2 c\nblock\na = CALL ask x\nyield a\nblock\n"
	    "yield t\nyield x n\nend m\n" },
	{ "the same twice is two samples", "ok",
	    "type T text 0 40\ntype L list T 0 8\ntype M list T 0 16\nbackend b llm accepts -\n" ASK "flow f l:L -> M\nl = INPUT 0\n"
	    "m = FOR - l\nblock\nx = BIND 0\na = CALL ask x\nyield a\nn = FOR - l\nblock\ny = BIND 0\nb = CALL ask y\nyield b\n"
	    "s = CONCAT m n\nend s\n" },
	{ "guarded by a require of the body", "ok",
	    FORS "t = INPUT 1\nno = CONST \"no\"\nm = FOR - l\nblock\nx = BIND 0\nc = STARTS_WITH x t\nr = REQUIRE c no\n"
	    "a = CALL ask x guard r\nyield a\nend m\n" },
	{ "what only the condition needs is no deeper than it must be", "hoistable",
	    FORS "m = FOR w l\nblock\nx = BIND 0\na = CALL ask x\nt = INPUT 1\nc = STARTS_WITH x t\nyield a c\nend m\n" },
};

#define TRIES "type T text 0 40\nbackend b llm accepts -\n" ASK "flow f t:T -> T\nt = INPUT 0\n"

static const struct form_case tries[] = {
	{ "a call, or something else", "ok", TRIES "m = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t\nend m\n" },
	{ "nobody is asked", "try-idle", TRIES "m = TRY\nblock\nyield t\nblock\na = CALL ask t\nyield a\nend m\n" },
	{ "nobody is asked, but something required", "try-idle",
	    TRIES "k = CONST \"no\"\no = EQ t k\nm = TRY\nblock\nr = REQUIRE o k\nyield t\nblock\na = CALL ask t\nyield a\nend m\n" },
	{ "somebody is asked deeper inside", "ok",
	    TRIES "k = CONST \"no\"\no = EQ t k\nm = TRY\nblock\nn = MATCH 2 o\nblock\na = CALL ask t\nyield a\nblock\nyield k\nyield n\nblock\n"
	    "yield t\nend m\n" },
	{ "the same twice is two attempts", "ok",
	    "type T text 0 40\ntype W text 0 90\nbackend b llm accepts -\n" ASK "flow f t:T -> W\nt = INPUT 0\n"
	    "m = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t\nn = TRY\nblock\nc = CALL ask t\nyield c\nblock\nyield t\n"
	    "s = TEMPLATE m n\nend s\n" },
	{ "what is pure stands outside", "hoistable",
	    TRIES "m = TRY\nblock\na = CALL ask t\nyield a\nblock\nu = LOWER t\nyield u\nend m\n" },
	{ "three blocks", "blocks", TRIES "m = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t t\nend m\n" },
	{ "nothing is bound", "bind", TRIES "m = TRY\nblock\na = CALL ask t\nyield a\nblock\nx = BIND 0\nyield x\nend m\n" },
};

Test(canonical, a_try_has_a_call_to_try)
{
	expect(tries, sizeof tries / sizeof *tries);
}

Test(canonical, a_for_with_calls_knows_its_items_before_it_asks)
{
	expect(fors, sizeof fors / sizeof *fors);
}

static const struct form_case tables[] = {
	{ "types in order of use", "ok", "type T text 0 40\ntype I int 0 9\nflow f t:T i:I -> T\nt = INPUT 0\nend t\n" },
	{ "types in another order", "order", "type I int 0 9\ntype T text 0 40\nflow f t:T i:I -> T\nt = INPUT 0\nend t\n" },
	{ "a type that nothing uses", "unused", "type T text 0 40\ntype I int 0 9\nflow f t:T -> T\nt = INPUT 0\nend t\n" },
	{ "what a type holds comes first, in order", "ok",
	    "type T text 0 40\ntype I int 0 9\ntype R record R t:T i:I\nflow f r:R -> I\nr = INPUT 0\ni = FIELD 1 r\nend i\n" },
	{ "in another order", "order",
	    "type I int 0 9\ntype T text 0 40\ntype R record R t:T i:I\nflow f r:R -> I\nr = INPUT 0\ni = FIELD 1 r\nend i\n" },
	{ "types of a constant", "ok",
	    "type B bool\ntype I int 0 9\ntype R record R i:I\nflow f b:B -> I\nb = INPUT 0\nx = CONST R ( 3 )\ny = CONST R ( 4 )\n"
	    "m = MATCH 2 b\nblock\nyield x\nblock\nyield y\ni = FIELD 0 m\nend i\n" },
	{ "types of a constant, too early", "order",
	    "type B bool\ntype S int 0 8\ntype R record R i:S\ntype I int 0 9\nflow f b:B -> I\nb = INPUT 0\nx = CONST R ( 3 )\n"
	    "y = CONST R ( 4 )\nm = MATCH 2 b\nblock\nyield x\nblock\nyield y\ni = FIELD 0 m\nend i\n" },
	{ "agents in order of use", "ok",
	    "type T text 0 40\nbackend b llm accepts -\n" ASK "agent tell q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"
	    "set USER q\nflow f t:T -> T\nt = INPUT 0\na = CALL ask t\nb = CALL tell a\nend b\n" },
	{ "agents in another order", "order",
	    "type T text 0 40\nbackend b llm accepts -\n" ASK "agent tell q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"
	    "set USER q\nflow f t:T -> T\nt = INPUT 0\na = CALL tell t\nb = CALL ask a\nend b\n" },
	{ "an agent that nobody calls", "unused",
	    "type T text 0 40\nbackend b llm accepts -\n" ASK "flow f t:T -> T\nt = INPUT 0\nend t\n" },
	{ "a backend that no agent asks", "unused",
	    "type T text 0 40\nbackend b llm accepts -\nbackend c llm accepts -\n" ASK "flow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a drop without a reason", "empty-drop",
	    "label pii \"p\"\ntype T text 0 40\nflow f t:T@pii -> T\nx = INPUT 0\nd = DROP c pii \"\" ; x\nend d\n" },
	{ "a label that nothing carries", "unused", "label pii \"p\"\ntype T text 0 40\nflow f t:T -> T\nt = INPUT 0\nend t\n" },
	{ "an agent named as an input", "name-taken",
	    "type T text 0 40\nbackend b llm accepts -\n" ASK "flow f ask:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "an input named as a built-in", "name-taken", "type T text 0 40\nflow f length:T -> T\nt = INPUT 0\nend t\n" },
	{ "an input named lines", "name-taken", "type T text 0 40\nflow f lines:T -> T\nt = INPUT 0\nend t\n" },
	{ "two inputs of one name", "name-taken", "type T text 0 40\nflow f t:T t:T -> T\nt = INPUT 0\nend t\n" },
	{ "two types of one name", "name-taken",
	    "type T text 0 40\ntype R record R t:T\ntype S record R t:T\nflow f r:R s:S -> T\nr = INPUT 0\nt = FIELD 0 r\nend t\n" },
	{ "a fn named as an input", "name-taken",
	    "label pii \"p\"\ntype T text 0 40\nflow f t:T@pii -> T\nx = INPUT 0\nd = DROP t pii \"r\" ; x\nend d\n" },
	{ "a parameter named as its agent", "name-taken",
	    "type T text 0 40\nbackend b llm accepts -\nagent ask ask:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"
	    "set USER q\nflow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a parameter named as a built-in", "name-taken",
	    "type T text 0 40\nbackend b llm accepts -\nagent ask upper:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"
	    "set USER q\nflow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a parameter named as an input", "ok",
	    "type T text 0 40\nbackend b llm accepts -\nagent ask t:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"
	    "set USER q\nflow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a fn that is inlined twice", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype B bool\nflow f t:T@pii u:T@pii -> B\nt = INPUT 0\na = DROP d pii \"r\" ; t\nu = INPUT 1\n"
	    "b = DROP d pii \"r\" ; u\ne = EQ a b\nend e\n" },
	{ "two fns of one name", "drop-differs",
	    "label pii \"p\"\ntype T text 0 40\ntype B bool\nflow f t:T@pii u:T@pii -> B\nt = INPUT 0\na = DROP d pii \"r\" ; t\nu = INPUT 1\n"
	    "b = DROP d pii \"s\" ; u\ne = EQ a b\nend e\n" },
};

Test(canonical, tables_have_one_order_and_nothing_to_spare)
{
	expect(tables, sizeof tables / sizeof *tables);
}
