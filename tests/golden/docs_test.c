/*
 * Every program that a page of the tree shows is compiled, and its tests are run. All pages are
 * looked at, but for those of `writ explain`, which explain_test.c holds to their own form.
 *
 * A block between fences says in its first line what it is. `wf` is a program, or declarations:
 * then `writ 1` is put before it. `wf in NAME` is behind tests/golden/docs/NAME.wf, where what it
 * needs is declared. When the line of text above it holds `does not compile: E0301`, that
 * must be the first thing said; everything else must compile without a word, warnings included.
 * What reads like Writ and says that it is something else is refused, and so is a block that says
 * nothing. Policies and bindings that a page shows are read, too.
 */
#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/test_run.h"
#include "runtime/trust/bindings.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <glob.h>
#include <stdio.h>

TestSuite(docs, .timeout = 60);

#define FOLDER "tests/golden/docs/"
#define WRONG "does not compile: "
#define WARNED "the compiler warns: "
#define FENCE "```"

/* What a block may be that is not Writ. */
static const char *const others[] = { "sh", "json", "python", "ebnf", "text", "c", "make", "cmake",
	"ninja", "yaml", "dot", "mermaid" };

/* One fenced block of a page. */
struct block {
	const char *page;
	int line;
	struct wr_text is; /* what stands behind the fence */
	char code[6];      /* "E0301", or empty: it must compile */
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
skip(struct wr_text *text, size_t size)
{
	*text = (struct wr_text){ text->at + size, text->size - size };
}

static void
expect_code(struct block *b, struct wr_text line)
{
	static const char *const words[] = { WRONG, WARNED };

	b->code[0] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t size = strlen(words[i]);
		const char *at = memmem(line.at, line.size, words[i], size);

		if (at != NULL && line.size - (size_t)(at - line.at) >= size + 5)
			memcpy(b->code, at + size, 5);
	}
	b->code[5] = '\0';
}

/* `writ 1`, or how a declaration begins: `agent look(`, `backend house:`, `label pii "`. */
static bool
reads_like_writ(struct wr_text line)
{
	static const char *const words[] = { "agent ", "start ", "fn ", "backend ", "label ",
		"test " };

	while (begins(line, " ") || begins(line, "\t"))
		skip(&line, 1);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!begins(line, words[i]))
			continue;
		skip(&line, strlen(words[i]));
		while (line.size > 0 && (isalnum((unsigned char)*line.at) || *line.at == '_'))
			skip(&line, 1);
		return begins(line, "(") || begins(line, ":") || begins(line, "\"") ||
		       begins(line, " \"");
	}
	return wr_text_eq(line, WR_TEXT("writ 1"));
}

/* ---- programs ------------------------------------------------------------------------------ */

/* What a page names by path stands in the folder by its last name. */
static enum wr_status
read_beside(void *user, struct wc_reading *reading)
{
	const char *slash = memrchr(reading->path.at, '/', reading->path.size);
	size_t skipped = slash == NULL ? 0 : (size_t)(slash + 1 - reading->path.at);
	char path[256];
	struct wr_buf bytes;

	(void)snprintf(path, sizeof path, FOLDER "%.*s", (int)(reading->path.size - skipped),
	    reading->path.at + skipped);
	wr_buf_init(&bytes, user, 1 << 20);
	flow_file_read(path, &bytes);
	reading->name = wr_arena_text(reading->arena, wr_text_of(path)).at;
	reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	return reading->bytes.size > 0 ? WR_OK : WR_ABSENT;
}

/* The program that the block stands for. */
static void
write_source(const struct block *b, struct wr_buf *out)
{
	struct wr_text in = b->is;
	char path[256];

	if (!begins(b->is, "wf in ")) {
		if (!begins(b->text, "writ 1"))
			wr_buf_str(out, "writ 1\n");
	} else {
		skip(&in, strlen("wf in "));
		(void)snprintf(path, sizeof path, FOLDER "%.*s.wf", (int)in.size, in.at);
		flow_file_read(path, out);
		cr_expect(out->size > 0, "%s:%d: %s is not there", b->page, b->line, path);
	}
	wr_buf_text(out, b->text);
}

static void
run_tests(struct wc_result *result, const struct wr_buf *bytecode, const struct wr_alloc *alloc)
{
	struct wd_test_file file = { NULL, &result->tests };
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;

	if (bytecode->size > 0)
		cr_assert_eq(wr_load((const uint8_t *)bytecode->at, bytecode->size, alloc, &module,
				 &refusal),
		    WR_OK);
	file.module = module;
	for (uint32_t i = 0; i < result->tests.len; i++)
		(void)wd_test_run(&file, &result->tests.at[i], &result->diags);
	wr_module_free(module);
}

static void
check_program(const struct block *b, const struct wr_alloc *alloc)
{
	struct wc_options options = { .read = read_beside,
		.user = (void *)(uintptr_t)alloc,
		.sha256 = wd_reader_sha256,
		.tests = true };
	struct wr_buf source, bytecode, said;
	struct wc_result result;
	enum wr_status s;

	wr_buf_init(&source, alloc, 1 << 20);
	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&said, alloc, 1 << 20);
	write_source(b, &source);
	s = wc_compile(
	    alloc, "page.wf", wr_buf_view(&source), &options, &bytecode, &result);
	if (s == WR_OK || s == WR_ABSENT)
		run_tests(&result, &bytecode, alloc);
	wc_diags_render(&result.diags, WC_DIAG_SHORT, false, &said);
	if (b->code[0] == '\0')
		cr_expect(said.size == 0 && (s == WR_OK || s == WR_ABSENT), "%s:%d: %s\n%.*s",
		    b->page, b->line, wr_status_text(s), (int)said.size, said.at);
	else
		cr_expect(result.diags.first != NULL &&
			      strcmp(wc_code_text(result.diags.first->code), b->code) == 0,
		    "%s:%d should say %s first, and says:\n%.*s", b->page, b->line, b->code,
		    (int)said.size, said.size == 0 ? "" : said.at);
	wc_result_free(&result);
	wr_buf_free(&source);
	wr_buf_free(&bytecode);
	wr_buf_free(&said);
}

/* ---- everything else ------------------------------------------------------------------------ */

/* Policies and bindings as they are read in earnest. */
static void
check_setting(const struct block *b, const struct wr_alloc *alloc)
{
	struct wd_json_error error = { .text = NULL };
	struct wd_bindings bindings;
	struct wd_policy policy;
	enum wr_status s = WR_OK;

	if (memmem(b->text.at, b->text.size, "writ-policy/1", 13) != NULL) {
		s = wd_policy_read(&policy, alloc, b->text, &error);
		if (s == WR_OK)
			wd_policy_free(&policy);
	} else if (memmem(b->text.at, b->text.size, "writ-bindings/1", 15) != NULL) {
		s = wd_bindings_read(&bindings, alloc, b->text, &error);
		if (s == WR_OK)
			wd_bindings_free(&bindings);
	}
	cr_expect_eq(s, WR_OK, "%s:%d: %s: %s", b->page, b->line, error.place,
	    error.text == NULL ? wr_status_text(s) : error.text);
}

static void
check_other(const struct block *b, const struct wr_alloc *alloc)
{
	struct wr_text rest = b->text;
	bool known = false;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		known = known || wr_text_eq(b->is, wr_text_of(others[i]));
	cr_expect(known, "%s:%d: the fence says `%.*s`: say wf, wf in NAME, or what else it is",
	    b->page, b->line, (int)b->is.size, b->is.at);
	while (rest.size > 0) {
		struct wr_text line = next_line(&rest);

		cr_expect(!reads_like_writ(line), "%s:%d: this reads like Writ; fence it as wf: %.*s",
		    b->page, b->line, (int)line.size, line.at);
	}
	if (wr_text_eq(b->is, WR_TEXT("json")))
		check_setting(b, alloc);
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* A line of a page that stands in no block. */
static void
outside(struct block *b, struct wr_text line, int number)
{
	cr_expect(!begins(line, "~~~") && memmem(line.at, line.size, FENCE, 3) == NULL,
	    "%s:%d: fence with ``` at the beginning of a line", b->page, number);
	cr_expect(!begins(line, "    ") || !reads_like_writ(line),
	    "%s:%d: this reads like Writ; put it between fences", b->page, number);
	if (line.size > 0)
		expect_code(b, line);
}

/* Returns how many programs the page shows. */
static int
check_page(const char *page, const struct wr_alloc *alloc)
{
	struct block b = { .page = page };
	struct wr_buf bytes;
	struct wr_text rest;
	bool inside = false;
	int number = 0, count = 0;

	wr_buf_init(&bytes, alloc, 1 << 20);
	flow_file_read(page, &bytes);
	cr_assert(bytes.size > 0, "%s is not there", page);
	for (rest = wr_buf_view(&bytes); rest.size > 0;) {
		struct wr_text line = next_line(&rest);

		number++;
		if (!begins(line, FENCE)) {
			if (!inside)
				outside(&b, line, number);
			continue;
		}
		inside = !inside;
		if (inside) {
			b.line = number + 1;
			skip(&line, strlen(FENCE));
			b.is = line;
			b.text = (struct wr_text){ rest.at, 0 };
			continue;
		}
		b.text.size = (size_t)(line.at - b.text.at);
		if (wr_text_eq(b.is, WR_TEXT("wf")) || begins(b.is, "wf in ")) {
			check_program(&b, alloc);
			count++;
		} else {
			check_other(&b, alloc);
		}
		b.code[0] = '\0';
	}
	cr_expect(!inside, "%s: a fence is open at its end", page);
	wr_buf_free(&bytes);
	return count;
}

/* Every page below a folder; returns how many. */
static int
check_folder(const char *folder, const struct wr_alloc *alloc, int *programs)
{
	DIR *dir = opendir(folder);
	int pages = 0;

	cr_assert(dir != NULL, "%s", folder);
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		size_t size = strlen(e->d_name);
		char path[512];

		(void)snprintf(path, sizeof path, "%s%s%s", strcmp(folder, ".") == 0 ? "" : folder,
		    strcmp(folder, ".") == 0 ? "" : "/", e->d_name);
		if (e->d_name[0] == '.' || strcmp(path, "build") == 0)
			continue;
		if (e->d_type == DT_DIR && strcmp(path, "compiler/explain") != 0) {
			pages += check_folder(path, alloc, programs);
		} else if (e->d_type == DT_REG && size > 3 &&
			   strcmp(e->d_name + size - 3, ".md") == 0) {
			*programs += check_page(path, alloc);
			pages++;
		}
	}
	(void)closedir(dir);
	return pages;
}

Test(docs, every_program_on_a_page_does_what_the_page_says)
{
	static const struct {
		const char *page;
		int at_least; /* programs, so that a change of fences does not go unseen */
	} shows[] = { { "README.md", 1 }, { "grammar/README.md", 8 } };
	struct failing_alloc alloc;
	int programs = 0, pages;

	failing_alloc_init(&alloc);
	pages = check_folder(".", &alloc.hook, &programs);
	cr_expect_geq(pages, 10);
	cr_log_info("%d programs on %d pages", programs, pages);
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++)
		cr_expect_geq(check_page(shows[i].page, &alloc.hook), shows[i].at_least, "%s",
		    shows[i].page);
	cr_assert_eq(alloc.live_bytes, 0);
}

Test(docs, every_source_of_an_example_compiles)
{
	struct failing_alloc alloc;
	glob_t found;

	failing_alloc_init(&alloc);
	cr_assert_eq(glob("examples/*/*.wf", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct wr_buf bytecode, said;
		enum wr_status s;

		wr_buf_init(&bytecode, &alloc.hook, WR_MODULE_MAX);
		wr_buf_init(&said, &alloc.hook, 1 << 20);
		s = flow_file_compile(&alloc.hook, found.gl_pathv[i], &bytecode, &said);
		cr_expect(s == WR_OK || s == WR_ABSENT, "%s: %s\n%.*s",
		    found.gl_pathv[i], wr_status_text(s), (int)said.size,
		    said.size == 0 ? "" : said.at);
		wr_buf_free(&bytecode);
		wr_buf_free(&said);
	}
	cr_expect_geq(found.gl_pathc, 2);
	globfree(&found);
	cr_assert_eq(alloc.live_bytes, 0);
}
