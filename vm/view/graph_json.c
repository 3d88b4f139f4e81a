/* A picture as JSON, for other tools. Says everything, uncut; texts as RFC 8259 strings. */
#include "vm/view/graph.h"

#include "vm/json.h"
#include "vm/summary.h"
#include "vm/view/page.h"

static void
put_text(struct wr_buf *buf, const char *name, struct wr_text t)
{
	wr_buf_str(buf, ",\"");
	wr_buf_str(buf, name);
	wr_buf_str(buf, "\":");
	wr_json_write_text(t, buf);
}

static void
put_id(struct wr_buf *buf, const char *before, char letter, uint32_t i)
{
	wr_buf_str(buf, before);
	if (i == WR_NONE) {
		wr_buf_str(buf, "null");
		return;
	}
	wr_buf_byte(buf, '"');
	wr_buf_byte(buf, (uint8_t)letter);
	wr_buf_u64(buf, i);
	wr_buf_byte(buf, '"');
}

static void
put_labels(const struct wr_graph *g, const char *name, uint64_t labels, struct wr_buf *buf)
{
	bool some = false;

	wr_buf_str(buf, ",\"");
	wr_buf_str(buf, name);
	wr_buf_str(buf, "\":[");
	for (uint32_t i = 0; i < g->module->labels_len; i++) {
		if ((labels >> i & 1) == 0)
			continue;
		wr_buf_str(buf, some ? "," : "");
		wr_json_write_text(g->module->labels[i].name, buf);
		some = true;
	}
	wr_buf_str(buf, "]");
}

static void
put_type(const struct wr_graph *g, uint32_t type, struct wr_buf *buf)
{
	wr_buf_str(buf, ",\"type\":\"");
	wr_spell_type(buf, &g->module->types, type); /* names and digits */
	wr_buf_str(buf, "\"");
}

static void
put_reasons(const struct wr_drops *drops, uint64_t millibits, struct wr_buf *buf)
{
	for (uint32_t i = 0; i < drops->len; i++) {
		wr_buf_str(buf, i == 0 ? ",\"because\":[" : ",");
		wr_json_write_text(drops->at[i].reason, buf);
	}
	if (drops->len == 0)
		return;
	wr_buf_str(buf, "],\"millibits\":");
	wr_buf_u64(buf, millibits);
}

static void
put_call(const struct wr_graph *g, const struct wr_graph_node *n, struct wr_buf *buf)
{
	const struct wr_agent *a = &g->module->agents[g->module->flow.nodes[n->node].index];
	const struct wr_setting *model = wr_agent_setting(a, WR_SET_MODEL);

	put_text(buf, "name", a->name);
	wr_buf_str(buf, ",\"site\":");
	wr_buf_u64(buf, n->site);
	put_text(buf, "backend", g->module->backends[a->backend].name);
	put_text(
	    buf, "backend_kind", wr_text_of(wr_kind_word(g->module->backends[a->backend].kind)));
	if (model != NULL)
		put_text(buf, "model", model->text);
	wr_buf_str(
	    buf, wr_agent_has_effect(g->module, a) ? ",\"effect\":true" : ",\"effect\":false");
	if (wr_agent_fallback(a) != WR_NONE)
		wr_buf_str(buf, ",\"fallbacks\":[");
	for (uint32_t f = wr_agent_fallback(a); f != WR_NONE;) {
		wr_json_write_text(g->module->agents[f].name, buf);
		f = wr_agent_fallback(&g->module->agents[f]);
		wr_buf_byte(buf, f == WR_NONE ? ']' : ',');
	}
	put_type(g, a->result, buf);
	put_reasons(
	    &a->drops, wr_capacity_of_call(&g->module->flow, n->node, g->millibits[a->result]), buf);
}

static void
put_details(const struct wr_graph *g, const struct wr_graph_node *n, struct wr_buf *buf)
{
	const struct wr_module *m = g->module;
	const struct wr_code *code = &m->flow;

	if (n->kind == WR_GRAPH_INPUT) {
		put_text(buf, "name", m->inputs[n->node].name);
		put_type(g, m->inputs[n->node].type, buf);
	} else if (n->kind == WR_GRAPH_RESULT) {
		put_type(g, m->result, buf);
	} else if (n->kind == WR_GRAPH_CALL) {
		put_call(g, n, buf);
	} else if (n->kind == WR_GRAPH_DROP) {
		put_text(buf, "name", code->nodes[n->node].name);
		put_type(g, code->types[n->node], buf);
		put_reasons(
		    &code->nodes[n->node].drops, g->millibits[code->types[n->node]], buf);
	} else if (n->kind == WR_GRAPH_CHOICE && code->nodes[n->node].operands_len > 0) {
		put_type(g, code->types[wr_operand(code, &code->nodes[n->node], 0)], buf);
	} else if (n->kind == WR_GRAPH_LOOP) {
		put_type(g, code->nodes[n->node].type, buf);
		wr_buf_str(buf, ",\"rounds\":");
		wr_buf_u64(buf, code->nodes[n->node].index);
	} else if (n->kind == WR_GRAPH_REQUIRE) {
		const struct wr_node *said =
		    &code->nodes[wr_operand(code, &code->nodes[n->node], 1)];

		if (said->op == WR_OP_CONST)
			put_text(buf, "message", wr_value_text(said->value));
	}
}

static void
put_node(const struct wr_graph *g, uint32_t i, struct wr_buf *buf)
{
	static const char *const kinds[] = { "input", "call", "require", "choice", "do", "drop",
		"value", "result", "try", "loop" };
	const struct wr_graph_node *n = &g->nodes[i];

	_Static_assert(sizeof kinds / sizeof *kinds == WR_GRAPH_KINDS, "a word a kind");
	put_id(buf, i == 0 ? "\n{\"id\":" : ",\n{\"id\":", 'n', i);
	put_text(buf, "kind", wr_text_of(kinds[n->kind]));
	put_details(g, n, buf);
	put_labels(g, "labels", n->labels, buf);
	put_labels(g, "drops", n->drops, buf);
	put_id(buf, ",\"cluster\":", 'c', n->cluster);
	wr_buf_str(buf, "}");
}

static void
put_arm(const struct wr_graph *g, uint32_t block, struct wr_buf *buf)
{
	wr_buf_str(buf, ",\"arm\":\"");
	wr_graph_say_block(g, block, buf); /* a name, or words of ours */
	wr_buf_str(buf, "\"");
}

void
wr_graph_json(const struct wr_graph *g, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"workflow\":");
	wr_json_write_text(g->module->name, buf);
	wr_buf_str(buf, ",\"nodes\":[");
	for (uint32_t i = 0; i < g->nodes_len; i++)
		put_node(g, i, buf);
	wr_buf_str(buf, "],\n\"clusters\":[");
	for (uint32_t i = 0; i < g->clusters_len; i++) {
		put_id(buf, i == 0 ? "\n{\"id\":" : ",\n{\"id\":", 'c', i);
		put_id(buf, ",\"choice\":", 'n', g->clusters[i].choice);
		put_arm(g, g->clusters[i].block, buf);
		put_id(buf, ",\"parent\":", 'c', g->clusters[i].parent);
		wr_buf_str(buf, "}");
	}
	wr_buf_str(buf, "],\n\"edges\":[");
	for (uint32_t i = 0; i < g->edges_len; i++) {
		const struct wr_graph_edge *e = &g->edges[i];

		put_id(buf, i == 0 ? "\n{\"from\":" : ",\n{\"from\":", 'n', e->from);
		put_id(buf, ",\"to\":", 'n', e->to);
		put_labels(g, "labels", e->labels, buf);
		wr_buf_str(buf, e->decides ? ",\"decides\":true" : ",\"decides\":false");
		wr_buf_str(buf, e->back ? ",\"back\":true" : "");
		if (e->arm != WR_NONE)
			put_arm(g, e->arm, buf);
		wr_buf_str(buf, "}");
	}
	wr_buf_str(buf, "]}\n");
}
