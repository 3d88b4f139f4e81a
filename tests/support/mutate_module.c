/*
 * Changes by meaning, of a decoded module that nobody has verified. Each keeps what the encoder
 * needs: operands before their users, constants of the shape of their types.
 */
#include "tests/support/mutate.h"

#include "vm/format/decode.h"
#include "vm/format/encode.h"

#include <float.h>
#include <stdlib.h>

struct changing {
	struct answers *d;
	struct wr_module *m;
	struct wr_code *code; /* the flow or a body */
};

static uint32_t
roll(struct changing *c, uint32_t n)
{
	return answers_roll(c->d, n);
}

static int64_t
another(struct changing *c, int64_t n)
{
	static const int64_t ends[] = { 0, 1, -1, 2, 10, 255, 65535, 65536, 1 << 20, INT64_MAX,
		INT64_MIN, INT64_MAX / 2 };

	switch (roll(c, 4)) {
	case 0:
		return n == INT64_MAX ? n : n + 1;
	case 1:
		return n == INT64_MIN ? n : n - 1;
	case 2:
		return n / 2;
	default:
		return ends[roll(c, sizeof ends / sizeof *ends)];
	}
}

static uint64_t
another_set(struct changing *c, uint64_t set)
{
	if (c->m->labels_len == 0)
		return set;
	return roll(c, 4) == 0 ? 0 : set ^ 1ull << roll(c, c->m->labels_len);
}

static struct wr_node *
any_node(struct changing *c)
{
	return c->code->nodes_len == 0 ? NULL : &c->code->nodes[roll(c, c->code->nodes_len)];
}

/* Any text that the module names. */
static struct wr_text
any_text(struct changing *c)
{
	const struct wr_module *m = c->m;
	uint32_t which = roll(c, 5);

	if (which == 0 && m->labels_len > 0)
		return m->labels[roll(c, m->labels_len)].name;
	if (which == 1 && m->agents_len > 0)
		return m->agents[roll(c, m->agents_len)].name;
	if (which == 2 && m->inputs_len > 0)
		return m->inputs[roll(c, m->inputs_len)].name;
	if (which == 3)
		return (struct wr_text[]){ WR_TEXT("zz"), WR_TEXT("a"), WR_TEXT("if"),
			WR_TEXT("length"), WR_TEXT("T"), WR_TEXT("") }[roll(c, 6)];
	return m->name;
}

static const char *
operation(struct changing *c)
{
	struct wr_node *n = any_node(c);
	const struct wr_op_info *row = n == NULL ? NULL : wr_op_info(n->op);
	uint8_t op = (uint8_t)roll(c, WR_OPS_LEN);
	const struct wr_op_info *to = wr_op_info(op);
	unsigned hard = WR_OP_OWNER | WR_OP_GUARDED;

	if (row == NULL || ((row->flags | to->flags) & hard) != 0 ||
	    n->operands_len < to->operands_min || n->operands_len > to->operands_max ||
	    row->immediate == WR_IMM_VALUE || to->immediate == WR_IMM_VALUE ||
	    to->immediate == WR_IMM_DROP)
		return NULL;
	n->op = op;
	n->fields = n->operands; /* node numbers are members as good as any */
	if (to->immediate != row->immediate) {
		n->index = roll(c, 4);
		n->type = c->m->types_len == 0 ? 0 : roll(c, c->m->types_len);
	}
	return "another operation";
}

static const char *
operand(struct changing *c)
{
	struct wr_node *n = any_node(c);
	uint32_t number = n == NULL ? 0 : (uint32_t)(n - c->code->nodes);

	if (n == NULL || n->operands_len == 0 || number == 0)
		return NULL;
	c->code->operands[n->operands + roll(c, n->operands_len)] = roll(c, number);
	return "another operand";
}

static const char *
operands_swapped(struct changing *c)
{
	struct wr_node *n = any_node(c);
	uint32_t *at, i, k, t;

	if (n == NULL || n->operands_len < 2)
		return NULL;
	at = &c->code->operands[n->operands];
	i = roll(c, n->operands_len);
	k = roll(c, n->operands_len);
	t = at[i];
	at[i] = at[k];
	at[k] = t;
	return "operands swapped";
}

static const char *
root(struct changing *c)
{
	const struct wr_block *b = &c->code->blocks[roll(c, c->code->blocks_len)];

	if (b->roots_len == 0 || b->end == 0)
		return NULL;
	c->code->operands[b->roots + roll(c, b->roots_len)] = roll(c, b->end);
	return "another root";
}

static const char *
immediate(struct changing *c)
{
	struct wr_node *n = any_node(c);
	const struct wr_op_info *row = n == NULL ? NULL : wr_op_info(n->op);

	if (row == NULL)
		return NULL;
	switch (row->immediate) {
	case WR_IMM_INDEX:
		n->index = roll(c, 6);
		return "another index";
	case WR_IMM_TYPE_TAG:
		n->index = roll(c, 4);
		return "another tag";
	case WR_IMM_TYPE:
		n->type = c->m->types_len == 0 ? 0 : roll(c, c->m->types_len);
		return "another type";
	case WR_IMM_AGENT:
		n->index = roll(c, c->m->agents_len);
		return "another agent";
	case WR_IMM_FIELDS:
		c->code->operands[n->fields + roll(c, n->operands_len - 1)] = roll(c, 4);
		return "another field";
	case WR_IMM_FOR:
		n->width = roll(c, 6);
		return "another width";
	case WR_IMM_LOOP:
		if (roll(c, 2) == 0) {
			n->index = roll(c, 6);
			return "another limit";
		}
		n->type = roll(c, c->m->types_len);
		return "another type of a state";
	case WR_IMM_DROP:
		n->name = any_text(c);
		return "another name of a drop";
	default:
		return NULL;
	}
}

static const char *
constant(struct changing *c)
{
	struct wr_node *n = any_node(c);

	if (n == NULL || n->op != WR_OP_CONST)
		return NULL;
	switch ((enum wr_value_kind)n->value.kind) {
	case WR_VALUE_INT:
		n->value.as.integer = another(c, n->value.as.integer);
		return "another int";
	case WR_VALUE_BOOL:
		n->value.as.boolean = !n->value.as.boolean;
		return "another bool";
	case WR_VALUE_TEXT:
		n->value = wr_value_of_text(any_text(c));
		return "another text";
	case WR_VALUE_NUMBER:
		n->value = wr_value_of_number(n->value.as.number * 2 + 1);
		return "another number";
	case WR_VALUE_LIST:
		n->value.len /= 2;
		return "a shorter list";
	default:
		return NULL;
	}
}

static const char *
range(struct changing *c)
{
	struct wr_type *t = c->m->types_len == 0 ? NULL : &c->m->types.at[roll(c, c->m->types_len)];

	if (t == NULL)
		return NULL;
	if (t->kind == WR_TYPE_NUMBER) {
		t->number_lo = roll(c, 2) == 0 ? -DBL_MAX : t->number_lo / 2;
		t->number_hi = roll(c, 2) == 0 ? DBL_MAX : t->number_hi * 2;
		return "another range of numbers";
	}
	if (roll(c, 2) == 0)
		t->lo = another(c, t->lo);
	else
		t->hi = another(c, t->hi);
	return "another range";
}

static const char *
member(struct changing *c)
{
	const struct wr_type *t =
	    c->m->types_len == 0 ? NULL : &c->m->types.at[roll(c, c->m->types_len)];
	struct wr_member *m;

	if (t == NULL || t->members_len == 0)
		return NULL;
	m = (struct wr_member *)(uintptr_t)&t->members[roll(c, t->members_len)];
	switch (roll(c, 3)) {
	case 0:
		m->name = any_text(c);
		return "another name of a member";
	case 1:
		m->description = roll(c, 2) == 0 ? (struct wr_text){ "", 0 } : any_text(c);
		return "another description";
	default:
		m->labels = another_set(c, m->labels);
		return "other labels of a member";
	}
}

static const char *
setting(struct changing *c)
{
	struct wr_agent *a =
	    c->m->agents_len == 0 ? NULL : &c->m->agents[roll(c, c->m->agents_len)];
	struct wr_setting *s;

	if (a == NULL || a->settings_len == 0)
		return NULL;
	s = &a->settings[roll(c, a->settings_len)];
	switch (roll(c, 5)) {
	case 0:
		a->settings_len--;
		return "a setting less";
	case 1:
		s->number = s->number / 2 + 0.5;
		s->integer = another(c, s->integer);
		return "another value of a setting";
	case 2:
		s->text = any_text(c);
		return "another text of a setting";
	case 3:
		if (a->body.nodes_len > 0)
			s->root = roll(c, a->body.nodes_len);
		return "another template";
	default:
		s->pairs_len /= 2;
		return "fewer pairs";
	}
}

static const char *
agent(struct changing *c)
{
	struct wr_module *m = c->m;
	struct wr_agent *a = m->agents_len == 0 ? NULL : &m->agents[roll(c, m->agents_len)];

	if (a == NULL)
		return NULL;
	switch (roll(c, 6)) {
	case 0:
		a->result = roll(c, m->types_len);
		return "another result of an agent";
	case 1:
		if (a->params_len > 0)
			a->params[roll(c, a->params_len)].type = roll(c, m->types_len);
		return "another type of a parameter";
	case 2:
		a->backend = roll(c, m->backends_len);
		return "another backend";
	case 3:
		a->drops.len = 0;
		return "no drops";
	case 4:
		if (a->drops.len > 0)
			((struct wr_drop *)(uintptr_t)a->drops.at)->labels =
			    another_set(c, a->drops.at[0].labels);
		return "other drops";
	default:
		a->name = any_text(c);
		return "another name of an agent";
	}
}

static const char *
backend(struct changing *c)
{
	struct wr_backend *b =
	    c->m->backends_len == 0 ? NULL : &c->m->backends[roll(c, c->m->backends_len)];

	if (b == NULL)
		return NULL;
	switch (roll(c, 4)) {
	case 0:
		b->accepts = another_set(c, b->accepts);
		return "accepts others";
	case 1:
		b->taints = another_set(c, b->taints);
		return "taints others";
	case 2:
		b->kind = (enum wr_kind)roll(c, WR_KINDS_LEN);
		return "another kind of backend";
	default:
		b->name = any_text(c);
		return "another name of a backend";
	}
}

static const char *
ends(struct changing *c)
{
	struct wr_module *m = c->m;
	struct wr_param *in = m->inputs_len == 0 ? NULL : &m->inputs[roll(c, m->inputs_len)];

	switch (roll(c, 6)) {
	case 0:
		if (in != NULL)
			in->labels = another_set(c, in->labels);
		return "other labels of an input";
	case 1:
		if (in != NULL)
			in->type = roll(c, m->types_len);
		return "another type of an input";
	case 2:
		m->result = roll(c, m->types_len);
		return "another result";
	case 3:
		m->result_labels = another_set(c, m->result_labels);
		return "other labels of the result";
	case 4:
		if (in != NULL)
			in->name = any_text(c);
		return "another name of an input";
	default:
		m->name = any_text(c);
		return "another name of the flow";
	}
}

static const char *
bound(struct changing *c)
{
	uint64_t *all[] = { &c->m->bounds.calls, &c->m->bounds.tokens, &c->m->bounds.time_ms,
		&c->m->bounds.width };
	uint64_t *one = all[roll(c, 4)];

	*one = roll(c, 6) == 0 ? UINT64_MAX : (uint64_t)another(c, (int64_t)*one);
	return "another bound";
}

static const char *
guard(struct changing *c)
{
	struct wr_node *n = any_node(c);
	uint32_t number = n == NULL ? 0 : (uint32_t)(n - c->code->nodes);
	enum wr_op wanted = n != NULL && n->op == WR_OP_DO ? WR_OP_DO : WR_OP_REQUIRE;

	if (n == NULL || (wr_op_info(n->op)->flags & WR_OP_GUARDED) == 0)
		return NULL;
	n->guard = WR_NONE;
	for (uint32_t i = number; i > 0; i--)
		if (c->code->nodes[i - 1].op == wanted && roll(c, 2) == 0)
			n->guard = i - 1;
	return "another guard";
}

/* Two neighbours of one block change places; what names one now names it where it is. */
static const char *
nodes_swapped(struct changing *c)
{
	uint32_t i = c->code->nodes_len < 2 ? 0 : roll(c, c->code->nodes_len - 1);
	struct wr_node *a = &c->code->nodes[i], *b = a + 1, t;

	if (c->code->nodes_len < 2 || a->block != b->block || a->blocks_len > 0 ||
	    b->blocks_len > 0 || b->guard == i)
		return NULL;
	for (uint32_t k = 0; k < b->operands_len; k++)
		if (wr_operand(c->code, b, k) == i)
			return NULL;
	t = *a;
	*a = *b;
	*b = t;
	for (uint32_t k = 0; k < c->code->operands_len; k++)
		if (c->code->operands[k] == i || c->code->operands[k] == i + 1)
			c->code->operands[k] ^= i ^ (i + 1);
	for (uint32_t k = 0; k < c->code->nodes_len; k++)
		if (c->code->nodes[k].guard == i || c->code->nodes[k].guard == i + 1)
			c->code->nodes[k].guard ^= i ^ (i + 1);
	return "nodes swapped";
}

/* Make room for a node at `at`, an own node of its block: the new one stands there, all others move
 * up. */
static struct wr_node *
insert(struct changing *c, uint32_t at)
{
	struct wr_code *code = c->code;
	struct wr_node *nodes =
	    wr_arena_array(c->m->arena, (size_t)code->nodes_len + 1, sizeof *nodes);

	if (nodes == NULL)
		return NULL;
	memcpy(nodes, code->nodes, at * sizeof *nodes);
	memcpy(nodes + at + 1, code->nodes + at, (code->nodes_len - at) * sizeof *nodes);
	code->nodes = nodes;
	code->nodes_len++;
	for (uint32_t k = 0; k < code->nodes_len; k++)
		if (k != at && nodes[k].guard != WR_NONE && nodes[k].guard >= at)
			nodes[k].guard++;
	for (uint32_t k = 0; k < code->operands_len; k++)
		code->operands[k] += code->operands[k] >= at;
	for (uint32_t k = 0; k < code->blocks_len; k++) {
		struct wr_block *b = &code->blocks[k];

		b->owner += b->owner != WR_NONE && b->owner >= at;
		b->first += b->first > at;
		b->end += b->end > at;
	}
	return &nodes[at];
}

/* Some user of a node uses an operation on it instead. */
static const char *
wrapped(struct changing *c)
{
	static const uint8_t ops[] = { WR_OP_SOME, WR_OP_LIST, WR_OP_NOT, WR_OP_NEG, WR_OP_ABS,
		WR_OP_JSON, WR_OP_LENGTH, WR_OP_UPPER, WR_OP_TRIM, WR_OP_FENCED, WR_OP_UNIQUE,
		WR_OP_REVERSE, WR_OP_FIRST, WR_OP_TEMPLATE, WR_OP_NUMBER, WR_OP_DROP,
		WR_OP_NUMBERED, WR_OP_PRESENT, WR_OP_FLATTEN };
	uint32_t edge = c->code->operands_len == 0 ? 0 : roll(c, c->code->operands_len), inner, at,
		 len;
	struct wr_node *n,
	    made = { .op = ops[roll(c, sizeof ops)], .guard = WR_NONE, .operands_len = 1 };
	uint32_t *operands;

	if (c->code->operands_len == 0)
		return NULL;
	inner = c->code->operands[edge];
	at = inner + 1 + roll(c, 3);
	if (at >= c->code->nodes_len || c->code->nodes[at].block != c->code->nodes[inner].block ||
	    c->code->nodes[inner].blocks_len > 0)
		return NULL;
	if (made.op == WR_OP_DROP) {
		if (c->m->agents_len == 0 || c->m->agents[0].drops.len == 0)
			return NULL;
		made.name = WR_TEXT("let_go");
		made.drops = c->m->agents[0].drops;
	}
	made.block = c->code->nodes[inner].block;
	len = c->code->operands_len;
	operands = wr_arena_array(c->m->arena, (size_t)len + 1, sizeof *operands);
	if (operands == NULL)
		return NULL;
	memcpy(operands, c->code->operands, len * sizeof *operands);
	c->code->operands = operands;
	n = insert(c, at);
	if (n == NULL)
		return NULL;
	made.operands = len;
	*n = made;
	operands[len] = inner;
	c->code->operands_len++;
	for (uint32_t k = 0; k < c->code->nodes_len; k++)
		if (k > at && edge >= c->code->nodes[k].operands &&
		    edge - c->code->nodes[k].operands < c->code->nodes[k].operands_len)
			operands[edge] = at;
	return "an operation put between";
}

static const char *
label(struct changing *c)
{
	if (c->m->labels_len == 0)
		return NULL;
	c->m->labels[roll(c, c->m->labels_len)].description = any_text(c);
	return "another description of a label";
}

void
mutate_module(struct answers *d, struct wr_text bytes, struct wr_buf *out, struct mutate_name *ret)
{
	static const char *(*const changes[])(struct changing *) = { operation, operation,
		operation, operand, operand, operand, operands_swapped, root, immediate, constant,
		constant, range, range, member, setting, agent, backend, ends, bound, guard,
		nodes_swapped, label, wrapped, wrapped, wrapped };
	struct wr_refusal refusal;
	struct wr_arena arena;
	struct changing c = { .d = d };
	uint32_t times = 1 + answers_roll(d, 3) / 2;

	ret->name = NULL;
	wr_arena_init(&arena, out->alloc, WR_LOADED_MAX);
	if (wr_decode((const uint8_t *)bytes.at, bytes.size, &arena, &c.m, &refusal) == WR_OK) {
		for (uint32_t i = 0; i < times; i++) {
			const char *name;

			c.code = c.m->agents_len > 0 && roll(&c, 3) == 0 ?
				     &c.m->agents[roll(&c, c.m->agents_len)].body :
				     &c.m->flow;
			name = changes[roll(&c, sizeof changes / sizeof *changes)](&c);
			ret->name = name != NULL ? name : ret->name;
		}
		if (ret->name != NULL && wr_encode(c.m, out) != WR_OK)
			ret->name = NULL;
	}
	wr_arena_free(&arena);
}

/* The k-th set of labels of a module, or NULL. */
static uint64_t *
label_set(struct wr_module *m, uint32_t k)
{
	for (uint32_t i = 0; i < m->types_len; i++) {
		if (k < m->types.at[i].members_len)
			return &((struct wr_member *)(uintptr_t)m->types.at[i].members)[k].labels;
		k -= m->types.at[i].members_len;
	}
	if (k < m->inputs_len)
		return &m->inputs[k].labels;
	k -= m->inputs_len;
	if (k < m->backends_len * 2)
		return k % 2 == 0 ? &m->backends[k / 2].accepts : &m->backends[k / 2].taints;
	return k == m->backends_len * 2 ? &m->result_labels : NULL;
}

bool
mutate_label(struct wr_text bytes, uint32_t k, struct wr_buf *out)
{
	struct wr_refusal refusal;
	struct wr_module *m;
	struct wr_arena arena;
	uint64_t *set = NULL;

	wr_arena_init(&arena, out->alloc, WR_LOADED_MAX);
	if (wr_decode((const uint8_t *)bytes.at, bytes.size, &arena, &m, &refusal) == WR_OK &&
	    m->labels_len > 0)
		set = label_set(m, k / m->labels_len);
	if (set != NULL) {
		*set ^= 1ull << k % m->labels_len;
		if (wr_encode(m, out) != WR_OK)
			abort();
	}
	wr_arena_free(&arena);
	return set != NULL;
}
