/*
 * A module as bytes. Walks it twice with the same code: once to collect the strings that
 * it names, once to write. Decides the order of strings and nothing else; whether the module
 * may run is the verifier's question.
 */
#include "vm/format/encode.h"

#include "vm/base/limits.h"
#include "vm/format/sort.h"

#include <assert.h>
#include <string.h>

struct writer {
	const struct wr_module *module;
	const struct wr_alloc *alloc;
	struct wr_buf out;       /* the section being written */
	struct wr_text *strings; /* while collecting in any order, then ascending and each once */
	size_t strings_len, strings_room;
	bool collecting;
	enum wr_status status; /* the first failure of the writer itself; out has its own */
};

static void
put_byte(struct writer *w, uint8_t byte)
{
	if (!w->collecting)
		wr_buf_byte(&w->out, byte);
}

static void
put_uleb(struct writer *w, uint64_t n)
{
	while (n >= 0x80) {
		put_byte(w, (uint8_t)(0x80 | (n & 0x7f)));
		n >>= 7;
	}
	put_byte(w, (uint8_t)n);
}

static void
put_sleb(struct writer *w, int64_t n)
{
	put_uleb(w, n < 0 ? ~((uint64_t)n << 1) : (uint64_t)n << 1);
}

static void
put_f64(struct writer *w, double d)
{
	uint64_t bits;

	_Static_assert(sizeof bits == sizeof d, "binary64");
	memcpy(&bits, &d, sizeof bits);
	for (int i = 0; i < 8; i++)
		put_byte(w, (uint8_t)(bits >> (8 * i)));
}

/* Grows by doubling; a string may be collected many times, sort_strings leaves one. */
static void
collect(struct writer *w, struct wr_text t)
{
	if (w->strings_len == w->strings_room) {
		size_t room = w->strings_room == 0 ? 64 : w->strings_room * 2;
		struct wr_text *grown;
		size_t size;

		if (!wr_size_mul(room, sizeof *grown, &size))
			grown = NULL;
		else
			grown = w->alloc->fn(
			    w->alloc->user, w->strings, w->strings_room * sizeof *grown, size);
		if (grown == NULL) {
			w->status = WR_NOMEM;
			return;
		}
		w->strings = grown;
		w->strings_room = room;
	}
	w->strings[w->strings_len++] = t;
}

/* A string's index, which the order of bytes gives. */
static void
put_text(struct writer *w, struct wr_text t, uint64_t plus)
{
	size_t lo = 0, hi = w->strings_len;

	if (w->status != WR_OK)
		return;
	if (w->collecting) {
		collect(w, t);
		return;
	}
	while (lo + 1 < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (wr_text_cmp(w->strings[mid], t) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	assert(lo < w->strings_len && wr_text_eq(w->strings[lo], t));
	put_uleb(w, lo + plus);
}

static void
put_str(struct writer *w, struct wr_text t)
{
	put_text(w, t, 0);
}

static bool
string_less(void *user, size_t a, size_t b)
{
	const struct wr_text *at = user;

	return wr_text_cmp(at[a], at[b]) < 0;
}

static void
string_swap(void *user, size_t a, size_t b)
{
	struct wr_text *at = user, t = at[a];

	at[a] = at[b];
	at[b] = t;
}

/* Ascending, each once. */
static void
sort_strings(struct writer *w)
{
	struct wr_text *at = w->strings;
	size_t kept = 0;

	wr_sort(&(struct wr_sort){string_less, string_swap, at}, w->strings_len);
	for (size_t i = 0; i < w->strings_len; i++)
		if (kept == 0 || !wr_text_eq(at[kept - 1], at[i]))
			at[kept++] = at[i];
	w->strings_len = kept;
	if (kept > WR_TABLE_MAX)
		w->status = WR_LIMIT;
}

static void
put_strings(struct writer *w)
{
	put_uleb(w, w->strings_len);
	for (size_t i = 0; i < w->strings_len; i++) {
		put_uleb(w, w->strings[i].size);
		wr_buf_text(&w->out, w->strings[i]);
	}
}

static void
put_labels(struct writer *w)
{
	const struct wr_module *m = w->module;

	put_uleb(w, m->labels_len);
	for (uint32_t i = 0; i < m->labels_len; i++) {
		put_str(w, m->labels[i].name);
		put_str(w, m->labels[i].description);
	}
}

static void
put_members(struct writer *w, const struct wr_type *t)
{
	put_str(w, t->name);
	put_uleb(w, t->members_len);
	for (uint32_t i = 0; i < t->members_len; i++) {
		const struct wr_member *m = &t->members[i];

		put_str(w, m->name);
		put_uleb(w, t->kind == WR_TYPE_RECORD ? m->type
			    : m->type == WR_NONE      ? 0
						      : (uint64_t)m->type + 1);
		put_uleb(w, m->labels);
		if (t->kind != WR_TYPE_RECORD)
			continue;
		if (m->description.size == 0)
			put_uleb(w, 0);
		else
			put_text(w, m->description, 1);
	}
}

static void
put_type(struct writer *w, const struct wr_type *t)
{
	put_byte(w, (uint8_t)t->kind);
	switch (t->kind) {
	case WR_TYPE_TEXT:
		put_uleb(w, (uint64_t)t->lo);
		put_uleb(w, (uint64_t)t->hi);
		break;
	case WR_TYPE_INT:
		put_sleb(w, t->lo);
		put_sleb(w, t->hi);
		break;
	case WR_TYPE_NUMBER:
		put_f64(w, t->number_lo);
		put_f64(w, t->number_hi);
		break;
	case WR_TYPE_OPTION:
		put_uleb(w, t->elem);
		break;
	case WR_TYPE_LIST:
		put_uleb(w, t->elem);
		put_uleb(w, (uint64_t)t->lo);
		put_uleb(w, (uint64_t)t->hi);
		break;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		put_members(w, t);
		break;
	case WR_TYPE_BOOL:
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
}

static void
put_types(struct writer *w)
{
	put_uleb(w, w->module->types_len);
	for (uint32_t i = 0; i < w->module->types_len; i++)
		put_type(w, &w->module->types.at[i]);
}

static void
put_backends(struct writer *w)
{
	const struct wr_module *m = w->module;

	put_uleb(w, m->backends_len);
	for (uint32_t i = 0; i < m->backends_len; i++) {
		put_str(w, m->backends[i].name);
		put_byte(w, (uint8_t)m->backends[i].kind);
		put_uleb(w, m->backends[i].accepts);
		put_uleb(w, m->backends[i].taints);
	}
}

static void
put_drops(struct writer *w, struct wr_drops drops)
{
	put_uleb(w, drops.len);
	for (uint32_t i = 0; i < drops.len; i++) {
		put_uleb(w, drops.at[i].labels);
		put_str(w, drops.at[i].reason);
	}
}

/* Recursion as deep as the type, which is at most WR_TYPE_WALK_MAX. */
static void
put_constant(struct writer *w, struct wr_value v, uint32_t type)
{
	const struct wr_type *t = &w->module->types.at[type];

	switch (t->kind) {
	case WR_TYPE_OPTION:
		put_byte(w, v.kind != WR_VALUE_NONE);
		if (v.kind != WR_VALUE_NONE)
			put_constant(w, v, t->elem);
		break;
	case WR_TYPE_BOOL:
		put_byte(w, v.as.boolean ? 3 : 2);
		break;
	case WR_TYPE_INT:
		put_byte(w, 4);
		put_sleb(w, v.as.integer);
		break;
	case WR_TYPE_NUMBER:
		put_byte(w, 5);
		put_f64(w, v.as.number);
		break;
	case WR_TYPE_TEXT:
		put_byte(w, 6);
		put_str(w, wr_value_text(v));
		break;
	case WR_TYPE_LIST:
		put_byte(w, 7);
		put_uleb(w, v.len);
		for (uint32_t i = 0; i < v.len; i++)
			put_constant(w, v.as.items[i], t->elem);
		break;
	case WR_TYPE_RECORD:
		put_byte(w, 8);
		put_uleb(w, type);
		for (uint32_t i = 0; i < v.len; i++)
			put_constant(w, v.as.items[i], t->members[i].type);
		break;
	case WR_TYPE_VARIANTS:
		put_byte(w, 9);
		put_uleb(w, type);
		put_uleb(w, v.len);
		if (t->members[v.len].type != WR_NONE)
			put_constant(w, *v.as.items, t->members[v.len].type);
		break;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		assert(false && "a value of no type");
	}
}

static void
put_immediate(struct writer *w, const struct wr_code *code, const struct wr_node *n,
    enum wr_immediate immediate)
{
	switch (immediate) {
	case WR_IMM_NONE:
		break;
	case WR_IMM_VALUE:
		put_constant(w, n->value, n->type);
		break;
	case WR_IMM_INDEX:
	case WR_IMM_AGENT:
		put_uleb(w, n->index);
		break;
	case WR_IMM_TYPE:
		put_uleb(w, n->type);
		break;
	case WR_IMM_TYPE_TAG:
		put_uleb(w, n->type);
		put_uleb(w, n->index);
		break;
	case WR_IMM_DROP:
		put_str(w, n->name);
		put_drops(w, n->drops);
		break;
	case WR_IMM_FOR:
		put_byte(w, (uint8_t)(n->index | (n->width != 0 ? WR_FOR_WIDTH : 0)));
		if (n->width != 0)
			put_uleb(w, n->width);
		break;
	case WR_IMM_FIELDS:
		put_uleb(w, n->operands_len - 1);
		for (uint32_t i = 1; i < n->operands_len; i++)
			put_uleb(w, wr_node_member(code, n, i));
		break;
	case WR_IMM_LOOP:
		put_uleb(w, n->type);
		put_uleb(w, n->index);
		break;
	}
}

static void put_nodes(
    struct writer *w, const struct wr_code *code, uint32_t first, uint32_t end, uint32_t depth);

static void
put_roots(struct writer *w, const struct wr_code *code, const struct wr_block *b)
{
	for (uint32_t i = 0; i < b->roots_len; i++)
		put_uleb(w, b->end - code->operands[b->roots + i]);
}

/* The node, and the nodes of its blocks; returns the number that comes after them. */
static uint32_t
put_node(struct writer *w, const struct wr_code *code, uint32_t number, uint32_t depth)
{
	const struct wr_node *n = &code->nodes[number];
	const struct wr_op_info *row = wr_op_info(n->op);
	uint32_t next = number + 1;

	assert(row != NULL);
	put_byte(w, n->op);
	put_immediate(w, code, n, row->immediate);
	if (row->flags & WR_OP_GUARDED)
		put_uleb(w, n->guard == WR_NONE ? 0 : number - n->guard);
	if (row->operands_min != row->operands_max && row->immediate != WR_IMM_FIELDS)
		put_uleb(w, n->operands_len);
	for (uint32_t i = 0; i < n->operands_len; i++)
		put_uleb(w, number - wr_operand(code, n, i));
	if (!(row->flags & WR_OP_OWNER))
		return next;
	put_uleb(w, n->blocks_len);
	for (uint32_t i = 0; i < n->blocks_len; i++) {
		const struct wr_block *b = &code->blocks[n->blocks + i];

		put_uleb(w, b->end - b->first);
		put_nodes(w, code, b->first, b->end, depth + 1);
		put_roots(w, code, b);
		next = b->end;
	}
	return next;
}

static void
put_nodes(
    struct writer *w, const struct wr_code *code, uint32_t first, uint32_t end, uint32_t depth)
{
	if (depth > WR_BLOCKS_DEEP)
		w->status = WR_LIMIT;
	while (first < end && w->status == WR_OK)
		first = put_node(w, code, first, depth);
}

static void
put_code(struct writer *w, const struct wr_code *code)
{
	put_uleb(w, code->nodes_len);
	put_nodes(w, code, 0, code->nodes_len, 0);
}

static void
put_setting(struct writer *w, const struct wr_agent *agent, const struct wr_setting *s)
{
	enum wr_shape shape = wr_setting_info(s->id)->shape;

	put_byte(w, (uint8_t)s->id);
	switch (shape) {
	case WR_SHAPE_TEXT:
		put_str(w, s->text);
		break;
	case WR_SHAPE_INT:
	case WR_SHAPE_DURATION:
	case WR_SHAPE_AGENT:
		put_uleb(w, (uint64_t)s->integer);
		break;
	case WR_SHAPE_NUMBER:
		put_f64(w, s->number);
		break;
	case WR_SHAPE_BOOL:
		put_byte(w, (uint8_t)s->integer);
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		put_uleb(w, agent->body.nodes_len - s->root);
		break;
	case WR_SHAPE_TEXTS:
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATES:
		put_uleb(w, s->pairs_len);
		for (uint32_t i = 0; i < s->pairs_len; i++) {
			if (shape != WR_SHAPE_TEXTS)
				put_str(w, s->pairs[i].name);
			if (shape == WR_SHAPE_TEMPLATES)
				put_uleb(w, agent->body.nodes_len - s->pairs[i].root);
			else
				put_str(w, s->pairs[i].text);
		}
		break;
	}
}

static void
put_agents(struct writer *w)
{
	const struct wr_module *m = w->module;

	put_uleb(w, m->agents_len);
	for (uint32_t i = 0; i < m->agents_len; i++) {
		const struct wr_agent *a = &m->agents[i];

		put_str(w, a->name);
		put_uleb(w, a->params_len);
		for (uint32_t k = 0; k < a->params_len; k++) {
			put_str(w, a->params[k].name);
			put_uleb(w, a->params[k].type);
		}
		put_uleb(w, a->result);
		put_uleb(w, a->backend);
		put_drops(w, a->drops);
		put_code(w, &a->body);
		put_uleb(w, a->settings_len);
		for (uint32_t k = 0; k < a->settings_len; k++)
			put_setting(w, a, &a->settings[k]);
	}
}

static void
put_flow(struct writer *w)
{
	const struct wr_code *flow = &w->module->flow;

	put_code(w, flow);
	put_roots(w, flow, &flow->blocks[0]);
}

static void
put_entry(struct writer *w)
{
	const struct wr_module *m = w->module;

	put_str(w, m->name);
	put_uleb(w, m->inputs_len);
	for (uint32_t i = 0; i < m->inputs_len; i++) {
		put_str(w, m->inputs[i].name);
		put_uleb(w, m->inputs[i].type);
		put_uleb(w, m->inputs[i].labels);
	}
	put_uleb(w, m->result);
	put_uleb(w, m->result_labels);
}

static void
put_bounds(struct writer *w)
{
	const struct wr_bounds *b = &w->module->bounds;

	put_uleb(w, b->calls);
	put_uleb(w, b->tokens);
	put_uleb(w, b->time_ms);
	put_uleb(w, b->width);
}

enum wr_status
wr_encode(const struct wr_module *module, struct wr_buf *buf)
{
	static void (*const sections[])(struct writer *) = {put_strings, put_labels, put_types,
	    put_backends, put_agents, put_flow, put_entry, put_bounds};
	const uint8_t head[] = {'W', 'R', 'I', 'T', WR_FORMAT_VERSION, WR_LANGUAGE_VERSION};
	struct writer w = {.module = module, .alloc = buf->alloc, .collecting = true};
	enum { SECTIONS = sizeof sections / sizeof *sections };

	assert(module->flow.blocks_len > 0 && module->flow.blocks[0].roots_len == 1);
	for (int i = 1; i < SECTIONS; i++)
		sections[i](&w);
	w.collecting = false;
	if (w.status == WR_OK)
		sort_strings(&w);
	wr_buf_add(buf, head, sizeof head);
	for (int i = 0; i < SECTIONS && w.status == WR_OK && buf->status == WR_OK; i++) {
		struct wr_text payload;

		wr_buf_init(&w.out, buf->alloc, buf->max);
		sections[i](&w);
		payload = wr_buf_view(&w.out);
		wr_buf_byte(buf, (uint8_t)(i + 1));
		for (uint64_t n = payload.size;; n >>= 7) {
			wr_buf_byte(buf, (uint8_t)(n >= 0x80 ? 0x80 | (n & 0x7f) : n));
			if (n < 0x80)
				break;
		}
		wr_buf_text(buf, payload);
		if (w.status == WR_OK)
			w.status = w.out.status;
		wr_buf_free(&w.out);
	}
	wr_alloc_free(w.alloc, w.strings, w.strings_room * sizeof *w.strings);
	return w.status != WR_OK ? w.status : buf->status;
}
