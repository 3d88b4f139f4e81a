/* Plays one run and watches it. Sends nothing anywhere. */
#include "tests/support/script.h"

#include "tests/support/do_order.h"
#include "vm/base/hash.h"
#include "vm/json.h"
#include "vm/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HAND_MAX 255
#define HANDED_MAX 2048

/* A call that the host holds. */
struct held {
	struct wr_call call;
	uint64_t due; /* when its answer comes, by the clock */
};

struct player {
	const struct script *script;
	struct script_end *end;
	const struct wr_summary *summary;
	struct wr_run *run;
	struct held hand[HAND_MAX];
	uint32_t hand_len;
	struct answers order;
	uint64_t now, tokens;
	bool dos; /* there is an order to look at */
	uint64_t handed[HANDED_MAX]; /* each path and attempt, as a hash */
	uint32_t handed_len;
};

static void
wrong(struct player *p, const char *what, const char *path)
{
	if (p->end->wrong != NULL)
		return;
	p->end->wrong = what;
	(void)snprintf(p->end->wrong_at, sizeof p->end->wrong_at, "%s", path);
}

/* The dice of one attempt. */
static struct answers
dice(const struct player *p, const struct wr_call *call, uint64_t purpose)
{
	return answers_for(p->script->answers * 64 + call->attempt * 4 + purpose, call->path);
}

static const struct wr_summary_agent *
agent_of(const struct player *p, const struct wr_call *call)
{
	for (uint32_t i = 0; i < p->summary->agents_len; i++)
		if (wr_text_eq(p->summary->agents[i].name, call->agent))
			return &p->summary->agents[i];
	return NULL;
}

/* Bytes that a model reads, and the most that it may say. */
static uint64_t
tokens_of(const struct wr_call *call)
{
	uint64_t sum = call->form == WR_RESULT_JSON ? call->schema.size : 0;

	if (strcmp(call->kind, "llm") != 0)
		return 0;
	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *part = &call->parts[i];

		if (strcmp(part->name, "max_tokens") == 0)
			sum += (uint64_t)part->integer;
		else if (strcmp(part->name, "context") == 0 || strcmp(part->name, "user") == 0 ||
			 strcmp(part->name, "assistant") == 0)
			sum += part->text.size;
	}
	return sum;
}

/* What the backend is told. */
static uint64_t
request_of(const struct wr_call *call)
{
	uint64_t h = wr_hash(call->schema.at, call->schema.size, 1);

	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *part = &call->parts[i];

		h = wr_hash(part->name, strlen(part->name), h ^ (uint64_t)part->integer);
		h = part->key.size > 0 ? wr_hash(part->key.at, part->key.size, h) : h;
		h = part->text.size > 0 ? wr_hash(part->text.at, part->text.size, h) : h;
	}
	return h;
}

static uint64_t
context_of(const struct wr_call *call)
{
	for (uint32_t i = 0; i < call->parts_len; i++)
		if (strcmp(call->parts[i].name, "context") == 0)
			return wr_hash(call->parts[i].text.at, call->parts[i].text.size, 1);
	return 0;
}

static uint64_t
hash_of(const struct wr_call *call)
{
	uint64_t h = wr_hash(call->path, strlen(call->path), request_of(call) + call->attempt);

	return wr_hash(&call->delay_ms, sizeof call->delay_ms, h);
}

/* Labels that the backends of those taint that are asked when this one fails. */
static uint64_t
tainted_later(const struct wr_summary *s, const struct wr_summary_agent *agent)
{
	uint64_t labels = 0;

	while (agent->fallback != UINT32_MAX) {
		agent = &s->agents[agent->fallback];
		labels |= s->backends[agent->backend].taints;
	}
	return labels;
}

/* What the verifier says that the answer carries, of what is tainted no more than by then. */
static uint64_t
carried(const struct player *p, const struct wr_call *call)
{
	const struct wr_module *m = p->script->module;
	const struct wr_summary_agent *agent = agent_of(p, call);
	uint32_t n = do_order_node(m, call->path);

	if (agent == NULL || n == WR_NONE)
		return 0;
	return (m->flow.ambient[n] & ~tainted_later(p->summary, agent)) |
	    p->summary->backends[agent->backend].taints;
}

/*
 * What is different in a run with another twist: what the answer carries and, whatever anybody says of
 * that, what was asked.
 */
static uint64_t
twist_of(const struct player *p, const struct wr_call *call)
{
	const struct script *s = p->script;

	if (s->secret == 0)
		return 0;
	return request_of(call) ^ ((carried(p, call) & s->secret) != 0 ? s->twist : 0);
}

/* Whether it is asked hangs on when a call beside it fails, and time is not what labels are about. */
static bool
may_be_cancelled(const struct player *p, const struct wr_call *call)
{
	uint32_t n = do_order_node(p->script->module, call->path);

	return p->script->hopeless > 0 && n != WR_NONE && wr_code_tried(&p->script->module->flow, n);
}

static uint64_t
accepted(const struct player *p, const struct wr_call *call)
{
	const struct wr_summary_agent *agent = agent_of(p, call);

	return agent == NULL ? 0 : p->summary->backends[agent->backend].accepts;
}

/* Of a value, but for its parts that are declared with a secret label. */
static uint64_t
hash_open(const struct wr_types *types, uint32_t type, struct wr_value v, uint64_t secret)
{
	const struct wr_type *t = &types->at[type];
	uint64_t h = wr_hash(&v.kind, sizeof v.kind, 1);

	if (t->kind == WR_TYPE_OPTION && v.kind != WR_VALUE_NONE)
		t = &types->at[t->elem];
	if (v.kind == WR_VALUE_TEXT)
		return v.len == 0 ? h : wr_hash(v.as.text, v.len, h);
	if (v.kind == WR_VALUE_INT || v.kind == WR_VALUE_NUMBER)
		return wr_hash(&v.as.integer, sizeof v.as.integer, h);
	if (v.kind == WR_VALUE_BOOL)
		return h + v.as.boolean;
	if (v.kind == WR_VALUE_NONE)
		return h;
	h = wr_hash(&v.len, sizeof v.len, h);
	for (uint32_t i = 0; i < v.len && v.kind == WR_VALUE_LIST; i++)
		h = h * 31 + hash_open(types, t->elem, v.as.items[i], secret);
	for (uint32_t i = 0; i < v.len && v.kind == WR_VALUE_RECORD; i++)
		if ((t->members[i].labels & secret) == 0)
			h = h * 31 + hash_open(types, t->members[i].type, v.as.items[i], secret);
	if (v.kind == WR_VALUE_VARIANT && v.as.items != NULL &&
	    (t->members[v.len].labels & secret) == 0)
		h = h * 31 + hash_open(types, t->members[v.len].type, v.as.items[0], secret);
	return h;
}

/* What a call waits for has ended, and what waits for it has not been asked. */
static void
look_at_order(struct player *p, const struct wr_call *call)
{
	const struct wr_module *m = p->script->module;

	for (uint32_t i = 0; i < p->hand_len; i++)
		if (do_order_says(m, p->hand[i].call.path, call->path) ||
		    do_order_says(m, call->path, p->hand[i].call.path))
			wrong(p, "a do begins before the one above it has ended", call->path);
	for (uint32_t i = 0; i < p->end->picks_len; i++)
		if (do_order_says(m, call->path, p->end->picks[i].path))
			wrong(p, "a do begins after one below it", call->path);
}

/* Nothing is asked twice, whatever was given up. */
static void
look_again(struct player *p, const struct wr_call *call)
{
	uint64_t hash = wr_hash(call->path, strlen(call->path), call->attempt);

	for (uint32_t i = 0; i < p->handed_len; i++)
		if (p->handed[i] == hash)
			wrong(p, "asked twice", call->path);
	if (p->handed_len < HANDED_MAX)
		p->handed[p->handed_len++] = hash;
}

/* What holds of every call that is handed out. */
static void
look_at(struct player *p, const struct wr_call *call)
{
	const struct wr_summary_agent *agent = agent_of(p, call);

	if (agent == NULL) {
		wrong(p, "a call of no agent", call->path);
		return;
	}
	if (call->attempt > agent->retry + 1)
		wrong(p, "tried more often than the agent says", call->path);
	if (call->effect && call->attempt > 1)
		wrong(p, "an effect is sent again", call->path);
	for (uint32_t i = 0; i < call->parts_len; i++)
		if (!wr_utf8_valid(call->parts[i].text))
			wrong(p, "a part that is not UTF-8", call->path);
	for (uint32_t i = 0; i < p->hand_len; i++)
		if (strcmp(p->hand[i].call.path, call->path) == 0)
			wrong(p, "two calls of one path at once", call->path);
	if (p->dos)
		look_at_order(p, call);
	look_again(p, call);
	p->tokens += tokens_of(call);
	p->end->asked += hash_of(call);
	if ((accepted(p, call) & p->script->secret) == 0 && !may_be_cancelled(p, call))
		p->end->blind += hash_of(call);
}

/* Who is told of leaves the hand; its answer, when one comes all the same, is late. */
static void
let_go(struct player *p)
{
	uint32_t id, i;

	while (wr_run_next_cancelled(p->run, &id)) {
		for (i = 0; i < p->hand_len && p->hand[i].call.id != id; i++)
			;
		if (i == p->hand_len) {
			wrong(p, "told of a call that nobody has", "");
			return;
		}
		p->hand[i] = p->hand[--p->hand_len];
		p->end->cancelled++;
		if (wr_run_answer(p->run, id, WR_TEXT("late"), 1) != WR_STALE)
			wrong(p, "the answer to a cancelled call is taken", "");
	}
}

static void
take_all(struct player *p)
{
	uint64_t width = p->summary->promised.width;
	struct wr_call call;

	let_go(p);
	while (p->hand_len < HAND_MAX && wr_run_next(p->run, &call)) {
		struct answers a = dice(p, &call, 0);
		uint64_t takes =
		    answers_roll(&a, 2) == 0 ?
			call.timeout_ms :
			(uint64_t)answers_roll(&a, (uint32_t)(call.timeout_ms % UINT32_MAX) + 1);

		look_at(p, &call);
		p->hand[p->hand_len++] = (struct held){ call, p->now + call.delay_ms + takes };
	}
	if (width != 0 && p->hand_len > width)
		wrong(p, "more calls in flight than the width", "");
}

/* Who is answered next. */
static uint32_t
pick(struct player *p)
{
	uint32_t best = 0;

	if (p->end->picks_len < p->script->replay_len) {
		const struct script_pick *want = &p->script->replay[p->end->picks_len];

		for (uint32_t i = 0; i < p->hand_len; i++)
			if (strcmp(p->hand[i].call.path, want->path) == 0 &&
			    p->hand[i].call.attempt == want->attempt)
				return i;
		wrong(p, "a replay does not ask what was asked", want->path);
		return 0;
	}
	if (p->script->chosen != NULL)
		return p->end->picks_len < p->script->chosen_len ?
			   p->script->chosen[p->end->picks_len] % p->hand_len :
			   0;
	if (p->script->order != 0)
		return answers_roll(&p->order, p->hand_len);
	for (uint32_t i = 1; i < p->hand_len; i++)
		if (p->hand[i].due < p->hand[best].due)
			best = i;
	return best;
}

/* What it does when it fails for good does not end the run. */
static bool
may_fail(const struct player *p, const struct wr_call *call)
{
	const struct wr_code *flow = &p->script->module->flow;
	uint32_t n = do_order_node(p->script->module, call->path);

	return agent_of(p, call)->fallback != UINT32_MAX || (n != WR_NONE && wr_code_tried(flow, n));
}

/* This path fails whenever it is asked; one that carries a secret may do so because of it. */
static bool
hopeless(const struct player *p, const struct wr_call *call)
{
	struct answers a = answers_for((p->script->answers + twist_of(p, call)) * 64 + 2, call->path);

	if (p->script->caught && !may_fail(p, call))
		return false;
	return answers_roll(&a, 16) < p->script->hopeless;
}

/* False: this attempt shall fail. */
static bool
succeeds(const struct player *p, const struct wr_call *call, struct answers *a)
{
	if (p->script->broken != NULL && strcmp(p->script->broken, call->path) == 0)
		return false;
	if (hopeless(p, call))
		return false;
	if (call->effect || call->attempt > agent_of(p, call)->retry)
		return true;
	return answers_roll(a, 16) >= p->script->failing;
}

static enum wr_status
fail(struct player *p, const struct wr_call *call, struct answers *a)
{
	static const enum wr_failure hows[] = { WR_FAILURE_TIMEOUT, WR_FAILURE_UNAVAILABLE,
		WR_FAILURE_INVALID, WR_FAILURE_REFUSED };
	bool meant = p->script->broken != NULL && strcmp(p->script->broken, call->path) == 0;
	enum wr_failure how = meant ? p->script->how : hows[answers_roll(a, hopeless(p, call) ? 4 : 3)];
	enum wr_status s;

	if (how == WR_FAILURE_REFUSED || call->effect || call->attempt > agent_of(p, call)->retry)
		p->end->lost++;
	if (how != WR_FAILURE_INVALID || call->form == WR_RESULT_TEXT)
		return wr_run_fail(p->run, call->id, how, WR_TEXT("as the script says"),
		    meant && p->script->unknown);
	s = wr_run_answer(p->run, call->id, WR_TEXT("{\"result\":"), tokens_of(call));
	return s == WR_INVALID ? WR_OK : WR_FAILED;
}

static void
give(struct player *p)
{
	uint32_t i = pick(p);
	struct wr_call call = p->hand[i].call;
	struct script_pick *done = &p->end->picks[p->end->picks_len];
	struct answers a = dice(p, &call, 1);
	struct wr_buf answer;
	enum wr_status s;

	a.secret = p->script->secret;
	a.twist = p->script->twist;
	a.state = (a.state ^ twist_of(p, &call)) | 1;

	wr_buf_init(&answer, p->script->alloc, 1 << 24);
	(void)snprintf(done->path, sizeof done->path, "%s", call.path);
	done->attempt = call.attempt;
	done->context = context_of(&call);
	p->end->hands[p->end->picks_len] = (uint8_t)p->hand_len;
	p->now = p->hand[i].due > p->now ? p->hand[i].due : p->now;
	p->hand[i] = p->hand[--p->hand_len];
	p->end->picks_len++;
	if (succeeds(p, &call, &a)) {
		answer_call(&a, p->script->module, &call, &answer);
		s = answer.status != WR_OK ?
			wr_run_fail(p->run, call.id, WR_FAILURE_REFUSED,
			    WR_TEXT("too long to be said"), false) :
			wr_run_answer(p->run, call.id, wr_buf_view(&answer), tokens_of(&call));
	} else {
		s = fail(p, &call, &a);
	}
	if (s != WR_OK)
		wrong(p, s == WR_INVALID ? "a right answer is not taken" : "an answer is not taken",
		    done->path);
	if (wr_run_fail(p->run, call.id, WR_FAILURE_TIMEOUT, WR_TEXT(""), false) != WR_STALE)
		wrong(p, "a late answer is taken", done->path);
	wr_buf_free(&answer);
}

/* What comes out is of the type that the flow says: what was inferred of every node on the way
 * holds. */
static void
look_at_output(struct player *p)
{
	const struct wr_module *m = p->script->module;
	struct wr_member result = { .name = WR_TEXT("result"), .type = m->result };
	struct wr_json_fault fault = { .why = "" };
	struct wr_value value;
	struct wr_arena arena;
	enum wr_status s;

	wr_arena_init(&arena, p->script->alloc, (size_t)1 << 30);
	if (wr_result_enveloped(m))
		s = wr_json_read_members(
		    &m->types, &result, 1, wr_run_output(p->run), &arena, &value, &fault);
	else
		s = wr_json_read(
		    &m->types, m->result, wr_run_output(p->run), &arena, &value, &fault);
	if (s != WR_OK)
		wrong(p, "the output is not of its type", fault.path);
	else if (((m->result_labels | m->flow.ambient[m->flow.operands[m->flow.blocks[0].roots]]) &
		     p->script->secret) == 0)
		p->end->seen = hash_open(&m->types, m->result,
		    wr_result_enveloped(m) ? value.as.items[0] : value, p->script->secret);
	wr_arena_free(&arena);
}

static void
finish(struct player *p)
{
	const struct wr_summary_bounds *worst = &p->summary->worst;
	struct script_end *end = p->end;

	end->state = wr_run_state(p->run);
	end->used = wr_run_used(p->run);
	end->time_ms = p->now;
	if (end->state == WR_RUN_DONE) {
		wr_buf_text(&end->output, wr_run_output(p->run));
		look_at_output(p);
	}
	if (end->state == WR_RUN_FAILED)
		end->fault = *wr_run_fault(p->run);
	if (end->used.calls > worst->calls || end->used.tokens > worst->tokens ||
	    p->tokens > worst->tokens)
		wrong(p, "more was used than the worst case", "");
	if (p->script->order == 0 && p->script->chosen == NULL && p->now > worst->time_ms)
		wrong(p, "it took longer than the worst case", "");
	if (end->state == WR_RUN_FAILED && strcmp(end->fault.code, "budget") == 0)
		wrong(p, "the budget ran out inside the worst case", "");
}

void
script_play(const struct script *script, struct script_end *ret)
{
	struct player p = { .script = script,
		.end = ret,
		.summary = wr_module_summary(script->module),
		.order = answers_for(script->order, "order"),
		.dos = do_order_matters(script->module) };

	memset(ret, 0, sizeof *ret);
	wr_buf_init(&ret->output, script->alloc, 1 << 24);
	ret->status =
	    wr_run_start(script->module, script->alloc, NULL, script->input, &p.run, &ret->fault);
	if (ret->status != WR_OK)
		return;
	while (wr_run_state(p.run) == WR_RUN_WAITING) {
		take_all(&p);
		if (wr_run_state(p.run) != WR_RUN_WAITING || ret->wrong != NULL)
			break;
		if (p.hand_len == 0) {
			wrong(&p, "waits for nothing", "");
			break;
		}
		if (ret->picks_len == SCRIPT_PICKS ||
		    (script->stop != 0 && ret->picks_len == script->stop))
			break;
		give(&p);
	}
	finish(&p);
	wr_run_free(p.run);
}

void
script_end_free(struct script_end *end)
{
	wr_buf_free(&end->output);
}
