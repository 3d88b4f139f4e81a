#ifndef TESTS_SUPPORT_SCENARIO_PARTS_H
#define TESTS_SUPPORT_SCENARIO_PARTS_H

#include "tests/support/scenario.h"
#include "tests/support/second_bytes.h"

/* What the files of scenarios share; nobody else includes this. */

static inline unsigned
take(struct scenario *s)
{
	if (s->left == 0)
		return 0;
	s->left--;
	return *s->at++;
}

/* One in `n`, by a byte, or one in 6 * n in a calm scenario; never without a byte. */
static inline bool
rarely(struct scenario *s, unsigned n)
{
	return take(s) % n == n - 1 && (!s->calm || take(s) % 6 == 5);
}

/* Most often the first: one of so many, now and then. */
static inline unsigned
pick(struct scenario *s, unsigned n, unsigned often)
{
	return rarely(s, often) ? take(s) % n : 0;
}

/* A digest that everybody gives this number: 0 is the workflow's, 1 its basis'. */
struct wd_digest scenario_digest(unsigned n);

/* The workflow, and what it is compared with. */
void scenario_draw_workflow(struct scenario *s);
void scenario_draw_basis(struct scenario *s);

/* Bytecode of the digests 2 and 3: here or not, good or not. */
void scenario_draw_past(struct scenario *s);

#endif
