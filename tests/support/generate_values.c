/*
 * Programs of deep expressions over a few types: choices in choices, lists by `for`, functions, a
 * call wherever a text may stand. Does not look whether they compile; most must.
 */
#include "tests/support/generate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 100

enum kind { INT, TEXT, BOOL, MAYBE, INTS, TEXTS, POINT, SIDE, KINDS };

struct gen {
	struct wr_buf *out;
	uint64_t state;
	struct {
		char name[8];
		enum kind kind;
	} names[NAMES_MAX];
	int names_len, fresh;
	bool calls; /* agents may be called here */
};

static uint32_t
roll(struct gen *g, uint32_t n)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (uint32_t)((g->state >> 20) % n);
}

__attribute__((format(printf, 2, 3))) static void
put(struct gen *g, const char *format, ...)
{
	char bytes[2048];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(bytes, sizeof bytes, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof bytes)
		abort();
	wr_buf_add(g->out, bytes, (size_t)n);
}

static void expr(struct gen *g, enum kind kind, int depth);

/* Write a form in which a `$` and a letter stand for an expression of that kind. */
static void
form(struct gen *g, const char *text, int depth)
{
	static const char letters[] = "itbmITps";

	for (; *text != '\0'; text++) {
		if (*text == '$')
			expr(g, (enum kind)(strchr(letters, *++text) - letters), depth - 1);
		else
			wr_buf_byte(g->out, (uint8_t)*text);
	}
}

/* A name of that kind, if there is one. */
static bool
name(struct gen *g, enum kind kind)
{
	int start = g->names_len > 0 ? (int)roll(g, (uint32_t)g->names_len) : 0;

	for (int i = 0; i < g->names_len; i++) {
		int at = (start + i) % g->names_len;

		if (g->names[at].kind == kind) {
			put(g, "%s", g->names[at].name);
			return true;
		}
	}
	return false;
}

static void
bind(struct gen *g, enum kind kind, char ret[8])
{
	snprintf(ret, 8, "v%d", g->fresh++);
	if (g->names_len < NAMES_MAX) {
		memcpy(g->names[g->names_len].name, ret, 8);
		g->names[g->names_len++].kind = kind;
	}
}

static void
leaf(struct gen *g, enum kind kind)
{
	if (roll(g, 4) != 0 && name(g, kind))
		return;
	switch (kind) {
	case INT:
		put(g, "%u", roll(g, 4));
		break;
	case TEXT:
		put(g, "\"%s\"", (const char *[]){"", "a", "b c", "x{{1 + 1}}"}[roll(g, 4)]);
		break;
	case BOOL:
		put(g, "%s", roll(g, 2) ? "true" : "false");
		break;
	case MAYBE:
		put(g, roll(g, 2) ? "none" : "some(3)");
		break;
	case INTS:
		put(g, "%s",
		    (const char *[]){"[]", "[1]", "[1, 2, 3]", "[some_int, 4]"}[roll(g, 4)]);
		break;
	case TEXTS:
		put(g, "%s",
		    (const char *[]){"[]", "[\"a\"]", "[some_text, \"b\"]",
			"split(some_text, \"a\", 3)"}[roll(g, 4)]);
		break;
	case POINT:
		put(g, "Point { x: %u, y: %u }", roll(g, 3), roll(g, 3));
		break;
	case SIDE:
		put(g, "%s",
		    (const char *[]){
			"Side.left", "Side.right(2)", "Side.middle(\"m\")"}[roll(g, 3)]);
		break;
	case KINDS:
		break;
	}
}

/* A value of this kind, cut to fit where it must be. */
static void
fitting(struct gen *g, enum kind kind, int depth)
{
	put(g, "%s", kind == INT ? "clamp(" : kind == TEXT ? "truncate(" : "");
	expr(g, kind, depth);
	put(g, "%s", kind == INT ? ", 0, 9)" : kind == TEXT ? ", 20)" : "");
}

/* Rounds whose state is of this kind: INT, TEXT, BOOL, POINT or SIDE. */
static void
rounds(struct gen *g, enum kind kind, int depth)
{
	static const char *const types[KINDS] = {
		[INT] = ": int 0..9", [TEXT] = ": text ..20", [BOOL] = ": bool", [POINT] = ": Point", [SIDE] = ": Side" };
	int names = g->names_len;
	int state = g->fresh++;

	put(g, "(loop v%d%s = ", state, types[kind]);
	fitting(g, kind, depth - 1);
	put(g, " limit %u { ", 1 + roll(g, 4));
	if (g->names_len < NAMES_MAX) {
		snprintf(g->names[g->names_len].name, sizeof g->names->name, "v%d", state);
		g->names[g->names_len++].kind = kind;
	}
	put(g, "yield ");
	fitting(g, kind, depth - 1);
	form(g, " until $b })", depth);
	g->names_len = names;
}

/* A choice whose arms are of this kind. */
static void
choice(struct gen *g, enum kind kind, int depth)
{
	int names = g->names_len;
	char bound[8];

	if (roll(g, 8) == 0 && kind != MAYBE && kind != INTS && kind != TEXTS) {
		rounds(g, kind, depth);
		return;
	}
	switch (roll(g, 5)) {
	case 4:
		put(g, "(try ");
		expr(g, kind, depth - 1);
		put(g, " else ");
		expr(g, kind, depth - 1);
		put(g, ")");
		return;
	case 0:
		form(g, "(if $b then ", depth);
		expr(g, kind, depth - 1);
		put(g, " else ");
		expr(g, kind, depth - 1);
		put(g, ")");
		return;
	case 1:
		form(g, "(match $m", depth);
		bind(g, INT, bound);
		put(g, " { some(%s) -> ", bound);
		expr(g, kind, depth - 1);
		g->names_len = names;
		put(g, ", none -> ");
		expr(g, kind, depth - 1);
		put(g, " })");
		return;
	case 2:
		form(g, "(match $s", depth);
		bind(g, INT, bound);
		put(g, " { right(%s) -> ", bound);
		expr(g, kind, depth - 1);
		g->names_len = names;
		put(g, ", else -> ");
		expr(g, kind, depth - 1);
		put(g, " })");
		return;
	default:
		form(g, "(if $b", depth);
		bind(g, INT, bound);
		put(g, " then { %s = ", bound);
		g->names_len = names;
		expr(g, INT, depth - 1);
		bind(g, INT, bound); /* the next name, so that sibling names differ */
		g->names_len = names;
		if (g->calls && roll(g, 2)) {
			form(g, " require $b else \"no\"", depth - 1);
		}
		if (g->calls && roll(g, 2)) {
			form(g, " do ask(q: truncate($t, 20))", depth);
		}
		put(g, " yield ");
		expr(g, kind, depth - 1);
		put(g, " } else ");
		expr(g, kind, depth - 1);
		put(g, ")");
		return;
	}
}

/* A list of this kind of item by `for`. */
static void
each(struct gen *g, enum kind item, int depth)
{
	int names = g->names_len;
	bool calls = g->calls;
	char bound[8];

	put(g, "(for ");
	snprintf(bound, sizeof bound, "v%d", g->fresh++);
	put(g, "%s, i%s", bound, bound);
	form(g, " in $I", depth);
	memcpy(g->names[names].name, bound, 8);
	g->names[names].kind = INT;
	g->names[names + 1] = g->names[names];
	snprintf(g->names[names + 1].name, sizeof g->names[0].name, "i%.6s", bound);
	g->names_len = names + 2;
	g->calls = false;
	if (roll(g, 2)) {
		form(g, " where $b", depth);
	}
	if (roll(g, 3) == 0) {
		form(g, " sort $i", depth);
		put(g, "%s", roll(g, 2) ? " desc" : "");
	}
	g->calls = calls;
	if (roll(g, 3) == 0)
		put(g, " width %u", 1 + (unsigned)roll(g, 5));
	put(g, " yield ");
	expr(g, item, depth - 1);
	put(g, ")");
	g->names_len = names;
}

/* How a value may be made, besides a leaf, a choice and a `for`. */
static const char *const ints[] = { "($i + $i)", "clamp($i * $i, 0, 9)", "length($t)", "length($I)",
	"clamp(sum($I), -5, 9)", "($m ?? $i)", "$p.x", "min($i, $i)", "twice($i)", "mod($i, 3)" };
static const char *const texts[] = { "\"{{$i}}-{{$t}}\"", "truncate($t + $t, 40)", "upper($t)",
	"truncate(join($T, \",\"), 30)", "truncate(json($s), 30)", "truncate(lines($T), 20)", "named($i)",
	"opened(truncate($t, 50))", "named($i)" };
static const char *const asked[] = { "(try ask(q: truncate($t, 20)) else $t)", "ask(q: truncate($t, 20))" };
static const char *const bools[] = { "($i < $i)", "($i >= $i)", "($b and $b)", "not $b", "($t == $t)",
	"($m != none)", "($p != $p)", "contains($I, $i)" };
static const char *const maybes[] = { "some($i)", "first($I)" };

#define LEN(table) (sizeof(table) / sizeof *(table))
#define ASK 6 /* where calls are allowed, the text that asks */

static void
text_expr(struct gen *g, int depth)
{
	uint32_t which = roll(g, LEN(texts));

	form(g, which == ASK && g->calls ? asked[roll(g, LEN(asked))] : texts[which], depth);
}

static void
expr(struct gen *g, enum kind kind, int depth)
{
	if (depth <= 0 || roll(g, 5) == 0) {
		leaf(g, kind);
		return;
	}
	if (roll(g, 4) == 0) {
		choice(g, kind, depth);
		return;
	}
	switch (kind) {
	case INT:
		form(g, ints[roll(g, LEN(ints))], depth);
		break;
	case TEXT:
		text_expr(g, depth);
		break;
	case BOOL:
		form(g, bools[roll(g, LEN(bools))], depth);
		break;
	case MAYBE:
		form(g, maybes[roll(g, LEN(maybes))], depth);
		break;
	case INTS:
		if (roll(g, 2))
			each(g, INT, depth);
		else
			form(g, "first($I + $I, 4)", depth);
		break;
	case TEXTS:
		each(g, TEXT, depth);
		break;
	case POINT:
		form(g, "Point { x: clamp($i, 0, 99), y: clamp($i, 0, 99) }", depth);
		break;
	case SIDE:
		form(g, "Side.right(clamp($i, 0, 9))", depth);
		break;
	case KINDS:
		break;
	}
}

static void
program(struct gen *g)
{
	int steps = 1 + (int)roll(g, 6);

	put(g, "writ 1\n\nlabel l \"a label\"\nbackend b: llm\ntype Point { x: int 0..99, y: int "
	       "0..99 }\n"
	       "type Side = left | right(int 0..9) | middle(text ..9)\n"
	       "fn twice(n: int -1_000_000..1_000_000) -> int = clamp(n + n, -50, 50)\n"
	       "fn opened(t: text ..60) -> text drops @l because \"a reason\" = \"o{{t}}\"\n"
	       "fn named(n: int) -> text = match first(for k in [n, 3] where k > 2 yield k) { "
	       "some(k) -> \"n{{k}}\", none -> \"-\" }\n"
	       "agent ask(q: text ..20) -> text ..30 via b { model: \"m-2025\", max_tokens: 5, "
	       "user: \"{{named(length(q))}} {{q}}\" }\n"
	       "start s(some_int: int 0..9, some_text: text ..9, some_flag: bool, maybe: int "
	       "0..9?, ints: [int 0..9] ..4, side: Side) -> Result\n");
	g->names_len = 0;
	g->calls = true;
	snprintf(g->names[0].name, 8, "maybe");
	g->names[0].kind = MAYBE;
	snprintf(g->names[1].name, 8, "ints");
	g->names[1].kind = INTS;
	snprintf(g->names[2].name, 8, "side");
	g->names[2].kind = SIDE;
	g->names_len = 3;
	for (int i = 0; i < steps; i++) {
		enum kind kind = (enum kind)roll(g, KINDS);
		char made[8] = "s0";

		made[1] = (char)('0' + i);
		put(g, "  %s = ", made);
		expr(g, kind, 4);
		put(g, "\n");
		memcpy(g->names[g->names_len].name, made, 8);
		g->names[g->names_len++].kind = kind;
		if (roll(g, 6) == 0) {
			form(g, "  require $b else \"no {{some_int}}\"\n", 4);
		}
		if (roll(g, 6) == 0) {
			form(g, "  do ask(q: truncate($t, 20))\n", 3);
		}
	}
	put(g, "end Result { t: truncate(json([");
	for (int i = 0; i < steps; i++)
		put(g, "%sjson(s%d)", i == 0 ? "" : ", ", i);
	put(g, "]), 90) }\ntype Result { t: text ..90 }\n");
}

void
generate_values(uint64_t seed, struct wr_buf *out)
{
	struct gen g = { .out = out, .state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1 };

	program(&g);
	if (out->status != WR_OK)
		abort();
}
