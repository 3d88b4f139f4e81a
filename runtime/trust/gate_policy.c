/*
 * The bytecode against the policy and the bindings: backends, labels, models,
 * limits. Each rule is looked at whatever the others say. It decides nothing about people.
 */
#include "runtime/trust/gate_parts.h"

/* "@pii @untrusted": the labels of a set by name. */
static void
show_labels(struct wd_gate *g, const struct wr_summary *s, uint64_t set)
{
	for (uint32_t i = 0; i < s->labels_len; i++)
		if ((set >> i & 1) != 0) {
			wr_buf_str(&g->text, " @");
			wd_gate_show(g, s->labels[i].name);
		}
}

/* The label of the module with this name of the policy's, as a set; empty when it has none. */
static uint64_t
module_label(const struct wr_summary *s, struct wr_text name)
{
	for (uint32_t i = 0; i < s->labels_len; i++)
		if (wr_text_eq(s->labels[i].name, name))
			return (uint64_t)1 << i;
	return 0;
}

/* Bits of the module's labels that the policy's set does not have. */
static uint64_t
beyond(
    const struct wd_policy *p, const struct wr_summary *s, uint64_t module_set, uint64_t policy_set)
{
	for (uint32_t i = 0; i < p->labels_len; i++)
		if ((policy_set >> i & 1) != 0)
			module_set &= ~module_label(s, p->labels[i].name);
	return module_set;
}

/* The labels of the policy's set that the module's set does not have. */
static uint64_t
missing(const struct wd_gate *g, uint64_t policy_set, uint64_t module_set)
{
	const struct wd_policy *p = g->policy;

	for (uint32_t i = 0; i < p->labels_len; i++)
		if ((module_label(g->in->subject->summary, p->labels[i].name) & module_set) != 0)
			policy_set &= ~((uint64_t)1 << i);
	return policy_set;
}

/* "subject lacks @pii @untrusted", when it does. True: it lacks nothing. */
static bool
has_all(struct wd_gate *g, struct wr_text subject, uint64_t policy_set, uint64_t module_set,
    enum wd_code code)
{
	const struct wd_policy *p = g->policy;
	uint64_t lacks = missing(g, policy_set, module_set);

	if (lacks == 0)
		return true;
	wd_gate_show(g, subject);
	wr_buf_str(&g->text, " lacks");
	for (uint32_t i = 0; i < p->labels_len; i++)
		if ((lacks >> i & 1) != 0) {
			wr_buf_str(&g->text, " @");
			wd_gate_show(g, p->labels[i].name);
		}
	wd_gate_unmet(g, code, (struct wd_about){ .name = subject, .labels = lacks });
	return false;
}

static void
kind_refused(struct wd_gate *g, const struct wr_summary_backend *b, const struct wd_protocol *a,
    bool *ret_good)
{
	wd_gate_show(g, b->name);
	wr_buf_str(&g->text, ": ");
	wr_buf_str(&g->text, a->word);
	wr_buf_str(&g->text, " does not serve ");
	wr_buf_str(&g->text, b->kind);
	wd_gate_unmet(g, WD_CODE_BACKEND_KIND, (struct wd_about){ .name = b->name, .adaptor = a });
	*ret_good = false;
}

static void
check_backends(struct wd_gate *g)
{
	const struct wr_summary *s = g->in->subject->summary;
	bool known = true, kinds = true, accepts = true, taints = true;

	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_summary_backend *b = &s->backends[i];
		const struct wd_backend_rule *rule = wd_policy_backend(g->policy, b->name);
		const struct wd_binding *binding =
		    g->in->bindings == NULL ? NULL : wd_bindings_find(g->in->bindings, b->name);
		uint64_t more;

		if (rule == NULL) {
			wd_gate_show(g, b->name);
			wd_gate_unmet(g, WD_CODE_BACKEND, (struct wd_about){ .name = b->name });
			known = false;
			continue;
		}
		if (!wd_protocol_serves(rule->protocol, b->kind))
			kind_refused(g, b, rule->protocol, &kinds);
		if (binding != NULL && binding->adaptor != NULL &&
		    !wd_protocol_serves(binding->adaptor, b->kind))
			kind_refused(g, b, binding->adaptor, &kinds);
		more = beyond(g->policy, s, b->accepts, rule->accepts);
		if (more != 0) {
			wd_gate_show(g, b->name);
			wr_buf_str(&g->text, " may not accept");
			show_labels(g, s, more);
			wd_gate_unmet(g, WD_CODE_BACKEND_ACCEPTS,
			    (struct wd_about){ .name = b->name, .labels = more });
			accepts = false;
		}
		taints &= has_all(g, b->name, rule->taints, b->taints, WD_CODE_BACKEND_TAINTS);
	}
	if (known)
		wd_gate_say(g, WD_CODE_BACKEND, true);
	if (kinds)
		wd_gate_say(g, WD_CODE_BACKEND_KIND, true);
	if (accepts)
		wd_gate_say(g, WD_CODE_BACKEND_ACCEPTS, true);
	if (taints)
		wd_gate_say(g, WD_CODE_BACKEND_TAINTS, true);
}

static void
check_labels(struct wd_gate *g)
{
	const struct wr_summary *s = g->in->subject->summary;
	bool owned = true;

	for (uint32_t i = 0; i < s->labels_len; i++)
		if (wd_policy_label(g->policy, s->labels[i].name) == WD_NONE) {
			wr_buf_byte(&g->text, '@');
			wd_gate_show(g, s->labels[i].name);
			wd_gate_unmet(g, WD_CODE_LABEL_OWNER, (struct wd_about){ .name = s->labels[i].name });
			owned = false;
		}
	if (owned)
		wd_gate_say(g, WD_CODE_LABEL_OWNER, true);
}

/*
 * The workflow must be one the policy names: what it demands of inputs hangs on
 * the name, and a new name would shake it off.
 */
static void
check_inputs(struct wd_gate *g)
{
	const struct wd_subject *s = g->in->subject;
	const struct wd_workflow_rule *w = wd_policy_workflow(g->policy, s->summary->workflow);
	bool good = true;

	wd_gate_show(g, s->summary->workflow);
	if (w == NULL) {
		wd_gate_unmet(g, WD_CODE_WORKFLOW, (struct wd_about){ .name = s->summary->workflow });
		return;
	}
	wd_gate_say(g, WD_CODE_WORKFLOW, true);
	for (uint32_t i = 0; i < w->inputs_len; i++) {
		uint64_t labels = 0;

		if (s->labels_at(s->module, w->inputs[i].path, &labels)) {
			good &= has_all(g, w->inputs[i].path, w->inputs[i].labels, labels,
			    WD_CODE_INPUT_LABELS);
			continue;
		}
		wr_buf_str(&g->text, "there is no input ");
		wd_gate_show(g, w->inputs[i].path);
		wd_gate_unmet(g, WD_CODE_INPUT_LABELS, (struct wd_about){ .name = w->inputs[i].path });
		good = false;
	}
	if (good)
		wd_gate_say(g, WD_CODE_INPUT_LABELS, true);
}

static void
check_models(struct wd_gate *g)
{
	const struct wr_summary *s = g->in->subject->summary;
	bool good = true;

	for (uint32_t i = 0; i < s->agents_len; i++) {
		if (s->agents[i].model.size == 0 ||
		    wd_policy_allows_model(g->policy, s->agents[i].model))
			continue;
		wd_gate_show(g, s->agents[i].name);
		wr_buf_str(&g->text, " asks for ");
		wd_gate_show(g, s->agents[i].model);
		wd_gate_unmet(g, WD_CODE_MODEL,
		    (struct wd_about){ .name = s->agents[i].name, .model = s->agents[i].model });
		good = false;
	}
	if (good)
		wd_gate_say(g, WD_CODE_MODEL, true);
}

static void
check_limit(struct wd_gate *g, enum wd_code code, uint64_t has, uint64_t allowed, const char *unit)
{
	wr_buf_u64(&g->text, has);
	wr_buf_str(&g->text, " of ");
	wr_buf_u64(&g->text, allowed);
	wr_buf_str(&g->text, unit);
	if (has <= allowed)
		wd_gate_say(g, code, true);
	else
		wd_gate_unmet(g, code, (struct wd_about){ .has = has, .allowed = allowed });
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The promise is what is metered; the worst case can only be lower, and is not trusted to be. */
static void
check_limits(struct wd_gate *g)
{
	const struct wr_summary *s = g->in->subject->summary;
	const struct wd_limits *l = &g->policy->limits;
	/* without a width all its calls may be in flight at once */
	uint64_t width = s->promised.width != 0 ? s->promised.width : s->promised.calls;

	check_limit(
	    g, WD_CODE_LIMIT_CALLS, larger(s->promised.calls, s->worst.calls), l->calls, " calls");
	check_limit(g, WD_CODE_LIMIT_TOKENS, larger(s->promised.tokens, s->worst.tokens), l->tokens,
	    " tokens");
	check_limit(g, WD_CODE_LIMIT_TIME, larger(s->promised.time_ms, s->worst.time_ms),
	    l->time_ms, " ms");
	check_limit(g, WD_CODE_LIMIT_WIDTH, width, l->width, " at once");
}

static void
check_bindings(struct wd_gate *g)
{
	const struct wd_bindings *b = g->in->bindings;
	bool good = true;

	if (b == NULL)
		return;
	if (!wr_text_eq(b->environment, g->in->environment)) {
		wr_buf_str(&g->text, "they are for ");
		wd_gate_show(g, b->environment);
		wd_gate_say(g, WD_CODE_BINDINGS, false);
		good = false;
	}
	for (uint32_t i = 0; i < b->backends_len; i++) {
		const struct wd_binding *one = &b->backends[i];

		if (wr_text_eq(b->environment, WR_TEXT("production")) &&
		    (one->adaptor != NULL || one->address.size > 0)) {
			wr_buf_str(&g->text, "in production the policy alone says where ");
			wd_gate_show(g, one->backend);
			wr_buf_str(&g->text, " is");
			wd_gate_say(g, WD_CODE_BINDINGS, false);
			good = false;
		}
		if (wd_policy_backend(g->policy, one->backend) != NULL)
			continue;
		wr_buf_str(&g->text, "the policy has no backend ");
		wd_gate_show(g, one->backend);
		wd_gate_say(g, WD_CODE_BINDINGS, false);
		good = false;
	}
	if (good)
		wd_gate_say(g, WD_CODE_BINDINGS, true);
}

void
wd_gate_check_policy(struct wd_gate *g)
{
	check_inputs(g);
	check_backends(g);
	check_labels(g);
	check_models(g);
	check_limits(g);
	check_bindings(g);
}
