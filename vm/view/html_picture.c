/* The picture in HTML: graphviz's drawing where there is one, and the same as a list. Decides nothing about the picture. */
#include "vm/view/html.h"

/* What graphviz wrote, from its <svg on: a file's own head has no place inside a page. */
static struct wr_text
drawing(struct wr_text svg)
{
	for (size_t i = 0; i + 5 < svg.size; i++)
		if (memcmp(svg.at + i, "<svg ", 5) == 0)
			return (struct wr_text){ svg.at + i + 5, svg.size - i - 5 };
	return (struct wr_text){ NULL, 0 };
}

/* The lines of what a node or an edge says. */
static void
lines(struct html *h, struct wr_text said)
{
	for (size_t i = 0, end; i < said.size; i = end + 1) {
		for (end = i; end < said.size && said.at[end] != '\n'; end++)
			;
		wr_html_raw(h, i == 0 ? "<b>" : ", ");
		wr_html_text(h, (struct wr_text){ said.at + i, end - i });
		wr_html_raw(h, i == 0 ? "</b>" : "");
	}
}

static void
edges_from(struct html *h, uint32_t node, struct wr_buf *words)
{
	const struct wr_graph *g = h->p->graph;
	bool any = false;

	for (uint32_t i = 0; i < g->edges_len; i++) {
		const struct wr_graph_edge *e = &g->edges[i];

		if (e->from != node)
			continue;
		wr_html_raw(h, any ? "" : "<ul>");
		any = true;
		wr_html_raw(h, e->back ? "<li>back to " : e->decides ? "<li>decides " : "<li>to ");
		words->size = 0;
		wr_graph_say(g, e->to, words);
		for (size_t end = 0; end < words->size; end++)
			if (words->at[end] == '\n')
				words->size = end;
		wr_html_text(h, wr_buf_view(words));
		words->size = 0;
		wr_graph_say_edge(g, e, words);
		wr_html_raw(h, words->size > 0 ? ": <span class=\"label\">" : "");
		wr_html_text(h, wr_buf_view(words));
		wr_html_raw(h, words->size > 0 ? "</span></li>" : "</li>");
	}
	wr_html_raw(h, any ? "</ul>" : "");
}

/* Nodes in their blocks; each with where its value goes. Quadratic in a picture too big to read. */
static enum wr_status
list(struct html *h)
{
	const struct wr_graph *g = h->p->graph;
	struct wr_graph_nest nest = { .len = 0 };
	struct wr_buf words;
	enum wr_status s;

	wr_buf_init(&words, h->buf->alloc, h->buf->max);
	wr_html_raw(h, "<ul>\n");
	for (uint32_t i = 0; i < g->nodes_len; i++) {
		uint32_t before = nest.len, same = wr_graph_step(g, &nest, i);

		for (; before > same; before--)
			wr_html_raw(h, "</ul></li>\n");
		for (; same < nest.len; same++) {
			wr_html_raw(h, "<li>");
			words.size = 0;
			wr_graph_say_block(g, g->clusters[nest.open[same]].block, &words);
			wr_html_text(h, wr_buf_view(&words));
			wr_html_raw(h, "<ul>\n");
		}
		wr_html_raw(h, g->nodes[i].drops != 0 ? "<li class=\"drops\">" : "<li>");
		words.size = 0;
		wr_graph_say(g, i, &words);
		lines(h, wr_buf_view(&words));
		if (g->nodes_len < 2000)
			edges_from(h, i, &words);
		wr_html_raw(h, "</li>\n");
	}
	for (uint32_t i = 0; i < nest.len; i++)
		wr_html_raw(h, "</ul></li>\n");
	wr_html_raw(h, "</ul>\n");
	s = words.status;
	wr_buf_free(&words);
	return s;
}

enum wr_status
wr_html_picture(struct html *h, struct wr_text svg)
{
	struct wr_text drawn = drawing(svg);
	enum wr_status s;

	wr_html_raw(h, "<section id=\"picture\"><h2>Where data goes</h2>\n");
	if (drawn.size > 0) {
		wr_html_raw(h, "<figure><div class=\"scroll picture\" role=\"region\" aria-label=\"The picture\" tabindex=\"0\">"
		    "<svg role=\"img\" aria-label=\"The dataflow; the same as a list stands below\" ");
		wr_buf_text(h->buf, drawn);
		wr_html_raw(h, "</div><figcaption>Drawn by graphviz. Red drops labels; an edge carries the labels "
		    "beside it; a dashed edge decides.</figcaption></figure>\n"
		    "<details><summary>The same as a list</summary>\n");
	} else {
		wr_html_raw(h, "<p>As a list: graphviz was not at hand to draw it.</p>\n");
	}
	s = list(h);
	wr_html_raw(h, drawn.size > 0 ? "</details></section>\n" : "</section>\n");
	return s;
}
