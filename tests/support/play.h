#ifndef TESTS_SUPPORT_PLAY_H
#define TESTS_SUPPORT_PLAY_H

#include "vm/writ_vm.h"

/*
 * A run in the hands of a test: its module, and a host that does as it is told. For runs of random
 * programs see script.h. Everything here asserts.
 */

/* A module from the text form of assemble.h, from a source, from a .wf file. */
struct wr_module *play_assembled(const struct wr_alloc *alloc, const char *text);
struct wr_module *play_compiled(const struct wr_alloc *alloc, const char *source);
struct wr_module *play_file(const struct wr_alloc *alloc, const char *path);

/* NULL when memory was short. */
struct wr_run *play_start(const struct wr_module *module, const struct wr_alloc *alloc,
    const struct wr_run_options *options, const char *input);

#define HAND_MAX 32

/* The calls that the host holds. */
struct hand {
	struct wr_call call[HAND_MAX];
	uint32_t len, most;
	char order[512]; /* the paths of all that it took: `summarise search ` */
};

/* Take what there is to take; let go of call i, the others keep their order. */
void play_take(struct wr_run *run, struct hand *h);
struct wr_call play_drop(struct hand *h, uint32_t i);

/* What is answered where; NULL ends the list. */
struct reply {
	const char *path, *answer;
};

struct wr_text play_reply(const struct reply *replies, const char *path);

/* Answer with what the call says to a model, and a `+`. */
enum wr_status play_echo(struct wr_run *run, const struct wr_call *call);

/* To the end, with replies, or echoes (NULL), in the order that the seed says; 0: as calls came. */
void play(struct wr_run *run, const struct reply *replies, unsigned seed, struct hand *h);

/* How it ended. */
void play_expect_output(struct wr_run *run, const char *output);
void play_expect_fault(struct wr_run *run, const char *code, const char *path, const char *detail);

/* A number for the next choice. */
unsigned play_random(unsigned *seed);

#endif
