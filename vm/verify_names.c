/*
 * A name means one thing: inputs, agents and dropping fns share one space with the built-ins, records
 * and variants another, backends a third; a parameter hides nothing that its agent could call. How
 * names are spelled the decoder has checked.
 */
#include "vm/verify.h"

#include <assert.h>

#include "vm/base/hash.h"
#include "vm/format/names.h"

enum space { VALUES, TYPES, BACKENDS };

struct entry {
	struct wr_text name;
	enum space space;
	bool input;                   /* seen in the flow alone */
	const struct wr_drops *drops; /* of a fn, else NULL */
	uint32_t type;                /* of a fn: what all that it was given so far joins to */
};

struct names {
	struct wr_checker *c;
	struct entry *slots; /* free where name.at is NULL; at least twice the names */
	uint32_t mask;
	uint64_t seed;
};

static bool
same_drops(const struct wr_drops *a, const struct wr_drops *b)
{
	if (a->len != b->len)
		return false;
	for (uint32_t i = 0; i < a->len; i++)
		if (a->at[i].labels != b->at[i].labels || !wr_text_eq(a->at[i].reason, b->at[i].reason))
			return false;
	return true;
}

/*
 * A fn is inlined wherever it is called, so its name may come again, with the same drops and with what
 * one parameter could take: else it would be two fns.
 */
static enum wr_status
same_fn(struct names *names, struct entry *first, const struct entry *again, uint32_t agent, uint32_t node)
{
	enum wr_status s = WR_REFUSED;

	if (same_drops(first->drops, again->drops))
		s = wr_type_join(&names->c->module->types, first->type, again->type, &first->type);
	if (s == WR_NOMEM)
		return wr_no_room(names->c);
	return s == WR_OK ? WR_OK : wr_refuse(names->c, WR_RULE_DROP_DIFFERS, agent, node, WR_NONE);
}

static enum wr_status
take(struct names *names, struct entry e, uint32_t agent, uint32_t node)
{
	uint32_t slot = (uint32_t)wr_hash(e.name.at, e.name.size, names->seed) & names->mask;

	if (e.space == VALUES && wr_name_builtin(e.name))
		return wr_refuse(names->c, WR_RULE_NAME_TAKEN, agent, node, WR_NONE);
	for (; names->slots[slot].name.at != NULL; slot = (slot + 1) & names->mask) {
		struct entry *other = &names->slots[slot];

		if (other->space != e.space || !wr_text_eq(other->name, e.name))
			continue;
		if (other->drops == NULL || e.drops == NULL)
			return wr_refuse(names->c, WR_RULE_NAME_TAKEN, agent, node, WR_NONE);
		return same_fn(names, other, &e, agent, node);
	}
	names->slots[slot] = e;
	return WR_OK;
}

/* A parameter is seen in its agent alone, where it must not hide what can be called there. */
static enum wr_status
check_param(const struct names *names, struct wr_text name, uint32_t agent)
{
	uint32_t slot = (uint32_t)wr_hash(name.at, name.size, names->seed) & names->mask;
	bool hides = wr_name_builtin(name);

	for (; names->slots[slot].name.at != NULL; slot = (slot + 1) & names->mask) {
		const struct entry *other = &names->slots[slot];

		hides |= other->space == VALUES && !other->input && wr_text_eq(other->name, name);
	}
	return hides ? wr_refuse(names->c, WR_RULE_NAME_TAKEN, agent, WR_NONE, WR_NONE) : WR_OK;
}

static enum wr_status
check_params(const struct names *names)
{
	const struct wr_module *m = names->c->module;
	enum wr_status s = WR_OK;

	for (uint32_t a = 0; a < m->agents_len; a++)
		for (uint32_t i = 0; i < m->agents[a].params_len && s == WR_OK; i++)
			s = check_param(names, m->agents[a].params[i].name, a);
	return s;
}

static uint32_t
count_fns(const struct wr_code *code)
{
	uint32_t count = 0;

	for (uint32_t n = 0; n < code->nodes_len; n++)
		count += code->nodes[n].op == WR_OP_DROP;
	return count;
}

static enum wr_status
take_fns(struct names *names, const struct wr_code *code, uint32_t agent)
{
	enum wr_status s = WR_OK;

	for (uint32_t n = 0; n < code->nodes_len && s == WR_OK; n++)
		if (code->nodes[n].op == WR_OP_DROP)
			s = take(names,
			    (struct entry){ code->nodes[n].name, VALUES, false, &code->nodes[n].drops, code->types[n] },
			    agent, n);
	return s;
}

static enum wr_status
take_all(struct names *names)
{
	const struct wr_module *m = names->c->module;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < m->types_len && s == WR_OK; i++)
		if (m->types.at[i].kind == WR_TYPE_RECORD || m->types.at[i].kind == WR_TYPE_VARIANTS)
			s = take(names, (struct entry){ .name = m->types.at[i].name, .space = TYPES }, WR_NONE, WR_NONE);
	for (uint32_t i = 0; i < m->backends_len && s == WR_OK; i++)
		s = take(names, (struct entry){ .name = m->backends[i].name, .space = BACKENDS }, WR_NONE, WR_NONE);
	for (uint32_t i = 0; i < m->inputs_len && s == WR_OK; i++)
		s = take(names, (struct entry){ .name = m->inputs[i].name, .space = VALUES, .input = true }, WR_NONE, WR_NONE);
	for (uint32_t i = 0; i < m->agents_len && s == WR_OK; i++)
		s = take(names, (struct entry){ .name = m->agents[i].name, .space = VALUES }, i, WR_NONE);
	for (uint32_t i = 0; i < m->agents_len && s == WR_OK; i++)
		s = take_fns(names, &m->agents[i].body, i);
	if (s == WR_OK)
		s = take_fns(names, &m->flow, WR_NONE);
	return s == WR_OK ? check_params(names) : s;
}

enum wr_status
wr_check_names(struct wr_checker *c)
{
	const struct wr_module *m = c->module;
	struct names names = { .c = c, .seed = (uint64_t)(uintptr_t)m }; /* unknown to who wrote the bytes */
	uint32_t count = m->types_len + m->backends_len + m->inputs_len + m->agents_len + count_fns(&m->flow);
	uint32_t room = 16;

	for (uint32_t i = 0; i < m->agents_len; i++)
		count += count_fns(&m->agents[i].body);
	while (room < count * 2)
		room *= 2;
	names.mask = room - 1;
	names.slots = wr_arena_array(&c->scratch, room, sizeof *names.slots);
	return names.slots == NULL ? wr_no_room(c) : take_all(&names);
}
