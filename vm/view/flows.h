#ifndef WR_VIEW_FLOWS_H
#define WR_VIEW_FLOWS_H

#include "vm/view/graph.h"
#include "vm/writ_vm.h"

/*
 * By which ways labels go: for each label that reaches a backend or the result, or is dropped,
 * the input that it comes from and the calls and drops on the shortest way there. What reaches
 * what is the verifier's to say; this names an example of a way, for people.
 */
struct wr_flow {
	struct wr_text from; /* `claim`, `claim, mail and 2 more`, `what house gives`; may be empty */
	struct wr_text by;   /* `summarise, assess`, the call into the backend last; may be empty */
};

/* One a label for each backend, the result and each drop of a summary. */
struct wr_flows {
	const struct wr_flow *at;
	uint32_t labels_len, backends_len, drops_len;
};

/*
 * Find the ways in a picture. Everything lives in the arena. At most WR_FLOWS_WORK edges are
 * followed: in a program where that is not enough, the last flows are empty.
 *
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
#define WR_FLOWS_WORK (16u << 20)
WR_MUST_CHECK enum wr_status wr_flows_make(const struct wr_graph *graph,
    const struct wr_summary *summary, struct wr_arena *arena, struct wr_flows *ret_flows);

/* labels_len flows, by label. Those of labels that do not get there are empty. */
const struct wr_flow *wr_flows_to_backend(const struct wr_flows *flows, uint32_t backend);
const struct wr_flow *wr_flows_to_result(const struct wr_flows *flows);
const struct wr_flow *wr_flows_to_drop(const struct wr_flows *flows, uint32_t drop);

#endif
