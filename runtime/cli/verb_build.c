/* check, build, digest: from source to bytecode and its number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/depfile.h"
#include "runtime/cli/law.h"
#include "runtime/cli/loaded.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

#define DEPS_MAX (16u << 20)

static const struct wd_option check_options[] = {
	{ "policy", 0, "[FILE]", "hold it against the workspace's policy too, or that of FILE.json", false,
	    .ending = ".json" },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* A program that compiled, against the policy. A library runs nowhere by itself: nothing is asked of it. */
static enum wd_exit
check_policy(const char *path, const struct wd_law *law, struct wd_compiled *compiled)
{
	struct wd_loaded loaded = { 0 };
	struct wc_diags diags;
	enum wr_status status = WR_OK;
	enum wd_exit code;

	if (compiled->library)
		return WD_YES;
	wr_buf_init(&loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	wr_buf_text(&loaded.bytes, wr_buf_view(&compiled->bytecode));
	code = wd_load_bytes(path, &loaded);
	if (code == WD_YES) {
		wc_diags_init(&diags, &compiled->result.arena);
		diags.errors_max = compiled->result.diags.errors_max;
		status = wd_law_judge(law, &compiled->result, loaded.module, &diags);
		wd_messages_add(&diags);
		code = diags.errors > 0 ? WD_NO : WD_YES;
	}
	if (status != WR_OK) {
		wd_say_error("cannot check %s: %s", wd_say_safe(wr_text_of(path)), wr_status_text(status));
		code = WD_TROUBLE;
	}
	wd_loaded_free(&loaded);
	return code;
}

static enum wd_exit
check(const struct wd_args *args)
{
	const char *policy = wd_arg(args, "policy");
	enum wd_exit worst = WD_YES;
	struct wd_law law;

	if (policy != NULL && (worst = wd_law_open(args, policy, &law)) != WD_YES)
		goto done;
	for (size_t i = 0; i < args->files_len; i++) {
		struct wd_compiled compiled;
		enum wd_exit code = wd_compile_file(args, args->files[i], &compiled);

		if (code == WD_YES && policy != NULL)
			code = check_policy(args->files[i], &law, &compiled);
		if (code > worst)
			worst = code;
		wd_compiled_free(&compiled);
	}
done:
	if (policy != NULL)
		wd_law_close(&law);
	return worst;
}

const struct wd_verb wd_verb_check = {
	.name = "check",
	.files = "FILE.wf...",
	.files_min = 1,
	.files_max = WD_ARGS_MAX,
	.summary = "say what is wrong with a program; write nothing",
	.details = "`-` reads standard input. Silent when all is well.\n"
		   "With --policy it says too what the gate will refuse whoever approves: a backend, a label, an input,\n"
		   "a model or a limit that the policy does not allow. A FILE of another ending: --policy=FILE.",
	.options = check_options,
	.run = check,
};

static const struct wd_option build_options[] = {
	{ "output", 'o', "FILE",
	    "write the bytecode here (FILE.wfb beside the source; -: standard output)", false },
	WD_DEPS_OPTIONS,
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

static enum wd_exit
put_file(const char *path, struct wr_text bytes)
{
	if (wd_file_write(path, bytes, 0666) == WR_OK)
		return WD_YES;
	wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(WR_IO));
	return WD_TROUBLE;
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
	struct wd_deps deps;
	char path[PATH_MAX];
	enum wd_exit code;

	if (output == NULL) {
		if (!default_output(source, path)) {
			wd_say_error("say where the bytecode goes, with -o FILE");
			return WD_TROUBLE;
		}
		output = path;
	}
	if (!wd_deps_open(&deps, args, output))
		return WD_TROUBLE;
	wr_buf_init(&loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	code = wd_compile_program(args, source, &compiled);
	if (code == WD_YES) {
		wr_buf_text(&loaded.bytes, wr_buf_view(&compiled.bytecode));
		code = wd_load_bytes(source, &loaded);
	}
	if (code == WD_YES)
		code = put_file(output, wr_buf_view(&loaded.bytes));
	if (code == WD_YES && !wd_deps_add_source(&deps, source, &compiled.result))
		code = WD_TROUBLE;
	if (code == WD_YES)
		code = wd_deps_write(&deps);
	if (code == WD_YES)
		say_built(&loaded, output);
	wd_deps_close(&deps);
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
