#ifndef WC_UNIT_H
#define WC_UNIT_H

#include "compiler/ast.h"
#include "compiler/compile_limits.h"
#include "compiler/graph.h"
#include "compiler/writc.h"

/*
 * One compilation: what its passes share. Everything lives in one arena. A pass
 * reports mistakes to diags and goes on; WR_NONE stands for what could not be
 * made because of a mistake that was reported already, and is never reported again.
 */

enum wc_def_state {
	WC_DEF_UNSEEN,
	WC_DEF_OPEN, /* being looked at: met again, it refers to itself */
	WC_DEF_DONE,
	WC_DEF_BROKEN, /* has a mistake of its own; who uses it is not blamed */
};

/* A fn's, an agent's or the flow's parameters and result. */
struct wc_signature {
	const struct wr_param *params;
	const struct wc_param **written; /* the same, as written */
	uint32_t params_len;
	uint32_t result;
	uint64_t result_labels; /* the flow's */
	const struct wc_type *result_written;
	bool broken;
};

/* What a name can stand for, apart from each other: case and place tell which is meant. */
enum wc_space { WC_VALUES, WC_TYPES, WC_LABELS, WC_BACKENDS, WC_SPACES_LEN };

/*
 * One file of the program. Names mean something in a file; which one is looked up is told by
 * where the name is written (wc_source.part), so an inlined fn keeps the names of its own file.
 */
struct wc_part {
	const struct wc_source *source;
	const struct wc_file *file; /* NULL: it cannot be had, reported */
	struct wr_text identity;
	struct wc_part *asked_by;   /* while it is open: who is being read and uses it */
	enum wc_def_state state;    /* OPEN: what it uses is being read */
	struct wc_part **uses;      /* one for each `use` in order; NULL: cannot be had */
	struct wc_span pin;         /* a hash that pins it, or no place */
	bool pinned;
	bool hashed;
	char hash[64];              /* hexadecimal, once hashed */
	const struct wc_def *flow;
	struct wc_table spaces[WC_SPACES_LEN]; /* names to defs, or WC_IMPORTED and an import */
};

#define WC_IMPORTED 0x80000000u

/* A name that a file has from another. */
struct wc_import {
	const struct wc_name *name; /* as it is called here */
	uint32_t def;
	uint32_t part;
	bool used;
};

/* A declaration and what became of it. */
struct wc_def {
	const struct wc_decl *decl;
	struct wc_part *part;
	enum wc_def_state state;
	bool used;
	bool bounded;                  /* TYPE: its lists have been asked for their limits */
	uint32_t index;                /* LABEL: its bit. TYPE: in unit.types */
	enum wr_kind kind;             /* BACKEND */
	uint64_t accepts, taints;      /* BACKEND */
	struct wc_signature signature; /* FN, AGENT, FLOW */
	struct wr_drops drops;         /* FN, AGENT */
	struct wc_def *backend;        /* AGENT */
	struct wc_def *same;           /* BACKEND: the first that is declared so, perhaps itself */
	const struct wc_def *from;     /* AGENT_COPY: what it is a copy of */
	struct wc_def *fallback;       /* AGENT: whom to ask when it fails, or NULL */
	struct wc_span fallback_at;    /* where that is said */
	struct wc_body *body;          /* AGENT: once built without a mistake */
};

/* Whatever can be called as an agent: written out, or a copy of another. */
static inline bool
wc_is_agent(const struct wc_def *def)
{
	return def->decl->kind == WC_DECL_AGENT || def->decl->kind == WC_DECL_AGENT_COPY;
}

/* An agent's body: a graph of templates, and settings whose roots are its nodes. */
struct wc_body {
	struct wc_graph graph;
	struct wr_setting *settings; /* ascending ids, messages last */
	const struct wc_arg **written;
	uint32_t settings_len;
};

struct wc_prompt {
	struct wc_prompt *next;
	struct wr_text path;
	uint32_t part; /* whose file it lies beside */
	const struct wc_template *template; /* NULL: cannot be had, reported */
};

struct wc_unit {
	struct wr_arena *arena;
	struct wc_diags *diags;
	const struct wc_options *options;
	struct wc_result *result;
	struct wc_part *part[WC_PARTS_MAX]; /* the source that is compiled, then what it uses */
	uint32_t parts_len;
	bool pinning;          /* hashes are worked out, not checked */
	enum wr_status status; /* WR_NOMEM or WR_LIMIT: the first failure */
	struct wc_span at;     /* the expression that is looked at, or was last */
	struct wr_types types;
	struct wc_def *defs; /* in source order, file after file */
	uint32_t defs_len;
	struct wc_import *imports;
	uint32_t imports_len;
	struct wc_table outside[WC_SPACES_LEN]; /* names that reach the bytecode: one meaning a program */
	struct wc_def *label[WR_LABELS_MAX];
	uint32_t labels_len;
	struct wc_def *flow;              /* or NULL */
	struct wc_graph graph;            /* the flow's */
	struct wc_graph scratch;          /* where fns and consts are checked by themselves */
	uint32_t scratch_inputs;          /* each parameter there is an input of its own */
	uint32_t end;                     /* its result node, or WR_NONE */
	struct wr_bounds promised;        /* UINT64_MAX where `within` is silent; width 0 */
	const struct wc_limit *within[4]; /* calls, tokens, time, width as written, or NULL */
	struct wc_table lifts; /* expressions whose parts join to an optional: see wc_lifts */
	struct wc_table bound;            /* every name that was local somewhere: its place below */
	struct wc_binding **bindings;     /* what the name stands for now, or NULL */
	uint32_t bindings_len, bindings_room;
	uint32_t scopes;                  /* lowerings begun: names of one are not seen in another */
	struct wc_prompt *prompts;
	struct wc_test_code *test_codes;       /* expressions of tests */
	struct wc_test_mention *test_mentions, *test_mentions_last; /* agents that tests speak of */
	bool unlabelled;                       /* types are emitted without labels: programs of tests */
	uint32_t nesting; /* declared types being resolved inside each other */
	uint32_t depth;   /* expressions being looked at inside each other */
	uint32_t work;    /* expressions looked at, inlined ones each time */
};

/* Remember the first failure of memory. Returns WR_NONE. */
uint32_t wc_unit_failed(struct wc_unit *unit, enum wr_status status);

/* The arena is spent: WR_NOMEM or WR_LIMIT is remembered. Returns NULL. */
void *wc_unit_spent(struct wc_unit *unit);

/* Zeroed memory in the arena, or NULL and the failure remembered. */
void *wc_unit_get(struct wc_unit *unit, size_t count, size_t size);

/* index, or the failure remembered when it is WR_NONE: for what only memory can refuse. */
uint32_t wc_unit_type(struct wc_unit *unit, uint32_t type);

/* The type as an author writes it. Never NULL. */
const char *wc_unit_words(struct wc_unit *unit, uint32_t type);

/* "a `text`", "an `int`", "a `Finding`", without ranges: for "this is … , … is needed". */
const char *wc_unit_a(struct wc_unit *unit, uint32_t type);

/* False when the warning is not to be given. */
bool wc_unit_warns(const struct wc_unit *unit, enum wc_code code);

/* Add `help: did you mean` and the edit, when a candidate is near. The candidates' bytes must live
 * as long as diags. */
void wc_unit_suggest(
    struct wc_diag *diag, const struct wc_name *name, const struct wr_text *candidates, size_t len);


/* Ready for the first pass; everything it makes is in result's arena. */
void wc_unit_begin(struct wc_unit *unit, const struct wr_alloc *alloc,
    const struct wc_options *options, struct wc_result *result);

/* ---- the passes, in order ---------------------------------------------------- */

/* Read the source and every file it uses, and theirs. WR_REFUSED: reported. */
WR_MUST_CHECK enum wr_status wc_load(struct wc_unit *unit, const char *name, struct wr_text bytes);

/* Collect declarations; resolve labels, backends, types and signatures. */
void wc_declare(struct wc_unit *unit);

/* Check every fn and const by itself, at its declared types. */
void wc_check_pure(struct wc_unit *unit);

/* Build the bodies of all agents. */
void wc_build_agents(struct wc_unit *unit);

/* Build the flow's graph. */
void wc_build_flow(struct wc_unit *unit);

/* Check the tests of the source itself. */
void wc_check_tests(struct wc_unit *unit);

/* The agents that tests speak of are among those of the program: E0704. */
struct wc_emitted;
void wc_check_mentions(struct wc_unit *unit, const struct wc_emitted *emitted);

/* Make the programs of tests that hold no mistake. WR_OK, WR_REFUSED (too large), WR_FAILED (a bug), WR_NOMEM, WR_LIMIT. */
WR_MUST_CHECK enum wr_status wc_emit_tests(struct wc_unit *unit);

/* Free what the arena does not hold. */
void wc_free_tests(struct wc_unit *unit);

/* Warn about what the source alone shows. */
void wc_warn_source(struct wc_unit *unit);

/* ---- types and labels as written ----------------------------------------------- */

/* Where a type stands decides whether labels may be written on it. */
enum wc_label_place { WC_LABELS_HERE, WC_NO_LABELS };

/* The type, or WR_NONE (reported). labels may be NULL with WC_NO_LABELS. */
uint32_t wc_resolve_type(
    struct wc_unit *unit, const struct wc_type *type, enum wc_label_place place, uint64_t *labels);

/* The set of these labels; unknown ones are reported and left out. */
uint64_t wc_resolve_labels(struct wc_unit *unit, const struct wc_label_ref_list *labels);

/* A declared type by name, resolved; NULL (reported) when there is none or it is broken. */
struct wc_def *wc_find_type(struct wc_unit *unit, const struct wc_name *name);

/* Lists inside must say how long they can be: reports each that does not. */
void wc_check_bounded(struct wc_unit *unit, const struct wc_type *type);

#endif
