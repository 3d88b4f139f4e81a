/*
 * The way a label took, walked backwards from where it is in the way: through the facts that
 * the verifier left, never judging anything.
 */
#include "compiler/trail.h"

#include "compiler/names.h"

#include <assert.h>

#define SEGMENTS_MAX 16u /* names in one trail; the middle of a longer one is left out */
#define STEPS_MAX 500u   /* nodes looked at; more help nobody */
#define TRAIL_SIZE_MAX 900u

struct trail {
	const struct wc_judged *j;
	const struct wr_code *code;
	const struct wc_origin *origin;
	uint32_t agent;
	uint64_t label;
	bool brief;
	struct wr_text segment[SEGMENTS_MAX]; /* from the end of the way to its start */
	uint32_t len;
	bool *seen; /* by node; a LOOP's rounds lead back to where they began */
	bool done;
};

const struct wr_code *
wc_judged_code(const struct wc_judged *j, uint32_t agent, const struct wc_origin **ret_origin)
{
	if (ret_origin != NULL)
		*ret_origin = agent == WR_NONE ? &j->e->flow : &j->e->bodies[agent];
	return agent == WR_NONE ? &j->m->flow : &j->m->agents[agent].body;
}

const struct wc_node *
wc_judged_node(const struct wc_judged *j, uint32_t agent, uint32_t node)
{
	const struct wc_origin *origin;

	(void)wc_judged_code(j, agent, &origin);
	return &origin->graph->nodes[origin->nodes[node]];
}

uint64_t
wc_judged_deep(const struct wc_judged *j, uint32_t agent, uint32_t node)
{
	const struct wr_code *code = wc_judged_code(j, agent, NULL);

	return code->ambient[node] | j->m->types.at[code->types[node]].labels;
}

/* ---- words ------------------------------------------------------------------------------ */

static const char *
keep(struct wc_unit *u, struct wr_buf *buf)
{
	struct wr_text copy = {NULL, 0};

	if (buf->status != WR_NOMEM)
		copy = wr_arena_text(u->arena, wr_buf_view(buf));
	wr_buf_free(buf);
	if (copy.at != NULL)
		return copy.at;
	(void)wc_unit_spent(u);
	return "?";
}

static void
put_labels(const struct wc_judged *j, uint64_t labels, struct wr_buf *buf)
{
	bool first = true;

	for (uint32_t i = 0; i < j->m->labels_len; i++) {
		if (!(labels >> i & 1))
			continue;
		wr_buf_str(buf, first ? "@" : " @");
		wr_buf_text(buf, j->m->labels[i].name);
		first = false;
	}
}

const char *
wc_judged_labels(const struct wc_judged *j, uint64_t labels)
{
	struct wr_buf buf;

	wr_buf_init(&buf, j->u->arena->alloc, TRAIL_SIZE_MAX);
	put_labels(j, labels, &buf);
	return keep(j->u, &buf);
}

const struct wc_type *
wc_declared_member(
    const struct wc_unit *u, struct wr_text type, uint32_t member, struct wc_name *ret_name)
{
	const struct wc_def *def = wc_outside(u, WC_TYPES, type);
	const struct wc_decl *d;

	if (def == NULL)
		return NULL;
	d = def->decl;
	if (d->type.form == WC_TYPE_FORM_RECORD) {
		const struct wc_field_decl *f = d->type.fields.first;

		while (f != NULL && member-- > 0)
			f = f->next;
		if (f == NULL)
			return NULL;
		*ret_name = f->name;
		return f->type;
	}
	if (d->type.form == WC_TYPE_FORM_VARIANTS) {
		const struct wc_variant_decl *v = d->type.variants.first;

		while (v != NULL && member-- > 0)
			v = v->next;
		if (v == NULL)
			return NULL;
		*ret_name = v->name;
		return v->payload;
	}
	return NULL;
}

static void
add(struct trail *t, struct wr_text segment)
{
	if (segment.size == 0 || (t->len > 0 && wr_text_eq(t->segment[t->len - 1], segment)))
		return;
	if (t->len == SEGMENTS_MAX) { /* the way is long: keep both ends */
		t->segment[SEGMENTS_MAX - 2] = WR_TEXT("…");
		t->len--;
	}
	t->segment[t->len++] = segment;
}

/* " @pii @untrusted (line 18)", unless the trail is brief. */
static void
put_origin(struct trail *t, struct wr_buf *buf, uint64_t labels, struct wc_span span)
{
	if (t->brief)
		return;
	wr_buf_str(buf, " ");
	put_labels(t->j, labels, buf);
	if (span.source == NULL)
		return;
	wr_buf_str(buf, " (line ");
	wr_buf_u64(buf, wc_span_line(span));
	wr_buf_str(buf, ")");
}

/* The way begins at a member of a type: "Claim.story @pii @untrusted (line 18)". */
static void
begin_member(struct trail *t, const struct wr_type *type, uint32_t member)
{
	struct wc_name name = {{NULL, 0}, {NULL, 0, 0}};
	struct wr_buf buf;

	(void)wc_declared_member(t->j->u, type->name, member, &name);
	wr_buf_init(&buf, t->j->u->arena->alloc, TRAIL_SIZE_MAX);
	wr_buf_text(&buf, type->name);
	wr_buf_str(&buf, ".");
	wr_buf_text(&buf, type->members[member].name);
	put_origin(t, &buf, type->members[member].labels, name.span);
	add(t, wr_text_of(keep(t->j->u, &buf)));
	t->done = true;
}

/* The label is declared somewhere inside a type: the first member that has it. */
static void
begin_type(struct trail *t, uint32_t type)
{
	for (uint32_t depth = 0; depth < WR_TYPE_WALK_MAX; depth++) {
		const struct wr_type *at = &t->j->m->types.at[type];

		t->done = true;
		if (at->kind == WR_TYPE_OPTION || at->kind == WR_TYPE_LIST) {
			type = at->elem;
			continue;
		}
		for (uint32_t i = 0; i < at->members_len; i++) {
			if (at->members[i].labels & t->label) {
				begin_member(t, at, i);
				return;
			}
			if (at->members[i].type != WR_NONE &&
			    (t->j->m->types.at[at->members[i].type].labels & t->label)) {
				type = at->members[i].type;
				break;
			}
		}
		if (at == &t->j->m->types.at[type])
			return;
	}
}

static void
begin_input(struct trail *t, uint32_t index)
{
	const struct wr_param *p = &t->j->m->inputs[index];
	struct wr_buf buf;

	wr_buf_init(&buf, t->j->u->arena->alloc, TRAIL_SIZE_MAX);
	wr_buf_text(&buf, p->name);
	put_origin(t, &buf, p->labels, t->j->u->flow->signature.written[index]->name.span);
	add(t, wr_text_of(keep(t->j->u, &buf)));
	t->done = true;
}

static void
begin_taint(struct trail *t, const struct wr_agent *agent)
{
	const struct wr_backend *b = &t->j->m->backends[agent->backend];
	struct wr_buf buf;

	wr_buf_init(&buf, t->j->u->arena->alloc, TRAIL_SIZE_MAX);
	wr_buf_str(&buf, "backend ");
	wr_buf_text(&buf, b->name);
	put_origin(t, &buf, b->taints, t->j->e->backends[agent->backend]->decl->name.span);
	add(t, wr_text_of(keep(t->j->u, &buf)));
	t->done = true;
}

/* ---- one node back ----------------------------------------------------------------------- */

static bool
carries(const struct trail *t, uint32_t node)
{
	return t->code->ambient[node] & t->label;
}

static bool
holds(const struct trail *t, uint32_t node)
{
	return (t->code->ambient[node] | t->j->m->types.at[t->code->types[node]].labels) & t->label;
}

/* A part of the state of a LOOP that did not begin with the label: some round put it there. */
static bool
of_state(const struct trail *t, uint32_t n)
{
	const struct wr_node *owner;

	while (t->code->nodes[n].op == WR_OP_FIELD)
		n = wr_operand(t->code, &t->code->nodes[n], 0);
	if (t->code->nodes[n].op != WR_OP_BIND)
		return false;
	owner = &t->code->nodes[t->code->blocks[t->code->nodes[n].block].owner];
	return owner->op == WR_OP_LOOP && !carries(t, wr_operand(t->code, owner, 0));
}

/*
 * The first operand that carries the label, else the first that holds it, else WR_NONE. States come
 * last: what a round adds is nearer to where the label comes from than what it was given.
 */
static uint32_t
operand_with(const struct trail *t, const struct wr_node *n)
{
	uint32_t state = WR_NONE;

	for (uint32_t i = n->operands_len; i-- > 0;)
		if (carries(t, wr_operand(t->code, n, i)) && of_state(t, wr_operand(t->code, n, i)))
			state = wr_operand(t->code, n, i);
	for (uint32_t i = 0; i < n->operands_len; i++)
		if (carries(t, wr_operand(t->code, n, i)) && !of_state(t, wr_operand(t->code, n, i)) &&
		    !t->seen[wr_operand(t->code, n, i)])
			return wr_operand(t->code, n, i);
	for (uint32_t i = 0; i < n->operands_len && state == WR_NONE; i++)
		if (holds(t, wr_operand(t->code, n, i)))
			return wr_operand(t->code, n, i);
	return state;
}

/* A root of an owner's blocks that carries the label, or WR_NONE. */
static uint32_t
root_with(const struct trail *t, const struct wr_node *n)
{
	for (uint32_t b = 0; b < n->blocks_len; b++) {
		const struct wr_block *block = &t->code->blocks[n->blocks + b];

		for (uint32_t i = 0; i < block->roots_len; i++)
			if (i == 0 ? carries(t, t->code->operands[block->roots])
				   : holds(t, t->code->operands[block->roots + i]))
				return t->code->operands[block->roots + i];
	}
	return WR_NONE;
}

/* The first CALL in a block, or in those inside it, that carries one of the labels, or WR_NONE. */
static uint32_t
call_with(const struct wr_code *code, uint32_t block, uint64_t labels)
{
	const struct wr_block *b = &code->blocks[block];

	for (uint32_t n = b->first; n < b->end; n++)
		if (code->nodes[n].op == WR_OP_CALL && (code->ambient[n] & labels))
			return n;
	return WR_NONE;
}

/*
 * What decides whether a block runs and holds labels: its owner's operand, or what a FOR keeps or sorts
 * by, or until when a LOOP goes on; about the second block of a TRY a call of the first, which may fail.
 */
static uint32_t
decides(const struct wc_judged *j, const struct wr_code *code, uint32_t block, uint64_t labels)
{
	const struct wr_block *b = &code->blocks[block];
	const struct wr_node *owner = &code->nodes[b->owner];
	uint32_t of;

	if (owner->op == WR_OP_DO)
		return WR_NONE;
	if (owner->op == WR_OP_TRY)
		return block == owner->blocks ? WR_NONE : call_with(code, owner->blocks, labels);
	of = wr_operand(code, owner, 0);
	if (owner->op != WR_OP_LOOP && (code->ambient[of] & labels))
		return of;
	for (uint32_t i = 1; i < b->roots_len; i++) {
		uint32_t root = code->operands[b->roots + i];

		if ((code->ambient[root] | j->m->types.at[code->types[root]].labels) & labels)
			return root;
	}
	return WR_NONE;
}

/* What decides about the nearest block around by the label, or WR_NONE. */
static uint32_t
around(const struct trail *t, const struct wr_node *n)
{
	for (uint32_t b = n->block; t->code->blocks[b].owner != WR_NONE;
	     b = t->code->blocks[b].parent) {
		uint32_t of = decides(t->j, t->code, b, t->label);

		if (of != WR_NONE)
			return of;
	}
	return WR_NONE;
}

static uint32_t
back_bind(struct trail *t, const struct wr_node *n)
{
	const struct wr_node *owner = &t->code->nodes[t->code->blocks[n->block].owner];
	uint32_t of = wr_operand(t->code, owner, 0);
	const struct wr_type *type = &t->j->m->types.at[t->code->types[of]];

	if (owner->op == WR_OP_LOOP && !carries(t, of)) {
		return t->code->operands[t->code->blocks[n->block].roots];
	}
	if (!carries(t, of) && owner->op == WR_OP_MATCH && type->kind == WR_TYPE_VARIANTS)
		begin_member(t, type, n->block - owner->blocks);
	return of;
}

/* `finding.covered` as written, when that is short and on one line. */
static bool
add_path(struct trail *t, uint32_t node)
{
	const struct wc_node *g = &t->origin->graph->nodes[t->origin->nodes[node]];
	struct wr_text source;

	if (g->span.source == NULL)
		return false;
	source = wc_span_text(g->span);
	if (source.size > 40 || memchr(source.at, '\n', source.size) != NULL)
		return false;
	add(t, source);
	return true;
}

/* The agent, or its first fallback, whose backend taints with the label. */
static const struct wr_agent *
tainter(const struct trail *t, uint32_t agent)
{
	const struct wr_module *m = t->j->m;

	for (uint32_t a = agent; a != WR_NONE; a = wr_agent_fallback(&m->agents[a]))
		if ((m->backends[m->agents[a].backend].taints & t->label) != 0)
			return &m->agents[a];
	return &m->agents[agent];
}

static bool
tainted(const struct trail *t, const struct wr_node *call)
{
	const struct wr_module *m = t->j->m;

	return (m->backends[tainter(t, call->index)->backend].taints & t->label) != 0;
}

/* The node the label came from; sets done when it was written here. quiet: its name is not said
 * again. */
static uint32_t
back(struct trail *t, uint32_t node, bool *quiet)
{
	const struct wr_node *n = &t->code->nodes[node];
	uint32_t next;

	*quiet = false;
	if (!carries(t, node)) {
		begin_type(t, t->code->types[node]);
		return WR_NONE;
	}
	switch (n->op) {
	case WR_OP_INPUT:
		begin_input(t, n->index);
		return WR_NONE;
	case WR_OP_BIND:
		return back_bind(t, n);
	case WR_OP_FIELD:
		next = wr_operand(t->code, n, 0);
		if (!carries(t, next)) {
			begin_member(t, &t->j->m->types.at[t->code->types[next]], n->index);
			return WR_NONE;
		}
		*quiet = add_path(t, node);
		return next;
	case WR_OP_CALL:
		add(t, t->j->m->agents[n->index].name);
		next = operand_with(t, n);
		if ((next == WR_NONE || of_state(t, next)) && tainted(t, n)) {
			begin_taint(t, tainter(t, n->index));
			return WR_NONE;
		}
		return next != WR_NONE ? next : around(t, n);
	case WR_OP_MATCH:
	case WR_OP_FOR:
	case WR_OP_LOOP:
		next = operand_with(t, n);
		return next != WR_NONE && carries(t, next) ? next : root_with(t, n);
	case WR_OP_TRY:
		next = root_with(t, n);
		return next != WR_NONE ? next : call_with(t->code, n->blocks, t->label);
	case WR_OP_RECORD:
	case WR_OP_VARIANT:
		return around(t, n);
	case WR_OP_WITH:
		next = wr_operand(t->code, n, 0);
		return carries(t, next) ? next : around(t, n);
	default:
		return operand_with(t, n);
	}
}

static const char *
join(struct trail *t)
{
	struct wr_buf buf;

	wr_buf_init(&buf, t->j->u->arena->alloc, TRAIL_SIZE_MAX);
	for (uint32_t i = t->len; i > 0; i--) {
		wr_buf_text(&buf, t->segment[i - 1]);
		if (i > 1)
			wr_buf_str(&buf, " → ");
	}
	return keep(t->j->u, &buf);
}

const char *
wc_trail(const struct wc_judged *j, uint32_t agent, uint32_t node, uint64_t label, bool brief)
{
	struct trail t = {.j = j, .agent = agent, .label = label, .brief = brief};
	bool quiet = false;

	assert(label != 0 && (label & (label - 1)) == 0);
	t.code = wc_judged_code(j, agent, &t.origin);
	t.seen = wc_unit_get(j->u, t.code->nodes_len, sizeof *t.seen);
	for (uint32_t i = 0; i < STEPS_MAX && node != WR_NONE && !t.done; i++) {
		const struct wc_node *g = &t.origin->graph->nodes[t.origin->nodes[node]];

		if (!quiet && g->op != WR_OP_INPUT)
			add(&t, g->step);
		if (t.seen == NULL || t.seen[node])
			break;
		t.seen[node] = true;
		node = back(&t, node, &quiet);
	}
	return join(&t);
}

uint32_t
wc_decision(const struct wc_judged *j, uint32_t node, uint64_t labels, struct wc_span *ret_span)
{
	const struct wr_code *code = &j->m->flow;

	for (uint32_t b = code->nodes[node].block; code->blocks[b].owner != WR_NONE;
	     b = code->blocks[b].parent) {
		uint32_t owner = code->blocks[b].owner, of = decides(j, code, b, labels);

		if (of != WR_NONE) {
			*ret_span = code->nodes[owner].operands_len > 0 && of == wr_operand(code, &code->nodes[owner], 0) ?
			    wc_judged_node(j, WR_NONE, owner)->of : wc_judged_node(j, WR_NONE, of)->span;
			return of;
		}
	}
	for (uint32_t g = code->nodes[node].guard;
	     code->nodes[node].op == WR_OP_CALL && g != WR_NONE; g = code->nodes[g].guard) {
		uint32_t of = wr_operand(code, &code->nodes[g], 0);

		if (wc_judged_deep(j, WR_NONE, of) & labels) {
			*ret_span = wc_judged_node(j, WR_NONE, g)->spans[0];
			return of;
		}
	}
	return WR_NONE;
}
