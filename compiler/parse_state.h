#ifndef WC_PARSE_STATE_H
#define WC_PARSE_STATE_H

#include "compiler/ast.h"
#include "compiler/compile_limits.h"
#include "compiler/diag.h"
#include "compiler/parse.h"

/*
 * What the scanner, the grammar's actions and parse.c share during one parse.
 * Everything else is allocated in the arena, so no path can leak.
 */

/* What the scanner is in the middle of. */
enum wc_scan_mode { WC_SCAN_CODE, WC_SCAN_LINE, WC_SCAN_BLOCK, WC_SCAN_PROMPT };

struct wc_token {
	int kind; /* of the generated grammar/wf.y.h; 0 is the end of the source */
	struct wc_span span;
	uint64_t integer; /* INTEGER: at most 2^63; DURATION: ms; TEND: where the body ends */
	double number;    /* DECIMAL */
	bool block;       /* TSTART: triple quotes */
};

/* A text or a hole that is open; texts and holes alternate. */
struct wc_scan_level {
	enum wc_scan_mode mode;
	uint32_t start;  /* of the opening quotes or braces */
	uint32_t braces; /* CODE: `{` of the hole that are still open */
};

struct wc_huge;

struct wc_parser {
	struct wr_arena *arena;
	const struct wc_source *source;
	struct wc_diags *diags;
	enum wr_status status;  /* WR_NOMEM or WR_LIMIT: the arena gave nothing */
	uint32_t errors_before; /* in diags, when the parse began */
	bool hopeless;          /* the rest of the source can only give silly messages */

	/* the result */
	struct wc_file *file;
	struct wc_template *prompt;
	struct wc_lexemes *lexemes; /* what the caller wants to have kept, or NULL */
	struct wc_huge *huge; /* integer literals of 2^63: right only behind a minus */

	/* the scanner */
	void *scanner;
	char *reserve; /* its memory, taken in advance because it cannot fail well */
	size_t reserve_left;
	uint32_t at;          /* offset of the next byte */
	uint32_t line_start;  /* offset of the line that at is in */
	uint32_t line_before; /* the same for the beginning of the last token */
	struct wc_scan_level level[2 * WC_HOLES_DEEP + 2];
	uint32_t level_len;

	/* the hand-over to the grammar: parse.c */
	struct wc_token queue[4]; /* go first */
	uint32_t queue_len;
	struct wc_token now, before; /* the last two tokens given */
	bool started;
	uint32_t base_column; /* of `writ`: declarations begin there */
	uint32_t step_column; /* of the steps of this flow */
	uint32_t resumed;     /* offset behind the last place where reading went on; only grows */
	bool skipping;        /* after a mistake: what is passed over is not told of */
	uint32_t error_line;  /* line_start of the last message, or UINT32_MAX */
};

/* ---- parse.c: scanning and recovery ---- */

/* Keep a comment, when the caller wants lexemes. */
void wc_parser_comment(struct wc_parser *parser, struct wc_span span);

/* Memory for bison's stacks, in the arena; NULL (also for parser NULL) when there is none. */
void *wc_parser_alloc(struct wc_parser *parser, size_t size);

/* Memory for flex, from the reserve; never NULL. */
void *wc_parser_scan_alloc(struct wc_parser *parser, size_t size);

/*
 * Add an error unless this line has one already. Message and label as in
 * wc_diag_add; NULL when nothing was added.
 */
struct wc_diag *wc_parser_error(
    struct wc_parser *parser, enum wc_code code, struct wc_span span, const char *format, ...);

enum wc_level_of_recovery { WC_RECOVER_DECL, WC_RECOVER_STEP };

/*
 * After a syntax error: skip to where a declaration (or a step of the flow)
 * begins, by the line starts and columns of well-laid-out sources. pending is
 * the token that caused the error, or NULL. True when reading can go on there,
 * further than ever before; false at the end of the source.
 */
bool wc_parser_resync(struct wc_parser *parser, enum wc_level_of_recovery level, bool pending);

/* True when only blanks stand before it on its line. */
bool wc_parser_begins_line(const struct wc_parser *parser, struct wc_span span);

/* True when the line it begins on begins with this word. */
bool wc_parser_line_begins(const struct wc_parser *parser, struct wc_span span, const char *word);

/* The first byte behind it on its line that is no blank, or 0. `==` counts as 0. */
char wc_parser_follows(const struct wc_parser *parser, struct wc_span span);

/* ---- parse_text.c: what is between quotes ---- */

/*
 * The template of a body [start, end) with these holes (whose spans are inside
 * the braces). whole is its span with quotes. NULL without memory; mistakes are
 * reported and something harmless returned.
 */
struct wc_template *wc_parser_template(struct wc_parser *parser, struct wc_span whole,
    enum wc_scan_mode mode, uint32_t start, uint32_t end, struct wc_piece_list holes);

/* The same without holes, as plain text. False without memory. */
bool wc_parser_string(struct wc_parser *parser, struct wc_span whole, enum wc_scan_mode mode,
    uint32_t start, uint32_t end, struct wc_string *ret);

/* False when some byte or character of the source may stand nowhere; reported. */
bool wc_parser_check_bytes(struct wc_parser *parser);

/* ---- parse_number.c: literals ---- */

/* The value of a literal as scanned, `_` included; mistakes are reported and give 0. */
uint64_t wc_parser_integer(struct wc_parser *parser, struct wc_span span);
uint64_t wc_parser_duration(struct wc_parser *parser, struct wc_span span);
double wc_parser_decimal(struct wc_parser *parser, struct wc_span span);

/* magnitude, or 0 with a message when it is above 2^63 - 1. */
int64_t wc_parser_int64(struct wc_parser *parser, uint64_t magnitude, struct wc_span span);

/* The number behind `writ`: 1, or it is reported. */
int64_t wc_parser_version(struct wc_parser *parser, uint64_t magnitude, struct wc_span span);

/* The `width` of a `for`: at least 1. */
uint64_t wc_parser_width(struct wc_parser *parser, uint64_t magnitude, struct wc_span span);

/* ---- parse_tree.c: nodes ---- */

/* Zeroed memory; NULL sets parser->status. */
void *wc_parser_new(struct wc_parser *parser, size_t size);

/* A node one deeper than what it holds; NULL without memory, or too deep (reported). */
struct wc_expr *wc_parser_expr(
    struct wc_parser *parser, enum wc_expr_kind kind, struct wc_span span, uint32_t inner_depth);
struct wc_type *wc_parser_type(
    struct wc_parser *parser, enum wc_type_kind kind, struct wc_span span, uint32_t inner_depth);

/* Literals; -5 is one node, whatever stands before the digits. */
struct wc_expr *wc_parser_integer_expr(
    struct wc_parser *parser, uint64_t magnitude, struct wc_span span);
struct wc_expr *wc_parser_negate(struct wc_parser *parser, struct wc_span span,
    struct wc_expr *operand, struct wc_span operand_span);
struct wc_expr *wc_parser_binary(struct wc_parser *parser, enum wc_binary op, struct wc_span span,
    struct wc_expr *left, struct wc_span op_span, struct wc_expr *right);

/* Report the integer literals of 2^63 that no minus stands before. */
void wc_parser_check_huge(struct wc_parser *parser);

/* The depth of the deepest expression in these; 0 for none. */
uint32_t wc_depth_args(struct wc_arg_list list);
uint32_t wc_depth_steps(struct wc_step_list list);
uint32_t wc_depth_arms(struct wc_arm_list list);
uint32_t wc_depth_items(struct wc_expr_list list);
uint32_t wc_depth_template(const struct wc_template *t);

static inline uint32_t
wc_depth_expr(const struct wc_expr *e)
{
	return e == NULL ? 0 : e->depth;
}

static inline uint32_t
wc_depth_max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Labels may stand on fields, payloads, flow inputs and flow results: report those elsewhere. */
void wc_parser_no_labels(struct wc_parser *parser, const struct wc_type *type);
void wc_parser_no_labels_in(struct wc_parser *parser, struct wc_param_list params);

#endif
