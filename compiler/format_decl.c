/*
 * Declarations and the file: what stands on lines of its own and where empty lines are. Decides
 * layout alone. Each declaration is written before the next is read, so that layouts stay small.
 */
#include "compiler/format_parts.h"

#include "grammar/wf.y.h"

#include <assert.h>

/* ---- pieces ---------------------------------------------------------------------------- */

/* A space and a token. */
static void
word(struct wc_formatter *f, int kind)
{
	wc_layout_space(&f->layout);
	wc_format_token(f, kind);
}

/* A token on this line if it fits, with what follows up to the next such place. */
static void
fill(struct wc_formatter *f, int kind)
{
	wc_layout_open(&f->layout, false);
	wc_layout_line(&f->layout);
	wc_format_token(f, kind);
	wc_layout_shut(&f->layout);
}

static void
labels(struct wc_formatter *f)
{
	wc_layout_in(&f->layout);
	while (wc_format_peek(f) == T_LABELREF)
		fill(f, T_LABELREF);
	wc_layout_out(&f->layout);
}

static void
string(struct wc_formatter *f, const struct wc_string *s)
{
	wc_layout_space(&f->layout);
	wc_format_text(f, s->span, NULL);
}

static void
range(struct wc_formatter *f, const struct wc_range *r)
{
	if (!r->written)
		return;
	wc_layout_space(&f->layout);
	wc_format_tight(f, r->span.end);
}

void
wc_format_type(struct wc_formatter *f, const struct wc_type *t)
{
	if (t->kind == WC_TYPE_LIST) {
		wc_format_token(f, T_LBRACK);
		wc_format_type(f, t->element);
		wc_format_token(f, T_RBRACK);
	} else {
		wc_format_any(f);
	}
	range(f, &t->range);
	if (t->optional)
		wc_format_token(f, T_QUESTION);
	labels(f);
}

static void
parameters(struct wc_formatter *f, const struct wc_param *first)
{
	if (first == NULL) {
		wc_format_nothing(f, T_LPAREN, T_RPAREN);
		return;
	}
	wc_format_open(f, T_LPAREN, false);
	for (const struct wc_param *p = first; p != NULL; p = p->next) {
		wc_format_item(f, p == first);
		wc_format_token(f, T_NAME);
		wc_format_token(f, T_COLON);
		wc_layout_space(&f->layout);
		wc_format_type(f, p->type);
		wc_format_comma(f, p->next != NULL ? WC_FORMAT_COMMA : WC_FORMAT_LAST);
		if (p->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RPAREN, false);
}

/* `agent name(params) -> type` */
static void
signature(
    struct wc_formatter *f, int kind, const struct wc_param *params, const struct wc_type *result)
{
	wc_format_token(f, kind);
	word(f, T_NAME);
	parameters(f, params);
	word(f, T_ARROW);
	wc_layout_space(&f->layout);
	wc_format_type(f, result);
}

static void
drops(struct wc_formatter *f, const struct wc_drop *first)
{
	wc_layout_in(&f->layout);
	for (const struct wc_drop *d = first; d != NULL; d = d->next) {
		wc_layout_hard(&f->layout);
		wc_format_token(f, T_DROPS);
		labels(f);
		word(f, T_BECAUSE);
		string(f, &d->reason);
	}
	wc_layout_out(&f->layout);
}

/* ---- declarations ------------------------------------------------------------------------- */

static void
use(struct wc_formatter *f, const struct wc_decl *d)
{
	wc_format_token(f, T_USE);
	wc_layout_in(&f->layout);
	for (const struct wc_use_name *n = d->use.names.first; n != NULL; n = n->next) {
		wc_layout_open(&f->layout, false);
		wc_layout_line(&f->layout);
		wc_format_any(f);
		if (n->as.text.size > 0) {
			word(f, T_AS);
			wc_layout_space(&f->layout);
			wc_format_any(f);
		}
		wc_layout_shut(&f->layout);
		if (n->next != NULL)
			wc_format_comma(f, WC_FORMAT_COMMA);
	}
	wc_layout_open(&f->layout, false);
	wc_layout_line(&f->layout);
	wc_format_token(f, T_FROM);
	string(f, &d->use.path);
	wc_layout_shut(&f->layout);
	if (d->use.hash.text.size > 0)
		fill(f, T_HASH);
	wc_layout_out(&f->layout);
}

static void
backend_labels(struct wc_formatter *f, int kind)
{
	if (wc_format_peek(f) != kind)
		return;
	wc_layout_in(&f->layout);
	fill(f, kind);
	wc_layout_out(&f->layout);
	labels(f);
}

static void
backend(struct wc_formatter *f)
{
	wc_format_token(f, T_BACKEND);
	word(f, T_NAME);
	wc_format_token(f, T_COLON);
	word(f, T_NAME);
	backend_labels(f, T_ACCEPTS);
	backend_labels(f, T_TAINTS);
}

static void
field_decls(struct wc_formatter *f, const struct wc_field_decl *first)
{
	wc_layout_space(&f->layout);
	if (first == NULL) {
		wc_format_nothing(f, T_LBRACE, T_RBRACE);
		return;
	}
	wc_format_open(f, T_LBRACE, true);
	for (const struct wc_field_decl *d = first; d != NULL; d = d->next) {
		wc_format_item(f, d == first);
		wc_format_any(f);
		wc_format_token(f, T_COLON);
		wc_layout_space(&f->layout);
		wc_format_type(f, d->type);
		if (d->described)
			string(f, &d->description);
		wc_format_comma(f, d->next != NULL ? WC_FORMAT_LOOSE : WC_FORMAT_LAST);
		if (d->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RBRACE, true);
}

static void
variants(struct wc_formatter *f, const struct wc_variant_decl *first)
{
	wc_layout_open(&f->layout, false);
	wc_layout_in(&f->layout);
	wc_layout_line(&f->layout);
	wc_layout_pad(&f->layout, 2);
	for (const struct wc_variant_decl *v = first; v != NULL; v = v->next) {
		if (v != first) {
			wc_layout_line(&f->layout);
			wc_format_token(f, T_BAR);
			wc_layout_space(&f->layout);
		}
		wc_format_token(f, T_NAME);
		if (v->payload == NULL)
			continue;
		wc_format_token(f, T_LPAREN);
		wc_format_type(f, v->payload);
		wc_format_token(f, T_RPAREN);
	}
	wc_layout_out(&f->layout);
	wc_layout_shut(&f->layout);
}

static void
type_decl(struct wc_formatter *f, const struct wc_decl *d)
{
	wc_format_token(f, T_TYPE);
	word(f, T_TYPENAME);
	if (d->type.form == WC_TYPE_FORM_RECORD) {
		field_decls(f, d->type.fields.first);
		return;
	}
	word(f, T_EQ);
	if (d->type.form == WC_TYPE_FORM_VARIANTS) {
		variants(f, d->type.variants.first);
		return;
	}
	wc_layout_space(&f->layout);
	wc_format_type(f, d->type.alias);
}

/* Behind the `=` of a fn: on that line whole, or on lines of its own; records and block texts hug. */
static void
fn_body(struct wc_formatter *f, const struct wc_expr *e)
{
	bool own = e->kind == WC_EXPR_MATCH || e->kind == WC_EXPR_FOR || e->kind == WC_EXPR_LOOP ||
		   e->kind == WC_EXPR_CALL || !wc_format_hugs(f, e) ||
		   (e->kind == WC_EXPR_TEMPLATE && !wc_format_block(f->source, e->template->span));

	if (!own) {
		wc_format_after(f, e);
		return;
	}
	wc_layout_open(&f->layout, false);
	wc_layout_in(&f->layout);
	wc_format_line(f);
	wc_format_expr(f, e);
	wc_layout_out(&f->layout);
	wc_layout_shut(&f->layout);
}

static void
fn(struct wc_formatter *f, const struct wc_decl *d)
{
	signature(f, T_FN, d->fn.params.first, d->fn.result);
	if (d->fn.drops.len == 0) {
		word(f, T_EQ);
		fn_body(f, d->fn.body);
		return;
	}
	drops(f, d->fn.drops.first);
	wc_layout_in(&f->layout);
	wc_layout_hard(&f->layout);
	wc_format_token(f, T_EQ);
	wc_format_after(f, d->fn.body);
	wc_layout_out(&f->layout);
}

static void
agent(struct wc_formatter *f, const struct wc_decl *d)
{
	signature(f, T_AGENT, d->agent.params.first, d->agent.result);
	word(f, T_VIA);
	word(f, T_NAME);
	drops(f, d->agent.drops.first);
	if (d->agent.drops.len > 0)
		wc_layout_hard(&f->layout);
	else
		wc_layout_space(&f->layout);
	wc_format_fields(f, d->agent.settings.first);
}

static void
agent_copy(struct wc_formatter *f, const struct wc_decl *d)
{
	wc_format_token(f, T_AGENT);
	word(f, T_NAME);
	word(f, T_EQ);
	word(f, T_NAME);
	if (d->agent_copy.via.text.size > 0) {
		word(f, T_VIA);
		word(f, T_NAME);
	}
	wc_layout_space(&f->layout);
	wc_format_fields(f, d->agent_copy.settings.first);
}

static void
within(struct wc_formatter *f, const struct wc_limit *first)
{
	wc_layout_hard(&f->layout);
	wc_format_token(f, T_WITHIN);
	wc_layout_in(&f->layout);
	for (const struct wc_limit *l = first; l != NULL; l = l->next) {
		wc_layout_open(&f->layout, false);
		wc_layout_line(&f->layout);
		wc_format_any(f);
		wc_format_token(f, T_COLON);
		wc_layout_space(&f->layout);
		wc_format_any(f);
		wc_layout_shut(&f->layout);
		if (l->next != NULL)
			wc_format_comma(f, WC_FORMAT_COMMA);
	}
	wc_layout_out(&f->layout);
}

static void
flow(struct wc_formatter *f, const struct wc_decl *d)
{
	signature(f, T_START, d->flow.params.first, d->flow.result);
	wc_layout_in(&f->layout);
	if (d->flow.within.len > 0)
		within(f, d->flow.within.first);
	for (const struct wc_step *s = d->flow.steps.first; s != NULL; s = s->next) {
		wc_layout_hard(&f->layout);
		wc_format_item(f, false);
		wc_format_step(f, s);
	}
	wc_layout_hard(&f->layout);
	wc_format_item(f, false);
	wc_layout_out(&f->layout);
	wc_layout_hard(&f->layout);
	wc_format_token(f, T_END);
	wc_format_after(f, d->flow.end);
}

static void
test_item(struct wc_formatter *f, const struct wc_test_item *t)
{
	wc_format_any(f); /* given, stub, replay, expect */
	if (t->kind == WC_TEST_ITEM_EXPECT) {
		wc_format_after(f, t->expr);
		return;
	}
	if (t->kind == WC_TEST_ITEM_REPLAY) {
		string(f, &t->string);
		return;
	}
	wc_layout_space(&f->layout);
	wc_format_any(f);
	if (t->kind == WC_TEST_ITEM_GIVEN)
		word(f, T_EQ);
	else if (t->kind == WC_TEST_ITEM_STUB)
		word(f, T_ARROW);
	else if (t->kind == WC_TEST_ITEM_STUB_FAILS)
		word(f, T_FAILS);
	if (t->kind == WC_TEST_ITEM_STUB_FAILS && t->failure.text.size > 0)
		word(f, T_NAME);
	if (t->kind == WC_TEST_ITEM_EXPECT_FAILS && t->name.text.size > 0) {
		word(f, T_NAME);
		word(f, T_IN);
		word(f, T_NAME);
	}
	if (t->expr != NULL)
		wc_format_branch(f, t->expr);
}

static void
test(struct wc_formatter *f, const struct wc_decl *d)
{
	const struct wc_test_item *first = d->test.items.first;

	wc_format_token(f, T_TEST);
	string(f, &d->test.title);
	wc_layout_space(&f->layout);
	if (first == NULL) {
		wc_format_nothing(f, T_LBRACE, T_RBRACE);
		return;
	}
	wc_format_open(f, T_LBRACE, true);
	wc_layout_force(&f->layout);
	for (const struct wc_test_item *t = first; t != NULL; t = t->next) {
		wc_format_item(f, t == first);
		test_item(f, t);
		if (t->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RBRACE, true);
}

static void
declaration(struct wc_formatter *f, const struct wc_decl *d)
{
	switch (d->kind) {
	case WC_DECL_USE:
		use(f, d);
		return;
	case WC_DECL_LABEL:
		wc_format_token(f, T_LABEL);
		word(f, T_NAME);
		string(f, &d->label.description);
		return;
	case WC_DECL_BACKEND:
		backend(f);
		return;
	case WC_DECL_CONST:
		wc_format_token(f, T_CONST);
		word(f, T_NAME);
		word(f, T_EQ);
		wc_format_after(f, d->constant.value);
		return;
	case WC_DECL_TYPE:
		type_decl(f, d);
		return;
	case WC_DECL_FN:
		fn(f, d);
		return;
	case WC_DECL_AGENT:
		agent(f, d);
		return;
	case WC_DECL_AGENT_COPY:
		agent_copy(f, d);
		return;
	case WC_DECL_FLOW:
		flow(f, d);
		return;
	case WC_DECL_TEST:
		test(f, d);
		return;
	case WC_DECL_KIND_COUNT:
		break;
	}
	assert(false);
}

/* ---- the file --------------------------------------------------------------------------- */

/* An empty line where a line begins that is already written. */
static void
space_before(struct wr_buf *buf, size_t line)
{
	wr_buf_byte(buf, '\n');
	if (buf->status != WR_OK)
		return;
	memmove(buf->at + line + 1, buf->at + line, buf->size - 1 - line);
	buf->at[line] = '\n';
}

static bool
has_lines(const struct wr_buf *buf, size_t from)
{
	return buf->size > from && memchr(buf->at + from, '\n', buf->size - from) != NULL;
}

/*
 * One declaration and the comments above it, on new lines. lines: the one before has several, or
 * is of another kind. Returns whether this one has several.
 */
static bool
next(struct wc_formatter *f, const struct wc_decl *d, bool lines)
{
	struct wr_buf *buf = f->layout.buf;
	size_t before = buf->size, own;
	bool spaced, several;

	wc_layout_hard(&f->layout);
	wc_format_item(f, false);
	wc_layout_flush(&f->layout);
	spaced = buf->size > before + 1 ?
		     memcmp(buf->at + before, "\n\n", 2) == 0 : f->layout.blank;
	own = buf->size;
	declaration(f, d);
	wc_layout_flush(&f->layout);
	own += own < buf->size && buf->at[own] == '\n';
	own += own < buf->size && buf->at[own] == '\n';
	several = has_lines(buf, own);
	if (!spaced && (lines || several) && buf->status == WR_OK)
		space_before(buf, before);
	return several;
}

bool
wc_format_file(struct wc_formatter *f, const struct wc_file *file)
{
	bool lines = true;

	wc_format_item(f, true);
	wc_format_token(f, T_WRIT);
	word(f, T_INTEGER);
	wc_layout_flush(&f->layout);
	for (const struct wc_decl *d = file->decls.first; d != NULL && !f->lost; d = d->next) {
		lines = next(f, d, lines) || d->next == NULL || d->next->kind != d->kind;
		if (f->layout.status != WR_OK)
			return false;
	}
	wc_layout_hard(&f->layout);
	wc_format_item(f, false);
	wc_layout_flush(&f->layout);
	wr_buf_byte(f->layout.buf, '\n');
	f->lost = f->lost || f->at != f->end;
	return !f->lost && f->layout.status == WR_OK && f->layout.buf->status == WR_OK;
}
