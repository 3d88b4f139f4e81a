/* Chat completions: what is sent, and what each answer is read as. */
#include "runtime/backend/backend.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(openai, .timeout = 60);

static const struct wd_adaptor *const openai = &wd_adaptor_openai;

static void *
open_at(const char *address)
{
	struct wd_backend_config config = { .address = wr_text_of(address) };
	struct wd_trouble trouble;
	void *state = NULL;

	cr_assert_eq(openai->open(&config, wd_alloc(), &state, &trouble), WR_OK);
	return state;
}

static void
build_to(void *state, const struct wr_call *call, struct wd_request *r)
{
	struct wd_answer answer;

	*r = (struct wd_request){ 0 };
	wr_buf_init(&r->url, wd_alloc(), WD_URL_MAX);
	wr_buf_init(&r->headers, wd_alloc(), WD_URL_MAX);
	wr_buf_init(&r->body, wd_alloc(), WD_REQUEST_MAX);
	cr_assert(openai->build(state, call, WR_TEXT("run1"), r, &answer), "%s", answer.detail);
}

static void
free_request(struct wd_request *r)
{
	wr_buf_free(&r->url);
	wr_buf_free(&r->headers);
	wr_buf_free(&r->body);
}

Test(openai, sends_what_the_agent_says_and_nothing_else)
{
	static const char want[] =
	    "{\"model\":\"house-large-2025-09-29\",\"max_tokens\":900,\"temperature\":0,\"top_p\":0.5,"
	    "\"seed\":7,\"stop\":[\"END\",\"\\n\\n\"],\"messages\":[{\"role\":\"system\",\"content\":"
	    "\"You assess \\\"claims\\\".\"},{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\","
	    "\"content\":\"two\"},{\"role\":\"user\",\"content\":\"three\"}]";
	static const char format[] =
	    ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"assess\",\"strict\":true,"
	    "\"schema\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"},\"a\":{\"type\":"
	    "\"integer\",\"maximum\":9}},\"required\":[\"b\",\"a\"],\"additionalProperties\":false}}}";
	const struct wr_part parts[] = {
		{ .name = "model", .text = WR_TEXT("house-large-2025-09-29") },
		{ .name = "max_tokens", .shape = WR_PART_INT, .integer = 900 },
		{ .name = "temperature", .shape = WR_PART_INT, .integer = 0 },
		{ .name = "top_p", .shape = WR_PART_NUMBER, .number = 0.5 },
		{ .name = "seed", .shape = WR_PART_INT, .integer = 7 },
		{ .name = "stop", .text = WR_TEXT("END") },
		{ .name = "stop", .text = WR_TEXT("\n\n") },
		{ .name = "context", .text = WR_TEXT("You assess \"claims\".") },
		{ .name = "user", .text = WR_TEXT("one") },
		{ .name = "assistant", .text = WR_TEXT("two") },
		{ .name = "user", .text = WR_TEXT("three") },
	};
	struct wr_call call = { .agent = WR_TEXT("assess"), .parts = parts, .form = WR_RESULT_TEXT,
		.parts_len = sizeof(parts) / sizeof(*parts), .schema = WR_TEXT("{\"type\":\"string\"}") };
	void *state = open_at("http://127.0.0.1:8080/v1/");
	struct wd_request r;
	char whole[2048];

	build_to(state, &call, &r);
	(void)snprintf(whole, sizeof(whole), "%s}", want);
	cr_expect_str_eq(r.body.at, whole);
	cr_expect_str_eq(r.url.at, "http://127.0.0.1:8080/v1/chat/completions");
	cr_expect_str_eq(r.method, "POST");
	cr_expect(r.has_body);
	free_request(&r);

	call.form = WR_RESULT_JSON;
	call.schema = WR_TEXT("{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"},\"a\":"
			      "{\"type\":\"integer\",\"maximum\":9}},\"required\":[\"b\",\"a\"],"
			      "\"additionalProperties\":false}");
	build_to(state, &call, &r);
	(void)snprintf(whole, sizeof(whole), "%s%s}", want, format);
	cr_expect_str_eq(r.body.at, whole);
	free_request(&r);
	openai->close(state);
}

Test(openai, reads_each_kind_of_answer)
{
#define SAYS(content, finish) "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":" content \
	"},\"finish_reason\":" finish "}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}"
	static const struct {
		const char *body;
		bool ok;
		enum wr_failure failure;
		const char *text; /* or part of the detail */
		uint64_t tokens;
	} cases[] = {
		{ SAYS("\"{\\\"a\\\":1}\"", "\"stop\""), true, 0, "{\"a\":1}", 15 },
		{ SAYS("\"\"", "\"stop\""), true, 0, "", 15 },
		{ SAYS("\"x\"", "null"), true, 0, "x", 15 },
		{ SAYS("\"x\"", "\"length\""), false, WR_FAILURE_INVALID, "cut short", 15 },
		{ SAYS("\"x\"", "\"content_filter\""), false, WR_FAILURE_REFUSED, "filter", 15 },
		{ SAYS("null,\"refusal\":\"I may not.\"", "\"stop\""), false, WR_FAILURE_REFUSED, "refused", 15 },
		{ SAYS("\"x\",\"refusal\":null", "\"stop\""), true, 0, "x", 15 },
		{ SAYS("null", "\"tool_calls\""), false, WR_FAILURE_INVALID, "choices[0].message.content", 15 },
		{ SAYS("[1]", "\"stop\""), false, WR_FAILURE_INVALID, "choices[0]", 15 },
		{ "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", true, 0, "x", 0 },
		{ "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":2,"
		  "\"completion_tokens\":3}}", true, 0, "x", 5 },
		{ "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"total_tokens\":-1}}", true, 0, "x", 0 },
		{ "{\"choices\":[]}", false, WR_FAILURE_INVALID, "choices[0]", 0 },
		{ "[]", false, WR_FAILURE_INVALID, "choices[0]", 0 },
		{ "<html>no</html>", false, WR_FAILURE_INVALID, "not JSON", 0 },
		{ "", false, WR_FAILURE_INVALID, "not JSON", 0 },
		{ "{\"choices\":[", false, WR_FAILURE_INVALID, "not JSON", 0 },
	};
	struct wr_call call = { .agent = WR_TEXT("assess") };
	void *state = open_at("http://127.0.0.1/v1");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wd_response response = { 200, wr_text_of(cases[i].body) };
		struct wd_answer answer;
		struct wr_buf out;

		wr_buf_init(&out, wd_alloc(), WD_RESPONSE_MAX);
		openai->read(state, &call, &response, &out, &answer);
		cr_expect_eq(answer.ok, cases[i].ok, "%s: %s", cases[i].body, answer.detail);
		cr_expect_eq(answer.tokens, cases[i].tokens, "%s", cases[i].body);
		if (answer.ok) {
			cr_expect(wr_text_eq(wr_buf_view(&out), wr_text_of(cases[i].text)), "%s", cases[i].body);
		} else {
			cr_expect_eq(answer.failure, cases[i].failure, "%s", cases[i].body);
			cr_expect_not_null(strstr(answer.detail, cases[i].text), "%s", answer.detail);
		}
		wr_buf_free(&out);
	}
	openai->close(state);
}

Test(openai, shows_an_error_code_but_no_sentence)
{
	static const struct {
		const char *body, *code; /* NULL: none */
	} cases[] = {
		{ "{\"error\":{\"message\":\"You said: Ada\",\"type\":\"invalid_request_error\",\"code\":\"model_not_found\"}}",
		  "model_not_found" },
		{ "{\"error\":{\"message\":\"x\",\"type\":\"rate_limit\",\"code\":null}}", "rate_limit" },
		{ "{\"error\":{\"code\":\"Ada lives in London\"}}", NULL },
		{ "{\"error\":\"text\"}", NULL },
		{ "nothing", NULL },
		{ "", NULL },
	};
	void *state = open_at("http://127.0.0.1/v1");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wd_response response = { 404, wr_text_of(cases[i].body) };
		char code[64] = "";

		cr_expect_eq(openai->error_code(state, &response, code), cases[i].code != NULL, "%s", cases[i].body);
		cr_expect_str_eq(code, cases[i].code != NULL ? cases[i].code : "", "%s", cases[i].body);
	}
	openai->close(state);
}
