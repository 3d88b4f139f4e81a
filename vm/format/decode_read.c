/*
 * The smallest parts of the bytes: integers in their one spelling, numbers, strings, names,
 * label sets, counts that what is left can hold. Decides nothing about what they mean.
 */
#include "vm/format/decoder.h"

#include <assert.h>
#include <float.h>

static void
stop(struct wr_decoder *d, enum wr_status status, const char *code, const char *why)
{
	if (d->status != WR_OK)
		return;
	d->status = status;
	d->refusal = (struct wr_refusal){.code = code,
	    .why = why,
	    .agent = d->agent,
	    .node = WR_NONE,
	    .operand = WR_NONE,
	    .offset = (size_t)(d->at - d->bytes)};
}

void
wr_decoder_refuse(struct wr_decoder *d, const char *why)
{
	stop(d, WR_MALFORMED, "malformed", why);
}

void
wr_decoder_limit(struct wr_decoder *d, const char *why)
{
	stop(d, WR_LIMIT, "too-large", why);
}

void
wr_decoder_no_room(struct wr_decoder *d)
{
	if (d->arena->over)
		wr_decoder_limit(d, "takes more memory than is allowed");
	else
		stop(d, WR_NOMEM, "no-memory", "out of memory");
}

void *
wr_decoder_array(struct wr_decoder *d, uint32_t len, size_t size)
{
	void *array = d->status == WR_OK ? wr_arena_array(d->arena, len, size) : NULL;

	if (array == NULL)
		wr_decoder_no_room(d);
	return array;
}

uint8_t
wr_read_byte(struct wr_decoder *d)
{
	if (d->status != WR_OK)
		return 0;
	if (d->at == d->end) {
		wr_decoder_refuse(d, "ends too early");
		return 0;
	}
	return *d->at++;
}

uint64_t
wr_read_uleb(struct wr_decoder *d)
{
	uint64_t n = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte = wr_read_byte(d);

		if (d->status != WR_OK)
			return 0;
		if (shift == 63 && byte > 1) {
			wr_decoder_refuse(d, "an integer of more than 64 bits");
			return 0;
		}
		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (byte == 0 && shift > 0) {
			wr_decoder_refuse(d, "an integer that is not in its shortest form");
			return 0;
		}
		return n;
	}
}

int64_t
wr_read_sleb(struct wr_decoder *d)
{
	uint64_t n = wr_read_uleb(d);

	return n & 1 ? -1 - (int64_t)(n >> 1) : (int64_t)(n >> 1);
}

double
wr_read_f64(struct wr_decoder *d)
{
	uint64_t bits = 0;
	double n;

	for (int i = 0; i < 8; i++)
		bits |= (uint64_t)wr_read_byte(d) << (8 * i);
	memcpy(&n, &bits, sizeof n);
	if (!(n >= -DBL_MAX && n <= DBL_MAX) || bits == 1ull << 63)
		wr_decoder_refuse(d, "not a number of the language");
	return d->status == WR_OK ? n : 0;
}

uint32_t
wr_read_index(struct wr_decoder *d, uint32_t len, const char *why)
{
	uint64_t n = wr_read_uleb(d);

	if (d->status == WR_OK && n >= len)
		wr_decoder_refuse(d, why);
	return d->status == WR_OK ? (uint32_t)n : 0;
}

uint32_t
wr_read_count(struct wr_decoder *d, uint32_t max)
{
	uint64_t n = wr_read_uleb(d);

	if (d->status == WR_OK && n > (size_t)(d->end - d->at))
		wr_decoder_refuse(d, "a count of more than is there");
	if (d->status == WR_OK && n > max)
		wr_decoder_limit(d, "more of something than is allowed");
	return d->status == WR_OK ? (uint32_t)n : 0;
}

uint32_t
wr_read_string(struct wr_decoder *d)
{
	uint32_t i = wr_read_index(d, d->strings_len, "no such string");

	if (d->status == WR_OK)
		d->strings_used[i] = true;
	return i;
}

struct wr_text
wr_read_str(struct wr_decoder *d)
{
	uint32_t i = wr_read_string(d);

	return d->status == WR_OK ? d->strings[i] : (struct wr_text){"", 0};
}

struct wr_text
wr_read_name(struct wr_decoder *d, enum wr_name_kind kind)
{
	struct wr_text name = wr_read_str(d);

	if (d->status == WR_OK && !wr_name_ok(name, kind))
		wr_decoder_refuse(d, "not a name that the language can write here");
	return name;
}

void
wr_decoder_names(struct wr_decoder *d)
{
	d->stamp++; /* once a type, agent or setting: far fewer than 2^32 in 16 MiB */
	assert(d->stamp != 0);
}

struct wr_text
wr_read_new_name(struct wr_decoder *d, enum wr_name_kind kind)
{
	uint32_t i = wr_read_string(d);

	if (d->status != WR_OK)
		return (struct wr_text){"", 0};
	if (!wr_name_ok(d->strings[i], kind))
		wr_decoder_refuse(d, "not a name that the language can write here");
	if (d->stamps[i] == d->stamp)
		wr_decoder_refuse(d, "a name that is given twice");
	d->stamps[i] = d->stamp;
	return d->strings[i];
}

uint64_t
wr_read_set(struct wr_decoder *d)
{
	uint64_t set = wr_read_uleb(d);

	if (d->status == WR_OK && d->module->labels_len < 64 && set >> d->module->labels_len != 0)
		wr_decoder_refuse(d, "no such label");
	d->labels_used |= set;
	return d->status == WR_OK ? set : 0;
}

struct wr_drops
wr_read_drops(struct wr_decoder *d)
{
	uint32_t len = wr_read_count(d, WR_LABELS_MAX);
	struct wr_drop *drops = wr_decoder_array(d, len, sizeof *drops);

	for (uint32_t i = 0; i < len && d->status == WR_OK; i++) {
		drops[i].labels = wr_read_set(d);
		drops[i].reason = wr_read_str(d);
		if (d->status == WR_OK && drops[i].labels == 0)
			wr_decoder_refuse(d, "drops no labels");
	}
	return d->status == WR_OK ? (struct wr_drops){drops, len} : (struct wr_drops){0};
}
