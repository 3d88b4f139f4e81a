#ifndef WR_VIEW_SAFE_H
#define WR_VIEW_SAFE_H

#include "vm/base/buf.h"

/*
 * Which characters of a text a reader cannot be trusted to see as what they are:
 * controls, bidirectional and other invisible characters, spaces that are not
 * U+0020, private use, and letters that look like Latin ones among Latin ones. Every view asks here, so what is made visible is the same in all.
 */
struct wr_safe {
	struct wr_text text;
	size_t offset;    /* of the next character */
	size_t word_end;  /* the letters up to here have been judged */
	bool suspicious;  /* so: look-alikes among them are marked */
	bool foreign;     /* the word before is of another script */
};

/* The text must be valid UTF-8 and outlive the walk. */
void wr_safe_init(struct wr_safe *safe, struct wr_text text);

/*
 * The next character, false at the end. *ret_marked: it must be made visible; newline
 * and tab are not marked. *ret_at: where it stands in the text. Linear for the whole walk.
 */
bool wr_safe_next(struct wr_safe *safe, uint32_t *ret_char, struct wr_text *ret_at, bool *ret_marked);

/*
 * Append a text for a page: marked characters, newlines and tabs as `<U+202E>`, so that the
 * text stays on its line and shows what it is.
 */
void wr_safe_text(struct wr_buf *buf, struct wr_text text);

#endif
