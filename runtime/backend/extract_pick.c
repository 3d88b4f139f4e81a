/*
 * Pick a text, a number, a boolean or a choice out of a prompt's sentences.
 * Scores decide, in integers, and ties go to what comes first. Nothing is made
 * up: a number that is not there is not given.
 */
#include "runtime/backend/extract.h"

#include <assert.h>
#include <stdio.h>

#define SUMMARY_SENTENCES 4u
#define FIELD_SENTENCES 2u
#define NUMBER_DISTANCE_MAX 12u /* words between a number and a word of its field */

struct wd_json *
wd_extract_give_up(struct wd_extract *x, const char *what, struct wr_text name)
{
	(void)snprintf(x->why, sizeof(x->why), "the prompt has %s for `%.*s`", what,
	    wd_print_size(name), name.at);
	return NULL;
}

/* ---- which sentences ---- */

/* Weight of the words that a sentence shares with the lead. */
static uint64_t
shared(const struct wd_extract *x, uint32_t sentence, const struct wd_query *lead)
{
	const struct wd_sentence *s = &x->reading.sentences[sentence];
	uint64_t sum = 0;

	for (uint32_t i = 0; i < s->len; i++) {
		const struct wd_term *t = &x->reading.terms[s->first + i];
		bool skip = (t->flags & (WD_TERM_STOP | WD_TERM_NUMBER)) != 0 ||
			    !wd_query_has(lead, t->stem);

		for (uint32_t k = 0; k < i && !skip; k++) /* each word once */
			skip = x->reading.terms[s->first + k].stem == t->stem;
		if (!skip)
			sum += wd_rarity(&x->reading, t->stem);
	}
	return sum;
}

/*
 * A prompt opens with its subject (a claim, a question) and goes on to what there
 * is to say about it (rules, documents). So a later sentence counts by the words
 * it shares with the first paragraph (at most three sentences of it), half as much
 * by those its own paragraph shares.
 */
bool
wd_extract_link(struct wd_extract *x)
{
	const struct wd_reading *r = &x->reading;
	size_t len = (size_t)r->sentences_len + 1;
	struct wr_text lead = {"", 0};
	struct wd_query query;
	uint32_t opening = 0;

	x->link = wr_arena_array(&x->doc->arena, len, sizeof(*x->link));
	x->scores = wr_arena_array(&x->doc->arena, len, sizeof(*x->scores));
	x->taken = wr_arena_array(&x->doc->arena, len, sizeof(*x->taken));
	for (uint32_t i = 0, n = 0; i < r->sentences_len && n < 3; i++) {
		struct wr_text t = r->sentences[i].text;

		if (r->sentences[i].heading || (n > 0 && r->sentences[i].paragraph != opening))
			continue;
		lead.at = n++ == 0 ? t.at : lead.at;
		lead.size = (size_t)(t.at + t.size - lead.at);
		opening = r->sentences[i].paragraph;
	}
	if (x->link == NULL || x->scores == NULL || x->taken == NULL ||
	    wd_query_of(&x->doc->arena, lead, &query) != WR_OK)
		return false;
	for (uint32_t i = 0, end; i < r->sentences_len; i = end) {
		uint64_t whole = 0;

		for (end = i; end < r->sentences_len &&
			      r->sentences[end].paragraph == r->sentences[i].paragraph;
		     end++) {
			x->link[end] =
			    r->sentences[i].paragraph > opening ? shared(x, end, &query) : 0;
			whole += x->link[end];
		}
		for (uint32_t k = i; k < end; k++)
			x->link[k] += whole / 2;
	}
	return true;
}

/* How much a sentence is about what the whole text is about, earlier ones first. */
static uint64_t
central(const struct wd_extract *x, uint32_t sentence)
{
	const struct wd_sentence *s = &x->reading.sentences[sentence];
	uint64_t sum = 0;

	if (s->heading)
		return 0;
	for (uint32_t i = 0; i < s->len; i++) {
		const struct wd_term *t = &x->reading.terms[s->first + i];

		if ((t->flags & (WD_TERM_STOP | WD_TERM_NUMBER)) == 0)
			sum += 256;
	}
	sum = sum / (s->len + x->reading.mean_len);
	return 1 + sum + 256ull * (x->reading.sentences_len - sentence) / x->reading.sentences_len;
}

/*
 * Score the sentences in view for an aim: words of the field, and the link to the
 * subject twice as much, each as a share of its best, in 1/256. 0 where no word of
 * the field stands. False when none matches.
 */
static bool
score(struct wd_extract *x, const struct wd_query *query)
{
	uint64_t best = 0, best_link = 1, *scores = x->scores;

	for (uint32_t i = x->from; i < x->to; i++) {
		scores[i] = wd_bm25(&x->reading, query, i);
		if (x->reading.sentences[i].heading)
			scores[i] /= 4;
		best = scores[i] > best ? scores[i] : best;
		best_link = x->link[i] > best_link ? x->link[i] : best_link;
	}
	for (uint32_t i = x->from; i < x->to; i++)
		if (scores[i] > 0)
			scores[i] = 1 + 256 * scores[i] / best + 512 * x->link[i] / best_link;
	return best > 0;
}

static uint32_t
best_of(const struct wd_extract *x)
{
	uint32_t best = x->from;

	for (uint32_t i = x->from; i < x->to; i++)
		if (x->scores[i] > x->scores[best])
			best = i;
	return best;
}

/* ---- texts ---- */

/* The bytes a text may have; less at each retry, as after `too long`. */
static size_t
text_bound(const struct wd_extract *x, size_t most)
{
	uint32_t halvings = x->attempt > 1 ? x->attempt - 1 : 0;

	most >>= halvings < 4 ? halvings : 4;
	return most > 0 ? most : 1;
}

/*
 * One sentence with single spaces, without its list mark and controls, cut at a word when it is too
 * long.
 */
static void
add_sentence(struct wr_buf *out, struct wr_text s, size_t bound)
{
	size_t start = out->size, i = 0, n;

	while (i + 1 < s.size && (strchr("#*-+ ", s.at[i]) != NULL && s.at[i] != '\0'))
		i++;
	for (; i < s.size; i += n) {
		int32_t c = wr_utf8_next(s.at + i, s.size - i, &n);
		bool space = c == ' ' || c == '\n' || c == '\t';

		if (c < 0)
			n = 1;
		if ((c < 0x20 && !space) ||
		    (space && (out->size == start || out->at[out->size - 1] == ' ')))
			continue;
		if (out->size + n > bound)
			break;
		wr_buf_add(out, space ? " " : s.at + i, space ? 1 : n);
	}
	if (i < s.size && s.at[i] != ' ' && s.at[i] != '\n')
		for (size_t k = out->size; k > start; k--)
			if (out->at[k - 1] == ' ') {
				out->size = k - 1;
				break;
			}
	while (out->size > start && out->at[out->size - 1] == ' ')
		out->size--;
}

/* The best sentences that fit together, at most count, in the order of the text. */
static void
add_best(struct wd_extract *x, uint32_t count, size_t bound, struct wr_buf *out)
{
	size_t size = 0;

	for (uint32_t i = x->from; i < x->to; i++)
		x->taken[i] = false;
	for (uint32_t left = count; left > 0 && x->from < x->to;) {
		uint32_t i = best_of(x);
		size_t more = x->reading.sentences[i].text.size + (size > 0);

		if (x->scores[i] == 0)
			break;
		x->scores[i] = 0;
		if (size > 0 && size + more > bound)
			continue;
		x->taken[i] = true;
		size += more;
		left--;
	}
	for (uint32_t i = x->from; i < x->to; i++) {
		if (!x->taken[i])
			continue;
		if (out->size > 0)
			wr_buf_byte(out, ' ');
		add_sentence(out, x->reading.sentences[i].text, bound);
	}
}

/* What stands behind `name:` or `name =` on its line: the author of the text named it. */
static struct wr_text
labelled(struct wd_extract *x, struct wr_text name)
{
	struct wd_query words;
	struct wr_arena *arena = &x->doc->arena;

	if (wd_query_of(arena, name, &words) != WR_OK) {
		wd_extract_spent(x);
		return (struct wr_text){NULL, 0};
	}
	for (uint32_t i = x->from; i < x->to; i++) {
		const struct wd_sentence *s = &x->reading.sentences[i];
		uint32_t run = 0;

		for (uint32_t k = 0; k < s->len; k++) {
			const struct wd_term *t = &x->reading.terms[s->first + k];
			const char *at = x->reading.text.at + t->offset + t->size;
			const char *end = s->text.at + s->text.size;

			run = wd_query_has(&words, t->stem) ? run + 1 : 0;
			if (run == 0 || run < words.len || at >= end || (*at != ':' && *at != '='))
				continue;
			do {
				at++;
			} while (at < end && (*at == ' ' || *at == '*'));
			if (at < end && *at != '\n') {
				const char *newline = memchr(at, '\n', (size_t)(end - at));

				return (struct wr_text){
				    at, (size_t)((newline != NULL ? newline : end) - at)};
			}
		}
	}
	return (struct wr_text){NULL, 0};
}

/* Texts may be about the subject without a word of the field, and are no headings. */
static void
add_linked(struct wd_extract *x)
{
	uint64_t best = 1, *scores = x->scores;
	bool other = false;

	for (uint32_t i = x->from; i < x->to; i++)
		best = x->link[i] > best ? x->link[i] : best;
	for (uint32_t i = x->from; i < x->to; i++) {
		if (scores[i] == 0 && !x->strict)
			scores[i] = 512 * x->link[i] / best;
		other = other || (scores[i] > 0 && !x->reading.sentences[i].heading);
	}
	for (uint32_t i = x->from; i < x->to; i++)
		if (other && x->reading.sentences[i].heading)
			scores[i] = 0;
}

struct wd_json *
wd_pick_text(struct wd_extract *x, struct wd_aim aim)
{
	struct wr_text given = labelled(x, aim.name);
	size_t bound = text_bound(x, WD_PICK_MAX);
	struct wr_buf out;
	struct wd_json *made = NULL;

	wr_buf_init(&out, x->doc->arena.alloc, WD_PICK_MAX);
	if (given.at != NULL) {
		add_sentence(&out, given, bound);
	} else if (score(x, &aim.query)) {
		add_linked(x);
		add_best(x, FIELD_SENTENCES, bound, &out);
	} else if (x->strict) {
		(void)wd_extract_give_up(x, "no words", aim.name);
		goto done;
	} else {
		for (uint32_t i = x->from; i < x->to; i++)
			x->scores[i] = central(x, i);
		add_best(x, FIELD_SENTENCES, bound, &out);
	}
	if (out.status != WR_OK)
		wd_extract_spent(x);
	else
		made = wd_json_new_text(x->doc, out.size > 0 ? wr_buf_view(&out) : WR_TEXT(""));
done:
	wr_buf_free(&out);
	return made;
}

/* ---- numbers and choices ---- */

/*
 * The fewest words between term `at` and a word of the field in the same sentence; the most + 1
 * when none.
 */
static uint32_t
distance(
    const struct wd_extract *x, const struct wd_sentence *s, uint32_t at, const struct wd_query *q)
{
	uint32_t best = NUMBER_DISTANCE_MAX + 1;

	for (uint32_t i = 0; i < s->len; i++) {
		uint32_t d = i < at ? at - i : i - at;

		if (d < best && wd_query_has(q, x->reading.terms[s->first + i].stem))
			best = d;
	}
	return best;
}

static bool
in_range(const struct wd_json *schema, double n)
{
	double bound;

	if (wd_json_text_is(wd_json_get(schema, "type"), "integer") &&
	    (n > 9007199254740991.0 || n < -9007199254740991.0 || n != (double)(int64_t)n))
		return false;
	if (wd_json_real(wd_json_get(schema, "minimum"), &bound) && n < bound)
		return false;
	return !(wd_json_real(wd_json_get(schema, "maximum"), &bound) && n > bound);
}

/*
 * The number nearest to a word of the field, in the sentence that best matches; in the type's
 * range.
 */
struct wd_json *
wd_pick_number(struct wd_extract *x, const struct wd_json *schema, struct wd_aim aim)
{
	uint64_t best = 0;
	double number = 0;

	if (!score(x, &aim.query))
		return wd_extract_give_up(x, "no number", aim.name);
	for (uint32_t i = x->from; i < x->to; i++) {
		const struct wd_sentence *s = &x->reading.sentences[i];

		for (uint32_t k = 0; k < s->len && x->scores[i] > 0; k++) {
			const struct wd_term *t = &x->reading.terms[s->first + k];
			uint32_t d;

			if ((t->flags & WD_TERM_NUMBER) == 0 || !in_range(schema, t->number))
				continue;
			d = distance(x, s, k, &aim.query);
			if (d > NUMBER_DISTANCE_MAX)
				continue;
			if (x->scores[i] * 16 + NUMBER_DISTANCE_MAX + 1 - d > best) {
				best = x->scores[i] * 16 + NUMBER_DISTANCE_MAX + 1 - d;
				number = t->number;
			}
		}
	}
	if (best == 0)
		return wd_extract_give_up(x, "no number", aim.name);
	if (wd_json_text_is(wd_json_get(schema, "type"), "integer"))
		return wd_json_new_int(x->doc, (int64_t)number);
	return wd_json_new_real(x->doc, number);
}

static bool
begins(struct wr_text t, const char *word)
{
	size_t n = strlen(word);

	if (t.size < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((t.at[i] | 0x20) != word[i])
			return false;
	return true;
}

/* True when the sentence that best matches the field does not deny it. No such sentence: false. */
struct wd_json *
wd_pick_bool(struct wd_extract *x, struct wd_aim aim)
{
	struct wr_text given = labelled(x, aim.name);

	if (begins(given, "yes") || begins(given, "true"))
		return wd_json_new_bool(x->doc, true);
	if (begins(given, "no") || begins(given, "false"))
		return wd_json_new_bool(x->doc, false);
	if (!score(x, &aim.query)) {
		if (x->strict)
			return wd_extract_give_up(x, "no words", aim.name);
		return wd_json_new_bool(x->doc, false);
	}
	const struct wd_sentence *s = &x->reading.sentences[best_of(x)];

	for (uint32_t i = 0; i < s->len; i++)
		if ((x->reading.terms[s->first + i].flags & WD_TERM_NEGATION) != 0)
			return wd_json_new_bool(x->doc, false);
	return wd_json_new_bool(x->doc, true);
}

/* How well words fit what is in view: the sum over all sentences. */
uint64_t
wd_pick_likeness(struct wd_extract *x, struct wr_text words)
{
	struct wd_query q;
	uint64_t sum = 0;

	if (wd_query_of(&x->doc->arena, words, &q) != WR_OK) {
		wd_extract_spent(x);
		return 0;
	}
	for (uint32_t i = x->from; i < x->to; i++)
		sum += wd_bm25(&x->reading, &q, i);
	return sum;
}

/* The name most like the text; the first when none is. */
struct wd_json *
wd_pick_choice(struct wd_extract *x, const struct wd_json *names, struct wd_aim aim)
{
	struct wr_text given = labelled(x, aim.name);
	uint64_t best = 0;
	size_t chosen = 0;

	for (size_t i = 0; i < wd_json_len(names); i++) {
		struct wr_text name = wd_json_text(wd_json_item(names, i));
		uint64_t like;

		if (name.at == NULL)
			return wd_extract_give_up(x, "no choice", aim.name);
		like = wd_pick_likeness(x, name);
		if (given.size >= name.size && begins(given, name.at))
			like = UINT64_MAX;
		if (like > best) {
			best = like;
			chosen = i;
		}
	}
	if (wd_json_len(names) == 0 || (best == 0 && x->strict && wd_json_len(names) > 1))
		return wd_extract_give_up(x, "no choice", aim.name);
	return wd_json_new_text(x->doc, wd_json_text(wd_json_item(names, chosen)));
}

void
wd_pick_summary(struct wd_extract *x, size_t bound, struct wr_buf *out)
{
	for (uint32_t i = x->from; i < x->to; i++)
		x->scores[i] = central(x, i);
	add_best(x, SUMMARY_SENTENCES, text_bound(x, bound), out);
}
