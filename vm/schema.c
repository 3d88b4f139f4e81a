/*
 * Derives JSON Schemas (2020-12) from types. The bytes are fixed, because they count in the
 * bounds of tokens: one order of keys, no spaces, nothing that providers count differently.
 */
#include "vm/schema.h"

#include "vm/base/number.h"
#include "vm/for_compiler.h"
#include "vm/json.h"

#include <assert.h>
#include <float.h>

static void write_schema(
    const struct wr_types *types, uint32_t type, struct wr_text description, struct wr_buf *buf);

static void
write_number(double d, struct wr_buf *buf)
{
	char digits[WR_NUMBER_TEXT_MAX];

	wr_buf_add(buf, digits, wr_number_print(d, digits));
}

/* An object with exactly these members, but for its closing brace. */
static void
write_object(
    const struct wr_types *types, const struct wr_member *members, uint32_t len, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"type\":\"object\",\"properties\":{");
	for (uint32_t i = 0; i < len; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write_text(members[i].name, buf);
		wr_buf_byte(buf, ':');
		write_schema(types, members[i].type, members[i].description, buf);
	}
	wr_buf_str(buf, "},\"required\":[");
	for (uint32_t i = 0; i < len; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write_text(members[i].name, buf);
	}
	wr_buf_str(buf, "],\"additionalProperties\":false");
}

static void
write_list(const struct wr_types *types, const struct wr_type *t, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"type\":\"array\",\"items\":");
	write_schema(types, t->elem, WR_TEXT(""), buf);
	if (t->lo != 0) {
		wr_buf_str(buf, ",\"minItems\":");
		wr_buf_i64(buf, t->lo);
	}
	if (t->hi != WR_LIST_MAX) {
		wr_buf_str(buf, ",\"maxItems\":");
		wr_buf_i64(buf, t->hi);
	}
}

/* One of {"kind":"pay","value":...}. */
static void
write_variant(const struct wr_types *types, const struct wr_member *m, struct wr_buf *buf)
{
	wr_buf_str(
	    buf, "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[");
	wr_json_write_text(m->name, buf);
	wr_buf_str(buf, "]}");
	if (m->type != WR_NONE) {
		wr_buf_str(buf, ",\"value\":");
		write_schema(types, m->type, WR_TEXT(""), buf);
	}
	wr_buf_str(buf, "},\"required\":[\"kind\"");
	wr_buf_str(buf, m->type != WR_NONE ? ",\"value\"" : "");
	wr_buf_str(buf, "],\"additionalProperties\":false}");
}

static void
write_variants(const struct wr_types *types, const struct wr_type *t, struct wr_buf *buf)
{
	bool plain = wr_type_plain_variants(t);

	wr_buf_str(buf, plain ? "{\"type\":\"string\",\"enum\":[" : "{\"anyOf\":[");
	for (uint32_t i = 0; i < t->members_len; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		if (plain)
			wr_json_write_text(t->members[i].name, buf);
		else
			write_variant(types, &t->members[i], buf);
	}
	wr_buf_byte(buf, ']');
}

static void
write_int(const struct wr_type *t, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"type\":\"integer\"");
	if (t->lo != -WR_INT_DEFAULT) {
		wr_buf_str(buf, ",\"minimum\":");
		wr_buf_i64(buf, t->lo);
	}
	if (t->hi != WR_INT_DEFAULT) {
		wr_buf_str(buf, ",\"maximum\":");
		wr_buf_i64(buf, t->hi);
	}
}

static void
write_number_type(const struct wr_type *t, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"type\":\"number\"");
	if (t->number_lo > -DBL_MAX) {
		wr_buf_str(buf, ",\"minimum\":");
		write_number(t->number_lo, buf);
	}
	if (t->number_hi < DBL_MAX) {
		wr_buf_str(buf, ",\"maximum\":");
		write_number(t->number_hi, buf);
	}
}

/* Each case leaves its object open, for the description and the brace. Depth is that of the type.
 */
static void
write_schema(
    const struct wr_types *types, uint32_t type, struct wr_text description, struct wr_buf *buf)
{
	const struct wr_type *t = &types->at[type];

	if (buf->status != WR_OK)
		return;
	switch (t->kind) {
	case WR_TYPE_TEXT:
		wr_buf_str(buf, "{\"type\":\"string\"");
		break;
	case WR_TYPE_INT:
		write_int(t, buf);
		break;
	case WR_TYPE_NUMBER:
		write_number_type(t, buf);
		break;
	case WR_TYPE_BOOL:
		wr_buf_str(buf, "{\"type\":\"boolean\"");
		break;
	case WR_TYPE_OPTION:
		wr_buf_str(buf, "{\"anyOf\":[");
		write_schema(types, t->elem, WR_TEXT(""), buf);
		wr_buf_str(buf, ",{\"type\":\"null\"}]");
		break;
	case WR_TYPE_LIST:
		write_list(types, t, buf);
		break;
	case WR_TYPE_RECORD:
		write_object(types, t->members, t->members_len, buf);
		break;
	case WR_TYPE_VARIANTS:
		write_variants(types, t, buf);
		break;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		wr_buf_str(buf, "{\"type\":\"null\"");
		break;
	}
	if (description.size > 0) {
		wr_buf_str(buf, ",\"description\":");
		wr_json_write_text(description, buf);
	}
	wr_buf_byte(buf, '}');
}

void
wr_schema(const struct wr_types *types, uint32_t type, bool enveloped, struct wr_buf *buf)
{
	struct wr_member result = {.name = WR_TEXT("result"), .type = type};

	if (enveloped) {
		write_object(types, &result, 1, buf);
		wr_buf_byte(buf, '}');
	} else {
		write_schema(types, type, WR_TEXT(""), buf);
	}
}

struct wr_travel
wr_agent_travel(const struct wr_module *module, const struct wr_agent *agent)
{
	enum wr_kind kind = module->backends[agent->backend].kind;
	enum wr_type_kind result = module->types.at[agent->result].kind;

	if (result == WR_TYPE_TEXT && (kind == WR_KIND_LLM || kind == WR_KIND_HTTP))
		return (struct wr_travel){WR_RESULT_TEXT, false};
	return (struct wr_travel){WR_RESULT_JSON,
	    (kind == WR_KIND_LLM || kind == WR_KIND_HUMAN) && result != WR_TYPE_RECORD};
}

bool
wr_result_enveloped(const struct wr_module *module)
{
	return module->types.at[module->result].kind != WR_TYPE_RECORD;
}

void
wr_module_input_schema(const struct wr_module *module, struct wr_buf *buf)
{
	assert(buf != NULL);
	wr_buf_str(buf, "{\"type\":\"object\",\"properties\":{");
	for (uint32_t i = 0; i < module->inputs_len; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write_text(module->inputs[i].name, buf);
		wr_buf_byte(buf, ':');
		write_schema(&module->types, module->inputs[i].type, WR_TEXT(""), buf);
	}
	wr_buf_str(buf, "},\"required\":[");
	for (uint32_t i = 0; i < module->inputs_len; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write_text(module->inputs[i].name, buf);
	}
	wr_buf_str(buf, "],\"additionalProperties\":false}");
}

void
wr_module_output_schema(const struct wr_module *module, struct wr_buf *buf)
{
	wr_schema(&module->types, module->result, wr_result_enveloped(module), buf);
}
