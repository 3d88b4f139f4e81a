/*
 * From bytes to a module that may run: decode, verify, summarise. Decides nothing itself; whatever goes
 * wrong, nothing is left behind.
 */
#include "vm/writ_vm.h"

#include <assert.h>

#include "vm/format/decode.h"
#include "vm/summary.h"
#include "vm/verify.h"

struct loaded {
	struct wr_arena arena; /* first: module.arena leads back here */
	struct wr_summary summary;
	const struct wr_alloc *alloc;
};

static struct loaded *
loaded_of(const struct wr_module *module)
{
	return (struct loaded *)(void *)module->arena;
}

/* Append to where, as far as it goes; always terminated. */
static void
where_add(struct wr_load_refusal *r, struct wr_text t)
{
	size_t size = strlen(r->where), room = sizeof r->where - 1 - size;

	if (t.size > room)
		t.size = room;
	if (t.size > 0)
		memcpy(r->where + size, t.at, t.size);
	r->where[size + t.size] = '\0';
}

static void
where_number(struct wr_load_refusal *r, const char *word, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	where_add(r, wr_text_of(word));
	where_add(r, (struct wr_text){ digits + at, sizeof digits - at });
}

/* `agent assess node 3 operand 1`; module is NULL while there are only bytes. */
static void
explain(const struct wr_module *module, const struct wr_refusal *why, struct wr_load_refusal *ret)
{
	*ret = (struct wr_load_refusal){ .code = why->code, .why = why->why };
	if (module == NULL) {
		where_number(ret, "byte ", why->offset);
		return;
	}
	if (why->agent != WR_NONE) {
		where_add(ret, WR_TEXT("agent "));
		where_add(ret, module->agents[why->agent].name);
	} else {
		where_add(ret, wr_text_of(why->node == WR_NONE ? "module" : "flow"));
	}
	if (why->node != WR_NONE)
		where_number(ret, " node ", why->node);
	if (why->operand != WR_NONE)
		where_number(ret, " operand ", why->operand);
}

static enum wr_status
load_into(struct loaded *l, const uint8_t *bytes, size_t size, struct wr_module **ret_module,
    struct wr_load_refusal *ret_refusal)
{
	struct wr_module *module = NULL;
	struct wr_refusal refusal = { .agent = WR_NONE, .node = WR_NONE, .operand = WR_NONE };
	struct wr_bounds worst;
	enum wr_status s;

	if ((s = wr_decode(bytes, size, &l->arena, &module, &refusal)) != WR_OK)
		module = NULL;
	else
		s = wr_verify_program(module, &worst, &refusal);
	if (s == WR_MALFORMED || s == WR_REFUSED || s == WR_LIMIT)
		explain(module, &refusal, ret_refusal);
	if (s != WR_OK)
		return s;
	s = wr_summarise(module, &worst, &l->arena, &l->summary);
	if (s == WR_LIMIT)
		*ret_refusal = (struct wr_load_refusal){ .code = "too-large",
			.why = "takes more memory than is allowed", .where = "module" };
	*ret_module = module;
	return s;
}

enum wr_status
wr_load(const uint8_t *bytes, size_t size, const struct wr_alloc *alloc, struct wr_module **ret_module,
    struct wr_load_refusal *ret_refusal)
{
	struct loaded *l = wr_alloc_new(alloc, sizeof *l);
	struct wr_module *module;
	enum wr_status s;

	assert(ret_module != NULL && ret_refusal != NULL);
	if (l == NULL)
		return WR_NOMEM;
	*l = (struct loaded){ .alloc = alloc };
	wr_arena_init(&l->arena, alloc, WR_LOADED_MAX);
	s = load_into(l, bytes, size, &module, ret_refusal);
	if (s == WR_OK) {
		*ret_module = module;
		return WR_OK;
	}
	wr_arena_free(&l->arena);
	wr_alloc_free(alloc, l, sizeof *l);
	return s;
}

void
wr_module_free(struct wr_module *module)
{
	struct loaded *l;

	if (module == NULL)
		return;
	l = loaded_of(module);
	wr_arena_free(&l->arena); /* the module lies in it */
	wr_alloc_free(l->alloc, l, sizeof *l);
}

const struct wr_summary *
wr_module_summary(const struct wr_module *module)
{
	assert(module != NULL);
	return &loaded_of(module)->summary;
}

/* The next name of a dotted path; false at its end. */
static bool
next_name(struct wr_text *path, struct wr_text *ret_name)
{
	const char *dot;

	if (path->at == NULL)
		return false;
	dot = path->size == 0 ? NULL : memchr(path->at, '.', path->size);
	*ret_name = (struct wr_text){ path->at, dot == NULL ? path->size : (size_t)(dot - path->at) };
	*path = dot == NULL ? (struct wr_text){ NULL, 0 } :
	    (struct wr_text){ dot + 1, path->size - ret_name->size - 1 };
	return true;
}

bool
wr_module_labels_at(const struct wr_module *module, struct wr_text path, uint64_t *ret_labels)
{
	const struct wr_types *types = &module->types;
	uint32_t type = WR_NONE;
	uint64_t labels = 0;
	struct wr_text name;

	if (!next_name(&path, &name))
		return false;
	for (uint32_t i = 0; i < module->inputs_len && type == WR_NONE; i++) {
		if (!wr_text_eq(module->inputs[i].name, name))
			continue;
		type = module->inputs[i].type;
		labels = module->inputs[i].labels;
	}
	while (type != WR_NONE && next_name(&path, &name)) {
		const struct wr_type *t = &types->at[type];

		while (t->kind == WR_TYPE_OPTION || t->kind == WR_TYPE_LIST)
			t = &types->at[t->elem];
		type = WR_NONE;
		for (uint32_t i = 0; i < t->members_len && type == WR_NONE; i++) {
			if (!wr_text_eq(t->members[i].name, name))
				continue;
			type = t->members[i].type;
			labels |= t->members[i].labels;
		}
	}
	if (type == WR_NONE)
		return false;
	*ret_labels = labels;
	return true;
}

enum wr_status
wr_open(const uint8_t *bytes, size_t size, struct wr_arena *arena, struct wr_module **ret_module,
    struct wr_refusal *ret_refusal)
{
	struct wr_module *module;
	struct wr_bounds worst;
	enum wr_status s;

	if ((s = wr_decode(bytes, size, arena, &module, ret_refusal)) != WR_OK ||
	    (s = wr_verify_program(module, &worst, ret_refusal)) != WR_OK)
		return s;
	*ret_module = module;
	return WR_OK;
}
