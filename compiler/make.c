/*
 * Nodes in normal form: types inferred by the format's own rules, constants folded by the
 * machine's own evaluator, texts flat. Nothing here knows where an operand came from.
 */
#include "compiler/lower.h"

#include <assert.h>

static uint32_t
add(struct wc_lower *l, const struct wc_node *n)
{
	uint32_t node = wc_graph_add(l->g, n);

	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

uint32_t
wc_make_const(struct wc_lower *l, struct wr_value value, uint32_t type, struct wc_span span)
{
	struct wc_node n = {.op = WR_OP_CONST, .value = value, .span = span};

	if (type == WR_NONE)
		return WR_NONE;
	if (wr_type_of_value(&l->u->types, value, type, &n.result) != WR_OK)
		return wc_unit_failed(l->u, WR_NOMEM);
	return add(l, &n);
}

uint32_t
wc_make_text(struct wc_lower *l, struct wr_text text, struct wc_span span)
{
	uint32_t type =
	    wc_unit_type(l->u, wr_type_text(&l->u->types, (int64_t)text.size, (int64_t)text.size));

	if (text.size > WR_TEXT_MAX) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0207, span, "this text is too long");

		wc_diag_label(
		    d, "%N bytes, a text holds %N", (uint64_t)text.size, (uint64_t)WR_TEXT_MAX);
		return WR_NONE;
	}
	return wc_make_const(l, wr_value_of_text(text), type, span);
}

uint32_t
wc_make_bool(struct wc_lower *l, bool truth, struct wc_span span)
{
	return wc_make_const(
	    l, wr_value_of_bool(truth), wc_unit_type(l->u, wr_type_bool(&l->u->types)), span);
}

/* ---- inference and folding --------------------------------------------------------- */

struct parts {
	uint32_t *types;
	const struct wr_value **constants;
	struct wr_value *values;
	bool constant; /* all of them are */
};

static bool
take_parts(struct wc_lower *l, const struct wc_make *m, struct parts *ret)
{
	uint32_t len = m->operands_len;

	ret->types = wc_unit_get(l->u, len, sizeof *ret->types);
	ret->constants = wc_unit_get(l->u, len, sizeof(const struct wr_value *));
	ret->values = wc_unit_get(l->u, len, sizeof *ret->values);
	ret->constant = true;
	if (ret->types == NULL || ret->constants == NULL || ret->values == NULL)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		const struct wc_node *n = &l->g->nodes[m->operands[i]];

		ret->types[i] = n->result;
		if (n->op == WR_OP_CONST) {
			ret->values[i] = n->value;
			ret->constants[i] = &ret->values[i];
		} else {
			ret->constant = false;
		}
	}
	return true;
}

static uint32_t
fold(struct wc_lower *l, const struct wc_make *m, const struct parts *p, uint32_t result)
{
	struct wr_node n = {.op = (uint8_t)m->op, .index = m->index, .type = m->type};
	struct wr_value value;
	enum wr_status s =
	    wr_fold(&l->u->types, &n, p->values, p->types, m->operands_len, l->u->arena, &value);

	if (s == WR_OK)
		return wc_make_const(l, value, result, m->span);
	if (s == WR_LIMIT && !l->u->arena->over) {
		(void)wc_lower_diag(
		    l, WC_E0207, m->span, "this is longer than a text or a list can be");
		return WR_NONE;
	}
	return wc_unit_failed(l->u, s);
}

uint32_t
wc_make(struct wc_lower *l, const struct wc_make *m)
{
	struct parts parts;
	struct wr_infer infer = {
	    .types = &l->u->types, .op = m->op, .index = m->index, .type = m->type, .fields = m->fields};
	struct wc_node n = {
	    .op = (uint8_t)m->op,
	    .index = m->index,
	    .type = m->type,
	    .operands = m->operands,
	    .operands_len = m->operands_len,
	    .fields = m->fields,
	    .span = m->span,
	    .spans = m->op == WR_OP_RECORD || m->op == WR_OP_WITH || m->op == WR_OP_VARIANT ||
			     m->op == WR_OP_REQUIRE
			 ? m->spans
			 : NULL,
	};
	enum wr_status s;

	for (uint32_t i = 0; i < m->operands_len; i++)
		if (m->operands[i] == WR_NONE)
			return WR_NONE;
	if (m->operands_len > WR_OPERANDS_MAX) {
		(void)wc_lower_diag(l, WC_E0406, m->span,
		    "this program is too large: %N parts in one place", (uint64_t)m->operands_len);
		return WR_NONE;
	}
	if (!take_parts(l, m, &parts))
		return WR_NONE;
	infer.operands = parts.types;
	infer.constants = parts.constants;
	infer.operands_len = m->operands_len;
	s = wr_infer(&infer);
	if (s == WR_REFUSED) {
		wc_why(l, m, &infer);
		return WR_NONE;
	}
	if (s != WR_OK)
		return wc_unit_failed(l->u, s);
	if (parts.constant && (wr_op_info(m->op)->flags & WR_OP_FOLD))
		return fold(l, m, &parts, infer.result);
	n.result = infer.result;
	return add(l, &n);
}

uint32_t
wc_make1(struct wc_lower *l, enum wr_op op, uint32_t operand, struct wc_span span)
{
	return wc_make(l,
	    &(struct wc_make){
		.op = op, .operands = &operand, .spans = &span, .operands_len = 1, .span = span});
}

/* ---- records with other fields ------------------------------------------------------- */

/* What stays of a record that can be written out: its parts; of another `with`, what that changes. */
static uint32_t
write_out(struct wc_lower *l, uint32_t of, uint32_t *nodes, struct wc_span *spans, struct wc_span span)
{
	const struct wc_node n = l->g->nodes[of];
	uint32_t len = n.op == WR_OP_CONST ? n.value.len : n.operands_len;

	for (uint32_t i = n.op == WR_OP_WITH; i < len; i++) {
		uint32_t m = n.op == WR_OP_WITH ? n.fields[i - 1] : i;

		if (nodes[m] != WR_NONE)
			continue;
		spans[m] = n.spans == NULL ? span : n.spans[i];
		nodes[m] = n.op != WR_OP_CONST ?
		    n.operands[i] :
		    wc_make(l, &(struct wc_make){ .op = WR_OP_FIELD,
				   .index = m,
				   .operands = &of,
				   .spans = &span,
				   .operands_len = 1,
				   .span = span });
	}
	return n.op == WR_OP_WITH ? n.operands[0] : of;
}

uint32_t
wc_make_with(struct wc_lower *l, uint32_t of, uint32_t *nodes, struct wc_span *spans, struct wc_span span)
{
	uint32_t type = wc_node_type(l, of), members = wc_type_at(l, type)->members_len, len = 1;
	uint8_t op = l->g->nodes[of].op;
	uint32_t *operands = wc_unit_get(l->u, members + 1, sizeof *operands);
	uint32_t *fields = wc_unit_get(l->u, members + 1, sizeof *fields);
	struct wc_span *places = wc_unit_get(l->u, members + 1, sizeof *places);

	if (operands == NULL || fields == NULL || places == NULL)
		return WR_NONE;
	if (op == WR_OP_CONST || op == WR_OP_RECORD || op == WR_OP_WITH)
		of = write_out(l, of, nodes, spans, span);
	operands[0] = of;
	places[0] = span;
	for (uint32_t m = 0; m < members; m++) {
		if (nodes[m] == WR_NONE)
			continue;
		operands[len] = nodes[m];
		places[len] = spans[m];
		fields[len++ - 1] = m;
	}
	if (len == 1)
		return of;
	if (len == members + 1)
		return wc_make(l, &(struct wc_make){ .op = WR_OP_RECORD,
				      .type = type,
				      .operands = operands + 1,
				      .spans = places + 1,
				      .operands_len = members,
				      .span = span });
	return wc_make(l, &(struct wc_make){ .op = WR_OP_WITH,
			      .operands = operands,
			      .spans = places,
			      .operands_len = len,
			      .fields = fields,
			      .span = span });
}

/* ---- texts ---------------------------------------------------------------------------- */

/* A TEMPLATE under construction: literal bytes not yet a node, then nodes. */
struct flat {
	uint32_t *nodes;
	struct wc_span *spans;
	uint32_t len;
	struct wr_buf literal;
};

static void
end_literal(struct wc_lower *l, struct flat *f, struct wc_span span)
{
	struct wr_text copy;
	uint32_t node;

	if (f->literal.status != WR_OK) {
		if (f->literal.status == WR_LIMIT)
			(void)wc_lower_diag(l, WC_E0207, span, "this text is too long");
		else
			(void)wc_unit_failed(l->u, WR_NOMEM);
		return;
	}
	if (f->literal.size == 0)
		return;
	copy = wr_arena_text(l->u->arena, wr_buf_view(&f->literal));
	node = copy.at == NULL ? (wc_unit_spent(l->u), WR_NONE) : wc_make_text(l, copy, span);
	f->literal.size = 0;
	f->nodes[f->len] = node;
	f->spans[f->len++] = span;
}

/* The bytes that a constant prints as: the machine says. */
static void
add_literal(struct wc_lower *l, struct flat *f, uint32_t node)
{
	const struct wc_node *n = &l->g->nodes[node];
	struct wr_node template = {.op = WR_OP_TEMPLATE};
	struct wr_value printed = n->value;
	enum wr_status s = WR_OK;

	if (n->value.kind != WR_VALUE_TEXT)
		s = wr_fold(
		    &l->u->types, &template, &n->value, &n->result, 1, l->u->arena, &printed);
	if (s != WR_OK)
		(void)wc_unit_failed(l->u, s);
	else
		wr_buf_text(&f->literal, wr_value_text(printed));
}

static uint32_t
flat_room(const struct wc_lower *l, const uint32_t *operands, uint32_t len)
{
	uint32_t room = 1;

	for (uint32_t i = 0; i < len; i++)
		room += l->g->nodes[operands[i]].op == WR_OP_TEMPLATE
			    ? l->g->nodes[operands[i]].operands_len
			    : 2;
	return room + len;
}

static void
flatten(struct wc_lower *l, struct flat *f, const uint32_t *operands, const struct wc_span *spans,
    uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		const struct wc_node n = l->g->nodes[operands[i]];
		bool nested = n.op == WR_OP_TEMPLATE;
		const uint32_t *at = nested ? n.operands : &operands[i];
		uint32_t at_len = nested ? n.operands_len : 1;

		for (uint32_t k = 0; k < at_len; k++) {
			if (wc_is_const(l, at[k])) {
				add_literal(l, f, at[k]);
				continue;
			}
			end_literal(l, f, spans[i]);
			f->nodes[f->len] = at[k];
			f->spans[f->len++] = spans[i];
		}
	}
}

/* Each operand may stand in a text; reported where not. */
static bool
check_printable(struct wc_lower *l, const uint32_t *operands, const struct wc_span *spans,
    uint32_t len, struct wc_span span)
{
	bool good = true;

	for (uint32_t i = 0; i < len; i++) {
		struct wr_infer infer = {
		    .types = &l->u->types, .op = WR_OP_TEMPLATE, .operands_len = 1};
		const struct wr_value *constant = NULL;
		uint32_t type;

		if (operands[i] == WR_NONE) {
			good = false;
			continue;
		}
		type = wc_node_type(l, operands[i]);
		infer.operands = &type;
		infer.constants = &constant;
		switch (wr_infer(&infer)) {
		case WR_OK:
			break;
		case WR_REFUSED:
			wc_why(l,
			    &(struct wc_make){.op = WR_OP_TEMPLATE,
				.operands = &operands[i],
				.spans = &spans[i],
				.operands_len = 1,
				.span = span},
			    &infer);
			good = false;
			break;
		default:
			(void)wc_unit_failed(l->u, WR_NOMEM);
			return false;
		}
	}
	return good;
}

uint32_t
wc_make_template(struct wc_lower *l, const uint32_t *operands, const struct wc_span *spans,
    uint32_t len, struct wc_span span)
{
	struct flat f = {.nodes = NULL};
	uint32_t node = WR_NONE, room;

	if (!check_printable(l, operands, spans, len, span))
		return WR_NONE;
	room = flat_room(l, operands, len);
	f.nodes = wc_unit_get(l->u, room, sizeof *f.nodes);
	f.spans = wc_unit_get(l->u, room, sizeof *f.spans);
	if (f.nodes == NULL || f.spans == NULL)
		return WR_NONE;
	wr_buf_init(&f.literal, l->u->arena->alloc, WR_TEXT_MAX);
	flatten(l, &f, operands, spans, len);
	end_literal(l, &f, span);
	assert(f.len <= room);
	if (f.literal.status == WR_OK && l->u->status == WR_OK) {
		bool alone = f.len == 1 && f.nodes[0] != WR_NONE &&
			     wc_type_of(l, f.nodes[0])->kind == WR_TYPE_TEXT;

		if (f.len == 0)
			node = wc_make_text(l, WR_TEXT(""), span);
		else if (alone)
			node = f.nodes[0];
		else
			node = wc_make(l, &(struct wc_make){.op = WR_OP_TEMPLATE,
					      .operands = f.nodes,
					      .spans = f.spans,
					      .operands_len = f.len,
					      .span = span});
	}
	wr_buf_free(&f.literal);
	return node;
}
