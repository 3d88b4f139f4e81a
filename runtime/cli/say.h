#ifndef WD_CLI_SAY_H
#define WD_CLI_SAY_H

#include <stdbool.h>

#include "runtime/cli/args.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/* What the tool says to people, on standard error; colour on a terminal alone. */

/* "auto", "always" or "never"; false for anything else. NO_COLOR is honoured in auto. */
bool wd_say_color(const char *when);
bool wd_say_colored(void);
bool wd_say_colored_on(int fd); /* the same for another stream */

/* `error: …` in the shape of the compiler's messages. Text from outside goes through wd_say_safe first. */
void wd_say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* `  = help: …`, `  = note: …` under an error. */
void wd_say_help(const char *format, ...) __attribute__((format(printf, 1, 2)));
void wd_say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line of progress, in a pipe too; none of it goes to standard output. */
void wd_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

enum wd_say_kind { WD_SAY_ERROR, WD_SAY_HELP, WD_SAY_NOTE, WD_SAY_PLAIN };

/* From now on taker hears each line; what it returns true for is kept off standard error. */
void wd_say_listen(bool (*taker)(enum wd_say_kind kind, struct wr_text words));

/*
 * Text from outside, made fit for a terminal: control, bidirectional and other hidden
 * characters become <U+202E>, bad bytes <?>, and it is cut at a few hundred bytes. In a
 * static ring of eight buffers.
 */
const char *wd_say_safe(struct wr_text t);

/*
 * JSON text on standard output, and a newline. On a terminal hidden characters become \u escapes:
 * still the same value, and nothing that a model says moves the cursor.
 */
void wd_print_json(struct wr_text json);

/* A word before the input is read from a terminal, where waiting looks like hanging. path: NULL or - is that. */
void wd_say_waiting(const char *path);

/* `error: cannot read FILE: why`, and WD_TROUBLE. */
enum wd_exit wd_say_unreadable(const char *path, enum wr_status status);

#endif
