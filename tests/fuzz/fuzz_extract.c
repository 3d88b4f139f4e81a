/*
 * The embedded default on any prompt and any schema: first line the schema, the
 * rest the prompt. Whatever it answers is JSON and UTF-8, the same twice, and
 * every number in it is the schema's to have.
 */
#include "runtime/backend/backend.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static bool
ask(const struct wr_call *call, struct wr_buf *out)
{
	struct wd_backend_config config = { .name = WR_TEXT("x") };
	struct wd_trouble trouble;
	struct wd_answer answer;
	void *state;

	wr_buf_init(out, wd_alloc(), WD_RESPONSE_MAX);
	check(wd_adaptor_extract.open(&config, wd_alloc(), &state, &trouble) == WR_OK);
	wd_adaptor_extract.answer(state, call, out, &answer);
	wd_adaptor_extract.close(state);
	if (!answer.ok)
		check(answer.detail[0] != '\0' && wr_utf8_valid(wr_text_of(answer.detail)));
	return answer.ok && out->status == WR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size == 0 ? 1 : size);
	const char *newline = size == 0 ? NULL : memchr(data, '\n', size);
	size_t schema_size = newline == NULL ? 0 : (size_t)(newline - (const char *)data);
	struct wr_part user = { .name = "user" };
	struct wr_call call = { .path = "a", .attempt = 1, .agent = WR_TEXT("a"), .kind = "llm", .parts = &user,
		.parts_len = 1, .form = schema_size > 0 ? WR_RESULT_JSON : WR_RESULT_TEXT };
	struct wr_buf once, twice;
	struct wd_json_doc doc;
	bool good;

	if (exact == NULL)
		return 0;
	if (size > 0)
		memcpy(exact, data, size);
	call.schema = (struct wr_text){ exact, schema_size };
	user.text = (struct wr_text){ exact + schema_size, size - schema_size };
	if (wr_utf8_valid(user.text)) { /* the machine's texts are */
		good = ask(&call, &once);
		check(good == ask(&call, &twice));
		if (good) {
			check(wr_text_eq(wr_buf_view(&once), wr_buf_view(&twice)));
			check(wr_utf8_valid(wr_buf_view(&once)));
		}
		if (good && call.form == WR_RESULT_JSON) {
			check(wd_json_parse(&doc, wd_alloc(), wr_buf_view(&once), WD_RESPONSE_MAX, NULL) == WR_OK);
			wd_json_free(&doc);
		}
		wr_buf_free(&once);
		wr_buf_free(&twice);
	}
	free(exact);
	return 0;
}
