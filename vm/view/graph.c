/*
 * The picture of a flow. Decides what is a node, what is an edge and which labels it carries; never
 * how it is drawn. One walk over the flow: each node knows the few nodes of the picture that its
 * value comes from.
 */
#include "vm/view/graph.h"

#include "vm/summary.h"
#include "vm/view/plan.h"

#include <assert.h>

/* One place that a value comes from. */
struct source {
	uint32_t from; /* a node of the picture */
	uint32_t arm;  /* see wr_graph_edge */
	uint64_t labels;
};

struct sources {
	struct source *at;
	uint32_t len;
};

struct drawing {
	const struct wr_module *m;
	const struct wr_code *code;
	struct wr_arena *arena;
	struct wr_graph *g;
	struct sources *values; /* by node of the flow */
	uint32_t *drawn;        /* by node of the flow: its node in the picture, or WR_NONE */
	uint32_t *clusters;     /* by block: the cluster around its nodes, or WR_NONE */
	bool *kept;             /* by node: an owner with something inside */
	uint32_t *sites;        /* by agent: calls so far */
	uint64_t *drops;  /* by agent: what it takes away, in its answer and in what it says */
	uint32_t *guards; /* by node of the picture: what it waits for, or WR_NONE */
	struct source *scratch; /* of one union */
	uint32_t *seen;         /* by node of the picture: where it is in scratch, + 1 */
	uint32_t scratch_len, scratch_max;
	uint32_t edges_room, nodes_room;
	enum wr_status status;
};

static uint64_t
deep(const struct drawing *d, uint32_t n)
{
	return wr_labels_deep(d->m, d->code, n);
}

/* ---- growing ------------------------------------------------------------------------ */

/* Twice the room; what was there before stays in the arena, which costs as much again. */
static void
add_edge(struct drawing *d, const struct source *source, uint32_t to, bool decides)
{
	struct wr_graph_edge *more;

	if (d->g->edges_len == d->edges_room) {
		more = wr_arena_array(d->arena, (size_t)d->edges_room * 2, sizeof *more);
		if (more == NULL) {
			d->status = WR_NOMEM;
			return;
		}
		memcpy(more, d->g->edges, d->g->edges_len * sizeof *more);
		d->g->edges = more;
		d->edges_room *= 2;
	}
	d->g->edges[d->g->edges_len++] =
	    (struct wr_graph_edge){ source->from, to, source->labels, source->arm, decides, false };
}

static uint32_t
add_node(struct drawing *d, enum wr_graph_kind kind, uint32_t n)
{
	struct wr_graph_node *at;

	assert(d->g->nodes_len < d->nodes_room);
	at = &d->g->nodes[d->g->nodes_len];
	*at = (struct wr_graph_node){ .kind = kind, .node = n, .cluster = WR_NONE };
	d->guards[d->g->nodes_len] = WR_NONE;
	if (kind != WR_GRAPH_INPUT && kind != WR_GRAPH_RESULT) {
		at->cluster = d->clusters[d->code->nodes[n].block];
		at->labels = deep(d, n);
	}
	return d->g->nodes_len++;
}

/* ---- unions of sources -------------------------------------------------------------- */

static void
gather_one(struct drawing *d, struct source s)
{
	uint32_t *seen = &d->seen[s.from];

	if (*seen == 0) {
		assert(d->scratch_len < d->scratch_max);
		d->scratch[d->scratch_len++] = s;
		*seen = d->scratch_len;
		return;
	}
	d->scratch[*seen - 1].labels |= s.labels;
	if (d->scratch[*seen - 1].arm != s.arm)
		d->scratch[*seen - 1].arm = WR_NONE;
}

/* What m's value comes from, as far as `mask` of its labels; `more` of them come along. */
static void
gather(struct drawing *d, uint32_t m, uint64_t mask, uint64_t more)
{
	for (uint32_t i = 0; i < d->values[m].len; i++) {
		struct source s = d->values[m].at[i];

		s.labels = (s.labels & mask) | more;
		gather_one(d, s);
	}
}

static void
gathered(struct drawing *d)
{
	for (uint32_t i = 0; i < d->scratch_len; i++)
		d->seen[d->scratch[i].from] = 0;
	d->scratch_len = 0;
}

/* The node is one source itself. */
static void
value_is(struct drawing *d, uint32_t n, uint32_t from, uint64_t labels)
{
	struct source *at = wr_arena_get(d->arena, sizeof *at);

	if (at == NULL) {
		d->status = WR_NOMEM;
		return;
	}
	*at = (struct source){ from, WR_NONE, labels };
	d->values[n] = (struct sources){ at, 1 };
}

/* What was gathered is n's value; when that is too much it becomes a node of its own. */
static void
value_gathered(struct drawing *d, uint32_t n)
{
	struct source *at = NULL;

	if (d->scratch_len > WR_GRAPH_SOURCES_MAX) {
		uint32_t join = add_node(d, WR_GRAPH_JOIN, n);

		for (uint32_t i = 0; i < d->scratch_len; i++)
			add_edge(d, &d->scratch[i], join, false);
		gathered(d);
		value_is(d, n, join, deep(d, n));
		return;
	}
	if (d->scratch_len > 0) {
		at = wr_arena_array(d->arena, d->scratch_len, sizeof *at);
		if (at == NULL)
			d->status = WR_NOMEM;
		else
			memcpy(at, d->scratch, d->scratch_len * sizeof *at);
	}
	d->values[n] = (struct sources){ at, at == NULL ? 0 : d->scratch_len };
	gathered(d);
}

/* ---- nodes -------------------------------------------------------------------------- */

/*
 * The edges into a node: its values; else, inside an arm that nothing leads it to, the choice; and
 * the require that it waits for, unless something that it needs waits for the same.
 */
static void
lead_to(struct drawing *d, uint32_t node, uint32_t guard)
{
	uint32_t cluster = d->g->nodes[node].cluster;
	bool led = cluster == WR_NONE, guarded = guard == WR_NONE;

	for (uint32_t i = 0; i < d->scratch_len; i++) {
		const struct source *s = &d->scratch[i];

		led |= d->g->nodes[s->from].cluster == cluster ||
		       (cluster != WR_NONE && s->from == d->g->clusters[cluster].choice);
		guarded |= s->from == guard || d->guards[s->from] == guard;
		add_edge(d, s, node, false);
	}
	gathered(d);
	if (!led) {
		struct source choice = { d->g->clusters[cluster].choice, WR_NONE,
			d->code->pc[d->g->nodes[node].node] };

		add_edge(d, &choice, node, true);
	}
	if (!guarded) {
		struct source require = { guard, WR_NONE, d->g->nodes[guard].labels };

		add_edge(d, &require, node, true);
	}
	d->guards[node] = guard;
}

static uint32_t
draw_visible(struct drawing *d, uint32_t n, enum wr_graph_kind kind)
{
	const struct wr_node *node = &d->code->nodes[n];
	uint32_t at = add_node(d, kind, n), guard = WR_NONE;

	d->drawn[n] = at;
	for (uint32_t i = 0; i < node->operands_len; i++)
		gather(d, wr_operand(d->code, node, i), UINT64_MAX, 0);
	if ((wr_op_info(node->op)->flags & WR_OP_GUARDED) != 0 && node->guard != WR_NONE)
		guard = d->drawn[node->guard];
	lead_to(d, at, guard);
	if (kind == WR_GRAPH_CALL) {
		d->g->nodes[at].site = ++d->sites[node->index];
		d->g->nodes[at].drops = d->drops[node->index];
	} else if (kind == WR_GRAPH_DROP) {
		d->g->nodes[at].drops = wr_drops_labels(&node->drops);
	} else if (kind == WR_GRAPH_REQUIRE) {
		d->g->nodes[at].labels = d->code->ambient[n];
	}
	if (kind != WR_GRAPH_REQUIRE && kind != WR_GRAPH_DO)
		value_is(d, n, at, d->g->nodes[at].labels);
	return at;
}

static void draw_block(struct drawing *d, uint32_t block);

/* Does a value come out of this cluster, or one inside it? */
static bool
comes_from(const struct drawing *d, const struct sources *value, uint32_t cluster)
{
	for (uint32_t i = 0; i < value->len; i++)
		for (uint32_t c = d->g->nodes[value->at[i].from].cluster; c != WR_NONE;
		     c = d->g->clusters[c].parent)
			if (c == cluster)
				return true;
	return false;
}

/* What was decided by: the operand; of a TRY, the calls that may fail. */
static uint64_t
decided_by(const struct drawing *d, uint32_t n)
{
	const struct wr_node *node = &d->code->nodes[n];
	const struct wr_block *tried = &d->code->blocks[node->blocks];
	uint64_t labels = 0;

	if (node->operands_len > 0)
		return d->code->ambient[wr_operand(d->code, node, 0)];
	for (uint32_t i = tried->first; i < tried->end && node->op == WR_OP_TRY; i++)
		labels |= d->code->nodes[i].op == WR_OP_CALL ? d->code->ambient[i] : 0;
	return labels;
}

/* What an owner results in: what its blocks do, and what decided. */
static void
gather_blocks(struct drawing *d, uint32_t n)
{
	const struct wr_node *node = &d->code->nodes[n];
	uint64_t decided = decided_by(d, n);

	for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++) {
		const struct wr_block *block = &d->code->blocks[b];

		for (uint32_t i = 0; i < block->roots_len; i++)
			gather(d, d->code->operands[block->roots + i], deep(d, n),
			    decided & deep(d, n));
		if (d->kept[n] && (block->roots_len == 0 ||
				      !comes_from(d, &d->values[d->code->operands[block->roots]],
					  d->clusters[b])))
			gather_one(d, (struct source){ d->drawn[n], b, decided });
	}
}

/* Pure inside: as if it were one operation. */
static void
draw_contracted(struct drawing *d, uint32_t n)
{
	const struct wr_node *node = &d->code->nodes[n];

	for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++) {
		d->clusters[b] = d->clusters[node->block];
		draw_block(d, b);
	}
	for (uint32_t i = 0; i < node->operands_len; i++)
		gather(d, wr_operand(d->code, node, i),
		    d->code->ambient[wr_operand(d->code, node, i)], 0);
	gather_blocks(d, n);
	value_gathered(d, n);
}

/* What the next state comes from, and what says whether there is another round: back to the LOOP. */
static void
lead_back(struct drawing *d, uint32_t n)
{
	const struct wr_block *block = &d->code->blocks[d->code->nodes[n].blocks];

	for (uint32_t i = 0; i < block->roots_len; i++) {
		gather(d, d->code->operands[block->roots + i], UINT64_MAX, 0);
		for (uint32_t k = 0; k < d->scratch_len && d->status == WR_OK; k++) {
			struct sources one = { &d->scratch[k], 1 };

			if (d->scratch[k].from == d->drawn[n])
				continue;
			add_edge(d, &d->scratch[k], d->drawn[n], i > 0);
			if (d->status == WR_OK)
				d->g->edges[d->g->edges_len - 1].back =
				    comes_from(d, &one, d->clusters[d->code->nodes[n].blocks]);
		}
		gathered(d);
	}
}

static void
draw_choice(struct drawing *d, uint32_t n)
{
	const struct wr_node *node = &d->code->nodes[n];
	bool loop = node->op == WR_OP_LOOP;
	uint32_t at = draw_visible(d, n,
	    loop ? WR_GRAPH_LOOP : node->op == WR_OP_TRY ? WR_GRAPH_TRY : WR_GRAPH_CHOICE);

	if (!loop)
		d->g->nodes[at].labels = decided_by(d, n);
	for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++) {
		d->clusters[b] = d->g->clusters_len;
		d->g->clusters[d->g->clusters_len++] =
		    (struct wr_graph_cluster){ at, b, d->clusters[node->block] };
		draw_block(d, b);
	}
	if (loop) {
		lead_back(d, n);
		value_is(d, n, at, d->g->nodes[at].labels);
		return;
	}
	gather_blocks(d, n);
	value_gathered(d, n);
}

/* Its calls stand inside; no value comes out. The DO before it decides when it begins. */
static void
draw_do(struct drawing *d, uint32_t n)
{
	uint32_t block = d->code->nodes[n].blocks, at = draw_visible(d, n, WR_GRAPH_DO);

	d->g->nodes[at].labels = 0;
	d->clusters[block] = d->g->clusters_len;
	d->g->clusters[d->g->clusters_len++] =
	    (struct wr_graph_cluster){ at, block, d->clusters[d->code->nodes[n].block] };
	draw_block(d, block);
}

static void
draw_bind(struct drawing *d, uint32_t n)
{
	uint32_t owner = d->code->blocks[d->code->nodes[n].block].owner;

	if (d->kept[owner]) {
		value_is(d, n, d->drawn[owner], deep(d, n));
		return;
	}
	gather(d, wr_operand(d->code, &d->code->nodes[owner], 0), deep(d, n), 0);
	value_gathered(d, n);
}

static void
draw_node(struct drawing *d, uint32_t n)
{
	const struct wr_node *node = &d->code->nodes[n];

	if (node->op == WR_OP_INPUT) {
		value_is(d, n, node->index, deep(d, n));
	} else if (node->op == WR_OP_BIND) {
		draw_bind(d, n);
	} else if (node->op == WR_OP_CALL) {
		(void)draw_visible(d, n, WR_GRAPH_CALL);
	} else if (node->op == WR_OP_REQUIRE) {
		(void)draw_visible(d, n, WR_GRAPH_REQUIRE);
	} else if (node->op == WR_OP_DO) {
		draw_do(d, n);
	} else if (node->op == WR_OP_DROP) {
		(void)draw_visible(d, n, WR_GRAPH_DROP);
	} else if (d->kept[n]) {
		draw_choice(d, n);
	} else if (node->blocks_len > 0) {
		draw_contracted(d, n);
	} else {
		for (uint32_t i = 0; i < node->operands_len; i++)
			gather(d, wr_operand(d->code, node, i), deep(d, n), 0);
		value_gathered(d, n);
	}
}

static void
draw_block(struct drawing *d, uint32_t block)
{
	const struct wr_block *b = &d->code->blocks[block];

	assert(b->depth <= WR_BLOCKS_DEEP);
	for (uint32_t n = b->first; n < b->end && d->status == WR_OK; n = wr_code_after(d->code, n))
		draw_node(d, n);
}

static void
draw_result(struct drawing *d)
{
	const struct wr_module *m = d->m;
	uint32_t root = d->code->operands[d->code->blocks[0].roots];
	uint32_t at = add_node(d, WR_GRAPH_RESULT, WR_NONE);

	gather(d, root, UINT64_MAX, 0);
	lead_to(d, at, WR_NONE);
	d->g->nodes[at].labels = m->result_labels | m->types.at[m->result].labels;
}

/* ---- the whole ---------------------------------------------------------------------- */

static bool
visible(unsigned op)
{
	return op == WR_OP_CALL || op == WR_OP_REQUIRE || op == WR_OP_DROP;
}

/* Every owner around something visible is kept. Each owner is marked once. */
static void
mark_kept(struct drawing *d)
{
	for (uint32_t n = 0; n < d->code->nodes_len; n++) {
		uint32_t owner = d->code->blocks[d->code->nodes[n].block].owner;

		if (!visible(d->code->nodes[n].op))
			continue;
		for (; owner != WR_NONE && !d->kept[owner];
		     owner = d->code->blocks[d->code->nodes[owner].block].owner)
			d->kept[owner] = true;
	}
}

static void
find_drops(struct drawing *d)
{
	for (uint32_t i = 0; i < d->m->agents_len; i++) {
		const struct wr_agent *a = &d->m->agents[i];

		d->drops[i] = wr_drops_labels(&a->drops);
		for (uint32_t n = 0; n < a->body.nodes_len; n++)
			if (a->body.nodes[n].op == WR_OP_DROP)
				d->drops[i] |= wr_drops_labels(&a->body.nodes[n].drops);
	}
}

/*
 * Clusters that nothing came to stand in go; a cluster with a cluster inside has its choice inside
 * too.
 */
static void
drop_empty(struct wr_graph *g, uint32_t *renamed, bool *full)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < g->nodes_len; i++)
		if (g->nodes[i].cluster != WR_NONE)
			full[g->nodes[i].cluster] = true;
	for (uint32_t c = 0; c < g->clusters_len; c++) {
		struct wr_graph_cluster kept = g->clusters[c];

		renamed[c] = full[c] ? len : WR_NONE;
		if (!full[c])
			continue;
		if (kept.parent != WR_NONE)
			kept.parent = renamed[kept.parent];
		g->clusters[len++] = kept;
	}
	g->clusters_len = len;
	for (uint32_t i = 0; i < g->nodes_len; i++)
		if (g->nodes[i].cluster != WR_NONE)
			g->nodes[i].cluster = renamed[g->nodes[i].cluster];
}

static bool
make_room(struct drawing *d)
{
	const struct wr_code *code = d->code;
	struct wr_arena *a = d->arena;

	d->nodes_room =
	    d->m->inputs_len + 2 * code->nodes_len + 1; /* an owner may be a choice and a join */
	d->edges_room = 64;
	d->scratch_max = d->nodes_room;
	d->g->nodes = wr_arena_array(a, d->nodes_room, sizeof *d->g->nodes);
	d->g->edges = wr_arena_array(a, d->edges_room, sizeof *d->g->edges);
	d->g->clusters = wr_arena_array(a, code->blocks_len, sizeof *d->g->clusters);
	d->g->millibits = wr_capacities(&d->m->types, a);
	d->values = wr_arena_array(a, code->nodes_len, sizeof *d->values);
	d->drawn = wr_arena_array(a, code->nodes_len, sizeof *d->drawn);
	d->clusters = wr_arena_array(a, code->blocks_len, sizeof *d->clusters);
	d->kept = wr_arena_array(a, code->nodes_len, sizeof *d->kept);
	d->sites = wr_arena_array(a, (size_t)d->m->agents_len + 1, sizeof *d->sites);
	d->drops = wr_arena_array(a, (size_t)d->m->agents_len + 1, sizeof *d->drops);
	d->guards = wr_arena_array(a, d->nodes_room, sizeof *d->guards);
	d->scratch = wr_arena_array(a, d->scratch_max, sizeof *d->scratch);
	d->seen = wr_arena_array(a, d->nodes_room, sizeof *d->seen);
	return d->g->nodes != NULL && d->g->edges != NULL && d->g->clusters != NULL &&
	       d->g->millibits != NULL && d->values != NULL && d->drawn != NULL &&
	       d->clusters != NULL && d->kept != NULL && d->sites != NULL && d->drops != NULL &&
	       d->guards != NULL && d->scratch != NULL && d->seen != NULL;
}

enum wr_status
wr_graph_make(const struct wr_module *module, struct wr_arena *arena, struct wr_graph *ret_graph)
{
	struct wr_graph g = { .module = module };
	struct drawing d = { .m = module, .code = &module->flow, .arena = arena, .g = &g };
	uint32_t *renamed;
	bool *full;

	assert(module->flow.ambient != NULL && ret_graph != NULL);
	if (!make_room(&d))
		goto no_room;
	for (uint32_t i = 0; i < module->inputs_len; i++) {
		g.nodes[add_node(&d, WR_GRAPH_INPUT, i)].labels =
		    module->inputs[i].labels | module->types.at[module->inputs[i].type].labels;
	}
	d.clusters[0] = WR_NONE;
	mark_kept(&d);
	find_drops(&d);
	draw_block(&d, 0);
	if (d.status == WR_OK)
		draw_result(&d);
	renamed = wr_arena_array(arena, (size_t)g.clusters_len + 1, sizeof *renamed);
	full = wr_arena_array(arena, (size_t)g.clusters_len + 1, sizeof *full);
	if (d.status != WR_OK || renamed == NULL || full == NULL)
		goto no_room;
	drop_empty(&g, renamed, full);
	*ret_graph = g;
	return WR_OK;
no_room:
	return arena->over ? WR_LIMIT : WR_NOMEM;
}
