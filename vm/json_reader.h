#ifndef WR_VM_JSON_READER_H
#define WR_VM_JSON_READER_H

#include "vm/json.h"

/* Between the files of the JSON reader: its state, tokens, and reasons. */

/* One step of the path to the value being read. */
struct wr_step {
	const struct wr_text *name; /* NULL: an index */
	uint32_t index;
};

struct wr_reader {
	const struct wr_types *types;
	struct wr_arena *arena;
	const char *at, *end, *begin;
	struct wr_step path[2 * WR_TYPE_WALK_MAX + 2]; /* a payload takes two */
	uint32_t path_len;
	struct wr_value *stack; /* items of lists that are not complete yet */
	size_t stack_len, stack_room;
	struct wr_json_fault *fault;
};

/* ---- json_token.c ------------------------------------------------------------------- */

void wr_reader_space(struct wr_reader *r);

/* Skip space, and then this character if it is there. */
bool wr_reader_take(struct wr_reader *r, char c);

/* Take this word if it stands right here. */
bool wr_reader_take_word(struct wr_reader *r, const char *word);

/*
 * Read a string whose quote has been taken. Up to room bytes are written to out;
 * *ret_size counts all, so the caller learns when there are more. WR_OK or WR_INVALID.
 */
WR_MUST_CHECK enum wr_status wr_reader_string(
    struct wr_reader *r, char *out, size_t room, size_t *ret_size);

/* The extent of a number by JSON's grammar; empty when there is none. whole: no fraction, no
 * exponent. */
struct wr_text wr_reader_number(const struct wr_reader *r, bool *ret_whole);

/*
 * Pass over a value without looking at what it means: only to find the `kind` that
 * stands after a `value`. It is read properly afterwards. No recursion.
 */
WR_MUST_CHECK enum wr_status wr_reader_skip(struct wr_reader *r);

/* ---- json_reason.c ------------------------------------------------------------------ */

/* Begin a reason at the current path; then add to it. */
void wr_reader_reason(struct wr_reader *r, const char *words);
void wr_reader_say(struct wr_reader *r, const char *words);
void wr_reader_say_int(struct wr_reader *r, int64_t n);
void wr_reader_say_range(struct wr_reader *r, const struct wr_type *t);
void wr_reader_say_names(struct wr_reader *r, const struct wr_type *t);
void wr_reader_say_quoted(struct wr_reader *r, struct wr_text t);

/* WR_INVALID, with a whole reason: no JSON here; or JSON of another kind than t wants. */
enum wr_status wr_reader_malformed(struct wr_reader *r, const char *wanted);
enum wr_status wr_reader_unfit(struct wr_reader *r, const struct wr_type *t);

#endif
