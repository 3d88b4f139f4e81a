/* The editors' grammar knows the words of the language, each once, and no others. */
#include "runtime/files.h"
#include "runtime/json.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(editors, .timeout = 20);

#define FOLDER "grammar/editors/"

static struct failing_alloc memory;

static const char *const keywords[] = {
#define KEYWORD(word, field) #word,
#include "vm/format/keywords.def"
#undef KEYWORD
};

#define KEYWORDS (sizeof keywords / sizeof *keywords)

static void
open_json(const char *path, struct wd_json_doc *doc)
{
	struct wd_json_error error = { 0 };
	struct wr_buf bytes;

	wr_buf_init(&bytes, &memory.hook, 1 << 20);
	cr_assert_eq(wd_file_read(path, &bytes), WR_OK, "%s: run from the root of the tree", path);
	cr_assert_eq(wd_json_parse(doc, &memory.hook, wr_buf_view(&bytes), 1 << 20, &error), WR_OK,
	    "%s: %s, line %u", path, error.text, error.line);
	wr_buf_free(&bytes);
}

/* The words of `\b(?:a|b|c)\b`, each counted where it stands in keywords.def. */
static void
count_words(struct wr_text match, unsigned counts[KEYWORDS])
{
	static const char lead[] = "\\b(?:", tail[] = ")\\b";
	size_t at = sizeof lead - 1, end = match.size - (sizeof tail - 1);

	if (match.size < sizeof lead + sizeof tail || memcmp(match.at, lead, sizeof lead - 1) != 0)
		return; /* not a list of words */
	cr_assert_eq(memcmp(match.at + end, tail, sizeof tail - 1), 0, "%s", match.at);
	while (at <= end) {
		size_t size = 0, i = 0;

		while (at + size < end && match.at[at + size] != '|')
			size++;
		while (i < KEYWORDS && (strlen(keywords[i]) != size ||
					   memcmp(keywords[i], match.at + at, size) != 0))
			i++;
		cr_expect(
		    i < KEYWORDS, "%.*s is no word of the language", (int)size, match.at + at);
		if (i < KEYWORDS)
			counts[i]++;
		at += size + 1;
	}
}

Test(editors, colour_every_word_of_the_language_and_no_other)
{
	static const char *const lists[] = { "keywords", "constants", "types" };
	unsigned counts[KEYWORDS] = { 0 };
	struct wd_json_doc doc;

	failing_alloc_init(&memory);
	open_json(FOLDER "writ.tmLanguage.json", &doc);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const struct wd_json *list =
		    wd_json_get(wd_json_get(doc.root, "repository"), lists[i]);

		list = wd_json_get(list, "patterns");
		cr_assert(wd_json_len(list) > 0, "%s", lists[i]);
		for (size_t k = 0; k < wd_json_len(list); k++)
			count_words(
			    wd_json_text(wd_json_get(wd_json_item(list, k), "match")), counts);
	}
	for (size_t i = 0; i < KEYWORDS; i++)
		cr_expect_eq(counts[i], 1, "`%s` is there %u times", keywords[i], counts[i]);
	wd_json_free(&doc);
	cr_expect_eq(memory.live_bytes, 0);
}

Test(editors, know_the_kinds_of_backends)
{
	static const char kinds[] =
#define KIND(id, word) "|" #word
#include "vm/format/kinds.def"
#undef KIND
	    ")\\b";
	const struct wd_json *list;
	struct wd_json_doc doc;
	bool found = false;

	failing_alloc_init(&memory);
	open_json(FOLDER "writ.tmLanguage.json", &doc);
	list = wd_json_get(wd_json_get(wd_json_get(doc.root, "repository"), "names"), "patterns");
	for (size_t i = 0; i < wd_json_len(list); i++) {
		struct wr_text match = wd_json_text(wd_json_get(wd_json_item(list, i), "match"));

		found = found || (match.at != NULL && strstr(match.at, kinds + 1) != NULL);
	}
	cr_expect(found, "the pattern for `backend` ends in (%s", kinds + 1);
	wd_json_free(&doc);
}

Test(editors, have_an_extension_whose_files_are_there)
{
	static const char *const files[] = { "package.json", "language-configuration.json" };
	struct wd_json_doc doc;

	failing_alloc_init(&memory);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[64] = FOLDER;

		strncat(path, files[i], sizeof path - strlen(path) - 1);
		open_json(path, &doc);
		wd_json_free(&doc);
	}
	cr_expect_eq(memory.live_bytes, 0);
}
