/*
 * The rows of kinds.def and settings.def, and what an agent says or leaves to a default.
 * Decides nothing else about a module.
 */
#include "vm/format/module.h"

#include <assert.h>

#define LLM (1u << WR_KIND_LLM)
#define RETRIEVE (1u << WR_KIND_RETRIEVE)
#define HTTP (1u << WR_KIND_HTTP)
#define TOOL (1u << WR_KIND_TOOL)
#define HUMAN (1u << WR_KIND_HUMAN)
#define ALL ((1u << WR_KINDS_LEN) - 1)

static const struct wr_setting_info settings[] = {
#define SETTING(id, word, shape, kinds, required, lo, hi)                                          \
	{#word, WR_SHAPE_##shape, kinds, required, lo, hi},
#include "vm/format/settings.def"
#undef SETTING
};

static const char *const kinds[] = {
#define KIND(id, word) #word,
#include "vm/format/kinds.def"
#undef KIND
};

_Static_assert(sizeof settings / sizeof *settings == WR_SETTINGS_LEN && WR_SETTINGS_LEN <= 64,
    "a set of settings fits a word");

const struct wr_setting_info *
wr_setting_info(unsigned id)
{
	return id < WR_SETTINGS_LEN ? &settings[id] : NULL;
}

const char *
wr_kind_word(unsigned kind)
{
	return kind < WR_KINDS_LEN ? kinds[kind] : NULL;
}

const struct wr_setting *
wr_agent_setting(const struct wr_agent *agent, enum wr_setting_id id)
{
	assert(settings[id].shape != WR_SHAPE_MESSAGE);
	for (uint32_t i = 0; i < agent->settings_len; i++)
		if (agent->settings[i].id == id)
			return &agent->settings[i];
	return NULL;
}

uint64_t
wr_agent_timeout_ms(const struct wr_agent *agent)
{
	const struct wr_setting *s = wr_agent_setting(agent, WR_SET_TIMEOUT);

	return s == NULL ? WR_TIMEOUT_DEFAULT_MS : (uint64_t)s->integer;
}

uint32_t
wr_agent_retry(const struct wr_agent *agent)
{
	const struct wr_setting *s = wr_agent_setting(agent, WR_SET_RETRY);

	return s == NULL ? 0 : (uint32_t)s->integer;
}

uint32_t
wr_agent_fallback(const struct wr_agent *agent)
{
	const struct wr_setting *s = wr_agent_setting(agent, WR_SET_FALLBACK);

	return s == NULL ? WR_NONE : (uint32_t)s->integer;
}

bool
wr_agent_has_effect(const struct wr_module *module, const struct wr_agent *agent)
{
	static const char *const repeatable[] = { "GET", "HEAD", "PUT", "DELETE" };
	const struct wr_setting *method = wr_agent_setting(agent, WR_SET_METHOD);
	const struct wr_setting *idempotent = wr_agent_setting(agent, WR_SET_IDEMPOTENT);
	enum wr_kind kind = module->backends[agent->backend].kind;

	if (kind != WR_KIND_HTTP && kind != WR_KIND_TOOL)
		return false;
	for (size_t i = 0; i < sizeof repeatable / sizeof *repeatable; i++)
		if (method != NULL && wr_text_eq(method->text, wr_text_of(repeatable[i])))
			return false;
	return idempotent == NULL || idempotent->integer == 0;
}

uint64_t
wr_drops_labels(const struct wr_drops *drops)
{
	uint64_t labels = 0;

	for (uint32_t i = 0; i < drops->len; i++)
		labels |= drops->at[i].labels;
	return labels;
}

bool
wr_code_tried(const struct wr_code *code, uint32_t node)
{
	uint32_t block = code->nodes[node].block;

	for (; code->blocks[block].owner != WR_NONE; block = code->blocks[block].parent) {
		const struct wr_node *owner = &code->nodes[code->blocks[block].owner];

		if (owner->op == WR_OP_TRY && block == owner->blocks)
			return true;
	}
	return false;
}
