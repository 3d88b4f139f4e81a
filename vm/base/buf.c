/* A bounded byte buffer with a sticky status. No formatting library: numbers are written by hand. */
#include "vm/base/buf.h"

#include <assert.h>

void
wr_buf_init(struct wr_buf *buf, const struct wr_alloc *alloc, size_t max)
{
	*buf = (struct wr_buf){ .alloc = alloc, .max = max };
}

void
wr_buf_free(struct wr_buf *buf)
{
	wr_alloc_free(buf->alloc, buf->at, buf->room);
	wr_buf_init(buf, buf->alloc, buf->max);
}

static bool
grow(struct wr_buf *buf, size_t more)
{
	size_t need, room = buf->room == 0 ? 64 : buf->room;
	char *at;

	if (!wr_size_add(buf->size, more, &need) || need > buf->max) {
		buf->status = WR_LIMIT;
		return false;
	}
	if (need < buf->room)
		return true;
	while (room <= need)
		room = room > SIZE_MAX / 2 ? need + 1 : room * 2;
	at = buf->alloc->fn(buf->alloc->user, buf->at, buf->room, room);
	if (at == NULL) {
		buf->status = WR_NOMEM;
		return false;
	}
	buf->at = at;
	buf->room = room;
	return true;
}

void
wr_buf_add(struct wr_buf *buf, const void *bytes, size_t size)
{
	if (buf->status != WR_OK || !grow(buf, size))
		return;
	if (size > 0)
		memcpy(buf->at + buf->size, bytes, size);
	buf->size += size;
	buf->at[buf->size] = '\0';
	assert(buf->size < buf->room);
}

void
wr_buf_byte(struct wr_buf *buf, uint8_t byte)
{
	wr_buf_add(buf, &byte, 1);
}

void
wr_buf_text(struct wr_buf *buf, struct wr_text t)
{
	wr_buf_add(buf, t.at, t.size);
}

void
wr_buf_str(struct wr_buf *buf, const char *c_string)
{
	wr_buf_add(buf, c_string, strlen(c_string));
}

void
wr_buf_u64(struct wr_buf *buf, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	wr_buf_add(buf, digits + at, sizeof digits - at);
}

void
wr_buf_i64(struct wr_buf *buf, int64_t n)
{
	if (n < 0)
		wr_buf_byte(buf, '-');
	wr_buf_u64(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void
wr_buf_hex(struct wr_buf *buf, const void *bytes, size_t size)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < size; i++) {
		char two[2] = { digit[b[i] >> 4], digit[b[i] & 15] };

		wr_buf_add(buf, two, 2);
	}
}
