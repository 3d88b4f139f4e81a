/*
 * Cut a text into sentences and words, and score sentences. Decides what a
 * word, a number, a stop word and a sentence's end are; knows nothing of
 * schemas, fields or answers. No floating point in a score, no locale.
 */
#include "runtime/backend/lexical.h"

#include "runtime/service_limits.h"
#include "vm/base/hash.h"
#include "vm/base/number.h"

#include <assert.h>
#include <stdlib.h>

#define STEM_SIZE_MAX 32u /* bytes of a word that tell it apart */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* A part of a word: ASCII letters, digits, and every byte beyond ASCII. */
static bool
is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* ---- words ---- */

static bool
listed(const char *list, const char *word, size_t size)
{
	for (const char *at = list; *at != '\0';) {
		size_t n = strcspn(at, " ");

		if (n == size && memcmp(at, word, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

static uint32_t
word_flags(const char *word, size_t size)
{
	static const char negations[] = "not no never nor neither none without cannot can't don't "
					"doesn't isn't aren't wasn't won't excluded except denied";
	static const char stops[] =
	    "a an and any are as at be been but by can did do does for from "
	    "had has have he her his how i if in into is it its me my of on "
	    "or our she should so such than that the their them then there "
	    "these they this those to up was we were what when where which "
	    "who whose why will with would you your";

	if (listed(negations, word, size))
		return WD_TERM_NEGATION | WD_TERM_STOP;
	return listed(stops, word, size) ? WD_TERM_STOP : 0;
}

static bool
ends(const char *word, size_t size, const char *ending)
{
	size_t n = strlen(ending);

	return size > n && memcmp(word + size - n, ending, n) == 0;
}

/* `covered`, `covers`, `covering`: cover. Crude, and the same on both sides of a match. */
static size_t
stem_size(const char *word, size_t size)
{
	bool cut = false;

	if (ends(word, size, "'s"))
		size -= 2;
	if (size > 5 && ends(word, size, "ing")) {
		size -= 3;
		cut = true;
	} else if (size > 4 && ends(word, size, "ed")) {
		size -= 2;
		cut = true;
	} else if (size > 3 && ends(word, size, "s") && !ends(word, size, "ss")) {
		size -= 1;
	}
	if (cut && size > 3 && word[size - 1] == word[size - 2] &&
	    strchr("lsz", word[size - 1]) == NULL)
		size--;
	if (size > 3 && word[size - 1] == 'e')
		size--;
	return size;
}

static struct wd_term
word_term(const char *text, size_t offset, size_t size)
{
	char word[STEM_SIZE_MAX] = "";
	size_t n = size < STEM_SIZE_MAX ? size : STEM_SIZE_MAX;
	struct wd_term t = {.offset = (uint32_t)offset, .size = (uint32_t)size};

	for (size_t i = 0; i < n; i++) {
		char c = text[offset + i];

		word[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	t.flags = word_flags(word, n);
	t.stem = wr_hash(word, stem_size(word, n), 0);
	return t;
}

/* ---- numbers ---- */

/*
 * The number that a run of characters is as a whole: 1,250,000 or 1_000 or -3.5.
 * False for dates, versions, ranges and anything else that merely begins like one.
 */
static bool
number_value(const char *at, size_t size, double *ret)
{
	char digits[64];
	size_t n = 0, i = 0, group = 0;
	bool fraction = false;

	if (i < size && at[i] == '-')
		digits[n++] = at[i++];
	for (; i < size; i++) {
		bool before_group = i + 3 < size && is_digit(at[i + 1]) && is_digit(at[i + 2]) &&
				    is_digit(at[i + 3]) && (i + 4 == size || !is_digit(at[i + 4]));

		if (n + 1 >= sizeof(digits))
			return false;
		if (is_digit(at[i])) {
			digits[n++] = at[i];
		} else if ((at[i] == ',' || at[i] == '_') && before_group && !fraction &&
			   (group == 0 || at[i] == at[group])) {
			group = i;
		} else if (at[i] == '.' && !fraction && i + 1 < size) {
			fraction = true;
			digits[n++] = '.';
		} else {
			return false;
		}
	}
	return wr_number_parse((struct wr_text){digits, n}, ret);
}

/* The run of number-like characters at offset, without punctuation at its end. */
static size_t
number_run(struct wr_text text, size_t offset)
{
	size_t end = offset;

	while (end < text.size &&
	       (is_word(text.at[end]) || strchr(".,:/_-", text.at[end]) != NULL) &&
	       text.at[end] != '\0')
		end++;
	while (end > offset && !is_word(text.at[end - 1]))
		end--;
	return end - offset;
}

static bool
starts_number(struct wr_text text, size_t at)
{
	if (is_digit(text.at[at]))
		return true;
	return text.at[at] == '-' && at + 1 < text.size && is_digit(text.at[at + 1]) &&
	       (at == 0 || !is_word(text.at[at - 1]));
}

/* The next word or number at or after *at, before end; *at moves past it. */
static bool
next_term(struct wr_text text, size_t end, size_t *at, struct wd_term *ret)
{
	struct wr_text upto = {text.at, end};

	while (*at < end && !is_word(text.at[*at]) && !starts_number(upto, *at))
		++*at;
	if (*at >= end)
		return false;
	if (starts_number(upto, *at)) {
		size_t size = number_run(upto, *at);
		double number;

		*ret = word_term(text.at, *at, size);
		if (number_value(text.at + *at, size, &number)) {
			ret->flags = WD_TERM_NUMBER;
			ret->number = number;
		}
		*at += size;
		return true;
	}
	size_t size = 1;

	while (*at + size < end && (is_word(text.at[*at + size]) ||
				       (text.at[*at + size] == '\'' && *at + size + 1 < end &&
					   is_word(text.at[*at + size + 1]))))
		size++;
	*ret = word_term(text.at, *at, size);
	*at += size;
	return true;
}

/* ---- sentences ---- */

/* True when a line that begins here does not continue the sentence before it. */
static bool
starts_block(struct wr_text text, size_t at)
{
	size_t i = at;

	while (i < text.size && (text.at[i] == ' ' || text.at[i] == '\t'))
		i++;
	if (i == text.size || text.at[i] == '\n' || text.at[i] == '#' || text.at[i] == '[')
		return true;
	if (strchr("-*+", text.at[i]) != NULL)
		return i + 1 < text.size && text.at[i + 1] == ' ';
	while (i < text.size && is_digit(text.at[i]))
		i++;
	return i > at && i + 1 < text.size && (text.at[i] == '.' || text.at[i] == ')') &&
	       text.at[i + 1] == ' ' && is_digit(text.at[i - 1]);
}

/* True when the full stop at `at` ends a word like `J.` or `e.g.`, not a sentence. */
static bool
abbreviates(struct wr_text text, size_t from, size_t at)
{
	size_t begin = at;

	while (begin > from && (is_word(text.at[begin - 1]) || text.at[begin - 1] == '.'))
		begin--;
	if (at - begin == 1)
		return !is_digit(text.at[begin]);
	return listed("e.g i.e Mr Mrs Ms Dr St No approx vs", text.at + begin, at - begin);
}

/* Where a sentence without an end in sight is cut: at a space, else between code points. */
static size_t
forced_end(struct wr_text text, size_t from)
{
	size_t at = from + WD_SENTENCE_MAX;

	for (size_t i = at; i > from; i--)
		if (is_space(text.at[i]))
			return i;
	while (((uint8_t)text.at[at] & 0xc0) == 0x80 && at > from + 1)
		at--;
	return at;
}

/* One past the last byte of the sentence that begins at from. */
static size_t
sentence_end(struct wr_text text, size_t from)
{
	for (size_t i = from; i < text.size; i++) {
		char c = text.at[i];

		if (i - from == WD_SENTENCE_MAX)
			return forced_end(text, from);

		if (c == '\n' && (text.at[from] == '#' || starts_block(text, i + 1) ||
				     (i > from && text.at[i - 1] == ':')))
			return i;
		if (c != '.' && c != '!' && c != '?')
			continue;
		size_t end = i + 1;

		while (end < text.size && strchr("\"')]", text.at[end]) != NULL &&
		       text.at[end] != '\0')
			end++;
		if (end == text.size || (is_space(text.at[end]) &&
					    !(c == '.' && end < text.size && text.at[end] == ' ' &&
						abbreviates(text, from, i))))
			return end;
	}
	return text.size;
}

/* Move over white space; true when it held an empty line. */
static bool
skip_space(struct wr_text text, size_t *at)
{
	uint32_t newlines = 0;

	for (; *at < text.size && is_space(text.at[*at]); ++*at)
		newlines += text.at[*at] == '\n';
	return newlines > 1;
}

static uint32_t
add_terms(struct wd_reading *r, size_t from, size_t end)
{
	uint32_t before = r->terms_len;

	while (next_term(r->text, end, &from, &r->terms[r->terms_len]))
		r->terms_len++;
	return r->terms_len - before;
}

static void
cut_sentences(struct wd_reading *r)
{
	size_t at = 0;
	uint32_t paragraph = 0;

	(void)skip_space(r->text, &at);
	while (at < r->text.size && r->sentences_len < WD_SENTENCES_MAX) {
		size_t end = sentence_end(r->text, at), last = end;
		struct wd_sentence *s = &r->sentences[r->sentences_len];

		while (last > at && is_space(r->text.at[last - 1]))
			last--;
		*s = (struct wd_sentence){
		    .text = {r->text.at + at, last - at},
		    .first = r->terms_len,
		    .paragraph = paragraph,
		    .heading = last > at && (r->text.at[at] == '#' || r->text.at[last - 1] == ':'),
		};
		s->len = add_terms(r, at, last);
		if (s->len > 0)
			r->sentences_len++;
		at = end;
		if (skip_space(r->text, &at))
			paragraph++;
	}
}

/* ---- counting ---- */

static int
compare_stems(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Sort and drop repetitions; returns how many are left. */
static uint32_t
sort_stems(uint64_t *stems, uint32_t len)
{
	uint32_t kept = 0;

	if (len == 0)
		return 0;
	qsort(stems, len, sizeof(*stems), compare_stems);
	for (uint32_t i = 0; i < len; i++)
		if (kept == 0 || stems[kept - 1] != stems[i])
			stems[kept++] = stems[i];
	return kept;
}

static const uint64_t *
find_stem(const uint64_t *stems, uint32_t len, uint64_t stem)
{
	return len == 0 ? NULL : bsearch(&stem, stems, len, sizeof(*stems), compare_stems);
}

static void
count_stems(struct wd_reading *r)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < r->terms_len; i++)
		if ((r->terms[i].flags & WD_TERM_STOP) == 0)
			r->stems[len++] = r->terms[i].stem;
	r->stems_len = sort_stems(r->stems, len);
	for (uint32_t s = 0; s < r->sentences_len; s++) {
		const struct wd_term *t = &r->terms[r->sentences[s].first];

		for (uint32_t i = 0; i < r->sentences[s].len; i++) {
			const uint64_t *at = find_stem(r->stems, r->stems_len, t[i].stem);
			bool repeated = at == NULL;

			for (uint32_t k = 0; k < i && !repeated && k < 64; k++)
				repeated = t[k].stem == t[i].stem;
			if (!repeated)
				r->stem_sentences[at - r->stems]++;
		}
	}
	r->mean_len = r->sentences_len == 0 ? 1 : r->terms_len / r->sentences_len;
	if (r->mean_len == 0)
		r->mean_len = 1;
}

/* log2(n) in 1/256, between powers of two a straight line; n at least 1. */
static uint32_t
log2_256(uint64_t n)
{
	uint32_t whole = 63u - (uint32_t)__builtin_clzll(n);

	return whole * 256 + (uint32_t)(((n << 8) >> whole) - 256);
}

uint32_t
wd_rarity(const struct wd_reading *r, uint64_t stem)
{
	const uint64_t *at = find_stem(r->stems, r->stems_len, stem);

	if (at == NULL)
		return 0;
	uint32_t in = r->stem_sentences[at - r->stems];

	return 1 + log2_256(1 + 16ull * (r->sentences_len + 1) / (in + 1)) / 4;
}

uint64_t
wd_bm25(const struct wd_reading *r, const struct wd_query *query, uint32_t sentence)
{
	const struct wd_sentence *s = &r->sentences[sentence];
	uint64_t score = 0, mean = r->mean_len;

	assert(sentence < r->sentences_len);
	for (uint32_t q = 0; q < query->len; q++) {
		uint64_t count = 0;

		for (uint32_t i = 0; i < s->len; i++)
			count += r->terms[s->first + i].stem == query->stems[q];
		if (count > 0)
			score += 16ull * wd_rarity(r, query->stems[q]) * 22 * count * mean /
				 (10 * count * mean + 3 * mean + 9 * s->len);
	}
	return score;
}

bool
wd_query_has(const struct wd_query *query, uint64_t stem)
{
	return find_stem(query->stems, query->len, stem) != NULL;
}

enum wr_status
wd_query_of(struct wr_arena *arena, struct wr_text words, struct wd_query *ret_query)
{
	struct wd_query q = {.stems = wr_arena_array(arena, words.size / 2 + 1, sizeof(*q.stems))};
	struct wd_term t;
	size_t at = 0;

	if (q.stems == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	while (next_term(words, words.size, &at, &t))
		if ((t.flags & WD_TERM_STOP) == 0)
			q.stems[q.len++] = t.stem;
	q.len = sort_stems(q.stems, q.len);
	*ret_query = q;
	return WR_OK;
}

enum wr_status
wd_read(struct wr_arena *arena, struct wr_text text, struct wd_reading *ret_reading)
{
	struct wd_reading r = {.text = text};
	size_t words_max;

	if (r.text.size > WD_READING_MAX)
		r.text.size = WD_READING_MAX;
	words_max = r.text.size / 2 + 2; /* a word and what parts it from the next are two bytes */
	r.sentences = wr_arena_array(arena, WD_SENTENCES_MAX, sizeof(*r.sentences));
	r.terms = wr_arena_array(arena, words_max, sizeof(*r.terms));
	r.stems = wr_arena_array(arena, words_max, sizeof(*r.stems));
	r.stem_sentences = wr_arena_array(arena, words_max, sizeof(*r.stem_sentences));
	if (r.sentences == NULL || r.terms == NULL || r.stems == NULL || r.stem_sentences == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	cut_sentences(&r);
	count_stems(&r);
	assert(r.terms_len <= words_max);
	*ret_reading = r;
	return WR_OK;
}
