/*
 * A workflow against the policy, for the second opinion: who must approve it, what the policy says about it, and
 * what of it does not fit.
 */
#include "tests/support/second_policy.h"

#include <stdio.h>
#include <string.h>

/* ---- parties, scope ------------------------------------------------------------------------- */

/* Is the label among those of the set? */
static bool
in_set(const struct wr_summary *s, uint64_t set, struct wr_text label)
{
	for (uint32_t i = 0; i < s->labels_len; i++)
		if ((set >> i & 1) != 0 && wr_text_eq(s->labels[i].name, label))
			return true;
	return false;
}

/* Does this label go anywhere in the workflow? */
static bool
goes(const struct wr_summary *s, struct wr_text label)
{
	bool yes = in_set(s, s->result_labels, label);

	for (uint32_t i = 0; i < s->backends_len; i++)
		yes |= in_set(s, s->backends[i].reaches, label);
	for (uint32_t i = 0; i < s->drops_len; i++)
		yes |= in_set(s, s->drops[i].labels, label);
	return yes;
}

/* Is it gone from a place where the old one has it? */
static bool
gone(const struct wr_summary *old, const struct wr_losses *losses, const struct wr_summary *s, struct wr_text label)
{
	bool yes = in_set(old, old->result_labels, label) && !in_set(s, s->result_labels, label);

	for (uint32_t i = 0; i < old->inputs_len; i++)
		for (uint32_t k = 0; k < s->inputs_len; k++)
			yes |= wr_text_eq(old->inputs[i].name, s->inputs[k].name) &&
			    in_set(old, old->inputs[i].labels, label) && !in_set(s, s->inputs[k].labels, label);
	for (uint32_t i = 0; i < old->backends_len; i++)
		for (uint32_t k = 0; k < s->backends_len; k++) {
			const struct wr_summary_backend *was = &old->backends[i], *is = &s->backends[k];

			yes |= wr_text_eq(was->name, is->name) &&
			    ((in_set(old, was->taints, label) && !in_set(s, is->taints, label)) ||
				(in_set(old, was->reaches, label) && !in_set(s, is->reaches, label)));
		}
	for (uint32_t i = 0; losses != NULL && i < losses->len; i++)
		yes |= in_set(old, losses->at[i].labels, label);
	return yes;
}

bool
second_lost(const struct second_policy *p, const struct wr_summary *was, const struct wr_losses *losses,
    const struct wr_summary *now, const char *role)
{
	const char *name;
	json_t *label;

	json_object_foreach (second_open(second_member(p, "labels")), name, label)
		if (second_is(json_object_get(label, "owner"), role) && gone(was, losses, now, wr_text_of(name)))
			return true;
	return false;
}

json_int_t
second_party(const struct second_policy *p, const json_t *environment, const struct wd_subject *subject, const char *role)
{
	json_int_t count = json_integer_value(json_object_get(json_object_get(environment, "require"), role));
	const char *name;
	json_t *label;

	json_object_foreach (second_open(second_member(p, "labels")), name, label)
		if (count == 0 && second_is(json_object_get(label, "owner"), role) &&
		    goes(subject->summary, wr_text_of(name)))
			count = 1;
	if (count == 0 && subject->basis != NULL && second_lost(p, subject->basis, subject->losses, subject->summary, role))
		count = 1;
	return count;
}

/* { name: entry }, when there is one. */
static void
put(json_t *into, const struct second_policy *p, const char *from, struct wr_text name)
{
	json_t *entry = second_entry(p, from, name);
	char key[1024];

	(void)snprintf(key, sizeof key, "%.*s", (int)name.size, name.at);
	if (entry != NULL)
		(void)json_object_set(into, key, entry);
}

struct wd_digest
second_scope(const struct second_policy *p, const struct wr_summary *s, struct wr_text environment)
{
	json_t *top = json_pack("{s:{}, s:{}, s:{}, s:{}}", "backends", "labels", "environment", "workflow"), *workflow;
	struct wd_digest digest;

	for (uint32_t i = 0; i < s->backends_len; i++)
		put(json_object_get(top, "backends"), p, "backends", s->backends[i].name);
	for (uint32_t i = 0; i < s->labels_len; i++)
		put(json_object_get(top, "labels"), p, "labels", s->labels[i].name);
	put(json_object_get(top, "environment"), p, "environments", environment);
	put(json_object_get(top, "workflow"), p, "workflows", s->workflow);
	(void)json_object_set(top, "limits", second_open(second_member(p, "limits")));
	workflow = json_deep_copy(json_object_get(top, "workflow"));
	(void)json_object_del(json_object_iter_value(json_object_iter(workflow)), "floor");
	(void)json_object_set_new(top, "workflow", workflow);
	digest = second_canonical(top);
	json_decref(top);
	return digest;
}

/* ---- the workflow against the policy -------------------------------------------------------- */

/* Are all labels of the policy's list in the module's set? */
static bool
carries(const struct wr_summary *s, uint64_t set, const json_t *list)
{
	json_t *label;
	size_t i;

	json_array_foreach (second_open(list), i, label)
		if (!in_set(s, set, wr_text_of(json_string_value(label))))
			return false;
	return true;
}

/* Does the pattern fit, where * stands for anything? */
static bool
fits(const char *pattern, struct wr_text text)
{
	if (*pattern == '*')
		return fits(pattern + 1, text) ||
		    (text.size > 0 && fits(pattern, (struct wr_text){ text.at + 1, text.size - 1 }));
	if (text.size == 0 || *pattern == '\0')
		return text.size == 0 && *pattern == '\0';
	return *pattern == *text.at && fits(pattern + 1, (struct wr_text){ text.at + 1, text.size - 1 });
}

static bool
model_fits(const struct second_policy *p, struct wr_text model)
{
	json_t *pattern;
	size_t i;

	json_array_foreach (json_object_get(second_member(p, "limits"), "models"), i, pattern)
		if (fits(json_string_value(pattern), model))
			return true;
	return model.size == 0;
}

static bool
within(const struct second_policy *p, const char *limit, uint64_t a, uint64_t b)
{
	const json_t *l = json_object_get(second_member(p, "limits"), limit);
	uint64_t most = json_is_string(l) ? second_duration(l) : (uint64_t)json_integer_value(l);

	return a <= most && b <= most;
}

static uint64_t
judge_backend(const struct second_policy *p, const struct wr_summary *s, const struct wr_summary_backend *b,
    const json_t *bound)
{
	const json_t *rule = second_entry(p, "backends", b->name);
	const json_t *adaptor = json_object_get(bound, "adaptor");
	bool accepts = true;

	if (rule == NULL)
		return (uint64_t)1 << WD_CODE_BACKEND;
	for (uint32_t i = 0; i < s->labels_len; i++)
		accepts &= (b->accepts >> i & 1) == 0 || second_lists(json_object_get(rule, "accepts"), s->labels[i].name);
	return (uint64_t)!accepts << WD_CODE_BACKEND_ACCEPTS |
	    (uint64_t)!carries(s, b->taints, json_object_get(rule, "taints")) << WD_CODE_BACKEND_TAINTS |
	    (uint64_t)(!second_serves(json_object_get(rule, "protocol"), b->kind) ||
		(adaptor != NULL && !second_serves(adaptor, b->kind))) << WD_CODE_BACKEND_KIND;
}

uint64_t
second_against_policy(const struct second_policy *p, const struct wd_gate_input *in, struct wr_text bytes)
{
	const struct wr_summary *s = in->subject->summary;
	const json_t *rule = second_entry(p, "workflows", s->workflow);
	json_t *bindings = bytes.size == 0 ? NULL : second_json(bytes.at, bytes.size, 1 << 20);
	json_t *bound = json_object_get(bindings, "backends"), *one;
	uint64_t unmet = (uint64_t)(rule == NULL) << WD_CODE_WORKFLOW, labels, wide = s->promised.width;
	const char *name;

	json_object_foreach (json_object_get(rule, "inputs"), name, one)
		if (!in->subject->labels_at(in->subject->module, wr_text_of(name), &labels) || !carries(s, labels, one))
			unmet |= (uint64_t)1 << WD_CODE_INPUT_LABELS;
	for (uint32_t i = 0; i < s->backends_len; i++) {
		json_t *each = NULL;

		json_object_foreach (bound, name, one)
			each = wr_text_eq(wr_text_of(name), s->backends[i].name) ? one : each;
		unmet |= judge_backend(p, s, &s->backends[i], each);
	}
	for (uint32_t i = 0; i < s->labels_len; i++)
		unmet |= (uint64_t)(second_entry(p, "labels", s->labels[i].name) == NULL) << WD_CODE_LABEL_OWNER;
	for (uint32_t i = 0; i < s->agents_len; i++)
		unmet |= (uint64_t)!model_fits(p, s->agents[i].model) << WD_CODE_MODEL;
	unmet |= (uint64_t)!within(p, "calls", s->promised.calls, s->worst.calls) << WD_CODE_LIMIT_CALLS;
	unmet |= (uint64_t)!within(p, "tokens", s->promised.tokens, s->worst.tokens) << WD_CODE_LIMIT_TOKENS;
	unmet |= (uint64_t)!within(p, "time", s->promised.time_ms, s->worst.time_ms) << WD_CODE_LIMIT_TIME;
	wide = wide == 0 ? s->promised.calls : wide; /* no width: all at once */
	unmet |= (uint64_t)!within(p, "width", wide, wide) << WD_CODE_LIMIT_WIDTH;
	one = json_object_get(bindings, "environment");
	unmet |= (uint64_t)(one != NULL && !wr_text_eq(wr_text_of(json_string_value(one)), in->environment))
	    << WD_CODE_BINDINGS;
	json_object_foreach (bound, name, one)
		unmet |= (uint64_t)(second_entry(p, "backends", wr_text_of(name)) == NULL) << WD_CODE_BINDINGS;
	json_decref(bindings);
	return unmet;
}
