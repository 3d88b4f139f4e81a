/*
 * What the verifier finds about labels, in the author's words: one message for each rule.
 */
#include "compiler/findings.h"

#include "compiler/promise.h"
#include "compiler/trail.h"

#include <assert.h>

static uint64_t
lowest(uint64_t labels)
{
	return labels & (~labels + 1);
}

static struct wr_text
agent_name(const struct wc_judged *j, const struct wr_node *call)
{
	return j->m->agents[call->index].name;
}

/* Of the agent or its first fallback whose backend does not accept the labels. */
static uint32_t
refuser(const struct wc_judged *j, const struct wr_node *call, uint64_t labels)
{
	for (uint32_t a = call->index; a != WR_NONE; a = wr_agent_fallback(&j->m->agents[a]))
		if ((labels & ~j->m->backends[j->m->agents[a].backend].accepts) != 0)
			return a;
	assert(false && "labels that somebody does not accept");
	return call->index;
}

/* The place of a backend's `accepts`, or of its name. */
static struct wc_span
accepts_span(const struct wc_judged *j, uint32_t agent)
{
	const struct wc_decl *d = j->e->backends[j->m->agents[agent].backend]->decl;
	const struct wc_label_ref_list *list = &d->backend.accepts;

	if (list->len == 0)
		return d->name.span;
	return wc_span_join(list->first->name.span, list->last->name.span);
}

/* Where argument or field i of a node was written. */
static struct wc_span
operand_span(const struct wc_node *n, uint32_t i)
{
	return n->spans != NULL && i < n->operands_len && n->spans[i].source != NULL ? n->spans[i]
										     : n->span;
}

/* "@untrusted means: words written outside the company", one note a label. */
static void
note_meanings(const struct wc_judged *j, struct wc_diag *d, uint64_t labels)
{
	for (uint32_t i = 0; i < j->m->labels_len; i++)
		if (labels >> i & 1)
			wc_diag_note(
			    d, "@%T means: %T", j->m->labels[i].name, j->m->labels[i].description);
}

static void
note_fallback(const struct wc_judged *j, struct wc_diag *d, const struct wr_node *call, uint32_t who)
{
	if (who != call->index)
		wc_diag_note(d, "`%T` is asked when `%T` fails", j->m->agents[who].name,
		    agent_name(j, call));
}

/* ---- E0301: an argument that the backend does not accept ---------------------------------- */

/* A step above that an agent has cleared of the labels and that would fit the parameter, or an
 * empty text. */
static struct wr_text
cleared_step(const struct wc_judged *j, uint32_t node, uint32_t type, uint64_t labels,
    struct wr_text *ret_agent)
{
	const struct wr_code *code = &j->m->flow;

	for (uint32_t n = node; n-- > 0;) {
		const struct wr_node *at = &code->nodes[n];
		struct wr_text step = wc_judged_node(j, WR_NONE, n)->step;

		if (at->op == WR_OP_CALL && at->block == 0 && step.size > 0 &&
		    !(wc_judged_deep(j, WR_NONE, n) & labels) &&
		    j->m->agents[at->index].drops.len > 0 &&
		    wr_type_below(&j->m->types, code->types[n], type)) {
			*ret_agent = j->m->agents[at->index].name;
			return step;
		}
	}
	return (struct wr_text){NULL, 0};
}

static void
clearance(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_code *code = &j->m->flow;
	const struct wr_node *call = &code->nodes[r->node];
	const struct wc_node *n = wc_judged_node(j, WR_NONE, r->node);
	const struct wr_agent *agent = &j->m->agents[call->index];
	uint32_t who = refuser(j, call, r->labels);
	const struct wr_backend *backend = &j->m->backends[j->m->agents[who].backend];
	const char *labels = wc_judged_labels(j, r->labels);
	uint32_t argument = wr_operand(code, call, r->operand);
	struct wr_text by = {NULL, 0};
	struct wr_text step =
	    cleared_step(j, r->node, agent->params[r->operand].type, r->labels, &by);
	struct wc_diag *d = wc_diag_add(
	    j->u->diags, WC_E0301, n->span, "`%s` may not go to `%T`", labels, backend->name);

	wc_diag_label(d, "sends it");
	wc_diag_note(d, "the data comes this way\n%s → %T → %T → backend %T",
	    wc_trail(j, WR_NONE, argument, lowest(r->labels), false),
	    agent->params[r->operand].name, j->m->agents[who].name, backend->name);
	note_fallback(j, d, call, who);
	wc_diag_also(d, accepts_span(j, who), "accepts no %s", labels);
	if (step.size > 0)
		wc_diag_help(d, "send `%T`, which `%T` has cleared of %s", step, by, labels);
	else
		wc_diag_help(d,
		    "send less; or clear it first, with an agent or a `fn` that `drops %s because "
		    "\"…\"`",
		    labels);
}

/* ---- E0302, E0306: decisions ------------------------------------------------------------------
 */

/* What decides stands in none of the blocks around: a call that is tried, and may fail. */
static bool
may_fail(const struct wr_code *code, uint32_t node, uint32_t of)
{
	uint32_t b = code->nodes[node].block;

	while (b != WR_NONE && b != code->nodes[of].block)
		b = code->blocks[b].parent;
	return b == WR_NONE;
}

/* The fallback that may not know what the backend of one before it taints, or WR_NONE. */
static uint32_t
told_by_failure(const struct wc_judged *j, const struct wr_node *call, uint64_t labels)
{
	uint64_t tainted = 0;

	for (uint32_t a = call->index; a != WR_NONE; a = wr_agent_fallback(&j->m->agents[a])) {
		const struct wr_backend *backend = &j->m->backends[j->m->agents[a].backend];

		if ((labels & tainted & ~backend->accepts) != 0)
			return a;
		tainted |= backend->taints;
	}
	return WR_NONE;
}

/* The call's own row of fallbacks is the decision: one is asked because another failed. */
static void
failure_decides(const struct wc_judged *j, const struct wr_refusal *r, uint32_t who)
{
	const struct wr_node *call = &j->m->flow.nodes[r->node];
	const char *labels = wc_judged_labels(j, r->labels);
	struct wc_diag *d = wc_diag_add(j->u->diags, WC_E0302,
	    wc_judged_node(j, WR_NONE, r->node)->span, "%s data decides whether `%T` runs", labels,
	    j->m->agents[who].name);

	note_meanings(j, d, r->labels);
	note_fallback(j, d, call, who);
	wc_diag_note(d, "what comes from before it carries %s, a failure too; `%T` does not accept that", labels,
	    j->m->backends[j->m->agents[who].backend].name);
	wc_diag_help(d, "choose a fallback whose backend accepts %s", labels);
}

static void
decides(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_node *call = &j->m->flow.nodes[r->node];
	const struct wc_node *n = wc_judged_node(j, WR_NONE, r->node);
	uint32_t who = told_by_failure(j, call, r->labels);
	const char *labels = wc_judged_labels(j, r->labels);
	struct wc_span span = n->span;
	uint32_t of = wc_decision(j, r->node, r->labels, &span);
	const struct wr_backend *backend;
	struct wc_diag *d;

	if (of == WR_NONE && who != WR_NONE) {
		failure_decides(j, r, who);
		return;
	}
	who = refuser(j, call, r->labels);
	backend = &j->m->backends[j->m->agents[who].backend];
	d = wc_diag_add(j->u->diags, WC_E0302, span, "%s data decides whether `%T` runs", labels,
	    agent_name(j, call));
	if (of != WR_NONE && may_fail(&j->m->flow, r->node, of))
		wc_diag_also(d, n->span, "runs only if this fails, which tells of %s data, too", labels);
	else
		wc_diag_also(d, n->span, "runs only if this says so");
	note_meanings(j, d, r->labels);
	if (of != WR_NONE)
		wc_diag_note(d, "the data comes this way\n%s",
		    wc_trail(
			j, WR_NONE, of, lowest(r->labels & wc_judged_deep(j, WR_NONE, of)), false));
	note_fallback(j, d, call, who);
	if (backend->accepts == 0)
		wc_diag_note(d, "`%T` uses `%T`, which accepts no label", j->m->agents[who].name,
		    backend->name);
	else
		wc_diag_note(d, "`%T` uses `%T`, which accepts %s and nothing else",
		    j->m->agents[who].name, backend->name, wc_judged_labels(j, backend->accepts));
	wc_diag_help(d,
	    "let a person decide, with an agent that `drops %s because \"…\"`;\n"
	    "or a `fn` that does, small enough for you to defend it",
	    labels);
}

static void
drop_decided(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_node *at = &j->m->flow.nodes[r->node];
	const struct wc_node *n = wc_judged_node(j, r->agent, r->node);
	const struct wr_drops *drops =
	    at->op == WR_OP_CALL ? &j->m->agents[at->index].drops : &at->drops;
	struct wr_text name = at->op == WR_OP_CALL ? agent_name(j, at) : at->name;
	struct wc_span span = n->span;
	uint32_t of = r->agent == WR_NONE ? wc_decision(j, r->node, r->labels, &span) : WR_NONE;
	struct wc_diag *d = wc_diag_add(
	    j->u->diags, WC_E0306, span, "outsiders could choose when this secret is released");
	uint64_t dropped = 0;

	for (uint32_t i = 0; i < drops->len; i++)
		dropped |= drops->at[i].labels;
	wc_diag_also(d, n->span, "drops %s", wc_judged_labels(j, dropped));
	if (of != WR_NONE)
		wc_diag_note(
		    d, "`%T` carries %s", wc_span_text(span), wc_judged_labels(j, r->labels));
	wc_diag_help(d, "call `%T` outside the choice, and choose between the results", name);
}

/* ---- E0303: labels that are not declared --------------------------------------------------------
 */

static void
undeclared(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_code *code = &j->m->flow;
	const struct wr_node *at = &code->nodes[r->node];
	const struct wc_node *n = wc_judged_node(j, WR_NONE, r->node);
	const struct wr_type *type = &j->m->types.at[code->types[r->node]];
	uint32_t member = wr_node_member(code, at, r->operand);
	const char *labels = wc_judged_labels(j, r->labels);
	struct wc_name name = {type->members[member].name, {NULL, 0, 0}};
	const struct wc_type *written = wc_declared_member(j->u, type->name, member, &name);
	struct wc_diag *d = wc_diag_add(j->u->diags, WC_E0303, operand_span(n, r->operand),
	    "`%T` is not declared %s", type->members[member].name, labels);

	wc_diag_label(d, "carries %s (%s)", labels,
	    wc_trail(j, WR_NONE, wr_operand(code, at, r->operand), lowest(r->labels), true));
	if (written == NULL)
		return;
	wc_diag_also(d, name.span, "declared here without it");
	if (at->op == WR_OP_VARIANT)
		wc_diag_help(d, "declare `%T(%T %s)`, so that callers see it", name.text,
		    wc_span_text(written->span), labels);
	else
		wc_diag_help(d, "declare `%T: %T %s`, so that callers see it", name.text,
		    wc_span_text(written->span), labels);
}

static void
result_undeclared(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wc_decl *flow = j->u->flow->decl;
	const char *labels = wc_judged_labels(j, r->labels);
	struct wc_diag *d = wc_diag_add(
	    j->u->diags, WC_E0303, flow->flow.end->span, "the result is not declared %s", labels);

	wc_diag_label(
	    d, "carries %s (%s)", labels, wc_trail(j, WR_NONE, r->node, lowest(r->labels), true));
	wc_diag_also(d, flow->flow.result->span, "declared here without it");
	wc_diag_help(d, "declare `-> %T %s`, so that callers see it",
	    wc_span_text(flow->flow.result->span), labels);
}

static void
message_undeclared(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_code *code = &j->m->flow;
	const struct wc_node *n = wc_judged_node(j, WR_NONE, r->node);
	const char *labels = wc_judged_labels(j, r->labels);
	struct wc_diag *d = wc_diag_add(j->u->diags, WC_E0303, operand_span(n, 1),
	    "this message tells callers what is %s", labels);

	wc_diag_label(d, "carries %s (%s)", labels,
	    wc_trail(
		j, WR_NONE, wr_operand(code, &code->nodes[r->node], 1), lowest(r->labels), true));
	wc_diag_also(d, j->u->flow->decl->flow.result->span, "the result is declared without it");
	wc_diag_help(d, "leave it out of the message, or declare the result %s", labels);
}

/* ---- E0304: labels in a context prompt
 * ------------------------------------------------------------ */

/* The node, among those a node needs, where the label was declared: a field as deep as can be. */
static struct wc_span
declared_at(const struct wc_judged *j, uint32_t agent, uint32_t node, uint64_t labels)
{
	const struct wr_code *code = wc_judged_code(j, agent, NULL);
	uint32_t best = node;

	for (uint32_t n = 0; n <= node; n++)
		if (code->nodes[n].op == WR_OP_FIELD && (code->ambient[n] & labels)) {
			best = n;
			break;
		}
	return wc_judged_node(j, agent, best)->span;
}

/* Does the context prompt of an agent mention this parameter? What it needs is followed down. */
static bool
mentions(const struct wc_judged *j, const struct wr_agent *agent, uint32_t param)
{
	const struct wr_setting *context = wr_agent_setting(agent, WR_SET_CONTEXT);
	const struct wr_code *body = &agent->body;
	bool *needed = wc_unit_get(j->u, body->nodes_len, sizeof *needed), found = false;

	if (context == NULL || needed == NULL)
		return false;
	needed[context->root] = true;
	for (uint32_t n = body->nodes_len; n-- > 0;) {
		const struct wr_node *node = &body->nodes[n];
		uint32_t inside = body->blocks[node->block].owner;

		needed[n] |= inside != WR_NONE && needed[inside];
		if (!needed[n])
			continue;
		found |= node->op == WR_OP_INPUT && node->index == param;
		for (uint32_t i = 0; i < node->operands_len; i++)
			needed[wr_operand(body, node, i)] = true;
		for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++)
			for (uint32_t r = 0; r < body->blocks[b].roots_len; r++)
				needed[body->operands[body->blocks[b].roots + r]] = true;
	}
	return found;
}

static void
in_context(const struct wc_judged *j, const struct wr_refusal *r)
{
	const struct wr_node *call;
	const struct wc_node *n;
	struct wc_diag *d;
	uint32_t who;

	if (r->agent != WR_NONE) {
		d = wc_diag_add(j->u->diags, WC_E0304, declared_at(j, r->agent, r->node, r->labels),
		    "a context prompt may not contain labelled data");
		wc_diag_label(d, "%s", wc_judged_labels(j, r->labels));
		wc_diag_help(d,
		    "move it to `user`; the context prompt is for instructions you wrote yourself");
		return;
	}
	call = &j->m->flow.nodes[r->node];
	n = wc_judged_node(j, WR_NONE, r->node);
	who = call->index;
	while (!mentions(j, &j->m->agents[who], r->operand) &&
	       wr_agent_fallback(&j->m->agents[who]) != WR_NONE)
		who = wr_agent_fallback(&j->m->agents[who]);
	d = wc_diag_add(j->u->diags, WC_E0304, operand_span(n, r->operand),
	    "a context prompt may not contain labelled data");
	wc_diag_label(d, "carries %s (%s)", wc_judged_labels(j, r->labels),
	    wc_trail(
		j, WR_NONE, wr_operand(&j->m->flow, call, r->operand), lowest(r->labels), true));
	note_fallback(j, d, call, who);
	wc_diag_note(d, "the context prompt of `%T` mentions `%T`", j->m->agents[who].name,
	    j->m->agents[call->index].params[r->operand].name);
	wc_diag_help(d, "mention it in `user` instead; the context prompt is for instructions you "
			"wrote yourself");
}

/* ---- all
 * ---------------------------------------------------------------------------------------------- */

static bool
found(void *user, const struct wr_module *module, const struct wr_refusal *refusal)
{
	static const struct {
		const char *code;
		void (*say)(const struct wc_judged *, const struct wr_refusal *);
	} words[] = {
	    {"label-clearance", clearance},
	    {"label-decides", decides},
	    {"label-drop-decided", drop_decided},
	    {"label-undeclared", undeclared},
	    {"label-result", result_undeclared},
	    {"label-message", message_undeclared},
	    {"label-context", in_context},
	};
	const struct wc_judged *j = user;

	(void)module; /* an assertion alone looks at it */
	assert(module == j->m);
	(void)module;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].code, refusal->code) == 0)
			words[i].say(j, refusal);
	return !wc_diags_full(j->u->diags);
}

/* A refusal that no author can cause. */
static enum wr_status
our_bug(struct wc_unit *u, const struct wr_refusal *r)
{
	struct wr_buf buf;
	struct wr_text copy = {NULL, 0};

	wr_buf_init(&buf, u->arena->alloc, 400);
	wr_buf_str(&buf, r->code);
	wr_buf_str(&buf, ": ");
	wr_buf_str(&buf, r->why);
	if (r->node != WR_NONE) {
		wr_buf_str(&buf, r->agent == WR_NONE ? ", at node " : ", in an agent at node ");
		wr_buf_u64(&buf, r->node);
	}
	if (buf.status == WR_OK)
		copy = wr_arena_text(u->arena, wr_buf_view(&buf));
	wr_buf_free(&buf);
	u->result->bug = copy.at != NULL ? copy.at : r->code;
	return WR_FAILED;
}

enum wr_status
wc_judge(struct wc_unit *u, const struct wc_emitted *e)
{
	struct wc_judged j = {u, e, e->module};
	struct wr_findings findings = {found, &j};
	struct wr_bounds promised = u->promised, worst = {0, 0, 0, 0};
	struct wr_refusal refusal = {.code = "", .why = ""};
	uint32_t errors = u->diags->errors;
	enum wr_status s;

	e->module->bounds = (struct wr_bounds){UINT64_MAX, UINT64_MAX, UINT64_MAX, promised.width};
	s = wr_verify(e->module, &findings, &worst, &refusal);
	if (u->status != WR_OK)
		return u->status;
	if (s == WR_REFUSED && strcmp(refusal.code, "schema-size") == 0) {
		(void)wc_diag_add(u->diags, WC_E0406, u->flow->decl->name.span,
		    "this program is too large: so are the schemas of its types");
		return WR_REFUSED;
	}
	if (s == WR_REFUSED && u->diags->errors == errors)
		return our_bug(u, &refusal);
	if (s != WR_OK)
		return s;
	e->module->bounds = wc_keep_promise(u, e, worst);
	return u->diags->errors == errors ? WR_OK : WR_REFUSED;
}
