/* Results of tests in the forms that machines read. Runs nothing and prints nothing. */
#include "runtime/cli/test_report.h"

#include <stdio.h>

#include "runtime/files.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#define REPORT_MAX (64u << 20)

void
wd_report_begin(struct wd_report *r)
{
	*r = (struct wd_report){ .tests = 0 };
	wr_buf_init(&r->suites, wd_alloc(), REPORT_MAX);
	wr_buf_init(&r->cases, wd_alloc(), REPORT_MAX);
}

void
wd_report_free(struct wd_report *r)
{
	wr_buf_free(&r->suites);
	wr_buf_free(&r->cases);
}

/* Characters that XML 1.0 has: what it has not becomes U+FFFD; markup is escaped. */
static void
put_xml(struct wr_buf *out, struct wr_text t)
{
	for (size_t at = 0; at < t.size;) {
		size_t len = 1;
		int32_t c = wr_utf8_next(t.at + at, t.size - at, &len);

		if (c == '&')
			wr_buf_str(out, "&amp;");
		else if (c == '<')
			wr_buf_str(out, "&lt;");
		else if (c == '>')
			wr_buf_str(out, "&gt;");
		else if (c == '"')
			wr_buf_str(out, "&quot;");
		else if (c == '\n')
			wr_buf_str(out, "&#10;");
		else if (c == '\t')
			wr_buf_str(out, "&#9;");
		else if (c < 0x20 || c == 0xFFFE || c == 0xFFFF)
			wr_buf_str(out, "\xEF\xBF\xBD");
		else
			wr_buf_add(out, t.at + at, len);
		at += len > 0 ? len : 1;
	}
}

static void
put_attribute(struct wr_buf *out, const char *name, struct wr_text value)
{
	wr_buf_byte(out, ' ');
	wr_buf_str(out, name);
	wr_buf_str(out, "=\"");
	put_xml(out, value);
	wr_buf_byte(out, '"');
}

static void
put_number(struct wr_buf *out, const char *name, unsigned n)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%u", n);
	put_attribute(out, name, wr_text_of(digits));
}

static void
put_time(struct wr_buf *out, unsigned long us)
{
	char seconds[40];

	(void)snprintf(seconds, sizeof seconds, "%lu.%06lu", us / 1000000, us % 1000000);
	put_attribute(out, "time", wr_text_of(seconds));
}

/* The first line of what was said. */
static struct wr_text
first_line(struct wr_text words)
{
	size_t size = 0;

	while (size < words.size && words.at[size] != '\n')
		size++;
	return (struct wr_text){ words.at, size };
}

void
wd_report_add(struct wd_report *r, const char *file, const struct wc_test *test, enum wd_test_end end,
    unsigned long us, struct wr_text words)
{
	const char *element = end == WD_TEST_FAILED ? "failure" : "error";
	struct wr_buf *out = &r->cases;

	r->tests++;
	r->failed += end == WD_TEST_FAILED;
	r->troubled += end == WD_TEST_TROUBLE;
	wr_buf_str(out, "    <testcase");
	put_attribute(out, "name", test->title);
	put_attribute(out, "classname", wr_text_of(file));
	put_attribute(out, "file", wr_text_of(file));
	put_number(out, "line", wc_span_line(test->span));
	put_time(out, us);
	if (end == WD_TEST_PASSED) {
		wr_buf_str(out, "/>\n");
		return;
	}
	wr_buf_str(out, ">\n      <");
	wr_buf_str(out, element);
	put_attribute(out, "message", first_line(words));
	put_attribute(out, "type", end == WD_TEST_FAILED ? WR_TEXT("failed") : WR_TEXT("trouble"));
	wr_buf_byte(out, '>');
	put_xml(out, words);
	wr_buf_str(out, "</");
	wr_buf_str(out, element);
	wr_buf_str(out, ">\n    </testcase>\n");
}

static void
put_counts(struct wr_buf *out, unsigned tests, unsigned failed, unsigned troubled, unsigned long us)
{
	put_number(out, "tests", tests);
	put_number(out, "failures", failed);
	put_number(out, "errors", troubled);
	put_number(out, "skipped", 0);
	put_time(out, us);
}

void
wd_report_file(struct wd_report *r, const char *file, unsigned long us)
{
	wr_buf_str(&r->suites, "  <testsuite");
	put_attribute(&r->suites, "name", wr_text_of(file));
	put_counts(&r->suites, r->tests, r->failed, r->troubled, us);
	wr_buf_str(&r->suites, ">\n");
	wr_buf_text(&r->suites, wr_buf_view(&r->cases));
	wr_buf_str(&r->suites, "  </testsuite>\n");
	if (r->cases.status != WR_OK && r->suites.status == WR_OK)
		r->suites.status = r->cases.status;
	r->cases.size = 0;
	r->all_tests += r->tests;
	r->all_failed += r->failed;
	r->all_troubled += r->troubled;
	r->all_us += us;
	r->tests = r->failed = r->troubled = 0;
}

void
wd_report_json(struct wr_buf *out, const char *file, const struct wc_test *test, enum wd_test_end end,
    unsigned long us, struct wr_text words)
{
	static const char *const ends[] = { "passed", "failed", "trouble" };

	wr_buf_str(out, "{\"test\":");
	wc_json_text(out, test->title);
	wr_buf_str(out, ",\"file\":");
	wc_json_text(out, wr_text_of(file));
	wr_buf_str(out, ",\"line\":");
	wr_buf_u64(out, wc_span_line(test->span));
	wr_buf_str(out, ",\"result\":\"");
	wr_buf_str(out, ends[end]);
	wr_buf_str(out, "\",\"us\":");
	wr_buf_u64(out, us);
	wr_buf_str(out, ",\"said\":");
	wc_json_text(out, words);
	wr_buf_str(out, "}\n");
}

enum wr_status
wd_report_write(const struct wd_report *r, const char *path)
{
	struct wr_buf out;
	enum wr_status s;

	wr_buf_init(&out, wd_alloc(), REPORT_MAX + 1024);
	wr_buf_str(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"writ\"");
	put_counts(&out, r->all_tests, r->all_failed, r->all_troubled, r->all_us);
	wr_buf_str(&out, ">\n");
	wr_buf_text(&out, wr_buf_view(&r->suites));
	wr_buf_str(&out, "</testsuites>\n");
	s = r->suites.status != WR_OK ? r->suites.status : out.status;
	if (s == WR_OK)
		s = wd_file_write(path, wr_buf_view(&out), 0666);
	wr_buf_free(&out);
	return s;
}
