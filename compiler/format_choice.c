/*
 * Choices, repetition and steps: where `then`, `yield` and braces stand. Decides layout alone.
 */
#include "compiler/format_parts.h"

#include "grammar/wf.y.h"

#include <assert.h>

/* A keyword on a new line or after a space, and what it says. */
static void
clause(struct wc_formatter *f, int kind, const struct wc_expr *e)
{
	wc_layout_line(&f->layout);
	wc_format_token(f, kind);
	wc_layout_space(&f->layout);
	wc_format_expr(f, e);
}

static void
braces(struct wc_formatter *f, const struct wc_step *first, const struct wc_expr *yield,
    const struct wc_expr *until)
{
	wc_format_open(f, T_LBRACE, true);
	for (const struct wc_step *s = first; s != NULL; s = s->next) {
		wc_format_item(f, s == first);
		wc_format_step(f, s);
		wc_layout_line(&f->layout);
	}
	wc_format_item(f, first == NULL);
	wc_layout_open(&f->layout, false);
	wc_format_token(f, T_YIELD);
	wc_format_after(f, yield);
	if (until != NULL) {
		wc_format_line(f);
		wc_format_token(f, T_UNTIL);
		wc_format_after(f, until);
	}
	wc_layout_shut(&f->layout);
	wc_format_close(f, T_RBRACE, true);
}

void
wc_format_branch(struct wc_formatter *f, const struct wc_expr *e)
{
	if (e->kind != WC_EXPR_BLOCK) {
		wc_format_after(f, e);
		return;
	}
	wc_layout_space(&f->layout);
	wc_format_expr(f, e);
}

static void
choice(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_layout_open(&f->layout, false);
	for (;;) {
		wc_format_token(f, T_IF);
		wc_layout_space(&f->layout);
		wc_format_expr(f, e->branch.condition);
		wc_format_line(f);
		wc_format_token(f, T_THEN);
		wc_format_branch(f, e->branch.then);
		wc_layout_line(&f->layout);
		wc_format_token(f, T_ELSE);
		if (e->branch.otherwise->kind != WC_EXPR_IF || wc_format_peek(f) != T_IF)
			break;
		wc_layout_space(&f->layout);
		e = e->branch.otherwise;
	}
	wc_format_branch(f, e->branch.otherwise);
	wc_layout_shut(&f->layout);
}

static void
attempt(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_layout_open(&f->layout, false);
	wc_format_token(f, T_TRY);
	wc_format_branch(f, e->attempt.body);
	wc_format_line(f);
	wc_format_token(f, T_ELSE);
	wc_format_branch(f, e->attempt.otherwise);
	wc_layout_shut(&f->layout);
}

static void
arm(struct wc_formatter *f, const struct wc_arm *a)
{
	wc_layout_open(&f->layout, false);
	for (const struct wc_pattern *p = a->patterns.first; p != NULL; p = p->next) {
		if (p != a->patterns.first) {
			wc_layout_line(&f->layout);
			wc_format_token(f, T_BAR);
			wc_layout_space(&f->layout);
		}
		wc_format_tight(f, p->span.end);
	}
	wc_layout_shut(&f->layout);
	wc_layout_space(&f->layout);
	wc_format_token(f, T_ARROW);
	wc_format_branch(f, a->body);
}

static void
match(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_token(f, T_MATCH);
	wc_layout_space(&f->layout);
	wc_format_expr(f, e->match.of);
	wc_layout_space(&f->layout);
	wc_format_open(f, T_LBRACE, true);
	for (const struct wc_arm *a = e->match.arms.first; a != NULL; a = a->next) {
		wc_format_item(f, a == e->match.arms.first);
		arm(f, a);
		wc_format_comma(f, a->next != NULL ? WC_FORMAT_LOOSE : WC_FORMAT_LAST);
		if (a->next != NULL)
			wc_layout_line(&f->layout);
	}
	wc_format_close(f, T_RBRACE, true);
}

/* Up to the body. */
static void
for_head(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_layout_open(&f->layout, false);
	wc_format_token(f, T_FOR);
	wc_layout_space(&f->layout);
	wc_format_token(f, T_NAME);
	if (e->each.index.text.size > 0) {
		wc_format_comma(f, WC_FORMAT_COMMA);
		wc_layout_space(&f->layout);
		wc_format_token(f, T_NAME);
	}
	wc_layout_in(&f->layout);
	wc_layout_space(&f->layout);
	wc_format_token(f, T_IN);
	wc_layout_space(&f->layout);
	wc_format_expr(f, e->each.in);
	if (e->each.where != NULL)
		clause(f, T_WHERE, e->each.where);
	if (e->each.sort != NULL)
		clause(f, T_SORT, e->each.sort);
	if (e->each.descending) {
		wc_layout_space(&f->layout);
		wc_format_token(f, T_DESC);
	}
	if (e->each.width != 0) {
		wc_layout_line(&f->layout);
		wc_format_token(f, T_WIDTH);
		wc_layout_space(&f->layout);
		wc_format_token(f, T_INTEGER);
	}
	wc_layout_out(&f->layout);
	wc_layout_shut(&f->layout);
}

static void
each(struct wc_formatter *f, const struct wc_expr *e)
{
	bool block = e->each.body->kind == WC_EXPR_BLOCK;

	if (!block)
		wc_layout_open(&f->layout, false);
	for_head(f, e);
	if (block) {
		wc_format_branch(f, e->each.body);
		return;
	}
	wc_format_line(f);
	wc_format_token(f, T_YIELD);
	wc_format_after(f, e->each.body);
	wc_layout_shut(&f->layout);
}

static void
loop(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_token(f, T_LOOP);
	wc_layout_space(&f->layout);
	wc_format_token(f, T_NAME);
	if (e->loop.type != NULL) {
		wc_format_token(f, T_COLON);
		wc_layout_space(&f->layout);
		wc_format_type(f, e->loop.type);
	}
	wc_layout_space(&f->layout);
	wc_format_token(f, T_EQ);
	wc_layout_space(&f->layout);
	wc_format_expr(f, e->loop.init);
	wc_layout_space(&f->layout);
	wc_format_token(f, T_LIMIT);
	wc_layout_space(&f->layout);
	wc_format_any(f);
	wc_layout_space(&f->layout);
	braces(f, e->loop.steps.first, e->loop.yield, e->loop.until);
}

void
wc_format_choice(struct wc_formatter *f, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_IF:
		choice(f, e);
		return;
	case WC_EXPR_MATCH:
		match(f, e);
		return;
	case WC_EXPR_FOR:
		each(f, e);
		return;
	case WC_EXPR_LOOP:
		loop(f, e);
		return;
	case WC_EXPR_TRY:
		attempt(f, e);
		return;
	default:
		assert(e->kind == WC_EXPR_BLOCK);
		braces(f, e->block.steps.first, e->block.yield, NULL);
		return;
	}
}

/* ---- steps ------------------------------------------------------------------------------- */

static void
require(struct wc_formatter *f, const struct wc_step *s)
{
	wc_layout_open(&f->layout, false);
	wc_format_token(f, T_REQUIRE);
	wc_layout_space(&f->layout);
	wc_format_expr(f, s->expr);
	wc_layout_in(&f->layout);
	wc_layout_line(&f->layout);
	wc_format_token(f, T_ELSE);
	wc_layout_space(&f->layout);
	wc_format_text(f, s->message->span, s->message->pieces.first);
	wc_layout_out(&f->layout);
	wc_layout_shut(&f->layout);
}

void
wc_format_step(struct wc_formatter *f, const struct wc_step *s)
{
	if (s->kind == WC_STEP_REQUIRE) {
		require(f, s);
		return;
	}
	wc_format_any(f); /* the name, or `do` */
	if (s->type != NULL) {
		wc_format_token(f, T_COLON);
		wc_layout_space(&f->layout);
		wc_format_type(f, s->type);
	}
	if (s->kind == WC_STEP_LET) {
		wc_layout_space(&f->layout);
		wc_format_token(f, T_EQ);
	}
	wc_format_branch(f, s->expr);
}
