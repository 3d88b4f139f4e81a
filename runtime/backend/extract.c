/*
 * The embedded default for models: no weights, no randomness. Guided by the
 * schema of the result it picks sentences, numbers and choices out of the
 * prompt's user messages. Everything it says stands in the prompt, save for
 * booleans and names of variants, which it chooses. It never makes up a number.
 */
#include "runtime/backend/extract.h"

#include "vm/base/limits.h"

#include <assert.h>

#define MEMORY_MAX (64u << 20) /* of one call: twelve times the prompt, and the answer */
#define LIST_TEXTS_MAX 3u      /* texts picked for a list that does not demand more */

static struct wd_json *make(struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim);

/* ---- structures ---- */

static bool
aim_at(struct wd_extract *x, struct wr_text name, const struct wd_json *schema, struct wd_aim *ret)
{
	struct wr_text parts[2] = {name, wd_json_text(wd_json_get(schema, "description"))};
	struct wr_buf words;
	bool good;

	wr_buf_init(&words, x->doc->arena.alloc, WR_TEXT_MAX);
	wr_buf_text(&words, parts[0]);
	wr_buf_byte(&words, ' ');
	if (parts[1].at != NULL)
		wr_buf_text(&words, parts[1]);
	for (size_t i = 0; i < words.size; i++)
		if (words.at[i] == '_')
			words.at[i] = ' ';
	ret->name = name;
	good = words.status == WR_OK &&
	       wd_query_of(&x->doc->arena, wr_buf_view(&words), &ret->query) == WR_OK;
	wr_buf_free(&words);
	if (!good)
		wd_extract_spent(x);
	return good;
}

static struct wd_json *
make_object(struct wd_extract *x, const struct wd_json *schema)
{
	const struct wd_json *properties = wd_json_get(schema, "properties");
	struct wd_json *object = wd_json_object(x->doc);

	for (size_t i = 0; i < wd_json_len(properties); i++) {
		struct wr_text name = wd_json_name(properties, i);
		struct wd_aim aim;
		struct wd_json *value = NULL;

		if (aim_at(x, name, wd_json_item(properties, i), &aim))
			value = make(x, wd_json_item(properties, i), aim);
		if (value == NULL)
			return NULL;
		(void)wd_json_set_named(x->doc, object, name, value);
	}
	return object;
}

/* A try that takes only what the text gives. */
static struct wd_json *
make_strictly(struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim)
{
	bool before = x->strict;
	struct wd_json *made;

	x->strict = true;
	made = make(x, schema, aim);
	x->strict = before;
	return made;
}

/* The kind of a variant `{"kind": {"enum": ["pay"]}, …}`, or at NULL. */
static struct wr_text
kind_of(const struct wd_json *schema)
{
	const struct wd_json *kind = wd_json_get(wd_json_get(schema, "properties"), "kind");

	return wd_json_text(wd_json_item(wd_json_get(kind, "enum"), 0));
}

/*
 * The variants by likeness of their names, the first whose payload the text gives; else any it can
 * make.
 */
static struct wd_json *
make_variant(struct wd_extract *x, const struct wd_json *any, struct wd_aim aim)
{
	size_t len = wd_json_len(any);
	uint64_t *likes = wr_arena_array(&x->doc->arena, len + 1, sizeof(*likes));
	struct wd_json *made = NULL;

	if (likes == NULL) {
		wd_extract_spent(x);
		return NULL;
	}
	for (size_t i = 0; i < len; i++)
		likes[i] = 1 + wd_pick_likeness(x, kind_of(wd_json_item(any, i)));
	for (size_t tried = 0; tried < len && made == NULL; tried++) {
		size_t best = 0;

		for (size_t i = 1; i < len; i++)
			if (likes[i] > likes[best])
				best = i;
		made = make(x, wd_json_item(any, best), aim);
		likes[best] = 0;
	}
	return made;
}

static struct wd_json *
make_any(struct wd_extract *x, const struct wd_json *any, struct wd_aim aim)
{
	size_t last = wd_json_len(any) - 1;
	struct wd_json *made;

	assert(wd_json_len(any) > 0);
	if (!wd_json_text_is(wd_json_get(wd_json_item(any, last), "type"), "null"))
		return make_variant(x, any, aim);
	if (last > 1) /* optional variants: some are there if one of their names is */
		made = make_variant(x, any, aim);
	else
		made = make_strictly(x, wd_json_item(any, 0), aim);
	return made != NULL ? made : wd_json_new_null(x->doc);
}

/* One item from each sentence that gives one, in the order of the text. */
static struct wd_json *
make_list(struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim)
{
	const struct wd_json *items = wd_json_get(schema, "items");
	uint32_t from = x->from, to = x->to;
	int64_t least = 0, most = WR_LIST_MAX;
	struct wd_json *list = wd_json_array(x->doc);

	(void)wd_json_int(wd_json_get(schema, "minItems"), &least);
	(void)wd_json_int(wd_json_get(schema, "maxItems"), &most);
	if (wd_json_text_is(wd_json_get(items, "type"), "string") && most > LIST_TEXTS_MAX)
		most = least > LIST_TEXTS_MAX ? least : LIST_TEXTS_MAX;
	for (int pass = 0; pass < 2 && (int64_t)wd_json_len(list) < (pass == 0 ? most : least);
	     pass++) {
		for (uint32_t i = from; i < to && (int64_t)wd_json_len(list) < most; i++) {
			struct wd_json *item;

			x->from = i;
			x->to = i + 1;
			item = pass == 0 ? make_strictly(x, items, aim) : make(x, items, aim);
			if (item != NULL)
				(void)wd_json_push(x->doc, list, item);
		}
		if (pass == 0 && (int64_t)wd_json_len(list) < least)
			list = wd_json_array(x->doc);
	}
	x->from = from;
	x->to = to;
	if ((int64_t)wd_json_len(list) < least || (x->strict && wd_json_len(list) == 0))
		return wd_extract_give_up(x, "too few items", aim.name);
	return list;
}

static struct wd_json *
make(struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim)
{
	const struct wd_json *type = wd_json_get(schema, "type");
	struct wd_json *made = NULL;

	if (++x->depth > WR_TYPE_WALK_MAX)
		made = NULL;
	else if (wd_json_len(wd_json_get(schema, "anyOf")) > 0)
		made = make_any(x, wd_json_get(schema, "anyOf"), aim);
	else if (wd_json_get(schema, "enum") != NULL)
		made = wd_pick_choice(x, wd_json_get(schema, "enum"), aim);
	else if (wd_json_text_is(type, "object"))
		made = make_object(x, schema);
	else if (wd_json_text_is(type, "array"))
		made = make_list(x, schema, aim);
	else if (wd_json_text_is(type, "string"))
		made = wd_pick_text(x, aim);
	else if (wd_json_text_is(type, "integer") || wd_json_text_is(type, "number"))
		made = wd_pick_number(x, schema, aim);
	else if (wd_json_text_is(type, "boolean"))
		made = wd_pick_bool(x, aim);
	x->depth--;
	return made;
}

/* ---- a call ---- */

/* The user messages, parted by empty lines. */
static enum wr_status
read_prompt(struct wd_extract *x, const struct wr_call *call, struct wr_buf *prompt)
{
	for (uint32_t i = 0; i < call->parts_len; i++) {
		if (strcmp(call->parts[i].name, "user") != 0)
			continue;
		if (prompt->size > 0)
			wr_buf_str(prompt, "\n\n");
		wr_buf_text(prompt, call->parts[i].text);
	}
	if (prompt->status != WR_OK)
		return prompt->status;
	enum wr_status got = wd_read(&x->doc->arena, wr_buf_view(prompt), &x->reading);

	if (got == WR_OK && !wd_extract_link(x))
		got = WR_NOMEM;
	x->to = x->reading.sentences_len;
	return got;
}

static void
summarise(struct wd_extract *x, const struct wr_call *call, struct wr_buf *out)
{
	size_t bound = WD_SUMMARY_MAX;

	if (call->text_max > 0 && call->text_max < bound)
		bound = (size_t)call->text_max;
	wd_pick_summary(x, bound, out);
}

static void
answer(void *state, const struct wr_call *call, struct wr_buf *out, struct wd_answer *ret_answer)
{
	const struct wr_alloc *const *alloc = state;
	struct wd_json_doc doc;
	struct wd_extract x = {.doc = &doc, .attempt = call->attempt};
	struct wd_json *schema = NULL, *made = NULL;
	struct wd_aim aim = {call->agent, {NULL, 0}};
	struct wr_buf prompt;
	enum wr_status got;

	wr_buf_init(&prompt, *alloc, WD_REQUEST_MAX);
	wd_json_init(&doc, *alloc, MEMORY_MAX);
	got = read_prompt(&x, call, &prompt);
	if (got == WR_OK && call->form == WR_RESULT_TEXT) {
		summarise(&x, call, out);
		wd_answer_ok(ret_answer, 0);
		goto done;
	}
	if (got == WR_OK)
		got = wd_json_parse_into(&doc, call->schema, &schema, NULL);
	if (got == WR_OK)
		made = make(&x, schema, aim);
	if (got != WR_OK || doc.status != WR_OK) {
		wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "extract: %s",
		    wr_status_text(got != WR_OK ? got : doc.status));
	} else if (made == NULL) {
		wd_answer_fail(ret_answer, WR_FAILURE_INVALID, "%s",
		    x.why[0] != '\0' ? x.why : "the prompt gives no such value");
	} else {
		wd_json_write(made, WD_JSON_COMPACT, out);
		wd_answer_ok(ret_answer, 0);
	}
done:
	wd_json_free(&doc);
	wr_buf_free(&prompt);
}

/* The state is where memory comes from, nothing else. */
static enum wr_status
open_extract(const struct wd_backend_config *config, const struct wr_alloc *alloc, void **ret_state,
    struct wd_trouble *ret_trouble)
{
	const struct wr_alloc **state = wr_alloc_new(alloc, sizeof(*state));

	(void)config;
	(void)ret_trouble;
	if (state == NULL)
		return WR_NOMEM;
	*state = alloc;
	*ret_state = state;
	return WR_OK;
}

static void
close_extract(void *state)
{
	const struct wr_alloc **alloc = state;

	wr_alloc_free(*alloc, state, sizeof(*alloc));
}

const struct wd_adaptor wd_adaptor_extract = {
    .name = "extract",
    .kinds = "llm",
    .class = WD_CLASS_EMBEDDED,
    .open = open_extract,
    .close = close_extract,
    .answer = answer,
};
