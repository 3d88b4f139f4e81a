/* Requests about workflows: list, launch, pause, resume, stop. What may run is the service's affair. */
#include "runtime/serve/api_parts.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/sysalloc.h"

static void
show(struct wd_ask *a, struct wd_json *object, const struct wd_workflow *w, bool schemas)
{
	const struct wr_summary *s = wr_module_summary(w->module);
	struct wd_json *bounds, *parsed;
	struct wr_buf schema;

	wd_json_set_str(&a->doc, object, "workflow", w->name);
	wd_ask_digest(a, object, "digest", &w->digest);
	wd_json_set_int(&a->doc, object, "version", (int64_t)w->version);
	wd_json_set_str(&a->doc, object, "state", wd_workflow_state_word(w->state));
	wd_json_set_int(&a->doc, object, "runs", w->runs);
	bounds = wd_json_set(&a->doc, object, "bounds", wd_json_object(&a->doc));
	wd_json_set_int(&a->doc, bounds, "calls", (int64_t)s->promised.calls);
	wd_json_set_int(&a->doc, bounds, "tokens", (int64_t)s->promised.tokens);
	wd_json_set_int(&a->doc, bounds, "time_ms", (int64_t)s->promised.time_ms);
	for (int i = 0; schemas && i < 2; i++) {
		wr_buf_init(&schema, wd_alloc(), WR_MODULE_MAX);
		(i == 0 ? wr_module_input_schema : wr_module_output_schema)(w->module, &schema);
		if (wd_json_parse_into(&a->doc, wr_buf_view(&schema), &parsed, NULL) == WR_OK)
			(void)wd_json_set(&a->doc, object, i == 0 ? "input_schema" : "output_schema", parsed);
		wr_buf_free(&schema);
	}
}

void
wd_handle_list(struct wd_ask *a)
{
	struct wd_json *all = wd_json_set(&a->doc, a->answer, "workflows", wd_json_array(&a->doc));

	for (const struct wd_workflow *w = a->api->service->workflows; w != NULL; w = w->next)
		if (!w->replaced)
			show(a, wd_json_push(&a->doc, all, wd_json_object(&a->doc)), w, false);
	wd_ask_answer(a, 200);
}

/* The receipt names the workflow while the claims do. */
void
wd_ask_speak_of(struct wd_ask *a, const struct wd_workflow *w)
{
	bool claimed = w->state == WD_RUNNING || w->state == WD_PAUSED;

	a->workflow = claimed ? w->name : NULL;
	a->digest = claimed ? &w->digest : NULL;
}

/* The workflow that the path names; NULL when it was refused with 404. */
struct wd_workflow *
wd_ask_workflow(struct wd_ask *a)
{
	struct wd_workflow *w = wd_service_find(a->api->service, wr_text_of(a->segment));

	if (w == NULL) {
		wd_ask_refuse(a, 404, "no-such-workflow", "no workflow of this name has been launched");
		return NULL;
	}
	wd_ask_speak_of(a, w);
	return w;
}

void
wd_handle_describe(struct wd_ask *a)
{
	struct wd_workflow *w = wd_ask_workflow(a);

	if (w == NULL)
		return;
	show(a, a->answer, w, true);
	wd_ask_answer(a, 200);
}

/* ---- launch, pause, resume, stop ------------------------------------------------------------ */

static void
refuse_by_verdict(struct wd_ask *a, const struct wd_case *c, const char *detail)
{
	wd_ask_problem(a, 403, detail);
	wd_ask_reasons_of(a, wd_ask_reasons(a), &c->verdict);
	wd_ask_digest(a, a->answer, "digest", &c->digest);
	wd_ask_answer(a, 403);
}

/* {"bytecode": base64, "earlier": [base64, …], "records": [envelope, …], "rollback": bool}: the parts of a launch. */
struct parcel {
	struct wd_json_doc doc;
	struct wr_buf bytecode, earlier[WD_LAUNCH_EARLIER_MAX];
	struct wr_text earlier_texts[WD_LAUNCH_EARLIER_MAX];
	uint32_t earlier_len;
	struct wr_buf records; /* one after the other */
	struct wr_text texts[WD_LAUNCH_RECORDS_MAX];
	uint32_t len;
	bool rollback;
};

static bool
open_earlier(struct parcel *p, struct wd_json_at list)
{
	struct wr_text base64;

	if (!wd_json_at_array(list, 0, WD_LAUNCH_EARLIER_MAX))
		return false;
	for (uint32_t i = 0; i < wd_json_len(list.value); i++) {
		struct wr_buf *bytes = &p->earlier[p->earlier_len++];

		wr_buf_init(bytes, wd_alloc(), WR_MODULE_MAX);
		if (!wd_json_at_text(wd_json_at_item(&list, i), WD_BODY_MAX, &base64) ||
		    wd_base64_read(base64, bytes) != WR_OK || bytes->size == 0)
			return wd_json_at_fail(wd_json_at_item(&list, i), "is not base64 of at most 16 MiB");
		p->earlier_texts[i] = wr_buf_view(bytes);
	}
	return true;
}

static bool
open_parcel(struct parcel *p, struct wr_text body, struct wd_json_error *error)
{
	struct wd_json_at root, records;
	struct wr_text base64;
	size_t starts[WD_LAUNCH_RECORDS_MAX + 1];

	if (wd_json_parse(&p->doc, wd_alloc(), body, WD_BODY_MAX, error) != WR_OK)
		return false;
	root = wd_json_at_root(p->doc.root, error);
	records = wd_json_at(&root, "records");
	if (!wd_json_at_members(root, "bytecode records ?earlier ?rollback") ||
	    !wd_json_at_text(wd_json_at(&root, "bytecode"), WD_BODY_MAX, &base64) ||
	    !wd_json_at_array(records, 0, WD_LAUNCH_RECORDS_MAX) ||
	    (wd_json_get(p->doc.root, "rollback") != NULL && !wd_json_at_bool(wd_json_at(&root, "rollback"), &p->rollback)))
		return false;
	if (wd_base64_read(base64, &p->bytecode) != WR_OK || p->bytecode.size == 0)
		return wd_json_at_fail(wd_json_at(&root, "bytecode"), "is not base64 of at most 16 MiB");
	if (wd_json_get(p->doc.root, "earlier") != NULL && !open_earlier(p, wd_json_at(&root, "earlier")))
		return false;
	for (p->len = 0; p->len < wd_json_len(records.value); p->len++) {
		starts[p->len] = p->records.size;
		wd_json_write(wd_json_item(records.value, p->len), WD_JSON_COMPACT, &p->records);
	}
	starts[p->len] = p->records.size;
	for (uint32_t i = 0; i < p->len; i++)
		p->texts[i] = (struct wr_text){ p->records.at + starts[i], starts[i + 1] - starts[i] };
	return p->records.status == WR_OK;
}

static void
judge_parcel(struct wd_ask *a, const struct parcel *p)
{
	struct wd_launch l = { .bytecode = wr_buf_view(&p->bytecode), .earlier = p->earlier_texts,
		.earlier_len = p->earlier_len, .records = p->texts, .records_len = p->len, .rollback = p->rollback };
	enum wr_status status = wd_service_launch(a->api->service, &l);

	if (status == WR_OK) {
		wd_ask_speak_of(a, l.workflow);
		show(a, a->answer, l.workflow, false);
		wd_ask_answer(a, l.refreshed ? 200 : 201);
	} else if (status == WR_REFUSED && l.verdict.verdict.approved) {
		wd_ask_refuse(a, 403, "bindings-wrong", l.trouble.text);
	} else if (status == WR_REFUSED) {
		refuse_by_verdict(a, &l.verdict, "the gate does not let this bytecode in");
	} else if (status == WR_LIMIT) {
		wd_ask_refuse(a, 503, "limit", l.trouble.text[0] != '\0' ? l.trouble.text : wr_status_text(status));
	} else {
		wd_ask_refuse(a, 500, "trouble", l.trouble.text[0] != '\0' ? l.trouble.text : wr_status_text(status));
	}
	wd_case_free(&l.verdict);
}

void
wd_handle_launch(struct wd_ask *a)
{
	struct wd_json_error error = { 0 };
	struct parcel *p = calloc(1, sizeof *p);
	struct wr_buf why;

	if (p == NULL) {
		wd_ask_fail(a);
		return;
	}
	wr_buf_init(&p->bytecode, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&p->records, wd_alloc(), WD_BODY_MAX);
	if (open_parcel(p, a->body, &error)) {
		judge_parcel(a, p);
	} else {
		wr_buf_init(&why, wd_alloc(), 2048);
		if (error.text != NULL)
			wd_json_error_print(&error, &why);
		else
			wr_buf_str(&why, "the records are too large");
		wd_ask_refuse(a, 400, "json", why.at);
		wr_buf_free(&why);
	}
	wr_buf_free(&p->bytecode);
	for (uint32_t i = 0; i < p->earlier_len; i++)
		wr_buf_free(&p->earlier[i]);
	wr_buf_free(&p->records);
	if (p->doc.root != NULL)
		wd_json_free(&p->doc);
	free(p);
}

static void
say_state(struct wd_ask *a, const struct wd_workflow *w)
{
	wd_ask_speak_of(a, w);
	show(a, a->answer, w, false);
	wd_ask_answer(a, 200);
}

void
wd_handle_pause(struct wd_ask *a)
{
	struct wd_workflow *w = wd_ask_workflow(a);

	if (w == NULL)
		return;
	if (w->state == WD_STOPPED) {
		wd_ask_refuse(a, 409, "stopped", "it is stopped for good; launch it again");
		return;
	}
	if (w->state == WD_RUNNING)
		wd_service_set(a->api->service, w, WD_PAUSED);
	say_state(a, w);
}

/* Back to running goes through the gate. */
void
wd_handle_resume(struct wd_ask *a)
{
	struct wd_workflow *w = wd_ask_workflow(a);
	struct wd_case c;
	enum wr_status status;

	if (w == NULL)
		return;
	if (w->state == WD_STOPPED) {
		wd_ask_refuse(a, 409, "stopped", "it is stopped for good; launch it again");
		return;
	}
	status = wd_service_regate(a->api->service, w, true, &c);
	if (status == WR_OK && c.verdict.approved) {
		say_state(a, w);
	} else if (status == WR_OK) {
		wd_ask_speak_of(a, w);
		refuse_by_verdict(a, &c, "the gate does not let it run any more");
	} else {
		wd_ask_refuse(a, 500, "trouble", wr_status_text(status));
	}
	wd_case_free(&c);
}

void
wd_handle_stop(struct wd_ask *a)
{
	struct wd_workflow *w = wd_ask_workflow(a);

	if (w == NULL)
		return;
	wd_service_set(a->api->service, w, WD_STOPPED);
	say_state(a, w);
}
