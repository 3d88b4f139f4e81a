/*
 * Frames: blocks that are being executed, one frame for each time. Opens them when their owner
 * starts, closes them when their last node is finished, gives up those of a TRY in which a call
 * failed, and goes through the items of a FOR and the rounds of a LOOP. Evaluates nothing but the condition
 * of a FOR, and asks nobody.
 */
#include "vm/run.h"

#include <assert.h>

/* ---- room ------------------------------------------------------------------------------- */

bool
wr_run_reserve(struct wr_run *run, void *array, uint32_t *room, uint64_t need, size_t size)
{
	void *old, *grown;
	uint64_t more = *room == 0 ? 16 : *room;

	if (need <= *room)
		return true;
	while (more < need)
		more *= 2;
	if (more > UINT32_MAX)
		return false;
	memcpy(&old, array, sizeof old);
	grown = run->alloc->fn(run->alloc->user, old, *room * size, more * size);
	if (grown == NULL)
		return false;
	memcpy(array, &grown, sizeof grown);
	*room = (uint32_t)more;
	return true;
}

/* ---- one frame ---------------------------------------------------------------------------- */

static enum wr_status
no_room(const struct wr_run *run)
{
	return run->rooms.over ? WR_LIMIT : WR_NOMEM;
}

/* All that this node needs is there. */
static void
ready(struct wr_run *run, const struct wr_frame *f, uint32_t node)
{
	wr_queue_push(&run->ready, (struct wr_entry){(uint64_t)node << 32 | f->began, f->index});
}

/* A frame that was closed, or a new one; frames of one block are of one size. */
static enum wr_status
get_frame(struct wr_run *run, uint32_t block, struct wr_frame **ret)
{
	const struct wr_block *b = &run->module->flow.blocks[block];
	uint32_t len = b->end - b->first;
	struct wr_arena_mark mark = wr_arena_mark(&run->rooms);
	struct wr_frame *f = run->spare[block];

	if (f != NULL) {
		run->spare[block] = f->around;
		*ret = f;
		return WR_OK;
	}
	if (!wr_run_reserve(run, &run->frames, &run->frames_room, run->frames_len + 1ull, sizeof f))
		return WR_NOMEM;
	f = wr_arena_get(&run->rooms, sizeof *f);
	if (f != NULL) {
		f->scope.slots = wr_arena_array(&run->rooms, len, sizeof *f->scope.slots);
		f->waits = wr_arena_array(&run->rooms, len, sizeof *f->waits);
	}
	if (f == NULL || f->scope.slots == NULL || f->waits == NULL) {
		enum wr_status s = no_room(run);

		wr_arena_rewind(&run->rooms, mark);
		return s;
	}
	f->block = block;
	f->index = run->frames_len;
	run->frames[run->frames_len++] = f;
	*ret = f;
	return WR_OK;
}

static void
put_frame(struct wr_run *run, struct wr_frame *f)
{
	assert(f->inside == NULL && f->jobs == NULL);
	if (f->here != NULL)
		*f->here = f->next;
	if (f->next != NULL)
		f->next->here = f->here;
	f->next = NULL;
	f->here = NULL;
	f->began = WR_NONE;
	run->own_len -= f->own;
	f->around = run->spare[f->block];
	f->each = NULL;
	run->spare[f->block] = f;
}

/* Put a frame in the list of the one around it. */
static void
enter(struct wr_frame *f, struct wr_frame *around)
{
	f->around = around;
	if (around == NULL)
		return;
	f->next = around->inside;
	f->here = &around->inside;
	if (f->next != NULL)
		f->next->here = &f->next;
	around->inside = f;
}

/* A frame whose nodes have not begun. */
static enum wr_status
make_frame(struct wr_run *run, struct wr_frame *around, uint32_t block,
    const struct wr_value *inputs, const struct wr_value bind[2], struct wr_frame **ret)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_block *b = &code->blocks[block];
	struct wr_queue *q = &run->ready;
	struct wr_frame *f = NULL;
	enum wr_status s;
	uint32_t own = 0;

	for (uint32_t n = b->first; n < b->end; n = wr_code_after(code, n))
		own++;
	/* Each own node of an open frame is ready at most once; what was given up may be there still. */
	if (!wr_run_reserve(run, &q->at, &q->room, q->len + run->own_len + own + 1, sizeof *q->at))
		return WR_NOMEM;
	if ((s = get_frame(run, block, &f)) != WR_OK)
		return s;
	f->scope.code = code;
	f->scope.outer = around == NULL ? NULL : &around->scope;
	f->scope.inputs = inputs;
	f->scope.first = b->first;
	f->scope.end = b->end;
	f->scope.bind[0] = bind[0];
	f->scope.bind[1] = bind[1];
	enter(f, around);
	f->began = run->began++;
	f->own = f->left = own;
	run->own_len += own;
	*ret = f;
	return WR_OK;
}

/* A FOR or LOOP may go on: to its next items or round, or to its end. */
static void
turn(struct wr_run *run, struct wr_each *each)
{
	if (each->queued)
		return;
	each->queued = true;
	each->next_turn = run->turns;
	run->turns = each;
}

/* A frame without unfinished nodes is the value of its owner, which is then finished itself. */
static void
close_frames(struct wr_run *run, struct wr_frame *f)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_block *b = &code->blocks[f->block];
	struct wr_frame *around = f->around;
	struct wr_each *each = f->each;
	struct wr_value value;

	if (f->left > 0 || around == NULL)
		return;
	value = wr_scope_value(&f->scope, code->operands[b->roots]);
	if (each != NULL) {
		if (code->nodes[each->node].op == WR_OP_LOOP) {
			each->state = value;
			each->done |= wr_scope_value(&f->scope, code->operands[b->roots + 1]).as.boolean;
		} else {
			each->items[f->item] = value;
			if (each->keys != NULL)
				each->keys[f->item] = wr_scope_value(
				    &f->scope, code->operands[b->roots + b->roots_len - 1]);
		}
		each->open--;
		put_frame(run, f);
		turn(run, each);
		return;
	}
	around->scope.slots[b->owner - around->scope.first] = value;
	put_frame(run, f);
	wr_run_finish(run, around, b->owner);
}

/* Its nodes begin; a block may have none. */
static void
begin(struct wr_run *run, struct wr_frame *f)
{
	const struct wr_code *code = &run->module->flow;

	for (uint32_t n = f->scope.first; n < f->scope.end; n = wr_code_after(code, n)) {
		f->waits[n - f->scope.first] = run->plan.waits[n];
		if (run->plan.waits[n] == 0)
			ready(run, f, n);
	}
	close_frames(run, f);
}

enum wr_status
wr_run_open(struct wr_run *run, const struct wr_value *inputs)
{
	struct wr_value nothing[2] = {{.kind = WR_VALUE_UNSET}, {.kind = WR_VALUE_UNSET}};
	struct wr_frame *f = NULL;
	enum wr_status s = make_frame(run, NULL, 0, inputs, nothing, &f);

	if (s == WR_OK)
		begin(run, f);
	return s;
}

/* Recursion: one level for each block that ends, at most WR_BLOCKS_DEEP. */
void
wr_run_finish(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_run_plan *plan = &run->plan;

	for (uint32_t i = plan->users_at[node]; i < plan->users_at[node + 1]; i++) {
		uint32_t user = plan->users[i], *waits = &f->waits[user - f->scope.first];

		assert(*waits > 0);
		if (--*waits == 0)
			ready(run, f, user);
	}
	assert(f->left > 0);
	f->left--;
	close_frames(run, f);
}

enum wr_status
wr_run_match(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_node *n = &code->nodes[node];
	uint32_t subject = wr_operand(code, n, 0);
	struct wr_frame *inner = NULL;
	struct wr_value bind[2];
	uint32_t arm = wr_match_arm(
	    &run->module->types, code->types[subject], wr_scope_value(&f->scope, subject), bind);
	enum wr_status s;

	assert(n->op == WR_OP_MATCH && arm < n->blocks_len);
	s = make_frame(run, f, n->blocks + arm, f->scope.inputs, bind, &inner);
	if (s == WR_OK)
		begin(run, inner);
	return s;
}

/* ---- try and do ------------------------------------------------------------------------------ */

/* The frame of a block that binds nothing. */
static enum wr_status
make_plain(struct wr_run *run, struct wr_frame *around, uint32_t block, struct wr_frame **ret)
{
	struct wr_value nothing[2] = {{.kind = WR_VALUE_UNSET}, {.kind = WR_VALUE_UNSET}};

	return make_frame(run, around, block, around->scope.inputs, nothing, ret);
}

enum wr_status
wr_run_first(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	struct wr_frame *inner = NULL;
	enum wr_status s = make_plain(run, f, run->module->flow.nodes[node].blocks, &inner);

	if (s == WR_OK)
		begin(run, inner);
	return s;
}

/* What the queues and run.turns still say of it is passed over there. As deep as blocks nest. */
static void
give_up(struct wr_run *run, struct wr_frame *f)
{
	while (f->inside != NULL)
		give_up(run, f->inside);
	while (f->jobs != NULL)
		wr_job_void(run, f->jobs);
	put_frame(run, f);
}

/* The innermost frame around it that is the first block of a TRY, or NULL. */
static struct wr_frame *
tried(const struct wr_run *run, struct wr_frame *f)
{
	const struct wr_code *code = &run->module->flow;

	for (; f->around != NULL; f = f->around) {
		const struct wr_node *owner = &code->nodes[code->blocks[f->block].owner];

		if (owner->op == WR_OP_TRY && f->block == owner->blocks)
			return f;
	}
	return NULL;
}

enum wr_status
wr_run_catch(struct wr_run *run, struct wr_job *job)
{
	struct wr_frame *f = tried(run, job->frame), *otherwise = NULL;
	enum wr_status s;

	if (f == NULL)
		return WR_ABSENT;
	/* First what may fail. */
	if ((s = make_plain(run, f->around, f->block + 1, &otherwise)) != WR_OK)
		return s;
	wr_job_leave(job);
	job->frame = NULL;
	job->taken = true;
	give_up(run, f);
	begin(run, otherwise);
	return WR_OK;
}

/* ---- for ------------------------------------------------------------------------------------ */

/* More items under way than calls can be are of no use. */
static uint64_t
most_items(const struct wr_run *run, const struct wr_node *n)
{
	uint64_t width = n->width == 0 ? UINT64_MAX : n->width;

	return width < run->allowed.width ? width : run->allowed.width;
}

enum wr_status
wr_run_for(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_node *n = &run->module->flow.nodes[node];
	struct wr_value list = wr_scope_value(&f->scope, wr_operand(&run->module->flow, n, 0));
	struct wr_arena_mark mark = wr_arena_mark(&run->heap);
	struct wr_each *each = wr_arena_get(&run->heap, sizeof *each);
	uint64_t fuel = run->eval.fuel;
	enum wr_status s = WR_OK;

	assert(n->op == WR_OP_FOR && list.kind == WR_VALUE_LIST);
	if (each == NULL) {
		s = run->heap.over ? WR_LIMIT : WR_NOMEM;
	} else {
		*each = (struct wr_each){ .frame = f, .began = f->began, .node = node, .list = list, .len = list.len,
			.most = most_items(run, n) };
		s = wr_eval_items(&run->eval, list.len, &each->items);
		if (s == WR_OK && (n->index & WR_FOR_SORT) != 0)
			s = wr_eval_items(&run->eval, list.len, &each->keys);
	}
	if (s == WR_OK) {
		turn(run, each);
	} else if (s == WR_NOMEM) {
		wr_arena_rewind(&run->heap, mark);
		run->eval.fuel = fuel;
	}
	return s;
}

/* Is this item kept? What the condition needs is evaluated here, and again with the rest of the body. */
static enum wr_status
judge_item(struct wr_run *run, struct wr_frame *f, bool *ret_kept)
{
	const struct wr_code *code = &run->module->flow;
	struct wr_arena_mark mark = wr_arena_mark(&run->heap);
	uint64_t fuel = run->eval.fuel;
	enum wr_status s = WR_OK;

	for (uint32_t n = f->scope.first; n < f->scope.end && s == WR_OK; n = wr_code_after(code, n))
		if (run->plan.chooses[n])
			s = wr_eval_node(&run->eval, &f->scope, n, f->scope.bind);
	if (s == WR_OK)
		*ret_kept = wr_scope_value(&f->scope,
		    code->operands[code->blocks[f->block].roots + 1]).as.boolean;
	if (s != WR_LIMIT)
		wr_arena_rewind(&run->heap, mark);
	if (s == WR_NOMEM)
		run->eval.fuel = fuel;
	return s;
}

/* Item each->next: its frame, unless the condition leaves it out. */
static enum wr_status
open_item(struct wr_run *run, struct wr_each *each)
{
	const struct wr_node *n = &run->module->flow.nodes[each->node];
	struct wr_value bind[2] = { each->list.as.items[each->next], wr_value_of_int(each->next) };
	struct wr_frame *f = NULL;
	bool kept = true;
	enum wr_status s = make_frame(run, each->frame, n->blocks, each->frame->scope.inputs, bind, &f);

	if (s != WR_OK)
		return s;
	if ((n->index & WR_FOR_WHERE) != 0)
		s = judge_item(run, f, &kept);
	if (s == WR_OK)
		s = wr_eval_pay(&run->eval, 1);
	if (s != WR_OK || !kept) {
		put_frame(run, f);
		each->next += s == WR_OK;
		return s;
	}
	f->each = each;
	f->item = each->next++;
	each->open++;
	begin(run, f);
	return WR_OK;
}

/* Every item is there: the list of those that were kept, in order. */
static enum wr_status
gather(struct wr_run *run, struct wr_each *each)
{
	struct wr_arena_mark mark = wr_arena_mark(&run->heap);
	struct wr_value *slot = &each->frame->scope.slots[each->node - each->frame->scope.first];
	uint64_t fuel = run->eval.fuel;
	uint32_t len = 0;
	enum wr_status s;

	for (uint32_t i = 0; i < each->len; i++) {
		if (each->items[i].kind == WR_VALUE_UNSET)
			continue;
		if (each->keys != NULL)
			each->keys[len] = each->keys[i];
		each->items[len++] = each->items[i];
	}
	each->len = len; /* for a second try, when memory is short now */
	s = wr_eval_arrange(&run->eval, run->module->flow.nodes[each->node].index, each->items,
	    each->keys, len, slot);
	if (s == WR_OK) {
		wr_run_finish(run, each->frame, each->node);
	} else if (s == WR_NOMEM) {
		wr_arena_rewind(&run->heap, mark);
		run->eval.fuel = fuel;
	}
	return s;
}

/* ---- loop ----------------------------------------------------------------------------------- */

enum wr_status
wr_run_loop(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_code *code = &run->module->flow;
	struct wr_each *each = wr_arena_get(&run->heap, sizeof *each);

	if (each == NULL)
		return run->heap.over ? WR_LIMIT : WR_NOMEM;
	*each = (struct wr_each){ .frame = f, .began = f->began, .node = node,
		.state = wr_scope_value(&f->scope, wr_operand(code, &code->nodes[node], 0)) };
	turn(run, each);
	return WR_OK;
}

/* The next round begins with what the last one left. */
static enum wr_status
open_round(struct wr_run *run, struct wr_each *each)
{
	const struct wr_node *n = &run->module->flow.nodes[each->node];
	struct wr_value bind[2] = { each->state, { .kind = WR_VALUE_UNSET } };
	struct wr_frame *f = NULL;
	enum wr_status s = make_frame(run, each->frame, n->blocks, each->frame->scope.inputs, bind, &f);

	if (s != WR_OK)
		return s;
	f->each = each;
	f->item = each->next++;
	each->open++;
	each->done = each->next == n->index;
	s = wr_eval_pay(&run->eval, 1);
	if (s == WR_OK)
		begin(run, f);
	return s;
}

/* A round ends with the last of its nodes, so one at a time is under way. */
static enum wr_status
advance_loop(struct wr_run *run, struct wr_each *each)
{
	enum wr_status s = WR_OK;

	while (each->open == 0 && !each->done && s == WR_OK)
		s = open_round(run, each);
	if (s == WR_NOMEM)
		return s;
	assert(run->turns == each);
	run->turns = each->next_turn;
	each->queued = false;
	if (s == WR_OK && each->open == 0) {
		each->frame->scope.slots[each->node - each->frame->scope.first] = each->state;
		wr_run_finish(run, each->frame, each->node);
	}
	return s;
}

enum wr_status
wr_run_advance(struct wr_run *run)
{
	struct wr_each *each = run->turns;
	enum wr_status s = WR_OK;

	if (each->frame->began != each->began) { /* given up */
		run->turns = each->next_turn;
		return WR_OK;
	}
	if (run->module->flow.nodes[each->node].op == WR_OP_LOOP)
		return advance_loop(run, each);
	while (each->next < each->list.len && each->open < each->most && s == WR_OK)
		s = open_item(run, each);
	if (s == WR_NOMEM)
		return s;
	assert(run->turns == each);
	run->turns = each->next_turn;
	each->queued = false;
	if (s == WR_OK && each->next == each->list.len && each->open == 0) {
		s = gather(run, each);
		if (s == WR_NOMEM)
			turn(run, each);
	}
	return s;
}
