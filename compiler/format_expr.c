/*
 * Expressions: what is a group, where it may break, what hugs the line it begins on. Decides layout
 * alone; parentheses and braces stay where the author put them.
 */
#include "compiler/format_parts.h"

#include "grammar/wf.y.h"

#include <assert.h>

/* ---- pieces ------------------------------------------------------------------------ */

static bool
in_parentheses(const struct wc_formatter *f, const struct wc_expr *e)
{
	return wc_format_peek(f) == T_LPAREN && wc_format_start(f) < e->span.start;
}

/* A value that is the only thing between brackets and has brackets of its own. */
static bool
hugs_alone(const struct wc_formatter *f, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_SOME:
	case WC_EXPR_CALL:
	case WC_EXPR_CONVERT:
	case WC_EXPR_RECORD:
	case WC_EXPR_LIST:
	case WC_EXPR_MATCH:
	case WC_EXPR_LOOP:
		return true;
	case WC_EXPR_VARIANT:
		return e->variant.payload != NULL;
	case WC_EXPR_FOR:
		return e->each.body->kind == WC_EXPR_BLOCK;
	case WC_EXPR_TEMPLATE:
		return wc_format_block(f->source, e->template->span);
	default:
		return false;
	}
}

/* `(x)` where x brings its own brackets: no group. False: nothing was written. */
static bool
alone(struct wc_formatter *f, const struct wc_expr *e, int open, int close)
{
	if (wc_format_breaks(f) || !hugs_alone(f, e))
		return false;
	wc_format_token(f, open);
	wc_format_expr(f, e);
	wc_format_comma(f, WC_FORMAT_LAST);
	wc_format_token(f, close);
	return true;
}

/* One value in brackets. */
static void
single(struct wc_formatter *f, const struct wc_expr *e)
{
	if (alone(f, e, T_LPAREN, T_RPAREN))
		return;
	wc_format_open(f, T_LPAREN, false);
	wc_format_expr(f, e);
	wc_format_close(f, T_RPAREN, false);
}

static void
argument(struct wc_formatter *f, const struct wc_arg *a)
{
	if (a->name.text.size == 0) {
		wc_format_expr(f, a->value);
		return;
	}
	wc_format_any(f);
	wc_format_token(f, T_COLON);
	wc_format_after(f, a->value);
}

static void
arguments(struct wc_formatter *f, const struct wc_arg *first)
{
	if (first == NULL) {
		wc_format_nothing(f, T_LPAREN, T_RPAREN);
		return;
	}
	if (first->next == NULL && first->name.text.size == 0 &&
	    alone(f, first->value, T_LPAREN, T_RPAREN))
		return;
	wc_format_open(f, T_LPAREN, false);
	for (const struct wc_arg *a = first; a != NULL; a = a->next) {
		wc_format_item(f, a == first);
		argument(f, a);
		wc_format_comma(f, a->next != NULL ? WC_FORMAT_COMMA : WC_FORMAT_LAST);
		if (a->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RPAREN, false);
}

static void
list(struct wc_formatter *f, const struct wc_expr *first)
{
	if (first == NULL) {
		wc_format_nothing(f, T_LBRACK, T_RBRACK);
		return;
	}
	if (first->next == NULL && alone(f, first, T_LBRACK, T_RBRACK))
		return;
	wc_format_open(f, T_LBRACK, false);
	for (const struct wc_expr *e = first; e != NULL; e = e->next) {
		wc_format_item(f, e == first);
		wc_format_expr(f, e);
		wc_format_comma(f, e->next != NULL ? WC_FORMAT_COMMA : WC_FORMAT_LAST);
		if (e->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RBRACK, false);
}

void
wc_format_fields(struct wc_formatter *f, const struct wc_arg *first)
{
	if (first == NULL) {
		wc_format_nothing(f, T_LBRACE, T_RBRACE);
		return;
	}
	wc_format_open(f, T_LBRACE, true);
	for (const struct wc_arg *a = first; a != NULL; a = a->next) {
		wc_format_item(f, a == first);
		wc_format_any(f);
		if (!a->shorthand) {
			wc_format_token(f, T_COLON);
			wc_format_after(f, a->value);
		}
		wc_format_comma(f, a->next != NULL ? WC_FORMAT_LOOSE : WC_FORMAT_LAST);
		if (a->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RBRACE, true);
}

/* ---- operators ------------------------------------------------------------------------ */

/* Operators that stand in one chain: left to right, or for `??` right to left. */
static int
level(const struct wc_expr *e)
{
	if (e->kind != WC_EXPR_BINARY)
		return -1;
	switch (e->binary.op) {
	case WC_BINARY_SUB:
		return WC_BINARY_ADD;
	case WC_BINARY_DIV:
		return WC_BINARY_MUL;
	case WC_BINARY_OR:
	case WC_BINARY_AND:
	case WC_BINARY_COALESCE:
	case WC_BINARY_ADD:
	case WC_BINARY_MUL:
		return e->binary.op;
	default:
		return -2 - (int)e->binary.op; /* comparisons do not chain */
	}
}

static void
chain(struct wc_formatter *f, const struct wc_expr *e)
{
	const struct wc_expr *left = e->binary.left, *right = e->binary.right;

	if (level(left) == level(e) && left->span.start == e->span.start)
		chain(f, left);
	else
		wc_format_expr(f, left);
	wc_format_line(f);
	wc_format_any(f);
	wc_layout_space(&f->layout);
	if (level(right) == level(e) && right->span.end == e->span.end &&
	    !in_parentheses(f, right)) {
		chain(f, right);
		return;
	}
	wc_layout_in(&f->layout);
	wc_format_expr(f, right);
	wc_layout_out(&f->layout);
}

static void
binary(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_layout_open(&f->layout, false);
	chain(f, e);
	wc_layout_shut(&f->layout);
}

/* ---- all of them --------------------------------------------------------------------------- */

static void
variant(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_token(f, T_TYPENAME);
	wc_format_token(f, T_DOT);
	wc_format_token(f, T_NAME);
	if (e->variant.payload != NULL)
		single(f, e->variant.payload);
}

/* A word or sign, and what it is about. */
static void
prefixed(struct wc_formatter *f, int kind, const struct wc_expr *operand)
{
	wc_format_token(f, kind);
	if (kind == T_NOT)
		wc_layout_space(&f->layout);
	wc_format_expr(f, operand);
}

static void
postfix(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_expr(f, e->kind == WC_EXPR_FIELD ? e->field.of : e->with.of);
	if (e->kind == WC_EXPR_FIELD) {
		wc_format_token(f, T_DOT);
		wc_format_any(f);
		return;
	}
	wc_layout_space(&f->layout);
	wc_format_token(f, T_WITH);
	wc_layout_space(&f->layout);
	wc_format_fields(f, e->with.fields.first);
}

/* What begins with a name or a word and goes on with brackets. */
static void
named(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_any(f);
	switch (e->kind) {
	case WC_EXPR_SOME:
		single(f, e->operand);
		return;
	case WC_EXPR_CONVERT:
		single(f, e->convert.operand);
		return;
	case WC_EXPR_CALL:
		arguments(f, e->call.args.first);
		return;
	case WC_EXPR_RECORD:
		wc_layout_space(&f->layout);
		wc_format_fields(f, e->record.fields.first);
		return;
	default:
		wc_layout_space(&f->layout);
		wc_format_text(f, e->path.span, NULL);
		return;
	}
}

static void
bare(struct wc_formatter *f, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_TEMPLATE:
		wc_format_text(f, e->template->span, e->template->pieces.first);
		return;
	case WC_EXPR_SOME:
	case WC_EXPR_CONVERT:
	case WC_EXPR_CALL:
	case WC_EXPR_RECORD:
	case WC_EXPR_FILE:
		named(f, e);
		return;
	case WC_EXPR_VARIANT:
		variant(f, e);
		return;
	case WC_EXPR_LIST:
		list(f, e->list.first);
		return;
	case WC_EXPR_FIELD:
	case WC_EXPR_WITH:
		postfix(f, e);
		return;
	case WC_EXPR_NEGATE:
		prefixed(f, T_MINUS, e->operand);
		return;
	case WC_EXPR_NOT:
		prefixed(f, T_NOT, e->operand);
		return;
	case WC_EXPR_BINARY:
		binary(f, e);
		return;
	case WC_EXPR_IF:
	case WC_EXPR_MATCH:
	case WC_EXPR_FOR:
	case WC_EXPR_LOOP:
	case WC_EXPR_TRY:
	case WC_EXPR_BLOCK:
		wc_format_choice(f, e);
		return;
	default: /* literals and names; a minus before digits is theirs */
		wc_format_tight(f, e->span.end);
		return;
	}
}

/* Parentheses around parentheses break as one. */
void
wc_format_expr(struct wc_formatter *f, const struct wc_expr *e)
{
	uint32_t around = 0;

	if (f->lost)
		return;
	for (; in_parentheses(f, e); around++)
		wc_format_token(f, T_LPAREN);
	if (around > 0) {
		wc_layout_open(&f->layout, false);
		wc_layout_in(&f->layout);
		wc_layout_soft(&f->layout);
	}
	bare(f, e);
	if (around > 0) {
		wc_format_comments(f);
		wc_layout_out(&f->layout);
		wc_layout_soft(&f->layout);
		wc_layout_shut(&f->layout);
	}
	for (; around > 0; around--)
		wc_format_token(f, T_RPAREN);
}

bool
wc_format_hugs(const struct wc_formatter *f, const struct wc_expr *e)
{
	if (in_parentheses(f, e))
		return true;
	switch (e->kind) {
	case WC_EXPR_BINARY:
	case WC_EXPR_NOT:
	case WC_EXPR_NEGATE:
	case WC_EXPR_IF:
	case WC_EXPR_TRY:
	case WC_EXPR_FIELD:
		return false;
	case WC_EXPR_FOR:
		return e->each.body->kind == WC_EXPR_BLOCK;
	case WC_EXPR_WITH:
		return wc_format_hugs(f, e->with.of);
	default:
		return true;
	}
}

void
wc_format_after(struct wc_formatter *f, const struct wc_expr *e)
{
	if (wc_format_hugs(f, e)) {
		wc_layout_space(&f->layout);
		wc_format_expr(f, e);
		return;
	}
	wc_layout_open(&f->layout, false);
	wc_layout_in(&f->layout);
	wc_layout_line(&f->layout);
	wc_format_expr(f, e);
	wc_layout_out(&f->layout);
	wc_layout_shut(&f->layout);
}
