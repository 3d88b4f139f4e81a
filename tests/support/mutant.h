#ifndef TESTS_SUPPORT_MUTANT_H
#define TESTS_SUPPORT_MUTANT_H

#include "vm/writ_vm.h"

/*
 * What must hold of any bytes at all: they are refused, or they are a program in its one form,
 * which encodes to these bytes, is shown as source that compiles to these bytes, and runs within
 * its bounds.
 */
struct mutant_counts {
	uint32_t seen, loaded;
	uint32_t shown; /* decompiled and compiled to the same bytes */
	uint32_t deep;  /* nested deeper than any source may: not shown */
	uint32_t ran, done;
};

/* How far to look at what loads; loading and encoding are always tried. */
enum mutant_look { MUTANT_LOAD, MUTANT_SHOW, MUTANT_RUN };

/*
 * NULL, or what should never be; *ret_loaded, when not NULL, tells whether the bytes load. The
 * bytes are copied to a block of their exact size, so that ASan sees one byte too far.
 */
const char *mutant_check(const uint8_t *bytes, size_t size, enum mutant_look look, bool *ret_loaded,
    struct mutant_counts *counts);

#endif
