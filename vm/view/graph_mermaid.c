/*
 * A picture for Mermaid, which pages of documentation draw. Every ASCII character of a text that
 * could mean something to Mermaid, or to the page around it, is written as its number.
 */
#include "vm/view/graph.h"

#include "vm/view/page.h"

/* Classes have names that are no words of Mermaid, as `call` is. */
static const struct {
	const char *open, *close, *class;
} shapes[] = {
	[WR_GRAPH_INPUT] = { "[/\"", "\"/]", "given" },
	[WR_GRAPH_CALL] = { "(\"", "\")", "agent" },
	[WR_GRAPH_REQUIRE] = { "{{\"", "\"}}", "guard" },
	[WR_GRAPH_CHOICE] = { "{\"", "\"}", "choice" },
	[WR_GRAPH_DO] = { ">\"", "\"]", "effect" },
	[WR_GRAPH_DROP] = { "[\"", "\"]", "drops" },
	[WR_GRAPH_JOIN] = { "([\"", "\"])", "joined" },
	[WR_GRAPH_RESULT] = { "[/\"", "\"/]", "given" },
	[WR_GRAPH_TRY] = { "[/\"", "\"\\]", "choice" },
	[WR_GRAPH_LOOP] = { "((\"", "\"))", "choice" },
};

_Static_assert(sizeof shapes / sizeof *shapes == WR_GRAPH_KINDS, "a shape a kind");

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == ' ' || c == '_' || c == ',' || c == '?' || c == '@' || (c & 0x80) != 0;
}

static void
put_said(struct wr_buf *buf, struct wr_text t)
{
	for (size_t i = 0; i < t.size; i++) {
		char c = t.at[i];

		if (plain(c)) {
			wr_buf_byte(buf, (uint8_t)c);
		} else if (c == '\n') {
			wr_buf_str(buf, i + 1 < t.size ? "<br/>" : "");
		} else {
			wr_buf_str(buf, "#");
			wr_buf_u64(buf, (uint8_t)c);
			wr_buf_str(buf, ";");
		}
	}
}

static void
put_node(const struct wr_graph *g, uint32_t i, struct wr_buf *buf)
{
	const struct wr_graph_node *n = &g->nodes[i];
	struct wr_buf said;

	wr_buf_init(&said, buf->alloc, buf->max);
	wr_graph_say(g, i, &said);
	wr_buf_str(buf, "  n");
	wr_buf_u64(buf, i);
	wr_buf_str(buf, shapes[n->kind].open);
	put_said(buf, wr_buf_view(&said));
	wr_buf_str(buf, shapes[n->kind].close);
	wr_buf_str(buf, ":::");
	wr_buf_str(buf, n->drops != 0 ? "drops" : shapes[n->kind].class);
	wr_buf_str(buf, "\n");
	if (said.status != WR_OK && buf->status == WR_OK)
		buf->status = said.status;
	wr_buf_free(&said);
}

static void
put_nodes(const struct wr_graph *g, struct wr_buf *buf)
{
	struct wr_graph_nest nest = { .len = 0 };
	uint32_t i = 0, before, same;

	for (; i < g->nodes_len; i++) {
		before = nest.len;
		same = wr_graph_step(g, &nest, i);
		for (; before > same; before--)
			wr_buf_str(buf, "  end\n");
		for (; same < nest.len; same++) {
			wr_buf_str(buf, "  subgraph c");
			wr_buf_u64(buf, nest.open[same]);
			wr_buf_str(buf, "[\"");
			wr_graph_say_block(g, g->clusters[nest.open[same]].block, buf);
			wr_buf_str(buf, "\"]\n");
		}
		put_node(g, i, buf);
	}
	for (; nest.len > 0; nest.len--)
		wr_buf_str(buf, "  end\n");
}

static void
put_edge(const struct wr_graph *g, const struct wr_graph_edge *e, struct wr_buf *buf)
{
	wr_buf_str(buf, "  n");
	wr_buf_u64(buf, e->from);
	wr_buf_str(buf, e->decides ? " -.->" : " -->");
	if (e->arm != WR_NONE || e->labels != 0) {
		wr_buf_str(buf, "|\"");
		wr_graph_say_edge(g, e, buf);
		wr_buf_str(buf, "\"|");
	}
	wr_buf_str(buf, " n");
	wr_buf_u64(buf, e->to);
	wr_buf_str(buf, "\n");
}

void
wr_graph_mermaid(const struct wr_graph *g, struct wr_buf *buf)
{
	wr_buf_str(buf,
	    "flowchart TB\n"
	    "  classDef given fill:#eceff1,stroke:#546e7a,color:#263238\n"
	    "  classDef agent fill:#e3f2fd,stroke:#37474f,color:#263238\n"
	    "  classDef guard fill:#fff8e1,stroke:#8d6e00,color:#263238\n"
	    "  classDef effect fill:#ede7f6,stroke:#4527a0,color:#263238\n"
	    "  classDef choice fill:#ffffff,stroke:#546e7a,color:#263238\n"
	    "  classDef joined fill:#ffffff,stroke:#90a4ae,color:#263238\n"
	    "  classDef drops fill:#fdecea,stroke:#b3261e,stroke-width:2px,color:#b3261e\n");
	put_nodes(g, buf);
	for (uint32_t i = 0; i < g->edges_len; i++)
		put_edge(g, &g->edges[i], buf);
}
