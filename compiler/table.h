#ifndef WC_TABLE_H
#define WC_TABLE_H

#include "vm/base/arena.h"

/*
 * From bytes to an index: names to declarations, contents of nodes to nodes,
 * types to entries. Lives in an arena; nothing is ever taken out. The order of
 * what it holds cannot be seen, so the hash never reaches the output.
 */
struct wc_table {
	struct wr_arena *arena;
	struct wc_table_slot *slots;
	uint32_t room; /* a power of two, or 0 */
	uint32_t len;
};

void wc_table_init(struct wc_table *table, struct wr_arena *arena);

/* The index stored under these bytes, or WR_NONE (UINT32_MAX). */
uint32_t wc_table_get(const struct wc_table *table, struct wr_text key);

/* Store under bytes that are not there yet; they are copied. False when memory is spent. */
bool wc_table_put(struct wc_table *table, struct wr_text key, uint32_t index);

#endif
