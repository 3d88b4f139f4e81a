/*
 * Reads recordings. They may come from anybody: every line is held to its one form and to its own digest, before
 * any of it is an answer. Decides nothing about what a recording is used for.
 */
#include "runtime/recording.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/json.h"
#include "runtime/service_limits.h"
#include "vm/base/limits.h"

struct wd_recording {
	const struct wr_alloc *alloc;
	struct wd_json_doc doc; /* every line */
	struct wr_arena texts;  /* requests and input, in canonical form */
	struct wr_text workflow, input, output, failed, failed_agent;
	struct wd_recorded *calls;
	const struct wd_recorded **sorted; /* by agent, digest, ordinal */
	uint32_t len, room;
};

struct reader {
	struct wd_recording *r;
	struct wd_recording_error *error;
	struct wr_buf canonical; /* scratch */
	uint32_t line;
};

static enum wr_status
fail(struct reader *x, const char *why)
{
	x->error->line = x->line;
	(void)snprintf(x->error->why, sizeof x->error->why, "%s", why);
	return WR_MALFORMED;
}

/* What jansson or a reader of members found. */
static enum wr_status
fail_json(struct reader *x, const struct wd_json_error *error)
{
	struct wr_buf words;
	enum wr_status s;

	wr_buf_init(&words, x->r->alloc, sizeof x->error->why - 1);
	if (error->line > 0) {
		wr_buf_str(&words, "column ");
		wr_buf_u64(&words, error->column);
		wr_buf_str(&words, ": ");
		wr_buf_str(&words, error->text);
	} else {
		wd_json_error_print(error, &words);
	}
	wr_buf_byte(&words, '\0');
	s = fail(x, words.status == WR_OK ? (const char *)words.at : "not as a recording has it");
	wr_buf_free(&words);
	return s;
}

/* The value in its canonical form, kept. */
static enum wr_status
keep(struct reader *x, const struct wd_json *v, struct wr_text *ret)
{
	struct wr_text copy;

	x->canonical.size = 0;
	wd_json_write(v, WD_JSON_CANONICAL, &x->canonical);
	if (x->canonical.status != WR_OK)
		return x->canonical.status;
	copy = wr_arena_text(&x->r->texts, wr_buf_view(&x->canonical));
	if (copy.at == NULL)
		return x->r->texts.over ? WR_LIMIT : WR_NOMEM;
	*ret = copy;
	return WR_OK;
}

/* ---- lines --------------------------------------------------------------------------------- */

static enum wr_status
read_header(struct reader *x, const struct wd_json *v)
{
	struct wd_json_error error;
	struct wd_json_at top = wd_json_at_root(v, &error);
	const struct wd_json *failed = wd_json_get(v, "failed");
	uint8_t digest[32];
	struct wr_text hex;
	int64_t version;
	enum wr_status s = WR_OK;
	bool good;

	if (!wd_json_int(wd_json_get(v, "recording"), &version))
		return fail(x, "the first line of a recording says \"recording\":1");
	if (version != WD_RECORDING_VERSION)
		return fail(x, "this recording is of another version; record it again");
	good = wd_json_at_members(top, "digest ?failed input ?output recording workflow") &&
	       wd_json_at_text(wd_json_at(&top, "digest"), 64, &hex) &&
	       wd_json_at_text(wd_json_at(&top, "workflow"), WR_NAME_MAX, &x->r->workflow) &&
	       wd_json_at_object(wd_json_at(&top, "input"), WR_MEMBERS_MAX);
	if (good && failed != NULL) {
		struct wd_json_at at = wd_json_at(&top, "failed");

		good = wd_json_at_members(at, "?agent code") &&
		       wd_json_at_text(wd_json_at(&at, "code"), WR_NAME_MAX, &x->r->failed);
		if (good && wd_json_get(failed, "agent") != NULL)
			good = wd_json_at_text(wd_json_at(&at, "agent"), WR_NAME_MAX, &x->r->failed_agent);
	}
	if (!good)
		return fail_json(x, &error);
	if (!wd_hex_read(hex, digest, sizeof digest))
		return fail(x, "digest: not 64 lower-case hexadecimal digits");
	if ((failed != NULL) == (wd_json_get(v, "output") != NULL))
		return fail(x, "a run has either an output, or failed");
	s = keep(x, wd_json_get(v, "input"), &x->r->input);
	if (s == WR_OK && failed == NULL)
		s = keep(x, wd_json_get(v, "output"), &x->r->output);
	return s;
}

static bool
failure_of(struct wr_text word, enum wr_failure *ret)
{
	for (unsigned f = WR_FAILURE_TIMEOUT; f <= WR_FAILURE_INVALID; f++)
		if (wr_text_eq(word, wr_text_of(wr_failure_word((enum wr_failure)f)))) {
			*ret = (enum wr_failure)f;
			return true;
		}
	return false;
}

/* How the attempt ended: one of three. */
static bool
read_end(struct wd_json_at *top, struct wd_recorded *c)
{
	struct wr_text word;
	int64_t tokens = 0;
	bool cancelled = false;

	if (wd_json_get(top->value, "answer") != NULL) {
		c->end = WD_RECORDED_ANSWER;
		if (!wd_json_at_members(*top, "agent answer attempt ordinal path request sha256 tokens") ||
		    !wd_json_at_any_text(wd_json_at(top, "answer"), WD_RECORDING_MAX, &c->text) ||
		    !wd_json_at_int(wd_json_at(top, "tokens"), 0, INT64_MAX, &tokens))
			return false;
		c->tokens = (uint64_t)tokens;
		return true;
	}
	if (wd_json_get(top->value, "cancelled") != NULL) {
		c->end = WD_RECORDED_CANCELLED;
		if (!wd_json_at_members(*top, "agent attempt cancelled ordinal path request sha256") ||
		    !wd_json_at_bool(wd_json_at(top, "cancelled"), &cancelled))
			return false;
		return cancelled || wd_json_at_fail(wd_json_at(top, "cancelled"), "only true stands here");
	}
	c->end = WD_RECORDED_FAILURE;
	if (!wd_json_at_members(*top, "agent attempt detail failure ordinal ?outcome_unknown path request sha256") ||
	    !wd_json_at_any_text(wd_json_at(top, "detail"), WD_DETAIL_MAX, &c->text) ||
	    !wd_json_at_text(wd_json_at(top, "failure"), 16, &word))
		return false;
	if (!failure_of(word, &c->failure))
		return wd_json_at_fail(wd_json_at(top, "failure"), "not timeout, unavailable, refused or invalid");
	if (wd_json_get(top->value, "outcome_unknown") == NULL)
		return true;
	return wd_json_at_bool(wd_json_at(top, "outcome_unknown"), &c->outcome_unknown) &&
	       (c->outcome_unknown || wd_json_at_fail(wd_json_at(top, "outcome_unknown"), "only true stands here"));
}

/* The request says for whom it is, and its digest is of it. */
static enum wr_status
check_request(struct reader *x, struct wd_recorded *c, const struct wd_json *request)
{
	struct wd_digest digest;
	enum wr_status s = keep(x, request, &c->request);

	if (s != WR_OK)
		return s;
	digest = wd_sha256(c->request);
	if (!wd_digest_eq(&digest, &c->sha256))
		return fail(x, "sha256: this is not the digest of the request");
	if (!wr_text_eq(wd_json_text(wd_json_get(request, "agent")), c->agent))
		return fail(x, "request.agent: another agent than the call's");
	return WR_OK;
}

static enum wr_status
read_call(struct reader *x, const struct wd_json *v)
{
	struct wd_recording *r = x->r;
	struct wd_json_error error;
	struct wd_json_at top = wd_json_at_root(v, &error);
	struct wd_recorded *c;
	struct wr_text hex;
	int64_t attempt, ordinal;

	if (r->len == r->room) {
		uint32_t room = r->room == 0 ? 64 : r->room * 2;
		struct wd_recorded *grown = realloc(r->calls, room * sizeof *grown);

		if (grown == NULL)
			return WR_NOMEM;
		r->calls = grown;
		r->room = room;
	}
	c = &r->calls[r->len];
	*c = (struct wd_recorded){ .line = x->line };
	if (!read_end(&top, c) || !wd_json_at_text(wd_json_at(&top, "agent"), WR_NAME_MAX, &c->agent) ||
	    !wd_json_at_text(wd_json_at(&top, "path"), WR_PATH_SIZE, &c->path) ||
	    !wd_json_at_text(wd_json_at(&top, "sha256"), 64, &hex) ||
	    !wd_json_at_int(wd_json_at(&top, "attempt"), 1, WR_RETRY_MAX + 1, &attempt) ||
	    !wd_json_at_int(wd_json_at(&top, "ordinal"), 1, WD_RECORDING_CALLS_MAX, &ordinal) ||
	    !wd_json_at_object(wd_json_at(&top, "request"), 8))
		return fail_json(x, &error);
	if (!wd_hex_read(hex, c->sha256.at, sizeof c->sha256.at))
		return fail(x, "sha256: not 64 lower-case hexadecimal digits");
	c->attempt = (uint32_t)attempt;
	c->ordinal = (uint32_t)ordinal;
	r->len++;
	return check_request(x, c, wd_json_get(v, "request"));
}

static enum wr_status
read_line(struct reader *x, struct wr_text line)
{
	struct wd_json_error error = { 0 };
	struct wd_json *v;
	enum wr_status s = wd_json_parse_into(&x->r->doc, line, &v, &error);

	if (s == WR_MALFORMED)
		return fail_json(x, &error);
	if (s != WR_OK)
		return s;
	x->canonical.size = 0;
	wd_json_write(v, WD_JSON_CANONICAL, &x->canonical);
	if (x->canonical.status != WR_OK)
		return x->canonical.status;
	if (!wr_text_eq(wr_buf_view(&x->canonical), line))
		return fail(x, "not in its canonical form");
	if (wd_json_kind(v) != WD_JSON_OBJECT)
		return fail(x, "not an object");
	return x->line == 1 ? read_header(x, v) : read_call(x, v);
}

/* ---- all ------------------------------------------------------------------------------------- */

static int
compare(const struct wd_recorded *a, const struct wd_recorded *b)
{
	int c = wr_text_cmp(a->agent, b->agent);

	if (c == 0)
		c = memcmp(a->sha256.at, b->sha256.at, sizeof a->sha256.at);
	return c != 0 ? c : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static int
by_key(const void *a, const void *b)
{
	return compare(*(const struct wd_recorded *const *)a, *(const struct wd_recorded *const *)b);
}

/* Each key once, and ordinals without gaps. */
static enum wr_status
sort_calls(struct reader *x)
{
	struct wd_recording *r = x->r;

	r->sorted = calloc(r->len + 1, sizeof(const struct wd_recorded *));
	if (r->sorted == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < r->len; i++)
		r->sorted[i] = &r->calls[i];
	if (r->len > 0)
		qsort(r->sorted, r->len, sizeof(const struct wd_recorded *), by_key);
	for (uint32_t i = 0; i < r->len; i++) {
		const struct wd_recorded *c = r->sorted[i], *before = i > 0 ? r->sorted[i - 1] : NULL;
		bool same = before != NULL && wr_text_eq(before->agent, c->agent) &&
			    wd_digest_eq(&before->sha256, &c->sha256);

		x->line = c->line;
		if (same && before->ordinal == c->ordinal)
			return fail(x, "ordinal: this call stands here twice");
		if (c->ordinal != (same ? before->ordinal + 1 : 1))
			return fail(x, "ordinal: one before it is missing");
	}
	return WR_OK;
}

static enum wr_status
read_lines(struct reader *x, struct wr_text bytes)
{
	enum wr_status s = WR_OK;

	while (bytes.size > 0 && s == WR_OK) {
		const char *end = memchr(bytes.at, '\n', bytes.size);
		size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.at);

		x->line++;
		if (end == NULL)
			return fail(x, "it ends in the middle of a line");
		if (x->line > WD_RECORDING_CALLS_MAX + 1)
			return WR_LIMIT;
		s = read_line(x, (struct wr_text){ bytes.at, size });
		bytes.at += size + 1;
		bytes.size -= size + 1;
	}
	if (s == WR_OK && x->line == 0) {
		x->line = 1;
		return fail(x, "it is empty");
	}
	return s == WR_OK ? sort_calls(x) : s;
}

enum wr_status
wd_recording_read(struct wr_text bytes, const struct wr_alloc *alloc, struct wd_recording **ret,
    struct wd_recording_error *ret_error)
{
	struct reader x = { .r = calloc(1, sizeof *x.r), .error = ret_error };
	enum wr_status s = WR_LIMIT;

	if (x.r == NULL)
		return WR_NOMEM;
	x.r->alloc = alloc;
	wd_json_init(&x.r->doc, alloc, (size_t)WD_RECORDING_MAX * 8);
	wr_arena_init(&x.r->texts, alloc, (size_t)WD_RECORDING_MAX * 4);
	wr_buf_init(&x.canonical, alloc, WD_RECORDING_MAX);
	if (bytes.size <= WD_RECORDING_MAX)
		s = read_lines(&x, bytes);
	wr_buf_free(&x.canonical);
	if (s == WR_LIMIT) {
		ret_error->line = x.line == 0 ? 1 : x.line;
		(void)snprintf(ret_error->why, sizeof ret_error->why, "it is too large");
	}
	if (s == WR_OK)
		*ret = x.r;
	else
		wd_recording_free(x.r);
	return s;
}

void
wd_recording_free(struct wd_recording *r)
{
	if (r == NULL)
		return;
	wd_json_free(&r->doc);
	wr_arena_free(&r->texts);
	free(r->calls);
	free(r->sorted);
	free(r);
}

struct wr_text
wd_recording_workflow(const struct wd_recording *r)
{
	return r->workflow;
}

struct wr_text
wd_recording_input(const struct wd_recording *r)
{
	return r->input;
}

struct wr_text
wd_recording_output(const struct wd_recording *r)
{
	return r->output;
}

struct wr_text
wd_recording_failed(const struct wd_recording *r, struct wr_text *ret_agent)
{
	*ret_agent = r->failed_agent;
	return r->failed;
}

uint32_t
wd_recording_len(const struct wd_recording *r)
{
	return r->len;
}

const struct wd_recorded *
wd_recording_at(const struct wd_recording *r, uint32_t i)
{
	assert(i < r->len);
	return &r->calls[i];
}

const struct wd_recorded *
wd_recording_find(const struct wd_recording *r, struct wr_text agent, const struct wd_digest *sha256, uint32_t ordinal)
{
	struct wd_recorded key = { .agent = agent, .sha256 = *sha256, .ordinal = ordinal };
	uint32_t low = 0, high = r->len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int c = compare(r->sorted[middle], &key);

		if (c == 0)
			return r->sorted[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
