/* check, build, digest: from source to bytecode and its number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/depfile.h"
#include "runtime/cli/loaded.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

#define DEPS_MAX (16u << 20)

static const struct wd_option check_options[] = { WD_SOURCE_OPTIONS, { 0 } };

static enum wd_exit
check(const struct wd_args *args)
{
	enum wd_exit worst = WD_YES;

	for (size_t i = 0; i < args->files_len; i++) {
		struct wd_compiled compiled;
		enum wd_exit code = wd_compile_file(args, args->files[i], &compiled);

		if (code > worst)
			worst = code;
		wd_compiled_free(&compiled);
	}
	return worst;
}

const struct wd_verb wd_verb_check = {
	.name = "check",
	.files = "FILE.wf...",
	.files_min = 1,
	.files_max = WD_ARGS_MAX,
	.summary = "say what is wrong with a program; write nothing",
	.details = "`-` reads standard input. Silent when all is well.",
	.options = check_options,
	.run = check,
};

static const struct wd_option build_options[] = {
	{ "output", 'o', "FILE",
	    "write the bytecode here (FILE.wfb beside the source; -: standard output)", false },
	{ "deps", 0, NULL, "write the files it was made from beside the output, for Make and Ninja",
	    false, "MD" },
	{ "deps-file", 0, "FILE", "write them there instead (OUTPUT.d)", false, "MF" },
	{ "deps-target", 0, "TARGET", "what they are prerequisites of (the output)", false, "MT" },
	{ "deps-empty", 0, NULL, "each file is a target too, so that deleting one is no error",
	    false, "MP" },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* Where the bytecode goes when nobody says. False: too long, or the source is standard input. */
static bool
default_output(const char *source, char out[PATH_MAX])
{
	size_t size = strlen(source);

	if (strcmp(source, "-") == 0 || size + 5 > PATH_MAX)
		return false;
	if (size > 3 && strcmp(source + size - 3, ".wf") == 0)
		size -= 3;
	return snprintf(out, PATH_MAX, "%.*s.wfb", (int)size, source) < PATH_MAX;
}

/* What the options about dependencies come to. */
struct deps {
	bool wanted;
	char beside[PATH_MAX];
	const char *file, *target;
};

static bool
take_deps(const struct wd_args *args, const char *output, struct deps *ret)
{
	static const char *const others[] = { "deps-file", "deps-target", "deps-empty" };

	ret->wanted = wd_arg(args, "deps") != NULL;
	ret->file = wd_arg(args, "deps-file");
	ret->target = wd_arg(args, "deps-target");
	for (size_t i = 0; i < 3 && !ret->wanted; i++)
		if (wd_arg(args, others[i]) != NULL) {
			wd_say_error("-MF, -MT and -MP say more about -MD, which is missing");
			return false;
		}
	if (ret->wanted && strcmp(output, "-") == 0 && (ret->file == NULL || ret->target == NULL)) {
		wd_say_error(
		    "with the output on standard output, -MD needs -MF FILE and -MT TARGET");
		return false;
	}
	if (ret->target == NULL)
		ret->target = output;
	if (ret->file == NULL && snprintf(ret->beside, PATH_MAX, "%s.d", output) >= PATH_MAX)
		return false;
	if (ret->file == NULL)
		ret->file = ret->beside;
	return true;
}

static enum wd_exit
put_file(const char *path, struct wr_text bytes)
{
	if (wd_file_write(path, bytes, 0666) == WR_OK)
		return WD_YES;
	wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(WR_IO));
	return WD_TROUBLE;
}

static enum wd_exit
write_deps(const struct wd_args *args, const struct deps *deps, const char *source,
    const struct wc_result *result)
{
	bool empty = wd_arg(args, "deps-empty") != NULL, stdin_too = strcmp(source, "-") == 0;
	const char **files = calloc(result->files_len + 1, sizeof *files);
	enum wd_exit code = WD_TROUBLE;
	struct wr_buf out;

	wr_buf_init(&out, wd_alloc(), DEPS_MAX);
	if (files == NULL) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	files[0] = source;
	for (uint32_t i = 0; i < result->files_len; i++)
		files[i + !stdin_too] = result->files[i];
	if (!wd_depfile(&out, deps->target, files, result->files_len + !stdin_too, empty))
		wd_say_error("a name with a line's end in it cannot stand in %s",
		    wd_say_safe(wr_text_of(deps->file)));
	else if (out.status != WR_OK)
		wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(deps->file)),
		    wr_status_text(out.status));
	else
		code = put_file(deps->file, wr_buf_view(&out));
	free(files);
	wr_buf_free(&out);
	return code;
}

/* The digest and the worst case, on standard output unless the bytecode is there. */
static void
say_built(const struct wd_loaded *loaded, const char *output)
{
	char bounds[96];

	wd_bounds_print(&wr_module_summary(loaded->module)->worst, bounds);
	if (strcmp(output, "-") != 0) {
		printf("sha256:%s  %s\nworst case  %s\n", loaded->hex,
		    wd_say_safe(wr_text_of(output)), bounds);
		return;
	}
	wd_say("sha256:%s  %s", loaded->hex, wd_say_safe(wr_text_of(output)));
	wd_say("worst case  %s", bounds);
}

static enum wd_exit
build(const struct wd_args *args)
{
	const char *source = args->files[0], *output = wd_arg(args, "output");
	struct wd_loaded loaded = { 0 };
	struct wd_compiled compiled;
	struct deps deps;
	char path[PATH_MAX];
	enum wd_exit code;

	if (output == NULL) {
		if (!default_output(source, path)) {
			wd_say_error("say where the bytecode goes, with -o FILE");
			return WD_TROUBLE;
		}
		output = path;
	}
	if (!take_deps(args, output, &deps))
		return WD_TROUBLE;
	wr_buf_init(&loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	code = wd_compile_program(args, source, &compiled);
	if (code == WD_YES) {
		wr_buf_text(&loaded.bytes, wr_buf_view(&compiled.bytecode));
		code = wd_load_bytes(source, &loaded);
	}
	if (code == WD_YES)
		code = put_file(output, wr_buf_view(&loaded.bytes));
	if (code == WD_YES && deps.wanted)
		code = write_deps(args, &deps, source, &compiled.result);
	if (code == WD_YES)
		say_built(&loaded, output);
	wd_compiled_free(&compiled);
	wd_loaded_free(&loaded);
	return code;
}

const struct wd_verb wd_verb_build = {
	.name = "build",
	.files = "FILE.wf",
	.files_min = 1,
	.files_max = 1,
	.summary = "compile to bytecode; print its digest and its worst case",
	.details = "The same program gives the same bytes everywhere; `sha256sum` prints the same "
		   "digest.\n"
		   "An output that would not change is not touched.\n"
		   "In Ninja: depfile = $out.d, deps = gcc, restat = 1, and -MD in the command.",
	.options = build_options,
	.run = build,
};

static enum wd_exit
digest(const struct wd_args *args)
{
	struct wd_loaded loaded;
	enum wd_exit code = wd_load(args, args->files[0], &loaded);

	if (code == WD_YES)
		printf("sha256:%s\n", loaded.hex);
	wd_loaded_free(&loaded);
	return code;
}

const struct wd_verb wd_verb_digest = {
	.name = "digest",
	.files = "FILE.wfb",
	.files_min = 1,
	.files_max = 1,
	.summary = "verify bytecode, then print its SHA-256",
	.details = NULL,
	.options = NULL,
	.run = digest,
};
