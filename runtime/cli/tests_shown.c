/*
 * Records of tests, for those who decide. Which of them count the gate has said; this only puts them into
 * words and rows.
 */
#include "runtime/cli/tests_shown.h"

#include <stdio.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/fields.h"

#define MEMORY (1u << 20)
#define NAMED_MAX WD_TESTS_SHOWN /* records that count for nothing and are named */

/* The name of a file that should be a record of tests, of which the gate says that it counts for nothing; or NULL. */
static const char *
spoilt(const struct wd_file *file, uint32_t note)
{
	const char *name = file->records.at[file->c.verdict.notes[note].record].name;

	return strncmp(name, "test-", 5) == 0 ? name : NULL;
}

static struct wr_text
joined(struct wr_arena *arena, const char *name, const char *word, struct wr_text rest)
{
	struct wr_text kept;
	struct wr_buf text;

	wr_buf_init(&text, arena->alloc, MEMORY);
	wr_buf_str(&text, name);
	wr_buf_str(&text, word);
	wr_buf_text(&text, rest);
	kept = text.status == WR_OK ? wr_arena_text(arena, wr_buf_view(&text)) : (struct wr_text){ NULL, 0 };
	wr_buf_free(&text);
	return kept;
}

const struct wr_review_tests *
wd_file_tests(const struct wd_file *file, struct wr_arena *arena, size_t *ret_len)
{
	const struct wd_verdict *v = &file->c.verdict;
	size_t room = (size_t)v->tests_len + NAMED_MAX, len = 0, named = 0;
	struct wr_review_tests *all = wr_arena_array(arena, room, sizeof *all);

	if (all == NULL)
		return NULL;
	for (uint32_t i = 0; i < v->tests_len; i++)
		all[len++] = (struct wr_review_tests){ true, v->tests[i].good, v->tests[i].text };
	for (uint32_t i = 0; i < v->notes_len && named < NAMED_MAX; i++) {
		const char *name = spoilt(file, i);

		if (name == NULL)
			continue;
		named++;
		all[len++] = (struct wr_review_tests){ false, false,
			joined(arena, wd_say_safe(wr_text_of(name)), " counts for nothing: it must be that ", wr_text_of(wd_code_text(v->notes[i].code))) };
	}
	for (size_t i = 0; i < len; i++)
		if (all[i].text.at == NULL)
			return NULL;
	*ret_len = len;
	return all;
}

void
wd_file_tests_print(const struct wd_file *file)
{
	const struct wr_review_tests *all;
	struct wr_arena arena;
	size_t len = 0;

	wr_arena_init(&arena, wd_alloc(), MEMORY);
	all = wd_file_tests(file, &arena, &len);
	printf("\ntests, which no approval hangs on\n");
	if (all == NULL)
		printf("  out of memory\n");
	else if (len == 0)
		printf("  nobody has signed what came of them\n");
	for (size_t i = 0; all != NULL && i < len; i++)
		printf("  %s %s\n", !all[i].counts ? "?  " : all[i].good ? "yes" : "NO ", wd_say_safe(all[i].text));
	wr_arena_free(&arena);
}

static void
add_state(const struct wd_file *file, const struct wd_tests_state *s,
    struct wd_json_doc *doc, struct wd_json *list)
{
	struct wd_json *o = wd_json_push(doc, list, wd_json_object(doc)), *by;

	wd_json_set_bool(doc, o, "counts", true);
	wd_json_set_str(doc, o, "record", wd_say_safe(wr_text_of(file->records.at[s->record].name)));
	wd_json_set_text(doc, o, "signed_by", file->c.chain->policy.persons[s->signer].name);
	wd_json_set_date(doc, o, "at", s->at);
	wd_json_set_digest(doc, o, "source", &s->source);
	for (int i = 0; i < WD_RESULTS_LEN; i++)
		wd_json_set_int(doc, o, wd_test_result_word((enum wd_test_result)i), s->results[i]);
	by = wd_json_set(doc, o, "answered_by", wd_json_array(doc));
	for (int i = WD_TEST_STUBS; i < WD_TEST_ADAPTORS_LEN; i++)
		if (s->by[i])
			(void)wd_json_push(doc, by, wd_json_new_text(doc, wr_text_of(wd_test_adaptor_word((enum wd_test_adaptor)i))));
	wd_json_set_text(doc, o, "text", s->text);
}

void
wd_file_tests_json(const struct wd_file *file, struct wd_json_doc *doc, struct wd_json *object)
{
	const struct wd_verdict *v = &file->c.verdict;
	struct wd_json *list = wd_json_set(doc, object, "tests", wd_json_array(doc));
	size_t named = 0;

	for (uint32_t i = 0; i < v->tests_len; i++)
		add_state(file, &v->tests[i], doc, list);
	for (uint32_t i = 0; i < v->notes_len && named < NAMED_MAX; i++) {
		struct wd_json *o;

		if (spoilt(file, i) == NULL)
			continue;
		named++;
		o = wd_json_push(doc, list, wd_json_object(doc));
		wd_json_set_bool(doc, o, "counts", false);
		wd_json_set_str(doc, o, "record", wd_say_safe(wr_text_of(spoilt(file, i))));
		wd_json_set_str(doc, o, "code", wd_code_word(v->notes[i].code));
	}
}
