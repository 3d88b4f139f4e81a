#ifndef WD_CLI_TEST_REPLAY_H
#define WD_CLI_TEST_REPLAY_H

#include "compiler/writc.h"
#include "runtime/recording.h"

/* Answers from a recording, in place of backends. */
struct wd_replay {
	const struct wd_recording *recording; /* NULL: there is none, every call is a miss */
	struct wd_ordinals *ordinals;
};

enum wd_replayed {
	WD_REPLAY_TAKEN,   /* the run has the recorded answer or failure */
	WD_REPLAY_LATER,   /* it was cancelled when it was recorded: what else there is to do comes first */
	WD_REPLAY_MISS,    /* the recording has no such call */
	WD_REPLAY_TROUBLE, /* memory */
};

/* Look a call up by agent, request and ordinal, and give the run what was recorded. */
enum wd_replayed wd_replay_answer(struct wd_replay *replay, struct wr_run *run, const struct wr_call *call);

/* Say (E0702) that the recording has no such call, and what is different about the one it has. */
void wd_replay_say_miss(struct wc_diags *diags, const struct wc_test *test, const struct wr_call *call,
    const struct wd_recording *recording);

#endif
