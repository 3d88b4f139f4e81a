/*
 * Every program that a page of the tree shows is compiled. A block between fences counts
 * when it begins with `writ 1`, or is fenced as `wf`: then it is declarations, and `writ 1`
 * is put before it. When the line of text above it holds `does not compile: E0301`, that
 * must be the first thing said; everything else must compile without a word, warnings included.
 * Policies and bindings that a page shows are read, too.
 */
#include "runtime/trust/bindings.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>

TestSuite(docs, .timeout = 60);

#define WRONG "does not compile: "

/* One fenced block of a page. */
struct block {
	const char *page;
	int line;
	bool wf;              /* fenced as `wf` */
	char code[6];         /* "E0301", or empty: it must compile */
	struct wr_text text;
};

static struct wr_text
next_line(struct wr_text *rest)
{
	const char *end = memchr(rest->at, '\n', rest->size);
	struct wr_text line = { rest->at, end == NULL ? rest->size : (size_t)(end - rest->at) };
	size_t step = line.size + (end == NULL ? 0 : 1);

	*rest = (struct wr_text){ rest->at + step, rest->size - step };
	return line;
}

static bool
begins(struct wr_text text, const char *with)
{
	return text.size >= strlen(with) && memcmp(text.at, with, strlen(with)) == 0;
}

static void
expect_code(struct block *b, struct wr_text line)
{
	const char *at = memmem(line.at, line.size, WRONG, strlen(WRONG));

	b->code[0] = '\0';
	if (at != NULL && line.size - (size_t)(at - line.at) >= strlen(WRONG) + 5)
		memcpy(b->code, at + strlen(WRONG), 5);
	b->code[5] = '\0';
}

static bool
is_program(const struct block *b)
{
	return b->wf || begins(b->text, "writ 1");
}

static void
check(const struct block *b, const struct wr_alloc *alloc)
{
	struct wr_buf source, bytecode, said;
	struct wr_text first, rest;
	enum wr_status s;

	wr_buf_init(&source, alloc, 1 << 20);
	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&said, alloc, 1 << 20);
	if (!begins(b->text, "writ 1"))
		wr_buf_str(&source, "writ 1\n");
	wr_buf_add(&source, b->text.at, b->text.size);
	s = flow_compile(alloc, wr_buf_view(&source), &bytecode, &said);
	rest = wr_buf_view(&said);
	if (b->code[0] == '\0') {
		cr_expect(said.size == 0 && (s == WR_OK || s == WR_ABSENT), "%s:%d:\n%.*s", b->page,
		    b->line, (int)said.size, said.at);
	} else {
		first = said.size == 0 ? WR_TEXT("") : next_line(&rest);
		cr_expect(
		    first.size > 0 && memmem(first.at, first.size, b->code, 5) != NULL,
		    "%s:%d should say %s first, and says:\n%.*s", b->page, b->line, b->code,
		    (int)said.size, said.size == 0 ? "" : said.at);
	}
	wr_buf_free(&source);
	wr_buf_free(&bytecode);
	wr_buf_free(&said);
}

/* Policies and bindings as they are read in earnest. True when the block is one. */
static bool
check_setting(const struct block *b, const struct wr_alloc *alloc)
{
	struct wd_json_error error = { .text = NULL };
	struct wd_bindings bindings;
	struct wd_policy policy;
	enum wr_status s;

	if (memmem(b->text.at, b->text.size, "writ-policy/1", 13) != NULL) {
		s = wd_policy_read(&policy, alloc, b->text, &error);
		if (s == WR_OK)
			wd_policy_free(&policy);
	} else if (memmem(b->text.at, b->text.size, "writ-bindings/1", 15) != NULL) {
		s = wd_bindings_read(&bindings, alloc, b->text, &error);
		if (s == WR_OK)
			wd_bindings_free(&bindings);
	} else {
		return false;
	}
	cr_expect_eq(s, WR_OK, "%s:%d: %s: %s", b->page, b->line, error.place,
	    error.text == NULL ? wr_status_text(s) : error.text);
	return true;
}

/* Returns how many programs, policies and bindings the page shows. */
static int
check_page(const char *page, const struct wr_alloc *alloc)
{
	struct block b = { .page = page };
	struct wr_buf bytes;
	struct wr_text rest, line;
	bool inside = false;
	int number = 0, count = 0;

	wr_buf_init(&bytes, alloc, 1 << 20);
	flow_file_read(page, &bytes);
	cr_assert(bytes.size > 0, "%s is not there", page);
	rest = wr_buf_view(&bytes);
	while (rest.size > 0) {
		line = next_line(&rest);
		number++;
		if (!begins(line, "```")) {
			if (!inside && line.size > 0)
				expect_code(&b, line);
			continue;
		}
		inside = !inside;
		if (inside) {
			b.line = number + 1;
			b.wf = wr_text_eq(line, WR_TEXT("```wf"));
			b.text = (struct wr_text){ rest.at, 0 };
			continue;
		}
		b.text.size = (size_t)(line.at - b.text.at);
		if (is_program(&b)) {
			check(&b, alloc);
			count++;
		} else if (check_setting(&b, alloc)) {
			count++;
		}
		b.code[0] = '\0';
	}
	cr_expect(!inside, "%s: a fence is open at its end", page);
	wr_buf_free(&bytes);
	return count;
}

Test(docs, every_program_on_a_page_does_what_the_page_says)
{
	static const struct {
		const char *page;
		int at_least; /* of them, so that a change of fences does not go unseen */
	} pages[] = {
		{ "README.md", 1 },
		{ "grammar/README.md", 4 },
		{ "compiler/README.md", 0 },
		{ "runtime/README.md", 2 },
		{ "vm/README.md", 0 },
		{ "examples/README.md", 0 },
	};
	struct failing_alloc alloc;

	failing_alloc_init(&alloc);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		int count = check_page(pages[i].page, &alloc.hook);

		cr_expect(count >= pages[i].at_least, "%s shows only %d", pages[i].page, count);
	}
	cr_assert_eq(alloc.live_bytes, 0);
}
