/*
 * A run hangs on its input and its answers alone. Whatever order answers come in, whether it is
 * stopped at any call and replayed, the same is asked and the same comes out; a call that fails
 * says which and why; and nothing uses more than the worst case.
 */
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/orders.h"
#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(run_order, .timeout = 120);

static const char *const flows[] = {
	"examples/claims/claims.wf",
	"tests/golden/show/requires.wf",
	"tests/golden/show/drops.wf",
	"tests/golden/show/settings.wf",
	"tests/golden/show/debate.wf",
	"tests/golden/show/people.wf",
	"tests/golden/show/fallbacks.wf",
	"tests/golden/show/with.wf",
	"tests/prop/flows/everything.wf",
	"tests/prop/flows/dos.wf",
	"tests/prop/flows/fors.wf",
	"tests/prop/flows/loops.wf",
	"tests/prop/flows/wide.wf",
};

#define FLOWS (sizeof flows / sizeof *flows)
#define INPUTS 40u /* of each flow, each with its own answers */
#define ORDERS 8  /* of each of them */

/* One flow with one input. */
struct play {
	struct failing_alloc f;
	struct wr_module *module;
	struct wr_buf input;
	struct script script;
	const char *name;
};

static void
begin(struct play *p, const char *path, uint64_t seed)
{
	struct answers a = answers_for(seed, path);
	struct wr_load_refusal refusal = { .why = "" };
	struct wr_buf bytes, messages;

	*p = (struct play){ .name = path };
	failing_alloc_init(&p->f);
	wr_buf_init(&bytes, &p->f.hook, WR_MODULE_MAX);
	wr_buf_init(&messages, &p->f.hook, 1 << 16);
	cr_assert_eq(flow_file_compile(&p->f.hook, path, &bytes, &messages), WR_OK, "%s: %s", path,
	    messages.at == NULL ? "" : messages.at);
	cr_assert_eq(
	    wr_load((const uint8_t *)bytes.at, bytes.size, &p->f.hook, &p->module, &refusal), WR_OK,
	    "%s: %s", path, refusal.why);
	wr_buf_free(&bytes);
	wr_buf_free(&messages);
	wr_buf_init(&p->input, &p->f.hook, 1 << 20);
	answer_inputs(&a, p->module, &p->input);
	p->script = (struct script){ .module = p->module,
		.alloc = &p->f.hook,
		.input = wr_buf_view(&p->input),
		.answers = seed };
}

static void
finish(struct play *p)
{
	wr_buf_free(&p->input);
	wr_module_free(p->module);
	cr_expect_eq(p->f.live_bytes, 0, "%s", p->name);
}

/* Too large for the stack of a test. */
static struct script_end *
play(const struct play *p, const struct script *script)
{
	struct script_end *end = malloc(sizeof *end);

	cr_assert(end != NULL);
	script_play(script, end);
	cr_expect_eq(end->status, WR_OK, "%s: %s %s", p->name, end->fault.path, end->fault.detail);
	cr_expect(end->wrong == NULL, "%s: %s: %s", p->name, end->wrong_at, end->wrong);
	return end;
}

static void
leave(struct script_end *end)
{
	script_end_free(end);
	free(end);
}

/* A `require` that fails ends the run at once, so what else was asked by then may differ. */
static void
same(const struct play *p, const struct script_end *a, const struct script_end *b, const char *what)
{
	if (a->lost > 0 || b->lost > 0) {
		const char *wrong = orders_differ(a, b);

		cr_expect(wrong == NULL, "%s: %s: %s", p->name, what, wrong);
		return;
	}
	cr_expect_eq(a->state, b->state, "%s: %s", p->name, what);
	if (a->state == WR_RUN_DONE && b->state == WR_RUN_DONE) {
		cr_expect(wr_text_eq(wr_buf_view(&a->output), wr_buf_view(&b->output)),
		    "%s: %s: %s\n%s", p->name, what, a->output.at, b->output.at);
		cr_expect_eq(a->asked, b->asked, "%s: %s: other requests", p->name, what);
		cr_expect_eq(a->used.calls, b->used.calls, "%s: %s", p->name, what);
		cr_expect_eq(a->used.tokens, b->used.tokens, "%s: %s", p->name, what);
	} else if (a->state == WR_RUN_FAILED && b->state == WR_RUN_FAILED) {
		cr_expect_str_eq(a->fault.code, b->fault.code, "%s: %s", p->name, what);
	}
}

Test(run_order, any_order_of_answers_gives_the_same)
{
	uint32_t done = 0, failed = 0;

	for (size_t i = 0; i < FLOWS; i++)
		for (uint64_t seed = 1; seed <= INPUTS; seed++) {
			struct script_end *first;
			struct play p;

			begin(&p, flows[i], seed);
			p.script.failing = (uint32_t)(seed % 3 * 4);
			first = play(&p, &p.script);
			done += first->state == WR_RUN_DONE;
			failed += first->state == WR_RUN_FAILED;
			for (uint64_t order = 1; order <= ORDERS; order++) {
				struct script script = p.script;
				struct script_end *other;

				script.order = order;
				other = play(&p, &script);
				same(&p, first, other, "another order");
				leave(other);
			}
			leave(first);
			finish(&p);
		}
	cr_log_info("%u to their end, %u failed", done, failed);
	cr_expect_gt(done, FLOWS * INPUTS / 2);
	cr_expect_gt(failed, 0, "some requires do not hold");
}

/* What is tried fails, here and there; which call is the first to fail changes nothing that comes out. */
Test(run_order, calls_that_fail_for_good_give_the_same_in_any_order)
{
	static const char *const tried[] = { "tests/prop/flows/tries.wf", "tests/prop/flows/fors.wf" };
	uint32_t done = 0, lost = 0, cancelled = 0;

	for (uint64_t seed = 1; seed <= 2 * INPUTS; seed++) {
		struct script_end *first;
		struct play p;

		begin(&p, tried[seed % 8 == 0], seed);
		p.script.failing = (uint32_t)(seed % 3 * 4);
		p.script.hopeless = (uint32_t)(seed % 5);
		first = play(&p, &p.script);
		done += first->state == WR_RUN_DONE && first->lost > 0;
		for (uint64_t order = 1; order <= ORDERS; order++) {
			struct script script = p.script;
			struct script_end *other, *replayed;

			script.order = order;
			other = play(&p, &script);
			same(&p, first, other, "another order");
			lost += other->lost;
			cancelled += other->cancelled;
			script.replay = other->picks;
			script.replay_len = other->picks_len;
			replayed = play(&p, &script);
			cr_expect_eq(other->asked, replayed->asked, "%s", p.name);
			cr_expect_eq(other->cancelled, replayed->cancelled, "%s", p.name);
			same(&p, other, replayed, "the same order again");
			leave(replayed);
			leave(other);
		}
		leave(first);
		finish(&p);
	}
	cr_log_info("%u to their end without what failed, %u calls lost, %u cancelled", done, lost,
	    cancelled);
	cr_expect_gt(done, INPUTS / 2);
	cr_expect_gt(cancelled, INPUTS);
}

Test(run_order, stopped_at_any_call_and_replayed_it_goes_on_the_same)
{
	for (size_t i = 0; i < FLOWS; i++)
		for (uint64_t seed = 1; seed <= INPUTS; seed++) {
			struct script_end *whole;
			struct play p;

			begin(&p, flows[i], seed);
			p.script.failing = 5;
			p.script.order = seed;
			whole = play(&p, &p.script);
			for (uint32_t stop = 1; stop < whole->picks_len; stop++) {
				struct script script = p.script;
				struct script_end *part, *rest;

				script.stop = stop;
				part = play(&p, &script);
				cr_expect_eq(part->state, WR_RUN_WAITING);
				cr_expect_eq(part->picks_len, stop);
				script.stop = 0;
				script.order = seed + stop;
				script.replay = part->picks;
				script.replay_len = part->picks_len;
				rest = play(&p, &script);
				same(&p, whole, rest, "stopped and replayed");
				leave(part);
				leave(rest);
			}
			leave(whole);
			finish(&p);
		}
}

static bool
falls_back(const struct play *p, const char *name, size_t size)
{
	const struct wr_summary *s = wr_module_summary(p->module);

	for (uint32_t i = 0; i < s->agents_len; i++)
		if (wr_text_eq(s->agents[i].name, (struct wr_text){ name, size }))
			return s->agents[i].fallback != UINT32_MAX;
	return false;
}

/* What has happened and gave nothing that fits: what it came to is unknown. */
static bool
happened(const struct play *p, const char *name, size_t size, enum wr_failure how)
{
	for (uint32_t i = 0; i < p->module->agents_len && how == WR_FAILURE_INVALID; i++)
		if (wr_text_eq(p->module->agents[i].name, (struct wr_text){ name, size }))
			return wr_agent_has_effect(p->module, &p->module->agents[i]);
	return false;
}

/* One path of one flow never gives a value. */
static void
break_path(const struct play *p, const char *path, enum wr_failure how, bool unknown)
{
	struct script script = p->script;
	struct script_end *end;
	const char *name = strrchr(path, '.') == NULL ? path : strrchr(path, '.') + 1;
	size_t agent = strcspn(name, "~");

	script.broken = path;
	script.how = how;
	script.unknown = unknown;
	end = play(p, &script);
	if (end->state == WR_RUN_DONE && !unknown && falls_back(p, name, agent)) {
		leave(end); /* another agent answered */
		return;
	}
	if (end->state == WR_RUN_FAILED && strcmp(end->fault.code, "require") == 0) {
		leave(end); /* answers that came first decided it */
		return;
	}
	cr_expect_eq(
	    end->state, WR_RUN_FAILED, "%s: %s failed and nothing came of it", p->name, path);
	if (end->state == WR_RUN_FAILED) {
		cr_expect_str_eq(end->fault.code, wr_failure_word(how), "%s: %s", p->name, path);
		cr_expect_str_eq(end->fault.path, path, "%s", p->name);
		cr_expect(
		    strlen(end->fault.agent) == agent && memcmp(end->fault.agent, name, agent) == 0,
		    "%s: %s", p->name, path);
		cr_expect_neq(end->fault.detail[0], '\0', "%s: %s says nothing", p->name, path);
		cr_expect_eq(end->fault.outcome_unknown, unknown || happened(p, name, agent, how), "%s: %s",
		    p->name, path);
	}
	leave(end);
}

Test(run_order, a_call_that_fails_says_which_and_why)
{
	uint32_t broken = 0;

	for (size_t i = 0; i < FLOWS; i++)
		for (uint64_t seed = 1; seed <= INPUTS / 2; seed++) {
			struct script_end *whole;
			struct play p;

			begin(&p, flows[i], seed);
			whole = play(&p, &p.script);
			for (uint32_t k = 0; k < whole->picks_len; k++)
				for (int how = WR_FAILURE_TIMEOUT; how <= WR_FAILURE_INVALID;
				     how++) {
					break_path(
					    &p, whole->picks[k].path, (enum wr_failure)how, false);
					broken++;
				}
			for (uint32_t k = 0; k < whole->picks_len; k++)
				break_path(&p, whole->picks[k].path, WR_FAILURE_UNAVAILABLE, true);
			leave(whole);
			finish(&p);
		}
	cr_expect_gt(broken, 100);
}

/* What a schema allows the machine takes, but for the lengths of texts, which schemas cannot say.
 */
Test(run_order, what_a_schema_allows_is_taken)
{
	uint32_t taken = 0, too_short = 0;

	for (size_t i = 0; i < FLOWS; i++) {
		struct play p;

		begin(&p, flows[i], 1);
		for (uint64_t seed = 0; seed < 40; seed++) {
			struct answers a = answers_for(seed, "schema");
			struct wr_run *run;
			struct wr_fault fault;
			struct wr_call call;

			cr_assert_eq(
			    wr_run_start(p.module, &p.f.hook, NULL, p.script.input, &run, &fault),
			    WR_OK);
			while (wr_run_state(run) == WR_RUN_WAITING && wr_run_next(run, &call)) {
				struct wr_buf answer;
				enum wr_status s;

				wr_buf_init(&answer, &p.f.hook, 1 << 20);
				if (call.form == WR_RESULT_TEXT)
					answer_call(&a, p.module, &call, &answer);
				else
					cr_assert(answer_schema(&a, call.schema, &answer), "%.*s",
					    (int)call.schema.size, call.schema.at);
				s = wr_run_answer(run, call.id, wr_buf_view(&answer), 0);
				cr_expect(
				    s == WR_OK || (s == WR_INVALID && strstr(wr_run_reason(run),
									  "a text of at") != NULL),
				    "%s: %s: %s\n%s", p.name, call.agent.at, wr_run_reason(run),
				    answer.at);
				taken += s == WR_OK;
				too_short += s == WR_INVALID;
				wr_buf_free(&answer);
			}
			wr_run_free(run);
		}
		finish(&p);
	}
	cr_expect_gt(taken, too_short);
}
