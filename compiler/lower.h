#ifndef WC_LOWER_H
#define WC_LOWER_H

#include "compiler/names.h"
#include "vm/for_compiler.h"
#include "vm/format/infer.h"

/*
 * From expressions to nodes: names are resolved, types checked and nodes made in
 * one go, so that there is one place that knows what an expression means. A fn is
 * lowered once by itself, which finds its mistakes, and again wherever it is used.
 */

/* What is being lowered, for what may stand there. */
enum wc_site { WC_SITE_FLOW, WC_SITE_AGENT, WC_SITE_FN, WC_SITE_CONST };

/* A local name: an input, a parameter, a step, what a pattern or a `for` binds. */
struct wc_binding {
	struct wc_binding *outer;
	struct wc_binding *hides; /* the same name, in the lowering that this one is inside of */
	const struct wc_name *name;
	const char *what; /* "a step" */
	uint32_t node;    /* WR_NONE: its mistake is reported */
	uint32_t scope, at; /* of the lowering; of the name, in the unit */
	bool used;
};

/* The steps of the blocks around that are still to come, for E0104. */
struct wc_pending {
	struct wc_pending *outer;
	const struct wc_step *steps;
};

/* The state of a `loop`, in its rounds: what is made for it must not outgrow it (E0404). */
struct wc_state {
	const struct wc_name *name;
	uint32_t type;
};

struct wc_lower {
	struct wc_unit *u;
	struct wc_graph *g;
	enum wc_site site;
	struct wc_binding *names;
	uint32_t scope; /* of the names: they are seen here alone */
	struct wc_pending *pending;
	struct wc_test_scope *test; /* in an expression of a test, what it may speak of; or NULL */
	const char *in_head; /* inside a `where` or `sort` of a `for`, its word; or NULL */
	struct wc_span
	    used_at; /* inlined: where the outermost fn or const is used; else no place */
	bool inlined;
	uint32_t calls; /* CALL nodes made so far */
	const struct wc_state *state; /* of the innermost `loop` around, or NULL */
};

/* A lowering into graph g, with no names yet. */
struct wc_lower wc_lower_begin(struct wc_unit *unit, struct wc_graph *graph, enum wc_site site);

/*
 * The node of an expression, or WR_NONE when it has a mistake (reported). hint is a
 * type that is wanted, or WR_NONE: it makes an integer literal a number, and tells the
 * items of a list what to be; wc_fit does the rest.
 */
uint32_t wc_lower_expr(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);

/* The parts of wc_lower_expr that have their own files. */
uint32_t wc_lower_call(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_flow_call(
    struct wc_lower *l, const struct wc_expr *e, struct wc_def *def, const uint32_t *args);
uint32_t wc_lower_calls(struct wc_lower *l, const struct wc_expr *e);
/* What to say where a test has no `result`. */
void wc_test_no_result(const struct wc_lower *l, struct wc_diag *diag);

uint32_t wc_lower_convert(struct wc_lower *l, const struct wc_expr *e);
uint32_t wc_lower_if(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_match(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_coalesce(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);

/* Whether an optional, written at span, is none: a choice. */
uint32_t wc_is_none(struct wc_lower *l, const struct wc_expr *e, uint32_t of, struct wc_span span);

uint32_t wc_lower_try(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_for(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_loop(struct wc_lower *l, const struct wc_expr *e);

/*
 * Report (E0404) a text or list that is longer than the state, or than this member of it, holds. False:
 * that is not what is wrong with it. e is what was written.
 */
bool wc_state_grows(struct wc_lower *l, uint32_t node, uint32_t want, const struct wc_expr *e,
    const struct wc_name *member);

uint32_t wc_lower_binary(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);
uint32_t wc_lower_file(struct wc_lower *l, const struct wc_string *path, struct wc_span span);
uint32_t wc_lower_template(struct wc_lower *l, const struct wc_template *t);

/* An if, match, try or for whose bodies are blocks: steps, then what is yielded. */
uint32_t wc_lower_branch(struct wc_lower *l, const struct wc_expr *e, uint32_t hint);

/* Steps in order. The names stay until the caller takes them back. */
void wc_lower_steps(struct wc_lower *l, const struct wc_step_list *steps);

/* Take back all local names, warning of steps that nobody used. */
void wc_leave_names(struct wc_lower *l);

/* The same for those bound since l->names was `until`. */
void wc_leave_names_to(struct wc_lower *l, struct wc_binding *until);

/* The value of a fn for these arguments, or of a const (no arguments). */
uint32_t wc_inline(
    struct wc_lower *l, struct wc_def *def, const uint32_t *args, struct wc_span span);

/* ---- names ------------------------------------------------------------------------ */

/* Bind a name; reports E0103. The binding lives in the arena; NULL when memory is spent. */
struct wc_binding *wc_bind(
    struct wc_lower *l, const struct wc_name *name, const char *what, uint32_t node);

/* Take back the names bound since l->names was `until`. Every lowering ends with wc_unbind(l, NULL). */
void wc_unbind(struct wc_lower *l, struct wc_binding *until);

/* The local binding of a name, now used, or NULL. */
struct wc_binding *wc_local(struct wc_lower *l, struct wr_text name);

/* Report a name that means nothing here (E0101, E0104). */
void wc_unknown(struct wc_lower *l, const struct wc_name *name);

/* Warn (W0808) of `{name}` in the words of a text, for each local name: it is no hole. */
void wc_warn_braces(struct wc_lower *l, struct wc_span words);

/* Warn (W0801) of the parameters of an agent that its texts, which l has lowered, never say. */
void wc_warn_params(const struct wc_lower *l, const struct wc_def *def);

/* ---- making nodes -------------------------------------------------------------------- */

/* What to make: an operation, its immediate, its operands and where each was written. */
struct wc_make {
	enum wr_op op;
	uint32_t index, type;
	const uint32_t *operands;
	const struct wc_span *spans;
	uint32_t operands_len;
	const uint32_t *fields; /* WITH, in the unit's arena */
	struct wc_span span;
	const char *name; /* the operator or built-in, for messages; or NULL: the op's */
};

/*
 * Check the types (messages by why.c), fold if everything is constant, and add the
 * node. WR_NONE when an operand is, or when the types do not fit.
 */
uint32_t wc_make(struct wc_lower *l, const struct wc_make *m);

/* The same for one operand, where everything was written at span. */
uint32_t wc_make1(struct wc_lower *l, enum wr_op op, uint32_t operand, struct wc_span span);

/*
 * The record `of` with other fields, in normal form. nodes and spans are by member, WR_NONE and no
 * place for what stays; they are written to.
 */
uint32_t wc_make_with(struct wc_lower *l, uint32_t of, uint32_t *nodes, struct wc_span *spans,
    struct wc_span span);

/* A TEMPLATE of these, in normal form: flat, merged, constant if all is. */
uint32_t wc_make_template(struct wc_lower *l, const uint32_t *operands, const struct wc_span *spans,
    uint32_t len, struct wc_span span);

/* A constant; type gives its shape, the tightest one is kept. */
uint32_t wc_make_const(
    struct wc_lower *l, struct wr_value value, uint32_t type, struct wc_span span);
uint32_t wc_make_text(struct wc_lower *l, struct wr_text text, struct wc_span span);
uint32_t wc_make_bool(struct wc_lower *l, bool truth, struct wc_span span);

/*
 * The node where `type` is needed: itself, or SOME of it. Reports what does not fit;
 * where says what needs it (no place: nothing is said).
 */
uint32_t wc_fit(
    struct wc_lower *l, uint32_t node, uint32_t type, struct wc_span span, struct wc_span where);

/*
 * Make the parts of an expression joinable: when one is an optional, the others become SOME.
 * What was found at the declared types of a fn holds wherever it is inlined, so that the
 * shape of its value never depends on its arguments.
 */
void wc_lift(struct wc_lower *l, const struct wc_expr *e, uint32_t *nodes,
    const struct wc_span *spans, uint32_t len);

/* True when the types of the branches of a choice, or of a `try`, have no join: reported. Some may be WR_NONE. */
bool wc_differ(
    struct wc_lower *l, const uint32_t *roots, const struct wc_span *spans, uint32_t len);

/* Append the refusal of wr_infer to the messages. */
void wc_why(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *infer);

/* Say that `have` does not fit `want`. */
void wc_mismatch(
    struct wc_lower *l, uint32_t have, uint32_t want, struct wc_span span, struct wc_span where);

static inline const struct wr_type *
wc_type_at(const struct wc_lower *l, uint32_t type)
{
	return &l->u->types.at[type];
}

/* The type of a node, by index and as it is. */
static inline uint32_t
wc_node_type(const struct wc_lower *l, uint32_t node)
{
	return l->g->nodes[node].result;
}

static inline const struct wr_type *
wc_type_of(const struct wc_lower *l, uint32_t node)
{
	return wc_type_at(l, wc_node_type(l, node));
}

static inline bool
wc_is_const(const struct wc_lower *l, uint32_t node)
{
	return l->g->nodes[node].op == WR_OP_CONST;
}

/* Add a message; in an inlined body it says where that is used. */
#define wc_lower_diag(l, ...) wc_lower_note(l, wc_diag_add((l)->u->diags, __VA_ARGS__))
struct wc_diag *wc_lower_note(struct wc_lower *l, struct wc_diag *diag);

#endif
