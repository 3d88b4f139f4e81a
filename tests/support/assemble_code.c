/* Codes of the assembler: constants, nodes, blocks. */
#include "tests/support/assembler.h"

#include "vm/format/tight.h"

#include <ctype.h>
#include <string.h>

void
assembler_open(struct assembler *a, struct wr_code *code)
{
	a->code = code;
	code->nodes = assembler_room(a, NODES, sizeof *code->nodes);
	code->operands = assembler_room(a, (size_t)16 * NODES, sizeof *code->operands);
	code->blocks = assembler_room(a, NODES, sizeof *code->blocks);
	code->blocks[0] = (struct wr_block){.owner = WR_NONE, .parent = WR_NONE};
	code->blocks_len = 1;
	a->block = a->depth = 0;
	a->nodes_len = 0;
}

void
assembler_root(struct assembler *a, uint32_t node)
{
	struct wr_block *b = &a->code->blocks[0];

	b->end = a->code->nodes_len;
	if (b->roots_len++ == 0)
		b->roots = a->code->operands_len;
	a->code->operands[a->code->operands_len++] = node;
}

static uint32_t
tag_of(const struct assembler *a, uint32_t type, struct wr_text name)
{
	const struct wr_type *t = &a->m->types.at[type];

	for (uint32_t i = 0; i < t->members_len; i++)
		if (wr_text_eq(t->members[i].name, name))
			return i;
	assembler_die(a, "no such variant");
}

static struct wr_value constant(struct assembler *a, struct wr_tight *hull, uint32_t depth);

static struct wr_value
nominal(struct assembler *a, uint32_t type, struct wr_tight *hull, uint32_t depth)
{
	const struct wr_type *t = &a->m->types.at[type];
	struct wr_value *items = assembler_room(a, a->tokens_len + 1, sizeof *items);
	struct wr_value v = {.kind = WR_VALUE_RECORD};
	struct wr_tight ignored;
	uint32_t len = 0;

	if (!wr_tight_add(hull, depth, (struct wr_type){.kind = t->kind}, type))
		assembler_die(a, "constants that do not join");
	if (t->kind == WR_TYPE_VARIANTS) {
		v.kind = WR_VALUE_VARIANT;
		v.len = tag_of(a, type, assembler_word(a));
	}
	wr_tight_init(&ignored);
	if (assembler_skip(a, "("))
		for (; !assembler_skip(a, ")"); len++) {
			wr_tight_init(&ignored);
			items[len] = constant(a, &ignored, 0);
		}
	v.as.items = t->kind == WR_TYPE_RECORD || len > 0 ? items : NULL;
	if (t->kind == WR_TYPE_RECORD)
		v.len = len;
	return v;
}

static struct wr_value
constant(struct assembler *a, struct wr_tight *hull, uint32_t depth)
{
	struct wr_type seen = {0};
	struct wr_value v = wr_value_none();
	struct wr_text t = a->token[a->next < TOKENS_MAX ? a->next : 0];

	if (!assembler_more(a))
		assembler_die(a, "a constant is wanted");
	if (t.at[0] == '"') {
		v = wr_value_of_text(assembler_text(a));
		seen = (struct wr_type){.kind = WR_TYPE_TEXT, .lo = v.len, .hi = v.len};
	} else if (assembler_skip(a, "true") || assembler_skip(a, "false")) {
		v = wr_value_of_bool(assembler_is(t, "true"));
		seen.kind = WR_TYPE_BOOL;
	} else if (assembler_skip(a, "none")) {
		seen.kind = WR_TYPE_OPTION;
	} else if (assembler_skip(a, "some")) {
		seen.kind = WR_TYPE_OPTION;
		v = constant(a, hull, depth + 1);
	} else if (assembler_skip(a, "[")) {
		struct wr_value *items = assembler_room(a, a->tokens_len, sizeof *items);

		v = (struct wr_value){.kind = WR_VALUE_LIST, .as.items = items};
		while (!assembler_skip(a, "]"))
			items[v.len++] = constant(a, hull, depth + 1);
		seen = (struct wr_type){.kind = WR_TYPE_LIST, .lo = v.len, .hi = v.len};
	} else if (isupper((unsigned char)t.at[0])) {
		return nominal(a, assembler_type(a, assembler_word(a)), hull, depth);
	} else if (memchr(t.at, '.', t.size) != NULL) {
		v = wr_value_of_number(assembler_number(a));
		seen = (struct wr_type){
		    .kind = WR_TYPE_NUMBER, .number_lo = v.as.number, .number_hi = v.as.number};
	} else {
		v = wr_value_of_int(assembler_integer(a));
		seen =
		    (struct wr_type){.kind = WR_TYPE_INT, .lo = v.as.integer, .hi = v.as.integer};
	}
	if (!wr_tight_add(hull, depth, seen, WR_NONE))
		assembler_die(a, "constants that do not join");
	return v;
}

static void
value(struct assembler *a, struct wr_node *n)
{
	struct wr_tight hull;

	wr_tight_init(&hull);
	n->value = constant(a, &hull, 0);
	if (wr_tight_type(&hull, &a->m->types, &n->type) != WR_OK)
		assembler_die(a, "a constant without a type");
}

static void
immediate(struct assembler *a, struct wr_node *n)
{
	struct wr_text t;

	switch (wr_op_info(n->op)->immediate) {
	case WR_IMM_NONE:
		break;
	case WR_IMM_VALUE:
		value(a, n);
		break;
	case WR_IMM_INDEX:
		n->index = (uint32_t)assembler_integer(a);
		break;
	case WR_IMM_TYPE:
		n->type = assembler_type(a, assembler_word(a));
		break;
	case WR_IMM_TYPE_TAG:
		n->type = assembler_type(a, assembler_word(a));
		n->index = tag_of(a, n->type, assembler_word(a));
		break;
	case WR_IMM_DROP:
		n->name = assembler_copy(a, assembler_word(a));
		n->drops = assembler_drops(a);
		break;
	case WR_IMM_FOR:
		t = assembler_word(a);
		n->index = (memchr(t.at, 'w', t.size) != NULL ? WR_FOR_WHERE : 0u) |
			   (memchr(t.at, 's', t.size) != NULL ? WR_FOR_SORT : 0u) |
			   (memchr(t.at, 'd', t.size) != NULL ? WR_FOR_DESC : 0u);
		if (assembler_skip(a, "width"))
			n->width = (uint32_t)assembler_integer(a);
		break;
	case WR_IMM_FIELDS:
		n->fields = a->code->operands_len;
		for (uint32_t left = (uint32_t)assembler_integer(a); left > 0; left--)
			a->code->operands[a->code->operands_len++] = (uint32_t)assembler_integer(a);
		break;
	case WR_IMM_AGENT:
		t = assembler_word(a);
		while (n->index < a->m->agents_len && !wr_text_eq(a->m->agents[n->index].name, t))
			n->index++;
		break;
	case WR_IMM_LOOP:
		n->type = assembler_type(a, assembler_word(a));
		n->index = (uint32_t)assembler_integer(a);
		break;
	}
}

void
assembler_line_node(struct assembler *a)
{
	struct wr_code *code = a->code;
	uint32_t number = code->nodes_len++;
	struct wr_node *n = &code->nodes[number];
	struct wr_text name = assembler_copy(a, assembler_word(a)), op;
	uint32_t blocks;

	if (!assembler_skip(a, "=") || number == NODES - 1)
		assembler_die(a, "`=` is wanted, or there are too many nodes");
	op = assembler_word(a);
	while (wr_op_info(n->op) != NULL && !assembler_is(op, wr_op_info(n->op)->name))
		n->op++;
	if (wr_op_info(n->op) == NULL)
		assembler_die(a, "no such operation");
	n->block = a->block;
	n->guard = WR_NONE;
	blocks = n->op == WR_OP_TRY ? 2 : 1;
	if (n->op == WR_OP_MATCH)
		blocks = (uint32_t)assembler_integer(a);
	immediate(a, n);
	n->operands = code->operands_len;
	while (assembler_more(a) && !assembler_skip(a, "guard")) {
		code->operands[code->operands_len++] = assembler_node(a);
		n->operands_len++;
	}
	if (assembler_more(a))
		n->guard = assembler_node(a);
	a->nodes[a->nodes_len++] = (struct name){name, number};
	if ((wr_op_info(n->op)->flags & WR_OP_OWNER) == 0)
		return;
	n->blocks = code->blocks_len;
	n->blocks_len = blocks;
	for (uint32_t i = 0; i < blocks; i++)
		code->blocks[code->blocks_len++] =
		    (struct wr_block){.owner = number, .parent = a->block, .depth = a->depth + 1};
	a->fresh[a->depth] = n->blocks;
}

void
assembler_line_block(struct assembler *a)
{
	a->block = a->fresh[a->depth]++;
	a->depth++;
	a->code->blocks[a->block].first = a->code->nodes_len;
}

void
assembler_line_yield(struct assembler *a)
{
	struct wr_block *b = &a->code->blocks[a->block];

	b->end = a->code->nodes_len;
	b->roots = a->code->operands_len;
	while (assembler_more(a)) {
		a->code->operands[a->code->operands_len++] = assembler_node(a);
		b->roots_len++;
	}
	a->block = b->parent;
	a->depth--;
}
