#ifndef WC_SOURCE_H
#define WC_SOURCE_H

#include "vm/base/text.h"

/*
 * One file as it was read: a source, or a prompt file. Nothing is copied from
 * it: spans, names and messages point into bytes, so it must outlive them all.
 */
struct wc_source {
	const char *name;  /* as messages show it */
	const char *bytes; /* not terminated; exactly as on disk, CRLF included */
	size_t size;       /* at most WC_SOURCE_MAX is accepted by wc_parse */
	uint32_t part;     /* which file of the program; of a prompt file: that of the one that asks */
};

/*
 * A piece of a source, in bytes: [start, end). A zero span (source NULL) means
 * no place. Lines and columns are worked out when a message is printed.
 */
struct wc_span {
	const struct wc_source *source;
	uint32_t start;
	uint32_t end;
};

/* From the first byte of a to the last of b; both lie in one source. */
struct wc_span wc_span_join(struct wc_span a, struct wc_span b);

/* The bytes of a span. */
struct wr_text wc_span_text(struct wc_span span);

/* Where a byte is, for people: both count from 1, columns in code points. */
struct wc_place {
	uint32_t line;
	uint32_t column;
	uint32_t line_start; /* offset of the line's first byte */
	uint32_t line_end;   /* offset of its newline (or of the \r before it), or of the end of the
				file */
};

/* offset may be the size of the source. Linear in offset. */
struct wc_place wc_source_place(const struct wc_source *source, uint32_t offset);

/* The line a span begins on, counting from 1: for notes such as "(line 18)". */
uint32_t wc_span_line(struct wc_span span);

#endif
