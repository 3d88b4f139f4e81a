#ifndef WC_PLACE_H
#define WC_PLACE_H

#include "compiler/writc.h"

/*
 * Where a program says what it says, by the names that its bytecode has: for who judges the bytecode
 * by rules that are not the language's, such as a policy, and tells the author. Nothing is judged here.
 *
 * All of it is about a result of wc_compile that was WR_OK, while that lives. A span without a source
 * means that nothing of the kind is written.
 */

/* The name behind `start`. */
struct wc_span wc_place_workflow(const struct wc_result *program);

/* Of `label pii "…"` the name. */
struct wc_span wc_place_label(const struct wc_result *program, struct wr_text label);

/* Of `backend house: llm accepts @pii taints @untrusted` all of it, and its parts. */
struct wc_place_backend {
	struct wc_span whole, name, kind;
	struct wc_span taints; /* the labels behind it */
};
struct wc_place_backend wc_place_backend(const struct wc_result *program, struct wr_text name);

/* The label where the backend accepts it. */
struct wc_span wc_place_accepts(
    const struct wc_result *program, struct wr_text backend, struct wr_text label);

/*
 * What a path into the inputs leads to, such as `claim.story`: the parameter of the flow, or the field.
 * False: there is no such path, and it is the last that is there of it, if any.
 */
struct wc_place_input {
	struct wc_span name;
	struct wc_span type; /* as written, with its labels */
};
bool wc_place_input(
    const struct wc_result *program, struct wr_text path, struct wc_place_input *ret_place);

/* The model that an agent names, where it is written: perhaps on the agent that this is a copy of. */
struct wc_span wc_place_model(const struct wc_result *program, struct wr_text agent);

/* What `within` promises: `calls: 12`, and the `12`. */
enum wc_promise { WC_PROMISE_CALLS, WC_PROMISE_TOKENS, WC_PROMISE_TIME, WC_PROMISE_WIDTH };
struct wc_place_promise {
	struct wc_span whole, value;
};
struct wc_place_promise wc_place_promise(const struct wc_result *program, enum wc_promise which);

#endif
