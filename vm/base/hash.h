#ifndef WR_BASE_HASH_H
#define WR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH3, for hash tables, interning and caches only: nothing that a person or a
 * signature relies on (that is SHA-256). The seed comes from the host, so that
 * no input can be made to collide; results never depend on it.
 */
uint64_t wr_hash(const void *bytes, size_t size, uint64_t seed);

#endif
