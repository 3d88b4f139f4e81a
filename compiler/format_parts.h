#ifndef WC_FORMAT_PARTS_H
#define WC_FORMAT_PARTS_H

#include "compiler/layout.h"
#include "compiler/parse.h"

/* What the files of the formatter say to each other; nobody else includes this. */

/*
 * A source on its way to its layout. The tree says what belongs together; the lexemes are handed on
 * one by one, so that none is lost, doubled or moved.
 */
struct wc_formatter {
	struct wc_layout layout;
	const struct wc_source *source;
	const struct wc_lexeme *at; /* the next one; comments are lexemes too */
	const struct wc_lexeme *end;
	uint32_t before;            /* where the last one ended; 0 before the first */
	bool lost;                  /* the tree and the lexemes do not agree: a bug */
};

/* ---- format_lexemes.c ---- */

/* The kind of the next token, 0 at the end; where it begins. Comments are passed over. */
int wc_format_peek(const struct wc_formatter *f);
uint32_t wc_format_start(const struct wc_formatter *f);

/* The comments before the next token. */
void wc_format_comments(struct wc_formatter *f);

/* The next token, with the comments before it, and one that stands behind it on its line. */
void wc_format_token(struct wc_formatter *f, int kind);
void wc_format_any(struct wc_formatter *f);

/* Tokens up to this offset, nothing between them. */
void wc_format_tight(struct wc_formatter *f, uint32_t end);

/* Where an item of a list begins: its comments, and an empty line where the author had one. */
void wc_format_item(struct wc_formatter *f, bool first);

/*
 * Behind an item: its comma, if the author wrote one or not. loose: on one line alone. last: none.
 * A comment between the item and its comma comes behind the comma.
 */
enum wc_format_comma { WC_FORMAT_COMMA, WC_FORMAT_LOOSE, WC_FORMAT_LAST };
void wc_format_comma(struct wc_formatter *f, enum wc_format_comma kind);

/* A bracket that opens a group; broken when the author went to a new line. padded: `{ a }`. */
void wc_format_open(struct wc_formatter *f, int kind, bool padded);
void wc_format_close(struct wc_formatter *f, int kind, bool padded);

/* Two brackets with nothing but comments between them. */
void wc_format_nothing(struct wc_formatter *f, int open, int close);

/* True when a comment or a new line follows the token at the cursor. */
bool wc_format_breaks(const struct wc_formatter *f);

/* A new line or a space; the group is broken when the author went to a new line here. */
void wc_format_line(struct wc_formatter *f);

/* ---- format_text.c ---- */

/* A text between quotes; the holes are among these pieces of its tree. */
void wc_format_text(struct wc_formatter *f, struct wc_span text, const struct wc_piece *pieces);

/* Of several lines. */
bool wc_format_block(const struct wc_source *source, struct wc_span text);

/* ---- format_expr.c ---- */

void wc_format_expr(struct wc_formatter *f, const struct wc_expr *e);

/* An expression behind something like `name:`: there, or if it does not fit on a new line. */
void wc_format_after(struct wc_formatter *f, const struct wc_expr *e);

/* True when wc_format_after leaves it there and breaks it inside. */
bool wc_format_hugs(const struct wc_formatter *f, const struct wc_expr *e);

/* `{ fields }`, without the space before it. */
void wc_format_fields(struct wc_formatter *f, const struct wc_arg *first);

/* ---- format_choice.c ---- */

/* if, match, for, loop, try, and a block. */
void wc_format_choice(struct wc_formatter *f, const struct wc_expr *e);

/* What stands behind `then`, `->`: an expression or a block. */
void wc_format_branch(struct wc_formatter *f, const struct wc_expr *e);

void wc_format_step(struct wc_formatter *f, const struct wc_step *step);

/* ---- format_decl.c ---- */

void wc_format_type(struct wc_formatter *f, const struct wc_type *t);

/* All of a file; false: no memory, or a bug (lost). Its lines are in the layout's buffer. */
bool wc_format_file(struct wc_formatter *f, const struct wc_file *file);

#endif
