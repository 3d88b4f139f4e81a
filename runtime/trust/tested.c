/*
 * What came of tests, in a record. It decides the form of that and its bounds; never what it is worth:
 * no approval hangs on it.
 */
#include "runtime/trust/tested.h"
#include "runtime/trust/fields.h"

static const char *const results[WD_RESULTS_LEN] = { "passed", "failed", "trouble", "skipped" };
static const char *const adaptors[WD_TEST_ADAPTORS_LEN] = { "nobody", "stubs", "recording", "live" };

const char *
wd_test_result_word(enum wd_test_result result)
{
	return results[result];
}

const char *
wd_test_adaptor_word(enum wd_test_adaptor adaptor)
{
	return adaptors[adaptor];
}

/* Do the members of a case go together? The reason why not, or NULL. */
static const char *
contradiction(const struct wd_test_case *c)
{
	bool recorded = c->adaptor == WD_TEST_RECORDING || c->adaptor == WD_TEST_LIVE;

	if ((c->adaptor == WD_TEST_NOBODY) != (c->result == WD_RESULT_SKIPPED))
		return "a test that was skipped, and no other, was answered by nobody";
	if (c->has_recording && !recorded)
		return "there is a recording, and none was asked";
	if (recorded && !c->has_recording && c->result != WD_RESULT_TROUBLE)
		return "a recording answered, and is not named";
	return NULL;
}

enum wr_status
wd_tested_check(const struct wd_tested *t)
{
	enum wr_status status = wd_check_date(t->at);

	if (t->cases_len == 0 || t->cases_len > WD_TEST_CASES_MAX)
		return WR_LIMIT;
	for (uint32_t i = 0; i < t->cases_len && status == WR_OK; i++) {
		status = wd_check_text(t->cases[i].name, WD_TEST_NAME_MAX);
		if (status == WR_OK && contradiction(&t->cases[i]) != NULL)
			status = WR_INVALID;
	}
	return status;
}

void
wd_tested_build(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r)
{
	struct wd_json *cases = wd_json_set(doc, o, "cases", wd_json_array(doc));

	for (uint32_t i = 0; i < r->tested.cases_len; i++) {
		const struct wd_test_case *c = &r->tested.cases[i];
		struct wd_json *one = wd_json_push(doc, cases, wd_json_object(doc));

		wd_json_set_text(doc, one, "name", c->name);
		wd_json_set_str(doc, one, "result", results[c->result]);
		wd_json_set_str(doc, one, "adaptor", adaptors[c->adaptor]);
		if (c->has_recording)
			wd_json_set_digest(doc, one, "recording", &c->recording);
		else
			wd_json_set_null(doc, one, "recording");
	}
	wd_json_set_digest(doc, o, "source", &r->tested.source);
	wd_json_set_date(doc, o, "at", r->tested.at);
}

/* One of these words. */
static bool
read_word(struct wd_json_at at, const char *const *words, size_t len, const char *why, size_t *ret)
{
	struct wr_text word;

	if (!wd_json_at_text(at, 16, &word))
		return false;
	for (size_t i = 0; i < len; i++)
		if (wr_text_eq(word, wr_text_of(words[i]))) {
			*ret = i;
			return true;
		}
	return wd_json_at_fail(at, why);
}

static bool
read_case(struct wd_json_at at, struct wd_test_case *c)
{
	size_t result = 0, adaptor = 0;
	const char *why;

	if (!wd_json_at_members(at, "name result adaptor recording") ||
	    !wd_json_at_any_text(wd_json_at(&at, "name"), WD_TEST_NAME_MAX, &c->name) ||
	    !read_word(wd_json_at(&at, "result"), results, WD_RESULTS_LEN,
		"is none of passed, failed, trouble and skipped", &result) ||
	    !read_word(wd_json_at(&at, "adaptor"), adaptors, WD_TEST_ADAPTORS_LEN,
		"is none of nobody, stubs, recording and live", &adaptor) ||
	    !wd_json_at_digest_or_null(wd_json_at(&at, "recording"), &c->has_recording, &c->recording))
		return false;
	c->result = (enum wd_test_result)result;
	c->adaptor = (enum wd_test_adaptor)adaptor;
	why = contradiction(c);
	return why == NULL || wd_json_at_fail(at, why);
}

bool
wd_tested_read(struct wd_json_at at, struct wd_record *r)
{
	struct wd_tested *t = &r->tested;
	struct wd_json_at list = wd_json_at(&at, "cases");
	struct wd_test_case *cases;
	size_t len;

	if (!wd_json_at_members(at, "cases source at") ||
	    !wd_json_at_array(list, 1, WD_TEST_CASES_MAX) ||
	    !wd_json_at_digest(wd_json_at(&at, "source"), &t->source) ||
	    !wd_json_at_date(wd_json_at(&at, "at"), &t->at))
		return false;
	len = wd_json_len(list.value);
	cases = wr_arena_array(&r->doc.arena, len, sizeof *cases);
	if (cases == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!read_case(wd_json_at_item(&list, i), &cases[i]))
			return false;
	t->cases = cases;
	t->cases_len = (uint32_t)len;
	return true;
}
