#ifndef WR_BASE_ALLOC_H
#define WR_BASE_ALLOC_H

#include <stddef.h>
#include <stdbool.h>

/*
 * The embedder's memory. One function allocates (old NULL), resizes and
 * frees (new_size 0), and is told the old size, so metering needs no headers.
 *
 *   returns  a block aligned for any object, or NULL on failure;
 *            on failure the old block is untouched and still owned
 *   user     passed through; the vm never reads it
 */
struct wr_alloc {
	void *(*fn)(void *user, void *old, size_t old_size, size_t new_size);
	void *user;
};

/* A fresh block of size > 0 bytes, or NULL. */
static inline void *
wr_alloc_new(const struct wr_alloc *a, size_t size)
{
	return a->fn(a->user, NULL, 0, size);
}

/* Give a block back; NULL is allowed. size is what it was allocated with. */
static inline void
wr_alloc_free(const struct wr_alloc *a, void *block, size_t size)
{
	if (block != NULL)
		(void)a->fn(a->user, block, size, 0);
}

/* a + b and a * b on sizes that come from outside: false when they overflow. */
static inline bool
wr_size_add(size_t a, size_t b, size_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

static inline bool
wr_size_mul(size_t a, size_t b, size_t *ret)
{
	return !__builtin_mul_overflow(a, b, ret);
}

#endif
