/*
 * What a policy forbids in a program, in words for its author: where, what the policy says, what to
 * change, and who can change the policy. What is forbidden, the gate has decided.
 */
#include "runtime/cli/law_parts.h"

#include <assert.h>

#include "runtime/judge.h"

#define WORDS_MAX 8192u /* 64 labels, each with its @ */

/* ---- words ---------------------------------------------------------------------------- */

/* "@pii @untrusted": of the policy's labels those of the set. */
static struct wr_text
policy_labels(struct wd_saying *s, uint64_t set)
{
	for (uint32_t i = 0; i < s->policy->labels_len; i++)
		if ((set >> i & 1) != 0) {
			wr_buf_str(&s->buf, s->buf.size > 0 ? " @" : "@");
			wr_buf_text(&s->buf, s->policy->labels[i].name);
		}
	return wd_law_keep(s);
}

static struct wr_text
module_labels(struct wd_saying *s, uint64_t set)
{
	for (uint32_t i = 0; i < s->summary->labels_len; i++)
		if ((set >> i & 1) != 0) {
			wr_buf_str(&s->buf, s->buf.size > 0 ? " @" : "@");
			wr_buf_text(&s->buf, s->summary->labels[i].name);
		}
	return wd_law_keep(s);
}

/* Names of the policy: `first` is that of the first item of a list, the next is `step` bytes on. */
struct names {
	const struct wr_text *at; /* NULL: memory is short */
	uint32_t len;
};

static struct names
names_of(struct wd_saying *s, const struct wr_text *first, size_t step, uint32_t len)
{
	struct wr_text *at = wr_arena_array(s->diags->arena, (size_t)len + 1, sizeof *at);

	if (at == NULL)
		s->status = s->diags->arena->over ? WR_LIMIT : WR_NOMEM;
	for (uint32_t i = 0; at != NULL && i < len; i++)
		at[i] = *(const struct wr_text *)(const void *)((const char *)first + i * step);
	return (struct names){ at, at == NULL ? 0 : len };
}

static struct wr_text
list_names(struct wd_saying *s, const char *begin, struct names names)
{
	wr_buf_str(&s->buf, names.len == 0 ? "none" : begin);
	for (uint32_t i = 0; i < names.len; i++)
		wd_law_name(s, i, names.len, names.at[i]);
	return wd_law_keep(s);
}

/* The name is not among those that stand at a member of the policy. */
static void
help_names(struct wd_saying *s, struct wc_diag *d, const char *member, struct names names, struct wr_text name)
{
	struct wr_text near = wc_nearest(name, names.at, names.len);

	wd_law_quote(s, d, (struct wd_member){ .names = { wr_text_of(member) }, .len = 1, .by_name = true },
	    list_names(s, "it has ", names));
	if (near.size > 0)
		wc_diag_help(d, "did you mean `%T`?", near);
	else
		wc_diag_help(d, "use one that the policy has");
}

/* ---- one message for each condition ------------------------------------------------------ */

static void
say_workflow(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_policy *p = s->policy;
	struct names names = names_of(s, &p->workflows[0].name, sizeof *p->workflows, p->workflows_len);
	struct wr_text near = wc_nearest(a->name, names.at, names.len);
	struct wc_diag *d =
	    wc_diag_add(s->diags, WC_E0901, span, "the policy has no workflow `%T`", a->name);

	wc_diag_label(d, "not one of its workflows");
	help_names(s, d, "workflows", names, a->name);
	if (near.size > 0)
		wc_diag_edit(d, span, near);
	wc_diag_note(d, "it runs only under a name that the policy has: what its inputs must carry hangs on it");
	wd_law_owners(s, d, "add this workflow");
}

static void
say_backend(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_policy *p = s->policy;
	struct wc_diag *d =
	    wc_diag_add(s->diags, WC_E0902, span, "the policy has no backend `%T`", a->name);

	wc_diag_label(d, "not one of its backends");
	help_names(s, d, "backends", names_of(s, &p->backends[0].name, sizeof *p->backends, p->backends_len),
	    a->name);
	wc_diag_note(d, "the policy says where each backend is and which labels it may see");
	wd_law_owners(s, d, "add this backend");
}

static struct wd_member
of_backend(struct wr_text backend, const char *member)
{
	return (struct wd_member){ .names = { WR_TEXT("backends"), backend, wr_text_of(member) }, .len = 3 };
}

static void
say_kind(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	struct wc_diag *d = wc_diag_add(s->diags, WC_E0903, span, "`%T` is another kind of backend in the policy", a->name);

	wc_diag_label(d, "declared as `%T`", wc_span_text(span));
	wr_buf_str(&s->buf, "`");
	wr_buf_str(&s->buf, a->adaptor->word);
	wr_buf_str(&s->buf, "` serves ");
	wr_buf_str(&s->buf, a->adaptor->kinds);
	wd_law_quote(s, d, of_backend(a->name, "protocol"), wd_law_keep(s));
	wc_diag_help(d, "declare a kind that it serves, or send these calls to another backend");
	wd_law_owners(s, d, "change its protocol");
}

/* What a list of labels in the policy comes to. */
static struct wr_text
set_words(struct wd_saying *s, const char *words, uint64_t set)
{
	struct wr_text labels = policy_labels(s, set);

	wr_buf_str(&s->buf, words);
	if (set == 0)
		wr_buf_str(&s->buf, "no label");
	else
		wr_buf_text(&s->buf, labels);
	return wd_law_keep(s);
}

static void
say_accepts(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_backend_rule *rule = wd_policy_backend(s->policy, a->name);
	struct wr_text labels = module_labels(s, a->labels);
	struct wc_diag *d = wc_diag_add(
	    s->diags, WC_E0904, span, "the policy does not let `%T` accept %T", a->name, labels);

	wc_diag_label(d, "not in the policy");
	for (uint32_t i = 0; i < s->summary->labels_len; i++) {
		struct wc_span other = wc_place_accepts(s->program, a->name, s->summary->labels[i].name);

		if ((a->labels >> i & 1) != 0 && other.start != span.start)
			wc_diag_also(d, other, "nor this");
	}
	wd_law_quote(s, d, of_backend(a->name, "accepts"), set_words(s, "it may accept ", rule->accepts));
	wc_diag_help(d, "take %T out of `accepts`, and send `%T` nothing that carries it", labels, a->name);
	wd_law_owners(s, d, "let it accept that");
}

/* The policy demands labels that the program must know first. */
static void
help_undeclared(struct wd_saying *s, struct wc_diag *d, uint64_t set)
{
	for (uint32_t i = 0; i < s->policy->labels_len; i++)
		if ((set >> i & 1) != 0 &&
		    wc_place_label(s->program, s->policy->labels[i].name).source == NULL)
			wc_diag_help(d, "the label is not declared here yet: `label %T \"what it means\"`",
			    s->policy->labels[i].name);
}

static void
say_taints(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_backend_rule *rule = wd_policy_backend(s->policy, a->name);
	struct wc_place_backend place = wc_place_backend(s->program, a->name);
	struct wr_text labels = policy_labels(s, a->labels);
	struct wc_diag *d = wc_diag_add(
	    s->diags, WC_E0905, span, "the policy says that what `%T` answers is %T", a->name, labels);

	wc_diag_label(d, "does not say so");
	wd_law_quote(s, d, of_backend(a->name, "taints"), set_words(s, "its answers carry ", rule->taints));
	if (place.taints.source != NULL) {
		wc_diag_help(d, "write `taints %T %T`", wc_span_text(place.taints), labels);
		wd_law_insert(s, d, place.taints, " ", labels);
	} else {
		wc_diag_help(d, "write `taints %T` behind it", labels);
		wd_law_insert(s, d, place.whole, " taints ", labels);
	}
	help_undeclared(s, d, a->labels);
}

static void
say_label(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_policy *p = s->policy;
	struct wc_diag *d =
	    wc_diag_add(s->diags, WC_E0906, span, "the policy has no label `%T`", a->name);

	wc_diag_label(d, "not one of its labels");
	help_names(s, d, "labels", names_of(s, &p->labels[0].name, sizeof *p->labels, p->labels_len), a->name);
	wc_diag_note(d, "a label has an owner there, who is asked wherever such data goes");
	wd_law_owners(s, d, "add this label, with an owner");
}

static void
say_input(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	struct wr_text labels = policy_labels(s, a->labels);
	struct wd_member m = { .names = { WR_TEXT("workflows"), s->summary->workflow, WR_TEXT("inputs"), a->name },
		.len = 4 };
	struct wc_place_input place;
	struct wc_diag *d;

	if (!wc_place_input(s->program, a->name, &place)) {
		d = wc_diag_add(s->diags, WC_E0907, span, "the policy has rules for the input `%T`, and there is none",
		    a->name);
		m.by_name = true;
		wc_diag_label(d, "not found");
		wd_law_quote(s, d, m, WR_TEXT("this path"));
		wc_diag_help(d, "call the input, or the field in it, as the policy does");
		wd_law_owners(s, d, "name another input");
		return;
	}
	d = wc_diag_add(s->diags, WC_E0907, span, "the policy demands that `%T` is labelled %T", a->name, labels);
	wc_diag_label(d, "not labelled so");
	wd_law_quote(s, d, m, WR_TEXT("must carry these"));
	wc_diag_help(d, "write `%T: %T %T`", wc_span_text(place.name), wc_span_text(place.type), labels);
	wd_law_insert(s, d, place.type, " ", labels);
	help_undeclared(s, d, a->labels);
}

static void
say_model(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	const struct wd_limits *l = &s->policy->limits;
	struct wc_diag *d =
	    wc_diag_add(s->diags, WC_E0908, span, "the policy does not allow the model `%T`", a->model);

	wc_diag_label(d, "asked for by `%T`", a->name);
	wd_law_quote(s, d, (struct wd_member){ .names = { WR_TEXT("limits"), WR_TEXT("models") }, .len = 2 },
	    list_names(s, "allowed: ", (struct names){ l->models, l->models_len }));
	wc_diag_help(d, "name a model that the policy allows; * stands for any characters");
	wd_law_owners(s, d, "allow this one");
}

/* ---- where ---------------------------------------------------------------------------------- */

static struct wc_span
accepts_place(const struct wd_saying *s, const struct wd_about *a)
{
	struct wc_span first = { NULL, 0, 0 };

	for (uint32_t i = 0; i < s->summary->labels_len; i++) {
		struct wc_span at = wc_place_accepts(s->program, a->name, s->summary->labels[i].name);

		if ((a->labels >> i & 1) != 0 && (first.source == NULL || at.start < first.start))
			first = at;
	}
	return first;
}

/* What is to be changed. */
static struct wc_span
place_of(const struct wd_saying *s, const struct wd_condition *c)
{
	const struct wd_about *a = &c->about;
	struct wc_place_backend backend;
	struct wc_place_input input;

	switch (c->code) {
	case WD_CODE_BACKEND_ACCEPTS:
		return accepts_place(s, a);
	case WD_CODE_BACKEND_TAINTS:
		backend = wc_place_backend(s->program, a->name);
		return backend.taints.source != NULL ? backend.taints : backend.name;
	case WD_CODE_BACKEND:
		return wc_place_backend(s->program, a->name).name;
	case WD_CODE_BACKEND_KIND:
		return wc_place_backend(s->program, a->name).kind;
	case WD_CODE_LABEL_OWNER:
		return wc_place_label(s->program, a->name);
	case WD_CODE_INPUT_LABELS:
		return wc_place_input(s->program, a->name, &input) ? wc_span_join(input.name, input.type) : input.name;
	case WD_CODE_MODEL:
		return wc_place_model(s->program, a->name);
	case WD_CODE_LIMIT_CALLS:
		return wc_place_promise(s->program, WC_PROMISE_CALLS).whole;
	case WD_CODE_LIMIT_TOKENS:
		return wc_place_promise(s->program, WC_PROMISE_TOKENS).whole;
	case WD_CODE_LIMIT_TIME:
		return wc_place_promise(s->program, WC_PROMISE_TIME).whole;
	case WD_CODE_LIMIT_WIDTH:
		return wc_place_promise(s->program, WC_PROMISE_WIDTH).whole;
	default:
		return wc_place_workflow(s->program);
	}
}

/* ---- all -------------------------------------------------------------------------------------- */

/* By code from WORKFLOW on: there is a message for whatever the gate may say. */
static void (*const says[])(struct wd_saying *, struct wc_span, const struct wd_about *) = {
#define SAYS(code, say) [WD_CODE_##code - WD_CODE_WORKFLOW] = say
	SAYS(WORKFLOW, say_workflow),
	SAYS(BACKEND, say_backend),
	SAYS(BACKEND_KIND, say_kind),
	SAYS(BACKEND_ACCEPTS, say_accepts),
	SAYS(BACKEND_TAINTS, say_taints),
	SAYS(LABEL_OWNER, say_label),
	SAYS(INPUT_LABELS, say_input),
	SAYS(MODEL, say_model),
	SAYS(LIMIT_CALLS, wd_law_calls),
	SAYS(LIMIT_TOKENS, wd_law_tokens),
	SAYS(LIMIT_TIME, wd_law_time),
	SAYS(LIMIT_WIDTH, wd_law_width),
#undef SAYS
};

struct found {
	const struct wd_condition *condition;
	struct wc_span span;
};

static bool
is_before(const struct found *a, const struct found *b)
{
	return a->span.source->part != b->span.source->part ? a->span.source->part < b->span.source->part :
							       a->span.start < b->span.start;
}

/* One message; another thing at the very place that the last was about is a note under that. */
static void
say(struct wd_saying *s, const struct found *f)
{
	const struct wc_diag *last = s->diags->last;
	uint32_t errors = s->diags->errors;
	size_t which = f->condition->code - WD_CODE_WORKFLOW;

	assert(which < sizeof says / sizeof *says);
	says[which](s, f->span, &f->condition->about);
	if (s->diags->errors == errors && last == s->diags->last)
		wc_diag_note(s->diags->last, "also: %T", f->condition->detail);
}

/* What is not met, by place in the source; NULL: memory. */
static struct found *
find(struct wd_saying *s, const struct wd_verdict *v, uint32_t *ret_len)
{
	struct found *found = wr_arena_array(s->diags->arena, (size_t)v->conditions_len + 1, sizeof *found);
	uint32_t len = 0;

	for (uint32_t i = 0; found != NULL && i < v->conditions_len; i++) {
		struct found one = { &v->conditions[i], { NULL, 0, 0 } };
		uint32_t at = len;

		if (one.condition->met)
			continue;
		one.span = place_of(s, one.condition);
		if (one.span.source == NULL)
			one.span = wc_place_workflow(s->program);
		for (; at > 0 && is_before(&one, &found[at - 1]); at--)
			found[at] = found[at - 1];
		found[at] = one;
		len++;
	}
	*ret_len = len;
	return found;
}

enum wr_status
wd_law_judge(const struct wd_law *law, const struct wc_result *program, const struct wr_module *module,
    struct wc_diags *diags)
{
	struct wd_saying s = { .law = law, .policy = law->policy, .program = program, .module = module,
		.summary = wr_module_summary(module), .diags = diags };
	struct wd_verdict verdict;
	enum wr_status status = wd_judge_policy(module, law->policy, diags->arena->alloc, &verdict);
	const struct found *found;
	uint32_t len = 0;

	if (status != WR_OK)
		return status;
	wr_buf_init(&s.buf, diags->arena->alloc, WORDS_MAX);
	found = find(&s, &verdict, &len);
	if (found == NULL)
		s.status = diags->arena->over ? WR_LIMIT : WR_NOMEM;
	for (uint32_t i = 0; i < len; i++)
		say(&s, &found[i]);
	wr_buf_free(&s.buf);
	wd_verdict_free(&verdict);
	return s.status != WR_OK ? s.status : diags->status;
}
