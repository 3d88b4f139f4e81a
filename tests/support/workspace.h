#ifndef TESTS_SUPPORT_WORKSPACE_H
#define TESTS_SUPPORT_WORKSPACE_H

#include "tests/support/process.h"

#include <stdbool.h>

/*
 * The one workspace of a test, as people and scripts work in it, and the service over it. A test is
 * a process of its own, so all of this is its own, too. Everything here asserts.
 */
extern struct process p; /* the last command */
extern char folder[64];
extern pid_t service;    /* 0: none runs */

/* A fresh folder after `writ init`. */
void workspace_begin(void);

/*
 * writd over it; its messages are in writd.log. From here on commands have $URL, where it listens,
 * and $RUNS, where the runs of the flow in hello.wf are.
 */
void workspace_serve(const char *flags);

/* The service ends well. */
void workspace_stop(void);

/* So does one that still runs; and the folder goes. */
void workspace_end(void);

/*
 * A command there, with $D, the digest of hello.wfb, and $R, the folder of its records. The exit code
 * must be as wanted.
 */
void sh(int wanted, const char *command);

/* On either stream of the last command? */
bool says(const char *what);

#endif
