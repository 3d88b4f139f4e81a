/*
 * A module from its bytes: the head, the sections in order, the small tables, and that nothing
 * is left over. Decides what the form alone decides; rules that need types, labels or the
 * order of use are the verifier's. Refuses, never repairs.
 */
#include "vm/format/decode.h"

#include "vm/format/decoder.h"

#include <assert.h>

static void
read_strings(struct wr_decoder *d)
{
	d->strings_len = wr_read_count(d, WR_TABLE_MAX);
	d->strings = wr_decoder_array(d, d->strings_len, sizeof *d->strings);
	d->strings_used = wr_decoder_array(d, d->strings_len, sizeof *d->strings_used);
	d->stamps = wr_decoder_array(d, d->strings_len, sizeof *d->stamps);
	d->type_names = wr_decoder_array(d, d->strings_len, sizeof *d->type_names);
	for (uint32_t i = 0; i < d->strings_len && d->status == WR_OK; i++) {
		uint64_t size = wr_read_uleb(d);
		struct wr_text t = {(const char *)d->at, (size_t)size};

		if (d->status == WR_OK && size > (size_t)(d->end - d->at))
			wr_decoder_refuse(d, "ends too early");
		if (d->status == WR_OK && size > WR_TEXT_MAX)
			wr_decoder_limit(d, "a string that is too long");
		if (d->status != WR_OK)
			return;
		if (!wr_utf8_valid(t))
			wr_decoder_refuse(d, "a string that is not UTF-8");
		else if (i > 0 && wr_text_cmp(d->strings[i - 1], t) >= 0)
			wr_decoder_refuse(d, "strings that do not ascend");
		d->at += size;
		d->strings[i] = wr_arena_text(d->arena, t);
		if (d->strings[i].at == NULL)
			wr_decoder_no_room(d);
	}
}

static void
read_labels(struct wr_decoder *d)
{
	struct wr_module *m = d->module;

	m->labels_len = wr_read_count(d, WR_LABELS_MAX);
	m->labels = wr_decoder_array(d, m->labels_len, sizeof *m->labels);
	for (uint32_t i = 0; i < m->labels_len && d->status == WR_OK; i++) {
		m->labels[i].name = wr_read_name(d, WR_NAME_VALUE);
		if (d->status == WR_OK && i > 0 &&
		    wr_text_cmp(m->labels[i - 1].name, m->labels[i].name) >= 0)
			wr_decoder_refuse(d, "labels that do not ascend");
		m->labels[i].description = wr_read_str(d);
	}
}

static void
read_backends(struct wr_decoder *d)
{
	struct wr_module *m = d->module;

	m->backends_len = wr_read_count(d, WR_TABLE_MAX);
	m->backends = wr_decoder_array(d, m->backends_len, sizeof *m->backends);
	wr_decoder_names(d);
	for (uint32_t i = 0; i < m->backends_len && d->status == WR_OK; i++) {
		uint8_t kind;

		m->backends[i].name = wr_read_new_name(d, WR_NAME_VALUE);
		kind = wr_read_byte(d);
		if (d->status == WR_OK && wr_kind_word(kind) == NULL)
			wr_decoder_refuse(d, "no such kind of backend");
		m->backends[i].kind = (enum wr_kind)kind;
		m->backends[i].accepts = wr_read_set(d);
		m->backends[i].taints = wr_read_set(d);
	}
}

static void
read_flow(struct wr_decoder *d)
{
	wr_read_code(d, &d->module->flow);
	if (d->status == WR_OK)
		wr_add_root(d, wr_read_root(d));
	wr_end_code(d);
}

static void
read_entry(struct wr_decoder *d)
{
	struct wr_module *m = d->module;

	m->name = wr_read_name(d, WR_NAME_VALUE);
	m->inputs_len = wr_read_count(d, WR_MEMBERS_MAX);
	m->inputs = wr_decoder_array(d, m->inputs_len, sizeof *m->inputs);
	wr_decoder_names(d);
	for (uint32_t i = 0; i < m->inputs_len && d->status == WR_OK; i++) {
		m->inputs[i].name = wr_read_new_name(d, WR_NAME_VALUE);
		m->inputs[i].type = wr_read_index(d, m->types_len, "no such type");
		m->inputs[i].labels = wr_read_set(d);
	}
	m->result = wr_read_index(d, m->types_len, "no such type");
	m->result_labels = wr_read_set(d);
	if (d->status == WR_OK && d->inputs_min > m->inputs_len) {
		wr_decoder_refuse(d, "no such input");
		d->refusal.offset = d->inputs_offset;
	}
}

static void
read_bounds(struct wr_decoder *d)
{
	struct wr_bounds *b = &d->module->bounds;

	b->calls = wr_read_uleb(d);
	b->tokens = wr_read_uleb(d);
	b->time_ms = wr_read_uleb(d);
	b->width = wr_read_uleb(d);
}

static void
read_section(
    struct wr_decoder *d, uint8_t id, void (*read)(struct wr_decoder *), const uint8_t *end)
{
	uint64_t size;

	d->end = end;
	if (wr_read_byte(d) != id)
		wr_decoder_refuse(d, "not the section that comes here");
	size = wr_read_uleb(d);
	if (d->status == WR_OK && size > (size_t)(end - d->at))
		wr_decoder_refuse(d, "a section of more bytes than there are");
	if (d->status != WR_OK)
		return;
	d->end = d->at + size;
	read(d);
	if (d->status == WR_OK && d->at != d->end)
		wr_decoder_refuse(d, "bytes after the end of a section");
}

static void
read_file(struct wr_decoder *d, const uint8_t *end)
{
	static void (*const sections[])(struct wr_decoder *) = {read_strings, read_labels,
	    wr_read_types, read_backends, wr_read_agents, read_flow, read_entry, read_bounds};
	static const uint8_t head[] = {'W', 'R', 'I', 'T', WR_FORMAT_VERSION, WR_LANGUAGE_VERSION};
	static const char *const wrong[] = {"not a program of writ", "not a program of writ",
	    "not a program of writ", "not a program of writ",
	    "a format version that this machine does not know",
	    "a language version that this machine does not know"};

	if ((size_t)(end - d->at) > WR_MODULE_MAX)
		wr_decoder_limit(d, "a program of more bytes than are allowed");
	d->end = end;
	for (size_t i = 0; i < sizeof head && d->status == WR_OK; i++)
		if (wr_read_byte(d) != head[i]) {
			d->at -= d->status == WR_OK;
			wr_decoder_refuse(d, wrong[i]);
		}
	for (uint8_t i = 0; i < sizeof sections / sizeof *sections && d->status == WR_OK; i++)
		read_section(d, (uint8_t)(i + 1), sections[i], end);
	if (d->status == WR_OK && d->at != end)
		wr_decoder_refuse(d, "bytes after the end");
}

/* Of strings and labels any order of use would do, so that each is used is looked at here. */
static void
check_used(struct wr_decoder *d)
{
	uint32_t labels = d->module->labels_len;

	for (uint32_t i = 0; i < d->strings_len && d->status == WR_OK; i++)
		if (!d->strings_used[i])
			wr_decoder_refuse(d, "a string that nothing names");
	if (d->status == WR_OK && labels > 0 && d->labels_used != UINT64_MAX >> (64 - labels))
		wr_decoder_refuse(d, "a label that nothing carries");
}

enum wr_status
wr_decode(const uint8_t *bytes, size_t size, struct wr_arena *arena, struct wr_module **ret_module,
    struct wr_refusal *ret_refusal)
{
	struct wr_decoder d = {.bytes = bytes, .at = bytes, .arena = arena, .agent = WR_NONE};

	assert(arena->alloc != NULL && (bytes != NULL || size == 0));
	d.module = wr_decoder_array(&d, 1, sizeof *d.module);
	if (d.status == WR_OK) {
		d.module->arena = arena;
		wr_types_init(&d.module->types, arena);
		read_file(&d, bytes + size);
		check_used(&d);
	}
	wr_alloc_free(arena->alloc, d.operands, d.operands_room * sizeof *d.operands);
	wr_alloc_free(arena->alloc, d.blocks, d.blocks_room * sizeof *d.blocks);
	if (d.status == WR_OK)
		*ret_module = d.module;
	else if (d.status != WR_NOMEM)
		*ret_refusal = d.refusal;
	return d.status;
}
