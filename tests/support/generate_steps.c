/*
 * Programs of many steps: texts with every escape, labels on members and inputs, calls and requires
 * wherever they may stand. Does not look whether they compile; most must.
 */
#include "tests/support/generate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { INT, BOOL, TEXT, LIST, OPTION, CHOICE, PAIR, KINDS };

struct local {
	enum kind kind;
	char name[12];
};

/* A program that is being written. */
struct writer {
	struct wr_buf *out;
	uint64_t seed;
	struct local locals[200];
	uint32_t locals_len;
	uint32_t next;      /* for fresh names */
	bool calls;         /* may stand here */
	uint32_t calls_len; /* so far */
};

static uint32_t
pick(struct writer *w, uint32_t n)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(w->seed >> 33) % n;
}

static void __attribute__((format(printf, 2, 3)))
say(struct writer *w, const char *format, ...)
{
	char bytes[2048];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(bytes, sizeof bytes, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof bytes)
		abort();
	wr_buf_add(w->out, bytes, (size_t)n);
}

static void expression(struct writer *w, enum kind kind, uint32_t depth);

static const struct local *
bind(struct writer *w, enum kind kind)
{
	struct local *l = &w->locals[w->locals_len];

	if (w->locals_len == sizeof w->locals / sizeof *w->locals)
		abort();
	l->kind = kind;
	snprintf(l->name, sizeof l->name, "q%u", ++w->next);
	w->locals_len++;
	return l;
}

static void
keep(struct writer *w, enum kind kind, uint32_t number)
{
	struct local *l = &w->locals[w->locals_len++];

	if (w->locals_len > sizeof w->locals / sizeof *w->locals)
		abort();
	l->kind = kind;
	snprintf(l->name, sizeof l->name, "q%u", number);
}

/* Writes a format in which each of i b t l o c p stands for an expression of that kind after a `$`. */
static void
form(struct writer *w, const char *format, uint32_t depth)
{
	static const char letters[] = "ibtlocp";

	for (; *format != '\0'; format++) {
		if (*format != '$')
			wr_buf_byte(w->out, (uint8_t)*format);
		else
			expression(w, (enum kind)(strchr(letters, *++format) - letters), depth == 0 ? 0 : depth - 1);
	}
}

static void
text_literal(struct writer *w, uint32_t depth)
{
	static const char *const bits[] = { "a", "Z ", "{", "\\{{", "}}", "\\\\", "\\\"", "\\n", "\\t", "\\u{202E}", " ", "\\u{0}",
		"\xC3\xA9", "p\xD0\xB0y", "" };

	say(w, "\"");
	for (uint32_t n = pick(w, 5); n > 0; n--) {
		const char *bit = bits[pick(w, sizeof bits / sizeof *bits)];

		if (depth > 0 && pick(w, 3) == 0)
			form(w, pick(w, 2) == 0 ? "{{$i}}" : "{{$t}}", depth);
		else
			say(w, "%s", strcmp(bit, "{") == 0 ? "{ " : bit);
	}
	say(w, "\"");
}

/* for x in xs where b sort k desc width n yield ..., with a block now and then. */
static void
each(struct writer *w, enum kind kind, uint32_t depth)
{
	uint32_t locals = w->locals_len;
	bool calls = w->calls;
	const struct local *item, *index = NULL;

	w->calls = false;
	say(w, "for ");
	item = bind(w, INT);
	say(w, "%s", item->name);
	if (pick(w, 3) == 0) {
		index = bind(w, INT);
		say(w, ", %s", index->name);
	}
	w->locals_len = locals;
	say(w, " in ");
	expression(w, LIST, 0);
	w->locals_len = locals + 1 + (index != NULL);
	if (pick(w, 3) == 0)
		form(w, " where ($b)", depth);
	if (pick(w, 3) == 0)
		form(w, pick(w, 2) == 0 ? " sort ($i)" : " sort ($i) desc", depth);
	w->calls = calls;
	if (pick(w, 3) == 0)
		say(w, " width %u", 1 + pick(w, 8));
	if (pick(w, 2) == 0) {
		uint32_t number = ++w->next;

		say(w, " { q%u = ", number);
		expression(w, INT, depth);
		keep(w, INT, number);
		say(w, " yield ");
		expression(w, kind, depth);
		say(w, " }");
	} else {
		say(w, " yield ");
		expression(w, kind, depth);
	}
	w->locals_len = locals;
}

/* (loop q: T = first limit n { q = step yield next until b }) */
static void
rounds(struct writer *w, enum kind kind, uint32_t depth)
{
	static const char *const types[KINDS] = { ": int -99..99", ": bool", ": text ..60", ": [int -99..99] ..6",
		": int -99..99?", "", "" };
	uint32_t locals = w->locals_len, number = ++w->next;

	say(w, "(loop q%u%s = ", number, kind == CHOICE && pick(w, 2) == 0 ? ": Choice" : types[kind]);
	expression(w, kind, depth);
	say(w, " limit %u { ", 1 + pick(w, 9));
	keep(w, kind, number);
	if (pick(w, 2) == 0) {
		number = ++w->next;
		say(w, "q%u = ", number);
		expression(w, INT, depth);
		keep(w, INT, number);
	}
	say(w, " yield ");
	expression(w, kind, depth);
	form(w, " until $b })", depth);
	w->locals_len = locals;
}

static void
local_or(struct writer *w, enum kind kind, const char *otherwise)
{
	for (uint32_t tries = 0; tries < 6 && w->locals_len > 0; tries++) {
		const struct local *l = &w->locals[pick(w, w->locals_len)];

		if (l->kind == kind) {
			say(w, "%s", l->name);
			return;
		}
	}
	say(w, "%s", otherwise);
}

static void steps(struct writer *w, uint32_t n, uint32_t depth);

static void
branch(struct writer *w, enum kind kind, uint32_t depth)
{
	uint32_t locals = w->locals_len;

	if (depth > 1 && pick(w, 3) == 0) {
		say(w, "{\n");
		steps(w, 1 + pick(w, 3), depth - 1);
		say(w, "yield ");
		expression(w, kind, depth - 1);
		say(w, "\n}");
	} else {
		expression(w, kind, depth);
	}
	w->locals_len = locals;
}

static void
choice(struct writer *w, enum kind kind, uint32_t depth)
{
	uint32_t locals = w->locals_len;
	const struct local *bound;

	say(w, "(");
	switch (pick(w, 4)) {
	case 3:
		say(w, "try ");
		branch(w, kind, depth);
		say(w, " else ");
		branch(w, kind, depth);
		break;
	case 0:
		form(w, "if ($b) then ", depth);
		branch(w, kind, depth);
		say(w, " else ");
		branch(w, kind, depth);
		break;
	case 1:
		form(w, "match ($o) { none -> ", depth);
		branch(w, kind, depth);
		bound = bind(w, INT);
		say(w, ", some(%s) -> ", bound->name);
		branch(w, kind, depth);
		say(w, " }");
		break;
	default:
		form(w, "match ($c) { left | right -> ", depth);
		branch(w, kind, depth);
		bound = bind(w, PAIR);
		say(w, ", both(%s) -> ", bound->name);
		branch(w, kind, depth);
		w->locals_len = locals;
		bound = bind(w, INT);
		say(w, ", by(%s) -> ", bound->name);
		branch(w, kind, depth);
		say(w, " }");
		break;
	}
	w->locals_len = locals;
	say(w, ")");
}

static void
integer(struct writer *w, uint32_t depth)
{
	static const char *const forms[] = {
		"clamp($i + $i, -99, 99)", "clamp($i - $i, -99, 99)", "clamp($i * $i, -99, 99)", "clamp($i - ($i - $i), -99, 99)",
		"clamp(-$i, -99, 99)", "clamp(($i + $i) * $i, -99, 99)", "min($i, $i)", "max($i, $i)", "clamp(length($t), 0, 99)", "($o ?? $i)",
		"$p.a", "div($i, clamp($i, 1, 9))", "mod($i, 7)", "clamp(sum($l), -99, 99)", "clamp(length($l), 0, 99)",
		"clamp(int($t) ?? $i, -99, 99)", "bit_($i)",
	};

	if (depth == 0)
		local_or(w, INT, pick(w, 2) == 0 ? "-3" : "7");
	else
		form(w, forms[pick(w, sizeof forms / sizeof *forms)], depth);
}

static void
truth(struct writer *w, uint32_t depth)
{
	static const char *const forms[] = {
		"($i < $i)", "($i <= 12)", "(4 <= $i)", "($i > $i)", "not $b", "($b and $b)", "($b or $b)", "($b and ($b or $b))", "(not ($b and $b))",
		"($i == $i)", "($i != $i)", "($o == none)", "($o != none)", "($t == $t)", "contains($l, $i)", "starts_with($t, $t)", "($c == $c)",
		"($p == $p)", "($b == $b)", "($b != $b)", "any([$b, $b])",
	};

	if (depth == 0)
		local_or(w, BOOL, "true");
	else
		form(w, forms[pick(w, sizeof forms / sizeof *forms)], depth);
}

static void
literal_cut(struct writer *w, uint32_t depth)
{
	say(w, "truncate(");
	text_literal(w, depth);
	say(w, ", 60)");
}

static void
words(struct writer *w, uint32_t depth)
{
	static const char *const forms[] = { "truncate($t, 20)", "upper($t)", "truncate(json($p), 40)", "truncate(json($l), 30)",
		"truncate($t + $t, 30)", "truncate(replace($t, \"a\", \"{{\"b\"}}\"), 20)", "truncate(json($c), 30)", "truncate(fenced($t), 30)",
		"truncate(replace_each($t, find_emails($t, 3), find_phones($t, 2)), 20)" };

	if (depth == 0 || pick(w, 3) == 0) {
		if (pick(w, 2) == 0)
			local_or(w, TEXT, "\"none\"");
		else if (w->calls && pick(w, 3) == 0 && w->calls_len++ < 20)
			form(w, pick(w, 2) == 0 ? "ask(said: truncate($t, 50))" :
			    "(try ask(said: truncate($t, 50)) else $t)", depth);
		else
			literal_cut(w, depth);
	} else if (pick(w, 5) == 0) {
		say(w, "truncate(join(");
		each(w, TEXT, depth - 1);
		say(w, ", \"\\n\"), 60)");
	} else {
		form(w, forms[pick(w, sizeof forms / sizeof *forms)], depth);
	}
}

static void
expression(struct writer *w, enum kind kind, uint32_t depth)
{
	static const char *const pairs[] = { "Pair { a: $i, t: truncate($t, 20) }", "Pair { t: truncate($t, 20), a: $i }",
		"($p with { a: $i })", "($p with { t: truncate($t, 20) })", "($p with { a: $i } with { t: truncate($t, 9), a: $i })" };

	if (depth > 0 && pick(w, 5) == 0) {
		choice(w, kind, depth - 1);
		return;
	}
	if (depth > 0 && pick(w, 12) == 0) {
		rounds(w, kind, depth - 1);
		return;
	}
	switch (kind) {
	case INT:
		integer(w, depth);
		return;
	case BOOL:
		truth(w, depth);
		return;
	case TEXT:
		words(w, depth);
		return;
	case LIST:
		if (depth > 0 && pick(w, 2) == 0) {
			say(w, "first(");
			each(w, INT, depth - 1);
			say(w, ", 6)");
		} else if (depth > 0) {
			form(w, pick(w, 2) == 0 ? "first($l + $l, 6)" : "[$i, $i]", depth);
		} else {
			local_or(w, LIST, "[1, 2]");
		}
		return;
	case OPTION:
		if (depth > 0)
			form(w, pick(w, 2) == 0 ? "first($l)" : "(if $b then some($i) else none)", depth);
		else
			local_or(w, OPTION, pick(w, 2) == 0 ? "some(4)" : "first([5])");
		return;
	case CHOICE:
		if (depth > 0)
			form(w, pick(w, 2) == 0 ? "Choice.both($p)" : "Choice.by($i)", depth);
		else
			local_or(w, CHOICE, "Choice.left");
		return;
	default:
		if (depth > 0)
			form(w, pairs[pick(w, sizeof pairs / sizeof *pairs)], depth);
		else
			local_or(w, PAIR, "Pair { a: 1, t: \"x\" }");
		return;
	}
}

/* A do: a call, a choice with one in an arm, a loop of calls, a block. */
static void
effect(struct writer *w, uint32_t depth)
{
	uint32_t locals = w->locals_len;

	w->calls_len++;
	switch (pick(w, 6)) {
	case 0:
		form(w, "do decide(n: $i, maybe: $o)", depth);
		break;
	case 1:
		form(w, "do if $b then ask(said: truncate($t, 50)) else $t", depth);
		break;
	case 2:
		form(w, "do for word in $l yield ask(said: \"{{word}}\")", depth);
		break;
	case 3:
		say(w, "do {\n");
		steps(w, 1 + pick(w, 3), depth > 1 ? depth - 1 : 0);
		form(w, "yield ask(said: truncate($t, 50)) }", depth);
		break;
	case 4:
		form(w, "do length(ask(said: truncate($t, 50)))", depth);
		break;
	default:
		form(w, "do ask(said: truncate($t, 50))", depth);
		break;
	}
	w->locals_len = locals;
	say(w, "\n");
}

static void
steps(struct writer *w, uint32_t n, uint32_t depth)
{
	uint32_t first = w->locals_len;

	while (n-- > 0) {
		enum kind kind = (enum kind)pick(w, KINDS);
		uint32_t number;

		if (w->calls && pick(w, 5) == 0) {
			form(w, "require ($b) else ", depth);
			text_literal(w, depth > 1 ? 1 : 0);
			say(w, "\n");
			continue;
		}
		if (w->calls && pick(w, 5) == 0) {
			effect(w, depth);
			continue;
		}
		number = ++w->next;
		say(w, "q%u = ", number);
		if (w->calls && pick(w, 3) == 0 && w->calls_len++ < 20) {
			kind = pick(w, 2) == 0 ? TEXT : CHOICE;
			form(w, kind == TEXT ? "ask(said: truncate($t, 50))" : "decide(n: $i, maybe: $o)", depth);
		} else {
			expression(w, kind, depth);
		}
		keep(w, kind, number);
		say(w, "\n");
	}
	if (!w->calls)
		return;
	say(w, "require json(pair) != \""); /* a call that nobody uses is a mistake */
	for (uint32_t i = first; i < w->locals_len; i++)
		if (w->locals[i].kind == TEXT || w->locals[i].kind == CHOICE)
			say(w, "{{truncate(json(%s), 9)}}", w->locals[i].name);
	say(w, "\" else \"used\"\n");
}

static void
program(struct writer *w)
{
	static const struct local inputs[] = { { INT, "s1" }, { INT, "x2" }, { BOOL, "v3" }, { TEXT, "told" }, { LIST, "i4" },
		{ OPTION, "maybe" }, { CHOICE, "side" }, { PAIR, "pair" } };

	say(w, "writ 1\nlabel a \"A\"\nbackend big: llm accepts @a taints @a\n"
	       "type Pair { a: int -99..99 @a, t: text ..60 @a }\ntype Choice = left | right | both(Pair @a) | by(int -99..99 @a)\n"
	       "fn bit_(n: int -99..99) -> int -99..99 = n\n"
	       "agent ask(said: text ..50) -> text ..60 via big {\n  model: \"m-2025-01-01\"\n  max_tokens: 5\n  user: \"{{said}}\"\n}\n"
	       "agent decide(n: int -99..99, maybe: int?) -> Choice via big {\n  model: \"m-2025-01-01\"\n  max_tokens: 5\n  user: ");
	w->calls = false;
	w->locals[0] = (struct local){ INT, "n" };
	w->locals_len = 1;
	text_literal(w, 4);
	say(w, "\n}\nstart run(s1: int -99..99, x2: int 0..9 @a, v3: bool, told: text ..60 @a, i4: [int 0..9] ..6, maybe: int 0..9?, "
	       "side: Choice, pair: Pair) -> text ..400 @a\n");
	memcpy(w->locals, inputs, sizeof inputs);
	w->locals_len = sizeof inputs / sizeof *inputs;
	w->calls = true;
	steps(w, 2 + pick(w, 8), 2 + pick(w, 3));
	w->calls = false;
	say(w, "end \"");
	for (uint32_t i = 8; i < w->locals_len && i < 14; i++)
		say(w, w->locals[i].kind == INT || w->locals[i].kind == BOOL || w->locals[i].kind == TEXT ? "{{%s}} " :
		    "{{truncate(json(%s), 40)}}", w->locals[i].name);
	form(w, "{{$t}}\"\n", 2);
}

void
generate_steps(uint64_t seed, struct wr_buf *out)
{
	struct writer w = { .out = out, .seed = seed * UINT64_C(0x9e3779b97f4a7c15) };

	program(&w);
	if (out->status != WR_OK)
		abort();
}
