/*
 * A picture for graphviz. Decides shapes and colours; what is said comes from graph_say.c. Texts
 * stand in HTML-like labels, where the four characters that mean something are written as entities,
 * and no control character gets there.
 */
#include "vm/view/graph.h"

#include "vm/view/page.h"

#define RED "#b3261e"

static const struct {
	const char *shape, *style, *fill, *line;
} looks[] = {
	[WR_GRAPH_INPUT] = { "box", "filled", "#eceff1", "#546e7a" },
	[WR_GRAPH_CALL] = { "box", "filled,rounded", "#ffffff", "#37474f" },
	[WR_GRAPH_REQUIRE] = { "octagon", "filled", "#fff8e1", "#8d6e00" },
	[WR_GRAPH_CHOICE] = { "diamond", "filled", "#ffffff", "#546e7a" },
	[WR_GRAPH_DO] = { "cds", "filled", "#ede7f6", "#4527a0" },
	[WR_GRAPH_DROP] = { "box", "filled", "#fdecea", RED },
	[WR_GRAPH_JOIN] = { "ellipse", "filled", "#ffffff", "#90a4ae" },
	[WR_GRAPH_RESULT] = { "box", "filled", "#eceff1", "#546e7a" },
	[WR_GRAPH_TRY] = { "house", "filled", "#ffffff", "#546e7a" },
	[WR_GRAPH_LOOP] = { "hexagon", "filled", "#ffffff", "#546e7a" },
};

/* Of a call, by the kind of its backend. */
static const char *const fills[] = {
	[WR_KIND_LLM] = "#e3f2fd",
	[WR_KIND_RETRIEVE] = "#e8f5e9",
	[WR_KIND_HTTP] = "#fff3e0",
	[WR_KIND_TOOL] = "#fff9c4",
	[WR_KIND_HUMAN] = "#f3e5f5",
};

_Static_assert(sizeof fills / sizeof *fills == WR_KINDS_LEN, "a colour a kind");
_Static_assert(sizeof looks / sizeof *looks == WR_GRAPH_KINDS, "a look a kind");

static void
put_html(struct wr_buf *buf, struct wr_text t)
{
	for (size_t i = 0; i < t.size; i++) {
		char c = t.at[i];

		if (c == '<')
			wr_buf_str(buf, "&lt;");
		else if (c == '>')
			wr_buf_str(buf, "&gt;");
		else if (c == '&')
			wr_buf_str(buf, "&amp;");
		else if (c == '"')
			wr_buf_str(buf, "&quot;");
		else
			wr_buf_byte(buf, (uint8_t)c);
	}
}

/* `<<b>name</b><br/>…>`, the lines of drops in red. */
static void
put_label(struct wr_buf *buf, struct wr_text said)
{
	bool first = true;

	wr_buf_str(buf, "<");
	for (size_t i = 0, end; i < said.size; i = end + 1, first = false) {
		struct wr_text line;
		bool drops;

		for (end = i; end < said.size && said.at[end] != '\n'; end++)
			;
		line = (struct wr_text){ said.at + i, end - i };
		drops = !first && line.size > 5 && memcmp(line.at, "drops", 5) == 0;
		wr_buf_str(buf, first ? "<b>" :
				drops ? "<br/><font point-size=\"10\" color=\"" RED "\">" :
					"<br/><font point-size=\"10\" color=\"#455a64\">");
		put_html(buf, line);
		wr_buf_str(buf, first ? "</b>" : "</font>");
	}
	wr_buf_str(buf, ">");
}

static void
put_indent(struct wr_buf *buf, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		wr_buf_str(buf, "  ");
}

static const char *
fill_of(const struct wr_graph *g, const struct wr_graph_node *n)
{
	const struct wr_module *m = g->module;

	if (n->kind != WR_GRAPH_CALL)
		return looks[n->kind].fill;
	return fills[m->backends[m->agents[m->flow.nodes[n->node].index].backend].kind];
}

static void
put_node(const struct wr_graph *g, uint32_t i, struct wr_buf *buf)
{
	const struct wr_graph_node *n = &g->nodes[i];
	struct wr_buf said;

	wr_buf_init(&said, buf->alloc, buf->max);
	wr_graph_say(g, i, &said);
	wr_buf_str(buf, "n");
	wr_buf_u64(buf, i);
	wr_buf_str(buf, " [shape=");
	wr_buf_str(buf, looks[n->kind].shape);
	wr_buf_str(buf, " style=\"");
	wr_buf_str(buf, looks[n->kind].style);
	wr_buf_str(buf, "\" fillcolor=\"");
	wr_buf_str(buf, fill_of(g, n));
	wr_buf_str(buf, "\" color=\"");
	wr_buf_str(buf, n->drops != 0 ? RED : looks[n->kind].line);
	wr_buf_str(buf, n->drops != 0 ? "\" penwidth=2" : "\"");
	wr_buf_str(buf, n->kind == WR_GRAPH_RESULT ? " peripheries=2" : "");
	wr_buf_str(buf, " label=");
	put_label(buf, wr_buf_view(&said));
	wr_buf_str(buf, "];\n");
	if (said.status != WR_OK && buf->status == WR_OK)
		buf->status = said.status;
	wr_buf_free(&said);
}

static void
open_cluster(const struct wr_graph *g, uint32_t c, uint32_t depth, struct wr_buf *buf)
{
	put_indent(buf, depth);
	wr_buf_str(buf, "subgraph cluster_c");
	wr_buf_u64(buf, c);
	wr_buf_str(buf, " {\n");
	put_indent(buf, depth + 1);
	wr_buf_str(buf, "label=\"");
	wr_graph_say_block(g, g->clusters[c].block, buf);
	wr_buf_str(buf, "\"; labeljust=l; style=\"rounded,dashed\"; color=\"#90a4ae\"; "
			"fontcolor=\"#546e7a\";\n");
}

static void
close_clusters(uint32_t from, uint32_t to, struct wr_buf *buf)
{
	while (from > to) {
		put_indent(buf, from--);
		wr_buf_str(buf, "}\n");
	}
}

static void
put_nodes(const struct wr_graph *g, struct wr_buf *buf)
{
	struct wr_graph_nest nest = { .len = 0 };

	for (uint32_t i = 0; i < g->nodes_len; i++) {
		uint32_t before = nest.len, same = wr_graph_step(g, &nest, i);

		close_clusters(before, same, buf);
		for (; same < nest.len; same++)
			open_cluster(g, nest.open[same], same + 1, buf);
		put_indent(buf, nest.len + 1);
		put_node(g, i, buf);
	}
	close_clusters(nest.len, 0, buf);
}

static void
put_edge(const struct wr_graph *g, const struct wr_graph_edge *e, struct wr_buf *buf)
{
	wr_buf_str(buf, "  n");
	wr_buf_u64(buf, e->from);
	wr_buf_str(buf, " -> n");
	wr_buf_u64(buf, e->to);
	wr_buf_str(buf, e->decides ? " [style=dashed color=\"#90a4ae\"" : " [color=\"#546e7a\"");
	wr_buf_str(buf, e->back ? " constraint=false arrowhead=empty" : "");
	if (e->arm != WR_NONE || e->labels != 0) {
		wr_buf_str(buf, " label=\"");
		wr_graph_say_edge(g, e, buf);
		wr_buf_str(buf, "\"");
	}
	wr_buf_str(buf, "];\n");
}

void
wr_graph_dot(const struct wr_graph *g, struct wr_buf *buf)
{
	wr_buf_str(buf, "digraph \"");
	wr_buf_text(buf, g->module->name); /* a name: letters, digits and _ */
	wr_buf_str(buf,
	    "\" {\n"
	    "  rankdir=TB; ranksep=0.5; nodesep=0.4; fontname=\"Helvetica\"; fontsize=11;\n"
	    "  node [fontname=\"Helvetica\" fontsize=12 margin=\"0.16,0.08\"];\n"
	    "  edge [fontname=\"Helvetica\" fontsize=10 fontcolor=\"#8a4b00\" arrowsize=0.7];\n");
	put_nodes(g, buf);
	for (uint32_t i = 0; i < g->edges_len; i++)
		put_edge(g, &g->edges[i], buf);
	wr_buf_str(buf, "}\n");
}
