/*
 * Values by type or by schema. Knows the forms in which values travel from vm/README.md, not from
 * the machine's writer, so that the two check each other.
 */
#include "tests/support/answers.h"

#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "vm/base/hash.h"
#include "vm/base/number.h"
#include "vm/json.h"

#include <float.h>
#include <stdlib.h>

#define LIST_MORE 3  /* items above the least */
#define TEXT_MORE 24 /* bytes above the least */

struct answers
answers_for(uint64_t seed, const char *words)
{
	return (struct answers){ .state = wr_hash(words, strlen(words), seed) | 1 };
}

static uint64_t
next(struct answers *a)
{
	a->state ^= a->state << 13;
	a->state ^= a->state >> 7;
	a->state ^= a->state << 17;
	return a->state * UINT64_C(0x2545F4914F6CDD1D);
}

uint32_t
answers_roll(struct answers *a, uint32_t n)
{
	return (uint32_t)((next(a) >> 33) % n);
}

static int64_t
between(struct answers *a, int64_t lo, int64_t hi)
{
	uint64_t span = (uint64_t)hi - (uint64_t)lo;

	switch (answers_roll(a, 6)) {
	case 0:
		return lo;
	case 1:
		return hi;
	default:
		return span == UINT64_MAX ? (int64_t)next(a) :
					    (int64_t)((uint64_t)lo + next(a) % (span + 1));
	}
}

static int64_t
length(struct answers *a, int64_t lo, int64_t hi, int64_t more)
{
	return between(a, lo, hi - lo > more ? lo + more : hi);
}

/* So many bytes, some of them escaped when they stand in JSON. */
static void
text(struct answers *a, int64_t size, bool json, struct wr_buf *out)
{
	static const char plain[] = "abc XYZ 0189 .,;-_";

	while (size > 0) {
		uint32_t form = answers_roll(a, 12);

		if (form == 0 && size >= 2) {
			wr_buf_str(out, "\xC3\xA9");
			size -= 2;
			continue;
		}
		if (form == 1 && size >= 4) {
			wr_buf_str(out, json ? "\\ud83d\\ude00" : "\xF0\x9F\x98\x80");
			size -= 4;
			continue;
		}
		if (form == 2 && json)
			wr_buf_str(out, answers_roll(a, 2) == 0 ? "\\n" : "\\u0022");
		else
			wr_buf_byte(out, (uint8_t)plain[answers_roll(a, sizeof plain - 1)]);
		size--;
	}
}

static void
quoted(struct answers *a, int64_t size, struct wr_buf *out)
{
	wr_buf_byte(out, '"');
	text(a, size, true, out);
	wr_buf_byte(out, '"');
}

static void
number(struct answers *a, double lo, double hi, struct wr_buf *out)
{
	char digits[WR_NUMBER_TEXT_MAX];
	double d = (double)between(a, -1000, 1000) / 8;

	if (d < lo || d > hi)
		d = answers_roll(a, 2) == 0 ? lo : hi;
	wr_buf_add(out, digits, wr_number_print(d, digits));
}

/* A member's value. A secret one leaves the dice as one throw would, whatever it is. */
static void
member(struct answers *a, const struct wr_types *types, uint32_t type, uint64_t labels,
    struct wr_buf *out)
{
	struct answers secret = { .state = (next(a) ^ a->twist) | 1 };

	if ((labels & a->secret) != 0)
		answer_type(&secret, types, type, out);
	else
		answer_type(a, types, type, out);
}

static void
list(struct answers *a, const struct wr_types *types, const struct wr_type *t, struct wr_buf *out)
{
	int64_t len =
	    types->at[t->elem].kind == WR_TYPE_NEVER ? 0 : length(a, t->lo, t->hi, LIST_MORE);

	wr_buf_byte(out, '[');
	for (int64_t i = 0; i < len && out->status == WR_OK; i++) {
		wr_buf_str(out, i > 0 ? ", " : "");
		answer_type(a, types, t->elem, out);
	}
	wr_buf_byte(out, ']');
}

/* Members in any order: those from `first` on, then the others. */
static void
members(struct answers *a, const struct wr_types *types, const struct wr_member *at, uint32_t len,
    struct wr_buf *out)
{
	uint32_t first = len == 0 ? 0 : answers_roll(a, len);

	wr_buf_byte(out, '{');
	for (uint32_t i = 0; i < len && out->status == WR_OK; i++) {
		const struct wr_member *m = &at[(first + i) % len];

		wr_buf_str(out, i > 0 ? "," : "");
		wr_json_write_text(m->name, out);
		wr_buf_byte(out, ':');
		member(a, types, m->type, m->labels, out);
	}
	wr_buf_byte(out, '}');
}

static void
variant(
    struct answers *a, const struct wr_types *types, const struct wr_type *t, struct wr_buf *out)
{
	const struct wr_member *m = &t->members[answers_roll(a, t->members_len)];
	bool value_first = answers_roll(a, 2) == 0;

	if (wr_type_plain_variants(t)) {
		wr_json_write_text(m->name, out);
		return;
	}
	wr_buf_byte(out, '{');
	if (m->type != WR_NONE && value_first) {
		wr_buf_str(out, "\"value\":");
		member(a, types, m->type, m->labels, out);
		wr_buf_byte(out, ',');
	}
	wr_buf_str(out, "\"kind\":");
	wr_json_write_text(m->name, out);
	if (m->type != WR_NONE && !value_first) {
		wr_buf_str(out, ",\"value\":");
		member(a, types, m->type, m->labels, out);
	}
	wr_buf_byte(out, '}');
}

void
answer_type(struct answers *a, const struct wr_types *types, uint32_t type, struct wr_buf *out)
{
	const struct wr_type *t = &types->at[type];

	switch (t->kind) {
	case WR_TYPE_TEXT:
		quoted(a, length(a, t->lo, t->hi, TEXT_MORE), out);
		return;
	case WR_TYPE_INT:
		wr_buf_i64(out, between(a, t->lo, t->hi));
		return;
	case WR_TYPE_NUMBER:
		number(a, t->number_lo, t->number_hi, out);
		return;
	case WR_TYPE_BOOL:
		wr_buf_str(out, answers_roll(a, 2) == 0 ? "false" : "true");
		return;
	case WR_TYPE_OPTION:
		if (types->at[t->elem].kind == WR_TYPE_NEVER || answers_roll(a, 3) == 0)
			wr_buf_str(out, "null");
		else
			answer_type(a, types, t->elem, out);
		return;
	case WR_TYPE_LIST:
		list(a, types, t, out);
		return;
	case WR_TYPE_RECORD:
		members(a, types, t->members, t->members_len, out);
		return;
	case WR_TYPE_VARIANTS:
		variant(a, types, t, out);
		return;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	abort(); /* no value to give */
}

void
answer_call(struct answers *a, const struct wr_module *module, const struct wr_call *call,
    struct wr_buf *out)
{
	const struct wr_type *t;
	uint32_t i = 0;

	while (!wr_text_eq(module->agents[i].name, call->agent))
		if (++i == module->agents_len)
			abort();
	t = &module->types.at[module->agents[i].result];
	if (call->form == WR_RESULT_TEXT) {
		text(a, length(a, t->lo, t->hi, TEXT_MORE), false, out);
		return;
	}
	wr_buf_str(out, call->enveloped ? "{\"result\":" : "");
	answer_type(a, &module->types, module->agents[i].result, out);
	wr_buf_str(out, call->enveloped ? "}" : "");
}

void
answer_inputs(struct answers *a, const struct wr_module *module, struct wr_buf *out)
{
	wr_buf_byte(out, '{');
	for (uint32_t i = 0; i < module->inputs_len; i++) {
		wr_buf_str(out, i > 0 ? "," : "");
		wr_json_write_text(module->inputs[i].name, out);
		wr_buf_byte(out, ':');
		member(a, &module->types, module->inputs[i].type, module->inputs[i].labels, out);
	}
	wr_buf_byte(out, '}');
}

/* ---- by schema ---------------------------------------------------------------------- */

static bool by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out);

static bool
integer_by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out)
{
	int64_t lo = -WR_INT_DEFAULT, hi = WR_INT_DEFAULT;

	(void)wd_json_int(wd_json_get(s, "minimum"), &lo);
	(void)wd_json_int(wd_json_get(s, "maximum"), &hi);
	wr_buf_i64(out, between(a, lo, hi));
	return lo <= hi;
}

static bool
number_by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out)
{
	double lo = -DBL_MAX, hi = DBL_MAX;

	(void)wd_json_real(wd_json_get(s, "minimum"), &lo);
	(void)wd_json_real(wd_json_get(s, "maximum"), &hi);
	number(a, lo, hi, out);
	return lo <= hi;
}

static bool
array_by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out)
{
	int64_t lo = 0, hi = WR_LIST_MAX, len;

	(void)wd_json_int(wd_json_get(s, "minItems"), &lo);
	(void)wd_json_int(wd_json_get(s, "maxItems"), &hi);
	len = length(a, lo, hi, LIST_MORE);
	wr_buf_byte(out, '[');
	for (int64_t i = 0; i < len && out->status == WR_OK; i++) {
		wr_buf_str(out, i > 0 ? "," : "");
		if (!by_schema(a, wd_json_get(s, "items"), out))
			return false;
	}
	wr_buf_byte(out, ']');
	return true;
}

/* Every property is required, and there are no others. */
static bool
object_by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out)
{
	const struct wd_json *properties = wd_json_get(s, "properties");
	size_t len = wd_json_len(properties);
	bool others = true;

	if (wd_json_len(wd_json_get(s, "required")) != len ||
	    !wd_json_bool(wd_json_get(s, "additionalProperties"), &others) || others)
		return false;
	wr_buf_byte(out, '{');
	for (size_t i = 0; i < len && out->status == WR_OK; i++) {
		wr_buf_str(out, i > 0 ? "," : "");
		wd_json_quote(out, wd_json_name(properties, i));
		wr_buf_byte(out, ':');
		if (!by_schema(a, wd_json_item(properties, i), out))
			return false;
	}
	wr_buf_byte(out, '}');
	return true;
}

static bool
by_schema(struct answers *a, const struct wd_json *s, struct wr_buf *out)
{
	const struct wd_json *any = wd_json_get(s, "anyOf"), *words = wd_json_get(s, "enum");
	const struct wd_json *type = wd_json_get(s, "type");

	if (wd_json_len(any) > 0)
		return by_schema(
		    a, wd_json_item(any, answers_roll(a, (uint32_t)wd_json_len(any))), out);
	if (wd_json_len(words) > 0) {
		wd_json_quote(out, wd_json_text(wd_json_item(
				       words, answers_roll(a, (uint32_t)wd_json_len(words)))));
		return true;
	}
	if (wd_json_text_is(type, "string"))
		quoted(a, answers_roll(a, 4), out);
	else if (wd_json_text_is(type, "boolean"))
		wr_buf_str(out, answers_roll(a, 2) == 0 ? "false" : "true");
	else if (wd_json_text_is(type, "null"))
		wr_buf_str(out, "null");
	else if (wd_json_text_is(type, "integer"))
		return integer_by_schema(a, s, out);
	else if (wd_json_text_is(type, "number"))
		return number_by_schema(a, s, out);
	else if (wd_json_text_is(type, "array"))
		return array_by_schema(a, s, out);
	else if (wd_json_text_is(type, "object"))
		return object_by_schema(a, s, out);
	else
		return false;
	return true;
}

bool
answer_schema(struct answers *a, struct wr_text schema, struct wr_buf *out)
{
	struct wd_json_doc doc;
	bool known;

	if (wd_json_parse(&doc, wd_alloc(), schema, WR_MODULE_MAX, NULL) != WR_OK)
		return false;
	known = by_schema(a, doc.root, out);
	wd_json_free(&doc);
	return known;
}
