/* The tokens of one line of the assembler, and the names and numbers among them. */
#include "tests/support/assembler.h"

#include "vm/base/number.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void
assembler_die(const struct assembler *a, const char *why)
{
	fprintf(stderr, "assemble: line %d: %s (token %u)\n", a->line, why, a->next);
	abort();
}

void *
assembler_room(const struct assembler *a, size_t count, size_t size)
{
	void *p = wr_arena_array(a->arena, count, size);

	if (p == NULL)
		assembler_die(a, "out of memory");
	return p;
}

void
assembler_split(struct assembler *a, const char *at, const char *end)
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
				assembler_die(a, "a text without an end");
			a->token[a->tokens_len++] = (struct wr_text){begin, (size_t)(at++ - begin)};
		} else {
			while (at < end && !isspace((unsigned char)*at))
				at++;
			a->token[a->tokens_len++] = (struct wr_text){begin, (size_t)(at - begin)};
		}
		if (a->tokens_len == TOKENS_MAX)
			assembler_die(a, "a line that is too long");
	}
}

bool
assembler_more(const struct assembler *a)
{
	return a->next < a->tokens_len;
}

struct wr_text
assembler_word(struct assembler *a)
{
	if (!assembler_more(a))
		assembler_die(a, "the line ends too early");
	return a->token[a->next++];
}

bool
assembler_is(struct wr_text t, const char *s)
{
	return wr_text_eq(t, wr_text_of(s));
}

/* Take the next token if it is s. */
bool
assembler_skip(struct assembler *a, const char *s)
{
	if (!assembler_more(a) || !assembler_is(a->token[a->next], s))
		return false;
	a->next++;
	return true;
}

struct wr_text
assembler_copy(const struct assembler *a, struct wr_text t)
{
	t = wr_arena_text(a->arena, t);
	if (t.at == NULL)
		assembler_die(a, "out of memory");
	return t;
}

struct wr_text
assembler_text(struct assembler *a)
{
	struct wr_text t = assembler_word(a);

	if (t.at[0] != '"')
		assembler_die(a, "a text is wanted");
	return assembler_copy(a, (struct wr_text){t.at + 1, t.size - 1});
}

int64_t
assembler_integer(struct assembler *a)
{
	struct wr_text t = assembler_copy(a, assembler_word(a));
	char *end;
	int64_t n = t.at[0] == '-' ? strtoll(t.at, &end, 10) : (int64_t)strtoull(t.at, &end, 10);

	if (*end != '\0' || t.size == 0)
		assembler_die(a, "an integer is wanted");
	return n;
}

double
assembler_number(struct assembler *a)
{
	double d;

	if (!wr_number_parse(assembler_word(a), &d))
		assembler_die(a, "a number is wanted");
	return d;
}

static uint32_t
find(const struct assembler *a, const struct name *names, uint32_t len, struct wr_text t)
{
	for (uint32_t i = len; i-- > 0;)
		if (wr_text_eq(names[i].name, t))
			return names[i].at;
	assembler_die(a, "no such name");
}

uint32_t
assembler_type(struct assembler *a, struct wr_text name)
{
	return find(a, a->types, a->types_len, name);
}

uint32_t
assembler_node(struct assembler *a)
{
	return find(a, a->nodes, a->nodes_len, assembler_word(a));
}

/* pii,untrusted or - */
uint64_t
assembler_set(const struct assembler *a, struct wr_text t)
{
	uint64_t set = 0;

	while (t.size > 0 && !assembler_is(t, "-")) {
		const char *comma = memchr(t.at, ',', t.size);
		struct wr_text one = {t.at, comma == NULL ? t.size : (size_t)(comma - t.at)};
		uint32_t i = 0;

		while (i < a->m->labels_len && !wr_text_eq(a->m->labels[i].name, one))
			i++;
		if (i == a->m->labels_len)
			assembler_die(a, "no such label");
		set |= 1ull << i;
		t.at += one.size + (comma != NULL);
		t.size -= one.size + (comma != NULL);
	}
	return set;
}

struct wr_drops
assembler_drops(struct assembler *a)
{
	struct wr_drop *at = assembler_room(a, a->tokens_len, sizeof *at);
	uint32_t len = 0;

	while (assembler_more(a) && !assembler_skip(a, ";")) {
		at[len].labels = assembler_set(a, assembler_word(a));
		at[len++].reason = assembler_text(a);
	}
	return (struct wr_drops){at, len};
}
