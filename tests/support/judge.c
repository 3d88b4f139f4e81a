/* Assemble, verify, and put the answer into words. */
#include "tests/support/judge.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"

#include <stdio.h>

static char answer[4096];

static enum wr_status
verify(const char *source, const struct wr_findings *findings, struct wr_bounds *worst, struct wr_refusal *why)
{
	struct failing_alloc f;
	struct wr_arena arena;
	enum wr_status s;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, (size_t)1 << 30);
	s = wr_verify(assemble(source, &arena), findings, worst, why);
	wr_arena_free(&arena);
	return s;
}

const char *
judge(const char *source, struct wr_refusal *ret_refusal)
{
	enum wr_status s = verify(source, NULL, NULL, ret_refusal);

	return s == WR_OK ? "ok" : s == WR_REFUSED ? ret_refusal->code : wr_status_text(s);
}

static void
say(const struct wr_refusal *r)
{
	size_t len = strlen(answer);
	char *at = answer + len;
	size_t room = sizeof answer - len;
	char node[16] = "-", operand[16] = "-";

	if (strncmp(r->code, "label-", 6) != 0) {
		snprintf(at, room, "%s%s %llu>%llu", len > 0 ? "; " : "", r->code, (unsigned long long)r->have,
		    (unsigned long long)r->allowed);
		return;
	}
	if (r->node != WR_NONE)
		snprintf(node, sizeof node, "%u", r->node);
	if (r->operand != WR_NONE)
		snprintf(operand, sizeof operand, "%u", r->operand);
	snprintf(at, room, "%s%s %s.%s %llu", len > 0 ? "; " : "", r->code, node, operand,
	    (unsigned long long)r->labels);
}

static bool
found(void *user, const struct wr_module *module, const struct wr_refusal *refusal)
{
	(void)user;
	(void)module;
	say(refusal);
	return true;
}

const char *
judge_all(const char *source)
{
	struct wr_refusal why;
	enum wr_status s;

	answer[0] = '\0';
	s = verify(source, &(struct wr_findings){ found, NULL }, NULL, &why);
	if (answer[0] == '\0')
		snprintf(answer, sizeof answer, "%s", s == WR_OK ? "ok" : s == WR_REFUSED ? why.code : wr_status_text(s));
	return answer;
}

const char *
judge_bounds(const char *source)
{
	struct wr_refusal why;
	struct wr_bounds worst = { .width = UINT64_MAX };
	enum wr_status s = verify(source, NULL, &worst, &why);

	if (worst.width == UINT64_MAX)
		snprintf(answer, sizeof answer, "%s", s == WR_REFUSED ? why.code : wr_status_text(s));
	else
		snprintf(answer, sizeof answer, "%llu %llu %llu", (unsigned long long)worst.calls,
		    (unsigned long long)worst.tokens, (unsigned long long)worst.time_ms);
	return answer;
}
