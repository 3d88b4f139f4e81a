#ifndef TESTS_SUPPORT_GATE_ASK_H
#define TESTS_SUPPORT_GATE_ASK_H

#include "tests/support/trust_fixture.h"

/* One question to the gate, with records that are signed as they are added. */
struct ask {
	struct wd_chain chain;
	struct wr_summary summary;
	struct wd_subject subject;
	struct wr_text records[64];
	struct wd_gate_input in;
	struct wd_verdict verdict;
};

/* The fixture's policy (changed as fixture_policy changes it) and workflow, and no records. */
void ask_start(struct ask *a, const char *from, const char *to);
void ask_end(struct ask *a);

/* The good case: dee submits, bo approves for security, chi for privacy. */
void ask_good(struct ask *a, const char *from, const char *to);

/* Add a record, signed by that person. */
void ask_add(struct ask *a, const struct wd_record *r, const char *person);
void ask_submit(struct ask *a, const char *person);
void ask_approve(struct ask *a, const char *person, const char *role);

/* bo and chi approve again, compared with that basis. */
void ask_decide_on(struct ask *a, struct wd_digest basis);

/* Ask. True: approved. */
bool ask_judge(struct ask *a);

/* The codes of what is not met, parted by spaces. Static, until the next call. */
const char *ask_unmet(const struct wd_verdict *v);

/* Who must approve, and why: "security 1  development requires it\n". Static, until the next call. */
const char *ask_parties(const struct wd_policy *policy, const struct wd_parties *parties);

/* Why a record does not count; empty when it does. */
const char *ask_noted(const struct wd_verdict *v, uint32_t record);

#endif
