/* Full-text retrieval: what is indexed, found, refused. */
#include "runtime/backend/backend.h"
#include "runtime/sysalloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(sqlite_search, .timeout = 60);

#define RECORDS(fields) "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" fields "}},\"maxItems\":6}"
static const char ref_and_body[] = RECORDS("\"ref\":{\"type\":\"string\"},\"body\":{\"type\":\"string\"}");

/* A folder of a test's own. */
struct shelf {
	char folder[64];
	void *state;
	struct wd_trouble trouble;
	char said[65536];
};

static void
begin(struct shelf *s)
{
	*s = (struct shelf){ .folder = "/tmp/writ-search-XXXXXX" };
	cr_assert_not_null(mkdtemp(s->folder));
}

static void
put(struct shelf *s, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	f = fopen(path, "w");
	cr_assert_not_null(f, "%s", path);
	(void)fputs(text, f);
	(void)fclose(f);
}

static enum wr_status
open_shelf(struct shelf *s, const char *address)
{
	struct wd_backend_config config = { .address = wr_text_of(address), .root = wr_text_of(s->folder) };

	return wd_adaptor_sqlite.open(&config, wd_alloc(), &s->state, &s->trouble);
}

static void
end(struct shelf *s)
{
	static const char *const names[] = { "H1.md", "H2.md", "rules.jsonl", "a/deep.txt", "a/b.jsonl", ".hidden.md",
		"image.png", "bad.md", "link.md", "a" };

	if (s->state != NULL)
		wd_adaptor_sqlite.close(s->state);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[256];

		(void)snprintf(path, sizeof(path), "%s/%s", s->folder, names[i]);
		(void)remove(path);
	}
	(void)rmdir(s->folder);
}

struct ask {
	const char *query, *schema, *mode, *collection;
	int64_t top;
	double min_score;
	uint32_t attempt;
};

static bool
ask(struct shelf *s, struct ask a, struct wd_answer *answer)
{
	struct wr_part parts[5] = {
		{ .name = "top", .shape = WR_PART_INT, .integer = a.top == 0 ? 6 : a.top },
		{ .name = "min_score", .shape = WR_PART_NUMBER, .number = a.min_score },
		{ .name = "query", .text = wr_text_of(a.query) },
	};
	struct wr_call call = { .path = "search", .attempt = a.attempt == 0 ? 1 : a.attempt, .kind = "retrieve",
		.parts = parts, .parts_len = 3, .form = WR_RESULT_JSON,
		.schema = wr_text_of(a.schema != NULL ? a.schema : ref_and_body) };
	struct wr_buf out;

	if (a.mode != NULL)
		parts[call.parts_len++] = (struct wr_part){ .name = "mode", .text = wr_text_of(a.mode) };
	if (a.collection != NULL)
		parts[call.parts_len++] = (struct wr_part){ .name = "collection", .text = wr_text_of(a.collection) };
	wr_buf_init(&out, wd_alloc(), WD_RESPONSE_MAX);
	wd_adaptor_sqlite.answer(s->state, &call, &out, answer);
	(void)snprintf(s->said, sizeof(s->said), "%.*s", answer->ok ? (int)out.size : 400,
	    answer->ok ? out.at : answer->detail);
	wr_buf_free(&out);
	return answer->ok;
}

Test(sqlite_search, finds_texts_and_lines_best_first)
{
	struct shelf s;
	struct wd_answer answer;
	char folder[128];

	begin(&s);
	(void)snprintf(folder, sizeof(folder), "%s/a", s.folder);
	cr_assert_eq(mkdir(folder, 0700), 0);
	put(&s, "H1.md", "Theft is covered when the door was locked.\n\nNot from an unlocked car.\n");
	put(&s, "H2.md", "# Damage\r\n\r\nA phone that fell and broke is covered.\r\n");
	put(&s, "a/deep.txt", "Phones, phones: falling phones.\n");
	put(&s, "a/b.jsonl", "{\"ref\":\"J1\",\"body\":\"water \\\"pipe\\\"\",\"n\":7}\n\n{\"ref\":\"J2\",\"body\":\"fire\",\"n\":8}\n");
	put(&s, ".hidden.md", "phone phone phone");
	put(&s, "image.png", "phone");
	cr_assert_eq(open_shelf(&s, "."), WR_OK, "%s", s.trouble.text);

	cr_assert(ask(&s, (struct ask){ .query = "My phone fell!" }, &answer), "%s", s.said);
	cr_expect_not_null(strstr(s.said, "{\"ref\":\"H2.md\",\"body\":\"# Damage\\n\\nA phone that fell and broke is covered.\"}"), "%s", s.said);
	cr_expect_not_null(strstr(s.said, "deep.txt"));
	cr_expect_null(strstr(s.said, "hidden"));
	cr_expect_null(strstr(s.said, "image"));
	cr_assert(ask(&s, (struct ask){ .query = "theft" , .top = 1 }, &answer));
	cr_expect_str_eq(s.said, "[{\"ref\":\"H1.md\",\"body\":\"Theft is covered when the door was locked.\\n\\nNot from an unlocked car.\"}]");
	cr_assert(ask(&s, (struct ask){ .query = "pipe", .schema = RECORDS("\"n\":{\"type\":\"integer\"},\"ref\":{\"type\":\"string\"}") }, &answer));
	cr_expect_str_eq(s.said, "[{\"n\":7,\"ref\":\"J1\"}]");
	cr_assert(ask(&s, (struct ask){ .query = "phone", .collection = "a" }, &answer));
	cr_expect_null(strstr(s.said, "H2.md"));
	cr_expect_not_null(strstr(s.said, "deep.txt"));
	cr_assert(ask(&s, (struct ask){ .query = "phone", .collection = "H2.md" }, &answer));
	cr_expect_null(strstr(s.said, "deep.txt"));
	cr_assert(ask(&s, (struct ask){ .query = "phone", .min_score = 1000 }, &answer));
	cr_expect_str_eq(s.said, "[]");
	end(&s);
}

Test(sqlite_search, takes_any_words_and_no_syntax)
{
	static const char *const queries[] = { "", "   ", "\"", "NEAR(a b)", "body:phone", "a AND OR NOT", "* ^ - + ( )",
		"phone'; DROP TABLE entry; --", "\xe2\x80\x94", "the is a", "{}", "12,000.50 %" };
	struct shelf s;
	struct wd_answer answer;

	begin(&s);
	put(&s, "H1.md", "A phone. The end.");
	cr_assert_eq(open_shelf(&s, "H1.md"), WR_OK, "%s", s.trouble.text);
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		cr_expect(ask(&s, (struct ask){ .query = queries[i] }, &answer), "%s: %s", queries[i], s.said);
	cr_assert(ask(&s, (struct ask){ .query = "phone" }, &answer));
	cr_expect_str_eq(s.said, "[{\"ref\":\"H1.md\",\"body\":\"A phone. The end.\"}]");
	cr_assert(ask(&s, (struct ask){ .query = "nothing matches" }, &answer));
	cr_expect_str_eq(s.said, "[]");
	end(&s);
}

Test(sqlite_search, refuses_what_it_cannot_give)
{
	struct shelf s;
	struct wd_answer answer;

	begin(&s);
	put(&s, "rules.jsonl", "{\"title\":\"x\",\"body\":\"phone\"}");
	cr_assert_eq(open_shelf(&s, "rules.jsonl"), WR_OK, "%s", s.trouble.text);
	cr_expect(!ask(&s, (struct ask){ .query = "phone", .mode = "hybrid" }, &answer));
	cr_expect_eq(answer.failure, WR_FAILURE_REFUSED);
	cr_expect_not_null(strstr(s.said, "has no mode `hybrid`"));
	cr_expect(ask(&s, (struct ask){ .query = "phone", .mode = "lexical", .schema = RECORDS("\"title\":{\"type\":\"string\"}") }, &answer));
	cr_expect(!ask(&s, (struct ask){ .query = "phone" }, &answer));
	cr_expect_eq(answer.failure, WR_FAILURE_REFUSED);
	cr_expect_str_eq(s.said, "`rules.jsonl` has no member `ref`");
	cr_expect(ask(&s, (struct ask){ .query = "phone", .schema =
	    RECORDS("\"ref\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}") }, &answer));
	cr_expect_str_eq(s.said, "[{\"ref\":null}]");
	cr_expect(wd_adaptor_has_mode(&wd_adaptor_sqlite, WR_TEXT("lexical")));
	cr_expect(!wd_adaptor_has_mode(&wd_adaptor_sqlite, WR_TEXT("vector")));
	end(&s);
}

Test(sqlite_search, refuses_a_shelf_it_cannot_read_and_says_which_file)
{
	static const struct {
		const char *name, *text;
		enum wr_status want;
		const char *says;
	} cases[] = {
		{ "bad.md", "caf\xe9", WR_REFUSED, "bad.md is not UTF-8" },
		{ "rules.jsonl", "{\"a\":1}\n{\"a\":", WR_REFUSED, "rules.jsonl, line 2" },
		{ "rules.jsonl", "[1]", WR_REFUSED, "line 1: not an object" },
		{ "image.png", "x", WR_ABSENT, "holds no text" },
		{ "bad.md", "", WR_ABSENT, "holds no text" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct shelf s;

		begin(&s);
		put(&s, cases[i].name, cases[i].text);
		cr_expect_eq(open_shelf(&s, "."), cases[i].want, "%s", cases[i].says);
		cr_expect_not_null(strstr(s.trouble.text, cases[i].says), "%s", s.trouble.text);
		end(&s);
	}
}

Test(sqlite_search, passes_over_links_and_packs_paragraphs)
{
	static char long_text[20000];
	struct shelf s;
	struct wd_answer answer;
	char link[128];
	size_t at = 0;
	const char *found;

	begin(&s);
	for (int i = 0; i < 100; i++)
		at += (size_t)sprintf(long_text + at, "Paragraph %d speaks of ships%s", i, i % 3 == 0 ? ". " : ".\n\n");
	for (int i = 0; i < 400; i++)
		at += (size_t)sprintf(long_text + at, "caf\xc3\xa9 %d, ", i); /* one paragraph without a sentence */
	put(&s, "H1.md", long_text);
	(void)snprintf(link, sizeof(link), "%s/link.md", s.folder);
	cr_assert_eq(symlink("/etc/hostname", link), 0);
	cr_assert_eq(open_shelf(&s, ""), WR_REFUSED);
	cr_assert_eq(open_shelf(&s, "./"), WR_OK, "%s", s.trouble.text);
	cr_assert(ask(&s, (struct ask){ .query = "ships caf\xc3\xa9", .top = 50 }, &answer));
	cr_expect(wr_utf8_valid(wr_text_of(s.said)));
	cr_expect_null(strstr(s.said, "link.md"));
	for (found = s.said; (found = strstr(found, "\"body\":\"")) != NULL; found += 8) {
		const char *close = strstr(found, "\"}");

		cr_assert_not_null(close);
		cr_expect((size_t)(close - found) < 1200 + 8 + 100, "%zu", (size_t)(close - found));
	}
	cr_assert(ask(&s, (struct ask){ .query = "ships", .top = 1, .attempt = 2 }, &answer));
	cr_expect(strlen(s.said) < 600 + 100, "a retry gives half: %zu", strlen(s.said));
	end(&s);
}
