#ifndef WR_FORMAT_VALUE_H
#define WR_FORMAT_VALUE_H

#include "vm/base/text.h"

/*
 * A value of the language: immutable, 16 bytes, always read together with its
 * type. `some(x)` is x itself, because an optional of an optional cannot be
 * formed. What a value points to lives in an arena (of the module, for
 * constants, or of the run) in blocks that never move, so values are copied
 * freely and nothing is counted or freed one by one.
 */
enum wr_value_kind {
	WR_VALUE_UNSET, /* not a value: a slot that nothing has filled yet */
	WR_VALUE_NONE,
	WR_VALUE_BOOL,
	WR_VALUE_INT,
	WR_VALUE_NUMBER, /* never NaN, infinite or -0 */
	WR_VALUE_TEXT,
	WR_VALUE_LIST,
	WR_VALUE_RECORD,
	WR_VALUE_VARIANT,
};

struct wr_value {
	uint8_t kind; /* enum wr_value_kind */
	uint32_t len; /* TEXT: bytes. LIST: items. RECORD: fields. VARIANT: the tag, its index */
	union {
		bool boolean;
		int64_t integer;
		double number;
		const char *text;             /* UTF-8, not terminated; any pointer when len is 0 */
		const struct wr_value *items; /* LIST, RECORD in order; VARIANT: payload or NULL */
	} as;
};

_Static_assert(sizeof(struct wr_value) == 16, "values are copied by the million");

static inline struct wr_text
wr_value_text(struct wr_value v)
{
	return (struct wr_text){ v.as.text, v.len };
}

static inline struct wr_value
wr_value_of_text(struct wr_text t)
{
	return (struct wr_value){ .kind = WR_VALUE_TEXT, .len = (uint32_t)t.size, .as.text = t.at };
}

static inline struct wr_value
wr_value_of_int(int64_t i)
{
	return (struct wr_value){ .kind = WR_VALUE_INT, .as.integer = i };
}

static inline struct wr_value
wr_value_of_bool(bool b)
{
	return (struct wr_value){ .kind = WR_VALUE_BOOL, .as.boolean = b };
}

/* +0 for -0; saturates infinities at +-DBL_MAX; the caller has excluded NaN. */
struct wr_value wr_value_of_number(double d);

static inline struct wr_value
wr_value_none(void)
{
	return (struct wr_value){ .kind = WR_VALUE_NONE };
}

/* Equal by structure. Both must be of one type's shape; as deep as that (WR_TYPE_WALK_MAX). */
bool wr_value_eq(struct wr_value a, struct wr_value b);

#endif
