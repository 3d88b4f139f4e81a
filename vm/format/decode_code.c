/*
 * Codes: nodes, constants, blocks, and which node may name which. Constants get their
 * tightest types here, because a value does not carry one. Never judges the types of other
 * nodes, nor their order.
 */
#include "vm/format/decoder.h"

#include "vm/format/tight.h"

#include <assert.h>

#define OPEN UINT32_MAX /* node.blocks_len, block.end: what is inside is still being read */

/* What a constant must be: of a type, or anything that widens a hull at some depth. */
struct wanted {
	uint32_t type; /* or WR_NONE */
	struct wr_tight *hull;
	uint32_t depth;
};

static struct wanted
inside(const struct wr_decoder *d, struct wanted w)
{
	if (w.type != WR_NONE)
		return (struct wanted){.type = d->module->types.at[w.type].elem};
	w.depth++;
	return w;
}

/* True when this value may stand here. */
static bool
fits(struct wr_decoder *d, struct wanted w, struct wr_type seen, uint32_t nominal)
{
	const struct wr_type *t;
	bool fit;

	if (d->status != WR_OK)
		return false;
	if (w.type == WR_NONE) {
		if (!wr_tight_add(w.hull, w.depth, seen, nominal))
			wr_decoder_refuse(d, "constants of a list that have no common type");
		return d->status == WR_OK;
	}
	t = &d->module->types.at[w.type];
	fit = t->kind == seen.kind && (nominal == WR_NONE || nominal == w.type);
	if (t->kind == WR_TYPE_NUMBER)
		fit = fit && seen.number_lo >= t->number_lo && seen.number_hi <= t->number_hi;
	else if (t->kind == WR_TYPE_TEXT || t->kind == WR_TYPE_INT || t->kind == WR_TYPE_LIST)
		fit = fit && seen.lo >= t->lo && seen.hi <= t->hi;
	if (!fit)
		wr_decoder_refuse(d, "a constant that does not fit its type");
	return fit;
}

static struct wr_value read_constant(struct wr_decoder *d, struct wanted w);

static struct wr_value
read_optional(struct wr_decoder *d, struct wanted w, bool present)
{
	struct wr_value v = wr_value_none();

	if (!fits(d, w, (struct wr_type){.kind = WR_TYPE_OPTION}, WR_NONE) || !present)
		return v;
	if (d->at < d->end && *d->at <= 1)
		wr_decoder_refuse(d, "an optional of an optional");
	return read_constant(d, inside(d, w));
}

static struct wr_value
read_list(struct wr_decoder *d, struct wanted w)
{
	uint32_t len = wr_read_count(d, WR_LIST_MAX);
	struct wr_value *items;

	if (!fits(d, w, (struct wr_type){.kind = WR_TYPE_LIST, .lo = len, .hi = len}, WR_NONE))
		return wr_value_none();
	items = wr_decoder_array(d, len, sizeof *items);
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++)
		items[i] = read_constant(d, inside(d, w));
	return (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
}

static uint32_t
read_type_of(struct wr_decoder *d, enum wr_type_kind kind)
{
	uint32_t type = wr_read_index(d, d->module->types_len, "no such type");

	if (d->status == WR_OK && d->module->types.at[type].kind != kind)
		wr_decoder_refuse(d, "a type of another kind");
	return type;
}

static struct wr_value
read_record(struct wr_decoder *d, struct wanted w)
{
	uint32_t type = read_type_of(d, WR_TYPE_RECORD), len;
	struct wr_value *fields;

	if (!fits(d, w, (struct wr_type){.kind = WR_TYPE_RECORD}, type))
		return wr_value_none();
	len = d->module->types.at[type].members_len;
	if (len > (size_t)(d->end - d->at)) {
		wr_decoder_refuse(d, "ends too early");
		return wr_value_none();
	}
	fields = wr_decoder_array(d, len, sizeof *fields);
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++)
		fields[i] = read_constant(
		    d, (struct wanted){.type = d->module->types.at[type].members[i].type});
	return (struct wr_value){.kind = WR_VALUE_RECORD, .len = len, .as.items = fields};
}

static uint32_t
read_tag(struct wr_decoder *d, uint32_t type)
{
	return d->status != WR_OK
		   ? 0
		   : wr_read_index(d, d->module->types.at[type].members_len, "no such variant");
}

static struct wr_value
read_variant(struct wr_decoder *d, struct wanted w)
{
	uint32_t type = read_type_of(d, WR_TYPE_VARIANTS), tag = read_tag(d, type), payload;
	struct wr_value *value = NULL;

	if (!fits(d, w, (struct wr_type){.kind = WR_TYPE_VARIANTS}, type))
		return wr_value_none();
	payload = d->module->types.at[type].members[tag].type;
	if (payload != WR_NONE && (value = wr_decoder_array(d, 1, sizeof *value)) != NULL)
		*value = read_constant(d, (struct wanted){.type = payload});
	return (struct wr_value){.kind = WR_VALUE_VARIANT, .len = tag, .as.items = value};
}

/* As deep as a declared type, or as wr_tight_add lets lists and options be. */
static struct wr_value
read_constant(struct wr_decoder *d, struct wanted w)
{
	struct wr_type seen = {0};
	struct wr_value v = wr_value_none();
	uint8_t tag = wr_read_byte(d);

	switch (tag) {
	case 0:
	case 1:
		return read_optional(d, w, tag == 1);
	case 2:
	case 3:
		seen.kind = WR_TYPE_BOOL;
		v = wr_value_of_bool(tag == 3);
		break;
	case 4:
		seen.kind = WR_TYPE_INT;
		v = wr_value_of_int(wr_read_sleb(d));
		seen.lo = seen.hi = v.as.integer;
		break;
	case 5:
		seen.kind = WR_TYPE_NUMBER;
		v = wr_value_of_number(wr_read_f64(d));
		seen.number_lo = seen.number_hi = v.as.number;
		break;
	case 6:
		seen.kind = WR_TYPE_TEXT;
		v = wr_value_of_text(wr_read_str(d));
		seen.lo = seen.hi = v.len;
		break;
	case 7:
		return read_list(d, w);
	case 8:
		return read_record(d, w);
	case 9:
		return read_variant(d, w);
	default:
		wr_decoder_refuse(d, "no such form of constant");
		break;
	}
	return fits(d, w, seen, WR_NONE) ? v : wr_value_none();
}

static void
read_value(struct wr_decoder *d, struct wr_node *n)
{
	struct wr_tight hull;
	enum wr_status s;

	wr_tight_init(&hull);
	n->value = read_constant(d, (struct wanted){.type = WR_NONE, .hull = &hull});
	if (d->status != WR_OK)
		return;
	s = wr_tight_type(&hull, &d->module->types, &n->type);
	if (s == WR_LIMIT)
		wr_decoder_limit(d, "a constant that nests too deep");
	else if (s != WR_OK)
		wr_decoder_no_room(d);
}

static void
read_for(struct wr_decoder *d, struct wr_node *n)
{
	uint8_t flags = wr_read_byte(d);

	n->index = flags & ~(unsigned)WR_FOR_WIDTH;
	if (n->index > (WR_FOR_WHERE | WR_FOR_SORT | WR_FOR_DESC) ||
	    (n->index & (WR_FOR_SORT | WR_FOR_DESC)) == WR_FOR_DESC)
		wr_decoder_refuse(d, "no such form of for");
	if ((flags & WR_FOR_WIDTH) == 0 || d->status != WR_OK)
		return;
	n->width = wr_read_index(d, WR_LIST_MAX + 1, "no such width");
	if (n->width == 0)
		wr_decoder_refuse(d, "no such width");
}

static void add_operand(struct wr_decoder *d, uint32_t number);

/* Ascending, at least one; one operand for each comes after the record. */
static void
read_fields(struct wr_decoder *d, struct wr_node *n)
{
	uint32_t len = wr_read_count(d, WR_MEMBERS_MAX - 1), least = 0;

	n->fields = d->code->operands_len;
	n->operands_len = len + 1;
	if (len == 0)
		wr_decoder_refuse(d, "a with of no fields");
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++) {
		uint32_t field = wr_read_index(d, WR_MEMBERS_MAX, "no such index");

		if (field < least)
			wr_decoder_refuse(d, "fields that do not ascend");
		least = field + 1;
		add_operand(d, field);
	}
}

static void
read_loop(struct wr_decoder *d, struct wr_node *n)
{
	n->type = wr_read_index(d, d->module->types_len, "no such type");
	n->index = wr_read_index(d, WR_ROUNDS_MAX + 1, "no such limit of rounds");
	if (d->status == WR_OK && n->index == 0)
		wr_decoder_refuse(d, "no such limit of rounds");
}

static void
read_immediate(struct wr_decoder *d, struct wr_node *n, enum wr_immediate immediate)
{
	switch (immediate) {
	case WR_IMM_NONE:
		break;
	case WR_IMM_VALUE:
		read_value(d, n);
		break;
	case WR_IMM_INDEX:
		if (n->op == WR_OP_INPUT && d->agent != WR_NONE)
			n->index = wr_read_index(d, d->params_len, "no such parameter");
		else
			n->index = wr_read_index(d, WR_MEMBERS_MAX, "no such index");
		if (n->op == WR_OP_INPUT && n->index >= d->inputs_min && d->agent == WR_NONE) {
			d->inputs_min = n->index + 1; /* the inputs come later; read_entry looks */
			d->inputs_offset = (size_t)(d->at - d->bytes);
		}
		break;
	case WR_IMM_TYPE:
		n->type = read_type_of(d, WR_TYPE_RECORD);
		break;
	case WR_IMM_TYPE_TAG:
		n->type = read_type_of(d, WR_TYPE_VARIANTS);
		n->index = read_tag(d, n->type);
		break;
	case WR_IMM_DROP:
		n->name = wr_read_name(d, WR_NAME_VALUE);
		n->drops = wr_read_drops(d);
		break;
	case WR_IMM_FOR:
		read_for(d, n);
		break;
	case WR_IMM_AGENT:
		n->index = wr_read_index(d, d->module->agents_len, "no such agent");
		break;
	case WR_IMM_FIELDS:
		read_fields(d, n);
		break;
	case WR_IMM_LOOP:
		read_loop(d, n);
		break;
	}
}

/* Room for one more of a scratch array. */
static bool
grow(struct wr_decoder *d, void **at, uint32_t *room, uint32_t len, size_t size)
{
	const struct wr_alloc *alloc = d->arena->alloc;
	uint32_t more =
	    *room == 0 ? 256 : *room * 2; /* at most one an input byte: far below 2^31 */
	void *grown;

	if (len < *room)
		return true;
	grown = alloc->fn(alloc->user, *at, *room * size, more * size);
	if (grown == NULL) {
		wr_decoder_no_room(d);
		return false;
	}
	*at = grown;
	*room = more;
	return true;
}

static void
add_operand(struct wr_decoder *d, uint32_t number)
{
	void *at = d->operands;

	if (d->status != WR_OK ||
	    !grow(d, &at, &d->operands_room, d->code->operands_len, sizeof number))
		return;
	d->operands = at;
	d->operands[d->code->operands_len++] = number;
}

static uint32_t
add_block(struct wr_decoder *d, struct wr_block block)
{
	void *at = d->blocks;

	if (d->status != WR_OK || !grow(d, &at, &d->blocks_room, d->code->blocks_len, sizeof block))
		return 0;
	d->blocks = at;
	d->blocks[d->code->blocks_len] = block;
	return d->code->blocks_len++;
}

/*
 * How many nodes back from `from`: one that stands in this block or one around it, all of which
 * are open, and that is not the owner of one of them.
 */
static uint32_t
read_node_back(struct wr_decoder *d, uint32_t from, bool optional)
{
	uint64_t back = wr_read_uleb(d);
	const struct wr_node *n;

	if (d->status != WR_OK || (back == 0 && optional))
		return WR_NONE;
	if (back == 0 || back > from) {
		wr_decoder_refuse(d, "refers to no node before it");
		return WR_NONE;
	}
	n = &d->code->nodes[from - back];
	if (d->blocks[n->block].end != OPEN || n->blocks_len == OPEN) {
		wr_decoder_refuse(d, "refers to a node that is not visible here");
		return WR_NONE;
	}
	return (uint32_t)(from - back);
}

static uint32_t read_nodes(struct wr_decoder *d, uint32_t block, uint32_t next, uint32_t end);

/* One block of an owner; returns the number after its last node. */
static uint32_t
read_block(struct wr_decoder *d, uint32_t owner, uint32_t block, uint32_t next, uint32_t end)
{
	const struct wr_node *n = &d->code->nodes[owner];
	uint32_t roots = 1, roots_at[3], inside_len = wr_read_count(d, WR_NODES_MAX);

	if (d->status != WR_OK)
		return end;
	if (inside_len > end - next) {
		wr_decoder_refuse(d, "a block of more nodes than there are");
		return end;
	}
	d->blocks[block].first = next;
	d->blocks[block].end = OPEN;
	next = read_nodes(d, block, next, next + inside_len);
	if (n->op == WR_OP_FOR)
		roots += (n->index & WR_FOR_WHERE ? 1 : 0) + (n->index & WR_FOR_SORT ? 1 : 0);
	else if (n->op == WR_OP_LOOP)
		roots = 2;
	for (uint32_t i = 0; i < roots && d->status == WR_OK; i++)
		roots_at[i] = read_node_back(d, next, false);
	if (d->status != WR_OK)
		return end;
	d->blocks[block].end = next;
	d->blocks[block].roots = d->code->operands_len;
	d->blocks[block].roots_len = roots;
	for (uint32_t i = 0; i < roots; i++)
		add_operand(d, roots_at[i]);
	return next;
}

/* An owner's blocks stand side by side in the table, so they are made before the first is read. */
static uint32_t
read_blocks(struct wr_decoder *d, uint32_t owner, uint32_t next, uint32_t end)
{
	struct wr_node *n = &d->code->nodes[owner];
	uint32_t len = wr_read_count(d, WR_MEMBERS_MAX), depth, first = d->code->blocks_len;

	if (d->status != WR_OK)
		return end;
	depth = d->blocks[n->block].depth + 1;
	if (depth > WR_BLOCKS_DEEP)
		wr_decoder_limit(d, "blocks that nest too deep");
	if (len == 0 || ((n->op == WR_OP_FOR || n->op == WR_OP_LOOP || n->op == WR_OP_DO) && len != 1) ||
	    (n->op == WR_OP_TRY && len != 2))
		wr_decoder_refuse(d, "a wrong number of blocks");
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++)
		(void)add_block(
		    d, (struct wr_block){.owner = owner, .parent = n->block, .depth = depth});
	n->blocks = first;
	n->blocks_len = OPEN;
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++)
		next = read_block(d, owner, first + i, next, end);
	n->blocks_len = len;
	return next;
}

static void
read_operands(struct wr_decoder *d, uint32_t number, const struct wr_op_info *row)
{
	struct wr_node *n = &d->code->nodes[number];
	uint32_t len = row->operands_min;

	n->guard = WR_NONE;
	if (row->flags & WR_OP_GUARDED)
		n->guard = read_node_back(d, number, true);
	if (row->immediate == WR_IMM_FIELDS) {
		len = n->operands_len;
	} else if (row->operands_min != row->operands_max) {
		len = wr_read_count(d, row->operands_max);
		if (d->status == WR_OK && len < row->operands_min)
			wr_decoder_refuse(d, "a wrong number of operands");
	}
	n->operands = d->code->operands_len;
	n->operands_len = len;
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++)
		add_operand(d, read_node_back(d, number, false));
}

/* The nodes next..end-1, of which those in this block are its own; returns end. As deep as blocks
 * are. */
static uint32_t
read_nodes(struct wr_decoder *d, uint32_t block, uint32_t next, uint32_t end)
{
	while (next < end && d->status == WR_OK) {
		uint32_t number = next++;
		struct wr_node *n = &d->code->nodes[number];
		const struct wr_op_info *row;

		n->op = wr_read_byte(d);
		n->block = block;
		row = wr_op_info(n->op);
		if (row == NULL) {
			wr_decoder_refuse(d, "no such operation");
			break;
		}
		if (d->agent != WR_NONE && (row->flags & WR_OP_GUARDED) != 0)
			wr_decoder_refuse(d, "an agent's body that calls or requires");
		read_immediate(d, n, row->immediate);
		read_operands(d, number, row);
		if (row->flags & WR_OP_OWNER)
			next = read_blocks(d, number, next, end);
	}
	return end;
}

void
wr_read_code(struct wr_decoder *d, struct wr_code *code)
{
	uint32_t len = wr_read_count(d, WR_NODES_MAX - d->nodes_len);

	*code = (struct wr_code){.nodes_len = len};
	d->code = code;
	d->nodes_len += len;
	code->nodes = wr_decoder_array(d, len, sizeof *code->nodes);
	(void)add_block(d, (struct wr_block){.owner = WR_NONE, .parent = WR_NONE, .end = OPEN});
	if (d->status == WR_OK)
		(void)read_nodes(d, 0, 0, len);
}

uint32_t
wr_read_root(struct wr_decoder *d)
{
	return read_node_back(d, d->code->nodes_len, false);
}

void
wr_add_root(struct wr_decoder *d, uint32_t root)
{
	if (d->status == WR_OK && d->blocks[0].roots_len++ == 0)
		d->blocks[0].roots = d->code->operands_len;
	add_operand(d, root);
}

void
wr_end_code(struct wr_decoder *d)
{
	struct wr_code *code = d->code;

	code->operands = wr_decoder_array(d, code->operands_len, sizeof *code->operands);
	code->blocks = wr_decoder_array(d, code->blocks_len, sizeof *code->blocks);
	if (d->status != WR_OK)
		return;
	d->blocks[0].end = code->nodes_len;
	if (code->operands_len > 0)
		memcpy(code->operands, d->operands, code->operands_len * sizeof *code->operands);
	memcpy(code->blocks, d->blocks, code->blocks_len * sizeof *code->blocks);
}
