/*
 * More calls, tokens, time or width than a policy allows: what is promised, what takes most of it, and
 * how to come below. That it is more, the gate has decided.
 */
#include "runtime/cli/law_parts.h"

#include "runtime/judge.h"
#include "vm/base/saturate.h"
#include "vm/view/costs.h"
#include "vm/view/page.h"

#define DEAREST_SHOWN 3u /* agents */

/* The limits, in the order of their codes and of enum wc_promise. */
static const struct limit {
	enum wc_code code;
	const char *word, *of; /* as `within` and the policy have it; "120 calls" */
	const char *lower;
} limits[] = {
	{ WC_E0909, "calls", "call", "lower a `retry`, a `limit` or the bound of a list" },
	{ WC_E0910, "tokens", "token", "lower a `max_tokens`, a `retry` or the bound of a text or list" },
	{ WC_E0911, "time", NULL, "lower a `timeout`, a `retry` or the bound of a list" },
	{ WC_E0912, "width", "call", NULL },
};

static void
put_amount(struct wd_saying *s, enum wc_promise which, uint64_t n)
{
	if (limits[which].of == NULL)
		wr_page_time(&s->buf, n);
	else
		wr_page_count(&s->buf, n, limits[which].of);
}

static struct wr_text
amount(struct wd_saying *s, enum wc_promise which, uint64_t n)
{
	put_amount(s, which, n);
	return wd_law_keep(s);
}

/* "calls: 100", as `within` has it; without the word the value alone. */
static struct wr_text
written(struct wd_saying *s, enum wc_promise which, const char *before, uint64_t n)
{
	wr_buf_str(&s->buf, before);
	if (limits[which].of == NULL)
		wr_spell_duration(&s->buf, n);
	else
		wr_spell_count(&s->buf, n, "_");
	return wd_law_keep(s);
}

/* How much each agent may take: in all its uses; of time, which they take beside each other, in one. */
static uint64_t
share(const struct wr_agent_costs *c, enum wc_promise which)
{
	if (which == WC_PROMISE_TIME)
		return c->time_ms;
	if (c->uses == WR_COST_UNKNOWN)
		return 0;
	return wr_sat_mul(c->uses, which == WC_PROMISE_CALLS ? c->calls : c->tokens);
}

/* The agent that takes most, of those that were not told; WD_NONE: none. */
static uint32_t
dearest(const struct wr_costs *costs, uint32_t len, const bool *told, enum wc_promise which)
{
	uint32_t most = WD_NONE;

	for (uint32_t i = 0; i < len; i++)
		if (!told[i] && share(&costs->agents[i], which) > 0 &&
		    (most == WD_NONE || share(&costs->agents[i], which) > share(&costs->agents[most], which)))
			most = i;
	return most;
}

/* "most of it: assess 60 calls, write 40 calls" */
static void
note_dearest(struct wd_saying *s, struct wc_diag *d, enum wc_promise which)
{
	struct wr_arena *arena = s->diags->arena;
	uint32_t len = s->summary->agents_len;
	bool *told = wr_arena_array(arena, (size_t)len + 1, sizeof *told);
	struct wr_costs costs;
	enum wr_status status = WR_NOMEM;

	if (told == NULL || (status = wr_costs_make(s->module, s->summary, NULL, 0, arena, &costs)) != WR_OK) {
		s->status = arena->over ? WR_LIMIT : status;
		return;
	}
	for (uint32_t i = 0; i < DEAREST_SHOWN; i++) {
		uint32_t most = dearest(&costs, len, told, which);

		if (most == WD_NONE)
			break;
		told[most] = true;
		wr_buf_str(&s->buf, i == 0 ? "" : ", ");
		wr_buf_text(&s->buf, s->summary->agents[most].name);
		wr_buf_byte(&s->buf, ' ');
		put_amount(s, which, share(&costs.agents[most], which));
	}
	if (s->buf.size > 0)
		wc_diag_note(d, which == WC_PROMISE_TIME ? "the longest uses: %T" : "the most of it: %T", wd_law_keep(s));
}

/* More is promised than it takes, or what it takes is too much. */
static void
help_promise(struct wd_saying *s, struct wc_diag *d, const struct wd_about *a, enum wc_promise which)
{
	const struct wr_summary_bounds *w = &s->summary->worst;
	uint64_t worst = which == WC_PROMISE_CALLS ? w->calls : which == WC_PROMISE_TOKENS ? w->tokens : w->time_ms;

	if (worst > a->allowed) {
		note_dearest(s, d, which);
		wc_diag_help(d, "%s", limits[which].lower);
		return;
	}
	wc_diag_note(d, "the worst case is %T", amount(s, which, worst));
	wc_diag_help(d, "promise at most what the policy allows: `%s: %T`", limits[which].word,
	    written(s, which, "", a->allowed));
	wc_diag_edit(d, wc_place_promise(s->program, which).value, written(s, which, "", a->allowed));
}

/* The last thing that is promised, or no place. */
static struct wc_span
last_promise(const struct wd_saying *s)
{
	struct wc_span last = { NULL, 0, 0 };

	for (int i = WC_PROMISE_CALLS; i <= WC_PROMISE_WIDTH; i++) {
		struct wc_span whole = wc_place_promise(s->program, (enum wc_promise)i).whole;

		if (whole.source != NULL && (last.source == NULL || whole.end > last.end))
			last = whole;
	}
	return last;
}

static void
help_width(struct wd_saying *s, struct wc_diag *d, const struct wd_about *a)
{
	struct wc_span value = wc_place_promise(s->program, WC_PROMISE_WIDTH).value, last = last_promise(s);

	if (value.source != NULL) {
		wc_diag_help(d, "promise at most what the policy allows: `width: %N`", a->allowed);
		wc_diag_edit(d, value, written(s, WC_PROMISE_WIDTH, "", a->allowed));
		return;
	}
	wc_diag_note(d, "without a `width` all its calls may be in flight at once");
	wc_diag_help(d, "promise one that the policy allows: `within width: %N`", a->allowed);
	if (last.source != NULL)
		wd_law_insert(s, d, last, ", width: ", written(s, WC_PROMISE_WIDTH, "", a->allowed));
}

static void
say_limit(struct wd_saying *s, struct wc_span span, const struct wd_about *a, enum wc_promise which)
{
	struct wr_text allowed = amount(s, which, a->allowed), has = amount(s, which, a->has);
	const char *at_once = which == WC_PROMISE_WIDTH ? " at once" : "";
	struct wc_diag *d = wc_diag_add(s->diags, limits[which].code, span,
	    "the policy allows %T%s, and this may come to %T", allowed, at_once, has);

	if (wc_place_promise(s->program, which).whole.source != NULL)
		wc_diag_label(d, "promised here");
	else if (which == WC_PROMISE_WIDTH)
		wc_diag_label(d, "no `width` is promised");
	else
		wc_diag_label(d, "%T at worst", has);
	wd_law_quote(s, d, (struct wd_member){ .names = { WR_TEXT("limits"), wr_text_of(limits[which].word) }, .len = 2 },
	    WR_TEXT("allowed"));
	if (which == WC_PROMISE_WIDTH)
		help_width(s, d, a);
	else
		help_promise(s, d, a, which);
	wd_law_owners(s, d, "allow more");
}

void
wd_law_calls(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	say_limit(s, span, a, WC_PROMISE_CALLS);
}

void
wd_law_tokens(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	say_limit(s, span, a, WC_PROMISE_TOKENS);
}

void
wd_law_time(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	say_limit(s, span, a, WC_PROMISE_TIME);
}

void
wd_law_width(struct wd_saying *s, struct wc_span span, const struct wd_about *a)
{
	say_limit(s, span, a, WC_PROMISE_WIDTH);
}
