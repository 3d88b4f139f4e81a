/* Recordings are read strictly: one form, each call once, each digest of its request; and say where they are wrong. */
#include "runtime/recording.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(recording, .timeout = 60);

#define HEADER                                                                                                         \
	"{\"digest\":\"0e7ff5dc290d35d3c745280a644e7f3d6b00413d71dbd6a5af1e05fa20372525\",\"input\":{\"n\":3},"        \
	"\"output\":{\"result\":4},\"recording\":1,\"workflow\":\"count\"}\n"
#define REQUEST "{\"agent\":\"gist\",\"backend\":\"house\",\"parts\":[[\"user\",\"\",\"a\"]]}"
#define ANSWER(ordinal)                                                                                                \
	"{\"agent\":\"gist\",\"answer\":\"4\",\"attempt\":1,\"ordinal\":" ordinal ",\"path\":\"gist\",\"request\":"    \
	REQUEST ",\"sha256\":\"HASH\",\"tokens\":12}\n"
#define FAILURE(ordinal)                                                                                               \
	"{\"agent\":\"gist\",\"attempt\":2,\"detail\":\"no\",\"failure\":\"timeout\",\"ordinal\":" ordinal             \
	",\"path\":\"gist\",\"request\":" REQUEST ",\"sha256\":\"HASH\"}\n"
#define CANCELLED(ordinal)                                                                                             \
	"{\"agent\":\"gist\",\"attempt\":1,\"cancelled\":true,\"ordinal\":" ordinal                                    \
	",\"path\":\"gist~2\",\"request\":" REQUEST ",\"sha256\":\"HASH\"}\n"
#define GOOD HEADER ANSWER("1") FAILURE("2") CANCELLED("3")

static struct wd_digest
request_digest(void)
{
	return wd_sha256(WR_TEXT(REQUEST));
}

/* HASH stands for the digest of the request. The caller frees it. */
static char *
with_hashes(const char *text)
{
	struct wd_digest digest = request_digest();
	char *out = calloc(strlen(text) * 2 + 1000, 1), *to = out;

	cr_assert(out != NULL);
	while (*text != '\0') {
		if (strncmp(text, "HASH", 4) != 0) {
			*to++ = *text++;
			continue;
		}
		for (size_t i = 0; i < 32; i++)
			to += sprintf(to, "%02x", digest.at[i]);
		text += 4;
	}
	return out;
}

static enum wr_status
take(const struct wr_alloc *alloc, const char *bytes, size_t size, struct wd_recording **ret,
    struct wd_recording_error *error)
{
	char *copy = malloc(size + (size == 0)); /* of its exact size */
	enum wr_status s;

	cr_assert(copy != NULL);
	memcpy(copy, bytes, size);
	*ret = NULL;
	s = wd_recording_read((struct wr_text){ copy, size }, alloc, ret, error);
	free(copy);
	return s;
}

Test(recording, finds_what_was_answered)
{
	char *text = with_hashes(GOOD);
	struct wd_recording_error error;
	struct wd_recording *r;
	struct wd_digest digest = request_digest(), other = wd_sha256(WR_TEXT("b"));
	const struct wd_recorded *c;
	struct wr_text agent;

	cr_assert_eq(take(wd_alloc(), text, strlen(text), &r, &error), WR_OK, "%u: %s", error.line, error.why);
	cr_expect_eq(wd_recording_len(r), 3);
	cr_expect(wr_text_eq(wd_recording_workflow(r), WR_TEXT("count")));
	cr_expect(wr_text_eq(wd_recording_input(r), WR_TEXT("{\"n\":3}")));
	cr_expect(wr_text_eq(wd_recording_output(r), WR_TEXT("{\"result\":4}")));
	cr_expect_null(wd_recording_failed(r, &agent).at);
	c = wd_recording_find(r, WR_TEXT("gist"), &digest, 1);
	cr_assert(c != NULL && c->end == WD_RECORDED_ANSWER);
	cr_expect(wr_text_eq(c->text, WR_TEXT("4")) && c->tokens == 12 && c->line == 2);
	c = wd_recording_find(r, WR_TEXT("gist"), &digest, 2);
	cr_assert(c != NULL && c->end == WD_RECORDED_FAILURE && c->failure == WR_FAILURE_TIMEOUT);
	c = wd_recording_find(r, WR_TEXT("gist"), &digest, 3);
	cr_assert(c != NULL && c->end == WD_RECORDED_CANCELLED);
	cr_expect_null(wd_recording_find(r, WR_TEXT("gist"), &digest, 4));
	cr_expect_null(wd_recording_find(r, WR_TEXT("gist"), &other, 1));
	cr_expect_null(wd_recording_find(r, WR_TEXT("assess"), &digest, 1));
	wd_recording_free(r);
	free(text);
}

/* Each with the line it is told at. */
static const struct {
	const char *text;
	uint32_t line;
	const char *why;
} bad[] = {
	{ "", 1, "it is empty" },
	{ "\n", 1, "column" },
	{ "{}\n", 1, "the first line of a recording says" },
	{ "[1]\n", 1, "not an object" },
	{ "{\"recording\":2}\n", 1, "this recording is of another version" },
	{ "{\"recording\":1}\n", 1, "" },
	{ HEADER "{}", 2, "it ends in the middle of a line" },
	{ HEADER "{}\n", 2, "" },
	{ HEADER "\n", 2, "" },
	{ HEADER HEADER, 2, "" },
	{ HEADER " " ANSWER("1"), 2, "not in its canonical form" },
	{ HEADER ANSWER("2"), 2, "ordinal: one before it is missing" },
	{ HEADER ANSWER("1") ANSWER("1"), 0, "ordinal: this call stands here twice" },
	{ HEADER ANSWER("1") FAILURE("3"), 3, "ordinal: one before it is missing" },
	{ HEADER ANSWER("0"), 2, "" },
	{ HEADER "{\"agent\":\"gist\",\"answer\":\"4\",\"attempt\":1,\"ordinal\":1,\"path\":\"gist\",\"request\":" REQUEST
		 ",\"sha256\":\"0e7ff5dc290d35d3c745280a644e7f3d6b00413d71dbd6a5af1e05fa20372525\",\"tokens\":12}\n",
	    2, "sha256: this is not the digest of the request" },
	{ HEADER "{\"agent\":\"list\",\"answer\":\"4\",\"attempt\":1,\"ordinal\":1,\"path\":\"gist\",\"request\":" REQUEST
		 ",\"sha256\":\"HASH\",\"tokens\":12}\n",
	    2, "request.agent: another agent than the call's" },
	{ HEADER "{\"agent\":\"gist\",\"answer\":\"4\",\"attempt\":1,\"cancelled\":true,\"ordinal\":1,\"path\":\"gist\","
		 "\"request\":" REQUEST ",\"sha256\":\"HASH\",\"tokens\":12}\n",
	    2, "cancelled" },
	{ HEADER "{\"agent\":\"gist\",\"attempt\":1,\"detail\":\"\",\"failure\":\"late\",\"ordinal\":1,\"path\":\"gist\","
		 "\"request\":" REQUEST ",\"sha256\":\"HASH\"}\n",
	    2, "failure: not timeout" },
	{ "{\"digest\":\"0e7f\",\"input\":{},\"output\":1,\"recording\":1,\"workflow\":\"w\"}\n", 1, "digest: not 64" },
	{ "{\"digest\":\"0e7ff5dc290d35d3c745280a644e7f3d6b00413d71dbd6a5af1e05fa20372525\",\"input\":{},\"recording\":1,"
	  "\"workflow\":\"w\"}\n",
	    1, "a run has either an output, or failed" },
};

Test(recording, says_the_line_and_the_reason)
{
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *text = with_hashes(bad[i].text);
		struct wd_recording_error error = { 0, "" };
		struct wd_recording *r;

		cr_expect_eq(take(wd_alloc(), text, strlen(text), &r, &error), WR_MALFORMED, "case %zu", i);
		cr_expect(bad[i].line == 0 || error.line == bad[i].line, "case %zu: line %u: %s", i, error.line,
		    error.why);
		cr_expect(strstr(error.why, bad[i].why) != NULL && error.why[0] != '\0', "case %zu: %s", i, error.why);
		free(text);
	}
}

/* A recording that was cut is refused unless whole lines are gone; a changed byte never answers otherwise. */
Test(recording, survives_cuts_and_changed_bytes)
{
	char *text = with_hashes(GOOD);
	size_t size = strlen(text);

	for (size_t cut = 0; cut < size; cut++) {
		struct wd_recording_error error;
		struct wd_recording *r;
		enum wr_status s = take(wd_alloc(), text, cut, &r, &error);

		cr_expect_eq(s, cut > 0 && text[cut - 1] == '\n' ? WR_OK : WR_MALFORMED, "cut at %zu", cut);
		wd_recording_free(r);
	}
	for (size_t at = 0; at < size; at++) {
		struct wd_recording_error error = { 0, "" };
		struct wd_recording *r;
		char was = text[at];
		enum wr_status s;

		text[at] ^= 1;
		s = take(wd_alloc(), text, size, &r, &error);
		cr_expect(s == WR_OK || (s == WR_MALFORMED && error.line > 0 && error.why[0] != '\0'), "byte %zu", at);
		wd_recording_free(r);
		text[at] = was;
	}
	free(text);
}

Test(recording, survives_every_allocation_failure)
{
	char *text = with_hashes(GOOD);
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wd_recording_error error;
		struct wd_recording *r = NULL;
		enum wr_status s = wd_recording_read((struct wr_text){ text, strlen(text) }, &f.hook, &r, &error);

		cr_expect_eq(s, f.fail_at >= 0 && f.calls > f.fail_at ? WR_NOMEM : WR_OK, "%ld", f.fail_at);
		wd_recording_free(r);
		cr_expect_eq(f.live_bytes, 0);
	}
	free(text);
}
