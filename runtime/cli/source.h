#ifndef WD_CLI_SOURCE_H
#define WD_CLI_SOURCE_H

#include "compiler/writc.h"
#include "runtime/cli/args.h"
#include "runtime/trust/crypto.h"

/* Files for the compiler: the one place where it meets the file system. */

/* Options of every verb that compiles. */
#define WD_SOURCE_OPTIONS \
	{ "error-format", 0, "FORM", "messages as human, short, json or sarif", false }, \
	{ "also", 0, "FORM:FILE", "and in this form into a file", true }, \
	{ "max-errors", 0, "N", "show at most N errors (20)", false }, \
	{ "allow", 0, "NAME", "no warnings of this name", true }, \
	{ "deny", 0, "NAME", "warnings of this name are errors", true }, \
	{ "warnings", 'W', "error", "all warnings are errors", false }, \
	{ "include", 'I', "DIR", "look for files that are not beside the source here too", true }, \
	{ "stdin-name", 0, "FILE", "what standard input is called, and where its files are", false }

/* One compilation: bytecode, or nothing when it was refused. */
struct wd_compiled {
	struct wr_buf source;
	struct wr_buf bytecode; /* size 0 unless exit is WD_YES */
	struct wc_result result;
	bool library;           /* right, but there is no `start` */
};

/*
 * Compile a file ("-": standard input) and tell people about it on standard error.
 * The source root is -C, else the nearest folder upward with a policy.json or .git, else the
 * file's folder; what it names with `file` and `use` lies inside it or inside an -I DIR, symbolic
 * links followed.
 *
 * WD_YES, WD_NO (the program is wrong), WD_TROUBLE or WD_BUG. The caller frees *ret always.
 */
enum wd_exit wd_compile_file(const struct wd_args *args, const char *path, struct wd_compiled *ret);

/* The same, with the programs of its tests (result.tests). */
enum wd_exit wd_compile_tests(const struct wd_args *args, const char *path, struct wd_compiled *ret);

/* As wd_compile_file, and a library is WD_NO: there is nothing to run in it. */
enum wd_exit wd_compile_program(const struct wd_args *args, const char *path, struct wd_compiled *ret);

/*
 * Read a source and work out its text with the hash of each file it uses (wc_pin). Both buffers
 * are the caller's. WD_YES, WD_NO or WD_TROUBLE, told on standard error.
 */
enum wd_exit wd_pin_file(
    const struct wd_args *args, const char *path, struct wr_buf *ret_old, struct wr_buf *ret_new);

/*
 * Read a source and work out its text in the one style (wc_format). Both buffers are the
 * caller's. WD_YES, WD_NO (it does not parse), WD_TROUBLE or WD_BUG, told on standard error.
 */
enum wd_exit wd_format_file(const struct wd_args *args, const char *path, struct wr_buf *ret_old,
    struct wr_buf *ret_new, bool *ret_library);

/*
 * Over the file itself where path is a link, with the permissions it has. WD_YES or WD_TROUBLE,
 * told.
 */
enum wd_exit wd_source_write(const char *path, struct wr_text bytes);

void wd_compiled_free(struct wd_compiled *compiled);

/*
 * Bytecode from a .wfb file, from a .wf file by compiling it, or from a digest (or its beginning)
 * in the workspace; what looks like a digest is never a file. Told on standard error when there is none. WD_YES, WD_NO, WD_TROUBLE or WD_BUG.
 */
enum wd_exit wd_bytecode_of(const struct wd_args *args, const char *word, struct wr_buf *ret_bytecode);

/*
 * Where NAME.wfb has a NAME.wf beside it that does not compile to this digest, say so: readers of that
 * source would read something else. Nothing hangs on it.
 */
void wd_source_beside(const struct wd_args *args, const char *word, const struct wd_digest *digest);

#endif
