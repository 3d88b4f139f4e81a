/* A plan as one JSON object. Says what the other views say; texts as they are, for programs. */
#include <stdio.h>

#include "runtime/cli/plan.h"
#include "runtime/cli/say.h"
#include "runtime/cli/tests_shown.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "vm/view/decompile.h"

#define JSON_MAX (256u << 20)

struct planning {
	struct wd_json_doc doc;
	const struct wr_packet *p;
	const struct wd_plan *plan;
};

static void
labels(struct planning *j, struct wd_json *to, const char *name, uint64_t set)
{
	const struct wr_module *m = j->p->now.module;
	struct wd_json *list = wd_json_set(&j->doc, to, name, wd_json_array(&j->doc));

	for (uint32_t i = 0; i < m->labels_len; i++)
		if ((set >> i & 1) != 0)
			(void)wd_json_push(&j->doc, list, wd_json_new_text(&j->doc, m->labels[i].name));
}

/* `{label, from, by}`, one a label that gets there. */
static void
ways(struct planning *j, struct wd_json *to, uint64_t set, const struct wr_flow *flows)
{
	const struct wr_module *m = j->p->now.module;
	struct wd_json *list = wd_json_set(&j->doc, to, "flows", wd_json_array(&j->doc));

	for (uint32_t i = 0; i < m->labels_len; i++) {
		struct wd_json *way;

		if ((set >> i & 1) == 0)
			continue;
		way = wd_json_push(&j->doc, list, wd_json_object(&j->doc));
		wd_json_set_text(&j->doc, way, "label", m->labels[i].name);
		wd_json_set_text(&j->doc, way, "from", flows[i].from);
		wd_json_set_text(&j->doc, way, "by", flows[i].by);
	}
}

static void
digest(struct planning *j, const char *name, struct wr_text hex)
{
	char text[72];

	(void)snprintf(text, sizeof text, "sha256:%.*s", (int)hex.size, hex.at);
	wd_json_set_str(&j->doc, j->doc.root, name, text);
}

static void
parties(struct planning *j)
{
	struct wd_json *list = wd_json_set(&j->doc, j->doc.root, "parties", wd_json_array(&j->doc));

	for (size_t i = 0; i < j->plan->review.parties_len; i++) {
		const struct wr_review_party *p = &j->plan->parties[i];
		struct wd_json *o = wd_json_push(&j->doc, list, wd_json_object(&j->doc)), *because;

		wd_json_set_text(&j->doc, o, "role", p->role);
		wd_json_set_int(&j->doc, o, "count", (int64_t)p->count);
		wd_json_set_bool(&j->doc, o, "met", p->met);
		wd_json_set_text(&j->doc, o, "state", p->state);
		because = wd_json_set(&j->doc, o, "because", wd_json_array(&j->doc));
		for (size_t k = 0; k < p->reasons_len; k++)
			(void)wd_json_push(&j->doc, because, wd_json_new_text(&j->doc, p->reasons[k]));
	}
}

static void
conditions(struct planning *j)
{
	struct wd_json *list = wd_json_set(&j->doc, j->doc.root, "conditions", wd_json_array(&j->doc));

	for (size_t i = 0; i < j->plan->review.conditions_len; i++) {
		const struct wr_review_condition *c = &j->plan->conditions[i];
		struct wd_json *o = wd_json_push(&j->doc, list, wd_json_object(&j->doc));

		wd_json_set_str(&j->doc, o, "code", c->code);
		wd_json_set_bool(&j->doc, o, "met", c->met);
		wd_json_set_str(&j->doc, o, "text", c->text);
		wd_json_set_text(&j->doc, o, "detail", c->detail);
		wd_json_set_str(&j->doc, o, "who", c->who);
	}
}

static void
bounds(struct planning *j, const char *name, const struct wr_summary_bounds *b)
{
	struct wd_json *o = wd_json_set(&j->doc, j->doc.root, name, wd_json_object(&j->doc));

	wd_json_set_int(&j->doc, o, "calls", (int64_t)b->calls);
	wd_json_set_int(&j->doc, o, "tokens", (int64_t)b->tokens);
	wd_json_set_int(&j->doc, o, "time_ms", (int64_t)b->time_ms);
}

static void
backends(struct planning *j)
{
	const struct wr_summary *s = j->p->now.summary;
	struct wd_json *list = wd_json_set(&j->doc, j->doc.root, "backends", wd_json_array(&j->doc)), *o;

	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_packet_backend *b = &j->p->backends[i];

		o = wd_json_push(&j->doc, list, wd_json_object(&j->doc));
		wd_json_set_text(&j->doc, o, "name", s->backends[i].name);
		wd_json_set_str(&j->doc, o, "kind", s->backends[i].kind);
		if (b->protocol != NULL) {
			wd_json_set_str(&j->doc, o, "protocol", b->protocol);
			wd_json_set_str(&j->doc, o, "class", b->class);
			wd_json_set_text(&j->doc, o, "endpoint", b->endpoint);
		}
		labels(j, o, "accepts", s->backends[i].accepts);
		labels(j, o, "taints", s->backends[i].taints);
		ways(j, o, s->backends[i].reaches, wr_flows_to_backend(j->p->flows, i));
	}
	o = wd_json_set(&j->doc, j->doc.root, "result", wd_json_object(&j->doc));
	ways(j, o, s->result_labels, wr_flows_to_result(j->p->flows));
	list = wd_json_set(&j->doc, j->doc.root, "inputs", wd_json_array(&j->doc));
	for (uint32_t i = 0; i < s->inputs_len; i++) {
		o = wd_json_push(&j->doc, list, wd_json_object(&j->doc));
		wd_json_set_text(&j->doc, o, "name", s->inputs[i].name);
		labels(j, o, "labels", s->inputs[i].labels);
	}
}

static void
drops(struct planning *j)
{
	const struct wr_summary *s = j->p->now.summary;
	struct wd_json *list = wd_json_set(&j->doc, j->doc.root, "drops", wd_json_array(&j->doc));

	for (uint32_t i = 0; i < s->drops_len; i++) {
		struct wd_json *o = wd_json_push(&j->doc, list, wd_json_object(&j->doc));

		wd_json_set_str(&j->doc, o, "kind", s->drops[i].is_agent ? "agent" : "fn");
		wd_json_set_text(&j->doc, o, "name", s->drops[i].name);
		wd_json_set_int(&j->doc, o, "millibits", (int64_t)s->drops[i].millibits);
		wd_json_set_text(&j->doc, o, "because", s->drops[i].reason);
		ways(j, o, s->drops[i].labels, wr_flows_to_drop(j->p->flows, i));
	}
}

/* Texts that are made elsewhere: the changes, the source with its prompts, the packet itself. */
static enum wr_status
texts(struct planning *j, struct wr_text packet)
{
	struct wr_buf text;
	enum wr_status s = WR_OK;

	wr_buf_init(&text, wd_alloc(), JSON_MAX);
	if (j->p->basis != NULL && (s = wr_diff(j->p->basis, &j->p->now, WR_DIFF_HEAD | WR_DIFF_SOURCE, &text)) == WR_OK)
		wd_json_set_text(&j->doc, j->doc.root, "changes", wr_buf_view(&text));
	text.size = 0;
	if (s == WR_OK && (s = wr_decompile(j->p->now.module, &text)) == WR_OK)
		wd_json_set_text(&j->doc, j->doc.root, "source", wr_buf_view(&text));
	wd_json_set_text(&j->doc, j->doc.root, "packet_text", packet);
	wr_buf_free(&text);
	return s;
}

enum wd_exit
wd_plan_json(const struct wd_file *file)
{
	struct planning j = { .p = &file->c.plan };
	enum wr_status status = WR_NOMEM;
	struct wd_plan plan;
	struct wr_buf out;

	wr_buf_init(&out, wd_alloc(), JSON_MAX);
	wd_json_init(&j.doc, wd_alloc(), JSON_MAX);
	j.plan = &plan;
	j.doc.root = wd_json_object(&j.doc);
	if (wd_plan_make(file, &plan)) {
		digest(&j, "packet", plan.review.packet_hex);
		digest(&j, "digest", j.p->now.digest_hex);
		if (j.p->basis != NULL)
			digest(&j, "basis", j.p->basis->digest_hex);
		else
			wd_json_set_null(&j.doc, j.doc.root, "basis");
		if (j.p->basis != NULL)
			wd_json_set_bool(&j.doc, j.doc.root, "basis_approved", plan.review.basis_agreed);
		wd_json_set_text(&j.doc, j.doc.root, "workflow", j.p->now.summary->workflow);
		wd_json_set_text(&j.doc, j.doc.root, "environment", j.p->environment);
		wd_json_set_bool(&j.doc, j.doc.root, "approved", plan.review.approved);
		parties(&j);
		bounds(&j, "worst", &j.p->now.summary->worst);
		bounds(&j, "promised", &j.p->now.summary->promised);
		backends(&j);
		drops(&j);
		conditions(&j);
		wd_file_tests_json(file, &j.doc, j.doc.root);
		status = texts(&j, wr_buf_view(&file->c.packet));
	}
	if (status == WR_OK)
		status = wd_json_finish(&j.doc, WD_JSON_COMPACT, &out);
	else
		wd_json_free(&j.doc);
	if (status == WR_OK)
		wd_print_json(wr_buf_view(&out));
	else
		wd_say_error("cannot write it: %s", wr_status_text(status));
	wd_plan_free(&plan);
	wr_buf_free(&out);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}
