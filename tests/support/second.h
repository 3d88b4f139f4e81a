#ifndef TESTS_SUPPORT_SECOND_H
#define TESTS_SUPPORT_SECOND_H

#include "runtime/trust/gate.h"

/*
 * A second opinion on approval: the gate's question answered anew, from the bytes of policies, bindings
 * and records, in the plainest way and with no code of the runtime. It takes from there the plain
 * types, the words of gate.def, and what the verifier says of the bytecode (the subject). It reads
 * JSON by jansson, as the runtime does, and checks signatures by OpenSSL.
 */
struct second_ask {
	struct wr_text first;           /* the policy beside the envelopes */
	const struct wr_text *versions; /* envelopes of later ones */
	uint32_t versions_len;
	struct wd_digest root;
	struct wr_text bindings;        /* the file; size 0: not judged */
	const struct wd_gate_input *in; /* all but its chain and its bindings */
};

struct second_verdict {
	bool judged;     /* there is a policy in force, and the bindings are some */
	uint64_t unmet;  /* bits of enum wd_code: the conditions that do not hold */
	uint32_t version; /* of the policy in force */
	uint64_t submitted; /* the version that was submitted */
	int64_t until;   /* of what counts, the first end */
	bool has_basis;
	struct wd_digest basis;
};

/* Whoever is refused nothing is approved: judged, and unmet is 0. */
struct second_verdict second_opinion(const struct second_ask *ask);

/* Those codes, parted by spaces. Static, until the next call. */
const char *second_words(uint64_t codes);

/* What the gate said, in the same form. */
uint64_t second_unmet_of(const struct wd_verdict *verdict);

#endif
