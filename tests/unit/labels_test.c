/* Which labels may reach what. Each program is in normal form; each bad one differs from a good one in one place. */
#include "tests/support/judge.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(labels, .timeout = 20);

/* pii is 1, untrusted 2. */
#define LABELS "label pii \"p\"\nlabel untrusted \"u\"\n"
#define ASK(name, backend, context) \
	"agent " name " q:T -> T via " backend "\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n" context "set USER q\n"

struct label_case {
	const char *name, *found, *source;
};

static void
expect(const struct label_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *got = judge_all(cases[i].source);

		cr_expect_str_eq(got, cases[i].found, "%s: `%s`, not `%s`", cases[i].name, got, cases[i].found);
	}
}

static const struct label_case clearances[] = {
	{ "accepted", "ok",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii\n" ASK("ask", "b", "")
	    "flow f t:T@pii -> T@pii\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "not accepted", "label-clearance 1.0 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f t:T@pii -> T@pii\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "one of two accepted", "label-clearance 1.0 2",
	    LABELS "type T text 0 40\nbackend b llm accepts pii\n" ASK("ask", "b", "")
	    "flow f t:T@pii,untrusted -> T@pii,untrusted\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "declared inside what is sent", "label-clearance 1.0 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\nbackend b llm accepts -\n"
	    "agent ask r:R -> T via b\nr = INPUT 0\nj = JSON r\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER j\n"
	    "flow f r:R -> T\nr = INPUT 0\na = CALL ask r\nend a\n" },
	{ "an unlabelled field of a labelled record", "label-clearance 2.0 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f r:R@pii -> T@pii\nr = INPUT 0\nt = FIELD 0 r\na = CALL ask t\nend a\n" },
	{ "another field than the labelled one", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f r:R -> T\nr = INPUT 0\nt = FIELD 1 r\na = CALL ask t\nend a\n" },
	{ "what a backend taints", "label-result 1.- 2",
	    LABELS "type T text 0 40\nbackend b llm accepts pii taints untrusted\n" ASK("ask", "b", "")
	    "flow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "one mistake is found once", "label-clearance 1.0 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f t:T@pii -> T\nt = INPUT 0\na = CALL ask t\nb = CALL ask a\nend b\n" },
	{ "two are found", "label-clearance 1.0 1; label-clearance 2.0 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f t:T@pii -> T\nt = INPUT 0\na = CALL ask t\nb = CALL ask t\nu = TEMPLATE a b\nl = CONST 40\n"
	    "v = TRUNCATE u l\nend v\n" },
	{ "dropped by an agent", "ok",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii\nagent ask q:T -> T via b\n"
	    "drops pii \"why\"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"
	    "flow f t:T@pii -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "taints come after drops", "label-result 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii taints pii\nagent ask q:T -> T via b\n"
	    "drops pii \"why\"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"
	    "flow f t:T@pii -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "dropped by a fn", "ok",
	    "label pii \"p\"\ntype T text 0 40\n"
	    "flow f t:T@pii -> T\nt = INPUT 0\nd = DROP clean pii \"why\" ; t\nend d\n" },
	{ "another label than the one dropped", "label-result 1.- 2",
	    LABELS "type T text 0 40\n"
	    "flow f t:T@pii,untrusted -> T\nt = INPUT 0\nd = DROP clean pii \"why\" ; t\nend d\n" },
};

Test(labels, reach_only_backends_that_accept_them)
{
	expect(clearances, sizeof clearances / sizeof *clearances);
}

/* What `if ok then ask(t) else "no"` needs, with these labels on the inputs and the result. */
#define DECIDED(accepts, t, ok, result) \
	LABELS "type T text 0 40\ntype B bool\nbackend b llm accepts " accepts " taints pii,untrusted\n" ASK("ask", "b", "") \
	"flow f t:T" t " ok:B" ok " -> T" result "\nok = INPUT 1\nt = INPUT 0\nno = CONST \"no\"\nm = MATCH 2 ok\n" \
	"block\na = CALL ask t\nyield a\nblock\nyield no\nend m\n"
#define REQUIRED(accepts, ok, said, result) \
	LABELS "type T text 0 40\ntype B bool\nbackend b llm accepts " accepts " taints pii,untrusted\n" ASK("ask", "b", "") \
	"flow f t:T s:T" said " ok:B" ok " -> T" result "\nok = INPUT 2\ns = INPUT 1\nr = REQUIRE ok s\nt = INPUT 0\n" \
	"a = CALL ask t guard r\nend a\n"

static const struct label_case decisions[] = {
	{ "accepted", "ok", DECIDED("untrusted", "", "@untrusted", "@pii,untrusted") },
	{ "not accepted", "label-decides 4.- 2", DECIDED("pii", "", "@untrusted", "@pii,untrusted") },
	{ "not accepted, nor what is sent", "label-clearance 4.0 1; label-decides 4.- 2",
	    DECIDED("-", "@pii", "@untrusted", "@pii,untrusted") },
	{ "the result carries what decided", "label-result 3.- 2",
	    "label pii \"p\"\nlabel untrusted \"u\"\ntype T text 0 40\ntype B bool\n"
	    "flow f t:T ok:B@untrusted -> T@pii\nok = INPUT 1\nt = INPUT 0\nno = CONST \"no\"\nm = MATCH 2 ok\nblock\nyield t\n"
	    "block\nyield no\nend m\n" },
	{ "a require decides", "label-decides 4.- 2", REQUIRED("pii", "@untrusted", "", "@pii,untrusted") },
	{ "an accepted require", "ok", REQUIRED("untrusted", "@untrusted", "", "@pii,untrusted") },
	{ "a require does not label the result", "ok",
	    LABELS "type T text 0 40\ntype B bool\nbackend b llm accepts untrusted taints pii\n" ASK("ask", "b", "")
	    "flow f t:T ok:B@untrusted -> T@pii\nok = INPUT 1\ns = CONST \"no\"\nr = REQUIRE ok s\nt = INPUT 0\n"
	    "a = CALL ask t guard r\nend a\n" },
	{ "the text of a require", "label-message 2.1 1; label-result 4.- 1", REQUIRED("pii,untrusted", "", "@pii", "@untrusted") },
	{ "an earlier require decides as well", "label-decides 6.- 2",
	    LABELS "type T text 0 40\ntype B bool\nbackend b llm accepts pii\n" ASK("ask", "b", "")
	    "flow f t:T@pii ok:B@untrusted -> T@pii\nok = INPUT 1\ns = CONST \"no\"\nr = REQUIRE ok s\nt = INPUT 0\n"
	    "e = STARTS_WITH t s\nq = REQUIRE e s guard r\na = CALL ask t guard q\nend a\n" },
};

Test(labels, of_decisions_count)
{
	expect(decisions, sizeof decisions / sizeof *decisions);
}

static const struct label_case declared[] = {
	{ "a field with its labels", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\n"
	    "flow f t:T@pii -> R\nt = INPUT 0\nr = RECORD R t\nend r\n" },
	{ "a field without", "label-undeclared 2.1 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\n"
	    "flow f t:T@pii u:T -> R\nt = INPUT 0\nk = CONST \"k\"\nr = RECORD R t t\nend r\n" },
	{ "a record is not what its fields are", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\n"
	    "flow f t:T@pii u:T -> T\nt = INPUT 0\nu = INPUT 1\nr = RECORD R t u\nx = FIELD 1 r\nend x\n" },
	{ "a field changed, with its labels", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\nflow f t:T@pii r:R -> R\nr = INPUT 1\nt = INPUT 0\nw = WITH 1 0 r t\nend w\n" },
	{ "a field changed, without", "label-undeclared 2.1 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\nflow f t:T@pii r:R -> R\nr = INPUT 1\nt = INPUT 0\nw = WITH 1 1 r t\nend w\n" },
	{ "what the rest carries stays", "label-result 2.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\nflow f r:R@pii t:T -> R\nr = INPUT 0\nt = INPUT 1\nw = WITH 1 1 r t\nend w\n" },
	{ "a payload without", "label-undeclared 1.0 1",
	    "label pii \"p\"\ntype T text 0 40\ntype V variants V a b:T c:T@pii\n"
	    "flow f t:T@pii -> V\nt = INPUT 0\nv = VARIANT V b t\nend v\n" },
	{ "a payload with", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype V variants V a b:T c:T@pii\n"
	    "flow f t:T@pii -> V\nt = INPUT 0\nv = VARIANT V c t\nend v\n" },
	{ "a payload taken out", "label-result 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype V variants V b:T c:T@pii\n"
	    "flow f v:V -> T\nv = INPUT 0\nm = MATCH 2 v\nblock\nb = BIND 0\nyield b\nblock\nc = BIND 0\nyield c\nend m\n" },
	{ "a record made under a decision", "label-result 2.- 1",
	    "label pii \"p\"\ntype B bool\ntype O option B\ntype R record R b:B@pii\n"
	    "flow f o:O@pii -> R\no = INPUT 0\nk = CONST R ( true )\nm = MATCH 2 o\nblock\nb = BIND 0\nr = RECORD R b\n"
	    "yield r\nblock\nyield k\nend m\n" },
	{ "the result", "label-result 0.- 1", "label pii \"p\"\ntype T text 0 40\nflow f t:T@pii -> T\nt = INPUT 0\nend t\n" },
	{ "a length says what its text is", "label-result 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype I int 0 40\nflow f t:T@pii -> I\nt = INPUT 0\nn = LENGTH t\nend n\n" },
	{ "a length does not say what is inside", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype L list R 0 8\ntype I int 0 8\n"
	    "flow f l:L -> I\nl = INPUT 0\nn = LENGTH l\nend n\n" },
	{ "a comparison does", "label-result 2.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype B bool\n"
	    "flow f r:R s:R -> B\nr = INPUT 0\ns = INPUT 1\ne = EQ r s\nend e\n" },
	{ "JSON does", "label-result 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype J text 0 400\n"
	    "flow f r:R -> J\nr = INPUT 0\nj = JSON r\nend j\n" },
};

Test(labels, are_declared_where_they_end)
{
	expect(declared, sizeof declared / sizeof *declared);
}

#define LIST "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\ntype L list R 0 8\n"

static const struct label_case fors[] = {
	{ "an element is labelled as its list", "label-result 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype L list T 0 8\n"
	    "flow f l:L@pii -> L\nl = INPUT 0\nm = FOR - l\nblock\nt = BIND 0\nu = LOWER t\nyield u\nend m\n" },
	{ "what is yielded", "ok",
	    LIST "type U list T 0 8\nflow f l:L -> U\nl = INPUT 0\nm = FOR - l\nblock\nr = BIND 0\nu = FIELD 1 r\nyield u\nend m\n" },
	{ "what is kept by", "label-result 2.- 1",
	    LIST "type U list T 0 8\nflow f l:L -> U\nl = INPUT 0\nk = CONST \"k\"\nm = FOR w l\nblock\nr = BIND 0\nu = FIELD 1 r\n"
	    "t = FIELD 0 r\nc = EQ t k\nyield u c\nend m\n" },
	{ "what is sorted by", "label-result 1.- 1",
	    LIST "type U list T 0 8\nflow f l:L -> U\nl = INPUT 0\nm = FOR s l\nblock\nr = BIND 0\nu = FIELD 1 r\n"
	    "t = FIELD 0 r\nyield u t\nend m\n" },
	{ "a record made where pii decides", "label-result 2.- 1",
	    LIST "flow f l:L -> L\nl = INPUT 0\nk = CONST \"k\"\nm = FOR w l\nblock\nr = BIND 0\nu = FIELD 1 r\n"
	    "n = RECORD R k u\nt = FIELD 0 r\nc = EQ t k\nyield n c\nend m\n" },
	/* The condition of the outer decides about a drop in the inner, found on the second walk. */
	{ "a drop inside what pii keeps", "label-drop-decided 9.- 1",
	    LIST "type U list T 0 8\ntype W list U 0 8\n"
	    "flow f l:L us:U -> W@pii\nl = INPUT 0\nus = INPUT 1\nk = CONST \"k\"\nm = FOR w l\nblock\n"
	    "r = BIND 0\ni = FOR - us\nblock\ne = BIND 0\nu = FIELD 1 r\nx = TEMPLATE e u\ny = DROP d pii \"why\" ; x\nl40 = CONST 40\n"
	    "z = TRUNCATE y l40\nyield z\nt = FIELD 0 r\nc = EQ t k\nyield i c\nend m\n" },
};

#define ASKING(accepts, list, result, flags, body) \
	LIST "type U list T 0 8\nbackend b llm accepts " accepts "\n" ASK("ask", "b", "") \
	"flow f l:L" list " -> U" result "\nl = INPUT 0\nk = CONST \"k\"\nm = FOR " flags " l\nblock\n" body "end m\n"

static const struct label_case asking[] = {
	{ "about what is not labelled", "ok",
	    LIST "type U list T 0 8\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f l:L -> U\nl = INPUT 0\nm = FOR - l\nblock\nr = BIND 0\nu = FIELD 1 r\na = CALL ask u\nyield a\nend m\n" },
	{ "because there is a labelled item", "label-decides 4.- 1",
	    ASKING("-", "@pii", "@pii", "-", "r = BIND 0\na = CALL ask k\nu = FIELD 1 r\nyield a\n") },
	{ "who may know it", "ok", ASKING("pii", "@pii", "@pii", "-", "a = CALL ask k\nyield a\n") },
	{ "who may know it, and the result tells", "label-result 2.- 1",
	    ASKING("pii", "@pii", "", "-", "a = CALL ask k\nyield a\n") },
	{ "because of a labelled condition", "label-decides 3.- 1",
	    ASKING("-", "", "@pii", "w", "a = CALL ask k\nr = BIND 0\nt = FIELD 0 r\nc = EQ t k\nyield a c\n") },
	{ "after a labelled key", "label-decides 3.- 1",
	    ASKING("-", "", "@pii", "s", "a = CALL ask k\nr = BIND 0\nt = FIELD 0 r\nyield a t\n") },
	{ "a drop for each of an open list", "ok",
	    LIST "type U list T 0 8\nbackend b llm accepts pii\n" "agent ask q:T -> T via b\ndrops pii \"why\"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"
	    "flow f l:L -> U\nl = INPUT 0\nm = FOR - l\nblock\nr = BIND 0\nt = FIELD 0 r\na = CALL ask t\nyield a\nend m\n" },
	{ "a drop for each of a labelled list", "label-drop-decided 4.- 1",
	    LIST "type U list T 0 8\nbackend b llm accepts pii\n" "agent ask q:T -> T via b\ndrops pii \"why\"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"
	    "flow f l:L@pii -> U@pii\nl = INPUT 0\nm = FOR - l\nblock\nr = BIND 0\nt = FIELD 0 r\na = CALL ask t\nyield a\nend m\n" },
	{ "a require inside decides about the rest of the body", "label-decides 7.- 1",
	    ASKING("-", "", "@pii", "-", "r = BIND 0\nt = FIELD 0 r\nc = EQ t k\nq = REQUIRE c k\na = CALL ask k guard q\nyield a\n") },
};

#define DOING(accepts, result, body) \
	"label pii \"p\"\ntype T text 0 40\ntype B bool\nbackend b llm accepts " accepts "\n" ASK("ask", "b", "") \
	"flow f t:T ok:B@pii -> T" result "\nt = INPUT 0\n" body "end t\n"

static const struct label_case dos[] = {
	{ "a do decides nothing", "ok", DOING("-", "", "d = DO\nblock\na = CALL ask t\nyield a\ne = DO guard d\nblock\nc = CALL ask t\nyield c\n") },
	{ "its answer goes nowhere, labelled or not", "ok",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii taints pii\n" ASK("ask", "b", "")
	    "flow f t:T -> T\nt = INPUT 0\nd = DO\nblock\na = CALL ask t\nyield a\nend t\n" },
	{ "what is sent from a do", "label-clearance 3.0 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts -\n" ASK("ask", "b", "")
	    "flow f t:T s:T@pii -> T\nt = INPUT 0\ns = INPUT 1\nd = DO\nblock\na = CALL ask s\nyield a\nend t\n" },
	{ "a choice inside decides", "label-decides 5.- 1",
	    DOING("-", "", "k = CONST \"k\"\nok = INPUT 1\nd = DO\nblock\nm = MATCH 2 ok\nblock\na = CALL ask t\nyield a\nblock\nyield k\nyield m\n") },
	{ "a choice around decides", "label-decides 5.- 1",
	    DOING("-", "@pii", "ok = INPUT 1\nk = CONST \"k\"\nm = MATCH 2 ok\nblock\nd = DO\nblock\na = CALL ask t\nyield a\nyield t\nblock\nyield k\n") },
	{ "a require above decides", "label-decides 5.- 1",
	    DOING("-", "", "ok = INPUT 1\nk = CONST \"k\"\nr = REQUIRE ok k\nd = DO\nblock\na = CALL ask t guard r\nyield a\n") },
};

Test(labels, of_a_do_are_those_around_it)
{
	expect(dos, sizeof dos / sizeof *dos);
}

#define TRYING(accepts, more, result) \
	"label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii\nbackend c llm accepts " accepts "\n" \
	ASK("ask", "b", "") ASK("fall", "c", "") "flow f t:T s:T@pii -> T" result "\n" more "end m\n"

static const struct label_case tries[] = {
	{ "a failure carries what the result would", "label-decides 4.- 1",
	    TRYING("-", "s = INPUT 1\nt = INPUT 0\nm = TRY\nblock\na = CALL ask s\nyield a\nblock\nc = CALL fall t\nyield c\n", "@pii") },
	{ "to whom may have it", "ok",
	    TRYING("pii", "s = INPUT 1\nt = INPUT 0\nm = TRY\nblock\na = CALL ask s\nyield a\nblock\nc = CALL fall t\nyield c\n", "@pii") },
	{ "from nothing labelled nothing follows", "ok",
	    TRYING("-", "t = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nc = CALL fall t\nyield c\n", "") },
	{ "the result tells that it failed", "label-result 3.- 1",
	    TRYING("pii", "t = INPUT 0\ns = INPUT 1\nk = CONST \"k\"\nm = TRY\nblock\na = CALL ask s\no = EQ a k\nr = REQUIRE o k\nyield t\nblock\n"
		"c = CALL fall t\nyield c\n", "") },
	{ "at any depth", "label-decides 6.- 1",
	    TRYING("-", "t = INPUT 0\ns = INPUT 1\nm = TRY\nblock\nn = TRY\nblock\na = CALL ask t\nyield a\nblock\nc = CALL ask s\nyield c\n"
		"yield n\nblock\nd = CALL fall t\nyield d\n", "@pii") },
};

Test(labels, of_calls_that_are_tried_decide_about_what_comes_instead)
{
	expect(tries, sizeof tries / sizeof *tries);
}

/* t, u and v go round; each round yields what is given, until a condition holds. */
#define ROUNDS(accepts, inputs, result, body) \
	"label pii \"p\"\ntype T text 0 40\ntype B bool\nbackend b llm accepts " accepts "\n" ASK("ask", "b", "") \
	"flow f " inputs " -> T" result "\n" body

static const struct label_case loops[] = {
	{ "what a loop begins with", "label-result 2.- 1",
	    ROUNDS("-", "t:T@pii ok:B", "", "t = INPUT 0\nok = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\nu = LOWER s\nyield u ok\nend m\n") },
	{ "what a round yields", "label-result 3.- 1",
	    ROUNDS("-", "t:T u:T@pii ok:B", "", "t = INPUT 0\nu = INPUT 1\nok = INPUT 2\nm = LOOP T 3 t\nblock\nyield u ok\nend m\n") },
	{ "what ends it", "label-result 2.- 1",
	    ROUNDS("-", "t:T ok:B@pii", "", "t = INPUT 0\nok = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\nyield s ok\nend m\n") },
	{ "nothing", "ok",
	    ROUNDS("pii", "t:T ok:B", "", "t = INPUT 0\nok = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\na = CALL ask s\nyield a ok\nend m\n") },
	/* The second round asks with what the first one yielded. */
	{ "what a round yields reaches the next one", "label-clearance 5.0 1",
	    ROUNDS("-", "t:T u:T@pii ok:B", "@pii", "t = INPUT 0\nu = INPUT 1\nok = INPUT 2\nm = LOOP T 3 t\nblock\ns = BIND 0\n"
		"a = CALL ask s\nq = REQUIRE ok a\nyield u ok\nend m\n") },
	{ "what ends it decides about each round", "label-decides 4.- 1",
	    ROUNDS("-", "t:T ok:B@pii", "@pii", "t = INPUT 0\nok = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\na = CALL ask t\nyield a ok\nend m\n") },
	/* State, then condition, then pc: the third pass has it all. */
	{ "a condition that sees the state", "label-decides 5.- 1",
	    ROUNDS("-", "t:T u:T@pii", "@pii", "t = INPUT 0\nu = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\n"
		"c = EQ s t\na = CALL ask t\nq = REQUIRE c a\nyield u c\nend m\n") },
	{ "an inner loop that sees the outer state", "label-decides 7.- 1",
	    ROUNDS("-", "t:T u:T@pii", "@pii", "t = INPUT 0\nu = INPUT 1\nm = LOOP T 3 t\nblock\ns = BIND 0\n"
		"n = LOOP T 3 t\nblock\ni = BIND 0\nc = EQ s i\na = CALL ask t\nyield a c\nd = EQ s n\nyield u d\nend m\n") },
};

Test(labels, of_states_and_conditions_reach_what_a_loop_gives)
{
	expect(loops, sizeof loops / sizeof *loops);
}

Test(labels, of_lists_conditions_and_keys_reach_what_a_for_gives)
{
	expect(fors, sizeof fors / sizeof *fors);
	expect(asking, sizeof asking / sizeof *asking);
}

static const struct label_case contexts[] = {
	{ "a constant context", "ok",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii\nagent ask q:T -> T via b\nc = CONST \"Be kind.\"\n"
	    "q = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset CONTEXT c\nset USER q\n"
	    "flow f t:T@pii -> T@pii\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a context that mentions what is labelled", "label-context 1.0 1",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii\n" ASK("ask", "b", "set CONTEXT q\n")
	    "flow f t:T@pii -> T@pii\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a context that mentions what is not", "ok",
	    "label pii \"p\"\ntype T text 0 40\nbackend b llm accepts pii taints pii\n" ASK("ask", "b", "set CONTEXT q\n")
	    "flow f t:T -> T@pii\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "a context that mentions a labelled field", "label-context 1.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\nbackend b llm accepts pii\nagent ask r:R -> T via b\n"
	    "r = INPUT 0\nt = FIELD 0 r\nset MODEL \"m\"\nset MAX_TOKENS 1\nset CONTEXT t\nset USER t\n"
	    "flow f r:R -> T@pii\nr = INPUT 0\na = CALL ask r\nend a\n" },
	{ "a context that mentions a labelled field through a record without labels", "label-context 3.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype P record P t:T\nbackend b llm accepts pii\nagent ask r:R -> T via b\n"
	    "r = INPUT 0\nt = FIELD 0 r\np = RECORD P t\nc = JSON p\nset MODEL \"m\"\nset MAX_TOKENS 1\nset CONTEXT c\nset USER t\n"
	    "flow f r:R -> T@pii\nr = INPUT 0\na = CALL ask r\nend a\n" },
	{ "a context that mentions a labelled field through a variant without labels", "label-context 4.- 1",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype V variants V a:T b\nbackend b llm accepts pii\nagent ask r:R -> T via b\n"
	    "r = INPUT 0\nt = FIELD 0 r\nv = VARIANT V a t\nl = LIST v\nc = JSON l\nset MODEL \"m\"\nset MAX_TOKENS 1\nset CONTEXT c\nset USER t\n"
	    "flow f r:R -> T@pii\nr = INPUT 0\na = CALL ask r\nend a\n" },
	{ "a user message that does", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii\ntype P record P t:T\nbackend b llm accepts pii\nagent ask r:R -> T via b\n"
	    "r = INPUT 0\nt = FIELD 0 r\np = RECORD P t\nc = JSON p\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER c\n"
	    "flow f r:R -> T@pii\nr = INPUT 0\na = CALL ask r\nend a\n" },
	{ "a context that mentions an unlabelled one beside it", "ok",
	    "label pii \"p\"\ntype T text 0 40\ntype R record R t:T@pii u:T\nbackend b llm accepts pii\n"
	    "agent ask r:R -> T via b\nr = INPUT 0\nt = FIELD 1 r\nset MODEL \"m\"\nset MAX_TOKENS 1\nset CONTEXT t\nset USER t\n"
	    "flow f r:R -> T@pii\nr = INPUT 0\na = CALL ask r\nend a\n" },
};

Test(labels, stay_out_of_context_prompts)
{
	expect(contexts, sizeof contexts / sizeof *contexts);
}

#define RELEASE(ok, call) \
	"label pii \"p\"\nlabel untrusted \"u\"\ntype T text 0 40\ntype B bool\nbackend b llm accepts pii,untrusted\n" \
	"agent ask q:T -> T via b\ndrops pii \"why\"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n" \
	"flow f t:T@pii ok:B" ok " -> T@untrusted\n" call

static const struct label_case releases[] = {
	{ "chosen by nobody", "ok",
	    RELEASE("@untrusted", "ok = INPUT 1\nt = INPUT 0\na = CALL ask t\nno = CONST \"no\"\nm = MATCH 2 ok\nblock\nyield a\nblock\n"
	    "yield no\nend m\n") },
	{ "chosen by outsiders", "label-drop-decided 4.- 2",
	    RELEASE("@untrusted", "ok = INPUT 1\nt = INPUT 0\nno = CONST \"no\"\nm = MATCH 2 ok\nblock\na = CALL ask t\nyield a\nblock\n"
	    "yield no\nend m\n") },
	{ "chosen by what is not labelled", "ok",
	    RELEASE("", "ok = INPUT 1\nt = INPUT 0\nno = CONST \"no\"\nm = MATCH 2 ok\nblock\na = CALL ask t\nyield a\nblock\n"
	    "yield no\nend m\n") },
	{ "a require is not a choice", "ok",
	    RELEASE("@untrusted", "ok = INPUT 1\nno = CONST \"no\"\nr = REQUIRE ok no\nt = INPUT 0\na = CALL ask t guard r\nend a\n") },
};

Test(labels, are_not_dropped_where_outsiders_choose)
{
	expect(releases, sizeof releases / sizeof *releases);
}
