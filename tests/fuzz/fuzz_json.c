/*
 * The typed JSON reader on any bytes, for a type that holds every shape. What it takes
 * must write, and read again to the same bytes; what it refuses has a reason in UTF-8.
 */
#include "tests/support/claim_types.h"
#include "vm/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
hook(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size > 0)
		return realloc(old, new_size);
	free(old);
	return NULL;
}

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wr_alloc alloc = {hook, NULL};
	struct wr_arena arena;
	struct claim_types c;
	struct wr_json_fault fault = {"", ""};
	struct wr_value v;
	struct wr_buf once, twice;
	char *exact = malloc(size == 0 ? 1 : size); /* so that one byte too far is seen */
	enum wr_status s;

	if (exact == NULL)
		return 0;
	if (size > 0)
		memcpy(exact, data, size);
	wr_arena_init(&arena, &alloc, 16u << 20);
	wr_buf_init(&once, &alloc, 16u << 20);
	wr_buf_init(&twice, &alloc, 16u << 20);
	claim_types_init(&c, &arena);
	s = wr_json_read(&c.types, c.claim, (struct wr_text){exact, size}, &arena, &v, &fault);
	if (s == WR_OK) {
		wr_json_write(&c.types, c.claim, v, &once);
		check(once.status == WR_OK);
		check(wr_json_read(&c.types, c.claim, wr_buf_view(&once), &arena, &v, &fault) ==
		      WR_OK);
		wr_json_write(&c.types, c.claim, v, &twice);
		check(twice.status == WR_OK && wr_text_eq(wr_buf_view(&once), wr_buf_view(&twice)));
	} else if (s == WR_INVALID) {
		check(fault.why[0] != '\0' && wr_utf8_valid(wr_text_of(fault.why)) &&
		      wr_utf8_valid(wr_text_of(fault.path)));
	}
	wr_buf_free(&once);
	wr_buf_free(&twice);
	wr_arena_free(&arena);
	free(exact);
	return 0;
}
