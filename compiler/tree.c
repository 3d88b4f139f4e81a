/*
 * A tree as bytes, for comparing. Decides nothing; leaves out spans and depths alone. Every
 * text has its size before it and every list its length, so different trees differ.
 */
#include "compiler/tree.h"

#include <assert.h>

static void expr(struct wr_buf *b, const struct wc_expr *e);
static void steps(struct wr_buf *b, const struct wc_step_list *list);

/* ---- leaves -------------------------------------------------------------------- */

static void
number(struct wr_buf *b, uint64_t n)
{
	wr_buf_add(b, &n, sizeof n);
}

static void
real(struct wr_buf *b, double x)
{
	wr_buf_add(b, &x, sizeof x);
}

static void
text(struct wr_buf *b, struct wr_text t)
{
	number(b, t.size);
	wr_buf_text(b, t);
}

static void
name(struct wr_buf *b, const struct wc_name *n)
{
	text(b, n->text);
}

static void
labels(struct wr_buf *b, const struct wc_label_ref_list *list)
{
	number(b, list->len);
	for (const struct wc_label_ref *l = list->first; l != NULL; l = l->next)
		name(b, &l->name);
}

static void
template(struct wr_buf *b, const struct wc_template *t)
{
	number(b, t->pieces.len);
	for (const struct wc_piece *p = t->pieces.first; p != NULL; p = p->next) {
		wr_buf_byte(b, p->expr != NULL);
		if (p->expr != NULL)
			expr(b, p->expr);
		else
			text(b, p->text);
	}
}

/* ---- types ------------------------------------------------------------------------ */

static void
bound(struct wr_buf *b, const struct wc_bound *x)
{
	wr_buf_byte(b, x->written);
	wr_buf_byte(b, x->decimal);
	number(b, (uint64_t)x->integer);
	real(b, x->number);
}

static void
type(struct wr_buf *b, const struct wc_type *t)
{
	wr_buf_byte(b, t != NULL);
	if (t == NULL)
		return;
	wr_buf_byte(b, (uint8_t)t->kind);
	wr_buf_byte(b, t->optional);
	name(b, &t->name);
	type(b, t->element);
	wr_buf_byte(b, t->range.written);
	bound(b, &t->range.low);
	bound(b, &t->range.high);
	labels(b, &t->labels);
}

static void
params(struct wr_buf *b, const struct wc_param_list *list)
{
	number(b, list->len);
	for (const struct wc_param *p = list->first; p != NULL; p = p->next) {
		name(b, &p->name);
		type(b, p->type);
	}
}

/* ---- expressions --------------------------------------------------------------------- */

static void
args(struct wr_buf *b, const struct wc_arg_list *list)
{
	number(b, list->len);
	for (const struct wc_arg *a = list->first; a != NULL; a = a->next) {
		name(b, &a->name);
		wr_buf_byte(b, a->shorthand);
		expr(b, a->value);
	}
}

static void
arms(struct wr_buf *b, const struct wc_arm_list *list)
{
	number(b, list->len);
	for (const struct wc_arm *a = list->first; a != NULL; a = a->next) {
		number(b, a->patterns.len);
		for (const struct wc_pattern *p = a->patterns.first; p != NULL; p = p->next) {
			wr_buf_byte(b, (uint8_t)p->kind);
			name(b, &p->name);
			name(b, &p->binder);
		}
		expr(b, a->body);
	}
}

static void
each(struct wr_buf *b, const struct wc_expr *e)
{
	name(b, &e->each.item);
	name(b, &e->each.index);
	expr(b, e->each.in);
	expr(b, e->each.where);
	expr(b, e->each.sort);
	wr_buf_byte(b, e->each.descending);
	number(b, e->each.width);
	expr(b, e->each.body);
}

static void
loop(struct wr_buf *b, const struct wc_expr *e)
{
	name(b, &e->loop.state);
	type(b, e->loop.type);
	expr(b, e->loop.init);
	name(b, &e->loop.limit_name);
	number(b, (uint64_t)e->loop.limit);
	steps(b, &e->loop.steps);
	expr(b, e->loop.yield);
	expr(b, e->loop.until);
}

static void
leaf(struct wr_buf *b, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_INTEGER:
		number(b, (uint64_t)e->integer);
		return;
	case WC_EXPR_NUMBER:
		real(b, e->number);
		return;
	case WC_EXPR_DURATION:
		number(b, e->duration_ms);
		return;
	case WC_EXPR_BOOL:
		wr_buf_byte(b, e->truth);
		return;
	case WC_EXPR_TEMPLATE:
		template(b, e->template);
		return;
	case WC_EXPR_FILE:
		text(b, e->path.text);
		return;
	case WC_EXPR_NAME:
		name(b, &e->name);
		return;
	default:
		assert(e->kind == WC_EXPR_NONE);
		return;
	}
}

static void
made(struct wr_buf *b, const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_CALL:
		name(b, &e->call.name);
		args(b, &e->call.args);
		return;
	case WC_EXPR_CONVERT:
		wr_buf_byte(b, (uint8_t)e->convert.to);
		expr(b, e->convert.operand);
		return;
	case WC_EXPR_RECORD:
		name(b, &e->record.type);
		args(b, &e->record.fields);
		return;
	case WC_EXPR_VARIANT:
		name(b, &e->variant.type);
		name(b, &e->variant.variant);
		expr(b, e->variant.payload);
		return;
	case WC_EXPR_LIST:
		number(b, e->list.len);
		for (const struct wc_expr *x = e->list.first; x != NULL; x = x->next)
			expr(b, x);
		return;
	case WC_EXPR_FIELD:
		expr(b, e->field.of);
		name(b, &e->field.name);
		return;
	case WC_EXPR_WITH:
		expr(b, e->with.of);
		args(b, &e->with.fields);
		return;
	default:
		leaf(b, e);
		return;
	}
}

static void
expr(struct wr_buf *b, const struct wc_expr *e)
{
	wr_buf_byte(b, e == NULL ? WC_EXPR_KIND_COUNT : (uint8_t)e->kind);
	if (e == NULL)
		return;
	switch (e->kind) {
	case WC_EXPR_SOME:
	case WC_EXPR_NEGATE:
	case WC_EXPR_NOT:
		expr(b, e->operand);
		return;
	case WC_EXPR_BINARY:
		wr_buf_byte(b, (uint8_t)e->binary.op);
		expr(b, e->binary.left);
		expr(b, e->binary.right);
		return;
	case WC_EXPR_IF:
		expr(b, e->branch.condition);
		expr(b, e->branch.then);
		expr(b, e->branch.otherwise);
		return;
	case WC_EXPR_MATCH:
		expr(b, e->match.of);
		arms(b, &e->match.arms);
		return;
	case WC_EXPR_FOR:
		each(b, e);
		return;
	case WC_EXPR_LOOP:
		loop(b, e);
		return;
	case WC_EXPR_TRY:
		expr(b, e->attempt.body);
		expr(b, e->attempt.otherwise);
		return;
	case WC_EXPR_BLOCK:
		steps(b, &e->block.steps);
		expr(b, e->block.yield);
		return;
	default:
		made(b, e);
		return;
	}
}

static void
steps(struct wr_buf *b, const struct wc_step_list *list)
{
	number(b, list->len);
	for (const struct wc_step *s = list->first; s != NULL; s = s->next) {
		wr_buf_byte(b, (uint8_t)s->kind);
		name(b, &s->name);
		type(b, s->type);
		expr(b, s->expr);
		if (s->message != NULL)
			template(b, s->message);
	}
}

/* ---- declarations ------------------------------------------------------------------------ */

static void
use(struct wr_buf *b, const struct wc_decl *d)
{
	number(b, d->use.names.len);
	for (const struct wc_use_name *n = d->use.names.first; n != NULL; n = n->next) {
		name(b, &n->name);
		name(b, &n->as);
	}
	text(b, d->use.path.text);
	name(b, &d->use.hash);
}

static void
type_decl(struct wr_buf *b, const struct wc_decl *d)
{
	wr_buf_byte(b, (uint8_t)d->type.form);
	number(b, d->type.fields.len);
	for (const struct wc_field_decl *f = d->type.fields.first; f != NULL; f = f->next) {
		name(b, &f->name);
		type(b, f->type);
		wr_buf_byte(b, f->described);
		text(b, f->description.text);
	}
	number(b, d->type.variants.len);
	for (const struct wc_variant_decl *v = d->type.variants.first; v != NULL; v = v->next) {
		name(b, &v->name);
		type(b, v->payload);
	}
	type(b, d->type.alias);
}

static void
drops(struct wr_buf *b, const struct wc_drop_list *list)
{
	number(b, list->len);
	for (const struct wc_drop *d = list->first; d != NULL; d = d->next) {
		labels(b, &d->labels);
		text(b, d->reason.text);
	}
}

static void
flow(struct wr_buf *b, const struct wc_decl *d)
{
	params(b, &d->flow.params);
	type(b, d->flow.result);
	number(b, d->flow.within.len);
	for (const struct wc_limit *l = d->flow.within.first; l != NULL; l = l->next) {
		name(b, &l->name);
		wr_buf_byte(b, (uint8_t)l->kind);
		number(b, (uint64_t)l->integer);
		number(b, l->duration_ms);
		name(b, &l->value_name);
	}
	steps(b, &d->flow.steps);
	expr(b, d->flow.end);
}

static void
test(struct wr_buf *b, const struct wc_decl *d)
{
	text(b, d->test.title.text);
	number(b, d->test.items.len);
	for (const struct wc_test_item *t = d->test.items.first; t != NULL; t = t->next) {
		wr_buf_byte(b, (uint8_t)t->kind);
		name(b, &t->name);
		name(b, &t->failure);
		expr(b, t->expr);
		text(b, t->string.text);
	}
}

static void
decl(struct wr_buf *b, const struct wc_decl *d)
{
	wr_buf_byte(b, (uint8_t)d->kind);
	name(b, &d->name);
	switch (d->kind) {
	case WC_DECL_USE:
		use(b, d);
		return;
	case WC_DECL_LABEL:
		text(b, d->label.description.text);
		return;
	case WC_DECL_BACKEND:
		name(b, &d->backend.kind);
		labels(b, &d->backend.accepts);
		labels(b, &d->backend.taints);
		return;
	case WC_DECL_CONST:
		expr(b, d->constant.value);
		return;
	case WC_DECL_TYPE:
		type_decl(b, d);
		return;
	case WC_DECL_FN:
		params(b, &d->fn.params);
		type(b, d->fn.result);
		drops(b, &d->fn.drops);
		expr(b, d->fn.body);
		return;
	case WC_DECL_AGENT:
		params(b, &d->agent.params);
		type(b, d->agent.result);
		name(b, &d->agent.via);
		drops(b, &d->agent.drops);
		args(b, &d->agent.settings);
		return;
	case WC_DECL_AGENT_COPY:
		name(b, &d->agent_copy.from);
		name(b, &d->agent_copy.via);
		args(b, &d->agent_copy.settings);
		return;
	case WC_DECL_FLOW:
		flow(b, d);
		return;
	case WC_DECL_TEST:
		test(b, d);
		return;
	case WC_DECL_KIND_COUNT:
		break;
	}
	assert(false);
}

void
wc_tree_bytes(const struct wc_file *file, struct wr_buf *buf)
{
	number(buf, (uint64_t)file->language);
	number(buf, file->decls.len);
	for (const struct wc_decl *d = file->decls.first; d != NULL; d = d->next)
		decl(buf, d);
}
