/*
 * From an expression of a test to a program of its own: a flow whose inputs are what the expression may speak
 * of and whose result is its value. It goes through the same emitter and the same verifier as any
 * program; it is never part of one, and its types carry no labels: a test has no sinks.
 */
#include "compiler/test_parts.h"

#include "vm/format/encode.h"

#include <assert.h>

struct wc_test_code *
wc_test_begin(
    struct wc_unit *u, struct wc_test_scope *scope, struct wc_span span, struct wc_lower *ret)
{
	struct wc_test_code *code = wc_unit_get(u, 1, sizeof *code);

	if (code == NULL)
		return NULL;
	code->scope = scope;
	code->span = span;
	code->end = WR_NONE;
	wc_graph_init(&code->graph, u->arena, &u->types);
	code->next = u->test_codes; /* from now on wc_free_tests ends its graph */
	u->test_codes = code;
	if (code->graph.status != WR_OK) {
		(void)wc_unit_failed(u, code->graph.status);
		return NULL;
	}
	*ret = wc_lower_begin(u, &code->graph, WC_SITE_FN);
	ret->test = scope;
	return code;
}

uint32_t
wc_test_input_node(struct wc_lower *l, uint32_t i)
{
	struct wc_node n = { .op = WR_OP_INPUT, .index = i, .result = l->test->types[i] };
	uint32_t node = n.result == WR_NONE ? WR_NONE : wc_graph_add(l->g, &n);

	if (l->g->status != WR_OK)
		(void)wc_unit_failed(l->u, l->g->status);
	return node;
}

uint32_t
wc_test_input(struct wc_lower *l, uint32_t type)
{
	struct wc_test_scope *s = l->test;

	if (s->types_len == s->types_room) {
		uint32_t room = s->types_room == 0 ? 16 : s->types_room * 2;
		uint32_t *grown = wc_unit_get(l->u, room, sizeof *grown);

		if (grown == NULL)
			return WR_NONE;
		if (s->types_len > 0)
			memcpy(grown, s->types, s->types_len * sizeof *grown);
		s->types = grown;
		s->types_room = room;
	}
	s->types[s->types_len] = type;
	return wc_test_input_node(l, s->types_len++);
}

void
wc_test_end(struct wc_lower *l, struct wc_test_code *code, uint32_t node, uint32_t type,
    struct wc_test_program *into)
{
	code->end = node;
	code->result = type;
	code->into = into;
	if (node != WR_NONE && l->u->status == WR_OK && !wc_graph_close(l->g, &code->end, 1))
		(void)wc_unit_failed(l->u, l->g->status);
	wc_unbind(l, NULL);
}

/* ---- programs -------------------------------------------------------------------------- */

/* Words that no declaration begins with: inputs and fns that drop share one space in a program. */
static struct wr_text
find_prefix(struct wc_unit *u)
{
	static const char longest[] = "input_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	size_t size = 6;

	for (uint32_t i = 0; i < u->defs_len; i++) {
		const struct wr_text name = u->defs[i].decl->name.text;

		if (size + 1 < sizeof longest && name.size >= size &&
		    memcmp(name.at, longest, size) == 0) {
			size++;
			i = UINT32_MAX; /* from the beginning */
		}
	}
	return (struct wr_text){ longest, size };
}

/* The inputs as the program's signature has them; NULL: memory. */
static struct wr_param *
params_of(struct wc_unit *u, const struct wc_test_scope *scope)
{
	struct wr_text prefix = u->result->tests.prefix;
	struct wr_param *params = wc_unit_get(u, scope->types_len, sizeof *params);

	for (uint32_t i = 0; params != NULL && i < scope->types_len; i++) {
		struct wr_buf name;

		wr_buf_init(&name, u->arena->alloc, 128);
		wr_buf_text(&name, prefix);
		wr_buf_u64(&name, i);
		if (name.status == WR_OK)
			params[i].name = wr_arena_text(u->arena, wr_buf_view(&name));
		wr_buf_free(&name);
		params[i].type = scope->types[i];
		if (params[i].name.at == NULL) {
			(void)wc_unit_spent(u);
			return NULL;
		}
	}
	return params;
}

/* Emit, verify and encode what the unit holds as its flow. */
static enum wr_status
make_program(struct wc_unit *u, const struct wc_test_code *code, struct wr_buf *bytes)
{
	struct wr_refusal refusal = { .code = "", .why = "" };
	struct wc_emitted emitted = { .module = NULL };
	struct wr_bounds worst = { 0, 0, 0, 0 };
	enum wr_status s = wc_emit(u, &emitted);

	if (s != WR_OK)
		return s;
	emitted.module->bounds = u->promised;
	s = wr_verify(emitted.module, NULL, &worst, &refusal);
	if (s == WR_REFUSED && code->needed) {
		u->result->bug = refusal.code;
		return WR_FAILED;
	}
	if (s != WR_OK)
		return s;
	emitted.module->bounds = worst;
	return wr_encode(emitted.module, bytes);
}

/* The same for an expression; the arena is as before, but for the bytes. */
static enum wr_status
emit(struct wc_unit *u, const struct wc_test_code *code)
{
	struct wr_arena_mark mark = wr_arena_mark(u->arena);
	const struct wc_decl decl = { .kind = WC_DECL_FLOW, .name = { WR_TEXT("value"), code->span } };
	struct wc_def flow = { .decl = &decl };
	uint32_t errors = u->diags->errors;
	struct wr_buf bytes;
	enum wr_status s = WR_NOMEM;

	wr_buf_init(&bytes, u->arena->alloc, WR_MODULE_MAX);
	flow.signature = (struct wc_signature){ .params = params_of(u, code->scope),
		.params_len = code->scope->types_len,
		.result = code->result };
	u->flow = &flow;
	u->graph = code->graph;
	u->end = code->end;
	u->promised = (struct wr_bounds){ UINT64_MAX, UINT64_MAX, UINT64_MAX, 0 };
	if (flow.signature.params != NULL)
		s = make_program(u, code, &bytes);
	if (u->diags->errors == errors)
		wr_arena_rewind(u->arena, mark);
	if (s == WR_OK) {
		code->into->bytes = wr_arena_text(u->arena, wr_buf_view(&bytes));
		code->into->enveloped = u->types.at[code->result].kind != WR_TYPE_RECORD;
		if (code->into->bytes.at == NULL)
			(void)wc_unit_spent(u);
	}
	wr_buf_free(&bytes);
	return s == WR_REFUSED && !code->needed ? WR_OK : s;
}

enum wr_status
wc_emit_tests(struct wc_unit *u)
{
	const struct wc_graph graph = u->graph;
	const struct wr_bounds promised = u->promised;
	struct wc_def *flow = u->flow;
	uint32_t end = u->end;
	enum wr_status s = WR_OK;

	u->result->tests.prefix = find_prefix(u);
	u->result->tests.enveloped = flow != NULL &&
		u->types.at[flow->signature.result].kind != WR_TYPE_RECORD;
	u->unlabelled = true;
	for (struct wc_test_code *c = u->test_codes; c != NULL && s == WR_OK; c = c->next) {
		if (c->end == WR_NONE || c->into == NULL)
			continue;
		s = emit(u, c);
		if (u->status != WR_OK)
			s = u->status;
	}
	u->unlabelled = false;
	u->flow = flow;
	u->graph = graph;
	u->promised = promised;
	u->end = end;
	return s;
}

void
wc_free_tests(struct wc_unit *u)
{
	for (; u->test_codes != NULL; u->test_codes = u->test_codes->next)
		wc_graph_free(&u->test_codes->graph);
}
