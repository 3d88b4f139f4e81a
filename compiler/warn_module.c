/*
 * Warnings that need the verified module: drops that drop nothing, and drops that let much
 * through.
 */
#include "compiler/findings.h"
#include "compiler/names.h"
#include "compiler/trail.h"

#define WIDE_BITS 1000u /* a drop that lets more through deserves a second look */
#define BITS_MAX (UINT64_C(1) << 40)

static uint64_t
capped(uint64_t bits)
{
	return bits < BITS_MAX ? bits : BITS_MAX;
}

/* Bits to tell n things apart. */
static uint64_t
bits_of(uint64_t n)
{
	return n <= 1 ? 0 : 64u - (uint64_t)__builtin_clzll(n - 1);
}

/* How many bits a value of a type can carry, at most about. */
static uint64_t
capacity(const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];
	uint64_t most = 0;

	switch (t->kind) {
	case WR_TYPE_TEXT:
		return (uint64_t)t->hi * 8;
	case WR_TYPE_INT:
		return bits_of((uint64_t)t->hi - (uint64_t)t->lo + 1);
	case WR_TYPE_NUMBER:
		return 64;
	case WR_TYPE_BOOL:
		return 1;
	case WR_TYPE_OPTION:
		return capped(1 + capacity(types, t->elem));
	case WR_TYPE_LIST:
		return capped(bits_of((uint64_t)(t->hi - t->lo) + 1) +
			      (uint64_t)t->hi * capacity(types, t->elem));
	case WR_TYPE_RECORD:
		for (uint32_t i = 0; i < t->members_len; i++)
			most = capped(most + capacity(types, t->members[i].type));
		return most;
	case WR_TYPE_VARIANTS:
		for (uint32_t i = 0; i < t->members_len; i++) {
			uint64_t payload =
			    t->members[i].type == WR_NONE ? 0 : capacity(types, t->members[i].type);

			most = payload > most ? payload : most;
		}
		return capped(bits_of(t->members_len) + most);
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	return 0;
}

/* The declaration behind a dropping node, of a copy the one that says `drops`. */
static const struct wc_def *
dropper(const struct wc_judged *j, const struct wr_node *n)
{
	const struct wc_def *def;

	if (n->op == WR_OP_CALL) {
		for (def = j->e->agents[n->index]; def->from != NULL;)
			def = def->from;
		return def;
	}
	return wc_outside(j->u, WC_VALUES, n->name);
}

static void
wide_drop(const struct wc_judged *j, const struct wc_def *def, uint64_t bits, bool text)
{
	struct wc_diag *d;

	if (bits <= WIDE_BITS || !wc_unit_warns(j->u, WC_W0806))
		return;
	d = wc_diag_add(j->u->diags, WC_W0806, def->signature.result_written->span,
	    "a drop lets %N bits through", bits);
	if (text)
		wc_diag_label(d, "up to %N bytes", bits / 8);
	if (def->decl->kind == WC_DECL_AGENT)
		wc_diag_note(d, "only the prompt keeps %T out of them",
		    wc_span_text(def->decl->agent.drops.first->labels.first->name.span));
}

static void
empty_drop(const struct wc_judged *j, const struct wc_def *def, uint64_t nothing)
{
	if (nothing != 0 && wc_unit_warns(j->u, WC_W0805))
		(void)wc_diag_add(j->u->diags, WC_W0805, def->decl->name.span,
		    "`%T` drops %s, but nothing labelled %s reaches it", def->decl->name.text,
		    wc_judged_labels(j, nothing), wc_judged_labels(j, nothing));
}

/* What reaches a dropping node, the decision around it included. */
static uint64_t
reaches(const struct wc_judged *j, uint32_t agent, uint32_t node)
{
	const struct wr_code *code = wc_judged_code(j, agent, NULL);
	const struct wr_node *n = &code->nodes[node];
	uint64_t labels = code->pc[node];

	for (uint32_t i = 0; i < n->operands_len; i++)
		labels |= n->op == WR_OP_CALL ? wc_judged_deep(j, agent, wr_operand(code, n, i))
					      : code->ambient[wr_operand(code, n, i)];
	return labels;
}

/* What is known of one dropping declaration, all its places together. */
struct dropping {
	uint64_t reached, dropped;
	uint64_t bits; /* the most that one use lets through */
	bool text, any;
};

static void
look_at(const struct wc_judged *j, uint32_t agent, struct dropping *drops)
{
	const struct wr_code *code = wc_judged_code(j, agent, NULL);

	for (uint32_t i = 0; i < code->nodes_len; i++) {
		const struct wr_node *n = &code->nodes[i];
		const struct wr_drops *d =
		    n->op == WR_OP_CALL ? &j->m->agents[n->index].drops : &n->drops;
		const struct wc_def *def;
		struct dropping *at;
		uint64_t bits;

		if ((n->op != WR_OP_CALL && n->op != WR_OP_DROP) || d->len == 0)
			continue;
		def = dropper(j, n);
		if (def == NULL)
			continue;
		at = &drops[def - j->u->defs];
		at->any = true;
		at->reached |= reaches(j, agent, i);
		for (uint32_t k = 0; k < d->len; k++)
			at->dropped |= d->at[k].labels;
		bits = capacity(&j->m->types, code->types[i]) + wr_code_tried(code, i);
		if (bits >= at->bits) {
			at->bits = bits;
			at->text = j->m->types.at[code->types[i]].kind == WR_TYPE_TEXT;
		}
	}
}

void
wc_warn_module(struct wc_unit *u, const struct wc_emitted *e)
{
	struct wc_judged j = {u, e, e->module};
	struct dropping *drops = wc_unit_get(u, u->defs_len, sizeof *drops);

	if (drops == NULL)
		return;
	look_at(&j, WR_NONE, drops);
	for (uint32_t i = 0; i < e->module->agents_len; i++)
		look_at(&j, i, drops);
	for (uint32_t i = 0; i < u->defs_len; i++)
		if (drops[i].any) {
			empty_drop(&j, &u->defs[i], drops[i].dropped & ~drops[i].reached);
			wide_drop(&j, &u->defs[i], drops[i].bits, drops[i].text);
		}
}
