/*
 * A program as a list of facts, each with a key by which it is found in another program. Decides
 * what is a fact and how much its change matters; compares nothing.
 */
#include "vm/view/diff_facts.h"

#include "vm/view/page.h"
#include "vm/view/print.h"

#include <assert.h>

#define SCRATCH_MAX (64u << 20)

struct gathering {
	const struct wr_module *m;
	const struct wr_summary *sum;
	struct wr_arena *arena;
	struct wr_facts *facts;
	struct wr_buf key, value; /* of the next fact */
	const uint8_t *taken;
	uint32_t taken_len;
	enum wr_status status;
};

static void
fail(struct gathering *g, enum wr_status s)
{
	if (g->status == WR_OK)
		g->status = s;
}

static struct wr_text
keep(struct gathering *g, struct wr_buf *from)
{
	struct wr_text t = wr_arena_text(g->arena, wr_buf_view(from));

	if (from->status != WR_OK)
		fail(g, from->status);
	if (t.at == NULL)
		fail(g, g->arena->over ? WR_LIMIT : WR_NOMEM);
	from->size = 0;
	return t;
}

static void
add(struct gathering *g, enum wr_risk risk, enum wr_fact_rule rule, uint64_t labels)
{
	struct wr_facts *f = g->facts;
	struct wr_fact fact = { risk, rule, keep(g, &g->key), keep(g, &g->value), labels };

	if (f->len == f->room) {
		uint32_t room = f->room == 0 ? 256 : f->room * 2;
		struct wr_fact *more = wr_arena_array(g->arena, room, sizeof *more);

		if (more == NULL) {
			fail(g, g->arena->over ? WR_LIMIT : WR_NOMEM);
			return;
		}
		if (f->len > 0)
			memcpy(more, f->at, f->len * sizeof *more);
		f->at = more;
		f->room = room;
	}
	f->at[f->len++] = fact;
}

/* `agent assess model`: words between spaces; an empty one is left out. */
static void
key(struct gathering *g, const char *kind, struct wr_text name, const char *what)
{
	wr_buf_str(&g->key, kind);
	wr_buf_text(&g->key, name);
	wr_buf_str(&g->key, what);
}

static void
say(struct gathering *g, const char *text)
{
	wr_buf_str(&g->value, text);
}

/* ---- labels, drops, backends -------------------------------------------------------- */

static void
backends(struct gathering *g)
{
	for (uint32_t i = 0; i < g->sum->backends_len; i++) {
		const struct wr_summary_backend *b = &g->sum->backends[i];

		key(g, "backend ", b->name, " accepts");
		add(g, WR_RISK_ACCESS, WR_FACT_MORE, b->accepts);
		key(g, "backend ", b->name, " receives");
		add(g, WR_RISK_ACCESS, WR_FACT_MORE, b->reaches);
		key(g, "backend ", b->name, " taints");
		add(g, WR_RISK_ACCESS, WR_FACT_LESS, b->taints);
		key(g, "backend ", b->name, "");
		say(g, b->kind);
		add(g, WR_RISK_BACKENDS, WR_FACT_VALUE, 0);
	}
}

static void
drops(struct gathering *g)
{
	for (uint32_t i = 0; i < g->sum->drops_len; i++) {
		const struct wr_summary_drop *d = &g->sum->drops[i];

		key(g, d->is_agent ? "agent " : "fn ", d->name, " drops");
		wr_spell_labels(&g->key, g->m, d->labels);
		wr_page_bits(&g->value, d->millibits);
		say(g, ", ");
		wr_spell_text(&g->value, d->reason);
		add(g, WR_RISK_DROPS, WR_FACT_VALUE, 0);
	}
}

/* ---- effects, requires -------------------------------------------------------------- */

static void
effects(struct gathering *g)
{
	for (uint32_t i = 0; i < g->m->agents_len; i++) {
		const struct wr_agent *a = &g->m->agents[i];

		if (!wr_agent_has_effect(g->m, a))
			continue;
		key(g, "agent ", a->name, " has an effect");
		say(g, "through ");
		wr_buf_text(&g->value, g->m->backends[a->backend].name);
		add(g, WR_RISK_EFFECTS, WR_FACT_VALUE, 0);
	}
	for (uint32_t n = 0; n < g->m->flow.nodes_len; n++) {
		const struct wr_node *node = &g->m->flow.nodes[n], *said;

		if (node->op != WR_OP_REQUIRE)
			continue;
		said = &g->m->flow.nodes[wr_operand(&g->m->flow, node, 1)];
		wr_buf_str(&g->key, "require, else ");
		if (said->op == WR_OP_CONST)
			wr_spell_text(&g->key, wr_value_text(said->value));
		else
			wr_buf_str(&g->key, "a text that is made");
		add(g, WR_RISK_EFFECTS, WR_FACT_VALUE, 0);
	}
}

/* ---- agents ------------------------------------------------------------------------- */

static void
spell_pairs(struct gathering *g, const struct wr_setting *s, bool named)
{
	for (uint32_t i = 0; i < s->pairs_len; i++) {
		say(g, i == 0 ? "" : ", ");
		if (named) {
			wr_buf_text(&g->value, s->pairs[i].name);
			say(g, ": ");
		}
		wr_spell_text(&g->value, s->pairs[i].text);
	}
}

static void
told(struct gathering *g, struct wr_printer *p, const struct wr_agent *a, const char *word,
    struct wr_text name, uint32_t root)
{
	key(g, "agent ", a->name, " ");
	wr_buf_str(&g->key, word);
	wr_buf_str(&g->key, name.size > 0 ? " " : "");
	wr_buf_text(&g->key, name);
	p->line = 0;
	wr_print_template(p, root, 0);
	if (g->value.size > 0 && g->value.at[0] == ' ')
		memmove(g->value.at, g->value.at + 1, --g->value.size);
	add(g, WR_RISK_TOLD, WR_FACT_WORDS, 0);
}

static void
setting(
    struct gathering *g, struct wr_printer *p, const struct wr_agent *a, const struct wr_setting *s)
{
	const struct wr_setting_info *info = wr_setting_info(s->id);

	switch (info->shape) {
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		told(g, p, a, info->word, (struct wr_text){ NULL, 0 }, s->root);
		return;
	case WR_SHAPE_TEMPLATES:
		for (uint32_t i = 0; i < s->pairs_len; i++)
			told(g, p, a, info->word, s->pairs[i].name, s->pairs[i].root);
		return;
	case WR_SHAPE_TEXT:
	case WR_SHAPE_INT:
	case WR_SHAPE_NUMBER:
	case WR_SHAPE_BOOL:
	case WR_SHAPE_DURATION:
	case WR_SHAPE_TEXTS:
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_AGENT:
		key(g, "agent ", a->name, " ");
		wr_buf_str(&g->key, info->word);
		if (!wr_page_setting(&g->value, g->m, s))
			spell_pairs(g, s, info->shape == WR_SHAPE_PAIRS);
		add(g, WR_RISK_SETTINGS, WR_FACT_VALUE, 0);
		return;
	}
}

/* Whose turn it is in a conversation, in order. */
static void
turns(struct gathering *g, const struct wr_agent *a)
{
	for (uint32_t i = 0; i < a->settings_len; i++) {
		if (wr_setting_info(a->settings[i].id)->shape != WR_SHAPE_MESSAGE)
			continue;
		say(g, g->value.size > 0 ? ", " : "");
		say(g, wr_setting_info(a->settings[i].id)->word);
	}
	if (g->value.size == 0)
		return;
	key(g, "agent ", a->name, " messages");
	add(g, WR_RISK_TOLD, WR_FACT_VALUE, 0);
}

static void
signature(struct gathering *g, uint32_t i)
{
	const struct wr_agent *a = &g->m->agents[i];

	key(g, "agent ", a->name, " takes and gives");
	for (uint32_t k = 0; k < a->params_len; k++) {
		say(g, k == 0 ? "(" : ", ");
		wr_buf_text(&g->value, a->params[k].name);
		say(g, ": ");
		wr_spell_type(&g->value, &g->m->types, a->params[k].type);
	}
	say(g, a->params_len == 0 ? "() -> " : ") -> ");
	wr_spell_type(&g->value, &g->m->types, a->result);
	add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
	key(g, "agent ", a->name, " is called in");
	wr_page_count(&g->value, g->sum->agents[i].sites, "place");
	add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
}

static void
agents(struct gathering *g)
{
	for (uint32_t i = 0; i < g->m->agents_len && g->status == WR_OK; i++) {
		const struct wr_agent *a = &g->m->agents[i];
		struct wr_printer p = { .buf = &g->value,
			.module = g->m,
			.code = &a->body,
			.params = a->params,
			.taken = g->taken,
			.taken_len = g->taken_len };
		struct wr_arena scratch;
		enum wr_status s;

		wr_arena_init(&scratch, g->arena->alloc, SCRATCH_MAX);
		key(g, "agent ", a->name, "");
		say(g, "via ");
		wr_buf_text(&g->value, g->m->backends[a->backend].name);
		add(g, WR_RISK_SETTINGS, WR_FACT_VALUE, 0);
		s = wr_print_open(&p, &scratch);
		for (uint32_t k = 0; k < a->settings_len && s == WR_OK; k++)
			setting(g, &p, a, &a->settings[k]);
		turns(g, a);
		signature(g, i);
		if (s != WR_OK)
			fail(g, scratch.over ? WR_LIMIT : s);
		wr_arena_free(&scratch);
	}
}

/* ---- types, ends -------------------------------------------------------------------- */

static void
member(struct gathering *g, const struct wr_type *t, const struct wr_member *member)
{
	static const char *const kinds[] = { "type ", "field ", "field " };

	for (int i = 0; i < 3; i++) {
		if (i == 1 && member->description.size == 0)
			continue;
		key(g, kinds[i], t->name, ".");
		wr_buf_text(&g->key, member->name);
		if (i == 0) {
			if (member->type == WR_NONE)
				say(g, "nothing");
			else
				wr_spell_type(&g->value, &g->m->types, member->type);
			add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
		} else if (i == 1) {
			wr_buf_str(&g->key, " is described as");
			wr_spell_text(&g->value, member->description);
			add(g, WR_RISK_TOLD, WR_FACT_WORDS, 0);
		} else {
			wr_buf_str(&g->key, " is");
			add(g, WR_RISK_ACCESS, WR_FACT_LESS, member->labels);
		}
	}
}

static void
types(struct gathering *g)
{
	for (uint32_t i = 0; i < g->m->types_len; i++) {
		const struct wr_type *t = &g->m->types.at[i];

		if (t->kind != WR_TYPE_RECORD && t->kind != WR_TYPE_VARIANTS)
			continue;
		key(g, "type ", t->name, "");
		say(g, t->kind == WR_TYPE_RECORD ? "a record of" : "one of");
		for (uint32_t k = 0; k < t->members_len; k++) {
			say(g, k == 0 ? " " : ", ");
			wr_buf_text(&g->value, t->members[k].name);
		}
		add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
		for (uint32_t k = 0; k < t->members_len; k++)
			member(g, t, &t->members[k]);
	}
}

static void
ends(struct gathering *g)
{
	const struct wr_module *m = g->m;

	wr_buf_str(&g->key, "workflow");
	wr_buf_text(&g->value, m->name);
	add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
	for (uint32_t i = 0; i < m->labels_len; i++) {
		key(g, "label ", m->labels[i].name, "");
		wr_spell_text(&g->value, m->labels[i].description);
		add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
	}
	for (uint32_t i = 0; i < m->inputs_len; i++) {
		key(g, "input ", m->inputs[i].name, " is");
		add(g, WR_RISK_ACCESS, WR_FACT_LESS, m->inputs[i].labels);
		key(g, "input ", m->inputs[i].name, "");
		wr_spell_type(&g->value, &m->types, m->inputs[i].type);
		add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
	}
	wr_buf_str(&g->key, "result carries");
	add(g, WR_RISK_ACCESS, WR_FACT_MORE, g->sum->result_labels);
	wr_buf_str(&g->key, "result");
	wr_spell_type(&g->value, &m->types, m->result);
	add(g, WR_RISK_SHAPE, WR_FACT_VALUE, 0);
}

static void
bounds(struct gathering *g)
{
	for (int i = 0; i < 2; i++) {
		const struct wr_summary_bounds *b = i == 0 ? &g->sum->worst : &g->sum->promised;

		wr_buf_str(&g->key, i == 0 ? "worst case" : "promised");
		wr_page_count(&g->value, b->calls, "call");
		say(g, ", ");
		wr_page_count(&g->value, b->tokens, "token");
		say(g, ", ");
		wr_page_time(&g->value, b->time_ms);
		if (i == 1 && b->width != 0) {
			say(g, ", ");
			wr_page_count(&g->value, b->width, "call");
			say(g, " at once");
		}
		add(g, WR_RISK_BOUNDS, WR_FACT_VALUE, 0);
	}
}

enum wr_status
wr_facts_gather(const struct wr_diff_side *side, struct wr_arena *arena, struct wr_facts *ret)
{
	struct wr_facts facts = { 0 };
	struct gathering g = {
		.m = side->module, .sum = side->summary, .arena = arena, .facts = &facts
	};

	assert(side->summary->agents_len == side->module->agents_len);
	wr_buf_init(&g.key, arena->alloc, WR_MODULE_MAX);
	wr_buf_init(&g.value, arena->alloc, 4 * WR_MODULE_MAX);
	g.taken = wr_print_taken(side->module, arena, &g.taken_len);
	if (g.taken == NULL)
		fail(&g, arena->over ? WR_LIMIT : WR_NOMEM);
	if (g.status == WR_OK) {
		ends(&g);
		backends(&g);
		drops(&g);
		effects(&g);
		agents(&g);
		types(&g);
		bounds(&g);
	}
	wr_buf_free(&g.value);
	wr_buf_free(&g.key);
	*ret = facts;
	return g.status;
}
