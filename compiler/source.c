/* Where things are in a source. Counts as people do: lines end at a newline, columns are code
 * points. */
#include "compiler/source.h"

#include <assert.h>

struct wc_span
wc_span_join(struct wc_span a, struct wc_span b)
{
	assert(a.source == b.source);
	return (struct wc_span){ a.source, a.start < b.start ? a.start : b.start,
		a.end > b.end ? a.end : b.end };
}

struct wr_text
wc_span_text(struct wc_span span)
{
	assert(span.start <= span.end && (span.source == NULL || span.end <= span.source->size));
	return (struct wr_text){ span.source == NULL ? NULL : span.source->bytes + span.start,
		span.end - span.start };
}

struct wc_place
wc_source_place(const struct wc_source *source, uint32_t offset)
{
	struct wc_place p = { .line = 1, .column = 1 };
	const char *b = source->bytes;

	assert(offset <= source->size);
	for (uint32_t i = 0; i < offset; i++) {
		if (b[i] == '\n') {
			p.line++;
			p.line_start = i + 1;
		}
	}
	for (uint32_t i = p.line_start; i < offset; i++)
		p.column += ((unsigned char)b[i] & 0xC0) != 0x80;
	p.line_end = p.line_start;
	while (p.line_end < source->size && b[p.line_end] != '\n')
		p.line_end++;
	if (p.line_end < source->size && p.line_end > p.line_start && b[p.line_end - 1] == '\r')
		p.line_end--;
	return p;
}

uint32_t
wc_span_line(struct wc_span span)
{
	return wc_source_place(span.source, span.start).line;
}
