#ifndef WC_CHARNAME_H
#define WC_CHARNAME_H

#include "vm/base/buf.h"

/* Characters that people cannot see, made visible: what messages and excerpts print. */

#define WC_CHAR_VISIBLE_MAX 12u

/*
 * The character itself, or "<RLO>", "<U+202E>" for one that hides
 * (wr_char_hidden). Newline and tab count as themselves. Returns the length.
 */
size_t wc_char_visible(uint32_t code_point, char out[WC_CHAR_VISIBLE_MAX]);

/* "RIGHT-TO-LEFT OVERRIDE", or "" for one without an entry here. */
const char *wc_char_name(uint32_t code_point);

/*
 * The next character of t at *at, or a byte that is no UTF-8 as "<FF>", made
 * visible; *at moves behind it. Returns the length written, and in *ret_char
 * the code point, or -1 for a byte.
 */
size_t wc_char_next(struct wr_text t, size_t *at, char out[WC_CHAR_VISIBLE_MAX], int32_t *ret_char);

/* True for a character that no source may contain, wherever it stands (language reference). */
bool wc_char_forbidden(uint32_t code_point);

/* True for one that changes the order in which a line is shown. */
bool wc_char_bidi(uint32_t code_point);

#endif
