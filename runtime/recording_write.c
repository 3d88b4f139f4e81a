/* Writes recordings: remembers each call as it is sent and how it ended, and puts it all into its one form. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/json.h"
#include "runtime/recording.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"

#define BUCKETS 1024u

struct sent {
	struct sent *next; /* of the same bucket, by id */
	uint32_t id;
	struct wd_recorded call;
};

struct wd_recorder {
	struct wd_ordinals *ordinals;
	struct wr_arena arena;
	struct sent *buckets[BUCKETS];
	uint32_t len;
	enum wr_status status; /* the first failure */
};

struct wd_recorder *
wd_recorder_new(void)
{
	struct wd_recorder *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	wr_arena_init(&r->arena, wd_alloc(), (size_t)WD_RECORDING_MAX * 4);
	r->ordinals = wd_ordinals_new();
	if (r->ordinals == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
wd_recorder_free(struct wd_recorder *r)
{
	if (r == NULL)
		return;
	wd_ordinals_free(r->ordinals);
	wr_arena_free(&r->arena);
	free(r);
}

/* A copy; an empty text and the failure remembered when memory is spent. */
static struct wr_text
copy(struct wd_recorder *r, struct wr_text t)
{
	struct wr_text c = wr_arena_text(&r->arena, t);

	if (c.at == NULL && r->status == WR_OK)
		r->status = r->arena.over ? WR_LIMIT : WR_NOMEM;
	return c.at == NULL ? WR_TEXT("") : c;
}

void
wd_recorder_sent(struct wd_recorder *r, const struct wr_call *call, struct wr_text request)
{
	struct sent *s = wr_arena_get(&r->arena, sizeof *s);

	if (s == NULL) {
		if (r->status == WR_OK)
			r->status = r->arena.over ? WR_LIMIT : WR_NOMEM;
		return;
	}
	s->id = call->id;
	s->next = r->buckets[call->id % BUCKETS];
	r->buckets[call->id % BUCKETS] = s;
	r->len++;
	s->call = (struct wd_recorded){ .agent = copy(r, call->agent),
		.path = copy(r, wr_text_of(call->path)),
		.request = copy(r, request),
		.sha256 = wd_sha256(request),
		.attempt = call->attempt,
		.end = WD_RECORDED_CANCELLED };
	s->call.ordinal = wd_ordinals_next(r->ordinals, call->agent, &s->call.sha256);
	if (s->call.ordinal == 0 && r->status == WR_OK)
		r->status = WR_NOMEM;
	if (r->len > WD_RECORDING_CALLS_MAX && r->status == WR_OK)
		r->status = WR_LIMIT;
}

static struct wd_recorded *
find(struct wd_recorder *r, uint32_t id)
{
	struct sent *s = r->buckets[id % BUCKETS];

	while (s != NULL && s->id != id)
		s = s->next;
	return s == NULL ? NULL : &s->call;
}

void
wd_recorder_answered(struct wd_recorder *r, uint32_t id, struct wr_text answer, uint64_t tokens)
{
	struct wd_recorded *c = find(r, id);

	if (c == NULL)
		return;
	c->end = WD_RECORDED_ANSWER;
	c->text = copy(r, answer);
	c->tokens = tokens < INT64_MAX ? tokens : INT64_MAX;
}

void
wd_recorder_failed(struct wd_recorder *r, uint32_t id, enum wr_failure failure, struct wr_text detail,
    bool outcome_unknown)
{
	struct wd_recorded *c = find(r, id);

	if (c == NULL)
		return;
	c->end = WD_RECORDED_FAILURE;
	c->failure = failure;
	c->text = copy(r, detail);
	c->outcome_unknown = outcome_unknown;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* A member whose value is JSON already. */
static enum wr_status
set_json(struct wd_json_doc *doc, struct wd_json *object, const char *name, struct wr_text json)
{
	struct wd_json *v;
	enum wr_status s = wd_json_parse_into(doc, json, &v, NULL);

	if (s == WR_OK)
		(void)wd_json_set(doc, object, name, v);
	return s;
}

static void
set_digest(struct wd_json_doc *doc, struct wd_json *object, const char *name, const struct wd_digest *digest)
{
	struct wr_buf hex;

	wr_buf_init(&hex, wd_alloc(), 64);
	wr_buf_hex(&hex, digest->at, sizeof digest->at);
	if (hex.status == WR_OK)
		wd_json_set_text(doc, object, name, wr_buf_view(&hex));
	else if (doc->status == WR_OK)
		doc->status = hex.status;
	wr_buf_free(&hex);
}

/* One line from its object, and the document's end. */
static enum wr_status
put_line(struct wd_json_doc *doc, enum wr_status s, struct wr_buf *out)
{
	if (s != WR_OK) {
		wd_json_free(doc);
		return s;
	}
	s = wd_json_finish(doc, WD_JSON_CANONICAL, out);
	wr_buf_byte(out, '\n');
	return s != WR_OK ? s : out->status;
}

static enum wr_status
put_header(const struct wr_run *run, struct wr_text workflow, const struct wd_digest *digest, struct wr_text input,
    struct wr_buf *out)
{
	struct wd_json_doc doc;
	struct wd_json *o, *failed;
	enum wr_status s;

	wd_json_init(&doc, wd_alloc(), (size_t)WD_RECORDING_MAX * 4);
	o = doc.root = wd_json_object(&doc);
	wd_json_set_int(&doc, o, "recording", WD_RECORDING_VERSION);
	wd_json_set_text(&doc, o, "workflow", workflow);
	set_digest(&doc, o, "digest", digest);
	s = set_json(&doc, o, "input", input);
	if (s == WR_OK && wr_run_state(run) == WR_RUN_DONE) {
		s = set_json(&doc, o, "output", wr_run_output(run));
	} else if (s == WR_OK) {
		const struct wr_fault *f = wr_run_fault(run);

		failed = wd_json_set(&doc, o, "failed", wd_json_object(&doc));
		wd_json_set_str(&doc, failed, "code", f->code);
		if (f->agent[0] != '\0')
			wd_json_set_str(&doc, failed, "agent", f->agent);
	}
	return put_line(&doc, s, out);
}

static enum wr_status
put_call(const struct wd_recorded *c, struct wr_buf *out)
{
	struct wd_json_doc doc;
	struct wd_json *o;
	enum wr_status s;

	wd_json_init(&doc, wd_alloc(), (size_t)WD_RECORDING_MAX * 4);
	o = doc.root = wd_json_object(&doc);
	wd_json_set_text(&doc, o, "agent", c->agent);
	wd_json_set_text(&doc, o, "path", c->path);
	wd_json_set_int(&doc, o, "attempt", c->attempt);
	wd_json_set_int(&doc, o, "ordinal", c->ordinal);
	set_digest(&doc, o, "sha256", &c->sha256);
	s = set_json(&doc, o, "request", c->request);
	if (s == WR_OK && !wr_utf8_valid(c->text))
		s = WR_MALFORMED;
	if (s != WR_OK)
		return put_line(&doc, s, out);
	switch (c->end) {
	case WD_RECORDED_ANSWER:
		wd_json_set_text(&doc, o, "answer", c->text);
		wd_json_set_int(&doc, o, "tokens", (int64_t)c->tokens);
		break;
	case WD_RECORDED_FAILURE:
		wd_json_set_str(&doc, o, "failure", wr_failure_word(c->failure));
		wd_json_set_text(&doc, o, "detail", c->text);
		if (c->outcome_unknown)
			wd_json_set_bool(&doc, o, "outcome_unknown", true);
		break;
	case WD_RECORDED_CANCELLED:
		wd_json_set_bool(&doc, o, "cancelled", true);
		break;
	}
	return put_line(&doc, s, out);
}

static int
by_path(const void *a, const void *b)
{
	const struct wd_recorded *x = *(const struct wd_recorded *const *)a, *y = *(const struct wd_recorded *const *)b;
	int c = wr_text_cmp(x->path, y->path);

	return c != 0 ? c : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

enum wr_status
wd_recorder_write(const struct wd_recorder *r, const struct wr_run *run, struct wr_text workflow,
    const struct wd_digest *digest, struct wr_text input, struct wr_buf *out)
{
	const struct wd_recorded **calls;
	enum wr_status s = r->status;
	uint32_t len = 0;

	assert(wr_run_state(run) != WR_RUN_WAITING);
	if (s != WR_OK)
		return s;
	calls = calloc(r->len + 1, sizeof(const struct wd_recorded *));
	if (calls == NULL)
		return WR_NOMEM;
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct sent *at = r->buckets[i]; at != NULL; at = at->next)
			calls[len++] = &at->call;
	if (len > 0)
		qsort(calls, len, sizeof(const struct wd_recorded *), by_path);
	s = put_header(run, workflow, digest, input, out);
	for (uint32_t i = 0; i < len && s == WR_OK; i++)
		s = put_call(calls[i], out);
	free(calls);
	return s;
}
