/*
 * What two programs do differently. Facts with the same key are compared; decides the order and the
 * words, never what a fact is (diff_facts.c) nor what an edit is (edits.c).
 */
#include "vm/view/diff.h"

#include "vm/view/decompile.h"
#include "vm/view/diff_facts.h"
#include "vm/view/edits.h"
#include "vm/view/spell.h"

#include <assert.h>

#define SCRATCH_MAX (512u << 20)
#define BESIDE_MAX 70u /* bytes of a key and two values in one line; longer values are compared word by word */

struct differ {
	const struct wr_diff_side *old, *now;
	struct wr_facts was, is;
	uint32_t *partner;              /* by fact of `is`: of `was`, or WR_NONE */
	bool *paired;                   /* by fact of `was` */
	uint32_t labels[WR_LABELS_MAX]; /* by label of old: of now, or WR_NONE */
	struct wr_arena arena;
	struct wr_buf *buf;
	enum wr_risk headed; /* whose heading was written last; WR_RISKS_LEN: none */
	bool some;
	enum wr_status status;
};

static const struct {
	const char *words;
	enum wr_weight weight;
} headings[WR_RISKS_LEN] = {
	[WR_RISK_ACCESS] = { "labels reach more, or are taken off", WR_WEIGHT_GRAVE },
	[WR_RISK_DROPS] = { "drops", WR_WEIGHT_GRAVE },
	[WR_RISK_BACKENDS] = { "backends", WR_WEIGHT_GRAVE },
	[WR_RISK_EFFECTS] = { "effects, requires, and what is called when", WR_WEIGHT_GRAVE },
	[WR_RISK_SETTINGS] = { "models and parameters", WR_WEIGHT_SOME },
	[WR_RISK_TOLD] = { "what models and services are told", WR_WEIGHT_SOME },
	[WR_RISK_BOUNDS] = { "bounds", WR_WEIGHT_SOME },
	[WR_RISK_TIGHTER] = { "tighter", WR_WEIGHT_SLIGHT },
	[WR_RISK_SHAPE] = { "shape", WR_WEIGHT_SLIGHT },
};

static void
put(struct differ *d, const char *text)
{
	wr_buf_str(d->buf, text);
}

static void
heading(struct differ *d, enum wr_risk risk)
{
	if (d->some && d->headed == risk)
		return;
	put(d, "\n");
	put(d, headings[risk].words);
	put(d, "\n");
	d->headed = risk;
	d->some = true;
}

static void
line(struct differ *d, enum wr_risk risk, char sign, struct wr_text key)
{
	heading(d, risk);
	put(d, "  ");
	wr_buf_byte(d->buf, (uint8_t)sign);
	put(d, " ");
	wr_buf_text(d->buf, key);
}

/* ---- words -------------------------------------------------------------------------- */

/* Lines of a text with marks. Those without a change are shown beside changed ones alone. */
struct marking {
	struct wr_buf *buf;
	struct wr_buf line, before; /* being written; the last one that was not shown */
	size_t skipped, after;
	char mark;                  /* the operation whose mark is open, or ` ` */
	char last;                  /* the last character, a mark's own too */
	bool changed;
};

static void
put_mark(struct marking *m, char op)
{
	if (m->mark == op)
		return;
	if (m->mark != ' ')
		wr_buf_str(&m->line, m->mark == '-' ? "-]" : "+}");
	if (op != ' ')
		wr_buf_str(&m->line, op == '-' ? "[-" : "{+");
	m->changed |= op != ' ';
	m->mark = op;
	m->last = op;
}

static void
put_whole(struct wr_buf *buf, const struct wr_buf *text)
{
	wr_buf_str(buf, text->size > 0 ? "      " : "");
	wr_buf_text(buf, wr_buf_view(text));
	wr_buf_str(buf, "\n");
}

static void
end_line(struct marking *m)
{
	char op = m->mark;

	put_mark(m, ' ');
	if (m->changed) {
		if (m->skipped > 1)
			wr_buf_str(m->buf, "      …\n");
		if (m->skipped > 0)
			put_whole(m->buf, &m->before);
		put_whole(m->buf, &m->line);
		m->skipped = 0;
		m->after = 1;
	} else if (m->after > 0) {
		put_whole(m->buf, &m->line);
		m->after--;
	} else {
		m->before.size = 0;
		wr_buf_text(&m->before, wr_buf_view(&m->line));
		m->skipped++;
	}
	m->line.size = 0;
	m->changed = false;
	put_mark(m, op);
}

/* What would look like a mark is not left to look so. */
static void
put_piece(struct marking *m, struct wr_text piece)
{
	static const char pairs[][3] = { "[-", "-]", "{+", "+}" };
	static const char *const escapes[] = { "\\u{2D}", "\\u{5D}", "\\u{2B}", "\\u{7D}" };

	for (size_t i = 0; i < piece.size; i++) {
		size_t k = 0;

		while (k < sizeof pairs / sizeof *pairs &&
		       (pairs[k][0] != m->last || pairs[k][1] != piece.at[i]))
			k++;
		if (k < sizeof pairs / sizeof *pairs)
			wr_buf_str(&m->line, escapes[k]);
		else
			wr_buf_byte(&m->line, (uint8_t)piece.at[i]);
		m->last = piece.at[i];
	}
}

static void
words(struct differ *d, struct wr_text old, struct wr_text now)
{
	struct wr_arena_mark kept = wr_arena_mark(&d->arena);
	struct marking m = { .buf = d->buf, .mark = ' ' };
	const struct wr_text *a, *b;
	struct wr_edits e = { NULL, 0 };
	size_t x = 0, y = 0;

	wr_buf_init(&m.line, d->buf->alloc, d->buf->max);
	wr_buf_init(&m.before, d->buf->alloc, d->buf->max);
	d->status = wr_edits_in_words(old, now, &d->arena, &a, &b, &e);
	for (size_t i = 0; i < e.len && d->status == WR_OK; i++) {
		struct wr_text piece = e.ops[i] == '+' ? b[y] : a[x];

		x += e.ops[i] != '+';
		y += e.ops[i] != '-';
		put_mark(&m, e.ops[i]);
		if (piece.at[0] == '\n')
			end_line(&m);
		else
			put_piece(&m, piece);
	}
	put_mark(&m, ' ');
	end_line(&m);
	if (d->status == WR_OK)
		d->status = m.line.status != WR_OK ? m.line.status : m.before.status;
	wr_buf_free(&m.line);
	wr_buf_free(&m.before);
	wr_arena_rewind(&d->arena, kept);
}

/* ---- facts -------------------------------------------------------------------------- */

static void
alone(struct differ *d, const struct wr_fact *f, char sign)
{
	line(d, f->risk, sign, f->key);
	if (f->value.size > 0 && f->rule == WR_FACT_VALUE) {
		put(d, ": ");
		wr_buf_text(d->buf, f->value);
	}
	put(d, "\n");
}

/* Word by word: what is long, but for bounds, whose numbers one wants to see side by side. */
static bool
in_words(const struct wr_fact *was, const struct wr_fact *is)
{
	return is->rule == WR_FACT_WORDS ||
	       (is->risk != WR_RISK_BOUNDS && is->key.size + was->value.size + is->value.size > BESIDE_MAX);
}

static void
changed(struct differ *d, const struct wr_fact *was, const struct wr_fact *is)
{
	if (wr_text_eq(was->value, is->value))
		return;
	line(d, is->risk, '~', is->key);
	if (in_words(was, is)) {
		put(d, "\n");
		words(d, was->value, is->value);
		return;
	}
	put(d, ": ");
	wr_buf_text(d->buf, was->value);
	put(d, " → ");
	wr_buf_text(d->buf, is->value);
	put(d, "\n");
}

static uint64_t
renamed(const struct differ *d, uint64_t labels)
{
	uint64_t out = 0;

	for (uint32_t i = 0; i < d->old->module->labels_len; i++)
		if ((labels >> i & 1) != 0 && d->labels[i] != WR_NONE)
			out |= (uint64_t)1 << d->labels[i];
	return out;
}

/* Labels of the old program that the new fact does not have, by the old numbers. */
static uint64_t
lost(const struct differ *d, uint64_t was, uint64_t is)
{
	uint64_t out = 0;

	for (uint32_t i = 0; i < d->old->module->labels_len; i++)
		if ((was >> i & 1) != 0 &&
		    (d->labels[i] == WR_NONE || (is >> d->labels[i] & 1) == 0))
			out |= (uint64_t)1 << i;
	return out;
}

/* One of was and is may be NULL. */
static void
label_change(
    struct differ *d, enum wr_risk risk, const struct wr_fact *was, const struct wr_fact *is)
{
	const struct wr_fact *f = is != NULL ? is : was;
	uint64_t before = was == NULL ? 0 : was->labels, after = is == NULL ? 0 : is->labels;
	uint64_t more = after & ~renamed(d, before), less = lost(d, before, after);
	bool more_risks = f->rule == WR_FACT_MORE;

	if (f->rule == WR_FACT_LESS && (was == NULL || is == NULL))
		return;
	if (more != 0 && risk == (more_risks ? WR_RISK_ACCESS : WR_RISK_TIGHTER)) {
		line(d, risk, '+', f->key);
		wr_spell_labels(d->buf, d->now->module, more);
		put(d, "\n");
	}
	if (less != 0 && risk == (more_risks ? WR_RISK_TIGHTER : WR_RISK_ACCESS)) {
		line(d, risk, '-', f->key);
		wr_spell_labels(d->buf, d->old->module, less);
		put(d, "\n");
	}
}

static bool
of_labels(const struct wr_fact *f)
{
	return f->rule == WR_FACT_MORE || f->rule == WR_FACT_LESS;
}

/* What the new program has, in its order; then what is gone. */
static void
compare(struct differ *d, enum wr_risk risk)
{
	for (uint32_t i = 0; i < d->is.len && d->status == WR_OK; i++) {
		const struct wr_fact *is = &d->is.at[i];
		const struct wr_fact *was =
		    d->partner[i] == WR_NONE ? NULL : &d->was.at[d->partner[i]];

		if (of_labels(is))
			label_change(d, risk, was, is);
		else if (is->risk == risk && was == NULL)
			alone(d, is, '+');
		else if (is->risk == risk)
			changed(d, was, is);
	}
	for (uint32_t i = 0; i < d->was.len; i++) {
		const struct wr_fact *was = &d->was.at[i];

		if (d->paired[i])
			continue;
		if (of_labels(was))
			label_change(d, risk, was, NULL);
		else if (was->risk == risk)
			alone(d, was, '-');
	}
}

static const struct wr_text *
keys_of(struct differ *d, const struct wr_facts *facts)
{
	struct wr_text *keys = wr_arena_array(&d->arena, (size_t)facts->len + 1, sizeof *keys);

	for (uint32_t i = 0; keys != NULL && i < facts->len; i++)
		keys[i] = facts->at[i].key;
	return keys;
}

/* Facts of equal keys find each other in their order. */
static enum wr_status
pair(struct differ *d)
{
	const struct wr_text *was = keys_of(d, &d->was), *is = keys_of(d, &d->is);
	uint32_t *was_ids = wr_arena_array(&d->arena, (size_t)d->was.len + 1, sizeof *was_ids), len;
	uint32_t *is_ids = wr_arena_array(&d->arena, (size_t)d->is.len + 1, sizeof *is_ids);
	uint32_t *next = wr_arena_array(&d->arena, (size_t)d->was.len + 1, sizeof *next), *first;
	enum wr_status s = WR_NOMEM;

	d->partner = wr_arena_array(&d->arena, (size_t)d->is.len + 1, sizeof *d->partner);
	d->paired = wr_arena_array(&d->arena, (size_t)d->was.len + 1, sizeof *d->paired);
	if (was == NULL || is == NULL || was_ids == NULL || is_ids == NULL || next == NULL ||
	    d->partner == NULL || d->paired == NULL)
		return WR_NOMEM;
	s = wr_edits_number(was, d->was.len, is, d->is.len, &d->arena, was_ids, is_ids, &len);
	if (s != WR_OK)
		return s;
	first = wr_arena_array(&d->arena, (size_t)len + 1, sizeof *first);
	if (first == NULL)
		return WR_NOMEM;
	for (uint32_t i = d->was.len; i-- > 0;) {
		next[i] = first[was_ids[i]];
		first[was_ids[i]] = i + 1;
	}
	for (uint32_t i = 0; i < d->is.len; i++) {
		uint32_t found = first[is_ids[i]];

		d->partner[i] = found == 0 ? WR_NONE : found - 1;
		if (found == 0)
			continue;
		d->paired[found - 1] = true;
		first[is_ids[i]] = next[found - 1];
	}
	return WR_OK;
}

static void
match_labels(struct differ *d)
{
	const struct wr_module *old = d->old->module, *now = d->now->module;

	for (uint32_t i = 0; i < old->labels_len; i++) {
		d->labels[i] = WR_NONE;
		for (uint32_t k = 0; k < now->labels_len; k++)
			if (wr_text_eq(old->labels[i].name, now->labels[k].name))
				d->labels[i] = k;
	}
}

/* ---- the whole ---------------------------------------------------------------------- */

/* Where a text ends that begins there or later (dir 1) or there or earlier (dir -1); else the end.
 */
static size_t
behind(struct wr_text in, size_t at, int dir, struct wr_text what)
{
	for (; at + what.size <= in.size && at > 0; at = dir > 0 ? at + 1 : at - 1)
		if (memcmp(in.at + at, what.at, what.size) == 0)
			return at + what.size;
	return in.size;
}

/*
 * The steps and the result: what stands in a source after the `within` of its flow. The flow is
 * last, and all of it but its first line is indented; before its `within` there are names and types
 * alone.
 */
static struct wr_text
steps_of(struct wr_text source)
{
	size_t at = behind(source, source.size - sizeof "\nstart " + 1, -1, WR_TEXT("\nstart "));

	at = behind(source, at, 1, WR_TEXT("\n  within "));
	at = behind(source, at, 1, WR_TEXT("\n"));
	return (struct wr_text){ source.at + at, source.size - at };
}

/* All facts by their risk, and the flow, which no fact covers, with what it decides. */
static void
all(struct differ *d, struct wr_text old, struct wr_text now)
{
	for (uint32_t risk = 0; risk < WR_RISKS_LEN && d->status == WR_OK; risk++) {
		compare(d, (enum wr_risk)risk);
		if (risk != WR_RISK_EFFECTS || wr_text_eq(steps_of(old), steps_of(now)))
			continue;
		line(d, WR_RISK_EFFECTS, '~', WR_TEXT("the steps of the flow: see the sources"));
		put(d, "\n");
	}
	if (!d->some)
		put(d, "\nthe order of what is declared, or what nothing uses\n");
}

static void
head(struct differ *d)
{
	wr_buf_text(d->buf, d->now->module->name);
	put(d, "\n  - sha256:");
	wr_buf_text(d->buf, d->old->digest_hex);
	put(d, "\n  + sha256:");
	wr_buf_text(d->buf, d->now->digest_hex);
	put(d, "\n");
}

enum wr_weight
wr_diff_weight(struct wr_text heading)
{
	for (size_t i = 0; i < WR_RISKS_LEN; i++)
		if (wr_text_eq(heading, wr_text_of(headings[i].words)))
			return headings[i].weight;
	return WR_WEIGHT_SLIGHT;
}

enum wr_status
wr_diff(const struct wr_diff_side *old, const struct wr_diff_side *now, unsigned parts, struct wr_buf *buf)
{
	struct differ d = { .old = old, .now = now, .buf = buf };
	struct wr_buf was, is;
	enum wr_status s;

	assert(old->digest_hex.size == 64 && now->digest_hex.size == 64);
	if (wr_text_eq(old->digest_hex, now->digest_hex)) {
		wr_buf_str(buf, "same digest: sha256:");
		wr_buf_text(buf, now->digest_hex);
		wr_buf_str(buf, "\n");
		return buf->status;
	}
	wr_arena_init(&d.arena, buf->alloc, SCRATCH_MAX);
	wr_buf_init(&was, buf->alloc, buf->max);
	wr_buf_init(&is, buf->alloc, buf->max);
	match_labels(&d);
	if ((s = wr_facts_gather(old, &d.arena, &d.was)) != WR_OK ||
	    (s = wr_facts_gather(now, &d.arena, &d.is)) != WR_OK || (s = pair(&d)) != WR_OK ||
	    (s = wr_decompile(old->module, &was)) != WR_OK || (s = wr_decompile(now->module, &is)) != WR_OK)
		goto done;
	if ((parts & WR_DIFF_HEAD) != 0)
		head(&d);
	all(&d, wr_buf_view(&was), wr_buf_view(&is));
	s = d.status;
	if (s == WR_OK && (parts & WR_DIFF_SOURCE) != 0) {
		put(&d, "\n");
		s = wr_edits_unified(wr_buf_view(&was), wr_buf_view(&is), "old, decompiled", "new, decompiled",
		    &d.arena, buf);
	}
done:
	if (s == WR_NOMEM && d.arena.over)
		s = WR_LIMIT;
	wr_buf_free(&is);
	wr_buf_free(&was);
	wr_arena_free(&d.arena);
	return s != WR_OK ? s : buf->status;
}
