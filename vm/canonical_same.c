/*
 * No two equal pure nodes stand in one block. Owners without calls are compared with all that is
 * inside them, inner references by how far they reach, so cost is the nodes times the depth of blocks.
 */
#include "vm/verify.h"

#include <assert.h>

#include "vm/base/hash.h"

struct table {
	const struct wr_code *code;
	const struct wr_types *types;
	uint64_t seed;
	uint64_t *hashes; /* by node */
	uint32_t *slots;  /* node + 1, or 0 */
	uint32_t mask;
};

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	return wr_hash(&word, sizeof word, hash);
}

/* A node as seen from base: inside the owner base by distance, outside by number. */
static uint64_t
relative(uint32_t n, uint32_t base)
{
	return n >= base ? (1ull << 32) + (n - base) : n;
}

/* What is in the value itself, then what it points to. As deep as the type of a constant (WR_TYPE_WALK_MAX). */
static uint64_t
mix_value(uint64_t hash, struct wr_value v)
{
	uint64_t words[2] = { (uint64_t)v.kind << 32 | (v.kind > WR_VALUE_NUMBER ? v.len : 0), 0 };
	uint32_t items = 0;

	switch ((enum wr_value_kind)v.kind) {
	case WR_VALUE_BOOL:
		words[1] = v.as.boolean;
		break;
	case WR_VALUE_INT:
		words[1] = (uint64_t)v.as.integer;
		break;
	case WR_VALUE_NUMBER:
		memcpy(&words[1], &v.as.number, sizeof words[1]);
		break;
	case WR_VALUE_TEXT:
		hash = v.len == 0 ? hash : wr_hash(v.as.text, v.len, hash);
		break;
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		items = v.len;
		break;
	case WR_VALUE_VARIANT:
		items = v.as.items != NULL;
		break;
	case WR_VALUE_UNSET:
	case WR_VALUE_NONE:
		break;
	}
	hash = wr_hash(words, sizeof words, hash);
	for (uint32_t i = 0; i < items; i++)
		hash = mix_value(hash, v.as.items[i]);
	return hash;
}

static bool
typed(const struct wr_node *node)
{
	return node->op == WR_OP_RECORD || node->op == WR_OP_VARIANT || node->op == WR_OP_LOOP;
}

static uint64_t
mix_node(const struct table *t, uint64_t hash, uint32_t n, uint32_t base)
{
	const struct wr_node *node = &t->code->nodes[n];

	hash = mix(hash, (uint64_t)node->op << 32 | node->index);
	hash = mix(hash, (uint64_t)node->operands_len << 32 | (typed(node) ? node->type : 0));
	if (node->op == WR_OP_CONST)
		hash = mix_value(hash, node->value);
	if (node->op == WR_OP_DROP)
		hash = wr_hash(node->name.at, node->name.size, hash);
	for (uint32_t i = 1; i < node->operands_len && node->op == WR_OP_WITH; i++)
		hash = mix(hash, wr_node_member(t->code, node, i));
	for (uint32_t i = 0; i < node->operands_len; i++)
		hash = mix(hash, relative(wr_operand(t->code, node, i), base));
	for (uint32_t i = 0; i < node->blocks_len; i++) {
		const struct wr_block *b = &t->code->blocks[node->blocks + i];

		hash = mix(hash, relative(b->end, base));
		for (uint32_t k = 0; k < b->roots_len; k++)
			hash = mix(hash, relative(t->code->operands[b->roots + k], base));
	}
	return hash;
}

/* Of n with everything inside it, in its block. */
static uint64_t
hash_of(const struct table *t, uint32_t n)
{
	uint64_t hash = mix(t->seed, t->code->nodes[n].block);
	uint32_t end = wr_code_after(t->code, n);

	for (uint32_t i = n; i < end; i++)
		hash = mix_node(t, hash, i, n);
	return hash;
}

static bool
same_references(const struct table *t, uint32_t a, uint32_t base_a, uint32_t b, uint32_t base_b, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (relative(t->code->operands[a + i], base_a) != relative(t->code->operands[b + i], base_b))
			return false;
	return true;
}

static bool
same_node(const struct table *t, uint32_t a, uint32_t base_a, uint32_t b, uint32_t base_b)
{
	const struct wr_node *x = &t->code->nodes[a], *y = &t->code->nodes[b];

	if (x->op != y->op || x->index != y->index || x->operands_len != y->operands_len ||
	    x->blocks_len != y->blocks_len || (typed(x) && x->type != y->type) ||
	    !same_references(t, x->operands, base_a, y->operands, base_b, x->operands_len))
		return false;
	if (x->op == WR_OP_CONST && (!wr_type_eq(t->types, x->type, y->type) || !wr_value_eq(x->value, y->value)))
		return false;
	if (x->op == WR_OP_DROP && !wr_text_eq(x->name, y->name))
		return false;
	if (x->op == WR_OP_WITH && memcmp(&t->code->operands[x->fields], &t->code->operands[y->fields],
	    (x->operands_len - 1) * sizeof *t->code->operands) != 0)
		return false;
	for (uint32_t i = 0; i < x->blocks_len; i++) {
		const struct wr_block *p = &t->code->blocks[x->blocks + i];
		const struct wr_block *q = &t->code->blocks[y->blocks + i];

		if (relative(p->end, base_a) != relative(q->end, base_b) || p->roots_len != q->roots_len ||
		    !same_references(t, p->roots, base_a, q->roots, base_b, p->roots_len))
			return false;
	}
	return true;
}

static bool
same(const struct table *t, uint32_t a, uint32_t b)
{
	uint32_t len = wr_code_after(t->code, a) - a;

	if (t->hashes[a] != t->hashes[b] || t->code->nodes[a].block != t->code->nodes[b].block ||
	    wr_code_after(t->code, b) - b != len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (!same_node(t, a + i, a, b + i, b))
			return false;
	return true;
}

enum wr_status
wr_check_same(struct wr_checker *c, uint32_t agent, const bool *impure)
{
	struct table t = { .code = wr_code_of(c->module, agent), .types = &c->module->types };
	uint32_t len = t.code->nodes_len, room = 16;

	while (room < len * 2)
		room *= 2;
	/* Where memory lies is not known to who wrote the bytecode, so nobody can prepare collisions. */
	t.seed = (uint64_t)(uintptr_t)c->module;
	t.mask = room - 1;
	t.hashes = wr_arena_array(&c->scratch, len, sizeof *t.hashes);
	t.slots = wr_arena_array(&c->scratch, room, sizeof *t.slots);
	if (t.hashes == NULL || t.slots == NULL)
		return wr_no_room(c);
	for (uint32_t n = 0; n < len; n++) {
		uint32_t slot;

		if ((wr_op_info(t.code->nodes[n].op)->flags & WR_OP_PURE) == 0 || impure[n])
			continue;
		t.hashes[n] = hash_of(&t, n);
		for (slot = (uint32_t)t.hashes[n] & t.mask; t.slots[slot] != 0; slot = (slot + 1) & t.mask)
			if (same(&t, t.slots[slot] - 1, n))
				return wr_refuse(c, WR_RULE_DUPLICATE, agent, n, WR_NONE);
		t.slots[slot] = n + 1;
	}
	return WR_OK;
}
