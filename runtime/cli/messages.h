#ifndef WD_CLI_MESSAGES_H
#define WD_CLI_MESSAGES_H

#include <limits.h>

#include "compiler/diag.h"
#include "runtime/cli/args.h"

/*
 * Where messages go: to standard error in the form of --error-format, and with
 * --also=FORM:FILE into files too. When the form is json or sarif, everything that the tool
 * says goes there as json or sarif, and nothing else does. One set for the whole process.
 */

/* Take --error-format and --also, when the verb has them. False: wrong, and it was told. */
bool wd_messages_begin(const struct wd_args *args);

/* What a compilation said. */
void wd_messages_add(const struct wc_diags *diags);

/* Write what is written at the end. False: a file could not be written, and it was told. */
bool wd_messages_end(void);

/* Standard error is for a machine: no progress, no prompt. */
bool wd_messages_machine(void);

/* Some form must not hold absolute paths: say names as wd_path_from_here does. */
bool wd_messages_portable(void);

/* A path as seen from the working folder, without links resolved; relative ones stay. */
bool wd_path_from_here(const char *path, char out[PATH_MAX]);

/* The warnings' names; at most WD_WARNINGS_MAX. */
#define WD_WARNINGS_MAX WC_CODE_COUNT
uint32_t wd_warnings(struct wr_text names[WD_WARNINGS_MAX]);

/* The name of the warning with this name or code. False: there is none, and it was told. */
bool wd_warning_find(const char *option, const char *word, struct wr_text *ret_name);

#endif
