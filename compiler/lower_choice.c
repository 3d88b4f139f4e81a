/*
 * Choice: `if`, `match`, `??` and `== none` are all one MATCH with a block for each case, in
 * the order of the type. A choice on a constant is its arm; the others are checked all
 * the same, in blocks that are left out.
 */
#include "compiler/lower.h"

#include <assert.h>

#define CASES_TEXT_MAX 1000u /* bytes of a list of cases in a message */

/* What stands in one block. */
struct arm {
	enum {
		ARM_BODY,
		ARM_BOUND,
		ARM_TRUE,
		ARM_FALSE
	} what; /* ARM_BOUND: what the block binds */
	const struct wc_expr *body;
	const struct wc_name *binder; /* or NULL */
	struct wc_span span;          /* of the pattern or the body, for messages */
};

struct choice {
	const struct wc_expr *e;
	uint32_t of; /* the scrutinee, not WR_NONE */
	struct wc_span of_span;
	struct arm *arms;
	uint32_t len;
	uint32_t hint;
};

/* What arm i binds when the scrutinee is a constant, or WR_NONE. */
static uint32_t
constant_payload(struct wc_lower *l, const struct choice *c, uint32_t i, uint32_t type)
{
	const struct wr_value v = l->g->nodes[c->of].value;

	if (type == WR_NONE)
		return WR_NONE;
	if (v.kind == WR_VALUE_VARIANT)
		return v.len == i ? wc_make_const(l, v.as.items[0], type, c->of_span) : WR_NONE;
	return v.kind == WR_VALUE_NONE ? WR_NONE : wc_make_const(l, v, type, c->of_span);
}

static uint32_t
taken_arm(const struct wc_lower *l, const struct choice *c)
{
	const struct wr_value v = l->g->nodes[c->of].value;

	if (v.kind == WR_VALUE_VARIANT)
		return v.len;
	if (v.kind == WR_VALUE_BOOL)
		return v.as.boolean ? 0 : 1;
	return v.kind == WR_VALUE_NONE ? 1 : 0;
}

/* Lower what stands in arm i; bound is what it may bind, or WR_NONE. */
static uint32_t
arm_body(struct wc_lower *l, const struct choice *c, uint32_t i, uint32_t bound)
{
	const struct arm *a = &c->arms[i];
	struct wc_binding *names = l->names;
	uint32_t node;

	switch (a->what) {
	case ARM_BOUND:
		return bound;
	case ARM_TRUE:
	case ARM_FALSE:
		return wc_make_bool(l, a->what == ARM_TRUE, c->e->span);
	case ARM_BODY:
		break;
	}
	if (a->binder != NULL && wc_bind(l, a->binder, "what a pattern binds", bound) == NULL)
		return WR_NONE;
	node = wc_lower_branch(l, a->body, c->hint);
	wc_unbind(l, names);
	return node;
}

/* Arm i in a block of its own; *ret_block is closed. */
static uint32_t
arm_block(struct wc_lower *l, const struct choice *c, uint32_t i, bool dead, uint32_t *ret_block)
{
	uint32_t type = WR_NONE, bound = WR_NONE, node;
	uint32_t block = wc_graph_open(l->g);

	if (block == WR_NONE ||
	    wr_bind_type(&l->u->types, WR_OP_MATCH, wc_node_type(l, c->of), i, 0, &type) != WR_OK)
		return wc_unit_failed(l->u, l->g->status != WR_OK ? l->g->status : WR_NOMEM);
	l->g->blocks[block].dead = dead;
	if (type != WR_NONE && (c->arms[i].binder != NULL || c->arms[i].what == ARM_BOUND)) {
		struct wc_node bind = {.op = WR_OP_BIND, .result = type, .span = c->of_span};

		bound = wc_graph_add(l->g, &bind);
	}
	node = arm_body(l, c, i, bound);
	*ret_block = block;
	if (!wc_graph_close(l->g, &node, node == WR_NONE ? 0 : 1))
		return wc_unit_failed(l->u, l->g->status);
	return node;
}

bool
wc_differ(struct wc_lower *l, const uint32_t *roots, const struct wc_span *spans, uint32_t len)
{
	uint32_t joined = WR_NONE, first = WR_NONE;

	for (uint32_t i = 0; i < len; i++) {
		enum wr_status s;

		if (roots[i] == WR_NONE)
			continue;
		if (joined == WR_NONE) {
			joined = wc_node_type(l, roots[i]);
			first = i;
			continue;
		}
		s = wr_type_join(&l->u->types, joined, wc_node_type(l, roots[i]), &joined);
		if (s == WR_NOMEM)
			(void)wc_unit_failed(l->u, s);
		if (s == WR_REFUSED) {
			struct wc_diag *d = wc_lower_diag(l, WC_E0205, spans[first],
			    "the two branches have different types");

			wc_diag_label(
			    d, "`%s`", wc_unit_words(l->u, wc_node_type(l, roots[first])));
			wc_diag_also(d, spans[i], "`%s`",
			    wc_unit_words(l->u, wc_node_type(l, roots[i])));
			return true;
		}
	}
	return false;
}

static uint32_t
constant_choice(struct wc_lower *l, const struct choice *c, uint32_t *roots, struct wc_span *spans)
{
	uint32_t taken = taken_arm(l, c), block;

	for (uint32_t i = 0; i < c->len; i++) {
		uint32_t type = WR_NONE;

		roots[i] = WR_NONE;
		if (i != taken) {
			if (!l->inlined)
				roots[i] = arm_block(l, c, i, true, &block);
			continue;
		}
		if (wr_bind_type(&l->u->types, WR_OP_MATCH, wc_node_type(l, c->of), i, 0, &type) !=
		    WR_OK)
			return wc_unit_failed(l->u, WR_NOMEM);
		roots[i] = arm_body(l, c, i, constant_payload(l, c, i, type));
	}
	wc_lift(l, c->e, roots, spans, c->len);
	return wc_differ(l, roots, spans, c->len) ? WR_NONE : roots[taken];
}

static uint32_t
make_match(
    struct wc_lower *l, const struct choice *c, const uint32_t *blocks, const uint32_t *roots)
{
	uint32_t type = wc_node_type(l, c->of);
	uint32_t *types = wc_unit_get(l->u, c->len, sizeof *types);
	const struct wr_value *constant = NULL;
	struct wr_infer infer = {.types = &l->u->types,
	    .op = WR_OP_MATCH,
	    .operands = &type,
	    .constants = &constant,
	    .operands_len = 1,
	    .roots = types,
	    .roots_len = c->len};
	struct wc_node n = {.op = WR_OP_MATCH,
	    .operands = &c->of,
	    .operands_len = 1,
	    .blocks = blocks,
	    .blocks_len = c->len,
	    .span = c->e->span,
	    .of = c->of_span};
	enum wr_status s;
	uint32_t node;

	if (types == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < c->len; i++) {
		types[i] = wc_node_type(l, roots[i]);
		l->g->blocks[blocks[i]].roots[0] = roots[i];
	}
	s = wr_infer(&infer);
	if (s == WR_REFUSED) {
		(void)wc_lower_diag(l, WC_E0205, c->e->span, "the branches have different types");
		return WR_NONE;
	}
	if (s != WR_OK)
		return wc_unit_failed(l->u, s);
	n.result = infer.result;
	node = wc_graph_add(l->g, &n);
	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

static uint32_t
choose(struct wc_lower *l, const struct choice *c)
{
	uint32_t *roots = wc_unit_get(l->u, c->len, sizeof *roots);
	uint32_t *blocks = wc_unit_get(l->u, c->len, sizeof *blocks);
	struct wc_span *spans = wc_unit_get(l->u, c->len, sizeof *spans);
	bool good = true;

	if (roots == NULL || blocks == NULL || spans == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < c->len; i++)
		spans[i] = c->arms[i].span;
	if (wc_is_const(l, c->of))
		return constant_choice(l, c, roots, spans);
	for (uint32_t i = 0; i < c->len; i++) {
		roots[i] = arm_block(l, c, i, false, &blocks[i]);
		good &= roots[i] != WR_NONE;
		if (l->u->status != WR_OK)
			return WR_NONE;
	}
	wc_lift(l, c->e, roots, spans, c->len);
	if (wc_differ(l, roots, spans, c->len) || !good || l->u->status != WR_OK)
		return WR_NONE;
	return make_match(l, c, blocks, roots);
}

/* ---- if, ??, == none ------------------------------------------------------------------ */

uint32_t
wc_lower_if(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	uint32_t boolean = wc_unit_type(l->u, wr_type_bool(&l->u->types));
	uint32_t of = wc_lower_expr(l, e->branch.condition, WR_NONE);
	struct wc_span no_place = {NULL, 0, 0};
	struct arm arms[2] = {
	    {ARM_BODY, e->branch.then, NULL, e->branch.then->span},
	    {ARM_BODY, e->branch.otherwise, NULL, e->branch.otherwise->span},
	};
	struct choice c = {e, of, e->branch.condition->span, arms, 2, hint};

	c.of = wc_fit(l, of, boolean, e->branch.condition->span, no_place);
	if (c.of == WR_NONE) {
		(void)wc_lower_branch(l, e->branch.then, hint);
		(void)wc_lower_branch(l, e->branch.otherwise, hint);
		return WR_NONE;
	}
	return choose(l, &c);
}

/* The scrutinee is an optional; reported when not. */
static bool
is_option(struct wc_lower *l, uint32_t of, struct wc_span span)
{
	struct wc_diag *d;

	if (of == WR_NONE || wc_type_of(l, of)->kind == WR_TYPE_NEVER)
		return false;
	if (wc_type_of(l, of)->kind == WR_TYPE_OPTION)
		return true;
	d = wc_lower_diag(l, WC_E0201, span, "this is %s, an optional is needed",
	    wc_unit_a(l->u, wc_node_type(l, of)));
	wc_diag_label(d, "`%s` is never absent", wc_unit_words(l->u, wc_node_type(l, of)));
	return false;
}

/*
 * What the right side is asked to be: what the left side holds. An inlined left side may be
 * `none` itself; then what was found at the declared types counts.
 */
static uint32_t
coalesce_hint(struct wc_lower *l, const struct wc_expr *e, uint32_t held)
{
	const struct wc_expr *left = e->binary.left;
	struct wr_text key = {(const char *)&left, sizeof left};
	uint32_t known = wc_table_get(&l->u->lifts, key);

	if (l->inlined && known != WR_NONE)
		return known;
	if (!l->inlined && known == WR_NONE && wc_type_at(l, held)->kind != WR_TYPE_NEVER &&
	    !wc_table_put(&l->u->lifts, key, held))
		(void)wc_unit_spent(l->u);
	return held;
}

uint32_t
wc_lower_coalesce(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	const struct wc_expr *left = e->binary.left, *right = e->binary.right;
	uint32_t of = wc_lower_expr(l, left, hint);
	struct arm arms[2] = {
	    {ARM_BOUND, NULL, NULL, left->span},
	    {ARM_BODY, right, NULL, right->span},
	};
	struct choice c = {e, of, left->span, arms, 2, hint};

	if (!is_option(l, of, left->span)) {
		(void)wc_lower_expr(l, right, hint);
		return WR_NONE;
	}
	if (hint == WR_NONE)
		c.hint = coalesce_hint(l, e, wc_type_of(l, of)->elem);
	return choose(l, &c);
}

uint32_t
wc_is_none(struct wc_lower *l, const struct wc_expr *e, uint32_t of, struct wc_span span)
{
	struct arm arms[2] = {{ARM_FALSE, NULL, NULL, e->span}, {ARM_TRUE, NULL, NULL, e->span}};
	struct choice c = {e, of, span, arms, 2, WR_NONE};

	return is_option(l, c.of, span) ? choose(l, &c) : WR_NONE;
}

/* ---- match ------------------------------------------------------------------------------ */

/* The case a pattern stands for: its index, or WR_NONE (reported). ELSE is not asked. */
static uint32_t
pattern_case(struct wc_lower *l, const struct choice *c, const struct wc_pattern *p)
{
	uint32_t type = wc_node_type(l, c->of);
	const struct wr_type *t = wc_type_at(l, type);
	struct wr_text *names;
	struct wc_diag *d;

	if (t->kind == WR_TYPE_BOOL && (p->kind == WC_PATTERN_TRUE || p->kind == WC_PATTERN_FALSE))
		return p->kind == WC_PATTERN_TRUE ? 0 : 1;
	if (t->kind == WR_TYPE_OPTION && (p->kind == WC_PATTERN_SOME || p->kind == WC_PATTERN_NONE))
		return p->kind == WC_PATTERN_SOME ? 0 : 1;
	if (t->kind != WR_TYPE_VARIANTS || p->kind != WC_PATTERN_VARIANT) {
		d = wc_lower_diag(l, WC_E0201, p->span, "this pattern does not fit");
		wc_diag_also(d, c->of_span, "`%s`", wc_unit_words(l->u, type));
		wc_diag_help(d, t->kind == WR_TYPE_BOOL     ? "the cases are `true` and `false`"
				: t->kind == WR_TYPE_OPTION ? "the cases are `some(x)` and `none`"
							    : "the cases are its variants");
		return WR_NONE;
	}
	for (uint32_t i = 0; i < t->members_len; i++)
		if (wr_text_eq(t->members[i].name, p->name.text)) {
			if (p->binder.text.size == 0 || t->members[i].type != WR_NONE)
				return i;
			(void)wc_lower_diag(
			    l, WC_E0201, p->binder.span, "`%T` holds no value", p->name.text);
			return WR_NONE;
		}
	names = wc_unit_get(l->u, t->members_len, sizeof *names);
	if (names == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < t->members_len; i++)
		names[i] = t->members[i].name;
	d = wc_lower_diag(
	    l, WC_E0102, p->name.span, "`%T` has no variant `%T`", t->name, p->name.text);
	wc_unit_suggest(d, &p->name, names, t->members_len);
	return WR_NONE;
}

/* How case i of the scrutinee's type is written. */
static void
print_case(struct wc_lower *l, uint32_t type, uint32_t i, bool payload, struct wr_buf *out)
{
	const struct wr_type *t = wc_type_at(l, type);

	if (t->kind == WR_TYPE_BOOL)
		wr_buf_str(out, i == 0 ? "true" : "false");
	else if (t->kind == WR_TYPE_OPTION)
		wr_buf_str(out, i == 0 ? "some(x)" : "none");
	else {
		wr_buf_text(out, t->members[i].name);
		if (payload && t->members[i].type != WR_NONE) {
			wr_buf_str(out, "(");
			wr_type_print(&l->u->types, t->members[i].type, out);
			wr_buf_str(out, ")");
		}
	}
}

/* Cases without a body, or those behind `else`, as a list: "deny(Reason), refer". */
static void
print_cases(struct wc_lower *l, const struct choice *c, const bool *which, bool payload,
    const char *between, const char *quote, struct wr_buf *out)
{
	uint32_t printed = 0;

	for (uint32_t i = 0; i < c->len; i++) {
		if (!which[i])
			continue;
		if (printed++ > 0)
			wr_buf_str(out, between);
		wr_buf_str(out, quote);
		print_case(l, wc_node_type(l, c->of), i, payload, out);
		wr_buf_str(out, quote);
	}
}

static void
not_covered(struct wc_lower *l, const struct choice *c, const bool *missing, struct wr_buf *buf)
{
	struct wc_span keyword = c->e->span;
	struct wc_diag *d;

	keyword.end = keyword.start + 5;
	print_cases(l, c, missing, false, ", ", "`", buf);
	d = wc_lower_diag(l, WC_E0203, keyword, "`match` does not cover %T", wr_buf_view(buf));
	buf->size = 0;
	print_cases(l, c, missing, true, ", ", "", buf);
	wc_diag_label(d, "not covered: %T", wr_buf_view(buf));
	for (uint32_t i = 0; i < c->len; i++)
		if (missing[i]) {
			buf->size = 0;
			print_case(l, wc_node_type(l, c->of), i, false, buf);
			wc_diag_help(d, "add `%T -> …`", wr_buf_view(buf));
			return;
		}
}

static void
broad_else(struct wc_lower *l, const struct choice *c, const struct wc_pattern *p,
    const bool *hidden, struct wr_buf *buf)
{
	struct wc_diag *d;

	if (l->inlined || wc_type_of(l, c->of)->kind != WR_TYPE_VARIANTS ||
	    !wc_unit_warns(l->u, WC_W0803))
		return;
	print_cases(l, c, hidden, false, " and ", "`", buf);
	d = wc_diag_add(l->u->diags, WC_W0803, p->span, "`else` hides %T", wr_buf_view(buf));
	wc_diag_help(
	    d, "name them; a variant added later will then be an error here, not a surprise");
}

static void
unreachable_arm(
    struct wc_lower *l, const struct choice *c, const struct wc_pattern *p, const struct arm *first)
{
	struct wc_diag *d = wc_lower_diag(l, WC_E0204, p->span, "this arm can never be reached");

	if (d == NULL)
		return; /* to count lines takes long */
	if (first != NULL)
		wc_diag_label(d, "`%T` is covered on line %u", wc_span_text(p->span),
		    wc_span_line(first->span));
	else
		wc_diag_label(d, "all cases are covered above");
	(void)c;
}

/* Take `else`: the cases that nothing covers yet. False: there is none. */
static bool
take_else(struct wc_lower *l, struct choice *c, const struct wc_arm *a, const struct wc_pattern *p,
    struct wr_buf *buf)
{
	bool *hidden = wc_unit_get(l->u, c->len, sizeof *hidden);
	bool any = false;

	for (uint32_t i = 0; hidden != NULL && i < c->len; i++)
		if (c->arms[i].body == NULL) {
			c->arms[i] = (struct arm){ARM_BODY, a->body, NULL, a->body->span};
			any = hidden[i] = true;
		}
	if (any)
		broad_else(l, c, p, hidden, buf);
	return any;
}

/* Give each case its body; false (reported) when that cannot be. */
static bool
take_arms(struct wc_lower *l, struct choice *c, struct wr_buf *buf)
{
	bool *missing = wc_unit_get(l->u, c->len, sizeof *missing);
	bool good = true, any = false;

	for (const struct wc_arm *a = c->e->match.arms.first; a != NULL; a = a->next)
		for (const struct wc_pattern *p = a->patterns.first; p != NULL; p = p->next) {
			uint32_t i;

			if (p->kind == WC_PATTERN_ELSE) {
				if (good && !take_else(l, c, a, p, buf))
					unreachable_arm(l, c, p, NULL), good = false;
				buf->size = 0;
				continue;
			}
			i = pattern_case(l, c, p);
			if (i == WR_NONE) {
				good = false;
			} else if (c->arms[i].body != NULL) {
				unreachable_arm(l, c, p, &c->arms[i]);
				good = false;
			} else {
				c->arms[i] = (struct arm){ARM_BODY, a->body,
				    p->binder.text.size > 0 ? &p->binder : NULL, a->body->span};
			}
		}
	for (uint32_t i = 0; missing != NULL && i < c->len; i++)
		any |= missing[i] = c->arms[i].body == NULL;
	if (good && any)
		not_covered(l, c, missing, buf);
	return good && !any && l->u->status == WR_OK;
}

uint32_t
wc_lower_match(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	struct choice c = {
	    e, wc_lower_expr(l, e->match.of, WR_NONE), e->match.of->span, NULL, 0, hint};
	struct wr_buf buf;
	bool good;

	if (c.of == WR_NONE || wc_type_of(l, c.of)->kind == WR_TYPE_NEVER)
		return WR_NONE;
	c.len = wr_match_arms(&l->u->types, wc_node_type(l, c.of));
	if (c.len == 0) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0201, c.of_span,
		    "this is %s; `match` takes variants, an optional or "
		    "a bool",
		    wc_unit_a(l->u, wc_node_type(l, c.of)));

		wc_diag_label(d, "`%s`", wc_unit_words(l->u, wc_node_type(l, c.of)));
		return WR_NONE;
	}
	c.arms = wc_unit_get(l->u, c.len, sizeof *c.arms);
	if (c.arms == NULL)
		return WR_NONE;
	wr_buf_init(&buf, l->u->arena->alloc, CASES_TEXT_MAX);
	good = take_arms(l, &c, &buf);
	wr_buf_free(&buf);
	return good ? choose(l, &c) : WR_NONE;
}
