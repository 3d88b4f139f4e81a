#ifndef WR_VIEW_PRINT_PARTS_H
#define WR_VIEW_PRINT_PARTS_H

#include "vm/view/print.h"

/* What the files of the printer say to each other; nobody else includes this. */

/* How tight an expression binds, loosest first; a floor is the least that needs no parentheses. */
enum {
	TIGHT_OWNER, /* if, match, for, try, loop */
	TIGHT_OR, TIGHT_AND, TIGHT_NOT, TIGHT_COMPARE, TIGHT_ELSE, TIGHT_ADD, TIGHT_MUL, TIGHT_NEG,
	TIGHT_ATOM,
};

struct wr_infix {
	const char *word;
	int tight, left, right; /* its own, and the floors of its operands */
};

/* True when there is no point in going on: a trial has passed the width, or the buffer is full. */
bool wr_print_stop(struct wr_printer *p);
void wr_print_str(struct wr_printer *p, const char *text);

/* Tries it on this line; when it does not fit, takes it back and says false. */
bool wr_print_trial(struct wr_printer *p, void (*print)(struct wr_printer *, const void *, uint32_t),
    const void *what);

/* The next free number, and a name: a letter and a number. */
uint32_t wr_print_fresh(struct wr_printer *p);
void wr_print_name(struct wr_printer *p, char letter, uint32_t number);

/* Operand i of a node, root i of a block, the type of a node. */
uint32_t wr_print_operand(const struct wr_printer *p, uint32_t n, uint32_t i);
uint32_t wr_print_root(const struct wr_printer *p, uint32_t block, uint32_t i);
const struct wr_type *wr_print_type_of(const struct wr_printer *p, uint32_t n);

/* MATCHes that are written `x ?? d` and `x == none`. */
bool wr_print_is_else(const struct wr_printer *p, uint32_t n);
bool wr_print_is_absent(const struct wr_printer *p, uint32_t n);

/*
 * One expression, here. Broken, its further lines are indented by indent, its parts by two more.
 * The plan keeps expressions shallow where steps can stand; where none can, what is deeper than
 * any source that compiles is a limit, not a crash.
 */
void wr_print_expr(struct wr_printer *p, uint32_t n, int floor, uint32_t indent);

/* The same, never broken. */
void wr_print_flat(struct wr_printer *p, uint32_t n, int floor);

/* One expression after something like `name:`, on the same line if it can be. */
void wr_print_after(struct wr_printer *p, uint32_t n, uint32_t indent);

/* `left word right`; `x == none`, the word given with its space before. */
void wr_print_infix(struct wr_printer *p, uint32_t left, const char *word, uint32_t right,
    const struct wr_infix *row, uint32_t indent);
void wr_print_absent(struct wr_printer *p, uint32_t n, const char *word, uint32_t indent);

/* Where a part of something in brackets begins (after `, ` or on its own line), and the closing bracket. */
void wr_print_item(struct wr_printer *p, bool first, bool comma, uint32_t indent);
void wr_print_close(struct wr_printer *p, const char *bracket, uint32_t indent);

void wr_print_match(struct wr_printer *p, uint32_t n, uint32_t indent);
void wr_print_for(struct wr_printer *p, uint32_t n, uint32_t indent);
void wr_print_try(struct wr_printer *p, uint32_t n, uint32_t indent);
void wr_print_loop(struct wr_printer *p, uint32_t n, uint32_t indent);
void wr_print_do(struct wr_printer *p, uint32_t n, uint32_t indent);

/* The steps of a block, each on its own line. */
void wr_print_block(struct wr_printer *p, uint32_t block, uint32_t indent);

/* The condition or key of a FOR, whose block this is, on this line. */
void wr_print_aside(struct wr_printer *p, uint32_t block, uint32_t root);

/* A constant. Breaks lists and records when it must. */
void wr_print_value(struct wr_printer *p, struct wr_value value, uint32_t type, uint32_t indent);

/* A text between quotes: a TEMPLATE, a CONST, or anything else as the one hole. */
void wr_print_quoted(struct wr_printer *p, uint32_t n, uint32_t indent);

#endif
