#ifndef TESTS_SUPPORT_ORDERS_H
#define TESTS_SUPPORT_ORDERS_H

#include "tests/support/script.h"

/*
 * One run with its answers coming in every order there is, or in some when there are too many:
 * each must ask the same, use the same and end the same. No Criterion is needed.
 */
#define ORDERS_MAX 24

struct orders_counts {
	uint32_t runs, done, failed; /* runs: in one order; done and failed: in their first */
	uint32_t caught;             /* of those done, calls had failed for good */
	uint32_t whole;              /* programs of which every order was tried */
	uint32_t several;            /* and of these, there was more than one */
};

/* NULL, or what should never be; valid until the next call. script->chosen and order are not used. */
const char *orders_check(const struct script *script, struct orders_counts *counts);

/* NULL, or in what two ends of the same run differ. */
const char *orders_differ(const struct script_end *a, const struct script_end *b);

#endif
