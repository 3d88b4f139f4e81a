/*
 * Tables in order of first use. Which labels are used is known only at the end, and sets of
 * labels are bits of their table, so everything is built twice: first to see.
 */
#include "compiler/emit.h"

#include <assert.h>

static uint32_t emit_type(struct wc_emitter *e, uint32_t type);
static uint32_t emit_agent(struct wc_emitter *e, uint32_t index);

/* ---- labels --------------------------------------------------------------------------- */

/* The module's set for a set of the unit's labels, used now. */
static uint64_t
emit_labels(struct wc_emitter *e, uint64_t labels)
{
	uint64_t set = 0;

	e->labels_used |= labels;
	for (uint32_t i = 0; i < WR_LABELS_MAX; i++)
		if (labels >> i & 1)
			set |= UINT64_C(1) << e->label_map[i];
	return set;
}

static struct wr_drops
emit_drops(struct wc_emitter *e, struct wr_drops drops)
{
	struct wr_drop *at = wc_unit_get(e->u, drops.len, sizeof *at);

	if (at == NULL)
		return (struct wr_drops){NULL, 0};
	for (uint32_t i = 0; i < drops.len; i++)
		at[i] = (struct wr_drop){emit_labels(e, drops.at[i].labels), drops.at[i].reason};
	return (struct wr_drops){at, drops.len};
}

/* The used labels by name; fills the map. */
static bool
sort_labels(struct wc_emitter *e, uint64_t used, uint32_t *ret_back)
{
	struct wr_module *m = e->m;

	m->labels = wc_unit_get(e->u, WR_LABELS_MAX, sizeof *m->labels);
	if (m->labels == NULL)
		return false;
	for (uint32_t i = 0; i < e->u->labels_len; i++) {
		const struct wc_decl *d = e->u->label[i]->decl;
		uint32_t at = m->labels_len;

		if (!(used >> i & 1))
			continue;
		while (at > 0 && wr_text_cmp(m->labels[at - 1].name, d->name.text) > 0) {
			m->labels[at] = m->labels[at - 1];
			ret_back[at] = ret_back[at - 1];
			at--;
		}
		m->labels[at] = (struct wr_label){d->name.text, d->label.description.text};
		ret_back[at] = i;
		m->labels_len++;
	}
	for (uint32_t i = 0; i < m->labels_len; i++)
		e->label_map[ret_back[i]] = i;
	return true;
}

/* ---- types ------------------------------------------------------------------------------ */

static uint32_t
add_type(struct wc_emitter *e, struct wr_type t)
{
	return wc_unit_type(e->u, wr_types_add(&e->m->types, t));
}

/* The type as the module has it, without what it holds; false: memory. */
static bool
translate(struct wc_emitter *e, uint32_t type, struct wr_type *ret)
{
	const struct wr_type t = e->u->types.at[type];
	struct wr_member *members;

	*ret = t;
	if (t.kind == WR_TYPE_OPTION || t.kind == WR_TYPE_LIST) {
		ret->elem = emit_type(e, t.elem);
		return ret->elem != WR_NONE;
	}
	if (t.kind != WR_TYPE_RECORD && t.kind != WR_TYPE_VARIANTS)
		return true;
	members = wc_unit_get(e->u, t.members_len, sizeof *members);
	if (members == NULL)
		return false;
	for (uint32_t i = 0; i < t.members_len; i++) {
		members[i] = t.members[i];
		members[i].labels =
		    e->u->unlabelled ? 0 : emit_labels(e, t.members[i].labels);
		if (t.members[i].type == WR_NONE)
			continue;
		members[i].type = emit_type(e, t.members[i].type);
		if (members[i].type == WR_NONE)
			return false;
	}
	ret->members = members;
	return true;
}

/* The module's index of a type, used now; WR_NONE: memory. */
static uint32_t
emit_type(struct wc_emitter *e, uint32_t type)
{
	struct wr_type t;
	uint32_t found;

	assert(type < e->types_len);
	if (e->types[type] != WR_NONE)
		return e->types[type];
	if (!translate(e, type, &t))
		return WR_NONE;
	e->key.size = 0;
	wr_buf_byte(&e->key, (uint8_t)t.kind);
	wr_buf_add(&e->key, &t.lo, sizeof t.lo);
	wr_buf_add(&e->key, &t.hi, sizeof t.hi);
	wr_buf_add(&e->key, &t.number_lo, sizeof t.number_lo);
	wr_buf_add(&e->key, &t.number_hi, sizeof t.number_hi);
	wr_buf_add(&e->key, &t.elem, sizeof t.elem);
	wr_buf_text(&e->key, t.name); /* of a nominal type there is one of the name */
	if (e->key.status != WR_OK)
		return wc_unit_failed(e->u, e->key.status);
	found = wc_table_get(&e->shapes, wr_buf_view(&e->key));
	if (found == WR_NONE) {
		found = add_type(e, t);
		if (found == WR_NONE || !wc_table_put(&e->shapes, wr_buf_view(&e->key), found)) {
			(void)wc_unit_spent(e->u);
			return WR_NONE;
		}
	}
	e->types[type] = found;
	return found;
}

/* The records and variants of a constant from left to right. */
static bool
use_value(struct wc_emitter *e, struct wr_value v, uint32_t type)
{
	const struct wr_type t = e->u->types.at[type];

	switch (t.kind) {
	case WR_TYPE_OPTION:
		return v.kind == WR_VALUE_NONE || use_value(e, v, t.elem);
	case WR_TYPE_LIST:
		for (uint32_t i = 0; i < v.len; i++)
			if (!use_value(e, v.as.items[i], t.elem))
				return false;
		return true;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		return emit_type(e, type) != WR_NONE;
	default:
		return true;
	}
}

/* Use what a code uses, by number, and turn its indices into the module's. */
static bool
emit_uses(struct wc_emitter *e, struct wr_code *code)
{
	for (uint32_t i = 0; i < code->nodes_len; i++) {
		struct wr_node *n = &code->nodes[i];

		switch (n->op) {
		case WR_OP_CONST:
			if (!use_value(e, n->value, n->type))
				return false;
			break;
		case WR_OP_RECORD:
		case WR_OP_VARIANT:
		case WR_OP_LOOP:
			n->type = emit_type(e, n->type);
			if (n->type == WR_NONE)
				return false;
			break;
		case WR_OP_CALL:
			n->index = emit_agent(e, n->index);
			if (n->index == WR_NONE)
				return false;
			break;
		case WR_OP_DROP:
			n->drops = emit_drops(e, n->drops);
			break;
		default:
			break;
		}
	}
	return e->u->status == WR_OK;
}

/* The tightest type of a constant, behind the table: nothing there names it. */
static uint32_t
constant_type(struct wc_emitter *e, uint32_t type)
{
	struct wr_type t = e->u->types.at[type];

	if (t.kind == WR_TYPE_RECORD || t.kind == WR_TYPE_VARIANTS)
		return e->types[type]; /* WR_NONE: in a list that holds none of it */
	if (t.kind == WR_TYPE_OPTION || t.kind == WR_TYPE_LIST) {
		t.elem = constant_type(e, t.elem);
		if (t.elem == WR_NONE)
			return WR_NONE;
	}
	return wc_unit_type(e->u, wr_types_share(&e->m->types, t));
}

static bool
type_constants(struct wc_emitter *e, struct wr_code *code)
{
	for (uint32_t i = 0; i < code->nodes_len; i++)
		if (code->nodes[i].op == WR_OP_CONST) {
			code->nodes[i].type = constant_type(e, code->nodes[i].type);
			if (code->nodes[i].type == WR_NONE)
				return false;
		}
	return true;
}

/* ---- backends and agents -------------------------------------------------------------------- */

static uint32_t
emit_backend(struct wc_emitter *e, struct wc_def *def)
{
	uint32_t *at = &e->backend_of[def - e->u->defs];

	if (*at != WR_NONE)
		return *at;
	*at = e->m->backends_len++;
	e->backends[*at] = def;
	e->m->backends[*at] = (struct wr_backend){
	    .name = def->decl->name.text,
	    .kind = def->kind,
	    .accepts = emit_labels(e, def->accepts),
	    .taints = emit_labels(e, def->taints),
	};
	return *at;
}

/* The settings again, their roots by number. */
static bool
emit_settings(struct wc_emitter *e, struct wr_agent *a, const struct wc_body *body)
{
	a->settings = wc_unit_get(e->u, body->settings_len, sizeof *a->settings);
	a->settings_len = body->settings_len;
	if (a->settings == NULL)
		return false;
	for (uint32_t i = 0; i < body->settings_len; i++) {
		struct wr_setting *s = &a->settings[i];
		struct wr_pair *pairs;

		*s = body->settings[i];
		if (s->root != WR_NONE)
			s->root = body->graph.nodes[s->root].local;
		if (s->pairs_len == 0)
			continue;
		pairs = wc_unit_get(e->u, s->pairs_len, sizeof *pairs);
		if (pairs == NULL)
			return false;
		for (uint32_t k = 0; k < s->pairs_len; k++) {
			pairs[k] = s->pairs[k];
			if (pairs[k].root != WR_NONE)
				pairs[k].root = body->graph.nodes[pairs[k].root].local;
		}
		s->pairs = pairs;
	}
	return true;
}

/* Before who falls back on it; no more than WR_FALLBACKS_MAX in a row. */
static bool
emit_fallback(struct wc_emitter *e, struct wr_agent *a, const struct wc_def *def)
{
	for (uint32_t i = 0; i < a->settings_len; i++) {
		uint32_t at;

		if (a->settings[i].id != WR_SET_FALLBACK)
			continue;
		at = emit_agent(e, (uint32_t)(def->fallback - e->u->defs));
		if (at == WR_NONE)
			return false;
		a->settings[i].integer = at;
	}
	return true;
}

/* The module's index of an agent, used now with all that it uses. WR_NONE: memory or refused. */
static uint32_t
emit_agent(struct wc_emitter *e, uint32_t index)
{
	struct wc_def *def = &e->u->defs[index];
	const struct wc_signature *s = &def->signature;
	struct wr_agent a = {.name = def->decl->name.text};
	struct wc_origin origin;

	assert(def->body != NULL);
	if (e->agent_of[index] != WR_NONE)
		return e->agent_of[index];
	a.params = wc_unit_get(e->u, s->params_len, sizeof *a.params);
	if (a.params == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < s->params_len; i++) {
		a.params[i].name = s->params[i].name;
		a.params[i].type = emit_type(e, s->params[i].type);
	}
	a.params_len = s->params_len;
	a.result = emit_type(e, s->result);
	if (e->u->status != WR_OK || !wc_emit_code(e, &def->body->graph, &a.body, &origin) ||
	    !emit_uses(e, &a.body) || !emit_settings(e, &a, def->body))
		return WR_NONE;
	a.drops = emit_drops(e, def->drops);
	a.backend = emit_backend(e, def->backend);
	if (!emit_fallback(e, &a, def))
		return WR_NONE;
	e->agent_of[index] = e->m->agents_len;
	e->agents[e->m->agents_len] = def;
	e->bodies[e->m->agents_len] = origin;
	e->m->agents[e->m->agents_len++] = a;
	return e->agent_of[index];
}

/* ---- the module ---------------------------------------------------------------------------------
 */

static bool
prepare(struct wc_emitter *e)
{
	struct wc_unit *u = e->u;
	struct wr_module *m = wc_unit_get(u, 1, sizeof *m);

	e->types_len = u->types.len;
	e->types = wc_unit_get(u, e->types_len, sizeof *e->types);
	e->agent_of = wc_unit_get(u, u->defs_len, sizeof *e->agent_of);
	e->backend_of = wc_unit_get(u, u->defs_len, sizeof *e->backend_of);
	e->agents = wc_unit_get(u, u->defs_len, sizeof *e->agents);
	e->backends = wc_unit_get(u, u->defs_len, sizeof *e->backends);
	e->bodies = wc_unit_get(u, u->defs_len, sizeof *e->bodies);
	if (m == NULL || u->status != WR_OK)
		return false;
	memset(e->types, 0xff, e->types_len * sizeof *e->types);
	memset(e->agent_of, 0xff, u->defs_len * sizeof *e->agent_of);
	memset(e->backend_of, 0xff, u->defs_len * sizeof *e->backend_of);
	wc_table_init(&e->shapes, u->arena);
	e->m = m;
	e->nodes_len = 0;
	m->arena = u->arena;
	wr_types_init(&m->types, u->arena);
	m->agents = wc_unit_get(u, u->defs_len, sizeof *m->agents);
	m->backends = wc_unit_get(u, u->defs_len, sizeof *m->backends);
	m->inputs = wc_unit_get(u, u->flow->signature.params_len, sizeof *m->inputs);
	return u->status == WR_OK;
}

static bool
build(struct wc_emitter *e)
{
	struct wr_module *m = e->m;
	const struct wc_signature *s = &e->u->flow->signature;

	m->name = e->u->flow->decl->name.text;
	m->inputs_len = s->params_len;
	for (uint32_t i = 0; i < s->params_len; i++) {
		m->inputs[i].name = s->params[i].name;
		m->inputs[i].type = emit_type(e, s->params[i].type);
		m->inputs[i].labels = emit_labels(e, s->params[i].labels);
	}
	m->result = emit_type(e, s->result);
	m->result_labels = emit_labels(e, s->result_labels);
	m->bounds = e->u->promised;
	if (e->u->status != WR_OK || !wc_emit_code(e, &e->u->graph, &m->flow, &e->flow) ||
	    !emit_uses(e, &m->flow))
		return false;
	m->types_len = m->types.len;
	if (!type_constants(e, &m->flow))
		return false;
	for (uint32_t i = 0; i < m->agents_len; i++)
		if (!type_constants(e, &m->agents[i].body))
			return false;
	return true;
}

static bool
check_size(struct wc_emitter *e)
{
	struct wc_diag *d;

	if (e->nodes_len <= WR_NODES_MAX && e->m->types_len <= WR_TABLE_MAX)
		return true;
	d = wc_diag_add(
	    e->u->diags, WC_E0406, e->u->flow->decl->name.span, "this program is too large");
	wc_diag_note(d, "%N nodes and %N types, the limits are %N and %N", (uint64_t)e->nodes_len,
	    (uint64_t)e->m->types_len, (uint64_t)WR_NODES_MAX, (uint64_t)WR_TABLE_MAX);
	e->refused = true;
	return false;
}

enum wr_status
wc_emit(struct wc_unit *u, struct wc_emitted *ret)
{
	struct wc_emitter e = {.u = u};
	uint64_t used = 0;
	bool good = false;

	assert(u->flow != NULL && u->end != WR_NONE);
	wr_buf_init(&e.key, u->arena->alloc, WR_MODULE_MAX);
	for (uint32_t i = 0; i < WR_LABELS_MAX; i++)
		e.label_map[i] = i;
	if (prepare(&e) && build(&e) && check_size(&e)) {
		used = e.labels_used;
		good = prepare(&e) && sort_labels(&e, used, ret->labels) && build(&e);
	}
	wr_buf_free(&e.key);
	ret->module = e.m;
	ret->flow = e.flow;
	ret->bodies = e.bodies;
	ret->agents = e.agents;
	ret->backends = e.backends;
	assert(good || e.refused || u->status != WR_OK);
	return good ? WR_OK : u->status != WR_OK ? u->status : WR_REFUSED;
}
