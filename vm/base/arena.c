/* Chunks that double up to a cap; a request larger than a chunk gets one of its own. */
#include "vm/base/arena.h"

#include <assert.h>
#include <stdint.h>

#define FIRST_CHUNK 4096u
#define LARGEST_CHUNK (1u << 20)
#define ALIGN 16u

struct wr_arena_chunk {
	struct wr_arena_chunk *older;
	size_t size; /* of the whole chunk, this header included */
	size_t used;
};

_Static_assert(sizeof(struct wr_arena_chunk) <= 2 * ALIGN, "the header fits its slot");
#define HEADER (2 * ALIGN)

void
wr_arena_init(struct wr_arena *arena, const struct wr_alloc *alloc, size_t max)
{
	*arena = (struct wr_arena){ .alloc = alloc, .max = max };
}

void
wr_arena_free(struct wr_arena *arena)
{
	struct wr_arena_chunk *c = arena->chunks;

	while (c != NULL) {
		struct wr_arena_chunk *older = c->older;

		wr_alloc_free(arena->alloc, c, c->size);
		c = older;
	}
	wr_arena_init(arena, arena->alloc, arena->max);
}

struct wr_arena_mark
wr_arena_mark(const struct wr_arena *arena)
{
	const struct wr_arena_chunk *c = arena->chunks;

	return (struct wr_arena_mark){ arena->chunks, c == NULL ? 0 : c->used, arena->used };
}

void
wr_arena_rewind(struct wr_arena *arena, struct wr_arena_mark mark)
{
	while (arena->chunks != mark.chunk) {
		struct wr_arena_chunk *c = arena->chunks;

		assert(c != NULL);
		arena->chunks = c->older;
		wr_alloc_free(arena->alloc, c, c->size);
	}
	if (mark.chunk != NULL)
		mark.chunk->used = mark.chunk_used;
	arena->used = mark.used;
	arena->over = false;
}

static struct wr_arena_chunk *
add_chunk(struct wr_arena *arena, size_t need)
{
	struct wr_arena_chunk *newest = arena->chunks;
	size_t size = newest == NULL ? FIRST_CHUNK : newest->size * 2;
	struct wr_arena_chunk *c;

	if (size > LARGEST_CHUNK)
		size = LARGEST_CHUNK;
	if (size < need + HEADER)
		size = need + HEADER;
	c = wr_alloc_new(arena->alloc, size);
	if (c == NULL)
		return NULL;
	*c = (struct wr_arena_chunk){ .older = newest, .size = size, .used = HEADER };
	arena->chunks = c;
	return c;
}

void *
wr_arena_get(struct wr_arena *arena, size_t size)
{
	struct wr_arena_chunk *c = arena->chunks;
	void *block;

	assert(arena->alloc != NULL);
	if (size > arena->max || arena->max - arena->used < size + ALIGN) {
		arena->over = true;
		return NULL;
	}
	size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
	if ((c == NULL || c->size - c->used < size) && (c = add_chunk(arena, size)) == NULL)
		return NULL;
	block = (char *)c + c->used;
	c->used += size;
	arena->used += size;
	memset(block, 0, size);
	return block;
}

void *
wr_arena_array(struct wr_arena *arena, size_t count, size_t size)
{
	size_t total;

	return wr_size_mul(count, size, &total) ? wr_arena_get(arena, total) : NULL;
}

struct wr_text
wr_arena_text(struct wr_arena *arena, struct wr_text t)
{
	size_t size;
	char *copy = wr_size_add(t.size, 1, &size) ? wr_arena_get(arena, size) : NULL;

	if (copy != NULL && t.size > 0)
		memcpy(copy, t.at, t.size);
	return (struct wr_text){ copy, copy == NULL ? 0 : t.size };
}
