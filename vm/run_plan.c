/*
 * Works out, once a run, which nodes wait for which: a table of counts and a table of users.
 * It knows nothing of values, answers or time.
 */
#include "vm/run.h"

#include <assert.h>

struct planner {
	const struct wr_code *code;
	uint32_t *waits;
	uint32_t *users_at; /* first counts at n + 1, then begins, moved on while filling */
	uint32_t *users;    /* NULL while counting */
};

/*
 * `node` mentions `target`. The one that waits is the node, or the owner around it, that
 * stands in target's block.
 */
static void
mention(struct planner *p, uint32_t node, uint32_t target)
{
	uint32_t block = p->code->nodes[target].block;

	while (p->code->nodes[node].block != block)
		node = p->code->blocks[p->code->nodes[node].block].owner;
	assert(target < node);
	if (p->users == NULL) {
		p->users_at[target + 1]++;
		p->waits[node]++;
	} else {
		p->users[p->users_at[target]++] = node;
	}
}

static void
mention_all(struct planner *p)
{
	const struct wr_code *code = p->code;

	for (uint32_t n = 0; n < code->nodes_len; n++) {
		const struct wr_node *node = &code->nodes[n];

		for (uint32_t i = 0; i < node->operands_len; i++)
			mention(p, n, wr_operand(code, node, i));
		if ((wr_op_info(node->op)->flags & WR_OP_GUARDED) != 0 && node->guard != WR_NONE)
			mention(p, n, node->guard);
	}
	for (uint32_t b = 1; b < code->blocks_len; b++)
		for (uint32_t i = 0; i < code->blocks[b].roots_len; i++) {
			uint32_t root = code->operands[code->blocks[b].roots + i];

			if (code->nodes[root].block != b)
				mention(p, code->blocks[b].owner, root);
		}
}

/* Owners come before the nodes in their blocks, so the owners around a node are found by climbing.
 */
static void
mark_live(const struct wr_code *code, bool *live)
{
	for (uint32_t n = 0; n < code->nodes_len; n++) {
		uint32_t up = n;

		if (code->nodes[n].op != WR_OP_CALL && code->nodes[n].op != WR_OP_REQUIRE)
			continue;
		while (up != WR_NONE && !live[up]) {
			live[up] = true;
			up = code->blocks[code->nodes[up].block].owner;
		}
	}
}

static void
number_sites(const struct wr_code *code, const bool *live, uint32_t *seen, uint32_t *site)
{
	uint32_t fors = 0, loops = 0;

	for (uint32_t n = 0; n < code->nodes_len; n++) {
		if (code->nodes[n].op == WR_OP_CALL)
			site[n] = ++seen[code->nodes[n].index];
		else if (code->nodes[n].op == WR_OP_FOR && live[n])
			site[n] = ++fors;
		else if (code->nodes[n].op == WR_OP_LOOP && live[n])
			site[n] = ++loops;
	}
}

/* What the condition of a FOR needs of the FOR's own block, from high numbers to low. */
static void
mark_chooses(const struct wr_code *code, uint32_t block, bool *chooses)
{
	const struct wr_block *b = &code->blocks[block];
	uint32_t own, root = code->operands[b->roots + 1];

	chooses[root] |= code->nodes[root].block == block;
	for (uint32_t n = b->end; n-- > b->first;) {
		const struct wr_node *node = &code->nodes[n];

		for (own = n; code->nodes[own].block != block;)
			own = code->blocks[code->nodes[own].block].owner;
		if (!chooses[own])
			continue;
		for (uint32_t i = 0; i < node->operands_len; i++) {
			uint32_t m = wr_operand(code, node, i);

			chooses[m] |= code->nodes[m].block == block;
		}
		for (uint32_t k = node->blocks; k < node->blocks + node->blocks_len; k++)
			for (uint32_t i = 0; i < code->blocks[k].roots_len; i++) {
				uint32_t m = code->operands[code->blocks[k].roots + i];

				chooses[m] |= code->nodes[m].block == block;
			}
	}
}

enum wr_status
wr_run_plan_make(const struct wr_module *module, struct wr_arena *arena, struct wr_run_plan *ret)
{
	const struct wr_code *code = &module->flow;
	uint32_t len = code->nodes_len;
	struct planner p = {.code = code};
	bool *live = wr_arena_array(arena, len, sizeof *live);
	uint32_t *site = wr_arena_array(arena, len, sizeof *site);
	uint32_t *seen = wr_arena_array(arena, module->agents_len, sizeof *seen);
	bool *chooses = wr_arena_array(arena, len, sizeof *chooses);
	uint32_t *users = NULL;

	p.waits = wr_arena_array(arena, len, sizeof *p.waits);
	p.users_at = wr_arena_array(arena, (size_t)len + 1, sizeof *p.users_at);
	if (live == NULL || site == NULL || seen == NULL || chooses == NULL || p.waits == NULL || p.users_at == NULL)
		return WR_NOMEM;
	mark_live(code, live);
	number_sites(code, live, seen, site);
	for (uint32_t n = 0; n < len; n++)
		if (live[n] && code->nodes[n].op == WR_OP_FOR && (code->nodes[n].index & WR_FOR_WHERE) != 0)
			mark_chooses(code, code->nodes[n].blocks, chooses);

	mention_all(&p);
	for (uint32_t n = 0; n < len; n++)
		p.users_at[n + 1] += p.users_at[n];
	users = wr_arena_array(arena, p.users_at[len], sizeof *users);
	if (users == NULL)
		return WR_NOMEM;
	p.users = users;
	mention_all(&p);
	for (uint32_t n = len; n > 0; n--)
		p.users_at[n] =
		    p.users_at[n - 1]; /* filling moved each to its end: the next one's begin */
	p.users_at[0] = 0;

	ret->waits = p.waits;
	ret->users = users;
	ret->users_at = p.users_at;
	ret->live = live;
	ret->site = site;
	ret->chooses = chooses;
	return WR_OK;
}
