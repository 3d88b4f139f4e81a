/*
 * The machine: evaluates pure nodes when what they need is there, judges REQUIREs, and
 * ends. Which node is next never depends on memory or
 * time, only on the program, the input and the answers. Blocks are in run_frames.c, calls in run_calls.c.
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
wr_queue_push(struct wr_queue *q, struct wr_entry entry)
{
	uint32_t i = q->len++;

	assert(q->len <= q->room);
	for (; i > 0 && q->at[(i - 1) / 2].key > entry.key; i = (i - 1) / 2)
		q->at[i] = q->at[(i - 1) / 2];
	q->at[i] = entry;
}

struct wr_entry
wr_queue_pop(struct wr_queue *q)
{
	struct wr_entry least = q->at[0], last = q->at[--q->len];
	uint32_t i = 0;

	for (uint32_t child; (child = 2 * i + 1) < q->len; i = child) {
		if (child + 1 < q->len && q->at[child + 1].key < q->at[child].key)
			child++;
		if (last.key <= q->at[child].key)
			break;
		q->at[i] = q->at[child];
	}
	q->at[i] = last;
	return least;
}

/* ---- steps ------------------------------------------------------------------------------ */

/* The frame that an entry is of, or NULL when it was given up. */
static struct wr_frame *
frame_of(const struct wr_run *run, struct wr_entry entry)
{
	struct wr_frame *f = run->frames[entry.index];

	return f->began == (uint32_t)entry.key ? f : NULL;
}

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
	} else if (s == WR_NOMEM) {
		wr_arena_rewind(&run->heap, mark);
		run->eval.fuel = fuel;
	}
	return s;
}

static enum wr_status
step(struct wr_run *run, struct wr_frame *f, uint32_t node)
{
	if (!run->plan.live[node])
		return evaluate(run, f, node);
	switch (run->module->flow.nodes[node].op) {
	case WR_OP_CALL:
		return wr_job_start(run, f, node);
	case WR_OP_REQUIRE:
		judge(run, f, node);
		return WR_OK;
	case WR_OP_MATCH:
		return wr_run_match(run, f, node);
	case WR_OP_TRY:
	case WR_OP_DO:
		return wr_run_first(run, f, node);
	case WR_OP_FOR:
		return wr_run_for(run, f, node);
	case WR_OP_LOOP:
		return wr_run_loop(run, f, node);
	default:
		assert(0 && "nothing else is live");
		return WR_LIMIT;
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
	while (run->state == WR_RUN_WAITING && (run->turns != NULL || run->ready.len > 0)) {
		bool turn = run->turns != NULL;
		struct wr_entry next = turn ? (struct wr_entry){0} : wr_queue_pop(&run->ready);
		struct wr_frame *f = turn ? NULL : frame_of(run, next);
		enum wr_status s = WR_OK;

		if (turn)
			s = wr_run_advance(run);
		else if (f != NULL)
			s = step(run, f, (uint32_t)(next.key >> 32));
		if (s == WR_LIMIT) {
			wr_run_stop_at_limit(run);
		} else if (s != WR_OK) {
			if (!turn)
				wr_queue_push(&run->ready, next);
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
	run->spare = wr_arena_array(&run->store, m->flow.blocks_len, sizeof(struct wr_frame *));
	/* One frame of each block is there whatever the heap is; what a FOR takes beside is counted. */
	for (uint32_t b = 0; b < m->flow.blocks_len; b++)
		run->rooms.max += sizeof(struct wr_frame) + 64 + (sizeof(struct wr_value) +
		    sizeof(uint32_t)) * (m->flow.blocks[b].end - m->flow.blocks[b].first);
	return run->spare == NULL ? WR_NOMEM : WR_OK;
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
	wr_arena_init(&run->rooms, alloc, heap_max);
	wr_buf_init(&run->output, alloc, heap_max);
	wr_eval_init(
	    &run->eval, &module->types, &run->heap, o->fuel_max == 0 ? WR_FUEL_MAX : o->fuel_max);
	run->allowed.calls = least(module->bounds.calls, o->calls_max);
	run->allowed.tokens = least(module->bounds.tokens, o->tokens_max);
	run->allowed.width = module->bounds.width == 0 ? UINT64_MAX : module->bounds.width;

	s = prepare(run);
	if (s == WR_OK)
		s = read_input(run, input_json, &input, &fault);
	if (s == WR_OK)
		s = wr_run_open(run, input.as.items);
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
		wr_job_free(run, run->jobs[i]);
	wr_alloc_free(run->alloc, run->jobs, run->jobs_room * sizeof *run->jobs);
	wr_alloc_free(run->alloc, run->frames, run->frames_room * sizeof *run->frames);
	wr_alloc_free(run->alloc, run->ready.at, run->ready.room * sizeof *run->ready.at);
	wr_alloc_free(run->alloc, run->fresh.at, run->fresh.room * sizeof *run->fresh.at);
	wr_alloc_free(run->alloc, run->again.at, run->again.room * sizeof *run->again.at);
	wr_arena_free(&run->rooms);
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
