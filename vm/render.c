/*
 * Renders what an adaptor is told about one call: the agent's constants and its templates
 * over the arguments. It escapes what goes into a path and decides nothing about transport.
 */
#include "vm/run.h"

#include "vm/for_compiler.h"
#include "vm/schema.h"

#include <assert.h>

struct renderer {
	struct wr_eval *e;
	const struct wr_module *module;
	const struct wr_agent *agent;
	struct wr_scope scope; /* the body, evaluated */
	struct wr_part *parts;
	uint32_t parts_len, parts_room;
};

static enum wr_status
no_memory(const struct wr_eval *e)
{
	return e->arena->over ? WR_LIMIT : WR_NOMEM;
}

static void
add_part(struct renderer *r, struct wr_part part)
{
	assert(r->parts_len < r->parts_room);
	r->parts[r->parts_len++] = part;
}

/* ---- paths ------------------------------------------------------------------------ */

/* Unreserved characters of RFC 3986 stand for themselves. */
static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* Append to out, or only count when out is NULL; returns the size. */
static size_t
put_encoded(char *out, struct wr_text t)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t size = 0;

	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.at[i];
		bool plain = unreserved(t.at[i]);

		if (out != NULL && plain) {
			out[size] = t.at[i];
		} else if (out != NULL) {
			out[size] = '%';
			out[size + 1] = digit[c >> 4];
			out[size + 2] = digit[c & 15];
		}
		size += plain ? 1 : 3;
	}
	return size;
}

/* Constants of the path are the author's and stay; what is put between them is encoded. */
static size_t
put_path(const struct renderer *r, uint32_t root, char *out)
{
	const struct wr_code *code = r->scope.code;
	const struct wr_node *n = &code->nodes[root];
	bool pieces = n->op == WR_OP_TEMPLATE;
	uint32_t len = pieces ? n->operands_len : 1;
	size_t size = 0;

	for (uint32_t i = 0; i < len; i++) {
		uint32_t piece = pieces ? wr_operand(code, n, i) : root;
		char room[32], *at = out == NULL ? NULL : out + size;
		struct wr_text t = wr_value_print(
		    r->e->types, code->types[piece], wr_scope_value(&r->scope, piece), room);

		if (code->nodes[piece].op != WR_OP_CONST) {
			size += put_encoded(at, t);
			continue;
		}
		if (at != NULL && t.size > 0)
			memcpy(at, t.at, t.size);
		size += t.size;
	}
	return size;
}

/* A path may be three times a text's maximum: it is no value of the language. */
static enum wr_status
render_path(struct renderer *r, uint32_t root, struct wr_text *ret)
{
	size_t size = put_path(r, root, NULL);
	char *at = wr_arena_get(r->e->arena, size);

	if (at == NULL)
		return no_memory(r->e);
	(void)put_path(r, root, at);
	*ret = (struct wr_text){at, size};
	return wr_eval_pay(r->e, size / 16);
}

/* ---- settings ------------------------------------------------------------------------ */

/* A header's name as it is written in HTTP. */
static enum wr_status
header_name(struct wr_eval *e, struct wr_text name, struct wr_text *ret)
{
	char *at = wr_arena_get(e->arena, name.size);

	if (at == NULL)
		return no_memory(e);
	for (size_t i = 0; i < name.size; i++)
		at[i] = name.at[i] == '_' ? '-' : name.at[i];
	*ret = (struct wr_text){at, name.size};
	return WR_OK;
}

static enum wr_status
render_pairs(struct renderer *r, const struct wr_setting *s, const char *name)
{
	for (uint32_t i = 0; i < s->pairs_len; i++) {
		const struct wr_pair *pair = &s->pairs[i];
		struct wr_part part = {.name = name, .key = pair->name, .text = pair->text};

		if (s->id == WR_SET_QUERIES)
			part.text = wr_value_text(wr_scope_value(&r->scope, pair->root));
		if (s->id == WR_SET_HEADERS) {
			enum wr_status status = header_name(r->e, pair->name, &part.key);

			if (status != WR_OK)
				return status;
		}
		add_part(r, part);
	}
	return WR_OK;
}

static enum wr_status
render_setting(struct renderer *r, const struct wr_setting *s)
{
	const struct wr_setting_info *info = wr_setting_info(s->id);
	struct wr_part part = {.name = info->word};
	enum wr_status status = WR_OK;

	switch (info->shape) {
	case WR_SHAPE_TEXT:
		part.text = s->text;
		break;
	case WR_SHAPE_INT:
	case WR_SHAPE_DURATION:
		part.shape = WR_PART_INT;
		part.integer = s->integer;
		break;
	case WR_SHAPE_BOOL:
		part.shape = WR_PART_BOOL;
		part.integer = s->integer;
		break;
	case WR_SHAPE_NUMBER:
		part.shape = WR_PART_NUMBER;
		part.number = s->number;
		break;
	case WR_SHAPE_TEXTS:
		return render_pairs(r, s, info->word);
	case WR_SHAPE_PAIRS:
		return render_pairs(r, s, "header");
	case WR_SHAPE_TEMPLATES:
		return render_pairs(r, s, "query");
	case WR_SHAPE_AGENT:
		return WR_OK;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		part.text = wr_value_text(wr_scope_value(&r->scope, s->root));
		if (s->id == WR_SET_PATH)
			status = render_path(r, s->root, &part.text);
		break;
	}
	if (status == WR_OK)
		add_part(r, part);
	return status;
}

/* A tool has no templates: it is given its arguments, as a JSON object. */
static enum wr_status
render_arguments(struct renderer *r, const struct wr_value *args)
{
	const struct wr_agent *agent = r->agent;
	struct wr_buf buf;
	struct wr_text json;
	enum wr_status s;

	wr_buf_init(&buf, r->e->arena->alloc, r->e->arena->max);
	wr_buf_byte(&buf, '{');
	for (uint32_t i = 0; i < agent->params_len; i++) {
		if (i > 0)
			wr_buf_byte(&buf, ',');
		wr_json_write_text(agent->params[i].name, &buf);
		wr_buf_byte(&buf, ':');
		wr_json_write(r->e->types, agent->params[i].type, args[i], &buf);
	}
	wr_buf_byte(&buf, '}');
	s = buf.status;
	if (s == WR_OK) {
		json = wr_arena_text(r->e->arena, wr_buf_view(&buf));
		s = json.at == NULL ? no_memory(r->e) : WR_OK;
	}
	if (s == WR_OK)
		add_part(r, (struct wr_part){.name = "arguments", .text = json});
	wr_buf_free(&buf);
	return s;
}

static bool
renders(const struct wr_setting *s)
{
	return s->id != WR_SET_TIMEOUT && s->id != WR_SET_RETRY &&
	       s->id != WR_SET_FALLBACK; /* the machine's own */
}

static enum wr_status
render_parts(struct renderer *r, const struct wr_value *args)
{
	const struct wr_agent *agent = r->agent;
	bool tool = r->module->backends[agent->backend].kind == WR_KIND_TOOL;

	r->parts_room = tool;
	for (uint32_t i = 0; i < agent->settings_len; i++)
		r->parts_room += agent->settings[i].pairs_len + 1;
	r->parts = wr_arena_array(r->e->arena, r->parts_room, sizeof *r->parts);
	if (r->parts == NULL)
		return no_memory(r->e);
	for (uint32_t i = 0; i < agent->settings_len; i++) {
		const struct wr_setting *setting = &agent->settings[i];
		enum wr_status s = renders(setting) ? render_setting(r, setting) : WR_OK;

		if (s != WR_OK)
			return s;
	}
	return tool ? render_arguments(r, args) : WR_OK;
}

/* ---- the rest of a call ------------------------------------------------------------------ */

static enum wr_status
render_schema(struct renderer *r, struct wr_call *call)
{
	struct wr_buf buf;
	enum wr_status s;

	wr_buf_init(&buf, r->e->arena->alloc, r->e->arena->max);
	wr_schema(r->e->types, r->agent->result, call->enveloped, &buf);
	s = buf.status;
	if (s == WR_OK) {
		call->schema = wr_arena_text(r->e->arena, wr_buf_view(&buf));
		s = call->schema.at == NULL ? no_memory(r->e) : WR_OK;
	}
	wr_buf_free(&buf);
	return s;
}

enum wr_status
wr_render(struct wr_eval *e, const struct wr_module *module, const struct wr_agent *agent,
    const struct wr_value *args, struct wr_call *call)
{
	const struct wr_backend *backend = &module->backends[agent->backend];
	struct wr_travel travel = wr_agent_travel(module, agent);
	struct wr_value nothing[2] = {{.kind = WR_VALUE_UNSET}, {.kind = WR_VALUE_UNSET}};
	struct renderer r = {.e = e, .module = module, .agent = agent};
	enum wr_status s;

	r.scope =
	    (struct wr_scope){.code = &agent->body, .inputs = args, .end = agent->body.nodes_len};
	r.scope.slots = wr_arena_array(e->arena, r.scope.end, sizeof *r.scope.slots);
	if (r.scope.slots == NULL)
		return no_memory(e);
	s = r.scope.end == 0 ? WR_OK : wr_eval_block(e, &r.scope, 0, nothing);
	if (s == WR_OK)
		s = render_parts(&r, args);
	if (s != WR_OK)
		return s;
	call->timeout_ms = wr_agent_timeout_ms(agent);
	call->agent = agent->name;
	call->backend = backend->name;
	call->kind = wr_kind_word(backend->kind);
	call->effect = wr_agent_has_effect(module, agent);
	call->parts = r.parts;
	call->parts_len = r.parts_len;
	call->form = travel.form;
	call->enveloped = travel.enveloped;
	call->text_max = travel.form == WR_RESULT_TEXT ? (uint64_t)e->types->at[agent->result].hi : 0;
	return render_schema(&r, call);
}
