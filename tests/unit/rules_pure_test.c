/*
 * The rules of pure code, case by case: numbers stay in their ranges, nothing can fail, and where a
 * thing is written does not matter. Each case names its rule.
 */
#include "tests/support/rules.h"

#include <criterion/criterion.h>

TestSuite(rules_pure, .timeout = 60);

#define FLOW(result) "writ 1\ntype S { left: int -9..9, text: text ..9 }\n" \
	"start f(n: int, w: int -9_223_372_036_854_775_808..9_223_372_036_854_775_807, d: int -9..9, p: int 1..9, x: number, t: text ..20, " \
	"xs: [int 0..9] ..5) -> " result "\n"
#define WITH(n, w, d, p, x) "{\"n\":" n ",\"w\":" w ",\"d\":" d ",\"p\":" p ",\"x\":" x ",\"t\":\"ab\",\"xs\":[3,1,2]}"
#define PLAIN WITH("7", "7", "-7", "2", "2.5")

static const struct {
	const char *rule, *source, *input, *output;
} values[] = {
	{ "an int without a range is at most 2^53 - 1", FLOW("int") "end n\n", WITH("9007199254740991", "0", "0", "1", "0"), "{\"result\":9007199254740991}" },
	{ "and not one more", FLOW("int") "end n\n", WITH("9007199254740992", "0", "0", "1", "0"), "input: n" },
	{ "and at least -(2^53 - 1)", FLOW("int") "end n\n", WITH("-9007199254740991", "0", "0", "1", "0"), "{\"result\":-9007199254740991}" },
	{ "and not one less", FLOW("int") "end n\n", WITH("-9007199254740992", "0", "0", "1", "0"), "input: n" },
	{ "a range may be as wide as int64", FLOW("int -9_223_372_036_854_775_808..9_223_372_036_854_775_807") "end w\n",
	    WITH("0", "-9223372036854775808", "0", "1", "0"), "{\"result\":-9223372036854775808}" },
	{ "to its other end", FLOW("int -9_223_372_036_854_775_808..9_223_372_036_854_775_807") "end w\n",
	    WITH("0", "9223372036854775807", "0", "1", "0"), "{\"result\":9223372036854775807}" },
	{ "div truncates toward zero", FLOW("int") "end div(d, 2)\n", PLAIN, "{\"result\":-3}" },
	{ "mod has the dividend's sign", FLOW("int") "end mod(d, 2)\n", PLAIN, "{\"result\":-1}" },
	{ "div of a positive", FLOW("int") "end div(n, 2)\n", PLAIN, "{\"result\":3}" },
	{ "mod of a positive", FLOW("int") "end mod(n, p)\n", PLAIN, "{\"result\":1}" },
	{ "div by what clamp keeps from zero", FLOW("int") "end div(n, clamp(d, 1, 9))\n", PLAIN, "{\"result\":7}" },
	{ "numbers saturate at the largest", FLOW("number") "end x * x\n", WITH("0", "0", "0", "1", "1e308"), "{\"result\":1.7976931348623157e+308}" },
	{ "and at the least", FLOW("number") "end -x * x\n", WITH("0", "0", "0", "1", "1e308"), "{\"result\":-1.7976931348623157e+308}" },
	{ "-0 is 0", FLOW("number") "end 0.0 * x\n", WITH("0", "0", "0", "1", "-1"), "{\"result\":0}" },
	{ "-0 is 0 from outside", FLOW("number") "end x\n", WITH("0", "0", "0", "1", "-0"), "{\"result\":0}" },
	{ "a product too small to be said is 0", FLOW("number") "end x * x\n", WITH("0", "0", "0", "1", "-1e-200"), "{\"result\":0}" },
	{ "int and fraction are different from outside", FLOW("int") "end n\n", WITH("7.0", "0", "0", "1", "0"), "input: n" },
	{ "a step's name changes nothing", FLOW("int") "  a = mod(n, 5)\n  b = a\nend b\n", PLAIN, "{\"result\":2}" },
	{ "an arm that is not taken is not evaluated: no matter, nothing fails", FLOW("int") "end if n > 100 then div(n, p) else 0\n", PLAIN, "{\"result\":0}" },
	{ "a fn's declared result is checked, the computed type is kept",
	    "writ 1\nfn half(n: int 0..9) -> int = div(n, 2)\nstart f(n: int 0..9) -> int 0..4\nend half(n)\n", "{\"n\":9}", "{\"result\":4}" },
	{ "a loop of pure code ends when it says so", FLOW("int") "end loop s: int 0..99 = 1 limit 9 { yield clamp(s * 2, 0, 99) until s > 7 }\n", PLAIN, "{\"result\":16}" },
	{ "or at its limit", FLOW("int") "end loop s: int 0..99 = 1 limit 3 { yield clamp(s * 2, 0, 99) until false }\n", PLAIN, "{\"result\":8}" },
	{ "its state's type is that of a record that it begins with", FLOW("int") "end (loop s = S { left: 3, text: \"\" } limit 5 { yield s with { left: clamp(s.left - 1, -9, 9) } until s.left < 1 }).left\n", PLAIN, "{\"result\":-1}" },
};

Test(rules_pure, of_values)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct rule_program p;

		rule_compile(&p, values[i].source);
		if (p.module == NULL)
			cr_expect_fail("%s: %s", values[i].rule, p.said.at);
		else
			cr_expect_str_eq(rule_output(&p, values[i].input), values[i].output, "%s: %s", values[i].rule, p.text);
		rule_free(&p);
	}
}

static const struct rule verdicts[] = {
	{ "a sum that may leave int64", FLOW("int") "end clamp(w + 1, 0, 9)\n", "E0211" },
	{ "a product that may", FLOW("int") "end clamp(n * n, 0, 9)\n", "E0211" },
	{ "one that cannot", FLOW("int") "end clamp(n + n, 0, 9)\n", "ok" },
	{ "the least int has no opposite", FLOW("int") "end clamp(-w, 0, 9)\n", "E0211" },
	{ "nor an absolute value", FLOW("int") "end clamp(abs(w), 0, 9)\n", "E0211" },
	{ "a divisor whose range has 0", FLOW("int") "end div(n, d)\n", "E0212" },
	{ "of mod, too", FLOW("int") "end mod(n, d)\n", "E0212" },
	{ "of /, too", FLOW("number") "end x / x\n", "E0212" },
	{ "one whose range has not", FLOW("int") "end clamp(div(n, p) + mod(n, p), 0, 9)\n", "ok" },
	{ "one that clamp gives", FLOW("int") "end div(n, clamp(d, 1, 9))\n", "ok" },
	{ "a constant that is 0", FLOW("int") "end div(n, 0)\n", "E0212" },
	{ "/ divides numbers, not integers", FLOW("int") "end n / 2\n", "E0208" },
	{ "a literal is a number where one is wanted", FLOW("number") "end x / 2\n", "ok" },
	{ "a value of int is not", FLOW("number") "end x + n\n", "E0201" },
	{ "a range past int64", "writ 1\nstart f(n: int 0..9_223_372_036_854_775_808) -> int\nend 1\n", "E0012" },
	{ "a result wider than it is declared", FLOW("int 0..3") "end mod(p, 9)\n", "E0207" },
	{ "a loop's state is written, or a nominal type", FLOW("int") "end loop s = 1 limit 3 { yield s until true }\n", "E0405" },
	{ "what a loop yields fits it", FLOW("int") "end loop s: int 0..9 = 1 limit 3 { yield s + 1 until true }\n", "E0207" },
	{ "lists inside a record state, too",
	    "writ 1\ntype T { xs: [int] ..3 }\nstart f(n: int) -> int\n  e = loop s = T { xs: [] } limit 3 { yield T { xs: s.xs + [n] } until true }\nend length(e.xs)\n", "E0404" },
};

Test(rules_pure, of_what_cannot_fail)
{
	RULES_HOLD(verdicts);
}
