/*
 * The listing of a module. Shows what the tables and nodes are, in their own order and numbers, for
 * those who check the compiler or the verifier; the page for reviewers is show.c.
 */
#include "vm/view/disassemble.h"

#include "vm/view/page.h"
#include "vm/view/plan.h"
#include "vm/view/spell.h"

#include <assert.h>

#define TYPE_COLUMN 56u

struct listing {
	struct wr_page page;
	const struct wr_module *module;
	const struct wr_code *code;
	const struct wr_param *params;
};

static void
put(struct listing *l, const char *text)
{
	wr_buf_str(l->page.buf, text);
}

static void
put_number(struct listing *l, const char *before, uint64_t n)
{
	put(l, before);
	wr_buf_u64(l->page.buf, n);
}

static void
put_name(struct listing *l, const char *before, struct wr_text name)
{
	put(l, before);
	wr_buf_text(l->page.buf, name);
}

static void
put_constant(struct listing *l, struct wr_value v)
{
	switch (v.kind) {
	case WR_VALUE_NONE:
		put(l, "none");
		return;
	case WR_VALUE_BOOL:
		put(l, v.as.boolean ? "true" : "false");
		return;
	case WR_VALUE_INT:
		wr_spell_int(l->page.buf, v.as.integer);
		return;
	case WR_VALUE_NUMBER:
		wr_spell_number(l->page.buf, v.as.number);
		return;
	case WR_VALUE_TEXT:
		wr_spell_text(l->page.buf, wr_value_text(v));
		return;
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		put(l, v.kind == WR_VALUE_LIST ? "[" : "{");
		for (uint32_t i = 0; i < v.len && l->page.buf->status == WR_OK; i++) {
			put(l, i == 0 ? "" : ", ");
			put_constant(l, v.as.items[i]);
		}
		put(l, v.kind == WR_VALUE_LIST ? "]" : "}");
		return;
	case WR_VALUE_VARIANT:
		put_number(l, "#", v.len);
		if (v.as.items != NULL) {
			put(l, "(");
			put_constant(l, *v.as.items);
			put(l, ")");
		}
		return;
	default:
		assert(false);
	}
}

static void
put_drops(struct listing *l, const struct wr_drops *drops)
{
	for (uint32_t i = 0; i < drops->len; i++) {
		wr_spell_labels(l->page.buf, l->module, drops->at[i].labels);
		put(l, " ");
		wr_spell_text(l->page.buf, drops->at[i].reason);
	}
}

/* `0 .story`: an index and what it means where that can be said. */
static void
put_index(struct listing *l, const struct wr_node *n)
{
	put_number(l, " ", n->index);
	if (n->op == WR_OP_INPUT) {
		put_name(l, " ", l->params[n->index].name);
	} else if (n->op == WR_OP_FIELD) {
		uint32_t type = l->code->types[wr_operand(l->code, n, 0)];

		put_name(l, " .", l->module->types.at[type].members[n->index].name);
	}
}

static void
put_immediate(struct listing *l, const struct wr_node *n)
{
	const struct wr_type *type = &l->module->types.at[n->type];

	switch (wr_op_info(n->op)->immediate) {
	case WR_IMM_NONE:
		return;
	case WR_IMM_VALUE:
		put(l, " ");
		put_constant(l, n->value);
		return;
	case WR_IMM_INDEX:
		put_index(l, n);
		return;
	case WR_IMM_TYPE:
		put_name(l, " ", type->name);
		return;
	case WR_IMM_TYPE_TAG:
		put_name(l, " ", type->name);
		put_name(l, ".", type->members[n->index].name);
		return;
	case WR_IMM_AGENT:
		put_name(l, " ", l->module->agents[n->index].name);
		return;
	case WR_IMM_DROP:
		put_name(l, " ", n->name);
		put_drops(l, &n->drops);
		return;
	case WR_IMM_FIELDS:
		type = &l->module->types.at[l->code->types[wr_operand(l->code, n, 0)]];
		for (uint32_t i = 1; i < n->operands_len; i++)
			put_name(l, " .", type->members[wr_node_member(l->code, n, i)].name);
		return;
	case WR_IMM_FOR:
		put(l, (n->index & WR_FOR_WHERE) != 0 ? " where" : "");
		put(l, (n->index & WR_FOR_SORT) != 0 ? " sort" : "");
		put(l, (n->index & WR_FOR_DESC) != 0 ? " desc" : "");
		if (n->width != 0)
			put_number(l, " width ", n->width);
		return;
	case WR_IMM_LOOP:
		put(l, " ");
		wr_spell_type(l->page.buf, &l->module->types, n->type);
		put_number(l, " limit ", n->index);
		return;
	}
}

static void
put_roots(struct listing *l, const struct wr_block *b, size_t indent)
{
	wr_page_to(&l->page, indent, 0);
	put(l, b->owner == WR_NONE ? "roots" : "yield");
	for (uint32_t i = 0; i < b->roots_len; i++)
		put_number(l, " %", l->code->operands[b->roots + i]);
	wr_page_newline(&l->page);
}

static void put_block(struct listing *l, uint32_t block);

/* Recursion is as deep as blocks nest. */
static void
put_node(struct listing *l, uint32_t number)
{
	const struct wr_node *n = &l->code->nodes[number];
	uint32_t depth = l->code->blocks[n->block].depth;
	char digits[12];
	size_t len = 0;

	for (uint32_t rest = number; len == 0 || rest > 0; rest /= 10)
		digits[len++] = (char)('0' + rest % 10);
	wr_page_to(&l->page, len < 6 ? 6 - len : 0, 0);
	while (len > 0)
		wr_buf_byte(l->page.buf, (uint8_t)digits[--len]);
	wr_page_to(&l->page, 8 + 2 * depth, 1);
	put(l, wr_op_info(n->op)->name);
	put_immediate(l, n);
	for (uint32_t i = 0; i < n->operands_len && l->page.buf->status == WR_OK; i++)
		put_number(l, " %", wr_operand(l->code, n, i));
	if (n->guard != WR_NONE && (wr_op_info(n->op)->flags & WR_OP_GUARDED) != 0)
		put_number(l, n->op == WR_OP_DO ? " after %" : " guard %", n->guard);
	if (n->op != WR_OP_REQUIRE && n->op != WR_OP_DO) {
		wr_page_to(&l->page, TYPE_COLUMN, 2);
		wr_spell_type(l->page.buf, &l->module->types, l->code->types[number]);
		wr_spell_labels(l->page.buf, l->module, l->code->ambient[number]);
	}
	wr_page_newline(&l->page);
	for (uint32_t b = n->blocks; b < n->blocks + n->blocks_len; b++)
		put_block(l, b);
}

static void
put_block(struct listing *l, uint32_t block)
{
	const struct wr_block *b = &l->code->blocks[block];
	uint32_t n = b->first;

	while (n < b->end && l->page.buf->status == WR_OK) {
		put_node(l, n);
		n = wr_code_after(l->code, n);
	}
	put_roots(l, b, 8 + 2 * b->depth);
}

static void
put_code(struct listing *l, const struct wr_code *code, const struct wr_param *params)
{
	l->code = code;
	l->params = params;
	wr_page_newline(&l->page);
	put_block(l, 0);
}

static void
put_settings(struct listing *l, const struct wr_agent *a)
{
	for (uint32_t i = 0; i < a->settings_len; i++) {
		const struct wr_setting *s = &a->settings[i];
		const struct wr_setting_info *info = wr_setting_info(s->id);

		wr_page_to(&l->page, 8, 0);
		put(l, info->word);
		if (info->shape == WR_SHAPE_TEMPLATE || info->shape == WR_SHAPE_MESSAGE) {
			put_number(l, " %", s->root);
		} else if (info->shape == WR_SHAPE_AGENT) {
			put_name(l, " ", l->module->agents[s->integer].name);
		} else if (info->shape == WR_SHAPE_TEXT) {
			put(l, " ");
			wr_spell_text(l->page.buf, s->text);
		} else if (info->shape == WR_SHAPE_NUMBER) {
			put(l, " ");
			wr_spell_number(l->page.buf, s->number);
		} else if (info->shape <= WR_SHAPE_DURATION) {
			put(l, " ");
			wr_spell_int(l->page.buf, s->integer);
		}
		for (uint32_t k = 0; k < s->pairs_len; k++) {
			put_name(l, " ", s->pairs[k].name);
			if (info->shape == WR_SHAPE_TEMPLATES) {
				put_number(l, " %", s->pairs[k].root);
			} else {
				put(l, info->shape == WR_SHAPE_PAIRS ? " " : "");
				wr_spell_text(l->page.buf, s->pairs[k].text);
			}
		}
		wr_page_newline(&l->page);
	}
}

enum wr_status
wr_disassemble(const struct wr_module *module, struct wr_buf *buf)
{
	struct listing l = { .page = { buf, buf->size }, .module = module };

	assert(module->flow.types != NULL);
	for (uint32_t i = 0; i < module->agents_len; i++) {
		const struct wr_agent *a = &module->agents[i];

		put_name(&l, "agent ", a->name);
		put_name(&l, " via ", module->backends[a->backend].name);
		put_drops(&l, &a->drops);
		put_code(&l, &a->body, a->params);
		put_settings(&l, a);
		wr_page_newline(&l.page);
	}
	put_name(&l, "flow ", module->name);
	put_code(&l, &module->flow, module->inputs);
	return buf->status;
}
