/*
 * Calls: started by the machine, handed to the host as the width and the budget allow, answered
 * or failed, tried again after a back-off. No request is ever sent from here, and
 * no clock is read: delays and time-outs are told to the host.
 */
#include "vm/run.h"

#include "vm/schema.h"

#include <assert.h>

#define ID_ATTEMPT_BITS                                                                            \
	3 /* an id is the job's index and the attempt, so finding a call is no search */
_Static_assert(WR_RETRY_MAX + 1 < 1u << ID_ATTEMPT_BITS, "an attempt fits");
#define JOBS_MAX (1u << (32 - ID_ATTEMPT_BITS))
#define DETAIL_MAX 400

const char *
wr_failure_word(enum wr_failure failure)
{
	static const char *const words[] = {
	    [WR_FAILURE_TIMEOUT] = "timeout",
	    [WR_FAILURE_UNAVAILABLE] = "unavailable",
	    [WR_FAILURE_REFUSED] = "refused",
	    [WR_FAILURE_INVALID] = "invalid",
	};

	assert((size_t)failure < sizeof words / sizeof *words);
	return words[failure];
}

static const struct wr_agent *
agent_of(const struct wr_run *run, const struct wr_job *job)
{
	return &run->module->agents[job->agent];
}

/* ---- starting --------------------------------------------------------------------- */

static void
add_number(char path[WR_PATH_SIZE], uint32_t n)
{
	char digits[12];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	wr_str_add(path, WR_PATH_SIZE, (struct wr_text){ digits + at, sizeof digits - at });
}

/* `~2` for the second of its kind, nothing for the first. */
static void
add_site(char path[WR_PATH_SIZE], uint32_t site)
{
	if (site == 1)
		return;
	wr_str_add(path, WR_PATH_SIZE, WR_TEXT("~"));
	add_number(path, site);
}

/* `assess`, `assess~2`; in a FOR `for[17].assess`, `for~2[0].assess`; in a LOOP `loop[3].assess`; a fallback `assess~2.backup`. */
static const char *
make_path(struct wr_run *run, struct wr_job *job, const char *before)
{
	struct wr_text agent = agent_of(run, job)->name;
	const struct wr_frame *items[WR_BLOCKS_DEEP];
	char path[WR_PATH_SIZE] = "";
	uint32_t len = 0;

	if (before != NULL) {
		wr_str_add(path, sizeof path, wr_text_of(before));
		wr_str_add(path, sizeof path, WR_TEXT("."));
		wr_str_add(path, sizeof path, agent);
		return wr_arena_text(&job->arena, wr_text_of(path)).at;
	}

	for (const struct wr_frame *f = job->frame; f != NULL; f = f->around)
		if (f->each != NULL)
			items[len++] = f;
	while (len > 0) {
		const struct wr_frame *f = items[--len];

		wr_str_add(path, sizeof path, run->module->flow.nodes[f->each->node].op == WR_OP_LOOP ?
		    WR_TEXT("loop") : WR_TEXT("for"));
		add_site(path, run->plan.site[f->each->node]);
		wr_str_add(path, sizeof path, WR_TEXT("["));
		add_number(path, f->item);
		wr_str_add(path, sizeof path, WR_TEXT("]."));
	}
	wr_str_add(path, sizeof path, agent);
	add_site(path, run->plan.site[job->node]);
	return wr_arena_text(&job->arena, wr_text_of(path)).at;
}

static enum wr_status
render_job(struct wr_run *run, struct wr_job *job, const char *before)
{
	const struct wr_code *code = &run->module->flow;
	const struct wr_node *n = &code->nodes[job->node];
	const struct wr_agent *agent = agent_of(run, job);
	struct wr_value *args = wr_arena_array(&job->arena, n->operands_len, sizeof *args);

	job->call.path = make_path(run, job, before);
	if (args == NULL || job->call.path == NULL)
		return job->arena.over ? WR_LIMIT : WR_NOMEM;
	for (uint32_t i = 0; i < n->operands_len; i++)
		args[i] = wr_scope_value(&job->frame->scope, wr_operand(code, n, i));
	return wr_render(&run->eval, run->module, agent, args, &job->call);
}

/* Places in the tables for one more job. */
static enum wr_status
make_room(struct wr_run *run)
{
	uint64_t fresh = run->fresh.len + 1ull;
	uint64_t again = (uint64_t)run->again.len + run->jobs_left + 1; /* each job is there at most once */

	if (run->jobs_len >= JOBS_MAX || run->jobs_len >= run->heap.max / sizeof *run->jobs)
		return WR_LIMIT;
	if (!wr_run_reserve(run, &run->jobs, &run->jobs_room, run->jobs_len + 1ull, sizeof *run->jobs) ||
	    !wr_run_reserve(run, &run->fresh.at, &run->fresh.room, fresh, sizeof *run->fresh.at) ||
	    !wr_run_reserve(run, &run->again.at, &run->again.room, again, sizeof *run->again.at))
		return WR_NOMEM;
	return WR_OK;
}

void
wr_job_leave(struct wr_job *job)
{
	if (job->here == NULL)
		return;
	*job->here = job->next;
	if (job->next != NULL)
		job->next->here = job->here;
	job->next = NULL;
	job->here = NULL;
}

static void
job_enter(struct wr_job *job, struct wr_job **list)
{
	job->next = *list;
	job->here = list;
	if (job->next != NULL)
		job->next->here = &job->next;
	*list = job;
}

/* A job for one agent, rendered; `before` is the path of the call that failed, for its fallback, or NULL. */
static enum wr_status
make_job(struct wr_run *run, struct wr_frame *frame, uint32_t node, uint32_t agent, const char *before,
    struct wr_job **ret)
{
	uint64_t fuel = run->eval.fuel;
	struct wr_job *job;
	enum wr_status s = make_room(run);

	if (s != WR_OK)
		return s;
	job = wr_alloc_new(run->alloc, sizeof *job);
	if (job == NULL)
		return WR_NOMEM;
	*job = (struct wr_job){.frame = frame, .node = node, .agent = agent, .index = run->jobs_len};
	job->call.attempt = 1;
	wr_arena_init(&job->arena, run->alloc, run->heap.max - run->requests_size);
	run->eval.arena = &job->arena;
	s = render_job(run, job, before);
	run->eval.arena = &run->heap;
	if (s == WR_OK) {
		run->requests_size += job->arena.used;
		job_enter(job, &frame->jobs);
		run->jobs[run->jobs_len++] = job;
		run->jobs_left++;
		*ret = job;
		return WR_OK;
	}
	wr_arena_free(&job->arena);
	wr_alloc_free(run->alloc, job, sizeof *job);
	if (s == WR_NOMEM)
		run->eval.fuel = fuel;
	return s;
}

static struct wr_entry
entry_of(const struct wr_job *job)
{
	return (struct wr_entry){(uint64_t)job->node << 32 | job->index, job->index};
}

enum wr_status
wr_job_start(struct wr_run *run, struct wr_frame *frame, uint32_t node)
{
	struct wr_job *job = NULL;
	enum wr_status s = make_job(run, frame, node, run->module->flow.nodes[node].index, NULL, &job);

	if (s == WR_OK) {
		job->state = WR_JOB_FRESH;
		wr_queue_push(&run->fresh, entry_of(job));
	}
	return s;
}

void
wr_job_free(struct wr_run *run, struct wr_job *job)
{
	if (job == NULL)
		return;
	wr_job_leave(job);
	run->jobs[job->index] = NULL;
	run->jobs_left--;
	if (job->state != WR_JOB_VOID)
		run->requests_size -= job->arena.used;
	wr_arena_free(&job->arena);
	wr_alloc_free(run->alloc, job, sizeof *job);
}

void
wr_job_void(struct wr_run *run, struct wr_job *job)
{
	bool sent = job->state == WR_JOB_SENT;

	assert(!job->taken && job->state != WR_JOB_VOID);
	run->in_flight -= job->state != WR_JOB_FRESH;
	if (!sent) {
		wr_job_free(run, job);
		return;
	}
	wr_job_leave(job);
	run->requests_size -= job->arena.used;
	job->state = WR_JOB_VOID;
	job->frame = NULL;
	job_enter(job, &run->voids);
}

/* ---- handing out -------------------------------------------------------------------- */

bool
wr_run_next_cancelled(struct wr_run *run, uint32_t *ret_id)
{
	if (run->voids == NULL)
		return false;
	*ret_id = run->voids->call.id;
	wr_job_free(run, run->voids);
	return true;
}

/* Those that were given up go first. */
static bool
any(struct wr_run *run, struct wr_queue *q)
{
	while (q->len > 0 && run->jobs[q->at[0].index] == NULL)
		(void)wr_queue_pop(q);
	return q->len > 0;
}

/* False, and the run stops, when one more call would be too many. */
static bool
within_budget(struct wr_run *run)
{
	bool calls = run->used.calls < run->allowed.calls;
	bool tokens = run->used.tokens <= run->allowed.tokens;

	if (!calls)
		wr_run_stop(run, "budget", WR_TEXT("the run may make no more calls"));
	else if (!tokens)
		wr_run_stop(run, "budget", WR_TEXT("the run has used more tokens than it may"));
	return calls && tokens;
}

bool
wr_run_next(struct wr_run *run, struct wr_call *ret_call)
{
	struct wr_queue *q = any(run, &run->again) ? &run->again : &run->fresh;
	struct wr_job *job;

	if (run->state != WR_RUN_WAITING || !any(run, q))
		return false;
	if (q == &run->fresh && run->in_flight >= run->allowed.width)
		return false;
	if (!within_budget(run))
		return false;
	job = run->jobs[wr_queue_pop(q).index];
	run->in_flight += job->state == WR_JOB_FRESH;
	run->used.calls++;
	if (run->used.width < run->in_flight)
		run->used.width = run->in_flight;
	job->state = WR_JOB_SENT;
	job->call.id = job->index << ID_ATTEMPT_BITS | job->call.attempt;
	*ret_call = job->call;
	return true;
}

/* ---- taking what comes back ------------------------------------------------------------ */

/* The job whose call waits under this id, or NULL. */
static struct wr_job *
waiting(struct wr_run *run, uint32_t id)
{
	uint32_t index = id >> ID_ATTEMPT_BITS;
	struct wr_job *job = index < run->jobs_len ? run->jobs[index] : NULL;

	if (run->state != WR_RUN_WAITING || job == NULL || job->call.id != id)
		return NULL;
	if (job->state == WR_JOB_VOID)
		wr_job_free(run, job); /* the host is done with it */
	else if (job->state == WR_JOB_SENT)
		return job;
	return NULL;
}

bool
wr_run_argument(const struct wr_run *run, uint32_t id, uint32_t param, struct wr_buf *buf)
{
	const struct wr_code *code = &run->module->flow;
	uint32_t index = id >> ID_ATTEMPT_BITS, operand;
	const struct wr_job *job = index < run->jobs_len ? run->jobs[index] : NULL;
	const struct wr_node *n;

	if (run->state != WR_RUN_WAITING || job == NULL || job->call.id != id || job->state != WR_JOB_SENT ||
	    job->taken)
		return false;
	n = &code->nodes[job->node];
	if (param >= n->operands_len)
		return false;
	operand = wr_operand(code, n, param);
	wr_json_write(&run->module->types, code->types[operand],
	    wr_scope_value(&job->frame->scope, operand), buf);
	return true;
}

static void
settle(struct wr_run *run, struct wr_job *job)
{
	run->in_flight--;
	wr_job_free(run, job);
}

/* 250 ms before the first retry, doubling up to 8 s. */
static uint32_t
back_off(uint32_t retry)
{
	uint64_t ms = (uint64_t)WR_BACKOFF_FIRST_MS << (retry - 1);

	return ms < WR_BACKOFF_MAX_MS ? (uint32_t)ms : WR_BACKOFF_MAX_MS;
}

/* Nothing catches it. */
static void
fail(struct wr_run *run, const struct wr_job *job, enum wr_failure failure, struct wr_text detail,
    bool outcome_unknown)
{
	struct wr_fault *f = &run->fault;

	wr_str_add(f->agent, sizeof f->agent, agent_of(run, job)->name);
	wr_str_add(f->path, sizeof f->path, wr_text_of(job->call.path));
	f->outcome_unknown = outcome_unknown;
	wr_run_stop(run, wr_failure_word(failure), detail);
}

/* The next agent is asked the same, in the same place of the width; the job is taken. */
static enum wr_status
fall_back(struct wr_run *run, struct wr_job *job)
{
	struct wr_job *next = NULL;
	enum wr_status s = make_job(run, job->frame, job->node, wr_agent_fallback(agent_of(run, job)),
	    job->call.path, &next);

	if (s != WR_OK)
		return s;
	next->state = WR_JOB_AGAIN;
	wr_queue_push(&run->again, entry_of(next));
	run->in_flight++; /* until this one is settled */
	wr_job_leave(job);
	job->frame = NULL;
	job->taken = true;
	return WR_OK;
}

/*
 * An effect whose answer does not fit has happened, and nobody can say what it was: that is as good as
 * unknown. WR_OK: it is to be sent again, or the job is taken, or the run stopped. WR_NOMEM: as before.
 */
static enum wr_status
take_failure(struct wr_run *run, struct wr_job *job, enum wr_failure failure, struct wr_text detail,
    bool outcome_unknown)
{
	char clean[DETAIL_MAX + 4] = "";
	enum wr_status s;

	outcome_unknown |= job->call.effect && failure == WR_FAILURE_INVALID;
	wr_str_add_untrusted(clean, sizeof clean, detail);
	detail = wr_text_of(clean);
	run->reason[0] = '\0';
	wr_str_add(run->reason, sizeof run->reason, wr_text_of(wr_failure_word(failure)));
	if (detail.size > 0)
		wr_str_add(run->reason, sizeof run->reason, WR_TEXT(": "));
	wr_str_add(run->reason, sizeof run->reason, detail);

	if (failure != WR_FAILURE_REFUSED && !outcome_unknown && !job->call.effect &&
	    job->call.attempt <= wr_agent_retry(agent_of(run, job))) {
		job->call.delay_ms = back_off(job->call.attempt++);
		job->state = WR_JOB_AGAIN;
		wr_queue_push(&run->again, entry_of(job));
		return WR_OK;
	}
	if (!outcome_unknown && wr_agent_fallback(agent_of(run, job)) != WR_NONE)
		s = fall_back(run, job);
	else
		s = wr_run_catch(run, job);
	if (s == WR_NOMEM)
		return s;
	if (s == WR_ABSENT)
		fail(run, job, failure, detail, outcome_unknown);
	else if (s == WR_LIMIT)
		wr_run_stop_at_limit(run);
	return WR_OK;
}

static enum wr_status
read_answer(struct wr_run *run, const struct wr_job *job, struct wr_text answer,
    struct wr_value *ret, struct wr_json_fault *ret_fault)
{
	const struct wr_types *types = &run->module->types;
	uint32_t type = agent_of(run, job)->result;
	struct wr_member result = {.name = WR_TEXT("result"), .type = type};
	enum wr_status s;

	if (job->call.form == WR_RESULT_TEXT)
		return wr_text_read(types, type, answer, &run->heap, ret, ret_fault);
	if (!job->call.enveloped)
		return wr_json_read(types, type, answer, &run->heap, ret, ret_fault);
	s = wr_json_read_members(types, &result, 1, answer, &run->heap, ret, ret_fault);
	if (s == WR_OK)
		*ret = ret->as.items[0];
	return s;
}

static enum wr_status
take_invalid(struct wr_run *run, struct wr_job *job, const struct wr_json_fault *fault)
{
	char detail[sizeof fault->path + sizeof fault->why + 2] = "";

	wr_str_add(detail, sizeof detail, wr_text_of(fault->path));
	if (fault->path[0] != '\0')
		wr_str_add(detail, sizeof detail, WR_TEXT(": "));
	wr_str_add(detail, sizeof detail, wr_text_of(fault->why));
	return take_failure(run, job, WR_FAILURE_INVALID, wr_text_of(detail), false);
}

/* WR_OK: the node has its value, or the run stopped. WR_INVALID, WR_NOMEM as in the door. */
static enum wr_status
take_answer(struct wr_run *run, struct wr_job *job, struct wr_text answer, uint64_t tokens)
{
	struct wr_frame *f = job->frame;
	struct wr_arena_mark mark = wr_arena_mark(&run->heap);
	struct wr_value *slot = &f->scope.slots[job->node - f->scope.first];
	struct wr_value value = {.kind = WR_VALUE_UNSET};
	struct wr_json_fault fault;
	enum wr_status s = read_answer(run, job, answer, &value, &fault);

	if (s != WR_OK)
		wr_arena_rewind(&run->heap, mark);
	if (s == WR_NOMEM || (s == WR_INVALID && take_invalid(run, job, &fault) == WR_NOMEM))
		return WR_NOMEM;
	if (__builtin_add_overflow(run->used.tokens, tokens, &run->used.tokens))
		run->used.tokens = UINT64_MAX;
	if (s == WR_LIMIT) {
		wr_run_stop_at_limit(run);
		s = WR_OK;
	} else if (s == WR_INVALID) {
		job->invalid = job->taken;
	} else {
		*slot = value;
		wr_job_leave(job);
		job->taken = true;
		wr_run_finish(run, f, job->node);
	}
	return s;
}

/* What was taken has its consequences; then the job is done with. */
static enum wr_status
go_on(struct wr_run *run, struct wr_job *job)
{
	bool invalid = job->invalid;
	enum wr_status s = wr_run_pump(run);

	if (s != WR_OK)
		return s;
	settle(run, job);
	return invalid ? WR_INVALID : WR_OK;
}

enum wr_status
wr_run_answer(struct wr_run *run, uint32_t id, struct wr_text answer, uint64_t tokens)
{
	struct wr_job *job = waiting(run, id);
	enum wr_status s;

	if (job == NULL)
		return WR_STALE;
	if (!job->taken) {
		s = take_answer(run, job, answer, tokens);
		if (!job->taken || run->state != WR_RUN_WAITING)
			return s;
	}
	return go_on(run, job);
}

enum wr_status
wr_run_fail(struct wr_run *run, uint32_t id, enum wr_failure failure, struct wr_text detail,
    bool outcome_unknown)
{
	struct wr_job *job = waiting(run, id);
	enum wr_status s;

	if (job == NULL)
		return WR_STALE;
	if (!job->taken) { /* else what was taken before counts */
		s = take_failure(run, job, failure, detail, outcome_unknown);
		if (!job->taken)
			return s;
	}
	s = go_on(run, job);
	return s == WR_INVALID ? WR_OK : s;
}

const char *
wr_run_reason(const struct wr_run *run)
{
	return run->reason;
}

void
wr_run_cancel(struct wr_run *run, const char *code, const char *detail)
{
	if (run->state == WR_RUN_WAITING)
		wr_run_stop(run, code, wr_text_of(detail));
}
