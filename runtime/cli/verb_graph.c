/*
 * graph: the dataflow of a workflow as a picture. What is on it is decided in vm/view/graph.c; here
 * it is written, and drawn by graphviz where there is one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtime/cli/dot.h"
#include "runtime/cli/loaded.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/graph.h"

static const struct wd_option graph_options[] = {
	{ "format", 'f', "FORM", "dot (the default), mermaid, json, or svg through graphviz",
	    false },
	{ 0 },
};

static enum wd_exit
draw(struct wr_text picture)
{
	struct wr_buf svg;
	enum wr_status status;

	wr_buf_init(&svg, wd_alloc(), 16 * WR_MODULE_MAX);
	status = wd_dot_draw(picture, &svg);
	if (status == WR_OK)
		(void)fwrite(svg.at, 1, svg.size, stdout);
	wr_buf_free(&svg);
	if (status == WR_OK)
		return WD_YES;
	if (status == WR_ABSENT) {
		wd_say_error("an SVG is drawn by graphviz, and there is no `dot` in PATH");
		wd_say_help("install graphviz, or take --format mermaid or json");
	} else if (status == WR_IO) {
		wd_say_error("cannot hand the picture over: %s", strerror(errno));
	} else {
		wd_say_error("graphviz's `dot` failed");
	}
	return WD_TROUBLE;
}

static enum wd_exit
put_picture(const struct wr_module *module, void (*write)(const struct wr_graph *, struct wr_buf *),
    bool svg)
{
	struct wr_arena arena;
	struct wr_graph graph;
	struct wr_buf picture;
	enum wr_status status;
	enum wd_exit code = WD_YES;

	wr_arena_init(&arena, wd_alloc(), WR_LOADED_MAX);
	wr_buf_init(&picture, wd_alloc(), 4 * WR_MODULE_MAX);
	status = wr_graph_make(module, &arena, &graph);
	if (status == WR_OK) {
		write(&graph, &picture);
		status = picture.status;
	}
	if (status != WR_OK) {
		wd_say_error("cannot draw it: %s", wr_status_text(status));
		code = WD_TROUBLE;
	} else if (svg) {
		code = draw(wr_buf_view(&picture));
	} else {
		(void)fwrite(picture.at, 1, picture.size, stdout);
	}
	wr_buf_free(&picture);
	wr_arena_free(&arena);
	return code;
}

static enum wd_exit
graph(const struct wd_args *args)
{
	static const struct {
		const char *name;
		void (*write)(const struct wr_graph *, struct wr_buf *);
	} forms[] = { { "dot", wr_graph_dot }, { "svg", wr_graph_dot },
		{ "mermaid", wr_graph_mermaid }, { "json", wr_graph_json } };
	const char *form = wd_arg(args, "format") != NULL ? wd_arg(args, "format") : "dot";
	struct wd_loaded loaded;
	enum wd_exit code;
	size_t i = 0;

	while (i < sizeof forms / sizeof *forms && strcmp(forms[i].name, form) != 0)
		i++;
	if (i == sizeof forms / sizeof *forms) {
		wd_say_error("there is no format `%s`: it is dot, mermaid, json or svg",
		    wd_say_safe(wr_text_of(form)));
		return WD_TROUBLE;
	}
	code = wd_load(args, args->files[0], &loaded);
	if (code == WD_YES)
		code = put_picture(loaded.module, forms[i].write, strcmp(form, "svg") == 0);
	wd_loaded_free(&loaded);
	return code;
}

const struct wd_verb wd_verb_graph = {
	.name = "graph",
	.files = "FILE.wfb",
	.files_min = 1,
	.files_max = 1,
	.summary = "the dataflow as a picture, drops in red, labels on edges",
	.details =
	    "From the bytecode alone. Also takes a .wf file or a stored digest. Pure steps are "
	    "contracted: an\n"
	    "edge is a value that goes on, with the labels it still carries; dashed edges decide.",
	.options = graph_options,
	.run = graph,
};
