/*
 * Bytes as a program: what decodes must encode to the same bytes, and what opens must have been
 * decoded. The mutator changes one section and writes its length anew, so that most inputs
 * reach past the head.
 */
#include "vm/for_compiler.h"
#include "vm/format/decode.h"
#include "vm/format/encode.h"

#include "tests/support/failing_alloc.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

static void
need(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *module;
	struct wr_refusal refusal = {0};
	struct wr_buf buf;
	enum wr_status decoded, opened;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, (size_t)256 << 20);
	wr_buf_init(&buf, &f.hook, WR_MODULE_MAX);
	decoded = wr_decode(data, size, &arena, &module, &refusal);
	need(decoded == WR_OK || decoded == WR_MALFORMED || decoded == WR_LIMIT);
	if (decoded == WR_OK) {
		need(wr_encode(module, &buf) == WR_OK);
		need(buf.size == size && memcmp(buf.at, data, size) == 0);
	}
	wr_arena_free(&arena);
	opened = wr_open(data, size, &arena, &module, &refusal);
	need(decoded == WR_OK ? opened == WR_OK || opened == WR_REFUSED || opened == WR_LIMIT
			      : opened == decoded);
	wr_arena_free(&arena);
	wr_buf_free(&buf);
	need(f.live_bytes == 0);
	return 0;
}

/* The place of the n-th section: its id, its payload, its end; false when the lengths do not hold.
 */
static bool
section(const uint8_t *data, size_t size, unsigned n, size_t *ret_head, size_t *ret_payload,
    size_t *ret_end)
{
	size_t at = 6;

	for (;;) {
		size_t head = at++, len = 0;

		for (unsigned shift = 0;; shift += 7) {
			if (at >= size || shift > 21)
				return false;
			len |= (size_t)(data[at] & 0x7f) << shift;
			if (data[at++] < 0x80)
				break;
		}
		if (len > size - at)
			return false;
		if (n-- == 0) {
			*ret_head = head;
			*ret_payload = at;
			*ret_end = at + len;
			return true;
		}
		at += len;
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t head, payload, end, len, rest, room, length_size = 1;
	uint8_t *copy;

	if (seed % 8 == 0 || !section(data, size, seed / 8 % 8, &head, &payload, &end) ||
	    size + 16 > max)
		return LLVMFuzzerMutate(data, size, max);
	rest = size - end;
	room = max - size + (end - payload) - 8;
	copy = malloc(room + rest);
	need(copy != NULL);
	memcpy(copy, data + payload, end - payload);
	len = LLVMFuzzerMutate(copy, end - payload, room);
	memcpy(copy + len, data + end, rest);
	for (size_t n = len;; n >>= 7) {
		data[head + length_size++] = (uint8_t)(n >= 0x80 ? 0x80 | (n & 0x7f) : n);
		if (n < 0x80)
			break;
	}
	memcpy(data + head + length_size, copy, len + rest);
	free(copy);
	return head + length_size + len + rest;
}
