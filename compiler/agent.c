/*
 * Agents: settings that their kind of backend knows, constants in range, templates over the
 * parameters. A body is a graph of its own with one root for each template.
 */
#include "compiler/fallback.h"
#include "compiler/lower.h"

#include <assert.h>

struct building {
	struct wc_unit *u;
	struct wc_def *def;
	struct wc_body *body;
	struct wc_lower l;
	enum wr_kind kind;
	bool good;
	bool misspelt; /* a setting that is missing may be there under another name */
};

static void
bad(struct building *b, struct wc_diag *d, const char *label)
{
	if (label != NULL)
		wc_diag_label(d, "%s", label);
	b->good = false;
}

/* ---- which setting ------------------------------------------------------------------- */

/* All that this kind of agent can be told. */
static void
note_settings(struct wc_diag *d, const struct wr_text *words, uint32_t len)
{
	char list[400];
	size_t size = 0;

	for (uint32_t i = 0; i < len; i++) {
		const char *joint = i == 0 ? "" : ", ";

		assert(size + words[i].size + 3 < sizeof list);
		memcpy(list + size, joint, strlen(joint));
		size += strlen(joint);
		memcpy(list + size, words[i].at, words[i].size);
		size += words[i].size;
	}
	list[size] = '\0';
	wc_diag_note(d, "its settings are %s", list);
}

/* Our word for a setting as others call it, when this kind has it; or an empty text. */
static struct wr_text
setting_elsewhere(struct wr_text word, const struct wr_text *words, uint32_t len)
{
	static const struct {
		const char *theirs, *ours;
	} same[] = {
		{ "system", "context" },
		{ "system_prompt", "context" },
		{ "instructions", "context" },
		{ "prompt", "user" },
		{ "message", "user" },
		{ "messages", "user" },
		{ "template", "user" },
		{ "max_output_tokens", "max_tokens" },
		{ "max_completion_tokens", "max_tokens" },
		{ "retries", "retry" },
		{ "max_retries", "retry" },
		{ "url", "path" },
		{ "params", "query" },
		{ "payload", "body" },
		{ "data", "body" },
		{ "top_k", "top" },
		{ "question", "ask" },
	};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		for (uint32_t k = 0; k < len; k++)
			if (wr_text_eq(word, wr_text_of(same[i].theirs)) &&
			    wr_text_eq(words[k], wr_text_of(same[i].ours)))
				return words[k];
	return (struct wr_text){ NULL, 0 };
}

static void
unknown_setting(struct building *b, const struct wc_name *n)
{
	struct wr_text words[WR_SETTINGS_LEN], ours;
	uint32_t len = 0;
	struct wc_diag *d;

	for (unsigned id = 0; id < WR_SETTINGS_LEN; id++)
		if (wr_setting_info(id)->kinds & 1u << b->kind)
			words[len++] = wr_text_of(wr_setting_info(id)->word);
	d = wc_diag_add(b->u->diags, WC_E0501, n->span, "%s `%s` agent has no setting `%T`",
	    b->kind == WR_KIND_LLM || b->kind == WR_KIND_HTTP ? "an" : "a", wr_kind_word(b->kind),
	    n->text);
	ours = setting_elsewhere(n->text, words, len);
	if (ours.size > 0) {
		wc_diag_help(d, "write `%T`", ours);
		wc_diag_edit(d, n->span, ours);
	} else if (wc_nearest(n->text, words, len).size > 0)
		wc_unit_suggest(d, n, words, len);
	else
		note_settings(d, words, len);
	b->misspelt = true;
	bad(b, d, NULL);
}

/* The setting of this name for this kind, or WR_SETTINGS_LEN (reported). */
static unsigned
setting_named(struct building *b, const struct wc_name *n)
{
	for (unsigned id = 0; id < WR_SETTINGS_LEN; id++) {
		const struct wr_setting_info *info = wr_setting_info(id);

		if ((info->kinds & 1u << b->kind) && wr_text_eq(wr_text_of(info->word), n->text))
			return id;
	}
	unknown_setting(b, n);
	return WR_SETTINGS_LEN;
}

/* ---- constants ------------------------------------------------------------------------- */

static uint32_t
list_of_texts(struct wr_types *types)
{
	uint32_t text = wr_type_text(types, 0, WR_TEXT_MAX);

	return text == WR_NONE ? WR_NONE : wr_type_list(types, text, 0, WR_LIST_MAX);
}

/* The constant value of an expression of this kind; false: reported. */
static bool
constant(struct building *b, const struct wc_expr *e, enum wr_type_kind kind, struct wr_value *ret)
{
	struct wr_types *types = &b->u->types;
	struct wc_span no_place = {NULL, 0, 0};
	uint32_t hint =
	    kind == WR_TYPE_NUMBER ? wc_unit_type(b->u, wr_type_number(types, 0, 0)) : WR_NONE;
	uint32_t node = wc_lower_expr(&b->l, e, hint), wanted;

	b->good &= node != WR_NONE;
	if (node == WR_NONE)
		return false;
	if (!wc_is_const(&b->l, node)) {
		bad(b, wc_diag_add(b->u->diags, WC_E0503, e->span, "a setting must be a constant"),
		    "known only when the flow runs");
		return false;
	}
	if (wc_type_of(&b->l, node)->kind == kind) {
		*ret = b->l.g->nodes[node].value;
		return true;
	}
	wanted = kind == WR_TYPE_TEXT   ? wr_type_text(types, 0, WR_TEXT_MAX)
		 : kind == WR_TYPE_INT  ? wr_type_int(types, INT64_MIN, INT64_MAX)
		 : kind == WR_TYPE_BOOL ? wr_type_bool(types)
		 : kind == WR_TYPE_LIST ? list_of_texts(types)
					: hint;
	if (wc_unit_type(b->u, wanted) != WR_NONE)
		wc_mismatch(&b->l, wc_node_type(&b->l, node), wanted, e->span, no_place);
	b->good = false;
	return false;
}

static void
out_of_range(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info,
    const char *units)
{
	struct wc_diag *d;

	if (info->lo < 0)
		d = wc_diag_add(b->u->diags, WC_E0207, e->span, "`%s` must be from %ld to %ld%s",
		    info->word, info->lo, info->hi, units);
	else
		d = wc_diag_add(b->u->diags, WC_E0207, e->span, "`%s` must be from %N to %N%s",
		    info->word, (uint64_t)info->lo, (uint64_t)info->hi, units);
	bad(b, d, NULL);
}

static void
duration(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info,
    struct wr_setting *s)
{
	if (e->kind != WC_EXPR_DURATION) {
		struct wc_diag *d =
		    wc_diag_add(b->u->diags, WC_E0201, e->span, "a duration is needed");

		wc_diag_help(d, "such as `500ms`, `30s`, `5m` or `48h`");
		bad(b, d, NULL);
	} else if (e->duration_ms < (uint64_t)info->lo || e->duration_ms > (uint64_t)info->hi) {
		bad(b,
		    wc_diag_add(b->u->diags, WC_E0207, e->span, "`%s` must be from 1 ms to 30 days",
			info->word),
		    NULL);
	} else {
		s->integer = (int64_t)e->duration_ms;
	}
}

static void
too_many(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info)
{
	bad(b,
	    wc_diag_add(b->u->diags, WC_E0207, e->span, "`%s` takes at most %ld texts",
		info->word, info->hi),
	    NULL);
}

/* At most so many constant texts: a list. */
static void
texts(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info,
    struct wr_setting *s)
{
	struct wr_value list;
	struct wr_pair *pairs;

	if (!constant(b, e, WR_TYPE_LIST, &list))
		return;
	if (list.len > info->hi) {
		too_many(b, e, info);
		return;
	}
	pairs = wc_unit_get(b->u, list.len, sizeof *pairs);
	for (uint32_t i = 0; pairs != NULL && i < list.len; i++) {
		if (list.as.items[i].kind != WR_VALUE_TEXT) {
			bad(b,
			    wc_diag_add(b->u->diags, WC_E0201, e->span,
				"`%s` takes a list of texts", info->word),
			    NULL);
			return;
		}
		pairs[i] =
		    (struct wr_pair){.text = wr_value_text(list.as.items[i]), .root = WR_NONE};
	}
	s->pairs = pairs;
	s->pairs_len = list.len;
}

static void
simple(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info,
    struct wr_setting *s)
{
	struct wr_value v;

	switch (info->shape) {
	case WR_SHAPE_TEXT:
		if (!constant(b, e, WR_TYPE_TEXT, &v))
			return;
		s->text = wr_value_text(v);
		if (v.len < info->lo || v.len > info->hi)
			out_of_range(b, e, info, " bytes");
		return;
	case WR_SHAPE_INT:
		if (!constant(b, e, WR_TYPE_INT, &v))
			return;
		s->integer = v.as.integer;
		if (v.as.integer < info->lo || v.as.integer > info->hi)
			out_of_range(b, e, info, "");
		return;
	case WR_SHAPE_NUMBER:
		if (!constant(b, e, WR_TYPE_NUMBER, &v))
			return;
		s->number = v.as.number;
		if (v.as.number < (double)info->lo || v.as.number > (double)info->hi)
			out_of_range(b, e, info, "");
		return;
	default:
		if (constant(b, e, WR_TYPE_BOOL, &v))
			s->integer = v.as.boolean;
		return;
	}
}

/* ---- templates ---------------------------------------------------------------------------- */

static uint32_t template(struct building *b, const struct wc_expr *e)
{
	uint32_t node = wc_lower_expr(&b->l, e, WR_NONE);

	if (node != WR_NONE && wc_type_of(&b->l, node)->kind != WR_TYPE_TEXT) {
		struct wc_span no_place = {NULL, 0, 0};
		uint32_t text = wc_unit_type(b->u, wr_type_text(&b->u->types, 0, WR_TEXT_MAX));

		if (text != WR_NONE)
			wc_mismatch(&b->l, wc_node_type(&b->l, node), text, e->span, no_place);
		node = WR_NONE;
	}
	b->good &= node != WR_NONE;
	return node;
}

/*
 * `headers: Headers { accept: "…" }`: names with texts. The type's name is for the reader: a record
 * of settings is no value, so nothing is declared for it.
 */
static void
pairs(struct building *b, const struct wc_expr *e, const struct wr_setting_info *info,
    struct wr_setting *s)
{
	struct wr_pair *at;
	uint32_t len = 0;
	struct wr_value v;

	if (e->kind != WC_EXPR_RECORD) {
		struct wc_diag *d = wc_diag_add(
		    b->u->diags, WC_E0201, e->span, "`%s` is a record of texts", info->word);

		wc_diag_help(d, "`%s: Names { a: \"…\", b: \"…\" }`", info->word);
		bad(b, d, NULL);
		return;
	}
	if (e->record.fields.len > info->hi)
		too_many(b, e, info);
	at = wc_unit_get(b->u, e->record.fields.len, sizeof *at);
	for (const struct wc_arg *a = e->record.fields.first; at != NULL && a != NULL;
	     a = a->next) {
		for (uint32_t i = 0; i < len; i++)
			if (wr_text_eq(at[i].name, a->name.text))
				bad(b,
				    wc_diag_add(b->u->diags, WC_E0103, a->name.span,
					"`%T` is given twice", a->name.text),
				    NULL);
		at[len] = (struct wr_pair){.name = a->name.text, .root = WR_NONE};
		if (info->shape == WR_SHAPE_TEMPLATES)
			at[len].root = template(b, a->value);
		else if (constant(b, a->value, WR_TYPE_TEXT, &v))
			at[len].text = wr_value_text(v);
		len++;
	}
	s->pairs = at;
	s->pairs_len = len;
}

static void
setting(struct building *b, const struct wc_arg *a, struct wr_setting *s)
{
	const struct wr_setting_info *info = wr_setting_info(s->id);

	s->root = WR_NONE;
	switch (info->shape) {
	case WR_SHAPE_TEXT:
	case WR_SHAPE_INT:
	case WR_SHAPE_NUMBER:
	case WR_SHAPE_BOOL:
		simple(b, a->value, info, s);
		break;
	case WR_SHAPE_DURATION:
		duration(b, a->value, info, s);
		break;
	case WR_SHAPE_TEXTS:
		texts(b, a->value, info, s);
		break;
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATES:
		pairs(b, a->value, info, s);
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		s->root = template(b, a->value);
		break;
	case WR_SHAPE_AGENT:
		b->good &= wc_find_fallback(b->u, b->def, a->value);
		if (b->def->fallback != NULL)
			s->integer = b->def->fallback - b->u->defs;
		break;
	}
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* What says the default is left out, so that there is one way to say it. */
static bool
is_default(const struct wr_setting *s)
{
	return (s->id == WR_SET_TIMEOUT && s->integer == WR_TIMEOUT_DEFAULT_MS) ||
	       (s->id == WR_SET_RETRY && s->integer == 0) ||
	       (s->id == WR_SET_IDEMPOTENT && s->integer == 0);
}

static void
setting_twice(struct building *b, const struct wc_name *again, const struct wc_name *first)
{
	struct wc_diag *d =
	    wc_diag_add(b->u->diags, WC_E0509, again->span, "`%T` is said twice", again->text);

	wc_diag_also(d, first->span, "first here");
	bad(b, d, "again here");
}

/* Put it where it belongs: ascending ids, then messages as they come. */
static void
place(struct building *b, const struct wr_setting *s, const struct wc_arg *a)
{
	struct wc_body *body = b->body;
	bool message = wr_setting_info(s->id)->shape == WR_SHAPE_MESSAGE;
	uint32_t at = body->settings_len;

	while (!message && at > 0 &&
	       (wr_setting_info(body->settings[at - 1].id)->shape == WR_SHAPE_MESSAGE ||
		   body->settings[at - 1].id > s->id)) {
		body->settings[at] = body->settings[at - 1];
		body->written[at] = body->written[at - 1];
		at--;
	}
	body->settings[at] = *s;
	body->written[at] = a;
	body->settings_len++;
}

/* As written on this very declaration, without what a copy takes over. */
static const struct wc_arg_list *
written(const struct wc_def *def)
{
	return def->decl->kind == WC_DECL_AGENT ? &def->decl->agent.settings
						: &def->decl->agent_copy.settings;
}

/*
 * Those of def itself, but for what a copy of it has said already. A conversation is one setting:
 * who says `user` or `assistant` says all of them.
 */
static void
take_own_settings(struct building *b, const struct wc_def *def, const struct wc_arg **said,
    const struct wc_arg *const *overridden)
{
	bool talked = overridden[WR_SET_USER] != NULL || overridden[WR_SET_ASSISTANT] != NULL;

	for (const struct wc_arg *a = written(def)->first; a != NULL; a = a->next) {
		unsigned id = setting_named(b, &a->name);
		struct wr_setting s = {.id = (enum wr_setting_id)id};
		bool message;

		if (id == WR_SETTINGS_LEN)
			continue;
		message = wr_setting_info(id)->shape == WR_SHAPE_MESSAGE;
		if (message ? talked : overridden[id] != NULL)
			continue;
		if (said[id] != NULL && !message) {
			setting_twice(b, &a->name, &said[id]->name);
			continue;
		}
		said[id] = a;
		setting(b, a, &s);
		if (!is_default(&s))
			place(b, &s, a);
	}
}

/* A copy's own settings first, then what it did not say from its original. */
static void
take_settings(struct building *b, const struct wc_arg **said)
{
	const struct wc_arg *overridden[WR_SETTINGS_LEN];

	for (const struct wc_def *def = b->def; def != NULL; def = def->from) {
		memcpy(overridden, said, sizeof overridden);
		take_own_settings(b, def, said, overridden);
	}
}

static void
check_required(struct building *b, const struct wc_arg *const *said)
{
	for (unsigned id = 0; id < WR_SETTINGS_LEN; id++) {
		const struct wr_setting_info *info = wr_setting_info(id);
		struct wc_diag *d;

		if (!(info->required & 1u << b->kind) || said[id] != NULL)
			continue;
		d = wc_diag_add(b->u->diags, WC_E0502, b->def->decl->name.span,
		    "`%T` must say `%s`", b->def->decl->name.text, info->word);
		if (id == WR_SET_MAX_TOKENS)
			wc_diag_note(d, "without it there is no worst case");
		bad(b, d, NULL);
	}
}

static const struct wr_setting *
said_setting(const struct building *b, enum wr_setting_id id)
{
	for (uint32_t i = 0; i < b->body->settings_len; i++)
		if (b->body->settings[i].id == id)
			return &b->body->settings[i];
	return NULL;
}

/* No retry of what may not be repeated. */
static void
check_retry(struct building *b, const struct wc_arg *const *said)
{
	const struct wr_setting *method = said_setting(b, WR_SET_METHOD);
	struct wc_diag *d;

	if (said_setting(b, WR_SET_RETRY) == NULL || said_setting(b, WR_SET_IDEMPOTENT) != NULL)
		return;
	d = wc_diag_add(b->u->diags, WC_E0504, said[WR_SET_RETRY]->name.span,
	    "a retry could %s twice", method != NULL ? "pay" : "act");
	if (method != NULL)
		wc_diag_label(d, "`%T` is not idempotent", method->text);
	else
		wc_diag_label(d, "a tool is not idempotent");
	wc_diag_help(d, "remove `retry`; or, if the %s ignores repeats, add `idempotent: true`",
	    method != NULL ? "service" : "tool");
	b->good = false;
}

/* A method; and may it be repeated? */
static void
check_http(struct building *b, const struct wc_arg *const *said)
{
	static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"};
	struct wr_text method = said_setting(b, WR_SET_METHOD)->text;
	uint32_t i = 0;
	struct wc_diag *d;

	while (i < 6 && !wr_text_eq(method, wr_text_of(methods[i])))
		i++;
	if (i == 6) {
		d = wc_diag_add(b->u->diags, WC_E0207, said[WR_SET_METHOD]->value->span,
		    "`%T` is not a method", method);
		wc_diag_note(d, "the methods are GET, HEAD, PUT, DELETE, POST, PATCH");
		bad(b, d, NULL);
	} else if (i >= 4) {
		check_retry(b, said);
	}
}

static void
check_retrieve(struct building *b, const struct wc_arg *const *said)
{
	const struct wc_signature *s = &b->def->signature;
	const struct wr_type *result = &b->u->types.at[s->result];
	int64_t top = said_setting(b, WR_SET_TOP)->integer;
	struct wc_diag *d;

	if (result->kind != WR_TYPE_LIST || b->u->types.at[result->elem].kind != WR_TYPE_RECORD) {
		d = wc_diag_add(b->u->diags, WC_E0506, s->result_written->span,
		    "a `retrieve` agent gives a list of records");
		wc_diag_label(d, "`%s`", wc_unit_words(b->u, s->result));
		bad(b, d, NULL);
	} else if (result->hi < top) {
		d = wc_diag_add(b->u->diags, WC_E0506, said[WR_SET_TOP]->value->span,
		    "`top: %ld` does not fit `%s`", top, wc_unit_words(b->u, s->result));
		wc_diag_also(d, s->result_written->span, "room for %N", (uint64_t)result->hi);
		bad(b, d, NULL);
	}
}

static void
bind_params(struct building *b)
{
	const struct wc_signature *s = &b->def->signature;

	for (uint32_t i = 0; i < s->params_len && b->u->status == WR_OK; i++) {
		struct wc_node n = {.op = WR_OP_INPUT, .index = i, .result = s->params[i].type};
		uint32_t node = WR_NONE;

		n.span = s->written[i]->name.span;
		if (n.result != WR_NONE)
			node = wc_graph_add(&b->body->graph, &n);
		if (b->body->graph.status != WR_OK)
			(void)wc_unit_failed(b->u, b->body->graph.status);
		(void)wc_bind(&b->l, &s->written[i]->name, "a parameter", node);
	}
}

/* The roots of the body: its templates in the order of the settings. */
static void
close_body(struct building *b)
{
	struct wc_body *body = b->body;
	uint32_t len = 0, *roots = NULL;

	for (uint32_t i = 0; i < body->settings_len; i++)
		len += 1 + body->settings[i].pairs_len;
	roots = wc_unit_get(b->u, len, sizeof *roots);
	len = 0;
	for (uint32_t i = 0; roots != NULL && i < body->settings_len; i++) {
		const struct wr_setting *s = &body->settings[i];
		enum wr_shape shape = wr_setting_info(s->id)->shape;

		if (shape == WR_SHAPE_TEMPLATE || shape == WR_SHAPE_MESSAGE)
			roots[len++] = s->root;
		for (uint32_t k = 0; shape == WR_SHAPE_TEMPLATES && k < s->pairs_len; k++)
			roots[len++] = s->pairs[k].root;
	}
	if (roots != NULL && !wc_graph_close(&body->graph, roots, len))
		(void)wc_unit_failed(b->u, body->graph.status);
}

static void
build(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_arg *said[WR_SETTINGS_LEN] = {NULL};
	uint32_t room = 0, errors = u->diags->errors;
	struct wc_body *body = wc_unit_get(u, 1, sizeof *body);
	struct building b = {
	    .u = u, .def = def, .body = body, .kind = def->backend->kind, .good = true};

	if (body == NULL)
		return;
	for (const struct wc_def *d = def; d != NULL; d = d->from)
		room += written(d)->len;
	body->settings = wc_unit_get(u, room, sizeof *body->settings);
	body->written = wc_unit_get(u, room, sizeof *body->written);
	wc_graph_init(&body->graph, u->arena, &u->types);
	if (body->settings == NULL || body->written == NULL || body->graph.status != WR_OK) {
		(void)wc_unit_failed(
		    u, body->graph.status != WR_OK ? body->graph.status : u->status);
		wc_graph_free(&body->graph);
		return;
	}
	b.l = wc_lower_begin(u, &body->graph, WC_SITE_AGENT);
	bind_params(&b);
	take_settings(&b, said);
	if (!b.misspelt)
		check_required(&b, said);
	if (b.good && b.kind == WR_KIND_HTTP)
		check_http(&b, said);
	if (b.good && b.kind == WR_KIND_TOOL)
		check_retry(&b, said);
	if (b.good && b.kind == WR_KIND_RETRIEVE && !def->signature.broken)
		check_retrieve(&b, said);
	if (b.good) {
		if (b.kind != WR_KIND_TOOL) /* a tool is told all of them */
			wc_warn_params(&b.l, def);
		close_body(&b);
	}
	wc_unbind(&b.l, NULL);
	wc_graph_free(&body->graph);
	if (b.good && u->status == WR_OK && u->diags->errors == errors)
		def->body = body;
}

void
wc_build_agents(struct wc_unit *u)
{
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++)
		if (wc_is_agent(&u->defs[i]) && u->defs[i].backend != NULL)
			build(u, &u->defs[i]);
	wc_check_fallbacks(u);
}
