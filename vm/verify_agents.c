/*
 * What agents say about themselves: settings that their kind knows and needs, in range; templates
 * that are texts; results that their kind can give; no retry that could have an effect twice.
 * Never looks at who calls them.
 */
#include "vm/verify.h"

#include <assert.h>

struct agent_check {
	struct wr_checker *c;
	const struct wr_module *module;
	const struct wr_agent *agent;
	uint32_t at;
};

static enum wr_status
refuse(const struct agent_check *a, enum wr_rule rule, uint32_t node)
{
	return wr_refuse(a->c, rule, a->at, node, WR_NONE);
}

static bool
in_range(const struct wr_setting *s, const struct wr_setting_info *info)
{
	int64_t measure = s->integer;

	switch (info->shape) {
	case WR_SHAPE_NUMBER:
		return s->number >= (double)info->lo && s->number <= (double)info->hi;
	case WR_SHAPE_TEXT:
		measure = (int64_t)s->text.size;
		break;
	case WR_SHAPE_TEXTS:
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATES:
		measure = s->pairs_len;
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
	case WR_SHAPE_AGENT:
		return true;
	case WR_SHAPE_INT:
	case WR_SHAPE_BOOL:
	case WR_SHAPE_DURATION:
		break;
	}
	return measure >= info->lo && measure <= info->hi;
}

/* Each known to the kind and in range, single ones once and in order; the required ones there. */
static enum wr_status
check_settings(const struct agent_check *a)
{
	unsigned kind = 1u << a->module->backends[a->agent->backend].kind;
	uint64_t said = 0;

	for (uint32_t i = 0; i < a->agent->settings_len; i++) {
		const struct wr_setting *s = &a->agent->settings[i];
		const struct wr_setting_info *info = wr_setting_info(s->id);

		if (info == NULL || (info->kinds & kind) == 0)
			return refuse(a, WR_RULE_SETTING_KIND, WR_NONE);
		if ((info->shape != WR_SHAPE_MESSAGE && said >> s->id != 0) || !in_range(s, info))
			return refuse(a, WR_RULE_SETTING_VALUE, WR_NONE);
		said |= 1ull << s->id;
	}
	for (unsigned id = 0; id < WR_SETTINGS_LEN; id++)
		if ((wr_setting_info(id)->required & kind) != 0 && (said >> id & 1) == 0)
			return refuse(a, WR_RULE_SETTING_MISSING, WR_NONE);
	return WR_OK;
}

/* The next root of the body must be this template, and a text. */
static enum wr_status
check_root(const struct agent_check *a, uint32_t *seen, uint32_t root)
{
	const struct wr_code *body = &a->agent->body;
	const struct wr_block *b = body->blocks;

	if (*seen == b->roots_len || body->operands[b->roots + *seen] != root)
		return refuse(a, WR_RULE_AGENT_ROOTS, root);
	++*seen;
	if (a->module->types.at[body->types[root]].kind != WR_TYPE_TEXT)
		return refuse(a, WR_RULE_NOT_TEXT, root);
	return WR_OK;
}

static enum wr_status
check_templates(const struct agent_check *a)
{
	uint32_t seen = 0;
	enum wr_status status = WR_OK;

	for (uint32_t i = 0; i < a->agent->settings_len && status == WR_OK; i++) {
		const struct wr_setting *s = &a->agent->settings[i];
		enum wr_shape shape = wr_setting_info(s->id)->shape;

		if (shape == WR_SHAPE_TEMPLATE || shape == WR_SHAPE_MESSAGE)
			status = check_root(a, &seen, s->root);
		for (uint32_t k = 0; shape == WR_SHAPE_TEMPLATES && k < s->pairs_len && status == WR_OK; k++)
			status = check_root(a, &seen, s->pairs[k].root);
	}
	if (status == WR_OK && seen != a->agent->body.blocks->roots_len)
		return refuse(a, WR_RULE_AGENT_ROOTS, WR_NONE);
	return status;
}

static enum wr_status
check_http(const struct agent_check *a)
{
	static const char *const methods[] = { "GET", "HEAD", "PUT", "DELETE", "POST", "PATCH" };
	struct wr_text method = wr_agent_setting(a->agent, WR_SET_METHOD)->text;
	uint32_t i = 0;

	while (i < 6 && !wr_text_eq(method, wr_text_of(methods[i])))
		i++;
	return i < 6 ? WR_OK : refuse(a, WR_RULE_METHOD, WR_NONE);
}

static enum wr_status
check_retrieve(const struct agent_check *a)
{
	const struct wr_type *result = &a->module->types.at[a->agent->result];
	int64_t top = wr_agent_setting(a->agent, WR_SET_TOP)->integer;

	if (result->kind != WR_TYPE_LIST || a->module->types.at[result->elem].kind != WR_TYPE_RECORD ||
	    result->hi < top)
		return refuse(a, WR_RULE_RETRIEVE_RESULT, WR_NONE);
	return WR_OK;
}

/* Before it in the table, so there is no ring; with the same parameters, result and dropped labels. */
static enum wr_status
check_fallback(const struct agent_check *a)
{
	uint32_t at = wr_agent_fallback(a->agent), deep = 0;
	const struct wr_agent *other;

	if (at == WR_NONE)
		return WR_OK;
	if (at >= a->at)
		return refuse(a, WR_RULE_NO_AGENT, WR_NONE);
	other = &a->module->agents[at];
	if (other->params_len != a->agent->params_len || other->result != a->agent->result ||
	    wr_drops_labels(&other->drops) != wr_drops_labels(&a->agent->drops))
		return refuse(a, WR_RULE_FALLBACK, WR_NONE);
	for (uint32_t i = 0; i < other->params_len; i++)
		if (other->params[i].type != a->agent->params[i].type ||
		    !wr_text_eq(other->params[i].name, a->agent->params[i].name))
			return refuse(a, WR_RULE_FALLBACK, WR_NONE);
	for (; at != WR_NONE; at = wr_agent_fallback(&a->module->agents[at]))
		if (deep++ == WR_FALLBACKS_MAX)
			return refuse(a, WR_RULE_FALLBACKS, WR_NONE);
	return WR_OK;
}

static enum wr_status
check_agent(const struct agent_check *a)
{
	enum wr_status s;

	if (a->agent->backend >= a->module->backends_len)
		return refuse(a, WR_RULE_NO_BACKEND, WR_NONE);
	for (uint32_t i = 0; i < a->agent->drops.len; i++)
		if (a->agent->drops.at[i].labels == 0 || a->agent->drops.at[i].reason.size == 0)
			return refuse(a, WR_RULE_EMPTY_DROP, WR_NONE);
	if ((s = check_settings(a)) != WR_OK || (s = check_templates(a)) != WR_OK ||
	    (s = check_fallback(a)) != WR_OK)
		return s;
	switch (a->module->backends[a->agent->backend].kind) {
	case WR_KIND_HTTP:
		s = check_http(a);
		break;
	case WR_KIND_RETRIEVE:
		s = check_retrieve(a);
		break;
	default:
		break;
	}
	if (s == WR_OK && wr_agent_retry(a->agent) > 0 && wr_agent_has_effect(a->module, a->agent))
		return refuse(a, WR_RULE_RETRY_EFFECT, WR_NONE);
	return s;
}

/* How many types the schema of each type writes out. Types share what they hold; schemas cannot. */
static const uint32_t *
written_out(struct wr_checker *c)
{
	const struct wr_types *types = &c->module->types;
	uint32_t *sizes = wr_arena_array(&c->scratch, c->module->types_len, sizeof *sizes);

	if (sizes == NULL)
		return NULL;
	for (uint32_t i = 0; i < c->module->types_len; i++) {
		const struct wr_type *t = &types->at[i];
		uint64_t size = 1;

		if (t->kind == WR_TYPE_OPTION || t->kind == WR_TYPE_LIST)
			size += sizes[t->elem];
		for (uint32_t k = 0; k < t->members_len; k++)
			size += 1 + (t->members[k].type == WR_NONE ? 0 : sizes[t->members[k].type]);
		sizes[i] = size > WR_SCHEMA_TYPES_MAX ? WR_SCHEMA_TYPES_MAX + 1 : (uint32_t)size;
	}
	return sizes;
}

/* So that writing all schemas of a module takes bounded time. */
static enum wr_status
check_schemas(struct wr_checker *c)
{
	const struct wr_module *m = c->module;
	const uint32_t *sizes = written_out(c);
	uint64_t sum;

	if (sizes == NULL)
		return wr_no_room(c);
	sum = sizes[m->result];
	for (uint32_t i = 0; i < m->inputs_len; i++)
		sum += sizes[m->inputs[i].type];
	for (uint32_t i = 0; i < m->agents_len; i++)
		sum += sizes[m->agents[i].result];
	if (sum > WR_SCHEMA_TYPES_MAX)
		return wr_refuse(c, WR_RULE_SCHEMA_SIZE, WR_NONE, WR_NONE, WR_NONE);
	return WR_OK;
}

enum wr_status
wr_check_agents(struct wr_checker *c)
{
	enum wr_status s = check_schemas(c);

	for (uint32_t i = 0; i < c->module->agents_len && s == WR_OK; i++)
		s = check_agent(&(struct agent_check){ c, c->module, &c->module->agents[i], i });
	return s;
}
