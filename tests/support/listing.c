/* The reader of listings: one pass, a line at a time; tables of declarations have fixed sizes. */
#include "tests/support/listing.h"

#include "tests/support/failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>

#define WORDS_MAX 32
#define TABLE_MAX 64

struct reader {
	struct wr_arena *arena;
	struct wr_module *m;
	struct wr_code *code;
	struct wr_agent *agent;
	uint32_t block;
	uint32_t *filled; /* by node: how many of its blocks have been opened */
	uint32_t lines, refs; /* of the whole listing: no code has more nodes, or operands */
	char *words[WORDS_MAX];
	bool quoted[WORDS_MAX];
	unsigned len, line;
};

static void
fail(const struct reader *r, const char *why)
{
	fprintf(stderr, "listing line %u: %s: %s\n", r->line, r->len > 0 ? r->words[0] : "", why);
	abort();
}

static void *
table(struct reader *r, size_t count, size_t size)
{
	void *at = wr_arena_array(r->arena, count, size);

	if (at == NULL)
		fail(r, "out of memory");
	return at;
}

static const char *
word(const struct reader *r, unsigned i)
{
	if (i >= r->len)
		fail(r, "a word is missing");
	return r->words[i];
}

static struct wr_text
text(struct reader *r, const char *w)
{
	return wr_arena_text(r->arena, wr_text_of(w));
}

static int64_t
number(const struct reader *r, unsigned i)
{
	return strtoll(word(r, i), NULL, 0);
}

static uint32_t
small(const struct reader *r, unsigned i)
{
	return (uint32_t)strtoul(word(r, i), NULL, 0);
}

static uint64_t
set(const struct reader *r, unsigned i)
{
	return strtoull(word(r, i), NULL, 0);
}

/* NAME[:TYPE][@SET] */
static struct wr_member
member(struct reader *r, unsigned i)
{
	char *w = r->words[i], *colon = strchr(w, ':'), *at = strchr(w, '@');
	struct wr_member m = { .type = colon == NULL ? WR_NONE : (uint32_t)strtoul(colon + 1, NULL, 0),
		.labels = at == NULL ? 0 : strtoull(at + 1, NULL, 0) };

	m.name = wr_arena_text(r->arena, (struct wr_text){ w, strcspn(w, ":@") });
	return m;
}

static bool
read_type(struct reader *r)
{
	static const char *const kinds[] = { "", "text", "int", "number", "bool", "option", "list", "record",
		"variants" };
	struct wr_type t = { .kind = WR_TYPE_NEVER };

	for (unsigned k = 1; k < WR_TYPE_KINDS; k++)
		if (strcmp(r->words[0], kinds[k]) == 0)
			t.kind = (enum wr_type_kind)k;
	if (t.kind == WR_TYPE_NEVER)
		return false;
	if (t.kind == WR_TYPE_TEXT || t.kind == WR_TYPE_INT) {
		t.lo = number(r, 1);
		t.hi = number(r, 2);
	} else if (t.kind == WR_TYPE_NUMBER) {
		t.number_lo = strtod(word(r, 1), NULL);
		t.number_hi = strtod(word(r, 2), NULL);
	} else if (t.kind == WR_TYPE_OPTION || t.kind == WR_TYPE_LIST) {
		t.elem = small(r, 1);
		t.lo = t.kind == WR_TYPE_LIST ? number(r, 2) : 0;
		t.hi = t.kind == WR_TYPE_LIST ? number(r, 3) : 0;
	} else if (t.kind == WR_TYPE_RECORD || t.kind == WR_TYPE_VARIANTS) {
		struct wr_member *members = table(r, r->len, sizeof *members);

		t.name = text(r, word(r, 1));
		for (unsigned i = 2; i < r->len; i++)
			members[i - 2] = member(r, i);
		t.members = members;
		t.members_len = r->len - 2;
	}
	r->m->types_len = wr_types_add(&r->m->types, t) + 1;
	return true;
}

static void
begin_code(struct reader *r, struct wr_code *code)
{
	r->code = code;
	r->block = 0;
	r->filled = table(r, r->lines, sizeof *r->filled);
	code->nodes = table(r, r->lines, sizeof *code->nodes);
	code->operands = table(r, r->refs + 1u, sizeof *code->operands);
	code->blocks = table(r, r->lines + 1u, sizeof *code->blocks);
	code->blocks[0] = (struct wr_block){ .owner = WR_NONE, .parent = WR_NONE };
	code->blocks_len = 1;
}

static void
read_agent(struct reader *r)
{
	struct wr_param *params = table(r, r->len, sizeof *params);

	r->agent = &r->m->agents[r->m->agents_len++];
	*r->agent = (struct wr_agent){ .name = text(r, word(r, 1)), .result = small(r, 2), .backend = small(r, 3),
		.params = params, .params_len = r->len - 4 };
	for (unsigned i = 4; i < r->len; i++) {
		struct wr_member m = member(r, i);

		params[i - 4] = (struct wr_param){ .name = m.name, .type = m.type };
	}
	r->agent->settings = table(r, TABLE_MAX, sizeof *r->agent->settings);
	begin_code(r, &r->agent->body);
}

static void
read_setting(struct reader *r)
{
	struct wr_setting *s = &r->agent->settings[r->agent->settings_len++];
	unsigned id = 0;

	while (id < WR_SETTINGS_LEN && strcmp(wr_setting_info(id)->word, word(r, 1)) != 0)
		id++;
	if (id == WR_SETTINGS_LEN)
		fail(r, "no such setting");
	*s = (struct wr_setting){ .id = (enum wr_setting_id)id, .text = text(r, word(r, 2)),
		.integer = strtoll(word(r, 2), NULL, 0), .number = strtod(word(r, 2), NULL) };
	if (r->words[2][0] == '%')
		s->root = (uint32_t)strtoul(r->words[2] + 1, NULL, 0);
}

static struct wr_drops
read_drop(struct reader *r, const struct wr_drops *before, unsigned i)
{
	struct wr_drop *drops = table(r, before->len + 1u, sizeof *drops);

	if (before->len > 0)
		memcpy(drops, before->at, before->len * sizeof *drops);
	drops[before->len] = (struct wr_drop){ set(r, i), text(r, word(r, i + 1)) };
	return (struct wr_drops){ drops, before->len + 1 };
}

/* All %N from word i on, as operands; their number. !N is the guard. */
static uint32_t
read_refs(struct reader *r, unsigned i, uint32_t *ret_guard)
{
	uint32_t len = 0;

	for (; i < r->len; i++) {
		uint32_t n = (uint32_t)strtoul(r->words[i] + 1, NULL, 0);

		if (r->words[i][0] == '!' && ret_guard != NULL)
			*ret_guard = n;
		else if (r->words[i][0] != '%')
			fail(r, "not a reference");
		else
			r->code->operands[r->code->operands_len + len++] = n;
	}
	r->code->operands_len += len;
	return len;
}

static void
read_const(struct reader *r, struct wr_node *node)
{
	struct wr_types *types = &r->m->types;
	const char *w = word(r, 1);

	if (r->quoted[1]) {
		node->value = wr_value_of_text(text(r, w));
		node->type = wr_type_text(types, node->value.len, node->value.len);
	} else if (strcmp(w, "none") == 0) {
		node->value = wr_value_none();
		node->type = wr_type_option(types, wr_type_never(types));
	} else if (strcmp(w, "true") == 0 || strcmp(w, "false") == 0) {
		node->value = wr_value_of_bool(w[0] == 't');
		node->type = wr_type_bool(types);
	} else if (strcmp(w, "[]") == 0) {
		node->value = (struct wr_value){ .kind = WR_VALUE_LIST };
		node->type = wr_type_list(types, wr_type_never(types), 0, 0);
	} else if (strchr(w, '.') != NULL) {
		node->value = wr_value_of_number(strtod(w, NULL));
		node->type = wr_type_number(types, node->value.as.number, node->value.as.number);
	} else {
		node->value = wr_value_of_int(number(r, 1));
		node->type = wr_type_int(types, number(r, 1), number(r, 1));
	}
}

static void
read_node(struct reader *r)
{
	struct wr_code *code = r->code;
	uint32_t n = code->nodes_len++;
	struct wr_node *node = &code->nodes[n];
	unsigned op = 0, at = 1;

	while (op < WR_OPS_LEN && strcmp(wr_op_info(op)->name, r->words[0]) != 0)
		op++;
	if (op == WR_OPS_LEN)
		fail(r, "no such statement");
	*node = (struct wr_node){ .op = (uint8_t)op, .block = r->block, .guard = WR_NONE, .type = WR_NONE };
	if (op == WR_OP_CONST) {
		read_const(r, node);
		return;
	}
	if (op == WR_OP_RECORD || op == WR_OP_VARIANT)
		node->type = small(r, at++);
	if (op == WR_OP_DROP) {
		node->name = text(r, word(r, 1));
		node->drops = read_drop(r, &(struct wr_drops){ NULL, 0 }, 2);
		at = 4;
	} else if (at < r->len && r->words[at][0] != '%' && r->words[at][0] != '!') {
		node->index = small(r, at++);
	}
	if (op == WR_OP_MATCH || op == WR_OP_FOR) {
		node->blocks = code->blocks_len;
		node->blocks_len = op == WR_OP_MATCH ? node->index : 1;
		node->index = op == WR_OP_MATCH ? 0 : node->index;
		code->blocks_len += node->blocks_len;
	}
	node->operands = code->operands_len;
	node->operands_len = read_refs(r, at, &node->guard);
}

static void
open_block(struct reader *r)
{
	struct wr_code *code = r->code;
	uint32_t n = code->nodes_len;
	struct wr_node *owner;

	do {
		if (n-- == 0)
			fail(r, "no owner");
		owner = &code->nodes[n];
	} while (owner->block != r->block || r->filled[n] == owner->blocks_len);
	code->blocks[owner->blocks + r->filled[n]] = (struct wr_block){ .owner = n, .parent = r->block,
		.depth = code->blocks[r->block].depth + 1, .first = code->nodes_len };
	r->block = owner->blocks + r->filled[n]++;
}

static void
close_block(struct reader *r)
{
	struct wr_block *b = &r->code->blocks[r->block];

	b->end = r->code->nodes_len;
	b->roots = r->code->operands_len;
	b->roots_len = read_refs(r, 1, NULL);
	r->block = b->parent;
}

static void
read_end_of_table(struct reader *r)
{
	const char *w = r->words[0];
	struct wr_module *m = r->m;

	if (strcmp(w, "input") == 0) {
		m->inputs[m->inputs_len++] = (struct wr_param){ text(r, word(r, 1)), small(r, 2), set(r, 3) };
	} else if (strcmp(w, "result") == 0) {
		m->result = small(r, 1);
		m->result_labels = set(r, 2);
	} else if (strcmp(w, "promise") == 0) {
		m->bounds = (struct wr_bounds){ set(r, 1), set(r, 2), set(r, 3), set(r, 4) };
	} else if (strcmp(w, "flow") == 0) {
		begin_code(r, &m->flow);
	} else if (strcmp(w, "{") == 0) {
		open_block(r);
	} else if (strcmp(w, "}") == 0 || strcmp(w, "end") == 0) {
		close_block(r);
	} else {
		read_node(r);
	}
}

static void
read_statement(struct reader *r)
{
	const char *w = r->words[0];
	struct wr_module *m = r->m;

	if (strcmp(w, "label") == 0) {
		m->labels[m->labels_len++] = (struct wr_label){ text(r, word(r, 1)), text(r, "a label") };
	} else if (strcmp(w, "backend") == 0) {
		unsigned kind = 0;

		while (kind < WR_KINDS_LEN && strcmp(wr_kind_word(kind), word(r, 2)) != 0)
			kind++;
		m->backends[m->backends_len++] = (struct wr_backend){ text(r, word(r, 1)), (enum wr_kind)kind,
			set(r, 3), set(r, 4) };
	} else if (strcmp(w, "agent") == 0) {
		read_agent(r);
	} else if (strcmp(w, "drops") == 0) {
		r->agent->drops = read_drop(r, &r->agent->drops, 1);
	} else if (strcmp(w, "set") == 0) {
		read_setting(r);
	} else if (!read_type(r)) {
		read_end_of_table(r);
	}
}

/* Cut a line into words; the line is written over. */
static void
split(struct reader *r, char *at)
{
	r->len = 0;
	while (*(at += strspn(at, " \t")) != '\0') {
		bool quoted = *at == '"';

		if (r->len == WORDS_MAX)
			fail(r, "too many words");
		at += quoted;
		r->quoted[r->len] = quoted;
		r->words[r->len++] = at;
		at += strcspn(at, quoted ? "\"" : " \t");
		if (*at != '\0')
			*at++ = '\0';
	}
}

struct wr_module *
listing(const char *source, struct wr_arena *arena)
{
	struct reader *r = calloc(1, sizeof *r);
	struct wr_module *m;
	char *copy, *at;

	if (r == NULL)
		abort();
	r->arena = arena;
	copy = at = table(r, strlen(source) + 1, 1);
	memcpy(copy, source, strlen(source));
	for (const char *c = source; *c != '\0'; c++) {
		r->lines += *c == '\n';
		r->refs += *c == '%';
	}
	r->lines++;
	r->m = table(r, 1, sizeof *r->m);
	wr_types_init(&r->m->types, arena);
	r->m->arena = arena;
	r->m->name = text(r, "main");
	r->m->labels = table(r, TABLE_MAX, sizeof *r->m->labels);
	r->m->backends = table(r, TABLE_MAX, sizeof *r->m->backends);
	r->m->agents = table(r, TABLE_MAX, sizeof *r->m->agents);
	r->m->inputs = table(r, TABLE_MAX, sizeof *r->m->inputs);
	r->m->bounds = (struct wr_bounds){ UINT64_MAX, UINT64_MAX, UINT64_MAX, 0 };
	while (at != NULL && *at != '\0') {
		char *end = strchr(at, '\n');

		if (end != NULL)
			*end++ = '\0';
		r->line++;
		split(r, at);
		if (r->len > 0)
			read_statement(r);
		at = end;
	}
	m = r->m;
	free(r);
	return m;
}

const char *
listing_verdict(const char *source, struct wr_refusal *ret_refusal)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *m;
	enum wr_status s;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, (size_t)1 << 30);
	m = listing(source, &arena);
	s = wr_verify(m, NULL, NULL, ret_refusal);
	wr_arena_free(&arena);
	return s == WR_OK ? "ok" : s == WR_REFUSED ? ret_refusal->code : wr_status_text(s);
}
