#ifndef TESTS_SUPPORT_SCENARIO_H
#define TESTS_SUPPORT_SCENARIO_H

#include "tests/support/second.h"

/*
 * A whole question to the gate made of any bytes: a policy and its later versions, records, bindings,
 * a workflow with its basis, a place and a time. No bytes make the good case: dee submits, bo and chi
 * approve. Each byte may change something: who says what, or single bytes of a policy, of a payload
 * before it is signed, of a signature, and of an envelope. Random bytes change a few things.
 */
#define SCENARIO_TEXTS 48 /* records, or envelopes of versions */

/* A workflow that came before, with more labels than the one that is judged, or others. */
struct scenario_other {
	struct wr_summary summary;
	struct wr_summary_input inputs[2];
	struct wr_summary_backend backends[2];
	struct wr_loss loss;
	struct wr_losses losses;
};

struct scenario {
	const uint8_t *at; /* what is not yet used */
	size_t left;
	bool calm; /* less differs from the good case */

	struct wr_buf first, bindings;
	struct wr_text versions[SCENARIO_TEXTS], records[SCENARIO_TEXTS];
	uint32_t versions_len, records_len;
	struct wd_digest policies[4], scopes[4]; /* of the versions, as they were signed */
	uint32_t policies_len;

	struct wr_summary now;
	struct wr_summary_label labels[3];
	struct wr_summary_input inputs[2];
	struct wr_summary_backend backends[2];
	struct wr_summary_agent agents[2];
	struct scenario_other basis, earlier[2];
	struct wd_past past[2];
	struct wd_digest about; /* whom records speak of */
	struct wd_subject subject;
	struct wd_gate_input in;
	struct second_ask ask;
};

void scenario_start(struct scenario *s, const uint8_t *bytes, size_t size);
void scenario_end(struct scenario *s);

/*
 * Put it to the gate and to the second opinion. True: they agree, in everything; what the second says
 * is in *ret_second. False: *ret_why says how they differ; static, until the next call.
 */
bool scenario_agrees(const struct scenario *s, struct second_verdict *ret_second, const char **ret_why);

/*
 * Put it to the gate twice, the second time with the records and the versions in another order and one record
 * twice. True: the gate says the same. Otherwise as above.
 */
bool scenario_is_stable(const struct scenario *s, const char **ret_why);

#endif
