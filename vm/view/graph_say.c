/*
 * What the nodes and blocks of a picture say, and how they nest. Decides the words, the same in
 * every format; escapes for none.
 */
#include "vm/view/graph.h"

#include "vm/view/page.h"
#include "vm/view/safe.h"

#include <assert.h>

#define SAID_MAX 56u /* bytes of a text that an author wrote */

/* As much of a text as a picture has room for. */
static void
say_text(struct wr_buf *buf, struct wr_text t)
{
	bool cut = t.size > SAID_MAX;

	if (cut) {
		t.size = SAID_MAX;
		while (t.size > 0 && (t.at[t.size] & 0xC0) == 0x80)
			t.size--;
	}
	wr_safe_text(buf, t);
	wr_buf_str(buf, cut ? "…" : "");
}

static void
say_drops(const struct wr_graph *g, uint64_t labels, struct wr_buf *buf)
{
	if (labels == 0)
		return;
	wr_buf_str(buf, "drops");
	wr_spell_labels(buf, g->module, labels);
	wr_buf_byte(buf, '\n');
}

static void
say_type(const struct wr_graph *g, struct wr_text name, uint32_t type, struct wr_buf *buf)
{
	wr_buf_text(buf, name);
	wr_buf_byte(buf, '\n');
	wr_spell_type(buf, &g->module->types, type);
	wr_buf_byte(buf, '\n');
}

/* `house llm`, and what it asks for there. */
static void
say_call(const struct wr_graph *g, const struct wr_graph_node *at, struct wr_buf *buf)
{
	static const enum wr_setting_id telling[] = { WR_SET_MODEL, WR_SET_METHOD, WR_SET_ROLE,
		WR_SET_CALL, WR_SET_COLLECTION };
	const struct wr_agent *agent = &g->module->agents[g->module->flow.nodes[at->node].index];
	const struct wr_backend *backend = &g->module->backends[agent->backend];

	wr_buf_text(buf, agent->name);
	if (at->site > 1) {
		wr_buf_byte(buf, '~');
		wr_buf_u64(buf, at->site);
	}
	wr_buf_byte(buf, '\n');
	wr_buf_text(buf, backend->name);
	wr_buf_byte(buf, ' ');
	wr_buf_str(buf, wr_kind_word(backend->kind));
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
		const struct wr_setting *s = wr_agent_setting(agent, telling[i]);

		if (s == NULL)
			continue;
		wr_buf_str(buf, ", ");
		say_text(buf, s->text);
	}
	wr_buf_byte(buf, '\n');
	if (wr_agent_has_effect(g->module, agent))
		wr_buf_str(buf, "has an effect, never sent twice\n");
	for (uint32_t a = wr_agent_fallback(agent); a != WR_NONE;
	     a = wr_agent_fallback(&g->module->agents[a])) {
		wr_buf_str(buf, "if it fails: ");
		wr_buf_text(buf, g->module->agents[a].name);
		wr_buf_str(buf, " via ");
		wr_buf_text(buf, g->module->backends[g->module->agents[a].backend].name);
		wr_buf_byte(buf, '\n');
	}
	say_drops(g, at->drops, buf);
}

static void
say_require(const struct wr_graph *g, const struct wr_graph_node *at, struct wr_buf *buf)
{
	const struct wr_code *code = &g->module->flow;
	const struct wr_node *said = &code->nodes[wr_operand(code, &code->nodes[at->node], 1)];

	wr_buf_str(buf, "require\n");
	if (said->op != WR_OP_CONST)
		return;
	wr_buf_str(buf, "else: ");
	say_text(buf, wr_value_text(said->value));
	wr_buf_byte(buf, '\n');
}

static void
say_choice(const struct wr_graph *g, const struct wr_graph_node *at, struct wr_buf *buf)
{
	const struct wr_code *code = &g->module->flow;
	const struct wr_node *node = &code->nodes[at->node];
	const struct wr_type *type;

	if (node->op != WR_OP_MATCH) {
		const char *name = wr_op_info(node->op)->name;

		for (size_t i = 0; name[i] != '\0'; i++)
			wr_buf_byte(buf, (uint8_t)(name[i] - 'A' + 'a'));
		wr_buf_byte(buf, '\n');
		return;
	}
	type = &g->module->types.at[code->types[wr_operand(code, node, 0)]];
	if (type->kind == WR_TYPE_BOOL)
		wr_buf_str(buf, "if");
	else if (type->kind == WR_TYPE_OPTION)
		wr_buf_str(buf, "some?");
	else
		wr_buf_text(buf, type->name);
	wr_buf_str(buf, type->kind == WR_TYPE_VARIANTS ? "?\n" : "\n");
}

static void
say_dropping(const struct wr_graph *g, const struct wr_graph_node *at, struct wr_buf *buf)
{
	const struct wr_code *code = &g->module->flow;

	wr_buf_text(buf, code->nodes[at->node].name);
	wr_buf_byte(buf, '\n');
	say_drops(g, at->drops, buf);
	wr_page_bits(buf, g->millibits[code->types[at->node]]);
	wr_buf_byte(buf, '\n');
}

void
wr_graph_say(const struct wr_graph *g, uint32_t node, struct wr_buf *buf)
{
	const struct wr_graph_node *at = &g->nodes[node];
	const struct wr_module *m = g->module;

	assert(node < g->nodes_len);
	switch (at->kind) {
	case WR_GRAPH_INPUT:
		say_type(g, m->inputs[at->node].name, m->inputs[at->node].type, buf);
		return;
	case WR_GRAPH_CALL:
		say_call(g, at, buf);
		return;
	case WR_GRAPH_REQUIRE:
		say_require(g, at, buf);
		return;
	case WR_GRAPH_TRY:
		wr_buf_str(buf, "try\n");
		return;
	case WR_GRAPH_CHOICE:
		say_choice(g, at, buf);
		return;
	case WR_GRAPH_DO:
		wr_buf_str(buf, "do\n");
		return;
	case WR_GRAPH_DROP:
		say_dropping(g, at, buf);
		return;
	case WR_GRAPH_LOOP:
		say_type(g, WR_TEXT("loop"), m->flow.nodes[at->node].type, buf);
		return;
	case WR_GRAPH_JOIN:
		say_type(g, WR_TEXT("value"), m->flow.types[at->node], buf);
		return;
	case WR_GRAPH_RESULT:
		say_type(g, WR_TEXT("result"), m->result, buf);
		return;
	case WR_GRAPH_KINDS:
		assert(at->kind != WR_GRAPH_KINDS);
	}
}

/* How often the body of an owner happens. */
static void
say_rounds(const struct wr_graph *g, const struct wr_node *owner, struct wr_buf *buf)
{
	const struct wr_code *code = &g->module->flow;
	const struct wr_type *type;

	if (owner->op == WR_OP_LOOP) {
		wr_buf_str(buf, "at most ");
		wr_spell_count(buf, owner->index, ",");
		wr_buf_str(buf, owner->index == 1 ? " round" : " rounds");
		return;
	}
	wr_buf_str(buf, "each");
	if (owner->operands_len == 0)
		return;
	type = &g->module->types.at[code->types[wr_operand(code, owner, 0)]];
	if (type->kind != WR_TYPE_LIST)
		return;
	wr_buf_str(buf, ", at most ");
	wr_spell_count(buf, (uint64_t)type->hi, ",");
	if (owner->width != 0) {
		wr_buf_str(buf, ", ");
		wr_spell_count(buf, owner->width, ",");
		wr_buf_str(buf, " at a time");
	}
}

void
wr_graph_say_block(const struct wr_graph *g, uint32_t block, struct wr_buf *buf)
{
	const struct wr_code *code = &g->module->flow;
	const struct wr_node *owner = &code->nodes[code->blocks[block].owner];
	uint32_t arm = block - owner->blocks;
	const struct wr_type *type;

	if (owner->op == WR_OP_TRY) {
		wr_buf_str(buf, arm == 0 ? "tried" : "else");
		return;
	}
	if (owner->op == WR_OP_DO) {
		wr_buf_str(buf, "do");
		return;
	}
	if (owner->op != WR_OP_MATCH) {
		say_rounds(g, owner, buf);
		return;
	}
	type = &g->module->types.at[code->types[wr_operand(code, owner, 0)]];
	if (type->kind == WR_TYPE_BOOL)
		wr_buf_str(buf, arm == 0 ? "then" : "else");
	else if (type->kind == WR_TYPE_OPTION)
		wr_buf_str(buf, arm == 0 ? "some" : "none");
	else if (type->kind == WR_TYPE_VARIANTS)
		wr_buf_text(buf, type->members[arm].name);
}

void
wr_graph_say_edge(const struct wr_graph *g, const struct wr_graph_edge *e, struct wr_buf *buf)
{
	size_t at = buf->size;

	if (e->arm != WR_NONE)
		wr_graph_say_block(g, e->arm, buf);
	wr_spell_labels(buf, g->module, e->labels);
	if (buf->size > at && buf->at[at] == ' ') /* labels come with a space before each */
		memmove(buf->at + at, buf->at + at + 1, --buf->size - at);
}

uint32_t
wr_graph_step(const struct wr_graph *g, struct wr_graph_nest *nest, uint32_t node)
{
	uint32_t path[WR_BLOCKS_DEEP + 1], deep = 0, same = 0;

	for (uint32_t c = g->nodes[node].cluster; c != WR_NONE; c = g->clusters[c].parent)
		path[deep++] = c;
	while (same < deep && same < nest->len && nest->open[same] == path[deep - 1 - same])
		same++;
	for (nest->len = same; nest->len < deep; nest->len++)
		nest->open[nest->len] = path[deep - 1 - nest->len];
	return same;
}
