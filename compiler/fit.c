/*
 * What is given against what is needed: the one convenience of the language (a T where T? is
 * wanted), joins, and the words for what does not fit.
 */
#include "compiler/lower.h"

#include <assert.h>

/* The two ends that matter to a message about a range; false when it is not about one. */
static bool
ends(const struct wr_type *t, double ret[2])
{
	switch (t->kind) {
	case WR_TYPE_TEXT:
	case WR_TYPE_INT:
	case WR_TYPE_LIST:
		ret[0] = (double)t->lo;
		ret[1] = (double)t->hi;
		return true;
	case WR_TYPE_NUMBER:
		ret[0] = t->number_lo;
		ret[1] = t->number_hi;
		return true;
	default:
		return false;
	}
}

static const char *
units(const struct wr_type *t)
{
	return t->kind == WR_TYPE_TEXT ? " bytes" : t->kind == WR_TYPE_LIST ? " items" : "";
}

static void
size_help(struct wc_diag *d, const struct wr_type *have, const struct wr_type *want,
    struct wc_span span)
{
	struct wr_text source = wc_span_text(span);

	if (span.source == NULL || source.size > 60 || memchr(source.at, '\n', source.size) != NULL)
		source = WR_TEXT("…");
	if (want->kind == WR_TYPE_TEXT)
		wc_diag_help(d,
		    "`truncate(%T, %ld)` cuts it at a character boundary; or let both sides say the "
		    "same bound", source, want->hi);
	else if (want->kind == WR_TYPE_LIST)
		wc_diag_help(d, "`first(%T, %ld)` keeps the first ones", source, want->hi);
	else if (want->kind == WR_TYPE_INT && have->hi <= want->hi)
		wc_diag_help(d, "`max(%T, %ld)` keeps it in range", source, want->lo);
	else if (want->kind == WR_TYPE_INT && have->lo >= want->lo)
		wc_diag_help(d, "`min(%T, %ld)` keeps it in range", source, want->hi);
	else if (want->kind == WR_TYPE_INT)
		wc_diag_help(
		    d, "`clamp(%T, %ld, %ld)` keeps it in range", source, want->lo, want->hi);
	else
		wc_diag_help(d, "`clamp(%T, %f, %f)` keeps it in range", source, want->number_lo,
		    want->number_hi);
}

/* Right kind, wrong range: E0207. */
static void
out_of_range(
    struct wc_lower *l, uint32_t have, uint32_t want, struct wc_span span, struct wc_span where)
{
	const struct wr_type *h = wc_type_at(l, have), *w = wc_type_at(l, want);
	double a[2], b[2];
	struct wc_diag *d;
	bool sized = w->kind == WR_TYPE_TEXT || w->kind == WR_TYPE_LIST;

	if (h->kind != w->kind || !ends(h, a) || !ends(w, b) || (a[0] >= b[0] && a[1] <= b[1])) {
		d = wc_lower_diag(l, WC_E0207, span, "this may be out of range");
		wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
		wc_diag_note(d, "`%s` is needed", wc_unit_words(l->u, want));
		if (where.source != NULL)
			wc_diag_also(d, where, "needed here");
		return;
	}
	if (sized && a[1] > b[1]) {
		d = wc_lower_diag(l, WC_E0207, span, "this %s may be too long",
		    w->kind == WR_TYPE_TEXT ? "text" : "list");
		wc_diag_label(d, "up to %N%s", (uint64_t)h->hi, units(h));
		if (where.source != NULL)
			wc_diag_also(d, where, "at most %N", (uint64_t)w->hi);
		else
			wc_diag_note(d, "at most %N%s", (uint64_t)w->hi, units(w));
		size_help(d, h, w, span);
	} else if (sized) {
		d = wc_lower_diag(l, WC_E0207, span, "this %s may be too short",
		    w->kind == WR_TYPE_TEXT ? "text" : "list");
		wc_diag_label(d, "as few as %N%s", (uint64_t)h->lo, units(h));
		if (where.source != NULL)
			wc_diag_also(d, where, "at least %N", (uint64_t)w->lo);
	} else {
		d = wc_lower_diag(l, WC_E0207, span, "this `%s` may be out of range",
		    w->kind == WR_TYPE_INT ? "int" : "number");
		wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
		if (where.source != NULL)
			wc_diag_also(d, where, "`%s`", wc_unit_words(l->u, want));
		else
			wc_diag_note(d, "`%s` is needed", wc_unit_words(l->u, want));
		if (a[0] < a[1]) /* a constant is better changed than clamped */
			size_help(d, h, w, span);
	}
}

/* "`text`" of "a `text`". */
static const char *
bare(const char *words)
{
	const char *tick = memchr(words, '`', strlen(words));

	return tick != NULL ? tick : words;
}

/* Short enough for a proposal, and one in which it need not stand in parentheses. */
static bool
is_plain(struct wr_text source)
{
	static const char *const wide[] = {"if ", "match ", "for ", "try ", "loop "};

	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (source.size > strlen(wide[i]) &&
		    memcmp(source.at, wide[i], strlen(wide[i])) == 0)
			return false;
	return source.size > 0 && source.size < 40 && memchr(source.at, '\n', source.size) == NULL;
}

void
wc_mismatch(
    struct wc_lower *l, uint32_t have, uint32_t want, struct wc_span span, struct wc_span where)
{
	const struct wr_types *types = &l->u->types;
	const struct wr_type *h = wc_type_at(l, have), *w = wc_type_at(l, want);
	struct wr_text source = span.source != NULL ? wc_span_text(span) : WR_TEXT("");
	struct wc_diag *d;

	if (wr_type_similar(types, have, want)) {
		out_of_range(l, have, want, span, where);
		return;
	}
	if (h->kind == WR_TYPE_OPTION && w->kind != WR_TYPE_OPTION) {
		bool plain = is_plain(source);

		d = wc_lower_diag(l, WC_E0202, span,
		    plain ? "`%T` may be absent" : "this may be absent", source);
		wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
		if (where.source != NULL)
			wc_diag_also(d, where, "`%s` is needed here", wc_unit_words(l->u, want));
		if (plain)
			wc_diag_help(d, "`match %T { some(x) -> …, none -> … }`, or `%T ?? …`",
			    source, source);
		else
			wc_diag_help(d, "`(…) ?? …` says what holds in its place");
		return;
	}
	if (w->kind == WR_TYPE_OPTION && h->kind != WR_TYPE_OPTION && h->kind != WR_TYPE_NEVER) {
		want = w->elem;
		w = wc_type_at(l, want);
		if (wr_type_similar(types, have, want)) {
			out_of_range(l, have, want, span, where);
			return;
		}
	}
	if (h->kind == WR_TYPE_LIST && w->kind == WR_TYPE_LIST)
		d = wc_lower_diag(l, WC_E0201, span, "this is a list of %s, a list of %s is needed",
		    bare(wc_unit_a(l->u, h->elem)), bare(wc_unit_a(l->u, w->elem)));
	else if (h->kind == w->kind && h->name.size == 0)
		d = wc_lower_diag(l, WC_E0201, span, "this is a `%s`, a `%s` is needed",
		    wc_unit_words(l->u, have), wc_unit_words(l->u, want));
	else
		d = wc_lower_diag(l, WC_E0201, span, "this is %s, %s is needed",
		    wc_unit_a(l->u, have), wc_unit_a(l->u, want));
	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	if (where.source != NULL)
		wc_diag_also(d, where, "needed here");
	if (h->kind == WR_TYPE_TEXT && (w->kind == WR_TYPE_INT || w->kind == WR_TYPE_NUMBER) &&
	    source.size > 0 && source.at[0] == '"')
		wc_diag_help(d, "a number stands without quotes");
	else if (h->kind == WR_TYPE_TEXT && w->kind == WR_TYPE_INT && source.size > 0 &&
		 source.size < 40)
		wc_diag_help(d, "`int(%T) ?? 0` reads a number from a text", source);
	else if (h->kind == WR_TYPE_INT && w->kind == WR_TYPE_NUMBER && source.size < 40)
		wc_diag_help(d, "`number(%T)` is the same as a number", source);
	else if (w->kind == WR_TYPE_TEXT && wr_type_print_max(types, have) >= 0 && source.size < 40)
		wc_diag_help(d, "`text(%T)` prints it", source);
}

uint32_t
wc_fit(struct wc_lower *l, uint32_t node, uint32_t type, struct wc_span span, struct wc_span where)
{
	const struct wr_types *types = &l->u->types;
	uint32_t have;

	if (node == WR_NONE || type == WR_NONE)
		return WR_NONE;
	have = wc_node_type(l, node);
	if (wr_type_below(types, have, type))
		return node;
	if (types->at[type].kind == WR_TYPE_OPTION && types->at[have].kind != WR_TYPE_OPTION &&
	    wr_type_below(types, have, types->at[type].elem))
		return wc_make1(l, WR_OP_SOME, node, span);
	wc_mismatch(l, have, type, span, where);
	return WR_NONE;
}

void
wc_lift(struct wc_lower *l, const struct wc_expr *e, uint32_t *nodes, const struct wc_span *spans,
    uint32_t len)
{
	struct wr_text key = { (const char *)&e, sizeof e };
	bool lift = l->inlined && wc_table_get(&l->u->lifts, key) != WR_NONE;

	for (uint32_t i = 0; i < len; i++)
		lift |= nodes[i] != WR_NONE && wc_type_of(l, nodes[i])->kind == WR_TYPE_OPTION;
	if (!lift)
		return;
	if (wc_table_get(&l->u->lifts, key) == WR_NONE && !wc_table_put(&l->u->lifts, key, 1))
		(void)wc_unit_spent(l->u);
	for (uint32_t i = 0; i < len; i++)
		if (nodes[i] != WR_NONE && wc_type_of(l, nodes[i])->kind != WR_TYPE_OPTION)
			nodes[i] = wc_make1(l, WR_OP_SOME, nodes[i], spans[i]);
}
