/* The slice of a policy that an approval is about. It decides which entries concern a workflow. */
#include "runtime/trust/scope.h"

#define SCOPE_MAX (8u * WD_POLICY_MAX)

/* A copy of an entry, without one member. */
static struct wd_json *
copy_without(struct wd_json_doc *doc, const struct wd_json *from, const char *member)
{
	struct wd_json *to = wd_json_object(doc);

	for (size_t i = 0; i < wd_json_len(from); i++)
		if (!wr_text_eq(wd_json_name(from, i), wr_text_of(member)))
			(void)wd_json_set_named(doc, to, wd_json_name(from, i),
			    wd_json_copy(doc, wd_json_item(from, i)));
	return to;
}

static void
add_entries(
    struct wd_json_doc *doc, const struct wd_policy *policy, const struct wr_summary *summary)
{
	const struct wd_json *all_labels = wd_json_get(policy->doc.root, "labels");
	struct wd_json *backends = wd_json_set(doc, doc->root, "backends", wd_json_object(doc));
	struct wd_json *labels = wd_json_set(doc, doc->root, "labels", wd_json_object(doc));

	for (uint32_t i = 0; i < summary->backends_len; i++) {
		const struct wd_backend_rule *rule =
		    wd_policy_backend(policy, summary->backends[i].name);

		if (rule != NULL)
			(void)wd_json_set_named(
			    doc, backends, rule->name, wd_json_copy(doc, rule->json));
	}
	for (uint32_t i = 0; i < summary->labels_len; i++) {
		const struct wd_json *entry = wd_json_get_text(all_labels, summary->labels[i].name);

		if (entry != NULL)
			(void)wd_json_set_named(
			    doc, labels, summary->labels[i].name, wd_json_copy(doc, entry));
	}
}

enum wr_status
wd_scope_write(const struct wd_policy *policy, const struct wr_summary *summary,
    struct wr_text environment, const struct wr_alloc *alloc, struct wr_buf *out)
{
	const struct wd_environment *e = wd_policy_environment(policy, environment);
	const struct wd_workflow_rule *w = wd_policy_workflow(policy, summary->workflow);
	struct wd_json_doc doc;
	struct wd_json *part;

	wd_json_init(&doc, alloc, policy->doc.arena.max);
	doc.root = wd_json_object(&doc);
	add_entries(&doc, policy, summary);
	part = wd_json_set(&doc, doc.root, "environment", wd_json_object(&doc));
	if (e != NULL)
		(void)wd_json_set_named(&doc, part, e->name, wd_json_copy(&doc, e->json));
	(void)wd_json_set(&doc, doc.root, "limits", wd_json_copy(&doc, policy->limits.json));
	part = wd_json_set(&doc, doc.root, "workflow", wd_json_object(&doc));
	if (w != NULL)
		(void)wd_json_set_named(&doc, part, w->name, copy_without(&doc, w->json, "floor"));
	return wd_json_finish(&doc, WD_JSON_CANONICAL, out);
}

enum wr_status
wd_scope_digest(const struct wd_policy *policy, const struct wr_summary *summary,
    struct wr_text environment, const struct wr_alloc *alloc, struct wd_digest *ret)
{
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, alloc, SCOPE_MAX);
	status = wd_scope_write(policy, summary, environment, alloc, &bytes);
	if (status == WR_OK)
		*ret = wd_sha256(wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	return status;
}
