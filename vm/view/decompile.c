/*
 * A verified module as source: declarations in their canonical order and layout. What
 * stands inside expressions is print.c's. Reads only the module, so the result says what the bytes
 * say and nothing else.
 */
#include "vm/view/decompile.h"

#include "vm/format/sort.h"
#include "vm/view/print.h"
#include "vm/view/spell.h"

#include <assert.h>

/* Arrays by node and a copy of the types: a module allows 65,535 of each. */
#define SCRATCH_MAX (64u << 20)

struct decompiler {
	const struct wr_module *module;
	struct wr_buf *buf;
	struct wr_arena arena;
	const uint8_t *taken;
	uint32_t taken_len;
};

static void
put(struct decompiler *d, const char *text)
{
	wr_buf_str(d->buf, text);
}

static void
put_type(struct decompiler *d, uint32_t type, uint64_t labels)
{
	wr_spell_type(d->buf, &d->module->types, type);
	wr_spell_labels(d->buf, d->module, labels);
}

/* ---- labels, backends, types ----------------------------------------------------- */

static void
labels(struct decompiler *d)
{
	if (d->module->labels_len > 0)
		put(d, "\n");
	for (uint32_t i = 0; i < d->module->labels_len; i++) {
		put(d, "label ");
		wr_buf_text(d->buf, d->module->labels[i].name);
		put(d, " ");
		wr_spell_text(d->buf, d->module->labels[i].description);
		put(d, "\n");
	}
}

static void
backends(struct decompiler *d)
{
	if (d->module->backends_len > 0)
		put(d, "\n");
	for (uint32_t i = 0; i < d->module->backends_len; i++) {
		const struct wr_backend *b = &d->module->backends[i];

		put(d, "backend ");
		wr_buf_text(d->buf, b->name);
		put(d, ": ");
		put(d, wr_kind_word(b->kind));
		if (b->accepts != 0)
			put(d, " accepts");
		wr_spell_labels(d->buf, d->module, b->accepts);
		if (b->taints != 0)
			put(d, " taints");
		wr_spell_labels(d->buf, d->module, b->taints);
		put(d, "\n");
	}
}

static void
field(struct decompiler *d, const struct wr_member *m)
{
	wr_buf_text(d->buf, m->name);
	put(d, ": ");
	put_type(d, m->type, m->labels);
	if (m->description.size > 0) {
		put(d, " ");
		wr_spell_text(d->buf, m->description);
	}
}

/* One bare field stays on its line, more stand one a line. */
static void
record_type(struct decompiler *d, const struct wr_type *t)
{
	bool one = t->members_len == 1 && t->members[0].description.size == 0;

	put(d, t->members_len == 0 ? " {" : one ? " { " : " {\n");
	for (uint32_t i = 0; i < t->members_len; i++) {
		put(d, one ? "" : "  ");
		field(d, &t->members[i]);
		put(d, one ? " " : "\n");
	}
	put(d, "}\n");
}

static void
variants_on(struct decompiler *d, const struct wr_type *t, const char *first, const char *between)
{
	for (uint32_t i = 0; i < t->members_len; i++) {
		put(d, i == 0 ? first : between);
		wr_buf_text(d->buf, t->members[i].name);
		if (t->members[i].type == WR_NONE)
			continue;
		put(d, "(");
		put_type(d, t->members[i].type, t->members[i].labels);
		put(d, ")");
	}
	put(d, "\n");
}

static void
variants_type(struct decompiler *d, const struct wr_type *t, size_t line)
{
	size_t size = d->buf->size;

	variants_on(d, t, " = ", " | ");
	if (d->buf->status != WR_OK || d->buf->size - line <= WR_VIEW_WIDTH + 1)
		return;
	d->buf->size = size;
	variants_on(d, t, " =\n    ", "\n  | ");
}

static void
types(struct decompiler *d)
{
	for (uint32_t i = 0; i < d->module->types_len; i++) {
		const struct wr_type *t = &d->module->types.at[i];
		size_t line = d->buf->size + 1;

		if (t->kind != WR_TYPE_RECORD && t->kind != WR_TYPE_VARIANTS)
			continue;
		put(d, "\ntype ");
		wr_buf_text(d->buf, t->name);
		if (t->kind == WR_TYPE_RECORD)
			record_type(d, t);
		else
			variants_type(d, t, line);
	}
}

/* ---- functions that drop ------------------------------------------------------------- */

struct dropping {
	const struct wr_node *node;
	uint32_t type; /* of what is dropped from */
};

static uint32_t
collect_drops(const struct wr_code *code, struct dropping *out)
{
	uint32_t len = 0;

	for (uint32_t n = 0; n < code->nodes_len; n++) {
		if (code->nodes[n].op != WR_OP_DROP)
			continue;
		if (out != NULL)
			out[len] = (struct dropping){ &code->nodes[n], code->types[n] };
		len++;
	}
	return len;
}

static uint32_t
collect_all_drops(const struct wr_module *module, struct dropping *out)
{
	uint32_t len = 0;

	for (uint32_t a = 0; a < module->agents_len; a++)
		len += collect_drops(&module->agents[a].body, out == NULL ? NULL : out + len);
	return len + collect_drops(&module->flow, out == NULL ? NULL : out + len);
}

static bool
drop_less(void *user, size_t a, size_t b)
{
	const struct dropping *all = user;

	return wr_text_cmp(all[a].node->name, all[b].node->name) < 0;
}

static void
drop_swap(void *user, size_t a, size_t b)
{
	struct dropping *all = user, kept = all[a];

	all[a] = all[b];
	all[b] = kept;
}

static void
drops(struct decompiler *d, const struct wr_drops *list)
{
	for (uint32_t i = 0; i < list->len; i++) {
		put(d, "\n  drops");
		wr_spell_labels(d->buf, d->module, list->at[i].labels);
		put(d, " because ");
		wr_spell_text(d->buf, list->at[i].reason);
	}
}

/* A name for the parameter that no fn and no agent has. */
static bool
value_is_free(const struct wr_module *module, const struct dropping *all, uint32_t len)
{
	const struct wr_text value = WR_TEXT("value");

	for (uint32_t i = 0; i < len; i++)
		if (wr_text_eq(all[i].node->name, value))
			return false;
	for (uint32_t i = 0; i < module->agents_len; i++)
		if (wr_text_eq(module->agents[i].name, value))
			return false;
	for (uint32_t i = 0; i < module->inputs_len; i++)
		if (wr_text_eq(module->inputs[i].name, value))
			return false;
	return true;
}

static void
dropping_fn(struct decompiler *d, const struct wr_node *node, const struct wr_types *hulls,
    uint32_t type, bool value_free)
{
	uint32_t number = 1;

	while (number < d->taken_len && (d->taken[number / 8] >> number % 8 & 1) != 0)
		number++;
	put(d, "\nfn ");
	wr_buf_text(d->buf, node->name);
	for (int i = 0; i < 2; i++) {
		put(d, i == 0 ? "(" : "\n  = ");
		put(d, value_free ? "value" : "x");
		if (!value_free)
			wr_buf_u64(d->buf, number);
		if (i == 1)
			break;
		put(d, ": ");
		wr_spell_type(d->buf, hulls, type);
		put(d, ") -> ");
		wr_spell_type(d->buf, hulls, type);
		drops(d, &node->drops);
	}
	put(d, "\n");
}

/* One fn for each name, its parameter wide enough for all that is passed to it. */
static enum wr_status
dropping_fns(struct decompiler *d)
{
	uint32_t len = collect_all_drops(d->module, NULL);
	struct dropping *all = wr_arena_array(&d->arena, (size_t)len + 1, sizeof *all);
	struct wr_sort by_name = { drop_less, drop_swap, all };
	struct wr_types hulls = d->module->types; /* a copy: joins are added, the module is not ours */
	enum wr_status s = WR_OK;
	bool value_free;

	if (all == NULL)
		return WR_NOMEM;
	hulls.arena = &d->arena;
	hulls.room = hulls.len;
	(void)collect_all_drops(d->module, all);
	wr_sort(&by_name, len);
	value_free = value_is_free(d->module, all, len);
	for (uint32_t i = 0, next; i < len && s == WR_OK; i = next) {
		uint32_t type = all[i].type;

		for (next = i + 1;
		     next < len && wr_text_eq(all[i].node->name, all[next].node->name); next++)
			if ((s = wr_type_join(&hulls, type, all[next].type, &type)) != WR_OK)
				return s;
		dropping_fn(d, all[i].node, &hulls, type, value_free);
	}
	return s;
}

/* ---- agents and the flow ------------------------------------------------------------------- */

static void
params_on(struct decompiler *d, const struct wr_param *params, uint32_t len, const char *first,
    const char *between, const char *last)
{
	put(d, "(");
	for (uint32_t i = 0; i < len; i++) {
		put(d, i == 0 ? first : between);
		wr_buf_text(d->buf, params[i].name);
		put(d, ": ");
		put_type(d, params[i].type, params[i].labels);
	}
	put(d, len > 0 ? last : "");
	put(d, ") -> ");
}

struct signature {
	const struct wr_param *params;
	uint32_t len, result;
	uint64_t labels;
	struct wr_text via;
};

/* `(params) -> result via backend`, on one line where it fits; the line began at `line`. */
static void
signature(struct decompiler *d, const struct signature *sig, size_t line)
{
	size_t size = d->buf->size;

	for (int broken = 0; broken < 2; broken++) {
		if (broken)
			params_on(d, sig->params, sig->len, "\n  ", ",\n  ", "\n");
		else
			params_on(d, sig->params, sig->len, "", ", ", "");
		put_type(d, sig->result, sig->labels);
		if (sig->via.size > 0)
			put(d, " via ");
		wr_buf_text(d->buf, sig->via);
		if (broken || sig->len == 0 || d->buf->status != WR_OK ||
		    d->buf->size - line + 2 <= WR_VIEW_WIDTH)
			return;
		d->buf->size = size;
	}
}

static enum wr_status
open_printer(struct decompiler *d, struct wr_printer *p, const struct wr_code *code,
    const struct wr_param *params)
{
	*p = (struct wr_printer){ .buf = d->buf, .module = d->module, .code = code, .params = params,
		.taken = d->taken, .taken_len = d->taken_len };
	return wr_print_open(p, &d->arena);
}

static void
texts(struct decompiler *d, const struct wr_setting *s)
{
	put(d, " [");
	for (uint32_t i = 0; i < s->pairs_len; i++) {
		put(d, i == 0 ? "" : ", ");
		wr_spell_text(d->buf, s->pairs[i].text);
	}
	put(d, "]");
}

/* `headers: Headers { ... }`: a record needs a name for its type, and the setting's will do. */
static void
pairs(struct decompiler *d, struct wr_printer *p, const struct wr_setting *s,
    const struct wr_setting_info *info)
{
	put(d, " ");
	wr_buf_byte(d->buf, (uint8_t)(info->word[0] - 'a' + 'A'));
	put(d, info->word + 1);
	put(d, " {");
	for (uint32_t i = 0; i < s->pairs_len; i++) {
		wr_print_line(p, 4);
		wr_buf_text(d->buf, s->pairs[i].name);
		put(d, ":");
		if (info->shape == WR_SHAPE_TEMPLATES) {
			wr_print_template(p, s->pairs[i].root, 4);
		} else {
			put(d, " ");
			wr_spell_text(d->buf, s->pairs[i].text);
		}
	}
	wr_print_line(p, 2);
	put(d, "}");
}

static void
setting(struct decompiler *d, struct wr_printer *p, const struct wr_setting *s)
{
	const struct wr_setting_info *info = wr_setting_info(s->id);

	wr_print_line(p, 2);
	put(d, info->word);
	put(d, ":");
	if (info->shape <= WR_SHAPE_DURATION || info->shape == WR_SHAPE_AGENT)
		put(d, " ");
	switch (info->shape) {
	case WR_SHAPE_AGENT:
		wr_buf_text(d->buf, d->module->agents[s->integer].name);
		return;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		wr_print_template(p, s->root, 2);
		return;
	case WR_SHAPE_TEXTS:
		texts(d, s);
		return;
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATES:
		pairs(d, p, s, info);
		return;
	case WR_SHAPE_TEXT:
		wr_spell_text(d->buf, s->text);
		return;
	case WR_SHAPE_INT:
		wr_spell_int(d->buf, s->integer);
		return;
	case WR_SHAPE_NUMBER:
		wr_spell_setting_number(d->buf, s->number);
		return;
	case WR_SHAPE_BOOL:
		put(d, s->integer != 0 ? "true" : "false");
		return;
	case WR_SHAPE_DURATION:
		wr_spell_duration(d->buf, (uint64_t)s->integer);
		return;
	}
}

static enum wr_status
agent(struct decompiler *d, const struct wr_agent *a)
{
	const struct signature sig = { a->params, a->params_len, a->result, 0,
		d->module->backends[a->backend].name };
	size_t line = d->buf->size + 1;
	struct wr_printer p;
	enum wr_status s;

	put(d, "\nagent ");
	wr_buf_text(d->buf, a->name);
	signature(d, &sig, line);
	drops(d, &a->drops);
	put(d, a->drops.len > 0 ? "\n{" : " {");
	s = open_printer(d, &p, &a->body, a->params);
	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < a->settings_len; i++)
		setting(d, &p, &a->settings[i]);
	put(d, "\n}\n");
	return WR_OK;
}

static void
promise(struct decompiler *d, const char *word, uint64_t n, bool duration)
{
	put(d, word);
	if (duration)
		wr_spell_duration(d->buf, n);
	else
		wr_spell_count(d->buf, n, "_");
}

static enum wr_status
flow(struct decompiler *d)
{
	const struct wr_module *m = d->module;
	const struct signature sig = { m->inputs, m->inputs_len, m->result, m->result_labels,
		{ NULL, 0 } };
	size_t line = d->buf->size + 1;
	struct wr_printer p;
	enum wr_status s;

	put(d, "\nstart ");
	wr_buf_text(d->buf, m->name);
	signature(d, &sig, line);
	promise(d, "\n  within calls: ", m->bounds.calls, false);
	promise(d, ", tokens: ", m->bounds.tokens, false);
	promise(d, ", time: ", m->bounds.time_ms, true);
	if (m->bounds.width != 0)
		promise(d, ", width: ", m->bounds.width, false);
	put(d, "\n");
	s = open_printer(d, &p, &m->flow, m->inputs);
	if (s != WR_OK)
		return s;
	wr_print_steps(&p, 2);
	if (p.plan.blocks[0].steps_len > 0)
		put(d, "\n");
	put(d, "\nend");
	p.line = d->buf->size - 3;
	wr_print_result(&p, 0);
	put(d, "\n");
	return WR_OK;
}

enum wr_status
wr_decompile(const struct wr_module *module, struct wr_buf *buf)
{
	struct decompiler d = { .module = module, .buf = buf };
	enum wr_status s = WR_NOMEM;

	assert(module->flow.types != NULL);
	wr_arena_init(&d.arena, buf->alloc, SCRATCH_MAX);
	d.taken = wr_print_taken(module, &d.arena, &d.taken_len);
	if (d.taken == NULL)
		goto done;
	put(&d, "writ 1\n");
	labels(&d);
	backends(&d);
	types(&d);
	if ((s = dropping_fns(&d)) != WR_OK)
		goto done;
	for (uint32_t i = 0; i < module->agents_len; i++)
		if ((s = agent(&d, &module->agents[i])) != WR_OK)
			goto done;
	s = flow(&d);
done:
	if (s == WR_NOMEM && d.arena.over)
		s = WR_LIMIT;
	wr_arena_free(&d.arena);
	assert(s != WR_REFUSED);
	return s == WR_OK ? buf->status : s;
}
