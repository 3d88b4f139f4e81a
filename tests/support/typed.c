/* A small reader of types and operands; a text that makes no sense fails the test. */
#include "tests/support/typed.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

static struct wr_member record_members[] = {{.name = {"a", 1}}, {.name = {"b", 1}}};
static struct wr_member plain_members[] = {
    {.name = {"no", 2}, .type = WR_NONE},
    {.name = {"maybe", 5}, .type = WR_NONE},
};
static struct wr_member loaded_members[] = {
    {.name = {"pay", 3}}, {.name = {"deny", 4}, .type = WR_NONE}};

void
typed_begin(struct typed *x)
{
	struct wr_type t = {.kind = WR_TYPE_RECORD,
	    .name = WR_TEXT("R"),
	    .members = record_members,
	    .members_len = 2};

	failing_alloc_init(&x->f);
	wr_arena_init(&x->arena, &x->f.hook, 1 << 28);
	wr_types_init(&x->types, &x->arena);
	loaded_members[0].type = record_members[0].type = wr_type_int(&x->types, 0, 9);
	record_members[1].type = wr_type_option(&x->types, wr_type_text(&x->types, 0, 5));
	x->record = wr_types_add(&x->types, t);
	t = (struct wr_type){.kind = WR_TYPE_VARIANTS,
	    .name = WR_TEXT("P"),
	    .members = plain_members,
	    .members_len = 2};
	x->plain = wr_types_add(&x->types, t);
	t.name = WR_TEXT("D");
	t.members = loaded_members;
	x->loaded = wr_types_add(&x->types, t);
}

void
typed_finish(struct typed *x)
{
	wr_arena_free(&x->arena);
	cr_assert_eq(x->f.live_bytes, 0);
}

static bool
skip(struct typed *x, const char *word)
{
	size_t size = strlen(word);

	while (*x->at == ' ')
		x->at++;
	if (strncmp(x->at, word, size) != 0)
		return false;
	x->at += size;
	return true;
}

static int64_t
integer(struct typed *x)
{
	char *end;
	int64_t n = strtoll(x->at, &end, 10);

	cr_assert_neq(end, x->at, "an integer is wanted: %s", x->at);
	x->at = end;
	return n;
}

static double
number(struct typed *x)
{
	char *end;
	double n;

	if (skip(x, "max"))
		return DBL_MAX;
	if (skip(x, "-max"))
		return -DBL_MAX;
	n = strtod(x->at, &end);
	cr_assert_neq(end, x->at, "a number is wanted: %s", x->at);
	x->at = end;
	return n;
}

/* int 0 9 | text 0 5 | number 0 1 | bool | never | opt TYPE | list 0 8 TYPE | R | P | D */
static uint32_t
read_type(struct typed *x)
{
	int64_t lo, hi;
	double from;

	if (skip(x, "opt"))
		return wr_type_option(&x->types, read_type(x));
	if (skip(x, "int")) {
		lo = integer(x);
		return wr_type_int(&x->types, lo, integer(x));
	}
	if (skip(x, "text")) {
		lo = integer(x);
		return wr_type_text(&x->types, lo, integer(x));
	}
	if (skip(x, "number")) {
		from = number(x);
		return wr_type_number(&x->types, from, number(x));
	}
	if (skip(x, "list")) {
		lo = integer(x);
		hi = integer(x);
		return wr_type_list(&x->types, read_type(x), lo, hi);
	}
	if (skip(x, "bool"))
		return wr_type_bool(&x->types);
	if (skip(x, "never"))
		return wr_type_never(&x->types);
	if (skip(x, "R"))
		return x->record;
	if (skip(x, "P"))
		return x->plain;
	cr_assert(skip(x, "D"), "a type is wanted: %s", x->at);
	return x->loaded;
}

/* TYPE, or `= 5`, `= 0.5`, `= "text"`: a constant. */
static void
read_operand(struct typed *x, struct typed_node *n)
{
	uint32_t i = n->in.operands_len++;
	struct wr_value *v = &n->values[i];

	if (!skip(x, "=")) {
		n->operands[i] = read_type(x);
		return;
	}
	if (skip(x, "\"")) {
		const char *end = strchr(x->at, '"');

		*v = wr_value_of_text((struct wr_text){x->at, (size_t)(end - x->at)});
		n->operands[i] = wr_type_text(&x->types, v->len, v->len);
		x->at = end + 1;
	} else {
		size_t size = strcspn(x->at += strspn(x->at, " "), " ;|");

		if (memchr(x->at, '.', size) != NULL) {
			*v = wr_value_of_number(number(x));
			n->operands[i] = wr_type_number(&x->types, v->as.number, v->as.number);
		} else {
			*v = wr_value_of_int(integer(x));
			n->operands[i] = wr_type_int(&x->types, v->as.integer, v->as.integer);
		}
	}
	n->constants[i] = v;
}

void
typed_node(struct typed *x, struct typed_node *n, enum wr_op op, uint32_t index, uint32_t type,
    const char *text)
{
	*n = (struct typed_node){.in = {.types = &x->types, .op = op, .index = index, .type = type}};
	n->in.operands = n->operands;
	n->in.constants = n->constants;
	n->in.roots = n->roots;
	x->at = text;
	while (*x->at != '\0' && *x->at != '|') {
		read_operand(x, n);
		while (*x->at == ' ' || *x->at == ';')
			x->at++;
	}
	while (skip(x, "|") || skip(x, ";"))
		n->roots[n->in.roots_len++] = read_type(x);
}

uint32_t
typed_type(struct typed *x, const char *text)
{
	x->at = text;
	return read_type(x);
}
