/* Values as source, from their JSON and their type. Decides nothing about where they are shown. */
#include "vm/view/literal.h"

#include <assert.h>

#include "vm/base/limits.h"
#include "vm/for_compiler.h"
#include "vm/json.h"
#include "vm/view/spell.h"

/* As deep as the type. */
static void
spell(const struct wr_types *types, uint32_t type, struct wr_value v, struct wr_buf *out)
{
	const struct wr_type *t = &types->at[type];

	if (t->kind == WR_TYPE_OPTION && v.kind != WR_VALUE_NONE)
		t = &types->at[t->elem];
	switch ((enum wr_value_kind)v.kind) {
	case WR_VALUE_NONE:
		wr_buf_str(out, "none");
		break;
	case WR_VALUE_BOOL:
		wr_buf_str(out, v.as.boolean ? "true" : "false");
		break;
	case WR_VALUE_INT:
		wr_spell_int(out, v.as.integer);
		break;
	case WR_VALUE_NUMBER:
		wr_spell_number(out, v.as.number);
		break;
	case WR_VALUE_TEXT:
		wr_spell_text(out, wr_value_text(v));
		break;
	case WR_VALUE_LIST:
		wr_buf_byte(out, '[');
		for (uint32_t i = 0; i < v.len && out->status == WR_OK; i++) {
			wr_buf_str(out, i > 0 ? ", " : "");
			spell(types, t->elem, v.as.items[i], out);
		}
		wr_buf_byte(out, ']');
		break;
	case WR_VALUE_RECORD:
		wr_buf_text(out, t->name);
		wr_buf_str(out, " {");
		for (uint32_t i = 0; i < v.len && out->status == WR_OK; i++) {
			wr_buf_str(out, i > 0 ? ", " : " ");
			wr_buf_text(out, t->members[i].name);
			wr_buf_str(out, ": ");
			spell(types, t->members[i].type, v.as.items[i], out);
		}
		wr_buf_str(out, v.len > 0 ? " }" : "}");
		break;
	case WR_VALUE_VARIANT:
		wr_buf_text(out, t->name);
		wr_buf_byte(out, '.');
		wr_buf_text(out, t->members[v.len].name);
		if (v.as.items != NULL) {
			wr_buf_byte(out, '(');
			spell(types, t->members[v.len].type, v.as.items[0], out);
			wr_buf_byte(out, ')');
		}
		break;
	case WR_VALUE_UNSET:
		assert(0 && "a value");
		break;
	}
}

enum wr_status
wr_spell_json(struct wr_text bytecode, const struct wr_alloc *alloc, uint32_t which, struct wr_text json,
    struct wr_buf *out)
{
	struct wr_json_fault fault;
	struct wr_refusal refusal;
	struct wr_module *m = NULL;
	struct wr_value value;
	struct wr_arena arena;
	uint32_t type;
	enum wr_status s;

	wr_arena_init(&arena, alloc, WR_LOADED_MAX);
	s = wr_open((const uint8_t *)bytecode.at, bytecode.size, &arena, &m, &refusal);
	if (s == WR_OK && which != WR_LITERAL_RESULT && which >= m->inputs_len)
		s = WR_INVALID;
	if (s == WR_OK) {
		type = which == WR_LITERAL_RESULT ? m->result : m->inputs[which].type;
		s = wr_json_read(&m->types, type, json, &arena, &value, &fault);
		if (s == WR_OK)
			spell(&m->types, type, value, out);
	}
	wr_arena_free(&arena);
	return s == WR_OK ? out->status : s;
}
