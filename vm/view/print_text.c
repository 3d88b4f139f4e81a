/*
 * Texts and constants as source. A text is written on one line with escapes, or as a block
 * whose lines are those of the text; what a reader could not see in a block stands in it as a hole
 * with a constant, `{{"\t"}}`, which compiles to the very same text. Never breaks a hole.
 */
#include "vm/view/print_parts.h"

#include "vm/view/safe.h"
#include "vm/view/spell.h"

#include <assert.h>

/* A text to write: a literal, or a node. */
struct quote {
	const struct wr_printer *p;
	struct wr_text literal;
	uint32_t n; /* WR_NONE: the literal alone */
};

struct piece {
	bool hole;
	uint32_t n;
	struct wr_text text;
};

static struct piece
piece_of(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	if (node->op == WR_OP_CONST && p->names[n] == 0)
		return (struct piece){ .text = wr_value_text(node->value) };
	return (struct piece){ .hole = true, .n = n };
}

static bool
is_template(const struct quote *q)
{
	return q->n != WR_NONE && q->p->code->nodes[q->n].op == WR_OP_TEMPLATE &&
	    q->p->names[q->n] == 0;
}

static uint32_t
pieces_len(const struct quote *q)
{
	return is_template(q) ? q->p->code->nodes[q->n].operands_len : 1;
}

static struct piece
piece_at(const struct quote *q, uint32_t i)
{
	if (q->n == WR_NONE)
		return (struct piece){ .text = q->literal };
	if (is_template(q))
		return piece_of(q->p, wr_operand(q->p->code, &q->p->code->nodes[q->n], i));
	return piece_of(q->p, q->n);
}

static bool
has_lines(const struct quote *q)
{
	for (uint32_t i = 0; i < pieces_len(q); i++) {
		struct piece piece = piece_at(q, i);

		if (!piece.hole && piece.text.size > 0 &&
		    memchr(piece.text.at, '\n', piece.text.size) != NULL)
			return true;
	}
	return false;
}

static void
hole(struct wr_printer *p, uint32_t n)
{
	wr_print_str(p, "{{");
	wr_print_flat(p, n, 0);
	wr_print_str(p, "}}");
}

static void
one_line(struct wr_printer *p, const struct quote *q)
{
	uint32_t len = pieces_len(q);

	wr_print_str(p, "\"");
	for (uint32_t i = 0; i < len && !wr_print_stop(p); i++) {
		struct piece piece = piece_at(q, i);

		if (piece.hole)
			hole(p, piece.n);
		else if (p->trial && piece.text.size > WR_VIEW_WIDTH)
			p->over = true;
		else
			wr_spell_chunk(p->buf, piece.text, i + 1 < len && piece_at(q, i + 1).hole);
	}
	wr_print_str(p, "\"");
}

/* ---- blocks --------------------------------------------------------------------- */

struct block {
	struct wr_printer *p;
	uint32_t margin;
	bool fresh; /* nothing stands on this line yet, not even the margin */
};

static void
on_line(struct block *b)
{
	if (b->fresh)
		for (uint32_t i = 0; i < b->margin; i++)
			wr_buf_byte(b->p->buf, ' ');
	b->fresh = false;
}

static void
raw(struct block *b, struct wr_text text)
{
	on_line(b);
	wr_buf_text(b->p->buf, text);
}

/* A constant as a hole. */
static void
shown(struct block *b, struct wr_text text)
{
	on_line(b);
	wr_print_str(b->p, "{{\"");
	wr_spell_chunk(b->p->buf, text, false);
	wr_print_str(b->p, "\"}}");
}

static size_t
run_len(struct wr_text text, size_t offset)
{
	size_t len = 1;

	while (offset + len < text.size && text.at[offset + len] == text.at[offset])
		len++;
	return len;
}

static bool
trailing(struct wr_text text, size_t offset, bool last)
{
	size_t end = offset + run_len(text, offset);

	return end == text.size ? last : text.at[end] == '\n';
}

/* Is what stands at the offset written as itself, and neither part of an escape nor of a hole? */
static bool
plain_at(struct wr_text text, size_t offset, bool last)
{
	char c;

	if (offset >= text.size)
		return last;
	c = text.at[offset];
	if (c == ' ')
		return !trailing(text, offset, last);
	if (c == '"')
		return run_len(text, offset) < 3;
	return c == '\n' || (c > ' ' && c <= '~' && c != '{' && c != '\\');
}

/* A run of spaces, braces, backslashes or quotes. */
static void
block_run(struct block *b, struct wr_text text, size_t offset, bool last)
{
	size_t len = run_len(text, offset);
	struct wr_text run = { text.at + offset, len };

	switch (text.at[offset]) {
	case ' ':
		if (trailing(text, offset, last))
			shown(b, run);
		else
			raw(b, run);
		return;
	case '"':
		if (len >= 3)
			shown(b, run);
		else
			raw(b, run);
		return;
	case '\\':
		if (plain_at(text, offset + len, last))
			raw(b, run);
		else
			shown(b, run);
		return;
	default:
		for (; len >= 2; len -= 2)
			raw(b, WR_TEXT("\\{{"));
		if (len == 1 && plain_at(text, offset + run.size, last))
			raw(b, WR_TEXT("{"));
		else if (len == 1)
			shown(b, WR_TEXT("{"));
		return;
	}
}

/* The literal part of a block; last: nothing comes after it. */
static void
block_chunk(struct block *b, struct wr_text text, bool last)
{
	struct wr_safe safe;
	struct wr_text at, unseen = { NULL, 0 };
	uint32_t c;
	bool marked;

	wr_safe_init(&safe, text);
	while (wr_safe_next(&safe, &c, &at, &marked)) {
		size_t offset = (size_t)(at.at - text.at);

		if (marked || c == '\t') {
			unseen = unseen.size == 0 ?
			    at :
			    (struct wr_text){ unseen.at, unseen.size + at.size };
			continue;
		}
		if (unseen.size > 0)
			shown(b, unseen);
		unseen.size = 0;
		if (c == '\n') {
			wr_print_line(b->p, 0);
			b->fresh = true;
		} else if (c == ' ' || c == '"' || c == '\\' || c == '{') {
			block_run(b, text, offset, last);
			safe.offset = offset + run_len(text, offset);
		} else {
			raw(b, at);
		}
	}
	if (unseen.size > 0)
		shown(b, unseen);
}

static void
block(struct wr_printer *p, const struct quote *q, uint32_t indent)
{
	struct block b = { p, indent + 2, true };
	uint32_t len = pieces_len(q);

	wr_print_str(p, "\"\"\"");
	wr_print_line(p, 0);
	for (uint32_t i = 0; i < len && !wr_print_stop(p); i++) {
		struct piece piece = piece_at(q, i);

		if (piece.hole) {
			on_line(&b);
			hole(p, piece.n);
		} else {
			block_chunk(&b, piece.text, i + 1 == len);
		}
	}
	wr_print_line(p, indent + 2);
	wr_print_str(p, "\"\"\"");
}

static void
quote(struct wr_printer *p, const struct quote *q, uint32_t indent)
{
	if (p->flat || !has_lines(q))
		one_line(p, q);
	else
		block(p, q, indent);
}

void
wr_print_quoted(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	quote(p, &(struct quote){ .p = p, .n = n }, indent);
}

/* ---- constants ------------------------------------------------------------------------ */

struct constant {
	struct wr_value value;
	uint32_t type;
};

static void constant(struct wr_printer *p, struct wr_value value, uint32_t type, uint32_t indent);

static void
constant_at(struct wr_printer *p, const void *what, uint32_t indent)
{
	const struct constant *c = what;

	constant(p, c->value, c->type, indent);
}

void
wr_print_value(struct wr_printer *p, struct wr_value value, uint32_t type, uint32_t indent)
{
	struct constant c = { value, type };

	if (p->flat || !wr_print_trial(p, constant_at, &c))
		constant(p, value, type, indent);
}

static void
constant_list(struct wr_printer *p, struct wr_value value, uint32_t elem, uint32_t indent)
{
	wr_print_str(p, "[");
	for (uint32_t i = 0; i < value.len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, true, indent);
		wr_print_value(p, value.as.items[i], elem, indent + 2);
	}
	if (value.len > 0)
		wr_print_close(p, "]", indent);
	else
		wr_print_str(p, "]");
}

static void
constant_record(
    struct wr_printer *p, struct wr_value value, const struct wr_type *t, uint32_t indent)
{
	wr_buf_text(p->buf, t->name);
	wr_print_str(p, p->flat && value.len > 0 ? " { " : " {");
	for (uint32_t i = 0; i < value.len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, false, indent);
		wr_buf_text(p->buf, t->members[i].name);
		wr_print_str(p, ": ");
		wr_print_value(p, value.as.items[i], t->members[i].type, indent + 2);
	}
	if (value.len > 0)
		wr_print_close(p, p->flat ? " }" : "}", indent);
	else
		wr_print_str(p, "}");
}

/* Recursion is as deep as types nest: WR_TYPE_WALK_MAX. */
static void
constant(struct wr_printer *p, struct wr_value value, uint32_t type, uint32_t indent)
{
	const struct wr_type *t = &p->module->types.at[type];

	if (value.kind != WR_VALUE_NONE && t->kind == WR_TYPE_OPTION) {
		wr_print_str(p, "some(");
		constant(p, value, t->elem, indent);
		wr_print_str(p, ")");
		return;
	}
	switch (value.kind) {
	case WR_VALUE_NONE:
		wr_print_str(p, "none");
		return;
	case WR_VALUE_BOOL:
		wr_print_str(p, value.as.boolean ? "true" : "false");
		return;
	case WR_VALUE_INT:
		wr_spell_int(p->buf, value.as.integer);
		return;
	case WR_VALUE_NUMBER:
		wr_spell_number(p->buf, value.as.number);
		return;
	case WR_VALUE_TEXT:
		quote(p, &(struct quote){ .p = p, .literal = wr_value_text(value), .n = WR_NONE }, indent);
		return;
	case WR_VALUE_LIST:
		constant_list(p, value, t->elem, indent);
		return;
	case WR_VALUE_RECORD:
		constant_record(p, value, t, indent);
		return;
	case WR_VALUE_VARIANT:
		wr_buf_text(p->buf, t->name);
		wr_print_str(p, ".");
		wr_buf_text(p->buf, t->members[value.len].name);
		if (value.as.items == NULL)
			return;
		wr_print_str(p, "(");
		constant(p, *value.as.items, t->members[value.len].type, indent);
		wr_print_str(p, ")");
		return;
	default:
		assert(false);
	}
}
