#ifndef WD_CLI_PAGER_H
#define WD_CLI_PAGER_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Long pages for people: between the two calls standard output goes through $PAGER, or `less`, which leaves
 * short pages alone. Without a terminal, with PAGER empty or `cat`, or when it cannot be run, nothing changes.
 */
struct wd_pager {
	FILE *pipe;  /* NULL: there is none */
	int kept;    /* standard output as it was */
	bool colour; /* what is shown may have colours: the terminal has them, and the pager lets them through */
};

void wd_pager_begin(struct wd_pager *pager);
void wd_pager_end(struct wd_pager *pager); /* waits until it was closed */

#endif
