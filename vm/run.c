/*
 * The machine: opens frames, evaluates pure nodes when what they need is there, judges
 * REQUIREs, starts calls, and ends. Which node is next never depends on memory or
 * time, only on the program, the input and the answers. Calls themselves are in run_calls.c.
 */
#include "vm/run.h"

#include "vm/schema.h"

#include <assert.h>

/* ---- ending --------------------------------------------------------------------- */

void
wr_str_add_untrusted(char *to, size_t room, struct wr_text t)
{
	size_t size = 0;

	for (size_t at = 0; at < t.size && strlen(to) + 4 < room; at += size) {
		int32_t c = wr_utf8_next(t.at + at, t.size - at, &size);

		if (c < 0)
			size = 1;
		wr_str_add(to, room, c <= 0 ? WR_TEXT("?") : (struct wr_text){t.at + at, size});
	}
}

void
wr_run_stop(struct wr_run *run, const char *code, struct wr_text detail)
{
	assert(run->state == WR_RUN_WAITING);
	run->state = WR_RUN_FAILED;
	run->fault.code = code;
	wr_str_add_untrusted(run->fault.detail, sizeof run->fault.detail, detail);
}

void
wr_run_stop_at_limit(struct wr_run *run)
{
	if (run->eval.spent)
		wr_run_stop(
		    run, "fuel", WR_TEXT("the pure work of the run takes more steps than it may"));
	else
		wr_run_stop(
		    run, "heap", WR_TEXT("the values of the run take more memory than it may use"));
}

/* ---- the queue: a binary heap ----------------------------------------------------- */

void
wr_queue_push(struct wr_queue *q, uint64_t key)
{
	uint32_t i = q->len++;

	assert(q->len <= q->room);
	for (; i > 0 && q->at[(i - 1) / 2] > key; i = (i - 1) / 2)
		q->at[i] = q->at[(i - 1) / 2];
	q->at[i] = key;
}

uint64_t
wr_queue_pop(struct wr_queue *q)
{
	uint64_t least = q->at[0], last = q->at[--q->len];
	uint32_t i = 0;

	for (uint32_t child; (child = 2 * i + 1) < q->len; i = child) {
		if (child + 1 < q->len && q->at[child + 1] < q->at[child])
			child++;
		if (last <= q->at[child])
			break;
		q->at[i] = q->at[child];
	}
	q->at[i] = last;
	return least;
}

static bool
queue_make(struct wr_run *run, struct wr_queue *q, uint32_t room)
{
	q->at = wr_arena_array(&run->store, (size_t)room + 1, sizeof *q->at);
	q->room = room;
	return q->at != NULL;
}

/* ---- frames --------------------------------------------------------------------------- */

static enum wr_status
open_frame(struct wr_run *run, struct wr_frame *around, uint32_t block,
    const struct wr_value *inputs, const struct wr_value bind[2])
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_block *b = &code->blocks[block];
	uint32_t len = b->end - b->first;
	struct wr_arena_mark mark = wr_arena_mark(&run->store);
	struct wr_frame *f = wr_arena_get(&run->store, sizeof *f);
	struct wr_value *slots = wr_arena_array(&run->store, len, sizeof *slots);
	uint32_t *waits = wr_arena_array(&run->store, len, sizeof *waits);

	if (f == NULL || slots == NULL || waits == NULL) {
		wr_arena_rewind(&run->store, mark);
		return WR_NOMEM;
	}
	*f = (struct wr_frame){
	    .scope = {code, around == NULL ? NULL : &around->scope, inputs, b->first, b->end, slots,
		{bind[0], bind[1]}},
	    .around = around,
	    .block = block,
	    .index = run->frames_len,
	    .waits = waits,
	};
	assert(run->frames_len < code->blocks_len);
	run->frames[run->frames_len++] = f;
	for (uint32_t n = b->first; n < b->end; n = wr_code_after(code, n)) {
		f->left++;
		waits[n - b->first] = run->plan.waits[n];
		if (waits[n - b->first] == 0)
			wr_queue_push(&run->ready, (uint64_t)n << 32 | f->index);
	}
	return WR_OK;
}

/* A frame without unfinished nodes is the value of its owner, which is then finished itself. */
static void
close_frames(struct wr_run *run, struct wr_frame *f)
{
	const struct wr_code *code = &run->module->flow;

	if (f->left == 0 && f->around != NULL) {
		uint32_t owner = code->blocks[f->block].owner;
		uint32_t root = code->operands[code->blocks[f->block].roots];

		f->around->scope.slots[owner - f->around->scope.first] =
		    wr_scope_value(&f->scope, root);
		wr_run_finish(run, f->around, owner);
	}
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
			wr_queue_push(&run->ready, (uint64_t)user << 32 | f->index);
	}
	assert(f->left > 0);
	f->left--;
	close_frames(run, f);
}

static enum wr_status
enter_match(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_node *n = &code->nodes[node];
	uint32_t subject = wr_operand(code, n, 0);
	struct wr_value bind[2];
	uint32_t arm = wr_match_arm(
	    &run->module->types, code->types[subject], wr_scope_value(&f->scope, subject), bind);
	enum wr_status s;

	assert(n->op == WR_OP_MATCH && arm < n->blocks_len);
	s = open_frame(run, f, n->blocks + arm, f->scope.inputs, bind);
	if (s == WR_OK)
		close_frames(run, run->frames[run->frames_len - 1]); /* an arm may have no nodes */
	return s;
}

/* ---- steps ------------------------------------------------------------------------------ */

static void
judge(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_node *n = &code->nodes[node];

	if (wr_scope_value(&f->scope, wr_operand(code, n, 0)).as.boolean)
		wr_run_finish(run, f, node);
	else
		wr_run_stop(run, "require",
		    wr_value_text(wr_scope_value(&f->scope, wr_operand(code, n, 1))));
}

/* When memory is short, everything is as it was before: the node can be evaluated again. */
static enum wr_status
evaluate(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	struct wr_arena_mark mark = wr_arena_mark(&run->heap);
	uint64_t fuel = run->eval.fuel;
	enum wr_status s = wr_eval_node(&run->eval, &f->scope, node, f->scope.bind);

	if (s == WR_OK) {
		wr_run_finish(run, f, node);
	} else if (s == WR_LIMIT) {
		wr_run_stop_at_limit(run);
		s = WR_OK;
	} else {
		wr_arena_rewind(&run->heap, mark);
		run->eval.fuel = fuel;
	}
	return s;
}

static enum wr_status
step(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	switch (run->module->flow.nodes[node].op) {
	case WR_OP_CALL:
		return wr_job_start(run, f, node);
	case WR_OP_REQUIRE:
		judge(run, f, node);
		return WR_OK;
	default:
		return run->plan.live[node] ? enter_match(run, f, node) : evaluate(run, f, node);
	}
}

static enum wr_status
write_output(struct wr_run *run)
{
	const struct wr_module *m = run->module;
	const struct wr_frame *f = run->frames[0];
	struct wr_value v = wr_scope_value(&f->scope, m->flow.operands[m->flow.blocks[0].roots]);
	enum wr_status s;

	if (wr_result_enveloped(m))
		wr_json_write_enveloped(&m->types, m->result, v, &run->output);
	else
		wr_json_write(&m->types, m->result, v, &run->output);
	s = run->output.status;
	if (s == WR_OK) {
		run->state = WR_RUN_DONE;
		return WR_OK;
	}
	wr_buf_free(&run->output);
	if (s == WR_LIMIT)
		wr_run_stop(
		    run, "heap", WR_TEXT("the result is larger than the memory of the run"));
	return s == WR_LIMIT ? WR_OK : s;
}

enum wr_status
wr_run_pump(struct wr_run *run)
{
	while (run->state == WR_RUN_WAITING && run->ready.len > 0) {
		uint64_t key = wr_queue_pop(&run->ready);
		enum wr_status s = step(run, run->frames[(uint32_t)key], (uint32_t)(key >> 32));

		if (s != WR_OK) {
			wr_queue_push(&run->ready, key);
			return s;
		}
	}
	if (run->state == WR_RUN_WAITING && run->frames[0]->left == 0)
		return write_output(run);
	return WR_OK;
}

/* ---- life ----------------------------------------------------------------------------------- */

static uint64_t
least(uint64_t promised, uint64_t optional)
{
	return optional == 0 || promised < optional ? promised : optional;
}

static enum wr_status
prepare(struct wr_run *run)
{
	const struct wr_module *m = run->module;
	enum wr_status s = wr_run_plan_make(m, &run->store, &run->plan);

	if (s != WR_OK)
		return s;
	run->frames = wr_arena_array(&run->store, m->flow.blocks_len, sizeof(struct wr_frame *));
	run->jobs = wr_arena_array(&run->store, run->plan.calls_len, sizeof *run->jobs);
	if (run->frames == NULL || run->jobs == NULL ||
	    !queue_make(run, &run->ready, m->flow.nodes_len) ||
	    !queue_make(run, &run->fresh, run->plan.calls_len) ||
	    !queue_make(run, &run->again, run->plan.calls_len))
		return WR_NOMEM;
	return WR_OK;
}

static enum wr_status
read_input(
    struct wr_run *run, struct wr_text json, struct wr_value *ret, struct wr_fault *ret_fault)
{
	const struct wr_module *m = run->module;
	struct wr_member *members = wr_arena_array(&run->store, m->inputs_len, sizeof *members);
	struct wr_json_fault fault;
	enum wr_status s;

	if (members == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < m->inputs_len; i++)
		members[i] =
		    (struct wr_member){.name = m->inputs[i].name, .type = m->inputs[i].type};
	s = wr_json_read_members(&m->types, members, m->inputs_len, json, &run->heap, ret, &fault);
	if (s == WR_INVALID) {
		ret_fault->code = "input";
		wr_str_add(ret_fault->path, sizeof ret_fault->path,
		    wr_text_of(fault.path[0] == '.' ? fault.path + 1 : fault.path));
		wr_str_add(ret_fault->detail, sizeof ret_fault->detail, wr_text_of(fault.why));
	} else if (s == WR_LIMIT) {
		ret_fault->code = "heap";
		wr_str_add(ret_fault->detail, sizeof ret_fault->detail,
		    WR_TEXT("the input takes more memory than the run may use"));
	}
	return s;
}

enum wr_status
wr_run_start(const struct wr_module *module, const struct wr_alloc *alloc,
    const struct wr_run_options *options, struct wr_text input_json, struct wr_run **ret_run,
    struct wr_fault *ret_fault)
{
	static const struct wr_run_options defaults = {0};
	const struct wr_run_options *o = options == NULL ? &defaults : options;
	struct wr_value nothing[2] = {{.kind = WR_VALUE_UNSET}, {.kind = WR_VALUE_UNSET}};
	struct wr_value input = {.kind = WR_VALUE_UNSET};
	size_t heap_max = o->heap_max == 0 ? WR_HEAP_MAX : o->heap_max;
	struct wr_run *run = wr_alloc_new(alloc, sizeof *run);
	struct wr_fault fault = {.code = "input"};
	enum wr_status s;

	assert(module->flow.types != NULL && module->flow.blocks_len > 0);
	if (run == NULL)
		return WR_NOMEM;
	*run = (struct wr_run){.module = module, .alloc = alloc, .state = WR_RUN_WAITING};
	wr_arena_init(&run->store, alloc, SIZE_MAX / 2);
	wr_arena_init(&run->heap, alloc, heap_max);
	wr_buf_init(&run->output, alloc, heap_max);
	wr_eval_init(
	    &run->eval, &module->types, &run->heap, o->fuel_max == 0 ? WR_FUEL_MAX : o->fuel_max);
	run->allowed.calls = least(module->bounds.calls, o->calls_max);
	run->allowed.tokens = least(module->bounds.tokens, o->tokens_max);
	run->allowed.width = module->bounds.width == 0 ? UINT64_MAX : module->bounds.width;

	s = prepare(run);
	if (s == WR_LIMIT) {
		fault.code = "unsupported";
		wr_str_add(fault.detail, sizeof fault.detail,
		    WR_TEXT("this machine runs no calls inside `for`"));
	}
	if (s == WR_OK)
		s = read_input(run, input_json, &input, &fault);
	if (s == WR_OK)
		s = open_frame(run, NULL, 0, input.as.items, nothing);
	if (s == WR_OK)
		s = wr_run_pump(run);
	if (s != WR_OK) {
		wr_run_free(run);
		if (s != WR_NOMEM)
			*ret_fault = fault;
		return s;
	}
	*ret_run = run;
	return WR_OK;
}

void
wr_run_free(struct wr_run *run)
{
	if (run == NULL)
		return;
	for (uint32_t i = 0; i < run->jobs_len; i++)
		wr_arena_free(&run->jobs[i].arena);
	wr_buf_free(&run->output);
	wr_eval_free(&run->eval);
	wr_arena_free(&run->heap);
	wr_arena_free(&run->store);
	wr_alloc_free(run->alloc, run, sizeof *run);
}

enum wr_run_state
wr_run_state(const struct wr_run *run)
{
	return run->state;
}

struct wr_text
wr_run_output(const struct wr_run *run)
{
	assert(run->state == WR_RUN_DONE);
	return wr_buf_view(&run->output);
}

const struct wr_fault *
wr_run_fault(const struct wr_run *run)
{
	assert(run->state == WR_RUN_FAILED);
	return &run->fault;
}

struct wr_summary_bounds
wr_run_used(const struct wr_run *run)
{
	return run->used;
}
