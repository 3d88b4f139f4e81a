#ifndef WR_BASE_ARENA_H
#define WR_BASE_ARENA_H

#include "vm/base/alloc.h"
#include "vm/base/text.h"

/*
 * Memory that is freed whole. Blocks never move, so a pointer into an arena is
 * good until the arena is freed. An arena is born with its maximum.
 */
struct wr_arena {
	const struct wr_alloc *alloc;
	struct wr_arena_chunk *chunks; /* newest first */
	size_t used;                   /* bytes handed out, rounding included */
	size_t max;
	bool over;                     /* a request was refused because of max, not of memory */
};

/* alloc must outlive the arena. Allocates nothing yet. */
void wr_arena_init(struct wr_arena *arena, const struct wr_alloc *alloc, size_t max);

/* Frees everything; the arena may be used again. */
void wr_arena_free(struct wr_arena *arena);

/*
 * Give back all that was got since the arena had used so many bytes: what a
 * failed attempt has left behind. `over` is cleared.
 */
struct wr_arena_mark {
	struct wr_arena_chunk *chunk;
	size_t chunk_used, used;
};
struct wr_arena_mark wr_arena_mark(const struct wr_arena *arena);
void wr_arena_rewind(struct wr_arena *arena, struct wr_arena_mark mark);

/* size bytes, zeroed, aligned for any object; NULL when memory or the maximum is spent. */
void *wr_arena_get(struct wr_arena *arena, size_t size);

/* count * size bytes, zeroed; NULL as above or when the product overflows. */
void *wr_arena_array(struct wr_arena *arena, size_t count, size_t size);

/* A copy of t, terminated with a NUL that size does not count; at is NULL on failure. */
struct wr_text wr_arena_text(struct wr_arena *arena, struct wr_text t);

#endif
