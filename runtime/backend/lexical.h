#ifndef WD_BACKEND_LEXICAL_H
#define WD_BACKEND_LEXICAL_H

#include "vm/base/arena.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * A text cut into sentences and words, and how well sentences match words.
 * English in its stop words and endings, any language otherwise. All scores
 * are integers, so that every machine ranks alike.
 */

enum {
	WD_TERM_STOP = 1,     /* says nothing about the subject: `the`, `is` */
	WD_TERM_NEGATION = 2, /* `not`, `without`, `excluded`; never matched either */
	WD_TERM_NUMBER = 4,
};

struct wd_term {
	uint64_t stem;         /* hash of the word, lower case, without its usual ending */
	uint32_t offset, size; /* in the text */
	uint32_t flags;
	double number;
};

struct wd_sentence {
	struct wr_text text;
	uint32_t first, len; /* its terms */
	uint32_t paragraph;  /* counts from 0 */
	bool heading;        /* ends with a colon or begins with # */
};

struct wd_reading {
	struct wr_text text;
	struct wd_sentence *sentences;
	struct wd_term *terms;
	uint64_t *stems;          /* all that are no stop words, each once, sorted */
	uint32_t *stem_sentences; /* in how many sentences each stands */
	uint32_t sentences_len, terms_len, stems_len;
	uint32_t mean_len; /* terms of a sentence, at least 1 */
};

/* Distinct stems, stop words left out. */
struct wd_query {
	uint64_t *stems;
	uint32_t len;
};

/*
 * Read a text: at most WD_READING_MAX bytes and WD_SENTENCES_MAX sentences of it,
 * each of at most WD_SENTENCE_MAX bytes. Everything is in the arena and points into text. WR_OK,
 * WR_NOMEM or WR_LIMIT (the arena's).
 */
WR_MUST_CHECK enum wr_status wd_read(
    struct wr_arena *arena, struct wr_text text, struct wd_reading *ret_reading);

/* The words of a text or a name (`max_items` is two), as a query. WR_OK, WR_NOMEM or WR_LIMIT. */
WR_MUST_CHECK enum wr_status wd_query_of(
    struct wr_arena *arena, struct wr_text words, struct wd_query *ret_query);

bool wd_query_has(const struct wd_query *query, uint64_t stem);

/* How rare a stem is in the reading: 0 when it does not occur, else at least 1; log2 in 1/256. */
uint32_t wd_rarity(const struct wd_reading *reading, uint64_t stem);

/* BM25 (k1 1.2, b 0.75) of one sentence; 0 when no word matches. */
uint64_t wd_bm25(const struct wd_reading *reading, const struct wd_query *query, uint32_t sentence);

#endif
