/*
 * Ways of labels through a picture: breadth first from where a label arrives, back along the edges
 * that carry it. Decides which way is named; never whether there is one.
 */
#include "vm/view/flows.h"

#include "vm/base/limits.h"

#include <assert.h>

#define NAMED_FROM 3u /* inputs that are named; the others are counted */
#define NAMED_BY 8u   /* calls and drops on the way */
#define FLOW_TEXT_MAX 4096u

enum sink_kind { TO_BACKEND, TO_RESULT, TO_DROP };

struct tracing {
	const struct wr_graph *g;
	const struct wr_summary *summary;
	struct wr_arena *arena;
	uint32_t *into;  /* by node: where its edges in begin in `edges`; one more at the end */
	uint32_t *edges; /* of the picture, by where they lead */
	uint32_t *next;  /* by node: the next one on the way to where the label arrives, or WR_NONE */
	uint32_t *queue;
	bool *seen;
	uint32_t queued;
	uint64_t work;
	struct wr_buf text;
	bool failed;
};

static const struct wr_agent *
agent_of(const struct wr_graph *g, const struct wr_graph_node *n)
{
	return &g->module->agents[g->module->flow.nodes[n->node].index];
}

/* Does a call ask this backend, by its agent or by one that stands in for it? */
static bool
asks(const struct wr_graph *g, const struct wr_graph_node *n, uint32_t backend)
{
	const struct wr_agent *a = agent_of(g, n);

	if (a->backend == backend)
		return true;
	for (uint32_t f = wr_agent_fallback(a); f != WR_NONE;
	     f = wr_agent_fallback(&g->module->agents[f]))
		if (g->module->agents[f].backend == backend)
			return true;
	return false;
}

static bool
is_sink(const struct tracing *t, uint32_t node, enum sink_kind kind, uint32_t index)
{
	const struct wr_graph_node *n = &t->g->nodes[node];
	const struct wr_summary_drop *d;

	if (kind == TO_RESULT)
		return n->kind == WR_GRAPH_RESULT;
	if (kind == TO_BACKEND)
		return n->kind == WR_GRAPH_CALL && asks(t->g, n, index);
	d = &t->summary->drops[index];
	if (d->is_agent)
		return n->kind == WR_GRAPH_CALL && wr_text_eq(agent_of(t->g, n)->name, d->name);
	return n->kind == WR_GRAPH_DROP && wr_text_eq(t->g->module->flow.nodes[n->node].name, d->name);
}

static const struct wr_graph_edge *
edge(const struct tracing *t, uint32_t i)
{
	return &t->g->edges[t->edges[i]];
}

static void
enqueue(struct tracing *t, uint32_t node, uint32_t next)
{
	if (t->seen[node])
		return;
	t->seen[node] = true;
	t->next[node] = next;
	t->queue[t->queued++] = node;
}

/* Each node is queued at most once, so this ends within nodes_len rounds. False: too much work. */
static bool
walk(struct tracing *t, enum sink_kind kind, uint32_t index, uint64_t label)
{
	memset(t->seen, 0, t->g->nodes_len * sizeof *t->seen);
	t->queued = 0;
	t->work += t->g->nodes_len;
	for (uint32_t n = 0; n < t->g->nodes_len; n++)
		if (is_sink(t, n, kind, index))
			enqueue(t, n, WR_NONE);
	for (uint32_t i = 0; i < t->queued; i++) {
		uint32_t n = t->queue[i];

		t->work += t->into[n + 1] - t->into[n] + 1;
		if (t->work > WR_FLOWS_WORK)
			return false;
		for (uint32_t e = t->into[n]; e < t->into[n + 1]; e++)
			if ((edge(t, e)->labels & label) != 0)
				enqueue(t, edge(t, e)->from, n);
	}
	return true;
}

/* The backend in the row of a call that is the first to taint with the label; WR_NONE: none, or not before this one. */
static uint32_t
tainter(const struct tracing *t, uint32_t node, uint64_t label, uint32_t before)
{
	const struct wr_module *m = t->g->module;
	const struct wr_agent *a = agent_of(t->g, &t->g->nodes[node]);

	while (a->backend != before && (m->backends[a->backend].taints & label) == 0) {
		if (wr_agent_fallback(a) == WR_NONE)
			return WR_NONE;
		a = &m->agents[wr_agent_fallback(a)];
	}
	return a->backend == before ? WR_NONE : a->backend;
}

/*
 * Where the label begins, when no input has it: the first call whose backend or type brings it. The
 * last call brings it to one of its fallbacks, by failing.
 */
static uint32_t
origin(const struct tracing *t, enum sink_kind kind, uint32_t index, uint64_t label, uint32_t *ret_backend)
{
	for (uint32_t i = 0; i < t->queued; i++) {
		uint32_t n = t->queue[i], backend;
		bool carried = t->g->nodes[n].kind != WR_GRAPH_CALL, last = t->next[n] == WR_NONE;

		for (uint32_t e = t->into[n]; e < t->into[n + 1]; e++)
			carried |= (edge(t, e)->labels & label) != 0;
		if (carried || (last && kind != TO_BACKEND))
			continue;
		backend = tainter(t, n, label, last ? index : WR_NONE);
		if (last && backend == WR_NONE)
			continue;
		*ret_backend = backend != WR_NONE ? backend : agent_of(t->g, &t->g->nodes[n])->backend;
		return n;
	}
	return WR_NONE;
}

/* The inputs that have it, nearest first; the nearest, or where else it begins. */
static uint32_t
name_origin(struct tracing *t, enum sink_kind kind, uint32_t index, uint64_t label)
{
	uint32_t first = WR_NONE, inputs = 0, backend;

	for (uint32_t i = 0; i < t->queued; i++) {
		const struct wr_graph_node *n = &t->g->nodes[t->queue[i]];

		if (n->kind != WR_GRAPH_INPUT || (n->labels & label) == 0)
			continue;
		if (inputs < NAMED_FROM) {
			wr_buf_str(&t->text, inputs == 0 ? "" : ", ");
			wr_buf_text(&t->text, t->g->module->inputs[n->node].name);
		}
		first = inputs++ == 0 ? t->queue[i] : first;
	}
	if (inputs > NAMED_FROM) {
		wr_buf_str(&t->text, " and ");
		wr_buf_u64(&t->text, inputs - NAMED_FROM);
		wr_buf_str(&t->text, " more");
	}
	if (first != WR_NONE)
		return first;
	first = origin(t, kind, index, label, &backend);
	if (first != WR_NONE) {
		wr_buf_str(&t->text, "what ");
		wr_buf_text(&t->text, t->g->module->backends[backend].name);
		wr_buf_str(&t->text, " gives");
	}
	return first;
}

static void
name_way(struct tracing *t, uint32_t from, enum sink_kind kind)
{
	uint32_t named = 0, more = 0;

	for (uint32_t n = from; n != WR_NONE; n = t->next[n]) {
		const struct wr_graph_node *at = &t->g->nodes[n];
		bool last = t->next[n] == WR_NONE;
		struct wr_text name;

		if (at->kind == WR_GRAPH_CALL)
			name = agent_of(t->g, at)->name;
		else if (at->kind == WR_GRAPH_DROP)
			name = t->g->module->flow.nodes[at->node].name;
		else
			continue;
		if (last && kind == TO_DROP)
			continue; /* it is the subject of the sentence */
		if (named == NAMED_BY && !last) {
			more++;
			continue;
		}
		if (more > 0) {
			wr_buf_str(&t->text, ", ");
			wr_buf_u64(&t->text, more);
			wr_buf_str(&t->text, " more");
		}
		wr_buf_str(&t->text, named == 0 ? "" : ", ");
		wr_buf_text(&t->text, name);
		named++;
	}
}

static struct wr_text
keep(struct tracing *t)
{
	struct wr_text kept = { NULL, 0 };

	if (t->text.size > 0) {
		kept = wr_arena_text(t->arena, wr_buf_view(&t->text));
		t->failed |= kept.at == NULL || t->text.status != WR_OK;
	}
	t->text.size = 0;
	return kept;
}

static void
trace(struct tracing *t, enum sink_kind kind, uint32_t index, uint64_t set, struct wr_flow *ret)
{
	for (uint32_t i = 0; i < t->summary->labels_len && !t->failed; i++) {
		uint64_t label = (uint64_t)1 << i;
		uint32_t from;

		if ((set & label) == 0 || t->work > WR_FLOWS_WORK || !walk(t, kind, index, label))
			continue;
		from = name_origin(t, kind, index, label);
		ret[i].from = keep(t);
		name_way(t, from, kind);
		ret[i].by = keep(t);
	}
}

/* Edges by where they lead, in their order: into[n] is first where n's end, then where they begin. */
static bool
prepare(struct tracing *t)
{
	const struct wr_graph *g = t->g;
	size_t n = (size_t)g->nodes_len + 1;

	t->into = wr_arena_array(t->arena, n, sizeof *t->into);
	t->next = wr_arena_array(t->arena, n, sizeof *t->next);
	t->queue = wr_arena_array(t->arena, n, sizeof *t->queue);
	t->seen = wr_arena_array(t->arena, n, sizeof *t->seen);
	t->edges = wr_arena_array(t->arena, (size_t)g->edges_len + 1, sizeof *t->edges);
	if (t->into == NULL || t->next == NULL || t->queue == NULL || t->seen == NULL ||
	    t->edges == NULL)
		return false;
	for (uint32_t e = 0; e < g->edges_len; e++)
		t->into[g->edges[e].to]++;
	for (uint32_t i = 1; i <= g->nodes_len; i++)
		t->into[i] += t->into[i - 1];
	for (uint32_t e = g->edges_len; e-- > 0;)
		t->edges[--t->into[g->edges[e].to]] = e;
	return true;
}

enum wr_status
wr_flows_make(const struct wr_graph *g, const struct wr_summary *s, struct wr_arena *arena,
    struct wr_flows *ret)
{
	struct tracing t = { .g = g, .summary = s, .arena = arena };
	size_t rows = (size_t)s->backends_len + 1 + s->drops_len, l = s->labels_len;
	struct wr_flow *at = wr_arena_array(arena, rows * l + 1, sizeof *at);

	wr_buf_init(&t.text, arena->alloc, FLOW_TEXT_MAX);
	if (at == NULL || !prepare(&t)) {
		t.failed = true;
		goto done;
	}
	for (uint32_t i = 0; i < s->backends_len; i++)
		trace(&t, TO_BACKEND, i, s->backends[i].reaches, at + i * l);
	trace(&t, TO_RESULT, 0, s->result_labels, at + s->backends_len * l);
	for (uint32_t i = 0; i < s->drops_len; i++)
		trace(&t, TO_DROP, i, s->drops[i].labels, at + (s->backends_len + 1 + i) * l);
	*ret = (struct wr_flows){ at, s->labels_len, s->backends_len, s->drops_len };
done:
	wr_buf_free(&t.text);
	return !t.failed ? WR_OK : arena->over ? WR_LIMIT : WR_NOMEM;
}

const struct wr_flow *
wr_flows_to_backend(const struct wr_flows *flows, uint32_t backend)
{
	assert(backend < flows->backends_len);
	return flows->at + (size_t)backend * flows->labels_len;
}

const struct wr_flow *
wr_flows_to_result(const struct wr_flows *flows)
{
	return flows->at + (size_t)flows->backends_len * flows->labels_len;
}

const struct wr_flow *
wr_flows_to_drop(const struct wr_flows *flows, uint32_t drop)
{
	assert(drop < flows->drops_len);
	return flows->at + ((size_t)flows->backends_len + 1 + drop) * flows->labels_len;
}
