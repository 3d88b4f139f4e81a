#ifndef WD_CLI_ARGS_H
#define WD_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The command line: a verb, its options, its files. Each verb states its options in a
 * table, from which parsing, --help and shell completion come.
 */

/* Exit codes, everywhere. */
enum wd_exit {
	WD_YES = 0,
	WD_NO = 1,      /* wrong program, refused, refuted, differs */
	WD_TROUBLE = 2, /* usage, unreadable, write failed */
	WD_UNSURE = 3,  /* stale, skipped, unchecked */
	WD_BUG = 70,
};

struct wd_option {
	const char *name;  /* `output`, without dashes */
	char letter;       /* `o`, or 0 */
	const char *value; /* `FILE`; NULL for a switch */
	const char *help;
	bool repeats;
	const char *letters; /* `MF` for -MF, as C compilers have it; no letter may begin it. NULL */
	const char *ending;  /* the value may be left out (""); the next word is it when it ends so, `.json`. NULL */
};

#define WD_ARGS_MAX 4096 /* files, and options: what build tools and commit hooks pass at once */

struct wd_verb;

struct wd_args {
	const struct wd_verb *verb;
	const char *folder; /* -C DIR, "." by default */
	const char *files[WD_ARGS_MAX];
	size_t files_len;
	struct {
		const struct wd_option *option;
		const char *value; /* "" for a switch */
	} given[WD_ARGS_MAX];
	size_t given_len;
};

struct wd_verb {
	const char *name;
	const char *files;   /* `FILE.wf…`, for the usage line */
	size_t files_min, files_max;
	const char *summary; /* one line */
	const char *details; /* paragraphs, or NULL */
	const struct wd_option *options; /* ends with a NULL name; NULL for none */
	enum wd_exit (*run)(const struct wd_args *args);
};

/* The option's last value ("" for a switch), or NULL when it was not given. */
const char *wd_arg(const struct wd_args *args, const char *name);

/* Value i of an option that repeats, or NULL past the last. */
const char *wd_arg_at(const struct wd_args *args, const char *name, size_t i);

/*
 * Parse what follows the verb. Options and files may mix; `--` ends options; `--name=value`
 * and `--name value` mean the same; `@FILE` stands for the file's lines, one argument
 * each. False: a message is on standard error and the exit code is WD_TROUBLE.
 */
bool wd_args_parse(struct wd_args *args, const struct wd_verb *verb, int argc, char **argv);

/* Options that every verb takes; ends with a NULL name. */
extern const struct wd_option wd_common_options[];

/* `usage: …`, what it does, its options. */
void wd_verb_help(const struct wd_verb *verb);

#endif
