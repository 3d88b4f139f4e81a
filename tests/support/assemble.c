/*
 * Modules from text, for tests: a reader of lines that builds struct wr_module as the compiler
 * would, and checks nothing about it.
 */
#include "tests/support/assemble.h"

#include "vm/base/number.h"
#include "vm/format/encode.h"
#include "vm/format/tight.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 4096
#define NAMES_MAX 4096
#define TABLE 256
#define NODES 1024

struct name {
	struct wr_text name;
	uint32_t at;
};

struct assembler {
	struct wr_arena *arena;
	struct wr_module *m;
	int line;
	struct wr_text token[TOKENS_MAX]; /* of the line; a text keeps its opening quote */
	uint32_t tokens_len, next;
	struct name types[TABLE], nodes[NAMES_MAX];
	uint32_t types_len, nodes_len;
	struct wr_code *code;
	uint32_t block;                   /* being filled */
	uint32_t fresh[64];               /* by depth: the next block of the open owner to fill */
	uint32_t depth;
	bool in_flow;
};

static _Noreturn void
die(const struct assembler *a, const char *why)
{
	fprintf(stderr, "assemble: line %d: %s (token %u)\n", a->line, why, a->next);
	abort();
}

static void *
room(const struct assembler *a, size_t count, size_t size)
{
	void *p = wr_arena_array(a->arena, count, size);

	if (p == NULL)
		die(a, "out of memory");
	return p;
}

/* ---- tokens -------------------------------------------------------------------- */

static void
split(struct assembler *a, const char *at, const char *end)
{
	a->tokens_len = a->next = 0;
	while (at < end) {
		const char *begin = at;

		if (isspace((unsigned char)*at)) {
			at++;
			continue;
		}
		if (*at == '#')
			return;
		if (*at == '"') {
			for (at++; at < end && *at != '"'; at++)
				;
			if (at == end)
				die(a, "a text without an end");
			a->token[a->tokens_len++] = (struct wr_text){ begin, (size_t)(at++ - begin) };
		} else {
			while (at < end && !isspace((unsigned char)*at))
				at++;
			a->token[a->tokens_len++] = (struct wr_text){ begin, (size_t)(at - begin) };
		}
		if (a->tokens_len == TOKENS_MAX)
			die(a, "a line that is too long");
	}
}

static bool
more(const struct assembler *a)
{
	return a->next < a->tokens_len;
}

static struct wr_text
word(struct assembler *a)
{
	if (!more(a))
		die(a, "the line ends too early");
	return a->token[a->next++];
}

static bool
is(struct wr_text t, const char *s)
{
	return wr_text_eq(t, wr_text_of(s));
}

/* Take the next token if it is s. */
static bool
skip(struct assembler *a, const char *s)
{
	if (!more(a) || !is(a->token[a->next], s))
		return false;
	a->next++;
	return true;
}

static struct wr_text
copy(const struct assembler *a, struct wr_text t)
{
	t = wr_arena_text(a->arena, t);
	if (t.at == NULL)
		die(a, "out of memory");
	return t;
}

static struct wr_text
text(struct assembler *a)
{
	struct wr_text t = word(a);

	if (t.at[0] != '"')
		die(a, "a text is wanted");
	return copy(a, (struct wr_text){ t.at + 1, t.size - 1 });
}

static int64_t
integer(struct assembler *a)
{
	struct wr_text t = copy(a, word(a));
	char *end;
	int64_t n = t.at[0] == '-' ? strtoll(t.at, &end, 10) : (int64_t)strtoull(t.at, &end, 10);

	if (*end != '\0' || t.size == 0)
		die(a, "an integer is wanted");
	return n;
}

static double
number(struct assembler *a)
{
	double d;

	if (!wr_number_parse(word(a), &d))
		die(a, "a number is wanted");
	return d;
}

static uint32_t
find(const struct assembler *a, const struct name *names, uint32_t len, struct wr_text t)
{
	for (uint32_t i = len; i-- > 0;)
		if (wr_text_eq(names[i].name, t))
			return names[i].at;
	die(a, "no such name");
}

static uint32_t
type_ref(struct assembler *a, struct wr_text t)
{
	return find(a, a->types, a->types_len, t);
}

static uint32_t
node_ref(struct assembler *a)
{
	return find(a, a->nodes, a->nodes_len, word(a));
}

/* pii,untrusted or - */
static uint64_t
label_set(const struct assembler *a, struct wr_text t)
{
	uint64_t set = 0;

	while (t.size > 0 && !is(t, "-")) {
		const char *comma = memchr(t.at, ',', t.size);
		struct wr_text one = { t.at, comma == NULL ? t.size : (size_t)(comma - t.at) };
		uint32_t i = 0;

		while (i < a->m->labels_len && !wr_text_eq(a->m->labels[i].name, one))
			i++;
		if (i == a->m->labels_len)
			die(a, "no such label");
		set |= 1ull << i;
		t.at += one.size + (comma != NULL);
		t.size -= one.size + (comma != NULL);
	}
	return set;
}

/* name:Type@labels, of which the last two may be missing. */
static struct wr_text
declaration(struct assembler *a, uint32_t *ret_type, uint64_t *ret_labels)
{
	struct wr_text t = word(a);
	const char *at = memchr(t.at, '@', t.size), *colon;

	*ret_labels = 0;
	*ret_type = WR_NONE;
	if (at != NULL) {
		*ret_labels = label_set(a, (struct wr_text){ at + 1, t.size - (size_t)(at - t.at) - 1 });
		t.size = (size_t)(at - t.at);
	}
	colon = memchr(t.at, ':', t.size);
	if (colon != NULL) {
		*ret_type = type_ref(a, (struct wr_text){ colon + 1, t.size - (size_t)(colon - t.at) - 1 });
		t.size = (size_t)(colon - t.at);
	}
	return copy(a, t);
}

/* ---- tables --------------------------------------------------------------------- */

static struct wr_type
members(struct assembler *a, enum wr_type_kind kind)
{
	struct wr_member *at = room(a, a->tokens_len, sizeof *at);
	struct wr_type t = { .kind = kind, .name = copy(a, word(a)), .members = at };

	while (more(a)) {
		struct wr_member *m = &at[t.members_len++];

		m->name = declaration(a, &m->type, &m->labels);
		if (more(a) && a->token[a->next].at[0] == '"')
			m->description = text(a);
	}
	return t;
}

static void
line_type(struct assembler *a)
{
	struct wr_text name = copy(a, word(a)), kind = word(a);
	struct wr_type t = { 0 };
	uint32_t i;

	if (is(kind, "text") || is(kind, "int") || is(kind, "list")) {
		t.kind = is(kind, "text") ? WR_TYPE_TEXT : is(kind, "int") ? WR_TYPE_INT : WR_TYPE_LIST;
		if (t.kind == WR_TYPE_LIST)
			t.elem = type_ref(a, word(a));
		t.lo = integer(a);
		t.hi = integer(a);
	} else if (is(kind, "number")) {
		t.kind = WR_TYPE_NUMBER;
		t.number_lo = number(a);
		t.number_hi = number(a);
	} else if (is(kind, "bool")) {
		t.kind = WR_TYPE_BOOL;
	} else if (is(kind, "option")) {
		t.kind = WR_TYPE_OPTION;
		t.elem = type_ref(a, word(a));
	} else if (is(kind, "record")) {
		t = members(a, WR_TYPE_RECORD);
	} else if (is(kind, "variants")) {
		t = members(a, WR_TYPE_VARIANTS);
	} else {
		die(a, "no such kind of type");
	}
	i = wr_types_add(&a->m->types, t);
	if (i == WR_NONE || a->types_len == TABLE)
		die(a, "too many types");
	a->types[a->types_len++] = (struct name){ name, i };
	a->m->types_len = a->m->types.len;
}

static void
line_label(struct assembler *a)
{
	struct wr_label *l = &a->m->labels[a->m->labels_len++];

	l->name = copy(a, word(a));
	l->description = text(a);
}

static void
line_backend(struct assembler *a)
{
	struct wr_backend *b = &a->m->backends[a->m->backends_len++];
	struct wr_text kind;
	unsigned k = 0;

	b->name = copy(a, word(a));
	kind = word(a);
	while (wr_kind_word(k) != NULL && !is(kind, wr_kind_word(k)))
		k++;
	if (wr_kind_word(k) == NULL)
		die(a, "no such kind of backend");
	b->kind = (enum wr_kind)k;
	if (skip(a, "accepts"))
		b->accepts = label_set(a, word(a));
	if (skip(a, "taints"))
		b->taints = label_set(a, word(a));
}

static void
open_code(struct assembler *a, struct wr_code *code)
{
	a->code = code;
	code->nodes = room(a, NODES, sizeof *code->nodes);
	code->operands = room(a, 16 * NODES, sizeof *code->operands);
	code->blocks = room(a, NODES, sizeof *code->blocks);
	code->blocks[0] = (struct wr_block){ .owner = WR_NONE, .parent = WR_NONE };
	code->blocks_len = 1;
	a->block = a->depth = 0;
	a->nodes_len = 0;
}

static void
add_root(struct assembler *a, uint32_t node)
{
	struct wr_block *b = &a->code->blocks[0];

	b->end = a->code->nodes_len;
	if (b->roots_len++ == 0)
		b->roots = a->code->operands_len;
	a->code->operands[a->code->operands_len++] = node;
}

static void
line_agent(struct assembler *a)
{
	struct wr_agent *agent = &a->m->agents[a->m->agents_len++];
	struct wr_text backend;

	agent->name = copy(a, word(a));
	agent->params = room(a, a->tokens_len, sizeof *agent->params);
	agent->settings = room(a, 64, sizeof *agent->settings);
	while (!skip(a, "->")) {
		struct wr_param *p = &agent->params[agent->params_len++];

		p->name = declaration(a, &p->type, &p->labels);
	}
	agent->result = type_ref(a, word(a));
	if (!skip(a, "via"))
		die(a, "`via` is wanted");
	backend = word(a);
	while (agent->backend < a->m->backends_len &&
	    !wr_text_eq(a->m->backends[agent->backend].name, backend))
		agent->backend++;
	open_code(a, &agent->body);
}

static struct wr_drops
drops(struct assembler *a)
{
	struct wr_drop *at = room(a, a->tokens_len, sizeof *at);
	uint32_t len = 0;

	while (more(a) && !skip(a, ";")) {
		at[len].labels = label_set(a, word(a));
		at[len++].reason = text(a);
	}
	return (struct wr_drops){ at, len };
}

static void
line_flow(struct assembler *a)
{
	struct wr_module *m = a->m;
	struct wr_text result;
	const char *at;

	m->name = copy(a, word(a));
	m->inputs = room(a, a->tokens_len, sizeof *m->inputs);
	while (!skip(a, "->")) {
		struct wr_param *p = &m->inputs[m->inputs_len++];

		p->name = declaration(a, &p->type, &p->labels);
	}
	result = word(a);
	at = memchr(result.at, '@', result.size);
	if (at != NULL) {
		m->result_labels = label_set(a,
		    (struct wr_text){ at + 1, result.size - (size_t)(at - result.at) - 1 });
		result.size = (size_t)(at - result.at);
	}
	m->result = type_ref(a, result);
	open_code(a, &m->flow);
	a->in_flow = true;
}

/* ---- settings -------------------------------------------------------------------- */

static unsigned
setting_id(const struct assembler *a, struct wr_text t)
{
	static const char *const names[] = {
#define SETTING(id, word, shape, kinds, required, lo, hi) #id,
#include "vm/format/settings.def"
#undef SETTING
	};

	for (unsigned i = 0; i < WR_SETTINGS_LEN; i++)
		if (is(t, names[i]))
			return i;
	die(a, "no such setting");
}

static void
line_set(struct assembler *a)
{
	struct wr_agent *agent = &a->m->agents[a->m->agents_len - 1];
	struct wr_setting *s = &agent->settings[agent->settings_len++];
	struct wr_pair *pairs = room(a, a->tokens_len, sizeof *pairs);

	s->id = (enum wr_setting_id)setting_id(a, word(a));
	s->pairs = pairs;
	switch (wr_setting_info(s->id)->shape) {
	case WR_SHAPE_TEXT:
		s->text = text(a);
		break;
	case WR_SHAPE_INT:
	case WR_SHAPE_BOOL:
	case WR_SHAPE_DURATION:
		s->integer = integer(a);
		break;
	case WR_SHAPE_NUMBER:
		s->number = number(a);
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		add_root(a, s->root = node_ref(a));
		break;
	case WR_SHAPE_TEXTS:
		while (more(a))
			pairs[s->pairs_len++].text = text(a);
		break;
	case WR_SHAPE_PAIRS:
		for (; more(a); s->pairs_len++) {
			pairs[s->pairs_len].name = copy(a, word(a));
			pairs[s->pairs_len].text = text(a);
		}
		break;
	case WR_SHAPE_TEMPLATES:
		for (; more(a); s->pairs_len++) {
			pairs[s->pairs_len].name = copy(a, word(a));
			add_root(a, pairs[s->pairs_len].root = node_ref(a));
		}
		break;
	}
}

/* ---- nodes ------------------------------------------------------------------------ */

static uint32_t
tag_of(const struct assembler *a, uint32_t type, struct wr_text name)
{
	const struct wr_type *t = &a->m->types.at[type];

	for (uint32_t i = 0; i < t->members_len; i++)
		if (wr_text_eq(t->members[i].name, name))
			return i;
	die(a, "no such variant");
}

static struct wr_value constant(struct assembler *a, struct wr_tight *hull, uint32_t depth);

static struct wr_value
nominal(struct assembler *a, uint32_t type, struct wr_tight *hull, uint32_t depth)
{
	const struct wr_type *t = &a->m->types.at[type];
	struct wr_value *items = room(a, a->tokens_len + 1, sizeof *items);
	struct wr_value v = { .kind = WR_VALUE_RECORD };
	struct wr_tight ignored;
	uint32_t len = 0;

	if (!wr_tight_add(hull, depth, (struct wr_type){ .kind = t->kind }, type))
		die(a, "constants that do not join");
	if (t->kind == WR_TYPE_VARIANTS) {
		v.kind = WR_VALUE_VARIANT;
		v.len = tag_of(a, type, word(a));
	}
	wr_tight_init(&ignored);
	if (skip(a, "("))
		for (; !skip(a, ")"); len++) {
			wr_tight_init(&ignored);
			items[len] = constant(a, &ignored, 0);
		}
	v.as.items = t->kind == WR_TYPE_RECORD || len > 0 ? items : NULL;
	if (t->kind == WR_TYPE_RECORD)
		v.len = len;
	return v;
}

static struct wr_value
constant(struct assembler *a, struct wr_tight *hull, uint32_t depth)
{
	struct wr_type seen = { 0 };
	struct wr_value v = wr_value_none();
	struct wr_text t = a->token[a->next < TOKENS_MAX ? a->next : 0];

	if (!more(a))
		die(a, "a constant is wanted");
	if (t.at[0] == '"') {
		v = wr_value_of_text(text(a));
		seen = (struct wr_type){ .kind = WR_TYPE_TEXT, .lo = v.len, .hi = v.len };
	} else if (skip(a, "true") || skip(a, "false")) {
		v = wr_value_of_bool(is(t, "true"));
		seen.kind = WR_TYPE_BOOL;
	} else if (skip(a, "none")) {
		seen.kind = WR_TYPE_OPTION;
	} else if (skip(a, "some")) {
		seen.kind = WR_TYPE_OPTION;
		v = constant(a, hull, depth + 1);
	} else if (skip(a, "[")) {
		struct wr_value *items = room(a, a->tokens_len, sizeof *items);

		v = (struct wr_value){ .kind = WR_VALUE_LIST, .as.items = items };
		while (!skip(a, "]"))
			items[v.len++] = constant(a, hull, depth + 1);
		seen = (struct wr_type){ .kind = WR_TYPE_LIST, .lo = v.len, .hi = v.len };
	} else if (isupper((unsigned char)t.at[0])) {
		return nominal(a, type_ref(a, word(a)), hull, depth);
	} else if (memchr(t.at, '.', t.size) != NULL) {
		v = wr_value_of_number(number(a));
		seen = (struct wr_type){ .kind = WR_TYPE_NUMBER, .number_lo = v.as.number, .number_hi = v.as.number };
	} else {
		v = wr_value_of_int(integer(a));
		seen = (struct wr_type){ .kind = WR_TYPE_INT, .lo = v.as.integer, .hi = v.as.integer };
	}
	if (!wr_tight_add(hull, depth, seen, WR_NONE))
		die(a, "constants that do not join");
	return v;
}

static void
value(struct assembler *a, struct wr_node *n)
{
	struct wr_tight hull;

	wr_tight_init(&hull);
	n->value = constant(a, &hull, 0);
	if (wr_tight_type(&hull, &a->m->types, &n->type) != WR_OK)
		die(a, "a constant without a type");
}

static void
immediate(struct assembler *a, struct wr_node *n)
{
	struct wr_text t;

	switch (wr_op_info(n->op)->immediate) {
	case WR_IMM_NONE:
		break;
	case WR_IMM_VALUE:
		value(a, n);
		break;
	case WR_IMM_INDEX:
		n->index = (uint32_t)integer(a);
		break;
	case WR_IMM_TYPE:
		n->type = type_ref(a, word(a));
		break;
	case WR_IMM_TYPE_TAG:
		n->type = type_ref(a, word(a));
		n->index = tag_of(a, n->type, word(a));
		break;
	case WR_IMM_DROP:
		n->name = copy(a, word(a));
		n->drops = drops(a);
		break;
	case WR_IMM_FOR:
		t = word(a);
		n->index = (memchr(t.at, 'w', t.size) != NULL ? WR_FOR_WHERE : 0u) |
		    (memchr(t.at, 's', t.size) != NULL ? WR_FOR_SORT : 0u) |
		    (memchr(t.at, 'd', t.size) != NULL ? WR_FOR_DESC : 0u);
		break;
	case WR_IMM_AGENT:
		t = word(a);
		while (n->index < a->m->agents_len && !wr_text_eq(a->m->agents[n->index].name, t))
			n->index++;
		break;
	}
}

static void
line_node(struct assembler *a)
{
	struct wr_code *code = a->code;
	uint32_t number = code->nodes_len++;
	struct wr_node *n = &code->nodes[number];
	struct wr_text name = copy(a, word(a)), op;
	uint32_t blocks = 1;

	if (!skip(a, "=") || number == NODES - 1)
		die(a, "`=` is wanted, or there are too many nodes");
	op = word(a);
	while (wr_op_info(n->op) != NULL && !is(op, wr_op_info(n->op)->name))
		n->op++;
	if (wr_op_info(n->op) == NULL)
		die(a, "no such operation");
	n->block = a->block;
	n->guard = WR_NONE;
	if (n->op == WR_OP_MATCH)
		blocks = (uint32_t)integer(a);
	immediate(a, n);
	n->operands = code->operands_len;
	while (more(a) && !skip(a, "guard")) {
		code->operands[code->operands_len++] = node_ref(a);
		n->operands_len++;
	}
	if (more(a))
		n->guard = node_ref(a);
	a->nodes[a->nodes_len++] = (struct name){ name, number };
	if ((wr_op_info(n->op)->flags & WR_OP_OWNER) == 0)
		return;
	n->blocks = code->blocks_len;
	n->blocks_len = blocks;
	for (uint32_t i = 0; i < blocks; i++)
		code->blocks[code->blocks_len++] = (struct wr_block){ .owner = number, .parent = a->block,
			.depth = a->depth + 1 };
	a->fresh[a->depth] = n->blocks;
}

static void
line_block(struct assembler *a)
{
	a->block = a->fresh[a->depth]++;
	a->depth++;
	a->code->blocks[a->block].first = a->code->nodes_len;
}

static void
line_yield(struct assembler *a)
{
	struct wr_block *b = &a->code->blocks[a->block];

	b->end = a->code->nodes_len;
	b->roots = a->code->operands_len;
	while (more(a)) {
		a->code->operands[a->code->operands_len++] = node_ref(a);
		b->roots_len++;
	}
	a->block = b->parent;
	a->depth--;
}

static void
line_within(struct assembler *a)
{
	a->m->bounds.calls = (uint64_t)integer(a);
	a->m->bounds.tokens = (uint64_t)integer(a);
	a->m->bounds.time_ms = (uint64_t)integer(a);
	a->m->bounds.width = (uint64_t)integer(a);
}

static void
line(struct assembler *a)
{
	if (skip(a, "label"))
		line_label(a);
	else if (skip(a, "type"))
		line_type(a);
	else if (skip(a, "backend"))
		line_backend(a);
	else if (skip(a, "agent"))
		line_agent(a);
	else if (skip(a, "drops"))
		a->m->agents[a->m->agents_len - 1].drops = drops(a);
	else if (skip(a, "set"))
		line_set(a);
	else if (skip(a, "flow"))
		line_flow(a);
	else if (skip(a, "block"))
		line_block(a);
	else if (skip(a, "yield"))
		line_yield(a);
	else if (skip(a, "end"))
		add_root(a, node_ref(a));
	else if (skip(a, "within"))
		line_within(a);
	else
		line_node(a);
	if (more(a))
		die(a, "more on the line than was expected");
}

struct wr_module *
assemble(const char *source, struct wr_arena *arena)
{
	struct assembler *a = calloc(1, sizeof *a);
	struct wr_module *m;

	if (a == NULL)
		abort();
	a->arena = arena;
	m = a->m = room(a, 1, sizeof *m);
	m->arena = arena;
	wr_types_init(&m->types, arena);
	m->labels = room(a, TABLE, sizeof *m->labels);
	m->backends = room(a, TABLE, sizeof *m->backends);
	m->agents = room(a, TABLE, sizeof *m->agents);
	m->bounds = (struct wr_bounds){ UINT64_MAX, UINT64_MAX, UINT64_MAX, 0 };
	while (*source != '\0') {
		const char *end = source + strcspn(source, "\n");

		a->line++;
		split(a, source, end);
		if (a->tokens_len > 0)
			line(a);
		source = *end == '\0' ? end : end + 1;
	}
	if (!a->in_flow || a->m->flow.blocks[0].roots_len != 1)
		die(a, "a flow and one `end` are wanted");
	for (uint32_t i = 0; i < m->agents_len; i++)
		m->agents[i].body.blocks[0].end = m->agents[i].body.nodes_len;
	free(a);
	return m;
}

static void *
plain(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size > 0)
		return realloc(old, new_size);
	free(old);
	return NULL;
}

void
assemble_bytes(const char *source, const struct wr_alloc *alloc, struct wr_buf *ret_bytes)
{
	struct wr_alloc own = { plain, NULL };
	struct wr_arena arena;

	wr_arena_init(&arena, &own, 1u << 30);
	wr_buf_init(ret_bytes, alloc, WR_MODULE_MAX);
	if (wr_encode(assemble(source, &arena), ret_bytes) != WR_OK)
		abort();
	wr_arena_free(&arena);
}

static size_t
uleb(struct wr_text file, size_t *at)
{
	size_t n = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = (unsigned char)file.at[(*at)++];

		n |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return n;
	}
}

/* The offset of a section's id; its payload. */
static size_t
section(struct wr_text file, int id, struct wr_text *ret_payload)
{
	size_t at = 6;

	while (at < file.size) {
		size_t head = at++;
		size_t size = uleb(file, &at);

		if (file.at[head] == id) {
			*ret_payload = (struct wr_text){ file.at + at, size };
			return head;
		}
		at += size;
	}
	abort();
}

struct wr_text
assemble_section(struct wr_text file, int id)
{
	struct wr_text payload;

	(void)section(file, id, &payload);
	return payload;
}

void
assemble_splice(struct wr_text file, int id, size_t offset, size_t remove, const void *insert,
    size_t insert_size, const struct wr_alloc *alloc, struct wr_buf *ret_bytes)
{
	struct wr_text old;
	size_t head = section(file, id, &old), end = (size_t)(old.at - file.at) + old.size;

	if (offset + remove > old.size)
		abort();
	wr_buf_init(ret_bytes, alloc, WR_MODULE_MAX * 2);
	wr_buf_add(ret_bytes, file.at, head + 1);
	for (size_t n = old.size - remove + insert_size;; n >>= 7) {
		wr_buf_byte(ret_bytes, (uint8_t)(n >= 0x80 ? 0x80 | (n & 0x7f) : n));
		if (n < 0x80)
			break;
	}
	wr_buf_add(ret_bytes, old.at, offset);
	wr_buf_add(ret_bytes, insert, insert_size);
	wr_buf_add(ret_bytes, old.at + offset + remove, old.size - offset - remove);
	wr_buf_add(ret_bytes, file.at + end, file.size - end);
}
