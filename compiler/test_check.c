/*
 * Tests as their author wrote them: what is given, stubbed, replayed and expected fits the flow and its
 * agents, and each pure expression is on its way to a program. Nothing is run here, and nothing
 * of a test reaches the flow's own graph.
 */
#include "compiler/test_parts.h"

#include "vm/writ_vm.h"

#include <assert.h>

/* One test, while it is looked at. */
struct checked {
	struct wc_unit *u;
	const struct wc_decl *decl;
	struct wc_name title; /* as the place of names that nobody writes */
	const struct wc_signature *flow; /* NULL: a library */
	struct wc_test *test;
	struct wc_test_given *given;
	struct wc_test_stub *stubs;
	struct wc_test_expect *expects;
	const struct wc_def **stubbed;
	const struct wc_test_item **given_by; /* by input: the item, or NULL */
	const struct wc_test_item *replay, *fails;
	bool told; /* that there is no `start` */
};

/* ---- messages of more than one item ------------------------------------------------------ */

static void
twice(const struct checked *c, const struct wc_test_item *again, const struct wc_test_item *first,
    const char *words, struct wr_text name)
{
	struct wc_diag *d = wc_diag_add(c->u->diags, WC_E0706, again->span, words, name);

	wc_diag_label(d, "again here");
	wc_diag_also(d, first->span, "first here");
}

static void
no_start(struct wc_unit *u, struct wc_span span)
{
	struct wc_diag *d = wc_diag_add(
	    u->diags, WC_E0707, span, "there is no `start` here, so a test runs nothing");

	wc_diag_note(d, "in a library, tests say what its fns give: `expect` alone");
	wc_diag_help(d, "write a file with a `start` that uses this one, and test that");
}

/* The agent that a test names, or NULL (reported); the flow is to call it. */
static const struct wc_def *
find_agent(struct wc_unit *u, const struct wc_name *name)
{
	struct wc_def *def = wc_named(u, WC_VALUES, name);
	struct wc_test_mention *m;
	struct wc_diag *d;

	if (def == NULL) {
		wc_unknown_name(u, name, WC_DECL_AGENT, "no agent is called");
		return NULL;
	}
	if (!wc_is_agent(def)) {
		d = wc_diag_add(u->diags, WC_E0101, name->span, "`%T` is %s; an agent is needed",
		    name->text, wc_decl_words(def->decl->kind));
		wc_diag_also(d, def->decl->name.span, "declared here");
		return NULL;
	}
	def->used = true;
	m = wc_unit_get(u, 1, sizeof *m);
	if (m == NULL || def->signature.broken)
		return NULL;
	*m = (struct wc_test_mention){ NULL, def, name->span };
	if (u->test_mentions == NULL)
		u->test_mentions = m;
	else
		u->test_mentions_last->next = m;
	u->test_mentions_last = m;
	return def;
}

/* The word of a failure, or an empty text (reported, when one is written). */
static struct wr_text
failure_word(struct wc_unit *u, const struct wc_name *name)
{
	struct wr_text words[WR_FAILURE_INVALID + 1];
	struct wc_diag *d;

	if (name->text.size == 0)
		return (struct wr_text){ NULL, 0 };
	for (unsigned i = 0; i <= WR_FAILURE_INVALID; i++) {
		words[i] = wr_text_of(wr_failure_word((enum wr_failure)i));
		if (wr_text_eq(words[i], name->text))
			return words[i];
	}
	d = wc_diag_add(u->diags, WC_E0101, name->span, "no failure is called `%T`", name->text);
	wc_diag_note(d, "there are timeout, unavailable, refused and invalid");
	wc_unit_suggest(d, name, words, WR_FAILURE_INVALID + 1);
	return (struct wr_text){ NULL, 0 };
}

/* ---- given ------------------------------------------------------------------------------------ */

static void
no_input(struct checked *c, const struct wc_test_item *item)
{
	struct wr_text *names = wc_unit_get(c->u, c->flow->params_len, sizeof *names);
	struct wc_diag *d = wc_diag_add(c->u->diags, WC_E0705, item->name.span,
	    "`%T` has no input `%T`", c->u->flow->decl->name.text, item->name.text);

	wc_diag_label(d, "not an input");
	for (uint32_t i = 0; names != NULL && i < c->flow->params_len; i++)
		names[i] = c->flow->params[i].name;
	if (names != NULL)
		wc_unit_suggest(d, &item->name, names, c->flow->params_len);
}

static void
check_given(struct checked *c, const struct wc_test_item *item)
{
	struct wc_test_scope *scope = wc_unit_get(c->u, 1, sizeof *scope);
	const struct wc_expr *e = item->expr;
	struct wc_test_code *code;
	struct wc_lower l;
	uint32_t i = 0, type, node;

	while (i < c->flow->params_len && !wr_text_eq(c->flow->params[i].name, item->name.text))
		i++;
	if (i == c->flow->params_len) {
		no_input(c, item);
		return;
	}
	if (c->given_by[i] != NULL) {
		twice(c, item, c->given_by[i], "`%T` is given twice", item->name.text);
		return;
	}
	c->given_by[i] = item;
	c->given[i] = (struct wc_test_given){ .input = c->flow->params[i].name, .span = e->span };
	code = scope == NULL ? NULL : wc_test_begin(c->u, scope, e->span, &l);
	type = c->flow->params[i].type;
	if (code == NULL)
		return;
	code->needed = true;
	node = wc_lower_expr(&l, e, type);
	node = wc_fit(&l, node, type, e->span, c->flow->written[i]->type->span);
	wc_test_end(&l, code, node, type, &c->given[i].value);
}

static void
check_all_given(struct checked *c)
{
	for (uint32_t i = 0; c->flow != NULL && i < c->flow->params_len; i++) {
		struct wc_diag *d;

		if (c->given_by[i] != NULL)
			continue;
		c->given[i].input = c->flow->params[i].name;
		c->given[i].span = c->decl->test.title.span;
		if (c->replay != NULL)
			continue; /* the recording has it */
		d = wc_diag_add(c->u->diags, WC_E0705, c->decl->test.title.span,
		    "this test does not give `%T`", c->flow->params[i].name);
		wc_diag_also(d, c->flow->written[i]->span, "an input");
		wc_diag_help(d, "add `given %T = …`", c->flow->params[i].name);
	}
}

/* ---- stubs -------------------------------------------------------------------------------------- */

/* E0701 when the two are of different kinds; ranges and all else are wc_fit's. */
static bool
same_kind(struct wc_lower *l, const struct wc_def *agent, uint32_t node, struct wc_span span)
{
	const struct wr_types *types = &l->u->types;
	uint32_t want = agent->signature.result, have;
	struct wc_diag *d;

	if (node == WR_NONE || want == WR_NONE)
		return false;
	have = wc_node_type(l, node);
	if (types->at[have].kind == WR_TYPE_NEVER || wr_type_similar(types, have, want))
		return true;
	if (types->at[want].kind == WR_TYPE_OPTION && wr_type_similar(types, have, types->at[want].elem))
		return true;
	d = wc_diag_add(l->u->diags, WC_E0701, span, "the stub for `%T` gives %s, the agent gives %s",
	    agent->decl->name.text, wc_unit_a(l->u, have), wc_unit_a(l->u, want));
	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	wc_diag_also(d, agent->signature.result_written->span, "`%s` is needed",
	    wc_unit_words(l->u, want));
	return false;
}

static void
check_answer(struct checked *c, const struct wc_test_item *item, const struct wc_def *agent,
    struct wc_test_stub *stub)
{
	const struct wc_signature *s = &agent->signature;
	struct wc_test_scope *scope = wc_unit_get(c->u, 1, sizeof *scope);
	struct wc_span span = item->expr->span;
	struct wc_test_code *code;
	struct wc_lower l;
	uint32_t node;

	code = scope == NULL ? NULL : wc_test_begin(c->u, scope, span, &l);
	if (code == NULL)
		return;
	code->needed = true;
	for (uint32_t i = 0; i < s->params_len; i++)
		(void)wc_bind(&l, &s->written[i]->name, "a parameter of the agent",
		    wc_test_input(&l, s->params[i].type));
	node = wc_lower_branch(&l, item->expr, s->result);
	if (same_kind(&l, agent, node, span))
		node = wc_fit(&l, node, s->result, span, s->result_written->span);
	else
		node = WR_NONE;
	wc_test_end(&l, code, node, s->result, &stub->answer);
}

static void
check_stub(struct checked *c, const struct wc_test_item *item)
{
	const struct wc_def *agent = find_agent(c->u, &item->name);
	struct wc_test_stub *stub = &c->stubs[c->test->stubs_len];
	const struct wc_test_item *first = c->decl->test.items.first;

	if (agent == NULL)
		return;
	for (uint32_t i = 0; i < c->test->stubs_len; i++) {
		if (c->stubbed[i] != agent)
			continue;
		while (first->span.start != c->stubs[i].span.start)
			first = first->next;
		twice(c, item, first, "`%T` has two stubs", item->name.text);
		return;
	}
	c->stubbed[c->test->stubs_len++] = agent;
	stub->agent = agent->decl->name.text;
	stub->span = item->span;
	if (item->kind == WC_TEST_ITEM_STUB) {
		check_answer(c, item, agent, stub);
		return;
	}
	stub->fails = item->failure.text.size > 0 ?
			  failure_word(c->u, &item->failure) :
			  wr_text_of(wr_failure_word(WR_FAILURE_UNAVAILABLE));
}

/* ---- what is expected ---------------------------------------------------------------------------- */

void
wc_test_bind(struct wc_lower *l, const struct wc_name *title)
{
	const struct wc_test_scope *scope = l->test;
	const struct wc_signature *s;
	struct wc_name *result = wc_unit_get(l->u, 1, sizeof *result);
	uint32_t at = 0;

	if (scope->library || result == NULL)
		return;
	*result = (struct wc_name){ WR_TEXT("result"), title->span };
	if (!scope->fails)
		(void)wc_bind(l, result, "what the run gives", wc_test_input_node(l, at++));
	s = &l->u->flow->signature;
	for (uint32_t i = 0; i < s->params_len; i++, at++)
		if (scope->fails || !wr_text_eq(s->params[i].name, result->text))
			(void)wc_bind(l, &s->written[i]->name, "an input", wc_test_input_node(l, at));
}

static struct wc_test_scope *
expect_scope(struct checked *c)
{
	struct wc_test_scope *scope = wc_unit_get(c->u, 1, sizeof *scope);
	uint32_t len = c->flow == NULL ? 0 : c->flow->params_len;

	if (scope == NULL)
		return NULL;
	*scope = (struct wc_test_scope){ .library = c->flow == NULL,
		.fails = c->fails != NULL,
		.expects = true,
		.types_room = len + 4 };
	scope->types = wc_unit_get(c->u, scope->types_room, sizeof *scope->types);
	if (scope->types == NULL)
		return NULL;
	if (c->flow != NULL && c->fails == NULL)
		scope->types[scope->types_len++] = c->flow->result;
	for (uint32_t i = 0; i < len; i++)
		scope->types[scope->types_len++] = c->flow->params[i].type;
	return scope;
}

static void
check_holds(struct checked *c, const struct wc_test_item *item, struct wc_test_expect *expect)
{
	const struct wc_expr *e = item->expr;
	struct wc_test_scope *scope = expect_scope(c);
	uint32_t truth = wc_unit_type(c->u, wr_type_bool(&c->u->types)), node;
	struct wr_text *counted;
	struct wc_test_code *code;
	struct wc_lower l;

	expect->span = e->span;
	expect->anchor = wc_test_anchor(e);
	code = scope == NULL ? NULL : wc_test_begin(c->u, scope, e->span, &l);
	if (code == NULL)
		return;
	code->needed = true;
	wc_test_bind(&l, &c->title);
	node = wc_lower_expr(&l, e, truth);
	node = wc_fit(&l, node, truth, e->span, (struct wc_span){ NULL, 0, 0 });
	wc_test_end(&l, code, node, truth, &expect->holds);
	if (node == WR_NONE || c->u->status != WR_OK || !c->u->options->tests)
		return;
	wc_test_find_parts(c->u, scope, &c->title, e, expect);
	counted = wc_unit_get(c->u, scope->counted_len, sizeof *counted);
	for (uint32_t i = 0; counted != NULL && i < scope->counted_len; i++)
		counted[i] = scope->counted[i]->decl->name.text;
	expect->counted = counted;
	expect->counted_len = counted == NULL ? 0 : scope->counted_len;
}

static void
check_fails(struct checked *c, const struct wc_test_item *item, struct wc_test_expect *expect)
{
	const struct wc_def *agent = NULL;

	expect->fails = true;
	expect->span = expect->anchor = item->span;
	if (item != c->fails)
		twice(c, item, c->fails, "that the run fails is expected twice", WR_TEXT(""));
	expect->failure = failure_word(c->u, &item->failure);
	if (item->name.text.size > 0)
		agent = find_agent(c->u, &item->name);
	if (agent != NULL)
		expect->agent = agent->decl->name.text;
}

void
wc_test_no_result(const struct wc_lower *l, struct wc_diag *d)
{
	if (!l->test->expects)
		wc_diag_help(d, "`result` is known when the run is over: in an `expect`");
	else if (l->test->library)
		wc_diag_help(d, "a file without a `start` runs nothing, so there is no result");
	else
		wc_diag_help(d, "a run that fails has no result");
}

/* `calls(agent)`: an input of the program. */
uint32_t
wc_lower_calls(struct wc_lower *l, const struct wc_expr *e)
{
	struct wc_test_scope *s = l->test;
	const struct wc_arg *a = e->call.args.first;
	const struct wc_def *agent, **grown;
	uint32_t type;

	if (e->call.args.len != 1 || a->value->kind != WC_EXPR_NAME || a->name.text.size > 0) {
		wc_diag_help(wc_lower_diag(l, WC_E0107, e->span, "`calls` takes the name of an agent"),
		    "`calls(assess)` is how often `assess` was called");
		return WR_NONE;
	}
	if (s->library) {
		no_start(l->u, e->span);
		return WR_NONE;
	}
	if (!s->expects) {
		(void)wc_lower_diag(l, WC_E0109, e->span, "`calls` counts in an `expect` alone");
		return WR_NONE;
	}
	agent = find_agent(l->u, &a->value->name);
	if (agent == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < s->counted_len; i++)
		if (s->counted[i] == agent)
			return wc_test_input_node(l, s->types_len - s->counted_len + i);
	if (s->counted_len == s->counted_room) {
		s->counted_room = s->counted_room * 2 + 4;
		grown = wc_unit_get(l->u, s->counted_room, sizeof(const struct wc_def *));
		if (grown == NULL)
			return WR_NONE;
		if (s->counted_len > 0)
			memcpy(grown, s->counted, s->counted_len * sizeof(const struct wc_def *));
		s->counted = grown;
	}
	s->counted[s->counted_len++] = agent;
	type = wc_unit_type(l->u, wr_type_int(&l->u->types, 0, WR_INT_DEFAULT));
	return type == WR_NONE ? WR_NONE : wc_test_input(l, type);
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void
check_item(struct checked *c, const struct wc_test_item *item)
{
	struct wc_test *t = c->test;

	if (c->flow == NULL && (c->told || item->kind != WC_TEST_ITEM_EXPECT)) {
		if (!c->told)
			no_start(c->u, item->span);
		c->told = true;
		return;
	}
	switch (item->kind) {
	case WC_TEST_ITEM_GIVEN:
		check_given(c, item);
		break;
	case WC_TEST_ITEM_STUB:
	case WC_TEST_ITEM_STUB_FAILS:
		check_stub(c, item);
		break;
	case WC_TEST_ITEM_REPLAY:
		if (c->replay != NULL)
			twice(c, item, c->replay, "a test replays one recording", WR_TEXT(""));
		c->replay = item;
		t->replay = item->string.text;
		t->replay_span = item->string.span;
		break;
	case WC_TEST_ITEM_EXPECT:
		check_holds(c, item, &c->expects[t->expects_len++]);
		break;
	case WC_TEST_ITEM_EXPECT_FAILS:
		check_fails(c, item, &c->expects[t->expects_len++]);
		break;
	}
}

static void
check_test(struct wc_unit *u, const struct wc_decl *decl, struct wc_test *test)
{
	struct checked c = { .u = u, .decl = decl, .test = test };
	uint32_t items = decl->test.items.len;

	if (u->flow != NULL && u->flow->signature.broken)
		return;
	c.flow = u->flow == NULL ? NULL : &u->flow->signature;
	c.title.span = decl->test.title.span;
	test->title = decl->test.title.text;
	test->span = decl->test.title.span;
	test->whole = decl->span;
	test->runs = c.flow != NULL;
	test->given_len = c.flow == NULL ? 0 : c.flow->params_len;
	test->given = c.given = wc_unit_get(u, test->given_len, sizeof *c.given);
	test->stubs = c.stubs = wc_unit_get(u, items, sizeof *c.stubs);
	test->expects = c.expects = wc_unit_get(u, items, sizeof *c.expects);
	c.stubbed = wc_unit_get(u, items, sizeof(const struct wc_def *));
	c.given_by = wc_unit_get(u, test->given_len, sizeof(const struct wc_test_item *));
	for (const struct wc_test_item *i = decl->test.items.first; i != NULL; i = i->next)
		if (i->kind == WC_TEST_ITEM_EXPECT_FAILS && c.fails == NULL)
			c.fails = i;
	test->fails = c.fails != NULL;
	for (const struct wc_test_item *i = decl->test.items.first; i != NULL && u->status == WR_OK;
	     i = i->next)
		check_item(&c, i);
	if (u->status == WR_OK)
		check_all_given(&c);
}

void
wc_check_tests(struct wc_unit *u)
{
	struct wc_test *tests;
	uint32_t len = 0;

	for (uint32_t i = 0; i < u->defs_len; i++)
		len += u->defs[i].part == u->part[0] && u->defs[i].decl->kind == WC_DECL_TEST;
	tests = len == 0 || u->status != WR_OK ? NULL : wc_unit_get(u, len, sizeof *tests);
	if (tests == NULL)
		return;
	u->result->tests.at = tests;
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++)
		if (u->defs[i].part == u->part[0] && u->defs[i].decl->kind == WC_DECL_TEST)
			check_test(u, u->defs[i].decl, &tests[u->result->tests.len++]);
	assert(u->status != WR_OK || u->result->tests.len == len);
}

void
wc_check_mentions(struct wc_unit *u, const struct wc_emitted *e)
{
	for (const struct wc_test_mention *m = u->test_mentions; m != NULL; m = m->next) {
		struct wc_diag *d;
		uint32_t i = 0;

		while (i < e->module->agents_len && e->agents[i] != m->agent)
			i++;
		if (i < e->module->agents_len)
			continue;
		d = wc_diag_add(u->diags, WC_E0704, m->span, "`%T` never calls `%T`",
		    e->module->name, m->agent->decl->name.text);
		wc_diag_label(d, "an agent that no run reaches");
	}
}
