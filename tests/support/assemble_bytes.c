/* Modules from text as bytes, and bytes with a part replaced. */
#include "tests/support/assemble.h"

#include "vm/format/encode.h"

#include <stdlib.h>

static void *
plain(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size > 0)
		return realloc(old, new_size);
	free(old);
	return NULL;
}

void
assemble_bytes(const char *source, const struct wr_alloc *alloc, struct wr_buf *ret_bytes)
{
	struct wr_alloc own = {plain, NULL};
	struct wr_arena arena;

	wr_arena_init(&arena, &own, 1u << 30);
	wr_buf_init(ret_bytes, alloc, WR_MODULE_MAX);
	if (wr_encode(assemble(source, &arena), ret_bytes) != WR_OK)
		abort();
	wr_arena_free(&arena);
}

static size_t
uleb(struct wr_text file, size_t *at)
{
	size_t n = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = (unsigned char)file.at[(*at)++];

		n |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return n;
	}
}

/* The offset of a section's id; its payload. */
static size_t
section(struct wr_text file, int id, struct wr_text *ret_payload)
{
	size_t at = 6;

	while (at < file.size) {
		size_t head = at++;
		size_t size = uleb(file, &at);

		if (file.at[head] == id) {
			*ret_payload = (struct wr_text){file.at + at, size};
			return head;
		}
		at += size;
	}
	abort();
}

struct wr_text
assemble_section(struct wr_text file, int id)
{
	struct wr_text payload;

	(void)section(file, id, &payload);
	return payload;
}

void
assemble_splice(struct wr_text file, int id, size_t offset, size_t remove, struct wr_text insert,
    struct wr_buf *bytes)
{
	struct wr_text old;
	size_t head = section(file, id, &old), end = (size_t)(old.at - file.at) + old.size;

	if (offset + remove > old.size)
		abort();
	wr_buf_add(bytes, file.at, head + 1);
	for (size_t n = old.size - remove + insert.size;; n >>= 7) {
		wr_buf_byte(bytes, (uint8_t)(n >= 0x80 ? 0x80 | (n & 0x7f) : n));
		if (n < 0x80)
			break;
	}
	wr_buf_add(bytes, old.at, offset);
	wr_buf_text(bytes, insert);
	wr_buf_add(bytes, old.at + offset + remove, old.size - offset - remove);
	wr_buf_add(bytes, file.at + end, file.size - end);
}
