#ifndef WC_AST_H
#define WC_AST_H

#include "compiler/source.h"

/*
 * The tree of one source, as written: names unresolved, nothing checked but
 * shape. All nodes live in the compilation's arena; texts of names point into
 * the source. The parser alone makes nodes; everyone else reads them.
 *
 * Nodes of a list hang together by next; a list knows its length:
 *	for (const struct wc_step *s = flow->steps.first; s != NULL; s = s->next)
 *
 * Nesting is bounded: depth of an expression or a type is at most WC_DEPTH_MAX,
 * so a pass may recurse.
 */
enum wc_expr_kind {
#define EXPR(kind) WC_EXPR_##kind,
#include "compiler/ast.def"
	WC_EXPR_KIND_COUNT
};
enum wc_step_kind {
#define STEP(kind) WC_STEP_##kind,
#include "compiler/ast.def"
};
enum wc_decl_kind {
#define DECL(kind, words) WC_DECL_##kind,
#include "compiler/ast.def"
	WC_DECL_KIND_COUNT
};
enum wc_type_kind {
#define TYPE(kind, word) WC_TYPE_##kind,
#include "compiler/ast.def"
};
enum wc_pattern_kind {
#define PATTERN(kind) WC_PATTERN_##kind,
#include "compiler/ast.def"
};
enum wc_test_item_kind {
#define TEST_ITEM(kind) WC_TEST_ITEM_##kind,
#include "compiler/ast.def"
};
enum wc_binary {
#define BINARY(kind, operator) WC_BINARY_##kind,
#include "compiler/ast.def"
};

/* A list of nodes of one type, in source order. */
#define WC_LIST(type)             \
	struct type##_list {      \
		struct type *first; \
		struct type *last;  \
		uint32_t len;       \
	}

/* An identifier where it stands. text.size 0: the optional name was not written. */
struct wc_name {
	struct wr_text text;
	struct wc_span span;
};

/* A text without interpolation, escapes already replaced. */
struct wc_string {
	struct wr_text text;
	struct wc_span span; /* quotes included */
};

/* `@pii`; the name is without the @, the span with it. */
struct wc_label_ref {
	struct wc_label_ref *next;
	struct wc_name name;
};
WC_LIST(wc_label_ref);

/* ---- types --------------------------------------------------------------- */

/* One end of a range. */
struct wc_bound {
	bool written;
	bool decimal;    /* number holds it, else integer */
	int64_t integer;
	double number;
	struct wc_span span;
};

struct wc_range {
	bool written;
	struct wc_bound low;  /* `..9`: not written */
	struct wc_bound high; /* `1..`: not written */
	struct wc_span span;
};

struct wc_type {
	enum wc_type_kind kind;
	uint16_t depth;
	bool optional;              /* a `?` follows */
	struct wc_span span;        /* with range, `?` and labels */
	struct wc_span shape_span;  /* without `?` and labels */
	struct wc_name name;        /* NAMED */
	struct wc_type *element;    /* LIST: its own `?` inside it, never labels */
	struct wc_range range;      /* primitives: size or value; LIST: length */
	struct wc_label_ref_list labels;
};

/* ---- expressions --------------------------------------------------------- */

/* Literal bytes (expr NULL; escapes replaced, margin gone, never empty) or a hole. */
struct wc_piece {
	struct wc_piece *next;
	struct wr_text text;
	struct wc_expr *expr;
	struct wc_span span; /* of a hole: without the braces */
};
WC_LIST(wc_piece);

struct wc_template {
	struct wc_piece_list pieces; /* none: the empty text */
	struct wc_span span;         /* quotes included; of a prompt file: all of it */
};

/* An argument, or a field of a record, an update or an agent's settings. */
struct wc_arg {
	struct wc_arg *next;
	struct wc_name name;    /* of an argument: may be unwritten */
	struct wc_expr *value;  /* never NULL */
	bool shorthand;         /* a field `name` alone: value is WC_EXPR_NAME of the same span */
	struct wc_span span;
};
WC_LIST(wc_arg);

struct wc_pattern {
	struct wc_pattern *next;
	enum wc_pattern_kind kind;
	struct wc_name name;   /* VARIANT */
	struct wc_name binder; /* VARIANT, SOME: the name in parentheses; a VARIANT may have none */
	struct wc_span span;
};
WC_LIST(wc_pattern);

struct wc_arm {
	struct wc_arm *next;
	struct wc_pattern_list patterns; /* at least one */
	struct wc_expr *body;
	struct wc_span span;
};
WC_LIST(wc_arm);

struct wc_step {
	struct wc_step *next;
	enum wc_step_kind kind;
	struct wc_name name;         /* LET */
	struct wc_type *type;        /* LET: or NULL */
	struct wc_expr *expr;        /* LET, DO: the value; REQUIRE: the condition */
	struct wc_template *message; /* REQUIRE */
	struct wc_span span;
};
WC_LIST(wc_step);

struct wc_expr {
	struct wc_expr *next; /* in the list that holds it, if any */
	enum wc_expr_kind kind;
	uint16_t depth;       /* 1 for a leaf */
	struct wc_span span;  /* without parentheses around it */
	union {
		int64_t integer;              /* INTEGER: with the minus before it */
		double number;                /* NUMBER: likewise; finite, never -0 */
		uint64_t duration_ms;         /* DURATION */
		bool truth;                   /* BOOL */
		struct wc_expr *operand;      /* SOME NEGATE NOT */
		struct wc_template *template; /* TEMPLATE */
		struct wc_string path;        /* FILE */
		struct wc_name name;          /* NAME */
		struct {
			struct wc_name name;
			struct wc_arg_list args;
		} call;                       /* CALL */
		struct {
			enum wc_type_kind to;
			struct wc_expr *operand;
		} convert;                    /* CONVERT: text(x) int(x) number(x) bool(x) */
		struct {
			struct wc_name type;
			struct wc_arg_list fields;
		} record;                     /* RECORD */
		struct {
			struct wc_name type;
			struct wc_name variant;
			struct wc_expr *payload; /* or NULL */
		} variant;                    /* VARIANT */
		struct {
			struct wc_expr *first;   /* linked by next */
			uint32_t len;
		} list;                       /* LIST */
		struct {
			struct wc_expr *of;
			struct wc_name name;
		} field;                      /* FIELD */
		struct {
			struct wc_expr *of;
			struct wc_arg_list fields;
		} with;                       /* WITH */
		struct {
			enum wc_binary op;
			struct wc_expr *left, *right;
			struct wc_span op_span;
		} binary;                     /* BINARY */
		struct {
			struct wc_expr *condition, *then, *otherwise;
		} branch;                     /* IF */
		struct {
			struct wc_expr *of;
			struct wc_arm_list arms;
		} match;                      /* MATCH */
		struct {
			struct wc_name item;
			struct wc_name index;    /* or unwritten */
			struct wc_expr *in;
			struct wc_expr *where;   /* or NULL */
			struct wc_expr *sort;    /* or NULL */
			bool descending;
			uint64_t width;          /* 0: not written */
			struct wc_span width_span;
			struct wc_expr *body;    /* BLOCK when written with braces */
		} each;                       /* FOR */
		struct {
			struct wc_name state;
			struct wc_type *type;    /* or NULL */
			struct wc_expr *init;
			struct wc_name limit_name; /* a const, or unwritten */
			int64_t limit;
			struct wc_span limit_span;
			struct wc_step_list steps;
			struct wc_expr *yield, *until;
		} loop;                       /* LOOP */
		struct {
			struct wc_expr *body, *otherwise;
		} attempt;                    /* TRY */
		struct {
			struct wc_step_list steps;
			struct wc_expr *yield;
		} block;                      /* BLOCK */
	};
};
WC_LIST(wc_expr);

/* ---- declarations -------------------------------------------------------- */

struct wc_param {
	struct wc_param *next;
	struct wc_name name;
	struct wc_type *type;
	struct wc_span span;
};
WC_LIST(wc_param);

/* `drops @pii because "…"` */
struct wc_drop {
	struct wc_drop *next;
	struct wc_label_ref_list labels;
	struct wc_string reason;
	struct wc_span span;
};
WC_LIST(wc_drop);

struct wc_field_decl {
	struct wc_field_decl *next;
	struct wc_name name;
	struct wc_type *type;
	bool described;
	struct wc_string description;
	struct wc_span span;
};
WC_LIST(wc_field_decl);

struct wc_variant_decl {
	struct wc_variant_decl *next;
	struct wc_name name;
	struct wc_type *payload; /* or NULL */
	struct wc_span span;
};
WC_LIST(wc_variant_decl);

struct wc_use_name {
	struct wc_use_name *next;
	struct wc_name name;
	struct wc_name as; /* or unwritten */
};
WC_LIST(wc_use_name);

/* One promise of `within`: the value as written, units unchecked. */
struct wc_limit {
	struct wc_limit *next;
	struct wc_name name;     /* calls, tokens, time, width, or something else */
	enum wc_expr_kind kind;  /* INTEGER, DURATION or NAME (of a const) */
	int64_t integer;
	uint64_t duration_ms;
	struct wc_name value_name;
	struct wc_span value_span;
	struct wc_span span;
};
WC_LIST(wc_limit);

struct wc_test_item {
	struct wc_test_item *next;
	enum wc_test_item_kind kind;
	struct wc_name name;     /* GIVEN: the input; else the agent; EXPECT_FAILS: or unwritten */
	struct wc_name failure;  /* STUB_FAILS, EXPECT_FAILS: timeout, ... or unwritten */
	struct wc_expr *expr;    /* GIVEN STUB EXPECT */
	struct wc_string string; /* REPLAY: the path */
	struct wc_span span;
};
WC_LIST(wc_test_item);

enum wc_type_form { WC_TYPE_FORM_RECORD, WC_TYPE_FORM_VARIANTS, WC_TYPE_FORM_ALIAS };

/*
 * `type A = b` reads as variants with the one variant b, `type A = B` as an alias.
 */
struct wc_decl {
	struct wc_decl *next;
	enum wc_decl_kind kind;
	struct wc_name name; /* unwritten for USE and TEST */
	struct wc_span span; /* the whole declaration */
	union {
		struct {
			struct wc_use_name_list names;
			struct wc_string path;
			struct wc_name hash; /* 64 hex digits without `sha256:`, or unwritten */
		} use;
		struct {
			struct wc_string description;
		} label;
		struct {
			struct wc_name kind;
			struct wc_label_ref_list accepts, taints;
		} backend;
		struct {
			struct wc_expr *value;
		} constant;
		struct {
			enum wc_type_form form;
			struct wc_field_decl_list fields;     /* RECORD */
			struct wc_variant_decl_list variants; /* VARIANTS: at least one */
			struct wc_type *alias;                /* ALIAS */
		} type;
		struct {
			struct wc_param_list params;
			struct wc_type *result;
			struct wc_drop_list drops;
			struct wc_expr *body;
		} fn;
		struct {
			struct wc_param_list params;
			struct wc_type *result;
			struct wc_name via;
			struct wc_drop_list drops;
			struct wc_arg_list settings; /* in source order; names may repeat */
		} agent;
		struct {
			struct wc_name from;
			struct wc_name via; /* or unwritten */
			struct wc_arg_list settings;
		} agent_copy;
		struct {
			struct wc_param_list params;
			struct wc_type *result;
			struct wc_limit_list within;
			struct wc_step_list steps;
			struct wc_expr *end;
		} flow;
		struct {
			struct wc_string title;
			struct wc_test_item_list items;
		} test;
	};
};
WC_LIST(wc_decl);

struct wc_file {
	const struct wc_source *source;
	int64_t language; /* the number after `writ`; 1 is the only one accepted */
	struct wc_decl_list decls;
};

/* The words for a kind, for messages: "a label". Never NULL. */
const char *wc_decl_words(enum wc_decl_kind kind);

/* The operator as written: "==", "and". The primitive's word: "text"; "" for others. */
const char *wc_binary_text(enum wc_binary op);
const char *wc_type_word(enum wc_type_kind kind);

#endif
