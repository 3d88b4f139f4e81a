#ifndef WR_VIEW_PRINT_H
#define WR_VIEW_PRINT_H

#include "vm/base/buf.h"
#include "vm/view/plan.h"

/*
 * Expressions and steps of a planned code as source. A printer is for one code; names of steps
 * and binders are its own and collide with no name of the module. Everything is
 * appended to buf; look at its status once.
 */
struct wr_printer {
	struct wr_buf *buf;
	const struct wr_module *module;
	const struct wr_code *code;
	const struct wr_param *params; /* what INPUT names */
	struct wr_plan plan;
	const uint8_t *taken;  /* bit n: some name of the module is a letter and the number n */
	uint32_t taken_len;
	uint32_t *names;       /* by node: the number of its step, 0 before it is written */
	uint32_t *named;       /* the nodes that have one, in order */
	uint32_t named_len;
	uint32_t *binders;     /* by block */
	uint32_t next;         /* the next number */
	uint32_t depth;        /* expressions that are being written, each inside the one before */
	size_t line;           /* where the current line begins */
	bool flat;             /* everything on this line */
	bool trial;            /* and only if it fits */
	bool over;             /* it does not */
};

#define WR_VIEW_WIDTH 100u

/*
 * Plan the code and make ready. The caller has set buf, module, code, params, taken and taken_len and
 * zeroed the rest. WR_OK or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_print_open(struct wr_printer *p, struct wr_arena *arena);

/* Which numbers the names of the module leave free. NULL when out of memory. */
const uint8_t *wr_print_taken(const struct wr_module *module, struct wr_arena *arena,
    uint32_t *ret_len);

/* A fresh line, this many spaces in. */
void wr_print_line(struct wr_printer *p, uint32_t indent);

/* The steps of the root block, each on lines of its own, and what it results in after ` `. */
void wr_print_steps(struct wr_printer *p, uint32_t indent);
void wr_print_result(struct wr_printer *p, uint32_t indent);

/* A root of an agent's body, after ` `: in quotes wherever it can be. */
void wr_print_template(struct wr_printer *p, uint32_t root, uint32_t indent);

#endif
