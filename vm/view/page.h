#ifndef WR_VIEW_PAGE_H
#define WR_VIEW_PAGE_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/view/spell.h"

/*
 * Lines in columns, at most WR_PAGE_WIDTH wide where words allow it. What does not fit goes on,
 * on the next line, under the column where it began.
 */
#define WR_PAGE_WIDTH 100u

struct wr_page {
	struct wr_buf *buf;
	size_t line; /* where the current line begins */
};

/* The column where the next byte goes, from 0. */
size_t wr_page_column(const struct wr_page *page);

void wr_page_newline(struct wr_page *page);

/* Spaces up to a column; at least `gap` of them unless the line is empty. */
void wr_page_to(struct wr_page *page, size_t column, size_t gap);

/*
 * A phrase that is not broken, `gap` spaces after what stands before it; on a new line at
 * `column` when it would pass the width.
 */
void wr_page_phrase(struct wr_page *page, size_t column, size_t gap, struct wr_text phrase);

/* A text of words between spaces, which may be broken at any of them. */
void wr_page_words(struct wr_page *page, size_t column, struct wr_text words);

/* `0.2`, `20 s`, `"POST"`, `judge`: the value of a setting that is one constant or an agent. False, and nothing: of others. */
bool wr_page_setting(struct wr_buf *buf, const struct wr_module *module, const struct wr_setting *setting);

/* `48 h 5 min`; `0 s`. */
void wr_page_time(struct wr_buf *buf, uint64_t ms);

/* `4,800 bits`, `1 bit`, `1.6 bits`: rounded up. */
void wr_page_bits(struct wr_buf *buf, uint64_t millibits);

/* `14 calls`, `1 call`. */
void wr_page_count(struct wr_buf *buf, uint64_t n, const char *noun);

#endif
