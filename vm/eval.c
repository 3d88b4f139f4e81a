/*
 * Evaluates pure nodes: gathers operands, applies the operation, runs the blocks of
 * MATCH, FOR and LOOP that hold no calls. It never checks types (the verifier has) and
 * never does what an agent does.
 */
#include "vm/eval.h"

#include "vm/base/buf.h"
#include "vm/for_compiler.h"
#include "vm/json.h"

#include <assert.h>

#define FOLD_FUEL (1u << 26) /* one folded operation: constants are at most a module's size */

void
wr_eval_init(struct wr_eval *e, const struct wr_types *types, struct wr_arena *arena, uint64_t fuel)
{
	*e = (struct wr_eval){.types = types, .arena = arena, .fuel = fuel};
}

void
wr_eval_free(struct wr_eval *e)
{
	if (e->arena != NULL)
		wr_alloc_free(e->arena->alloc, e->scratch, e->scratch_size);
	e->scratch = NULL;
	e->scratch_size = 0;
}

enum wr_status
wr_eval_pay(struct wr_eval *e, uint64_t units)
{
	if (e->fuel < units) {
		e->fuel = 0;
		e->spent = true;
		return WR_LIMIT;
	}
	e->fuel -= units;
	return WR_OK;
}

void *
wr_eval_scratch(struct wr_eval *e, size_t size)
{
	const struct wr_alloc *a = e->arena->alloc;
	void *block;

	if (size <= e->scratch_size)
		return e->scratch;
	block = a->fn(a->user, e->scratch, e->scratch_size, size);
	if (block == NULL)
		return NULL;
	e->scratch = block;
	e->scratch_size = size;
	return block;
}

enum wr_status
wr_eval_items(struct wr_eval *e, uint64_t len, struct wr_value **ret)
{
	enum wr_status s = len > WR_LIST_MAX ? WR_LIMIT : wr_eval_pay(e, len);

	if (s != WR_OK)
		return s;
	*ret = wr_arena_array(e->arena, (size_t)len, sizeof **ret);
	return *ret != NULL ? WR_OK : e->arena->over ? WR_LIMIT : WR_NOMEM;
}

enum wr_status
wr_eval_bytes(struct wr_eval *e, uint64_t size, char **ret)
{
	enum wr_status s = size > WR_TEXT_MAX ? WR_LIMIT : wr_eval_pay(e, size / 16);

	if (s != WR_OK)
		return s;
	*ret = wr_arena_get(e->arena, (size_t)size);
	return *ret != NULL ? WR_OK : e->arena->over ? WR_LIMIT : WR_NOMEM;
}

struct wr_value
wr_scope_value(const struct wr_scope *scope, uint32_t node)
{
	while (node < scope->first || node >= scope->end) {
		scope = scope->outer;
		assert(scope != NULL);
	}
	assert(scope->slots[node - scope->first].kind != WR_VALUE_UNSET);
	return scope->slots[node - scope->first];
}

/* ---- operations without blocks ------------------------------------------------------ */

static enum wr_status
apply_json(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_buf buf;
	char *at = NULL;
	enum wr_status s;

	wr_buf_init(&buf, e->arena->alloc, WR_TEXT_MAX);
	wr_json_write(e->types, wr_operation_type(o, 0), o->v[0], &buf);
	s = buf.status;
	if (s == WR_OK)
		s = wr_eval_bytes(e, buf.size, &at);
	if (s == WR_OK) {
		memcpy(at, buf.at, buf.size);
		*ret = wr_value_of_text((struct wr_text){at, buf.size});
	}
	wr_buf_free(&buf);
	return s;
}

static enum wr_status
apply_variant(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_value *payload = NULL;
	enum wr_status s = wr_eval_items(e, 1, &payload);

	if (s == WR_OK) {
		*payload = o->v[0];
		*ret = (struct wr_value){
		    .kind = WR_VALUE_VARIANT, .len = o->index, .as.items = payload};
	}
	return s;
}

static enum wr_status
apply_with(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_value of = o->v[0], *fields = NULL;
	enum wr_status s = wr_eval_items(e, of.len, &fields);

	assert(of.kind == WR_VALUE_RECORD);
	if (s != WR_OK)
		return s;
	memcpy(fields, of.as.items, of.len * sizeof *fields);
	for (uint32_t i = 1; i < o->len; i++)
		fields[o->fields[i - 1]] = o->v[i];
	*ret = (struct wr_value){.kind = WR_VALUE_RECORD, .len = of.len, .as.items = fields};
	return WR_OK;
}

static enum wr_status
apply_order(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	int order = 0;
	enum wr_status s = wr_eval_order(e, o->v[0], o->v[1], &order);

	*ret = wr_value_of_bool(o->op == WR_OP_EQ   ? order == 0
				: o->op == WR_OP_LT ? order < 0
						    : order <= 0);
	return s;
}

/* An operation that owns no blocks. WR_OK, WR_LIMIT or WR_NOMEM. */
static enum wr_status
apply(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	const struct wr_value *v = o->v;

	switch (o->op) {
	case WR_OP_FIELD:
		assert(v[0].kind == WR_VALUE_RECORD && o->index < v[0].len);
		*ret = v[0].as.items[o->index];
		return WR_OK;
	case WR_OP_WITH:
		return apply_with(e, o, ret);
	case WR_OP_RECORD:
		*ret = (struct wr_value){.kind = WR_VALUE_RECORD, .len = o->len, .as.items = v};
		return WR_OK;
	case WR_OP_LIST:
		*ret = (struct wr_value){.kind = WR_VALUE_LIST, .len = o->len, .as.items = v};
		return WR_OK;
	case WR_OP_VARIANT:
		return apply_variant(e, o, ret);
	case WR_OP_SOME:
	case WR_OP_DROP:
		*ret = v[0];
		return WR_OK;
	case WR_OP_NOT:
		*ret = wr_value_of_bool(!v[0].as.boolean);
		return WR_OK;
	case WR_OP_AND:
		*ret = wr_value_of_bool(v[0].as.boolean && v[1].as.boolean);
		return WR_OK;
	case WR_OP_OR:
		*ret = wr_value_of_bool(v[0].as.boolean || v[1].as.boolean);
		return WR_OK;
	case WR_OP_EQ:
	case WR_OP_LT:
	case WR_OP_LE:
		return apply_order(e, o, ret);
	case WR_OP_ADD:
	case WR_OP_SUB:
	case WR_OP_MUL:
	case WR_OP_NEG:
	case WR_OP_QUOT:
	case WR_OP_DIV:
	case WR_OP_MOD:
	case WR_OP_ABS:
	case WR_OP_MIN:
	case WR_OP_MAX:
	case WR_OP_CLAMP:
	case WR_OP_ROUND:
	case WR_OP_NUMBER:
		*ret = wr_eval_number(o);
		return WR_OK;
	case WR_OP_LENGTH:
		*ret = wr_value_of_int(v[0].len);
		return WR_OK;
	case WR_OP_JSON:
		return apply_json(e, o, ret);
	case WR_OP_CONTAINS:
	case WR_OP_SLICE:
		return v[0].kind == WR_VALUE_TEXT ? wr_eval_text(e, o, ret)
						  : wr_eval_list(e, o, ret);
	case WR_OP_INT:
	case WR_OP_TEMPLATE:
	case WR_OP_LOWER:
	case WR_OP_UPPER:
	case WR_OP_TRIM:
	case WR_OP_STARTS_WITH:
	case WR_OP_ENDS_WITH:
	case WR_OP_REPLACE:
	case WR_OP_SPLIT:
	case WR_OP_JOIN:
	case WR_OP_NUMBERED:
	case WR_OP_TRUNCATE:
	case WR_OP_FENCED:
		return wr_eval_text(e, o, ret);
	case WR_OP_REPLACE_EACH:
		return wr_eval_replace_each(e, o, ret);
	case WR_OP_FIND_EMAILS:
	case WR_OP_FIND_CARDS:
	case WR_OP_FIND_IBANS:
	case WR_OP_FIND_PHONES:
		return wr_eval_find(e, o, ret);
	case WR_OP_CONCAT:
	case WR_OP_SUM:
	case WR_OP_ANY:
	case WR_OP_ALL:
	case WR_OP_FIRST:
	case WR_OP_LAST:
	case WR_OP_TAKE:
	case WR_OP_TAIL:
	case WR_OP_UNIQUE:
	case WR_OP_FLATTEN:
	case WR_OP_REVERSE:
	case WR_OP_PRESENT:
		return wr_eval_list(e, o, ret);
	case WR_OP_CONST:
	case WR_OP_INPUT:
	case WR_OP_BIND:
	case WR_OP_MATCH:
	case WR_OP_FOR:
	case WR_OP_LOOP:
	case WR_OP_CALL:
	case WR_OP_REQUIRE:
	case WR_OP_TRY:
	case WR_OP_DO:
	case WR_OPS_LEN:
		break;
	}
	assert(0 && "an operation on values");
	return WR_LIMIT;
}

static enum wr_status
eval_plain(struct wr_eval *e, struct wr_scope *scope, const struct wr_node *n, struct wr_value *ret)
{
	const struct wr_code *code = scope->code;
	struct wr_value few[8], *v = few;
	struct wr_operation o = {
	    .op = n->op,
	    .index = n->index,
	    .type = n->type,
	    .len = n->operands_len,
	    .types = code->types,
	    .nodes = &code->operands[n->operands],
	    .fields = n->op == WR_OP_WITH ? &code->operands[n->fields] : NULL,
	};

	if (n->op == WR_OP_RECORD || n->op == WR_OP_LIST || o.len > sizeof few / sizeof *few) {
		enum wr_status s = wr_eval_items(e, o.len, &v);

		if (s != WR_OK)
			return s;
	}
	for (uint32_t i = 0; i < o.len; i++)
		v[i] = wr_scope_value(scope, o.nodes[i]);
	o.v = v;
	return apply(e, &o, ret);
}

/* ---- owners ---------------------------------------------------------------------------- */

uint32_t
wr_match_arm(
    const struct wr_types *types, uint32_t type, struct wr_value v, struct wr_value ret_bind[2])
{
	ret_bind[0] = ret_bind[1] = (struct wr_value){.kind = WR_VALUE_UNSET};
	switch (types->at[type].kind) {
	case WR_TYPE_BOOL:
		return v.as.boolean ? 0 : 1;
	case WR_TYPE_OPTION:
		if (v.kind == WR_VALUE_NONE)
			return 1;
		ret_bind[0] = v;
		return 0;
	case WR_TYPE_VARIANTS:
		if (v.as.items != NULL)
			ret_bind[0] = v.as.items[0];
		return v.len;
	case WR_TYPE_NEVER:
	case WR_TYPE_TEXT:
	case WR_TYPE_INT:
	case WR_TYPE_NUMBER:
	case WR_TYPE_LIST:
	case WR_TYPE_RECORD:
	case WR_TYPE_KINDS:
		break;
	}
	assert(0 && "a type that can be matched");
	return 0;
}

static enum wr_status
eval_match(struct wr_eval *e, struct wr_scope *scope, const struct wr_node *n, struct wr_value *ret)
{
	const struct wr_code *code = scope->code;
	uint32_t subject = wr_operand(code, n, 0);
	struct wr_value bind[2];
	uint32_t arm =
	    wr_match_arm(e->types, code->types[subject], wr_scope_value(scope, subject), bind);
	enum wr_status s;

	assert(arm < n->blocks_len);
	s = wr_eval_block(e, scope, n->blocks + arm, bind);
	if (s == WR_OK)
		*ret = wr_scope_value(scope, code->operands[code->blocks[n->blocks + arm].roots]);
	return s;
}

/* What a FOR has kept so far. */
struct kept {
	struct wr_value *items;
	struct wr_value *keys; /* NULL when nothing is sorted */
	uint32_t len;
};

static enum wr_status
keep_items(struct wr_eval *e, struct wr_scope *scope, const struct wr_node *n, struct wr_value list,
    struct kept *kept)
{
	const struct wr_block *body = &scope->code->blocks[n->blocks];
	const uint32_t *roots = &scope->code->operands[body->roots];

	for (uint32_t i = 0; i < list.len; i++) {
		struct wr_value bind[2] = {list.as.items[i], wr_value_of_int(i)};
		enum wr_status s = wr_eval_block(e, scope, n->blocks, bind);

		if (s != WR_OK)
			return s;
		if ((n->index & WR_FOR_WHERE) != 0 && !wr_scope_value(scope, roots[1]).as.boolean)
			continue;
		if (kept->keys != NULL)
			kept->keys[kept->len] = wr_scope_value(scope, roots[body->roots_len - 1]);
		kept->items[kept->len++] = wr_scope_value(scope, roots[0]);
	}
	return WR_OK;
}

enum wr_status
wr_eval_arrange(struct wr_eval *e, uint32_t flags, const struct wr_value *items,
    const struct wr_value *keys, uint32_t len, struct wr_value *ret)
{
	struct wr_value *sorted = NULL;
	const uint32_t *order = NULL;
	enum wr_status s = WR_OK;

	if (keys != NULL && (s = wr_eval_items(e, len, &sorted)) == WR_OK &&
	    (s = wr_eval_sort(e, keys, len, (flags & WR_FOR_DESC) != 0, &order)) == WR_OK) {
		for (uint32_t i = 0; i < len; i++)
			sorted[i] = items[order[i]];
		items = sorted;
	}
	if (s == WR_OK)
		*ret = (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
	return s;
}

static enum wr_status
eval_for(struct wr_eval *e, struct wr_scope *scope, const struct wr_node *n, struct wr_value *ret)
{
	struct wr_value list = wr_scope_value(scope, wr_operand(scope->code, n, 0));
	struct kept kept = {0};
	enum wr_status s = wr_eval_items(e, list.len, &kept.items);

	if (s == WR_OK && (n->index & WR_FOR_SORT) != 0)
		s = wr_eval_items(e, list.len, &kept.keys);
	if (s == WR_OK)
		s = keep_items(e, scope, n, list, &kept);
	return s == WR_OK ? wr_eval_arrange(e, n->index, kept.items, kept.keys, kept.len, ret) : s;
}

/* Each round takes fuel, also one whose block stands elsewhere. */
static enum wr_status
eval_loop(struct wr_eval *e, struct wr_scope *scope, const struct wr_node *n, struct wr_value *ret)
{
	const uint32_t *roots = &scope->code->operands[scope->code->blocks[n->blocks].roots];
	struct wr_value state[2] = {
	    wr_scope_value(scope, wr_operand(scope->code, n, 0)), {.kind = WR_VALUE_UNSET}};
	bool done = false;

	for (uint32_t round = 0; round < n->index && !done; round++) {
		enum wr_status s = wr_eval_pay(e, 1);

		if (s == WR_OK)
			s = wr_eval_block(e, scope, n->blocks, state);
		if (s != WR_OK)
			return s;
		state[0] = wr_scope_value(scope, roots[0]);
		done = wr_scope_value(scope, roots[1]).as.boolean;
	}
	*ret = state[0];
	return WR_OK;
}

enum wr_status
wr_eval_node(
    struct wr_eval *e, struct wr_scope *scope, uint32_t node, const struct wr_value bind[2])
{
	const struct wr_node *n = &scope->code->nodes[node];
	struct wr_value *slot = &scope->slots[node - scope->first];
	enum wr_status s = wr_eval_pay(e, 1);

	assert(node >= scope->first && node < scope->end);
	assert((wr_op_info(n->op)->flags & WR_OP_PURE) != 0);
	if (s != WR_OK)
		return s;
	switch (n->op) {
	case WR_OP_CONST:
		*slot = n->value;
		return WR_OK;
	case WR_OP_INPUT:
		*slot = scope->inputs[n->index];
		return WR_OK;
	case WR_OP_BIND:
		*slot = bind[n->index];
		return WR_OK;
	case WR_OP_MATCH:
		return eval_match(e, scope, n, slot);
	case WR_OP_FOR:
		return eval_for(e, scope, n, slot);
	case WR_OP_LOOP:
		return eval_loop(e, scope, n, slot);
	default:
		return eval_plain(e, scope, n, slot);
	}
}

enum wr_status
wr_eval_block(
    struct wr_eval *e, struct wr_scope *scope, uint32_t block, const struct wr_value bind[2])
{
	const struct wr_block *b = &scope->code->blocks[block];

	assert(b->depth <= WR_BLOCKS_DEEP);
	for (uint32_t node = b->first; node < b->end; node = wr_code_after(scope->code, node)) {
		enum wr_status s = wr_eval_node(e, scope, node, bind);

		if (s != WR_OK)
			return s;
	}
	return WR_OK;
}

/* ---- folding ------------------------------------------------------------------------------ */

enum wr_status
wr_fold(const struct wr_types *types, const struct wr_node *node, const struct wr_value *operands,
    const uint32_t *operand_types, uint32_t operands_len, struct wr_arena *arena,
    struct wr_value *ret)
{
	struct wr_eval e;
	struct wr_operation o = {
	    .op = node->op,
	    .index = node->index,
	    .type = node->type,
	    .v = operands,
	    .len = operands_len,
	    .types = operand_types,
	};
	struct wr_value *copy = NULL;
	enum wr_status s = WR_OK;

	wr_eval_init(&e, types, arena, FOLD_FUEL);
	if (node->op == WR_OP_RECORD || node->op == WR_OP_LIST) {
		s = wr_eval_items(&e, operands_len, &copy);
		if (s == WR_OK && operands_len > 0)
			memcpy(copy, operands, operands_len * sizeof *copy);
		o.v = copy;
	}
	if (s == WR_OK)
		s = apply(&e, &o, ret);
	wr_eval_free(&e);
	return s;
}
