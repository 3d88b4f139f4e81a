/*
 * Chat completions as OpenAI defined them and many servers speak them: OpenAI,
 * Azure's v1 endpoint, vLLM, llama.cpp, Ollama, LiteLLM. Sends what the agent says and nothing
 * else; the model's name is never changed. Whether an answer fits its type is
 * the machine's to check.
 */
#include "runtime/backend/endpoint.h"
#include "runtime/json.h"

#define MEMORY_MAX (64u << 20) /* one request or answer, parsed: several times its bytes */

/* ---- asking ---- */

static void
add_message(
    struct wd_json_doc *doc, struct wd_json *messages, const char *role, struct wr_text content)
{
	struct wd_json *message = wd_json_push(doc, messages, wd_json_object(doc));

	wd_json_set_str(doc, message, "role", role);
	wd_json_set_text(doc, message, "content", content);
}

/* The context prompt first, then the messages in the agent's order. */
static void
add_messages(struct wd_json_doc *doc, struct wd_json *root, const struct wr_call *call)
{
	struct wd_json *messages = wd_json_set(doc, root, "messages", wd_json_array(doc));
	const struct wr_part *context = wd_call_part(call, "context");

	if (context != NULL)
		add_message(doc, messages, "system", context->text);
	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *p = &call->parts[i];

		if (strcmp(p->name, "user") == 0 || strcmp(p->name, "assistant") == 0)
			add_message(doc, messages, p->name, p->text);
	}
}

static void
add_settings(struct wd_json_doc *doc, struct wd_json *root, const struct wr_call *call)
{
	struct wd_json *stops = NULL;

	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *p = &call->parts[i];

		if (strcmp(p->name, "model") == 0) {
			wd_json_set_text(doc, root, "model", p->text);
		} else if (strcmp(p->name, "max_tokens") == 0 || strcmp(p->name, "seed") == 0) {
			wd_json_set_int(doc, root, p->name, p->integer);
		} else if (strcmp(p->name, "temperature") == 0 || strcmp(p->name, "top_p") == 0) {
			(void)wd_json_set(doc, root, p->name,
			    p->shape == WR_PART_INT ? wd_json_new_int(doc, p->integer)
						    : wd_json_new_real(doc, p->number));
		} else if (strcmp(p->name, "stop") == 0) {
			if (stops == NULL)
				stops = wd_json_set(doc, root, "stop", wd_json_array(doc));
			(void)wd_json_push(doc, stops, wd_json_new_text(doc, p->text));
		}
	}
}

/* Ask for JSON of the result's schema. False when the schema does not parse. */
static bool
add_format(struct wd_json_doc *doc, struct wd_json *root, const struct wr_call *call)
{
	struct wd_json *format = wd_json_set(doc, root, "response_format", wd_json_object(doc));
	struct wd_json *inner, *schema;

	wd_json_set_str(doc, format, "type", "json_schema");
	inner = wd_json_set(doc, format, "json_schema", wd_json_object(doc));
	wd_json_set_text(doc, inner, "name", call->agent);
	wd_json_set_bool(doc, inner, "strict", true);
	if (wd_json_parse_into(doc, call->schema, &schema, NULL) != WR_OK)
		return false;
	(void)wd_json_set(doc, inner, "schema", schema);
	return true;
}

static bool
build(void *state, const struct wr_call *call, struct wr_text run, struct wd_request *request,
    struct wd_answer *ret_answer)
{
	const struct wd_endpoint *e = state;
	struct wd_json_doc doc;
	bool good;

	(void)run;
	wd_json_init(&doc, e->alloc, MEMORY_MAX);
	doc.root = wd_json_object(&doc);
	add_settings(&doc, doc.root, call);
	add_messages(&doc, doc.root, call);
	good = call->form == WR_RESULT_TEXT || add_format(&doc, doc.root, call);
	if (good)
		wd_json_write(doc.root, WD_JSON_COMPACT, &request->body);
	good = good && doc.status == WR_OK;
	wd_json_free(&doc);

	request->method = "POST";
	request->has_body = true;
	wr_buf_text(&request->url, wr_buf_view(&e->url));
	wr_buf_str(&request->url, "/chat/completions");
	good = good &&
	       wd_request_header(request, WR_TEXT("Content-Type"), WR_TEXT("application/json"));
	good = good && wd_request_header(request, WR_TEXT("Accept"), WR_TEXT("application/json"));
	if (!good)
		wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "out of memory for the request");
	return good;
}

/* ---- reading ---- */

static uint64_t
count_tokens(const struct wd_json *usage)
{
	int64_t total = 0, in = 0, out = 0;

	if (wd_json_int(wd_json_get(usage, "total_tokens"), &total) && total >= 0)
		return (uint64_t)total;
	if (wd_json_int(wd_json_get(usage, "prompt_tokens"), &in) && in >= 0 &&
	    wd_json_int(wd_json_get(usage, "completion_tokens"), &out) && out >= 0)
		return (uint64_t)in + (uint64_t)out;
	return 0;
}

static void
read_choice(const struct wd_json *root, struct wr_buf *out, struct wd_answer *ret_answer)
{
	const struct wd_json *choice = wd_json_item(wd_json_get(root, "choices"), 0);
	const struct wd_json *message = wd_json_get(choice, "message");
	const struct wd_json *reason = wd_json_get(choice, "finish_reason");
	struct wr_text content = wd_json_text(wd_json_get(message, "content"));
	struct wr_text refusal = wd_json_text(wd_json_get(message, "refusal"));

	if (refusal.size > 0)
		wd_answer_fail(ret_answer, WR_FAILURE_REFUSED, "the model refused to answer");
	else if (wd_json_text_is(reason, "content_filter"))
		wd_answer_fail(
		    ret_answer, WR_FAILURE_REFUSED, "the provider's filter stopped the answer");
	else if (wd_json_text_is(reason, "length"))
		wd_answer_fail(ret_answer, WR_FAILURE_INVALID,
		    "the answer was cut short: it reached "
		    "max_tokens");
	else if (content.at == NULL)
		wd_answer_fail(ret_answer, WR_FAILURE_INVALID,
		    "the answer has no text at "
		    "choices[0].message.content");
	else {
		wr_buf_text(out, content);
		wd_answer_ok(ret_answer, 0);
	}
	ret_answer->tokens = count_tokens(wd_json_get(root, "usage"));
}

static void
read_answer(void *state, const struct wr_call *call, const struct wd_response *response,
    struct wr_buf *out, struct wd_answer *ret_answer)
{
	const struct wd_endpoint *e = state;
	struct wd_json_doc doc;
	struct wd_json_error error = {0};
	enum wr_status got;

	(void)call;
	got = wd_json_parse(&doc, e->alloc, response->body, WD_RESPONSE_MAX, &error);
	if (got == WR_NOMEM) {
		wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "out of memory");
	} else if (got != WR_OK) {
		wd_answer_fail(ret_answer, WR_FAILURE_INVALID, "the answer is not JSON: %s",
		    error.text != NULL ? error.text : wr_status_text(got));
	} else {
		read_choice(doc.root, out, ret_answer);
		wd_json_free(&doc);
	}
}

/*
 * `error.code`, else `error.type`: a word of the protocol's, never a sentence that may quote the
 * prompt.
 */
static bool
error_code(void *state, const struct wd_response *response, char ret_code[64])
{
	const struct wd_endpoint *e = state;
	struct wd_json_doc doc;
	const struct wd_json *error;
	struct wr_text word;
	bool good;

	if (response->body.size == 0 ||
	    wd_json_parse(&doc, e->alloc, response->body, WD_RESPONSE_MAX, NULL) != WR_OK)
		return false;
	error = wd_json_get(doc.root, "error");
	word = wd_json_text(wd_json_get(error, "code"));
	if (word.at == NULL)
		word = wd_json_text(wd_json_get(error, "type"));
	good = word.at != NULL && word.size > 0 && word.size < 64;
	for (size_t i = 0; good && i < word.size; i++)
		good = (word.at[i] >= 'a' && word.at[i] <= 'z') || word.at[i] == '_';
	if (good) {
		memcpy(ret_code, word.at, word.size);
		ret_code[word.size] = '\0';
	}
	wd_json_free(&doc);
	return good;
}

const struct wd_adaptor wd_adaptor_openai = {
    .name = "openai",
    .kinds = "llm",
    .class = WD_CLASS_PROVIDER_ASSERTED,
    .open = wd_endpoint_open,
    .close = wd_endpoint_close,
    .build = build,
    .read = read_answer,
    .error_code = error_code,
};
