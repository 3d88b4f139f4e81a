/* Reads sources and has them compiled; what they name is reader.c's. Judges no program. */
#include "runtime/cli/source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/compile_limits.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

#define NAMES_MAX WD_WARNINGS_MAX

static enum wd_exit
verdict(enum wr_status status, struct wd_compiled *c, const char *path)
{
	c->library = status == WR_ABSENT;
	switch ((int)status) {
	case WR_OK:
	case WR_ABSENT:
		return WD_YES;
	case WR_REFUSED:
		return WD_NO;
	case WR_FAILED:
		wd_say_error("a bug in writ: the verifier refused what was compiled from %s: %s",
		    path, c->result.bug != NULL ? c->result.bug : "no reason given");
		wd_say_help("please report it with the source; nothing was written");
		return WD_BUG;
	default:
		wd_say_error(
		    "cannot compile %s: %s", wd_say_safe(wr_text_of(path)), wr_status_text(status));
		return WD_TROUBLE;
	}
}

/* Warnings named on the command line, by name or code. False: one is not a warning, and it was
 * told. */
static bool
gather(const struct wd_args *args, const char *option, struct wr_text names[NAMES_MAX],
    uint32_t *ret_len)
{
	const char *word;

	for (*ret_len = 0;
	     *ret_len < NAMES_MAX && (word = wd_arg_at(args, option, *ret_len)) != NULL;
	     ++*ret_len) {
		if (!wd_warning_find(option, word, &names[*ret_len]))
			return false;
	}
	return true;
}

/* What the command line says about messages. Lists point into names. False: told. */
static bool
take_options(const struct wd_args *args, struct wr_text names[3][NAMES_MAX], struct wc_options *ret)
{
	const char *max = wd_arg(args, "max-errors"), *w = wd_arg(args, "warnings");
	char *end;

	ret->allow = names[0];
	ret->deny = names[1];
	if (!gather(args, "allow", names[0], &ret->allow_len) ||
	    !gather(args, "deny", names[1], &ret->deny_len))
		return false;
	if (w != NULL && strcmp(w, "error") != 0) {
		wd_say_error("-W takes error, not %s", wd_say_safe(wr_text_of(w)));
		return false;
	}
	if (w != NULL) {
		ret->deny = names[2];
		ret->deny_len = wd_warnings(names[2]);
	}
	ret->errors_max = 0;
	if (max == NULL)
		return true;
	errno = 0;
	ret->errors_max = (uint32_t)strtoul(max, &end, 10);
	if (max[0] >= '1' && max[0] <= '9' && *end == '\0' && errno == 0 && strlen(max) < 10)
		return true;
	wd_say_error("--max-errors takes a number from 1, not %s", wd_say_safe(wr_text_of(max)));
	return false;
}

/* One source, read, and what the compiler needs to look at it. */
struct asked {
	struct wr_text names[3][NAMES_MAX];
	struct wc_options options;
	struct wd_reader reader;
	const char *name; /* as messages call it */
	char portable[PATH_MAX], identity[PATH_MAX];
};

/* *a stays where it is: it points into itself. Not WD_YES: told. */
static enum wd_exit
ask(const struct wd_args *args, const char *path, struct wr_buf *source, struct asked *a)
{
	const char *given = wd_arg(args, "stdin-name");
	enum wr_status status;

	a->name = strcmp(path, "-") != 0 ? path : given != NULL ? given : "<stdin>";
	a->options = (struct wc_options){
		.read = wd_reader_read, .user = &a->reader, .sha256 = wd_reader_sha256
	};
	if (!take_options(args, a->names, &a->options))
		return WD_TROUBLE;
	status = wd_file_read(path, source);
	if (status != WR_OK)
		return wd_say_unreadable(path, status);
	if (!wd_reader_open(&a->reader, args, strcmp(a->name, "<stdin>") == 0 ? "./-" : a->name))
		return WD_TROUBLE;
	if (realpath(a->name, a->identity) != NULL)
		a->options.identity = wr_text_of(a->identity);
	if (wd_messages_portable() && wd_path_from_here(a->name, a->portable) &&
	    wd_path_from_here(a->reader.root[0], a->reader.shown_root))
		a->name = a->portable;
	a->reader.name = a->name;
	return WD_YES;
}

static enum wd_exit
compile(const struct wd_args *args, const char *path, bool tests, struct wd_compiled *ret)
{
	struct asked a;
	enum wr_status status;
	enum wd_exit code;

	*ret = (struct wd_compiled){ 0 };
	wr_buf_init(&ret->source, wd_alloc(), WC_SOURCE_MAX + 1);
	wr_buf_init(&ret->bytecode, wd_alloc(), WR_MODULE_MAX);
	code = ask(args, path, &ret->source, &a);
	if (code != WD_YES)
		return code;
	a.options.tests = tests;
	status = wc_compile(wd_alloc(), a.name, wr_buf_view(&ret->source), &a.options,
	    &ret->bytecode, &ret->result);
	wd_messages_add(&ret->result.diags);
	return verdict(status, ret, a.name);
}

enum wd_exit
wd_compile_file(const struct wd_args *args, const char *path, struct wd_compiled *ret)
{
	return compile(args, path, false, ret);
}

enum wd_exit
wd_compile_tests(const struct wd_args *args, const char *path, struct wd_compiled *ret)
{
	return compile(args, path, true, ret);
}

enum wd_exit
wd_pin_file(
    const struct wd_args *args, const char *path, struct wr_buf *ret_old, struct wr_buf *ret_new)
{
	struct asked a;
	struct wc_result result;
	enum wd_exit code = ask(args, path, ret_old, &a);
	enum wr_status status;

	if (code != WD_YES)
		return code;
	status = wc_pin(wd_alloc(), a.name, wr_buf_view(ret_old), &a.options, ret_new, &result);
	wd_messages_add(&result.diags);
	wc_result_free(&result);
	if (status == WR_OK)
		return WD_YES;
	if (status == WR_REFUSED)
		return WD_NO;
	wd_say_error("cannot pin %s: %s", wd_say_safe(wr_text_of(path)), wr_status_text(status));
	return WD_TROUBLE;
}

enum wd_exit
wd_source_write(const char *path, struct wr_text bytes)
{
	char real[PATH_MAX];
	struct stat st;
	bool there = strcmp(path, "-") != 0 && realpath(path, real) != NULL && stat(real, &st) == 0;
	enum wr_status status =
	    wd_file_write(there ? real : path, bytes, there ? st.st_mode & 0777 : 0666);

	if (status != WR_OK) {
		wd_say_error(
		    "cannot write %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(status));
		return WD_TROUBLE;
	}
	return WD_YES;
}

enum wd_exit
wd_format_file(const struct wd_args *args, const char *path, struct wr_buf *ret_old,
    struct wr_buf *ret_new, bool *ret_library)
{
	struct asked a;
	struct wc_result result;
	enum wd_exit code = ask(args, path, ret_old, &a);
	enum wr_status status;

	if (code != WD_YES)
		return code;
	status = wc_format(wd_alloc(), a.name, wr_buf_view(ret_old), &a.options, ret_new, &result);
	if (status == WR_REFUSED) {
		wd_messages_add(&result.diags);
		code = WD_NO;
	} else if (status == WR_FAILED) {
		wd_say_error("a bug in writ: %s is not formatted, because %s",
		    wd_say_safe(wr_text_of(a.name)), result.bug);
		wd_say_help("please report it with the source; nothing was written");
		code = WD_BUG;
	} else if (status != WR_OK) {
		wd_say_error("cannot format %s: %s", wd_say_safe(wr_text_of(path)),
		    wr_status_text(status));
		code = WD_TROUBLE;
	}
	*ret_library = result.library;
	wc_result_free(&result);
	return code;
}

enum wd_exit
wd_compile_program(const struct wd_args *args, const char *path, struct wd_compiled *ret)
{
	enum wd_exit code = wd_compile_file(args, path, ret);

	if (code != WD_YES || !ret->library)
		return code;
	wd_say_error("%s has no `start`: there is nothing to run", wd_say_safe(wr_text_of(path)));
	return WD_NO;
}

void
wd_compiled_free(struct wd_compiled *c)
{
	wr_buf_free(&c->source);
	wr_buf_free(&c->bytecode);
	wc_result_free(&c->result);
}

static void
say_absent(const struct wd_workspace *ws, const char *word)
{
	wd_say_error("no bytecode with the digest %s is in %s/.writ/objects", word, ws->root);
	wd_say_help("`writ status` lists what was submitted");
}

/* What is stored under a digest, or why it is not that. */
static enum wd_exit
fetch(const struct wd_workspace *ws, const struct wd_digest *digest, struct wr_buf *ret)
{
	enum wr_status status = wd_workspace_get(ws, digest, ret);
	const char *why = status == WR_INVALID ? "it holds other bytes than its name says"
		: status == WR_REFUSED	       ? "it is no regular file"
					       : wd_file_why(status);
	char hex[65];

	wd_digest_hex(digest, hex);
	if (status == WR_ABSENT)
		say_absent(ws, hex);
	else if (status != WR_OK)
		wd_say_error("cannot read .writ/objects/%s.wfb: %s", hex, why);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}

static enum wd_exit
stored(const struct wd_args *args, const char *word, struct wr_buf *ret)
{
	struct wd_workspace ws;
	struct wd_digest digest;
	enum wr_status status;

	if (wd_workspace_open(&ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	status = wd_workspace_find(&ws, word, &digest);
	if (status == WR_OK)
		return fetch(&ws, &digest, ret);
	if (status == WR_INVALID) {
		wd_say_error("%s is neither a file nor a digest", wd_say_safe(wr_text_of(word)));
		wd_say_help("a digest is 64 hexadecimal digits, or the first 8 of them or more");
	} else if (status == WR_REFUSED)
		wd_say_error("more than one stored digest begins with %s: say more of it", word);
	else if (status == WR_LIMIT)
		wd_say_error(
		    "too many objects are stored to be sure what %s means; say the whole digest",
		    word);
	else if (status == WR_ABSENT)
		say_absent(&ws, word);
	else
		return wd_say_unreadable(".writ/objects", status);
	return WD_TROUBLE;
}

static bool
ends_with(const char *word, const char *end)
{
	size_t n = strlen(word), m = strlen(end);

	return n >= m && strcmp(word + n - m, end) == 0;
}

/* A digest means the store, even where a file has been given its name. */
static bool
names_digest(const char *word)
{
	size_t size;

	if (strncmp(word, "sha256:", 7) == 0)
		word += 7;
	size = strlen(word);
	return size >= 8 && size <= 64 && strspn(word, "0123456789abcdef") == size;
}

enum wd_exit
wd_bytecode_of(const struct wd_args *args, const char *word, struct wr_buf *ret)
{
	struct wd_compiled compiled;
	enum wr_status status;
	enum wd_exit code;

	if (ends_with(word, ".wf")) {
		code = wd_compile_program(args, word, &compiled);
		if (code == WD_YES)
			wr_buf_text(ret, wr_buf_view(&compiled.bytecode));
		wd_compiled_free(&compiled);
		return code == WD_YES && ret->status != WR_OK ? WD_TROUBLE : code;
	}
	if (names_digest(word) ||
	    (strcmp(word, "-") != 0 && access(word, F_OK) != 0 && !ends_with(word, ".wfb")))
		return stored(args, word, ret);
	status = wd_file_read(word, ret);
	return status == WR_OK ? WD_YES : wd_say_unreadable(word, status);
}

void
wd_source_beside(const struct wd_args *args, const char *word, const struct wd_digest *digest)
{
	struct wr_buf source, bytecode;
	struct wc_result result = { 0 };
	struct wd_digest compiled;
	char path[PATH_MAX];
	struct asked a;

	if (!ends_with(word, ".wfb") || names_digest(word) || strlen(word) >= sizeof path)
		return;
	(void)snprintf(path, sizeof path, "%.*s", (int)strlen(word) - 1, word);
	if (access(path, F_OK) != 0)
		return;
	wr_buf_init(&source, wd_alloc(), WC_SOURCE_MAX + 1);
	wr_buf_init(&bytecode, wd_alloc(), WR_MODULE_MAX);
	if (ask(args, path, &source, &a) == WD_YES) {
		bool good = wc_compile(wd_alloc(), a.name, wr_buf_view(&source), &a.options, &bytecode, &result) == WR_OK;

		compiled = wd_sha256(wr_buf_view(&bytecode));
		if (!good || !wd_digest_eq(&compiled, digest))
			wd_say_note("%s beside it %s: what stands here is read from the bytecode alone",
			    wd_say_safe(wr_text_of(path)), good ? "compiles to another digest" : "does not compile to it");
		wc_result_free(&result);
	}
	wr_buf_free(&source);
	wr_buf_free(&bytecode);
}
