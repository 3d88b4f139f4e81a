/* Reads paths and the flow alone: it shares nothing with the machine. */
#include "tests/support/do_order.h"

#include <stdlib.h>
#include <string.h>

bool
do_order_matters(const struct wr_module *module)
{
	for (uint32_t n = 0; n < module->flow.nodes_len; n++)
		if (module->flow.nodes[n].op == WR_OP_DO)
			return true;
	return false;
}

uint32_t
do_order_node(const struct wr_module *m, const char *path)
{
	const char *items = strrchr(path, ']'), *name = items == NULL ? path : items + 2;
	size_t size = strcspn(name, "~.");
	long left = name[size] == '~' ? strtol(name + size + 1, NULL, 10) : 1;

	for (uint32_t n = 0; n < m->flow.nodes_len; n++) {
		const struct wr_node *node = &m->flow.nodes[n];

		if (node->op == WR_OP_CALL && m->agents[node->index].name.size == size &&
		    memcmp(m->agents[node->index].name.at, name, size) == 0 && --left == 0)
			return n;
	}
	return WR_NONE;
}

static uint32_t
owner_of(const struct wr_code *code, uint32_t n)
{
	return code->blocks[code->nodes[n].block].owner;
}

static bool
inside(const struct wr_code *code, uint32_t n, uint32_t owner)
{
	while (n != WR_NONE && n != owner)
		n = owner_of(code, n);
	return n == owner;
}

/* How many parts of a path stand for the owners around a node. */
static uint32_t
parts_around(const struct wr_code *code, uint32_t n)
{
	uint32_t parts = 0;

	for (uint32_t o = owner_of(code, n); o != WR_NONE; o = owner_of(code, o))
		parts += code->nodes[o].op == WR_OP_FOR || code->nodes[o].op == WR_OP_LOOP;
	return parts;
}

/* Do both begin with the same parts? */
static bool
same_parts(const char *a, const char *b, uint32_t parts)
{
	for (; parts > 0; parts--) {
		size_t x = strcspn(a, "."), y = strcspn(b, ".");

		if (x != y || memcmp(a, b, x) != 0 || a[x] == '\0')
			return false;
		a += x + 1;
		b += y + 1;
	}
	return true;
}

bool
do_order_says(const struct wr_module *m, const char *first, const char *then)
{
	const struct wr_code *code = &m->flow;
	uint32_t a = do_order_node(m, first), b = do_order_node(m, then);

	if (a == WR_NONE || b == WR_NONE)
		return false;
	for (uint32_t o = b; o != WR_NONE; o = owner_of(code, o)) {
		if (code->nodes[o].op != WR_OP_DO)
			continue;
		for (uint32_t d = code->nodes[o].guard; d != WR_NONE; d = code->nodes[d].guard)
			if (inside(code, a, d) && same_parts(first, then, parts_around(code, d)))
				return true;
	}
	return false;
}
