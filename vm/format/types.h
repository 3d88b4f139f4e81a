#ifndef WR_FORMAT_TYPES_H
#define WR_FORMAT_TYPES_H

#include "vm/base/arena.h"
#include "vm/base/limits.h"
#include "vm/base/status.h"
#include "vm/format/value.h"

#define WR_NONE UINT32_MAX /* "no such index", for every index in this folder */

enum wr_type_kind {
	WR_TYPE_NEVER, /* of no value: the element of `none` and `[]`; not in a module's table */
	WR_TYPE_TEXT,
	WR_TYPE_INT,
	WR_TYPE_NUMBER,
	WR_TYPE_BOOL,
	WR_TYPE_OPTION,
	WR_TYPE_LIST,
	WR_TYPE_RECORD,
	WR_TYPE_VARIANTS,
	WR_TYPE_KINDS
};

/* A field of a record or one of the variants. */
struct wr_member {
	struct wr_text name;
	struct wr_text description; /* fields: what models read; size 0 for none */
	uint64_t labels;            /* declared here */
	uint32_t type;              /* WR_NONE for a variant without payload */
};

/* One type. Ranges are inclusive. */
struct wr_type {
	enum wr_type_kind kind;
	int64_t lo, hi;         /* INT: value. TEXT: bytes. LIST: items */
	double number_lo, number_hi;
	uint32_t elem;          /* OPTION, LIST: the type inside, always a lower index */
	struct wr_text name;    /* RECORD, VARIANTS */
	const struct wr_member *members;
	uint32_t members_len;

	/* Filled in by wr_types_add, so that no question walks a type twice. */
	uint64_t labels;        /* every label declared anywhere inside: decl(T) */
	uint32_t depth;         /* see wr_type_depth */
	uint32_t walk;          /* steps from here to the farthest leaf, this one included */
	int64_t json_max;       /* see wr_type_json_max */
};

#define WR_TYPES_RECENT 128

/*
 * Types by index: first a module's table, then those that were computed for
 * nodes. Types inside a type have lower indices, so no type contains itself.
 * Structural types may stand in it twice; compare with wr_type_eq.
 */
struct wr_types {
	struct wr_type *at; /* grows; take indices, not pointers, across calls that add */
	uint32_t len;
	uint32_t room;
	struct wr_arena *arena; /* old arrays stay there until it is freed */
	uint32_t recent[WR_TYPES_RECENT]; /* what wr_types_share gave lately, by a hash */
};

void wr_types_init(struct wr_types *types, struct wr_arena *arena);

/* Append; the members are not copied. WR_NONE when out of memory. */
uint32_t wr_types_add(struct wr_types *types, struct wr_type type);

/*
 * The same for a type without a name: the index of an equal one that was shared lately, or append.
 * Programs use few types many times, so tables stay short.
 */
uint32_t wr_types_share(struct wr_types *types, struct wr_type type);

/* Shapes that are needed often, shared. WR_NONE when out of memory. */
uint32_t wr_type_text(struct wr_types *types, int64_t lo, int64_t hi);
uint32_t wr_type_int(struct wr_types *types, int64_t lo, int64_t hi);
uint32_t wr_type_number(struct wr_types *types, double lo, double hi);
uint32_t wr_type_bool(struct wr_types *types);
uint32_t wr_type_never(struct wr_types *types);
uint32_t wr_type_option(struct wr_types *types, uint32_t elem);
uint32_t wr_type_list(struct wr_types *types, uint32_t elem, int64_t lo, int64_t hi);

/* Same type: nominal ones by index, others by structure, ranges included. */
bool wr_type_eq(const struct wr_types *types, uint32_t a, uint32_t b);

/*
 * True when every value of a may stand where b is wanted: ranges inside ranges,
 * options and lists by what they hold, records and variants by name, NEVER
 * anywhere. A T is not below T?: that takes a SOME node.
 */
bool wr_type_below(const struct wr_types *types, uint32_t a, uint32_t b);

/* The same but for ranges: would narrowing alone make a fit b? For messages. */
bool wr_type_similar(const struct wr_types *types, uint32_t a, uint32_t b);

/*
 * The least type above both: ranges to their hull, nominal ones must be equal.
 * WR_REFUSED when there is none (also T with T?), or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_type_join(struct wr_types *types, uint32_t a, uint32_t b,
    uint32_t *ret_type);

/*
 * The tightest type of a value whose shape is given by type (the exact length of
 * a text, the exact integer, list elements joined). Options stay options.
 * WR_LIMIT when it nests deeper than WR_TYPE_WALK_MAX, or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_type_of_value(struct wr_types *types, struct wr_value value,
    uint32_t type, uint32_t *ret_type);

/* Most bytes that json(x) may take (canonical JSON, vm/README.md); saturates at INT64_MAX. */
int64_t wr_type_json_max(const struct wr_types *types, uint32_t type);

/*
 * Most bytes the value takes inside a text: text its bound, int 20, number 25, bool 5, variants
 * without payloads their longest name; -1 when it may not stand in a text.
 */
int64_t wr_type_print_max(const struct wr_types *types, uint32_t type);

/* How many levels nest: a record, variants with a payload and a list of lists each make one. */
uint32_t wr_type_depth(const struct wr_types *types, uint32_t type);

/* True for variants none of which has a payload. */
bool wr_type_plain_variants(const struct wr_type *type);

/*
 * The canonical spelling, as an author writes it: `[Rule] ..6`, `int 0..100`,
 * `text ..40?`. At most 512 bytes reach the buffer.
 */
struct wr_buf;
void wr_type_print(const struct wr_types *types, uint32_t type, struct wr_buf *buf);

#endif
