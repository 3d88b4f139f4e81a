#ifndef WR_BASE_BUF_H
#define WR_BASE_BUF_H

#include "vm/base/alloc.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * Bytes that grow up to a maximum set at birth. A failed append leaves the
 * bytes as they were and is remembered in status, so that a writer may append
 * many times and look once. There is always room for a terminating NUL, which
 * size does not count; at is NULL until the first append.
 */
struct wr_buf {
	char *at;
	size_t size;
	size_t room;
	size_t max;
	const struct wr_alloc *alloc;
	enum wr_status status; /* WR_OK, WR_NOMEM or WR_LIMIT: the first failure */
};

/* alloc must outlive the buffer. Allocates nothing yet. */
void wr_buf_init(struct wr_buf *buf, const struct wr_alloc *alloc, size_t max);

/* Frees the bytes; the buffer may be used again and its status is WR_OK. */
void wr_buf_free(struct wr_buf *buf);

/* Appends; nothing happens once status is not WR_OK. */
void wr_buf_add(struct wr_buf *buf, const void *bytes, size_t size);
void wr_buf_byte(struct wr_buf *buf, uint8_t byte);
void wr_buf_text(struct wr_buf *buf, struct wr_text t);
void wr_buf_str(struct wr_buf *buf, const char *c_string);
void wr_buf_u64(struct wr_buf *buf, uint64_t n); /* decimal digits */
void wr_buf_i64(struct wr_buf *buf, int64_t n);
void wr_buf_hex(struct wr_buf *buf, const void *bytes, size_t size); /* lower case */

/* The bytes so far, until the next append. */
static inline struct wr_text
wr_buf_view(const struct wr_buf *buf)
{
	return (struct wr_text){ buf->at, buf->size };
}

#endif
