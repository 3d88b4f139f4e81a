#ifndef WD_RECORDING_H
#define WD_RECORDING_H

#include "runtime/trust/crypto.h"
#include "vm/base/buf.h"
#include "vm/writ_vm.h"

/*
 * Recordings: what backends answered in one run, for tests to answer the same without them. Text, one JSON object a
 * line in its canonical form (RFC 8785): first what was run, then the calls in order of path and attempt.
 *
 *	{"digest":"<hex>","input":{…},"output":{…},"recording":1,"workflow":"triage"}
 *	{"agent":"gist","answer":"…","attempt":1,"ordinal":1,"path":"gist","request":{…},"sha256":"<hex>","tokens":12}
 *	{"agent":"pay","attempt":1,"detail":"…","failure":"timeout","ordinal":1,"path":"pay","request":{…},"sha256":"<hex>"}
 *	{"agent":"ask","attempt":1,"cancelled":true,"ordinal":1,"path":"ask","request":{…},"sha256":"<hex>"}
 *
 * A call is found again by its agent, the SHA-256 of its request, and its ordinal among equal requests in the order they
 * were sent. A run that failed has "failed":{"agent":…,"code":…} in place of "output".
 */

#define WD_RECORDING_VERSION 1

/* Why bytes are no recording. */
struct wd_recording_error {
	uint32_t line;    /* from 1 */
	char why[320];    /* lower case, no full stop; valid UTF-8 */
};

enum wd_recorded_end { WD_RECORDED_ANSWER, WD_RECORDED_FAILURE, WD_RECORDED_CANCELLED };

/* One attempt of one call. Texts live as long as the recording. */
struct wd_recorded {
	struct wr_text agent, path;
	struct wr_text request;     /* canonical JSON: the bytes that sha256 is of */
	struct wd_digest sha256;
	uint32_t ordinal, attempt;
	enum wd_recorded_end end;
	struct wr_text text;        /* ANSWER: as it came; FAILURE: the detail, perhaps empty */
	enum wr_failure failure;
	bool outcome_unknown;
	uint64_t tokens;
	uint32_t line;
};

struct wd_recording;

/*
 * Read a recording, strictly: nothing unknown, missing, twice, out of its canonical form or untrue about itself
 * (a digest that is not of its request, ordinals with gaps).
 *
 *   bytes         not referred to afterwards
 *   ret_recording free with wd_recording_free; written with WR_OK
 *   ret_error     written with WR_MALFORMED and WR_LIMIT
 *
 * WR_OK, WR_MALFORMED, WR_LIMIT (WD_RECORDING_MAX bytes, WD_RECORDING_CALLS_MAX calls) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_recording_read(struct wr_text bytes, const struct wr_alloc *alloc,
    struct wd_recording **ret_recording, struct wd_recording_error *ret_error);

/* NULL is allowed. */
void wd_recording_free(struct wd_recording *recording);

/* What was run: the workflow's name, its input as a JSON object, and its output; at NULL: it failed. */
struct wr_text wd_recording_workflow(const struct wd_recording *recording);
struct wr_text wd_recording_input(const struct wd_recording *recording);
struct wr_text wd_recording_output(const struct wd_recording *recording);

/* How the run failed: code and agent (perhaps empty); at NULL when it did not. */
struct wr_text wd_recording_failed(const struct wd_recording *recording, struct wr_text *ret_agent);

/* Calls, in the order of the file. */
uint32_t wd_recording_len(const struct wd_recording *recording);
const struct wd_recorded *wd_recording_at(const struct wd_recording *recording, uint32_t i);

/* The call with this agent, request and ordinal, or NULL. */
const struct wd_recorded *wd_recording_find(const struct wd_recording *recording, struct wr_text agent,
    const struct wd_digest *sha256, uint32_t ordinal);

/* ---- writing ------------------------------------------------------------------------------- */

struct wd_recorder;

/* NULL: memory. Free with wd_recorder_free (NULL is allowed). */
struct wd_recorder *wd_recorder_new(void);
void wd_recorder_free(struct wd_recorder *recorder);

/*
 * A call is sent: request is what wd_call_write writes of it. Then how it ended, once: unless it did, it was
 * cancelled. Memory that runs out is remembered and told at the end.
 */
void wd_recorder_sent(struct wd_recorder *recorder, const struct wr_call *call, struct wr_text request);
void wd_recorder_answered(struct wd_recorder *recorder, uint32_t id, struct wr_text answer, uint64_t tokens);
void wd_recorder_failed(struct wd_recorder *recorder, uint32_t id, enum wr_failure failure,
    struct wr_text detail, bool outcome_unknown);

/*
 * The recording of a run that has ended. input is the JSON it was started with.
 * WR_OK, WR_NOMEM, WR_LIMIT, or WR_MALFORMED: something is not JSON, or no text.
 */
WR_MUST_CHECK enum wr_status wd_recorder_write(const struct wd_recorder *recorder, const struct wr_run *run,
    struct wr_text workflow, const struct wd_digest *digest, struct wr_text input, struct wr_buf *out);

/* The ordinal of a request that is sent now, counted per agent and request; 0: memory. For replaying alone. */
struct wd_ordinals;
struct wd_ordinals *wd_ordinals_new(void);
void wd_ordinals_free(struct wd_ordinals *ordinals);
uint32_t wd_ordinals_next(struct wd_ordinals *ordinals, struct wr_text agent, const struct wd_digest *sha256);

#endif
