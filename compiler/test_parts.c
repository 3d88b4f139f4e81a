/*
 * The values inside an expectation: which of them tell something, and where each is shown. Each is
 * lowered again by itself; the expectation as a whole holds no mistake, so nothing is reported here.
 */
#include "compiler/test_parts.h"

#include <assert.h>

/* Marks of one message, without the one on top; more help nobody. */
#define PARTS_MAX (WC_DIAG_PARTS_MAX - 1u)

struct found {
	const struct wc_expr *e[PARTS_MAX];
	bool shown[PARTS_MAX];
	uint32_t len;
};

/* Of an expression's own words: a span may hold the parentheses around it. */
static struct wc_span
first_bytes(struct wc_span span, uint32_t size)
{
	while (span.start < span.end && strchr("( \t\n", span.source->bytes[span.start]) != NULL)
		span.start++;
	span.end = span.start + size;
	return span;
}

struct wc_span
wc_test_anchor(const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_FIELD:
		return e->field.name.span;
	case WC_EXPR_CALL:
		return e->call.name.span;
	case WC_EXPR_BINARY:
		return e->binary.op_span;
	case WC_EXPR_NEGATE:
		return first_bytes(e->span, 1);
	case WC_EXPR_IF:
		return first_bytes(e->span, 2);
	case WC_EXPR_NOT:
	case WC_EXPR_FOR:
	case WC_EXPR_TRY:
		return first_bytes(e->span, 3);
	case WC_EXPR_LOOP:
		return first_bytes(e->span, 4);
	case WC_EXPR_MATCH:
		return first_bytes(e->span, 5);
	case WC_EXPR_CONVERT:
		return first_bytes(e->span, (uint32_t)strlen(wc_type_word(e->convert.to)));
	default:
		return e->span;
	}
}

static void
add(struct found *f, const struct wc_expr *e, bool shown)
{
	if (f->len == PARTS_MAX)
		return;
	f->e[f->len] = e;
	f->shown[f->len++] = shown;
}

static void find(struct found *f, const struct wc_expr *e);

static void
find_all(struct found *f, const struct wc_arg_list *args)
{
	for (const struct wc_arg *a = args->first; a != NULL; a = a->next)
		find(f, a->value);
}

/* What a field is taken from: a name or another field is marked, its value would be longer. */
static void
find_holder(struct found *f, const struct wc_expr *e)
{
	if (e->kind == WC_EXPR_FIELD)
		find_holder(f, e->field.of);
	if (e->kind == WC_EXPR_FIELD || e->kind == WC_EXPR_NAME)
		add(f, e, false);
	else
		find(f, e);
}

/* An expression that makes a value of others says it itself: the others are looked at alone. */
static void
find_made(struct found *f, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_SOME:
		find(f, e->operand);
		break;
	case WC_EXPR_RECORD:
		find_all(f, &e->record.fields);
		break;
	case WC_EXPR_VARIANT:
		if (e->variant.payload != NULL)
			find(f, e->variant.payload);
		break;
	case WC_EXPR_LIST:
		for (const struct wc_expr *x = e->list.first; x != NULL; x = x->next)
			find(f, x);
		break;
	case WC_EXPR_WITH:
		find(f, e->with.of);
		find_all(f, &e->with.fields);
		break;
	case WC_EXPR_TEMPLATE:
		for (const struct wc_piece *p = e->template->pieces.first; p != NULL; p = p->next)
			if (p->expr != NULL)
				find(f, p->expr);
		break;
	default: /* literals */
		break;
	}
}

/* Names that patterns, `for` and steps give are not known outside, so nothing behind them is looked at. */
static void
find(struct found *f, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_FIELD:
		find_holder(f, e->field.of);
		break;
	case WC_EXPR_CALL:
		if (!wr_text_eq(e->call.name.text, WR_TEXT("calls")))
			find_all(f, &e->call.args);
		break;
	case WC_EXPR_CONVERT:
		find(f, e->convert.operand);
		break;
	case WC_EXPR_NEGATE:
	case WC_EXPR_NOT:
		find(f, e->operand);
		break;
	case WC_EXPR_BINARY:
		find(f, e->binary.left);
		add(f, e, true);
		find(f, e->binary.right);
		return;
	case WC_EXPR_IF:
		find(f, e->branch.condition);
		break;
	case WC_EXPR_MATCH:
		find(f, e->match.of);
		break;
	case WC_EXPR_FOR:
		find(f, e->each.in);
		break;
	case WC_EXPR_NAME:
	case WC_EXPR_LOOP:
	case WC_EXPR_TRY:
		break;
	default:
		find_made(f, e);
		return;
	}
	add(f, e, true);
}

/* ---- programs of them ----------------------------------------------------------------------- */

/* A value of this type can be written by someone: `[]` and `none` alone have no such type. */
static bool
is_whole(const struct wr_types *types, uint32_t type)
{
	while (types->at[type].kind == WR_TYPE_LIST || types->at[type].kind == WR_TYPE_OPTION)
		type = types->at[type].elem;
	return types->at[type].kind != WR_TYPE_NEVER;
}

/* False: nobody can say what it is a list or an optional of. */
static bool
lower_part(struct wc_unit *u, struct wc_test_scope *scope, const struct wc_name *title,
    const struct wc_expr *e, struct wc_test_program *into)
{
	struct wc_lower l;
	struct wc_test_code *code = wc_test_begin(u, scope, e->span, &l);
	uint32_t node;
	bool good;

	if (code == NULL)
		return false;
	wc_test_bind(&l, title);
	node = wc_lower_expr(&l, e, WR_NONE);
	good = node != WR_NONE && is_whole(&u->types, wc_node_type(&l, node));
	wc_test_end(&l, code, good ? node : WR_NONE, good ? wc_node_type(&l, node) : WR_NONE, into);
	return good && u->status == WR_OK;
}

void
wc_test_find_parts(struct wc_unit *u, struct wc_test_scope *scope, const struct wc_name *title,
    const struct wc_expr *e, struct wc_test_expect *expect)
{
	struct found found = { .len = 0 };
	struct wc_test_part *parts;
	struct wc_diags silent, *diags = u->diags;
	uint32_t len = 0;

	find(&found, e);
	parts = wc_unit_get(u, found.len, sizeof *parts);
	if (parts == NULL)
		return;
	wc_diags_init(&silent, u->arena);
	u->diags = &silent;
	for (uint32_t i = 0; i < found.len && u->status == WR_OK; i++) {
		if (found.e[i] == e)
			continue; /* that it is false is known */
		parts[len].span = wc_test_anchor(found.e[i]);
		parts[len].shown = found.shown[i];
		if (!found.shown[i] || lower_part(u, scope, title, found.e[i], &parts[len].value))
			len++;
		else
			parts[len] = (struct wc_test_part){ .shown = false };
	}
	u->diags = diags;
	expect->parts = parts;
	expect->parts_len = len;
}
