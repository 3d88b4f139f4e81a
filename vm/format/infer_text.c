/*
 * What operations on texts give: how many bytes at least and at most. Bounds are of bytes, so
 * they hold whatever the text says. Texts are at most 1 MiB and lists 65,535 items when they
 * come in, so sums and products of the two stay far inside 64 bits; those of two lists are
 * judged before they are used.
 */
#include "vm/format/infer_rules.h"

#include <assert.h>

#define LESSER(a, b) ((a) < (b) ? (a) : (b))
#define GREATER(a, b) ((a) > (b) ? (a) : (b))

/* The least bytes that a value takes inside a text; it may stand there. */
static int64_t
print_min(const struct wr_type *t)
{
	int64_t least = INT64_MAX;

	switch (t->kind) {
	case WR_TYPE_TEXT:
		return t->lo;
	case WR_TYPE_BOOL:
		return 4; /* true */
	case WR_TYPE_VARIANTS:
		for (uint32_t i = 0; i < t->members_len; i++)
			if ((int64_t)t->members[i].name.size < least)
				least = (int64_t)t->members[i].name.size;
		return least;
	default:
		return 1;
	}
}

enum wr_status
wr_infer_template(struct wr_infer *in)
{
	int64_t lo = 0, hi = 0;

	for (uint32_t i = 0; i < in->operands_len; i++) {
		int64_t most = wr_type_print_max(in->types, in->operands[i]);

		if (most < 0)
			return wr_infer_refuse(in, i,
			    wr_infer_operand(in, i)->kind == WR_TYPE_OPTION ? WR_WHY_ABSENT
									    : WR_WHY_PRINT,
			    WR_NONE);
		hi += most;
		lo += print_min(wr_infer_operand(in, i));
	}
	return wr_infer_give_text(in, lo, hi);
}

enum wr_status
wr_infer_json(struct wr_infer *in)
{
	return wr_infer_give_text(in, 1, wr_type_json_max(in->types, in->operands[0]));
}

enum wr_status
wr_infer_length(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0);

	if (t->kind != WR_TYPE_TEXT && t->kind != WR_TYPE_LIST)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	return wr_infer_give(in, wr_type_int(in->types, t->lo, t->hi));
}

enum wr_status
wr_infer_same_text(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);

	return s == WR_OK ? wr_infer_give(in, in->operands[0]) : s;
}

enum wr_status
wr_infer_shorter_text(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);

	return s == WR_OK ? wr_infer_give_text(in, 0, wr_infer_operand(in, 0)->hi) : s;
}

enum wr_status
wr_infer_two_texts(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);

	if (s == WR_OK)
		s = wr_infer_need(in, 1, WR_TYPE_TEXT);
	return s == WR_OK ? wr_infer_give(in, wr_type_bool(in->types)) : s;
}

enum wr_status
wr_infer_int_of_text(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);

	if (s != WR_OK)
		return s;
	return wr_infer_give(
	    in, wr_type_option(in->types, wr_type_int(in->types, INT64_MIN, INT64_MAX)));
}

/* Operand i is a constant text, and not empty. */
static enum wr_status
need_constant_text(struct wr_infer *in, uint32_t i)
{
	enum wr_status s = wr_infer_need(in, i, WR_TYPE_TEXT);

	if (s == WR_OK && (in->constants[i] == NULL || in->constants[i]->len == 0))
		s = wr_infer_refuse(in, i, WR_WHY_CONSTANT, WR_NONE);
	return s;
}

/*
 * Of n bytes, n / from can be replaced at once. Growing: the longest text gives the longest.
 * Shrinking: a text of lo bytes, or the next that is `from` again and again, gives the shortest.
 */
enum wr_status
wr_infer_replace(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0), *to = wr_infer_operand(in, 2);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	int64_t from, lo, hi, times;

	if (s == WR_OK)
		s = need_constant_text(in, 1);
	if (s == WR_OK)
		s = wr_infer_need(in, 2, WR_TYPE_TEXT);
	if (s != WR_OK)
		return s;
	from = in->constants[1]->len;
	lo = t->lo;
	hi = t->hi;
	if (to->hi > from)
		hi += t->hi / from * (to->hi - from);
	if (to->lo < from) {
		lo = t->lo / from * to->lo + t->lo % from;
		times = (t->lo + from - 1) / from;
		if (times * from <= t->hi)
			lo = LESSER(lo, times * to->lo);
	}
	return wr_infer_give_text(in, lo, hi);
}

/* Operand i is a constant that can bound a list: 1 to WR_LIST_MAX. */
static enum wr_status
need_constant_length(struct wr_infer *in, uint32_t i)
{
	enum wr_status s = wr_infer_need(in, i, WR_TYPE_INT);

	if (s == WR_OK && in->constants[i] == NULL)
		s = wr_infer_refuse(in, i, WR_WHY_CONSTANT, WR_NONE);
	if (s == WR_OK &&
	    (in->constants[i]->as.integer < 1 || in->constants[i]->as.integer > WR_LIST_MAX))
		s = wr_infer_refuse(
		    in, i, WR_WHY_RANGE, wr_type_int(in->types, 1, WR_LIST_MAX));
	return s;
}

enum wr_status
wr_infer_split(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	int64_t n, most;
	uint32_t piece;

	if (s == WR_OK)
		s = need_constant_text(in, 1);
	if (s == WR_OK)
		s = need_constant_length(in, 2);
	if (s != WR_OK)
		return s;
	n = in->constants[2]->as.integer;
	most = t->hi / in->constants[1]->len + 1;
	piece = wr_type_text(in->types, 0, t->hi);
	if (piece == WR_NONE)
		return WR_NOMEM;
	return wr_infer_give_list(in, piece, 1, LESSER(n, most));
}

/* Each match is of the least size of its kind, and none stands in another. */
enum wr_status
wr_infer_find(struct wr_infer *in)
{
	static const struct {
		enum wr_op op;
		int64_t lo, hi;
	} kinds[] = {
	    {WR_OP_FIND_EMAILS, WR_EMAIL_MIN, WR_EMAIL_MAX},
	    {WR_OP_FIND_CARDS, WR_CARD_MIN, WR_CARD_MAX},
	    {WR_OP_FIND_IBANS, WR_IBAN_MIN, WR_IBAN_MAX},
	    {WR_OP_FIND_PHONES, WR_PHONE_MIN, WR_PHONE_MAX},
	};
	const struct wr_type *t = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	uint32_t kind = 0, match;
	int64_t most;

	if (s == WR_OK)
		s = need_constant_length(in, 1);
	if (s != WR_OK)
		return s;
	while (kinds[kind].op != in->op)
		kind++;
	most = LESSER(in->constants[1]->as.integer, t->hi / kinds[kind].lo);
	match = wr_type_text(
	    in->types, LESSER(kinds[kind].lo, t->hi), LESSER(kinds[kind].hi, t->hi));
	return match == WR_NONE ? WR_NOMEM : wr_infer_give_list(in, match, 0, most);
}

/* Operand i is a list of texts; their bounds, 0 for a list that is always empty. */
static enum wr_status
need_texts(struct wr_infer *in, uint32_t i, int64_t *ret_lo, int64_t *ret_hi)
{
	enum wr_status s = wr_infer_need_list_of(in, i, WR_TYPE_TEXT);

	if (s == WR_OK) {
		const struct wr_type *text = &in->types->at[wr_infer_operand(in, i)->elem];

		*ret_lo = text->lo;
		*ret_hi = text->hi;
	}
	return s;
}

/*
 * What is looked for is from 1 to b bytes, what comes in its place from c to d. Growing: the
 * shortest is found as often as may be. Shrinking: of n bytes at least n * c / b are left, for
 * that holds of each that is found, and of each byte that is not. All that is looked for is as
 * large as a text at most: so is the machine's room for it.
 */
enum wr_status
wr_infer_replace_each(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	const struct wr_type *t, *froms, *tos;
	int64_t a, b, c, d, lo, hi;

	if (s == WR_OK)
		s = need_texts(in, 1, &a, &b);
	if (s == WR_OK)
		s = need_texts(in, 2, &c, &d);
	if (s != WR_OK)
		return s;
	t = wr_infer_operand(in, 0);
	froms = wr_infer_operand(in, 1);
	tos = wr_infer_operand(in, 2);
	if (froms->hi * b > WR_TEXT_MAX) {
		in->hi = (double)(froms->hi * b);
		return wr_infer_refuse(in, 1, WR_WHY_TOO_LONG, WR_NONE);
	}
	if (froms->hi == 0 || tos->hi == 0 || b == 0)
		return wr_infer_give(in, in->operands[0]);
	a = GREATER(a, 1);
	lo = c >= b ? t->lo : (t->lo * c + b - 1) / b;
	hi = d <= a ? t->hi : t->hi + t->hi / a * (d - a);
	return wr_infer_give_text(in, lo, hi);
}

enum wr_status
wr_infer_join_texts(struct wr_infer *in)
{
	int64_t lo, hi;
	enum wr_status s = need_texts(in, 0, &lo, &hi);
	const struct wr_type *xs, *between;

	if (s == WR_OK)
		s = wr_infer_need(in, 1, WR_TYPE_TEXT);
	if (s != WR_OK)
		return s;
	xs = wr_infer_operand(in, 0);
	between = wr_infer_operand(in, 1);
	return wr_infer_give_text(in, xs->lo * lo + GREATER(xs->lo - 1, 0) * between->lo,
	    xs->hi * hi + GREATER(xs->hi - 1, 0) * between->hi);
}

/* All that `1. ` to `n. ` and the newlines between n lines take. */
static int64_t
numbering_size(int64_t n)
{
	int64_t sum = n == 0 ? 0 : n - 1 + 2 * n;

	for (int64_t from = 1; from <= n; from *= 10)
		sum += n - from + 1; /* numbers of at least this many digits */
	return sum;
}

enum wr_status
wr_infer_numbered(struct wr_infer *in)
{
	int64_t lo, hi;
	enum wr_status s = need_texts(in, 0, &lo, &hi);
	const struct wr_type *xs = wr_infer_operand(in, 0);

	if (s != WR_OK)
		return s;
	return wr_infer_give_text(
	    in, xs->lo * lo + numbering_size(xs->lo), xs->hi * hi + numbering_size(xs->hi));
}

/* A code point is up to 4 bytes, so up to 3 are cut to end at one. */
enum wr_status
wr_infer_truncate(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0), *n = wr_infer_operand(in, 1);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	int64_t lo;

	if (s == WR_OK)
		s = wr_infer_need_count(in, 1);
	if (s != WR_OK)
		return s;
	lo = t->hi <= n->lo ? t->lo : GREATER(LESSER(t->lo, n->lo - 3), 0);
	return wr_infer_give_text(in, lo, LESSER(t->hi, n->hi));
}

enum wr_status
wr_infer_slice(struct wr_infer *in)
{
	const struct wr_type *x = wr_infer_operand(in, 0), *from = wr_infer_operand(in, 1);
	const struct wr_type *to = wr_infer_operand(in, 2);
	enum wr_status s;
	int64_t lo, hi;

	if (x->kind != WR_TYPE_TEXT && x->kind != WR_TYPE_LIST)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	s = wr_infer_need_count(in, 1);
	if (s == WR_OK)
		s = wr_infer_need_count(in, 2);
	if (s != WR_OK)
		return s;
	lo = GREATER(LESSER(x->lo, to->lo) - from->hi, 0);
	hi = GREATER(LESSER(x->hi, to->hi) - from->lo, 0);
	if (x->kind == WR_TYPE_TEXT)
		return wr_infer_give_text(
		    in, 0, hi); /* cut inward: a code point may be lost at each end */
	return wr_infer_give_list(in, x->elem, lo, hi);
}

/* Two fences, longer than any run in the text, so than the text at most; and a newline inside each.
 */
enum wr_status
wr_infer_fenced(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_TEXT);
	int64_t fence;

	if (s != WR_OK)
		return s;
	fence = GREATER(t->hi + 1, 3);
	return wr_infer_give_text(in, t->lo + 3 + 1 + 1 + 3, fence + 1 + t->hi + 1 + fence);
}
