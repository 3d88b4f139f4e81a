/*
 * Modules from text, for tests: a reader of lines that builds struct wr_module as the compiler
 * would, and checks nothing about it.
 */
#include "tests/support/assembler.h"

#include <stdlib.h>
#include <string.h>

/* name:Type@labels, of which the last two may be missing. */
static struct wr_text
declaration(struct assembler *a, uint32_t *ret_type, uint64_t *ret_labels)
{
	struct wr_text t = assembler_word(a);
	const char *at = memchr(t.at, '@', t.size), *colon;

	*ret_labels = 0;
	*ret_type = WR_NONE;
	if (at != NULL) {
		*ret_labels =
		    assembler_set(a, (struct wr_text){at + 1, t.size - (size_t)(at - t.at) - 1});
		t.size = (size_t)(at - t.at);
	}
	colon = memchr(t.at, ':', t.size);
	if (colon != NULL) {
		*ret_type = assembler_type(
		    a, (struct wr_text){colon + 1, t.size - (size_t)(colon - t.at) - 1});
		t.size = (size_t)(colon - t.at);
	}
	return assembler_copy(a, t);
}

static struct wr_type
members(struct assembler *a, enum wr_type_kind kind)
{
	struct wr_member *at = assembler_room(a, a->tokens_len, sizeof *at);
	struct wr_type t = {
	    .kind = kind, .name = assembler_copy(a, assembler_word(a)), .members = at};

	while (assembler_more(a)) {
		struct wr_member *m = &at[t.members_len++];

		m->name = declaration(a, &m->type, &m->labels);
		if (assembler_more(a) && a->token[a->next].at[0] == '"')
			m->description = assembler_text(a);
	}
	return t;
}

static void
line_type(struct assembler *a)
{
	struct wr_text name = assembler_copy(a, assembler_word(a)), kind = assembler_word(a);
	struct wr_type t = {0};
	uint32_t i;

	if (assembler_is(kind, "text") || assembler_is(kind, "int") || assembler_is(kind, "list")) {
		t.kind = assembler_is(kind, "text")  ? WR_TYPE_TEXT
			 : assembler_is(kind, "int") ? WR_TYPE_INT
						     : WR_TYPE_LIST;
		if (t.kind == WR_TYPE_LIST)
			t.elem = assembler_type(a, assembler_word(a));
		t.lo = assembler_integer(a);
		t.hi = assembler_integer(a);
	} else if (assembler_is(kind, "number")) {
		t.kind = WR_TYPE_NUMBER;
		t.number_lo = assembler_number(a);
		t.number_hi = assembler_number(a);
	} else if (assembler_is(kind, "bool")) {
		t.kind = WR_TYPE_BOOL;
	} else if (assembler_is(kind, "option")) {
		t.kind = WR_TYPE_OPTION;
		t.elem = assembler_type(a, assembler_word(a));
	} else if (assembler_is(kind, "record")) {
		t = members(a, WR_TYPE_RECORD);
	} else if (assembler_is(kind, "variants")) {
		t = members(a, WR_TYPE_VARIANTS);
	} else {
		assembler_die(a, "no such kind of type");
	}
	i = wr_types_add(&a->m->types, t);
	if (i == WR_NONE || a->types_len == TABLE)
		assembler_die(a, "too many types");
	a->types[a->types_len++] = (struct name){name, i};
	a->m->types_len = a->m->types.len;
}

static void
line_label(struct assembler *a)
{
	struct wr_label *l = &a->m->labels[a->m->labels_len++];

	l->name = assembler_copy(a, assembler_word(a));
	l->description = assembler_text(a);
}

static void
line_backend(struct assembler *a)
{
	struct wr_backend *b = &a->m->backends[a->m->backends_len++];
	struct wr_text kind;
	unsigned k = 0;

	b->name = assembler_copy(a, assembler_word(a));
	kind = assembler_word(a);
	while (wr_kind_word(k) != NULL && !assembler_is(kind, wr_kind_word(k)))
		k++;
	if (wr_kind_word(k) == NULL)
		assembler_die(a, "no such kind of backend");
	b->kind = (enum wr_kind)k;
	if (assembler_skip(a, "accepts"))
		b->accepts = assembler_set(a, assembler_word(a));
	if (assembler_skip(a, "taints"))
		b->taints = assembler_set(a, assembler_word(a));
}

static void
line_agent(struct assembler *a)
{
	struct wr_agent *agent = &a->m->agents[a->m->agents_len++];
	struct wr_text backend;

	agent->name = assembler_copy(a, assembler_word(a));
	agent->params = assembler_room(a, a->tokens_len, sizeof *agent->params);
	agent->settings = assembler_room(a, 64, sizeof *agent->settings);
	while (!assembler_skip(a, "->")) {
		struct wr_param *p = &agent->params[agent->params_len++];

		p->name = declaration(a, &p->type, &p->labels);
	}
	agent->result = assembler_type(a, assembler_word(a));
	if (!assembler_skip(a, "via"))
		assembler_die(a, "`via` is wanted");
	backend = assembler_word(a);
	while (agent->backend < a->m->backends_len &&
	       !wr_text_eq(a->m->backends[agent->backend].name, backend))
		agent->backend++;
	assembler_open(a, &agent->body);
}

static void
line_flow(struct assembler *a)
{
	struct wr_module *m = a->m;
	struct wr_text result;
	const char *at;

	m->name = assembler_copy(a, assembler_word(a));
	m->inputs = assembler_room(a, a->tokens_len, sizeof *m->inputs);
	while (!assembler_skip(a, "->")) {
		struct wr_param *p = &m->inputs[m->inputs_len++];

		p->name = declaration(a, &p->type, &p->labels);
	}
	result = assembler_word(a);
	at = memchr(result.at, '@', result.size);
	if (at != NULL) {
		m->result_labels = assembler_set(
		    a, (struct wr_text){at + 1, result.size - (size_t)(at - result.at) - 1});
		result.size = (size_t)(at - result.at);
	}
	m->result = assembler_type(a, result);
	assembler_open(a, &m->flow);
	a->in_flow = true;
}

static unsigned
setting_id(const struct assembler *a, struct wr_text t)
{
	static const char *const names[] = {
#define SETTING(id, word, shape, kinds, required, lo, hi) #id,
#include "vm/format/settings.def"
#undef SETTING
	};

	for (unsigned i = 0; i < WR_SETTINGS_LEN; i++)
		if (assembler_is(t, names[i]))
			return i;
	assembler_die(a, "no such setting");
}

static void
line_set(struct assembler *a)
{
	struct wr_agent *agent = &a->m->agents[a->m->agents_len - 1];
	struct wr_setting *s = &agent->settings[agent->settings_len++];
	struct wr_pair *pairs = assembler_room(a, a->tokens_len, sizeof *pairs);

	s->id = (enum wr_setting_id)setting_id(a, assembler_word(a));
	s->pairs = pairs;
	switch (wr_setting_info(s->id)->shape) {
	case WR_SHAPE_TEXT:
		s->text = assembler_text(a);
		break;
	case WR_SHAPE_INT:
	case WR_SHAPE_BOOL:
	case WR_SHAPE_AGENT:
	case WR_SHAPE_DURATION:
		s->integer = assembler_integer(a);
		break;
	case WR_SHAPE_NUMBER:
		s->number = assembler_number(a);
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		assembler_root(a, s->root = assembler_node(a));
		break;
	case WR_SHAPE_TEXTS:
		while (assembler_more(a))
			pairs[s->pairs_len++].text = assembler_text(a);
		break;
	case WR_SHAPE_PAIRS:
		for (; assembler_more(a); s->pairs_len++) {
			pairs[s->pairs_len].name = assembler_copy(a, assembler_word(a));
			pairs[s->pairs_len].text = assembler_text(a);
		}
		break;
	case WR_SHAPE_TEMPLATES:
		for (; assembler_more(a); s->pairs_len++) {
			pairs[s->pairs_len].name = assembler_copy(a, assembler_word(a));
			assembler_root(a, pairs[s->pairs_len].root = assembler_node(a));
		}
		break;
	}
}

static void
line_within(struct assembler *a)
{
	a->m->bounds.calls = (uint64_t)assembler_integer(a);
	a->m->bounds.tokens = (uint64_t)assembler_integer(a);
	a->m->bounds.time_ms = (uint64_t)assembler_integer(a);
	a->m->bounds.width = (uint64_t)assembler_integer(a);
}

static void
line(struct assembler *a)
{
	if (assembler_skip(a, "label"))
		line_label(a);
	else if (assembler_skip(a, "type"))
		line_type(a);
	else if (assembler_skip(a, "backend"))
		line_backend(a);
	else if (assembler_skip(a, "agent"))
		line_agent(a);
	else if (assembler_skip(a, "drops"))
		a->m->agents[a->m->agents_len - 1].drops = assembler_drops(a);
	else if (assembler_skip(a, "set"))
		line_set(a);
	else if (assembler_skip(a, "flow"))
		line_flow(a);
	else if (assembler_skip(a, "block"))
		assembler_line_block(a);
	else if (assembler_skip(a, "yield"))
		assembler_line_yield(a);
	else if (assembler_skip(a, "end"))
		assembler_root(a, assembler_node(a));
	else if (assembler_skip(a, "within"))
		line_within(a);
	else
		assembler_line_node(a);
	if (assembler_more(a))
		assembler_die(a, "more on the line than was expected");
}

struct wr_module *
assemble(const char *source, struct wr_arena *arena)
{
	struct assembler *a = calloc(1, sizeof *a);
	struct wr_module *m;

	if (a == NULL)
		abort();
	a->arena = arena;
	m = a->m = assembler_room(a, 1, sizeof *m);
	m->arena = arena;
	wr_types_init(&m->types, arena);
	m->labels = assembler_room(a, TABLE, sizeof *m->labels);
	m->backends = assembler_room(a, TABLE, sizeof *m->backends);
	m->agents = assembler_room(a, TABLE, sizeof *m->agents);
	m->bounds = (struct wr_bounds){UINT64_MAX, UINT64_MAX, UINT64_MAX, 0};
	while (*source != '\0') {
		const char *end = source + strcspn(source, "\n");

		a->line++;
		assembler_split(a, source, end);
		if (a->tokens_len > 0)
			line(a);
		source = *end == '\0' ? end : end + 1;
	}
	if (!a->in_flow || a->m->flow.blocks[0].roots_len != 1)
		assembler_die(a, "a flow and one `end` are wanted");
	for (uint32_t i = 0; i < m->agents_len; i++)
		m->agents[i].body.blocks[0].end = m->agents[i].body.nodes_len;
	free(a);
	return m;
}
