/*
 * Writes values as canonical JSON: members in declaration order, no spaces, strings and
 * numbers as RFC 8785 has them. It trusts the value to be of its type.
 */
#include "vm/json.h"

#include "vm/base/number.h"

#include <assert.h>

void
wr_json_write_text(struct wr_text t, struct wr_buf *buf)
{
	static const char digit[] = "0123456789abcdef";
	static const char shorts[] = "btn\0fr"; /* \b \t \n - \f \r are 8 to 13 */
	size_t done = 0;

	wr_buf_byte(buf, '"');
	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.at[i];
		char escape[6] = {'\\', (char)c};
		size_t size = 2;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		if (c >= 8 && c <= 13 && c != 11) {
			escape[1] = shorts[c - 8];
		} else if (c < 0x20) {
			memcpy(escape, "\\u00", 4);
			escape[4] = digit[c >> 4];
			escape[5] = digit[c & 15];
			size = 6;
		}
		wr_buf_add(buf, t.at + done, i - done);
		wr_buf_add(buf, escape, size);
		done = i + 1;
	}
	if (done < t.size)
		wr_buf_add(buf, t.at + done, t.size - done);
	wr_buf_byte(buf, '"');
}

static void
write_number(double d, struct wr_buf *buf)
{
	char digits[WR_NUMBER_TEXT_MAX];

	wr_buf_add(buf, digits, wr_number_print(d, digits));
}

static void
write_list(const struct wr_types *types, uint32_t elem, struct wr_value list, struct wr_buf *buf)
{
	wr_buf_byte(buf, '[');
	for (uint32_t i = 0; i < list.len && buf->status == WR_OK; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write(types, elem, list.as.items[i], buf);
	}
	wr_buf_byte(buf, ']');
}

static void
write_record(const struct wr_types *types, const struct wr_type *type, struct wr_value record,
    struct wr_buf *buf)
{
	assert(record.len == type->members_len);
	wr_buf_byte(buf, '{');
	for (uint32_t i = 0; i < record.len && buf->status == WR_OK; i++) {
		if (i > 0)
			wr_buf_byte(buf, ',');
		wr_json_write_text(type->members[i].name, buf);
		wr_buf_byte(buf, ':');
		wr_json_write(types, type->members[i].type, record.as.items[i], buf);
	}
	wr_buf_byte(buf, '}');
}

static void
write_variant(
    const struct wr_types *types, const struct wr_type *type, struct wr_value v, struct wr_buf *buf)
{
	assert(v.len < type->members_len);
	if (wr_type_plain_variants(type)) {
		wr_json_write_text(type->members[v.len].name, buf);
		return;
	}
	wr_buf_str(buf, "{\"kind\":");
	wr_json_write_text(type->members[v.len].name, buf);
	if (v.as.items != NULL) {
		wr_buf_str(buf, ",\"value\":");
		wr_json_write(types, type->members[v.len].type, v.as.items[0], buf);
	}
	wr_buf_byte(buf, '}');
}

void
wr_json_write(
    const struct wr_types *types, uint32_t type, struct wr_value value, struct wr_buf *buf)
{
	const struct wr_type *t = &types->at[type];

	if (t->kind == WR_TYPE_OPTION && value.kind != WR_VALUE_NONE)
		t = &types->at[t->elem];
	switch ((enum wr_value_kind)value.kind) {
	case WR_VALUE_NONE:
		wr_buf_str(buf, "null");
		return;
	case WR_VALUE_BOOL:
		wr_buf_str(buf, value.as.boolean ? "true" : "false");
		return;
	case WR_VALUE_INT:
		wr_buf_i64(buf, value.as.integer);
		return;
	case WR_VALUE_NUMBER:
		write_number(value.as.number, buf);
		return;
	case WR_VALUE_TEXT:
		wr_json_write_text(wr_value_text(value), buf);
		return;
	case WR_VALUE_LIST:
		write_list(types, t->elem, value, buf);
		return;
	case WR_VALUE_RECORD:
		write_record(types, t, value, buf);
		return;
	case WR_VALUE_VARIANT:
		write_variant(types, t, value, buf);
		return;
	case WR_VALUE_UNSET:
		break;
	}
	assert(0 && "a value");
}

void
wr_json_write_enveloped(
    const struct wr_types *types, uint32_t type, struct wr_value value, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"result\":");
	wr_json_write(types, type, value, buf);
	wr_buf_byte(buf, '}');
}
