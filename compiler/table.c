/*
 * A hash table of byte strings: open addressing, linear probing, at most half
 * full. It decides nothing: who asks decides what a key is.
 */
#include "compiler/table.h"

#include "vm/base/hash.h"

#include <assert.h>

struct wc_table_slot {
	uint64_t hash;
	struct wr_text key; /* at NULL: empty */
	uint32_t index;
};

void
wc_table_init(struct wc_table *table, struct wr_arena *arena)
{
	*table = (struct wc_table){.arena = arena};
}

/* The slot that holds key, or the empty one where it would go. */
static struct wc_table_slot *
probe(const struct wc_table *table, uint64_t hash, struct wr_text key)
{
	uint32_t at = (uint32_t)hash & (table->room - 1);

	/* At most half of the slots are taken, so an empty one is met. */
	while (table->slots[at].key.at != NULL) {
		if (table->slots[at].hash == hash && wr_text_eq(table->slots[at].key, key))
			break;
		at = (at + 1) & (table->room - 1);
	}
	return &table->slots[at];
}

static bool
grow(struct wc_table *table)
{
	struct wc_table old = *table;

	table->room = old.room == 0 ? 16 : old.room * 2;
	table->slots = wr_arena_array(table->arena, table->room, sizeof *table->slots);
	if (table->slots == NULL) {
		*table = old;
		return false;
	}
	for (uint32_t i = 0; i < old.room; i++)
		if (old.slots[i].key.at != NULL)
			*probe(table, old.slots[i].hash, old.slots[i].key) = old.slots[i];
	return true;
}

uint32_t
wc_table_get(const struct wc_table *table, struct wr_text key)
{
	const struct wc_table_slot *slot;

	if (table->room == 0)
		return UINT32_MAX;
	slot = probe(table, wr_hash(key.at, key.size, 0), key);
	return slot->key.at == NULL ? UINT32_MAX : slot->index;
}

bool
wc_table_put(struct wc_table *table, struct wr_text key, uint32_t index)
{
	uint64_t hash = wr_hash(key.at, key.size, 0);
	struct wc_table_slot *slot;

	if (table->len >= table->room / 2 && !grow(table))
		return false;
	slot = probe(table, hash, key);
	assert(slot->key.at == NULL);
	slot->key = wr_arena_text(table->arena, key);
	if (slot->key.at == NULL)
		return false;
	slot->hash = hash;
	slot->index = index;
	table->len++;
	return true;
}
