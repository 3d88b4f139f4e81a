#ifndef WD_TRUST_GATE_PARTS_H
#define WD_TRUST_GATE_PARTS_H

#include "runtime/trust/gate.h"

/* What the files of the gate share; nobody else includes this. */
struct wd_gate {
	const struct wd_gate_input *in;
	const struct wd_policy *policy; /* the version in force */
	const struct wd_environment *environment; /* NULL: the policy has none of this name */
	struct wd_verdict *verdict;
	const struct wr_alloc *alloc;
	struct wr_buf text; /* the detail being written */
	enum wr_status status;

	struct wd_condition *conditions;
	struct wd_note *notes;
	uint32_t conditions_room, notes_room;

	struct wd_record *records; /* opened; index as the input's */
	bool *opened;
	bool *dead;                /* opened once, and closed for its key is revoked */
	bool *counts;              /* an approval that counts; a reject that vetoes */
	bool *author;              /* a person who submitted this digest; one each of the policy */

	uint32_t *since;             /* of each role: index into the verdict's earlier versions */
	struct wd_earlier *compared; /* what the parties are derived with */
	uint32_t compared_len;
};

/* Record a condition; its detail is what was written to gate->text since the last. */
void wd_gate_say(struct wd_gate *gate, enum wd_code code, bool met);

/* The same for one that is not met, with what it is about. */
void wd_gate_unmet(struct wd_gate *gate, enum wd_code code, struct wd_about about);
void wd_gate_note(struct wd_gate *gate, uint32_t record, enum wd_code code);

/* What was written to gate->text since the last, kept; nothing is left of it there. */
struct wr_text wd_gate_keep(struct wd_gate *gate);

/* Write a text from outside, hidden characters made visible, one line. */
void wd_gate_show(struct wd_gate *gate, struct wr_text t);

/* Conditions about the bytecode against the policy and the bindings. */
void wd_gate_check_policy(struct wd_gate *gate);

/* Whose keys and which bytecode are revoked; records of revoked keys are closed. */
void wd_gate_check_revocations(struct wd_gate *gate);

/* Open the records; who submitted; which version; what it follows. */
void wd_gate_check_unread(struct wd_gate *gate);
void wd_gate_check_records(struct wd_gate *gate);
void wd_gate_find_basis(struct wd_gate *gate);
void wd_gate_check_submission(struct wd_gate *gate);

/* A submission of this workflow by an author; about any digest. */
bool wd_gate_submits(const struct wd_gate *gate, uint32_t record);

/* Which earlier versions somebody approved; and what each owner compares with. */
void wd_gate_find_earlier(struct wd_gate *gate);
void wd_gate_check_earlier(struct wd_gate *gate);

/* Has anybody with a role approved this digest here? */
bool wd_gate_agreed(struct wd_gate *gate, const struct wd_digest *digest);

/* Was this decision taken back, by whoever may? */
bool wd_gate_withdrawn(struct wd_gate *gate, const struct wd_record *decision);

/* Which approvals and rejects count, and whether every party is there. */
void wd_gate_check_approvals(struct wd_gate *gate);

/* What was signed of its tests, for people: no condition. */
void wd_gate_list_tests(struct wd_gate *gate);

#endif
