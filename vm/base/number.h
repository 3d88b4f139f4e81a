#ifndef WR_BASE_NUMBER_H
#define WR_BASE_NUMBER_H

#include "vm/base/text.h"

/* The longest output of wr_number_print: "-0.0000012345678901234567". */
#define WR_NUMBER_TEXT_MAX 25u

/*
 * The double nearest to a decimal number, ties to even; no locale, no libc.
 * The text must be -?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? and nothing else; its
 * length is not limited. -0 gives 0, and so does what is too small.
 *
 * False, and *ret untouched, when the text has another form or the number
 * rounds to infinity. At most about 4,000-bit arithmetic, whatever the length.
 */
bool wr_number_parse(struct wr_text digits, double *ret);

/*
 * The shortest decimal number that reads back as n, laid out as ECMAScript's
 * Number::toString does (RFC 8785): "0.1", "1e+21", "5e-324"; -0 is "0".
 * n must be finite. Returns the length; out is not terminated.
 */
size_t wr_number_print(double n, char out[WR_NUMBER_TEXT_MAX]);

#endif
