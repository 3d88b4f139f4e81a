#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Programs as a person runs them: in a folder of their own, with input, output and exit code.
 * The binaries are those of WRIT_BIN. Everything here asserts.
 */
struct process {
	int code;            /* exit code, or 128 + signal */
	char out[1 << 17];   /* cut to fit, NUL-terminated */
	char err[1 << 16];
};

/* A fresh folder below /tmp; the path lives until the next call. Removed by workplace_remove. */
const char *workplace_make(void);
void workplace_remove(const char *folder);

/* Write a file there; read one (cut to fit). */
void workplace_write(const char *folder, const char *name, const char *text);
void workplace_read(const char *folder, const char *name, char *out, size_t size);

/* sh -c COMMAND in the folder, with $PATH beginning at WRIT_BIN; at most 60 s. input may be NULL. */
void process_run(struct process *p, const char *folder, const char *input, const char *command);

/* The same in the background; waits for its first line of output, without the newline. */
pid_t process_start(const char *folder, const char *command, char *line, size_t size);
void process_stop(pid_t pid);

#endif
