/* fmt: sources in the one style. Decided in compiler/format.c; files are read and written here. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/compile_limits.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/sources.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "vm/view/edits.h"

#define SCRATCH_MAX (512u << 20) /* both texts as lines, and the walks over them */

static const struct wd_option options[] = {
	{ "check", 0, NULL, "write nothing; print the files that would change", false },
	{ "diff", 0, NULL, "write nothing; print what would change", false },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* One file on its way. */
struct change {
	const char *path;
	struct wr_buf old, new;
	bool differs, library;
};

/* A file's name on standard output: as it is for programs, harmless for a terminal. */
static void
print_name(const char *path)
{
	printf("%s\n", isatty(STDOUT_FILENO) ? wd_say_safe(wr_text_of(path)) : path);
}

static void
print_line(struct wr_text line, bool coloured)
{
	const char *style = line.at[0] == '+' ? "\033[32m" : line.at[0] == '-' ? "\033[31m" :
			    line.at[0] == '@' ? "\033[36m" : "";

	if (!coloured || *style == '\0') {
		(void)fwrite(line.at, 1, line.size, stdout);
		return;
	}
	if (line.at[line.size - 1] == '\n')
		line.size--;
	printf("%s%.*s\033[0m\n", style, (int)line.size, line.at);
}

static enum wd_exit
print_diff(const struct change *c)
{
	bool coloured = wd_say_colored_on(STDOUT_FILENO);
	const char *name = wd_say_safe(wr_text_of(c->path));
	struct wr_arena arena;
	struct wr_buf out;
	enum wr_status status;

	wr_arena_init(&arena, wd_alloc(), SCRATCH_MAX);
	wr_buf_init(&out, wd_alloc(), 4 * WC_SOURCE_MAX);
	status = wr_edits_unified(
	    wr_buf_view(&c->old), wr_buf_view(&c->new), name, name, &arena, &out);
	for (size_t at = 0, end; status == WR_OK && at < out.size; at = end) {
		const char *newline = memchr(out.at + at, '\n', out.size - at);

		end = newline == NULL ? out.size : (size_t)(newline - out.at) + 1;
		print_line((struct wr_text){ out.at + at, end - at }, coloured);
	}
	if (status != WR_OK)
		wd_say_error("cannot compare %s: %s", name, wr_status_text(status));
	wr_buf_free(&out);
	wr_arena_free(&arena);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}

/* What the options ask for, once it is known what the file would be. */
static enum wd_exit
settle(const struct wd_args *args, const struct change *c)
{
	bool check = wd_arg(args, "check") != NULL, diff = wd_arg(args, "diff") != NULL;
	enum wd_exit code = WD_YES;

	if (diff && c->differs)
		code = print_diff(c);
	else if (check && c->differs)
		print_name(c->path);
	if (check)
		return code == WD_YES && c->differs ? WD_NO : code;
	if (diff || (!c->differs && strcmp(c->path, "-") != 0))
		return code;
	return wd_source_write(c->path, wr_buf_view(&c->new));
}

static enum wd_exit
one(const struct wd_args *args, const char *path, bool *library)
{
	struct change c = { .path = path };
	enum wd_exit code;

	wr_buf_init(&c.old, wd_alloc(), WC_SOURCE_MAX + 1);
	wr_buf_init(&c.new, wd_alloc(), WC_SOURCE_MAX);
	code = wd_format_file(args, path, &c.old, &c.new, &c.library);
	if (code == WD_YES) {
		c.differs = !wr_text_eq(wr_buf_view(&c.old), wr_buf_view(&c.new));
		code = settle(args, &c);
		*library = *library || (c.differs && c.library && strcmp(path, "-") != 0);
	}
	wr_buf_free(&c.old);
	wr_buf_free(&c.new);
	return code;
}

static enum wd_exit
fmt(const struct wd_args *args)
{
	bool writes = wd_arg(args, "check") == NULL && wd_arg(args, "diff") == NULL;
	bool library = false;
	struct wd_sources sources;
	enum wd_exit worst = WD_YES;

	if (!wd_sources_find(args, &sources))
		worst = WD_TROUBLE;
	for (size_t i = 0; worst != WD_TROUBLE && i < sources.len; i++) {
		enum wd_exit code = one(args, sources.at[i], &library);

		if (code > worst)
			worst = code;
	}
	if (args->files_len == 0)
		worst = one(args, "-", &library);
	if (library && writes)
		wd_say("a file that others use has changed: where it is used with a hash, "
		       "`writ pin` writes the new one");
	wd_sources_free(&sources);
	return worst;
}

const struct wd_verb wd_verb_fmt = {
	.name = "fmt",
	.files = "[FILE.wf or FOLDER...]",
	.files_min = 0,
	.files_max = WD_ARGS_MAX,
	.summary = "lay sources out in the one style",
	.details =
	    "Each file is rewritten in place; one that is in the style already is not touched.\n"
	    "A folder stands for the .wf files below it. `-`, or no file, reads standard input\n"
	    "and writes standard output.\n\n"
	    "A file is written only when the digest is the same before and after (when it does\n"
	    "not compile: what it says), the comments are the same in the same order, and\n"
	    "formatting again would change nothing. What does not parse is left alone.\n\n"
	    "The style: two spaces, 100 columns, an empty line between declarations. A record,\n"
	    "a list or a block whose first item is on a new line keeps its lines; else width\n"
	    "decides.\n\n"
	    "With --check the exit code is 1 when a file would change; for a commit hook:\n"
	    "  git diff --cached --name-only -z -- '*.wf' | xargs -0r writ fmt --check --",
	.options = options,
	.run = fmt,
};
