/* Plays one run again and again: the first end is the measure of the others. */
#include "tests/support/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[2048];

/*
 * Calls failed for good: which one first says what else was asked, and whether it or a `require` beside
 * it ends the run. What comes out when both come to their end is the same.
 */
static const char *
losers_differ(const struct script_end *a, const struct script_end *b)
{
	const struct script_end *failed = a->state == WR_RUN_FAILED ? a : b;

	if (a->state == WR_RUN_DONE && b->state == WR_RUN_DONE &&
	    !wr_text_eq(wr_buf_view(&a->output), wr_buf_view(&b->output)))
		return "has another output";
	if (a->state != b->state &&
	    (failed->state != WR_RUN_FAILED || strcmp(failed->fault.code, "require") != 0))
		return "ends in another state";
	return NULL;
}

/* A `require` that fails ends the run at once, so what else was asked by then may differ. */
const char *
orders_differ(const struct script_end *a, const struct script_end *b)
{
	if (a->lost > 0 || b->lost > 0)
		return losers_differ(a, b);
	if (a->state != b->state)
		return "ends in another state";
	if (a->state == WR_RUN_FAILED)
		return strcmp(a->fault.code, b->fault.code) == 0 ? NULL : "fails for another reason";
	if (a->state != WR_RUN_DONE)
		return NULL;
	if (!wr_text_eq(wr_buf_view(&a->output), wr_buf_view(&b->output)))
		return "has another output";
	if (a->asked != b->asked)
		return "asks for other things";
	if (a->used.calls != b->used.calls || a->used.tokens != b->used.tokens)
		return "uses another amount";
	return NULL;
}

static const char *
look(const struct script *script, struct script_end *end)
{
	script_play(script, end);
	if (end->wrong == NULL && (end->status == WR_OK || end->status == WR_LIMIT))
		return NULL;
	(void)snprintf(said, sizeof said, "%s %s %s %s", end->wrong == NULL ? "" : end->wrong,
	    end->wrong_at, end->fault.path, end->fault.detail);
	return said;
}

/* Begin to change the last choice that has not been every one; false when all have. */
static bool
next_choices(uint8_t *chosen, uint32_t *len, const struct script_end *end)
{
	uint32_t n = end->picks_len;

	while (n > 0 && (n <= *len ? chosen[n - 1] : 0) + 1 >= end->hands[n - 1])
		n--;
	if (n == 0)
		return false;
	for (uint32_t i = *len; i < n; i++)
		chosen[i] = 0;
	chosen[n - 1]++;
	*len = n;
	return true;
}

static const char *
again(const struct script *script, const struct script_end *first, struct script_end *end,
    struct orders_counts *counts)
{
	const char *wrong = look(script, end);

	counts->runs++;
	return wrong != NULL ? wrong : orders_differ(first, end);
}

/* Every order, the last choice changing first; past the most of them, some more at random. */
static const char *
others(const struct script *script, const struct script_end *first, struct script_end *end,
    struct orders_counts *counts)
{
	static uint8_t chosen[SCRIPT_PICKS];
	struct script other = *script;
	uint32_t tried = 0;
	const char *wrong = NULL;
	bool more = true;

	other.chosen = chosen;
	for (; more && wrong == NULL && tried < ORDERS_MAX; tried++) {
		wrong = again(&other, first, end, counts);
		more = next_choices(chosen, &other.chosen_len, end);
		script_end_free(end);
	}
	counts->whole += !more;
	counts->several += !more && tried > 1;
	other.chosen = NULL;
	for (uint32_t i = 1; more && wrong == NULL && i <= ORDERS_MAX / 2; i++) {
		other.order = i;
		wrong = again(&other, first, end, counts);
		script_end_free(end);
	}
	return wrong;
}

const char *
orders_check(const struct script *script, struct orders_counts *counts)
{
	struct script_end *first = malloc(sizeof *first), *end = malloc(sizeof *end);
	struct script plain = *script;
	const char *wrong;

	if (first == NULL || end == NULL)
		abort();
	plain.chosen = NULL;
	plain.order = 0;
	wrong = look(&plain, first);
	counts->runs++;
	if (wrong == NULL && first->status == WR_OK) {
		counts->done += first->state == WR_RUN_DONE;
		counts->failed += first->state == WR_RUN_FAILED;
		counts->caught += first->state == WR_RUN_DONE && first->lost > 0;
		wrong = others(&plain, first, end, counts);
	}
	script_end_free(first);
	free(first);
	free(end);
	return wrong;
}
