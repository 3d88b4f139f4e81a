/* The embedded default: what it picks, and that it gives nothing where there is nothing. */
#include "runtime/backend/backend.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(extract, .timeout = 60);

static char said[4096];

/* Ask for a schema (NULL: a text of at most 600 bytes). The answer is in said, or its detail is. */
static bool
ask(const char *prompt, const char *schema, uint32_t attempt, struct wd_answer *answer)
{
	struct wr_part parts[2] = {
		{ .name = "context", .text = WR_TEXT("Secret context 99. Covered.") },
		{ .name = "user", .text = wr_text_of(prompt) },
	};
	struct wr_call call = { .path = "a", .attempt = attempt, .agent = WR_TEXT("assess"), .kind = "llm",
		.parts = parts, .parts_len = 2, .form = schema == NULL ? WR_RESULT_TEXT : WR_RESULT_JSON,
		.schema = schema == NULL ? WR_TEXT("{\"type\":\"string\"}") : wr_text_of(schema),
		.text_max = schema == NULL ? 600 : 0 };
	struct wd_backend_config config = { .address = WR_TEXT("") };
	struct wd_trouble trouble;
	struct wr_buf out;
	void *state;

	cr_assert_eq(wd_adaptor_extract.open(&config, wd_alloc(), &state, &trouble), WR_OK);
	wr_buf_init(&out, wd_alloc(), WD_RESPONSE_MAX);
	wd_adaptor_extract.answer(state, &call, &out, answer);
	wd_adaptor_extract.close(state);
	(void)snprintf(said, sizeof(said), "%.*s", (int)out.size, out.at == NULL ? "" : out.at);
	if (!answer->ok)
		(void)snprintf(said, sizeof(said), "%s", answer->detail);
	wr_buf_free(&out);
	return answer->ok;
}

static const char rules[] =
    "A claim of 12000 cents:\n\n"
    "On Monday my phone fell from the kitchen table and the screen broke. It was an accident.\n\n"
    "The rules:\n\n"
    "[H3-water.md] Water damage from a burst pipe is covered. Confidence in this rule is 80 percent until a "
    "plumber's note is there.\n\nFlood and slow leaks are not covered.\n\n"
    "[H2-accident.md] Accidental damage is covered: a phone or a laptop that fell, broke or cracked is a loss "
    "that is covered. Confidence in this rule is 95 percent when the claimant says how the thing fell.\n\n"
    "[H4-wear.md] Wear, rust, scratches and an old battery are not covered. They are not a loss.";

static const char finding[] =
    "{\"type\":\"object\",\"properties\":{\"reasoning\":{\"type\":\"string\",\"description\":\"think step by "
    "step; cite rules by their ref\"},\"covered\":{\"type\":\"boolean\",\"description\":\"is this loss "
    "covered?\"},\"confidence\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100,\"description\":\"confidence, "
    "in percent\"}},\"required\":[\"reasoning\",\"covered\",\"confidence\"],\"additionalProperties\":false}";

Test(extract, finds_what_a_claim_needs)
{
	struct wd_answer answer;
	char first[sizeof(said)];

	cr_assert(ask(rules, finding, 1, &answer), "%s", said);
	cr_expect_not_null(strstr(said, "\"covered\":true"), "%s", said);
	cr_expect_not_null(strstr(said, "\"confidence\":95"), "%s", said);
	cr_expect_not_null(strstr(said, "fell"), "%s", said);
	cr_expect_eq(answer.tokens, 0);
	(void)snprintf(first, sizeof(first), "%s", said);
	cr_assert(ask(rules, finding, 1, &answer));
	cr_expect_str_eq(said, first, "the same, always");
}

Test(extract, chooses_by_the_words_of_the_prompt)
{
#define OBJECT(fields) "{\"type\":\"object\",\"properties\":{" fields "}}"
	static const struct {
		const char *prompt, *schema, *want; /* want NULL: invalid */
	} cases[] = {
		/* numbers */
		{ "The total is 1,250 euros. We saw 3 pens.", OBJECT("\"total\":{\"type\":\"integer\"}"), "{\"total\":1250}" },
		{ "Pens: 3. Total: 12.50", OBJECT("\"total\":{\"type\":\"number\"}"), "{\"total\":12.5}" },
		{ "Pens: 3. Total: 12.50", OBJECT("\"total\":{\"type\":\"integer\"}"), NULL },
		{ "The total is large.", OBJECT("\"total\":{\"type\":\"integer\"}"), NULL },
		{ "There are 12 pens.", OBJECT("\"total\":{\"type\":\"integer\"}"), NULL },
		{ "The total is 120.", OBJECT("\"total\":{\"type\":\"integer\",\"maximum\":100}"), NULL },
		{ "Total -5 degrees", OBJECT("\"total\":{\"type\":\"integer\"}"), "{\"total\":-5}" },
		{ "The total was due 2025-09-29 for order A17.", OBJECT("\"total\":{\"type\":\"integer\"}"), NULL },
		{ "The total is 95%.", OBJECT("\"total\":{\"type\":\"integer\"}"), "{\"total\":95}" },
		{ "Total: 99999999999999999999", OBJECT("\"total\":{\"type\":\"integer\"}"), NULL },
		/* booleans */
		{ "The loss is covered.", OBJECT("\"covered\":{\"type\":\"boolean\"}"), "{\"covered\":true}" },
		{ "The loss isn't covered.", OBJECT("\"covered\":{\"type\":\"boolean\"}"), "{\"covered\":false}" },
		{ "A storm came.", OBJECT("\"covered\":{\"type\":\"boolean\"}"), "{\"covered\":false}" },
		{ "Covered: yes. The flood is not covered.", OBJECT("\"covered\":{\"type\":\"boolean\"}"), "{\"covered\":true}" },
		/* names */
		{ "Please repair my bike, it needs a repair.", OBJECT("\"wish\":{\"type\":\"string\",\"enum\":[\"refund\",\"repair\"]}"), "{\"wish\":\"repair\"}" },
		{ "Nothing of the kind.", OBJECT("\"wish\":{\"type\":\"string\",\"enum\":[\"refund\",\"repair\"]}"), "{\"wish\":\"refund\"}" },
		{ "Refund, refund! Wish: repair", OBJECT("\"wish\":{\"type\":\"string\",\"enum\":[\"refund\",\"repair\"]}"), "{\"wish\":\"repair\"}" },
		/* texts */
		{ "Vendor: Acme Tools\nTotal: 5", OBJECT("\"vendor\":{\"type\":\"string\"}"), "{\"vendor\":\"Acme Tools\"}" },
		{ "A storm came. The roof\nwas   damaged by hail.", OBJECT("\"damage\":{\"type\":\"string\"}"), "{\"damage\":\"The roof was damaged by hail.\"}" },
		{ "", OBJECT("\"damage\":{\"type\":\"string\"}"), "{\"damage\":\"\"}" },
		/* optionals */
		{ "A storm came.", OBJECT("\"total\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}"), "{\"total\":null}" },
		{ "The total is 7.", OBJECT("\"total\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}"), "{\"total\":7}" },
		{ "A storm came.", OBJECT("\"vendor\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}"), "{\"vendor\":null}" },
		/* variants */
		{ "We pay. The payment value is 500 cents.", OBJECT("\"result\":{\"anyOf\":["
		  "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"deny\"]}}},"
		  "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"pay\"]},\"value\":{\"type\":\"integer\"}}}]}"),
		  "{\"result\":{\"kind\":\"pay\",\"value\":500}}" },
		{ "We pay nothing.", OBJECT("\"result\":{\"anyOf\":["
		  "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"pay\"]},\"value\":{\"type\":\"integer\"}}},"
		  "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"deny\"]}}}]}"),
		  "{\"result\":{\"kind\":\"deny\"}}" },
		/* lists */
		{ "- item pens, quantity 2\n- item ink, quantity 3\nGoodbye.", OBJECT("\"lines\":{\"type\":\"array\",\"items\":"
		  OBJECT("\"quantity\":{\"type\":\"integer\"}") ",\"maxItems\":40}"), "{\"lines\":[{\"quantity\":2},{\"quantity\":3}]}" },
		{ "- item pens, quantity 2\n- item ink, quantity 3", OBJECT("\"lines\":{\"type\":\"array\",\"items\":"
		  OBJECT("\"quantity\":{\"type\":\"integer\"}") ",\"maxItems\":1}"), "{\"lines\":[{\"quantity\":2}]}" },
		{ "Nothing.", OBJECT("\"lines\":{\"type\":\"array\",\"items\":" OBJECT("\"quantity\":{\"type\":\"integer\"}") "}"), "{\"lines\":[]}" },
		{ "Nothing.", OBJECT("\"lines\":{\"type\":\"array\",\"items\":" OBJECT("\"quantity\":{\"type\":\"integer\"}") ",\"minItems\":1}"), NULL },
		{ "Rule one. Rule two. Rain. Rule three. Rule four.", OBJECT("\"rules\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":9}"),
		  "{\"rules\":[\"Rule one.\",\"Rule two.\",\"Rule three.\"]}" },
	};
	struct wd_answer answer;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool good = ask(cases[i].prompt, cases[i].schema, 1, &answer);

		cr_expect_eq(good, cases[i].want != NULL, "%s: %s", cases[i].prompt, said);
		if (good && cases[i].want != NULL)
			cr_expect_str_eq(said, cases[i].want, "%s: %s", cases[i].prompt, said);
		if (!good)
			cr_expect_eq(answer.failure, WR_FAILURE_INVALID);
	}
}

Test(extract, says_what_is_missing)
{
	struct wd_answer answer;

	cr_expect(!ask("No figures.", OBJECT("\"total\":{\"type\":\"integer\"}"), 1, &answer));
	cr_expect_str_eq(said, "the prompt has no number for `total`");
	cr_expect(!ask("x", "{\"type\":\"object\",", 1, &answer), "a schema that is none");
	cr_expect_eq(answer.failure, WR_FAILURE_UNAVAILABLE);
}

Test(extract, keeps_to_its_bounds)
{
	static char prompt[300000];
	struct wd_answer answer;
	size_t at = 0;

	while (at + 64 < sizeof(prompt))
		at += (size_t)sprintf(prompt + at, "caf\xc3\xa9 word%zu damage ", at);
	cr_assert(ask(prompt, OBJECT("\"damage\":{\"type\":\"string\"}"), 1, &answer), "%s", said);
	cr_expect(strlen(said) <= 200 + 13 && strlen(said) > 150, "%zu", strlen(said));
	cr_expect(wr_utf8_valid(wr_text_of(said)));
	cr_assert(ask(prompt, OBJECT("\"damage\":{\"type\":\"string\"}"), 2, &answer), "%s", said);
	cr_expect(strlen(said) <= 100 + 13, "a retry says less: %zu", strlen(said));
	cr_assert(ask(prompt, NULL, 1, &answer));
	cr_expect(strlen(said) <= 600, "%zu", strlen(said));
	memset(prompt, 'x', sizeof(prompt) - 1); /* one word */
	cr_assert(ask(prompt, NULL, 1, &answer));
	cr_expect_eq(strlen(said), 600);
	for (at = 0; at + 4 < sizeof(prompt); at += 3) /* as many sentences as there can be */
		memcpy(prompt + at, "a. ", 4);
	cr_assert(ask(prompt, finding, 1, &answer) || answer.failure == WR_FAILURE_INVALID);
}

Test(extract, summarises_from_the_text_alone)
{
	struct wd_answer answer;

	cr_assert(ask("Story:\n\nMy phone fell. The screen of the phone broke. See J. Smith, e.g. here. Bye!", NULL, 1, &answer));
	cr_expect_not_null(strstr(said, "My phone fell."), "%s", said);
	cr_expect_null(strstr(said, "Story"), "%s", said);
	cr_expect_null(strstr(said, "Secret"), "the context is an instruction, not a source");
}
