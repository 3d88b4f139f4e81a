/*
 * Steps, templates, and what a printer begins with. Decides the names of steps, so that they
 * collide with nothing, and where empty lines stand.
 */
#include "vm/view/print.h"

#include "vm/view/print_parts.h"

#include <assert.h>

/* ---- steps ----------------------------------------------------------------------------- */

static void
require(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	bool flat = p->flat;

	wr_print_str(p, "require ");
	wr_print_flat(p, wr_print_operand(p, n, 0), TIGHT_OR);
	if (flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent + 2);
	wr_print_str(p, "else ");
	p->flat = true;
	wr_print_quoted(p, wr_print_operand(p, n, 1), indent);
	p->flat = flat;
}

static void
require_at(struct wr_printer *p, const void *n, uint32_t indent)
{
	require(p, *(const uint32_t *)n, indent);
}

static void
step(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	uint32_t number;

	if (p->code->nodes[n].op == WR_OP_REQUIRE) {
		if (p->flat || !wr_print_trial(p, require_at, &n))
			require(p, n, indent);
		return;
	}
	if (p->code->nodes[n].op == WR_OP_DO) {
		wr_print_do(p, n, indent);
		return;
	}
	number = wr_print_fresh(p);
	wr_print_name(p, 's', number);
	wr_print_str(p, " =");
	wr_print_after(p, n, indent);
	p->names[n] = number;
	p->named[p->named_len++] = n;
}

/* An empty line where a line begins that is already written. */
static void
space_before(struct wr_printer *p, size_t at)
{
	wr_buf_byte(p->buf, '\n');
	if (p->buf->status != WR_OK)
		return;
	memmove(p->buf->at + at + 1, p->buf->at + at, p->buf->size - 1 - at);
	p->buf->at[at] = '\n';
	p->line++;
}

/* A step of several lines has an empty one on each side. */
void
wr_print_block(struct wr_printer *p, uint32_t block, uint32_t indent)
{
	const struct wr_plan_block *it = &p->plan.blocks[block];
	bool spaced = false;
	size_t at;

	for (uint32_t i = 0; i < it->steps_len && !wr_print_stop(p); i++) {
		if (p->flat)
			wr_print_str(p, " ");
		else
			wr_print_line(p, indent);
		at = p->buf->size;
		step(p, p->plan.order[it->steps + i], indent);
		if (!p->flat && p->line > at && i > 0 && !spaced)
			space_before(p, at - indent);
		spaced = !p->flat && p->line > at && i + 1 < it->steps_len;
		if (spaced)
			wr_print_line(p, 0);
	}
}

void
wr_print_steps(struct wr_printer *p, uint32_t indent)
{
	wr_print_block(p, 0, indent);
}

void
wr_print_result(struct wr_printer *p, uint32_t indent)
{
	wr_print_after(p, wr_print_root(p, 0, 0), indent);
}

/*
 * `if true then { steps yield it } else ...`, which compiling takes at once: the way to have steps
 * where only an expression can stand.
 */
static void
with_steps(struct wr_printer *p, uint32_t block, uint32_t root, bool quoted, uint32_t indent)
{
	const struct wr_block *b = &p->code->blocks[block];
	uint32_t before = p->named_len;

	wr_plan_need(&p->plan, block, root);
	wr_print_str(p, "if true then {");
	for (uint32_t n = b->first; n < b->end && !wr_print_stop(p);
	     n = wr_code_after(p->code, n)) {
		if (!p->plan.nodes[n].step || !p->plan.nodes[n].needed)
			continue;
		if (p->flat)
			wr_print_str(p, " ");
		else
			wr_print_line(p, indent + 2);
		step(p, n, indent + 2);
	}
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent + 2);
	wr_print_str(p, quoted ? "yield " : "yield");
	if (quoted)
		wr_print_quoted(p, root, indent + 2);
	else
		wr_print_after(p, root, indent + 2);
	wr_print_close(p, p->flat ? " }" : "}", indent);
	wr_print_str(p, " else ");
	while (p->named_len > before)
		p->names[p->named[--p->named_len]] = 0;
}

void
wr_print_aside(struct wr_printer *p, uint32_t block, uint32_t root)
{
	static const char *const others[WR_TYPE_KINDS] = {
		[WR_TYPE_BOOL] = "false)",
		[WR_TYPE_INT] = "0)",
		[WR_TYPE_NUMBER] = "0.0)",
		[WR_TYPE_TEXT] = "\"\")",
	};
	bool flat = p->flat;

	if (!wr_plan_heavy(&p->plan, block, root)) {
		wr_print_flat(p, root, TIGHT_OR);
		return;
	}
	assert(others[wr_print_type_of(p, root)->kind] != NULL);
	wr_print_str(p, "(");
	p->flat = true;
	with_steps(p, block, root, false, 0);
	p->flat = flat;
	wr_print_str(p, others[wr_print_type_of(p, root)->kind]);
}

void
wr_print_template(struct wr_printer *p, uint32_t root, uint32_t indent)
{
	unsigned op = p->code->nodes[root].op;

	if (wr_plan_heavy(&p->plan, 0, root)) {
		wr_print_str(p, " ");
		with_steps(p, 0, root, true, indent);
		wr_print_str(p, "\"\"");
	} else if (op == WR_OP_TEMPLATE || op == WR_OP_CONST || op == WR_OP_INPUT ||
	    op == WR_OP_FIELD) {
		wr_print_str(p, " ");
		wr_print_quoted(p, root, indent);
	} else {
		wr_print_after(p, root, indent);
	}
}

/* ---- opening ------------------------------------------------------------------------------ */

static void
take(uint8_t *taken, uint32_t len, struct wr_text name)
{
	uint64_t number = 0;

	if (name.size < 2 || name.size > 9 || strchr("sxiv", name.at[0]) == NULL ||
	    name.at[1] == '0')
		return;
	for (size_t i = 1; i < name.size; i++) {
		if (name.at[i] < '0' || name.at[i] > '9')
			return;
		number = number * 10 + (uint64_t)(name.at[i] - '0');
	}
	if (number < len)
		taken[number / 8] |= (uint8_t)(1u << number % 8);
}

static void
take_drops(uint8_t *taken, uint32_t len, const struct wr_code *code)
{
	for (uint32_t n = 0; n < code->nodes_len; n++)
		if (code->nodes[n].op == WR_OP_DROP)
			take(taken, len, code->nodes[n].name);
}

const uint8_t *
wr_print_taken(const struct wr_module *module, struct wr_arena *arena, uint32_t *ret_len)
{
	const uint32_t len =
	    4 * (WR_NODES_MAX + WR_TABLE_MAX); /* more numbers than steps, binders and names */
	uint8_t *taken = wr_arena_get(arena, len / 8 + 1);

	if (taken == NULL)
		return NULL;
	for (uint32_t i = 0; i < module->inputs_len; i++)
		take(taken, len, module->inputs[i].name);
	take_drops(taken, len, &module->flow);
	for (uint32_t a = 0; a < module->agents_len; a++) {
		take(taken, len, module->agents[a].name);
		for (uint32_t i = 0; i < module->agents[a].params_len; i++)
			take(taken, len, module->agents[a].params[i].name);
		take_drops(taken, len, &module->agents[a].body);
	}
	*ret_len = len;
	return taken;
}

enum wr_status
wr_print_open(struct wr_printer *p, struct wr_arena *arena)
{
	size_t len = (size_t)p->code->nodes_len + 1;

	p->names = wr_arena_array(arena, len, sizeof *p->names);
	p->named = wr_arena_array(arena, len, sizeof *p->named);
	p->binders = wr_arena_array(arena, (size_t)p->code->blocks_len + 1, sizeof *p->binders);
	if (p->names == NULL || p->named == NULL || p->binders == NULL)
		return WR_NOMEM;
	p->next = 1;
	p->line = p->buf->size;
	while (p->line > 0 && p->buf->at[p->line - 1] != '\n')
		p->line--;
	return wr_plan_make(&p->plan, p->module, p->code, p->code == &p->module->flow, arena);
}
