#ifndef WR_VM_EVAL_H
#define WR_VM_EVAL_H

#include "vm/base/arena.h"
#include "vm/format/module.h"

/*
 * The evaluator of pure operations, for the machine and for folding. Total and
 * deterministic: equal operands give equal bytes, in any order of evaluation.
 * Verified code fails only for fuel or memory.
 */
struct wr_eval {
	const struct wr_types *types;
	struct wr_arena *arena; /* where new values go */
	uint64_t fuel;          /* what is left */
	bool spent;             /* WR_LIMIT was for fuel; otherwise for the arena's maximum */
	void *scratch;          /* of one operation at a time; outside the arena, so that what a run
				 * holds does not depend on the order of evaluation */
	size_t scratch_size;
};

void wr_eval_init(
    struct wr_eval *e, const struct wr_types *types, struct wr_arena *arena, uint64_t fuel);

/* Frees the scratch; the values stay in the arena, and more can be evaluated. */
void wr_eval_free(struct wr_eval *e);

/*
 * Where a node's value is looked up: the values of the nodes first..end-1 of a code,
 * and around them the outer scopes, outermost last.
 */
struct wr_scope {
	const struct wr_code *code;
	const struct wr_scope *outer;
	const struct wr_value *inputs; /* by INPUT's index */
	uint32_t first, end;
	struct wr_value *slots;  /* slots[n - first] is the value of node n */
	struct wr_value bind[2]; /* what the scope's block binds */
};

/* The value of a node that has been evaluated in this scope or around it. */
struct wr_value wr_scope_value(const struct wr_scope *scope, uint32_t node);

/*
 * Evaluate one pure node, its blocks included, into its slot. bind is what the
 * node's block binds. Everything it refers to has been evaluated.
 *
 * WR_OK, WR_LIMIT (see spent) or WR_NOMEM. Recursion is bounded by WR_BLOCKS_DEEP.
 */
WR_MUST_CHECK enum wr_status wr_eval_node(
    struct wr_eval *e, struct wr_scope *scope, uint32_t node, const struct wr_value bind[2]);

/* Evaluate the nodes of a block in order of their numbers; all must be pure. As above. */
WR_MUST_CHECK enum wr_status wr_eval_block(
    struct wr_eval *e, struct wr_scope *scope, uint32_t block, const struct wr_value bind[2]);

/* Which block of a MATCH is taken, and what is bound in it. type is the scrutinee's. */
uint32_t wr_match_arm(
    const struct wr_types *types, uint32_t type, struct wr_value v, struct wr_value ret_bind[2]);

/*
 * The text of a value inside a text: itself, or an int, number, bool or plain variant
 * as it prints. May point into room or into the value.
 */
struct wr_text wr_value_print(
    const struct wr_types *types, uint32_t type, struct wr_value v, char room[32]);

/*
 * The list that a FOR gives: items, by their keys when there are any. What is new is in the
 * arena; items become the value. WR_OK, WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_eval_arrange(struct wr_eval *e, uint32_t flags,
    const struct wr_value *items, const struct wr_value *keys, uint32_t len, struct wr_value *ret);

/* ---- between the files of the evaluator ------------------------------------------ */

/* One operation on values. */
struct wr_operation {
	enum wr_op op;
	uint32_t index, type; /* immediates */
	const struct wr_value
	    *v; /* operands; of RECORD and LIST in the arena: they become the value */
	uint32_t len;
	const uint32_t *fields; /* WITH: of operand i, fields[i - 1] */
	const uint32_t *types; /* of operand i: types[nodes == NULL ? i : nodes[i]] */
	const uint32_t *nodes;
};

static inline uint32_t
wr_operation_type(const struct wr_operation *o, uint32_t i)
{
	return o->types[o->nodes == NULL ? i : o->nodes[i]];
}

/* The operations of each file, none of which owns blocks. WR_OK, WR_LIMIT or WR_NOMEM; numbers cannot fail. */
struct wr_value wr_eval_number(const struct wr_operation *o);
WR_MUST_CHECK enum wr_status wr_eval_text(
    struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret);
WR_MUST_CHECK enum wr_status wr_eval_list(
    struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret);
WR_MUST_CHECK enum wr_status wr_eval_find(
    struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret);
WR_MUST_CHECK enum wr_status wr_eval_replace_each(
    struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret);

/*
 * The stable order of texts by bytes, forward or from their ends, in `order`; `other` is room for
 * as many. As much work as log len walks over all bytes; paid for.
 */
WR_MUST_CHECK enum wr_status wr_eval_sort_texts(struct wr_eval *e, const struct wr_text *texts,
    uint32_t len, bool backward, uint32_t *order, uint32_t *other);

/* Take fuel: a unit is about a node, an item or 16 bytes. */
WR_MUST_CHECK enum wr_status wr_eval_pay(struct wr_eval *e, uint64_t units);

/* size bytes that last until the next call, or NULL. */
void *wr_eval_scratch(struct wr_eval *e, size_t size);

/* len values or size bytes in the arena, paid for; WR_LIMIT past the largest list or text there is.
 */
WR_MUST_CHECK enum wr_status wr_eval_items(struct wr_eval *e, uint64_t len, struct wr_value **ret);
WR_MUST_CHECK enum wr_status wr_eval_bytes(struct wr_eval *e, uint64_t size, char **ret);

/*
 * A total order of values of one type, 0 when they are equal: numbers by size, texts by bytes,
 * false before true, none before the rest; lists by length first. Paid for as it walks.
 */
WR_MUST_CHECK enum wr_status wr_eval_order(
    struct wr_eval *e, struct wr_value a, struct wr_value b, int *ret);

/*
 * The stable order of keys, least first, or greatest first with desc: ret[i] is the index
 * of the i-th. In scratch, until the next use of it. n log n comparisons.
 */
WR_MUST_CHECK enum wr_status wr_eval_sort(
    struct wr_eval *e, const struct wr_value *keys, uint32_t len, bool desc, const uint32_t **ret);

#endif
