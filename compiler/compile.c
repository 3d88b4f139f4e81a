/*
 * The passes, as a list, and nothing else.
 */
#include "compiler/writc.h"

#include "compiler/diag_parts.h"
#include "compiler/findings.h"
#include "vm/format/encode.h"

#include <assert.h>

/* What the passes together say so far. */
static enum wr_status
verdict(const struct wc_unit *u)
{
	if (u->status != WR_OK)
		return u->status;
	if (u->diags->status != WR_OK)
		return u->diags->status;
	return u->diags->errors > 0 ? WR_REFUSED : WR_OK;
}

/* From the tree to graphs. */
static enum wr_status
lower(struct wc_unit *u)
{
	wc_graph_init(&u->graph, u->arena, &u->types);
	wc_graph_init(&u->scratch, u->arena, &u->types);
	if (u->graph.status != WR_OK || u->scratch.status != WR_OK)
		return u->graph.status != WR_OK ? u->graph.status : u->scratch.status;
	wc_declare(u);
	wc_check_pure(u);
	wc_build_agents(u);
	wc_build_flow(u);
	wc_check_tests(u);
	wc_warn_source(u);
	return verdict(u);
}

static void
take_denied(struct wc_unit *u)
{
	for (unsigned code = 0; code < WC_CODE_COUNT; code++)
		for (uint32_t i = 0; i < u->options->deny_len; i++)
			if (wc_code_level((enum wc_code)code) == WC_LEVEL_WARNING &&
			    wr_text_eq(u->options->deny[i],
				wr_text_of(wc_code_name((enum wc_code)code))))
				u->diags->denied[code] = true;
}

/* What is allowed is not there, whoever denies it. */
static bool
denied(const struct wc_unit *u)
{
	for (const struct wc_diag *d = u->diags->first; d != NULL; d = d->next)
		if (u->diags->denied[d->code] && wc_unit_warns(u, d->code))
			return true;
	return false;
}

/* What compiler/place.h looks things up in. */
static enum wr_status
keep(struct wc_unit *u)
{
	u->result->program = wc_unit_get(u, 1, sizeof *u->result->program);
	if (u->result->program == NULL)
		return u->status;
	*u->result->program = *u;
	return WR_OK;
}

/* From graphs to a verified module to bytes. */
static enum wr_status
finish(struct wc_unit *u, struct wr_buf *ret_bytecode)
{
	struct wc_emitted emitted = {.module = NULL};
	enum wr_status s = wc_emit(u, &emitted);

	if (s == WR_OK)
		wc_check_mentions(u, &emitted);
	if (s == WR_OK)
		s = wc_judge(u, &emitted);
	if (s == WR_OK)
		wc_warn_module(u, &emitted);
	if (s == WR_OK)
		s = verdict(u);
	if (s == WR_OK && denied(u))
		s = WR_REFUSED;
	if (s == WR_OK && u->options->tests)
		s = wc_emit_tests(u);
	if (s == WR_OK)
		s = keep(u);
	if (s == WR_OK)
		s = wr_encode(emitted.module, ret_bytecode);
	if (s == WR_LIMIT && !u->arena->over) {
		(void)wc_diag_add(u->diags, WC_E0406, u->flow->decl->name.span,
		    "this program is too large: its bytecode would have more than %N bytes", (uint64_t)ret_bytecode->max);
		s = WR_REFUSED;
	}
	return s;
}

/* A library: nothing to encode but what its tests say. */
static enum wr_status
finish_library(struct wc_unit *u)
{
	enum wr_status s = denied(u) ? WR_REFUSED : WR_OK;

	if (s == WR_OK && u->options->tests)
		s = wc_emit_tests(u);
	return s == WR_OK ? WR_ABSENT : s;
}

/* Those of the parser, which knows no options; the other passes ask before they warn. */
static void
leave_out_allowed(struct wc_unit *u)
{
	struct wc_diag **at = &u->diags->first;

	u->diags->last = NULL;
	while (*at != NULL) {
		if (wc_code_level((*at)->code) == WC_LEVEL_WARNING && !wc_unit_warns(u, (*at)->code)) {
			*at = (*at)->next;
			u->diags->warnings--;
		} else {
			u->diags->last = *at;
			at = &(*at)->next;
		}
	}
}

/* The arena's maximum is reached: that is said, in a little more of it, at the place that was come to. */
static enum wr_status
too_large(struct wc_unit *u)
{
	struct wc_diag *d;

	u->arena->max += WC_ARENA_RESERVE;
	u->arena->over = false;
	u->diags->status = WR_OK;
	d = wc_diag_add(u->diags, WC_E0406, u->at, "this program is too large");
	wc_diag_label(d, "the compiler came this far");
	wc_diag_note(d, "to compile it takes more than %N MB of memory, which is the limit", (uint64_t)WC_ARENA_MAX >> 20);
	wc_diag_help(d, "say in a `fn`, an agent or a `for` once what is said many times");
	return u->diags->status == WR_OK ? WR_REFUSED : u->diags->status;
}

enum wr_status
wc_compile(const struct wr_alloc *alloc, const char *name, struct wr_text bytes,
    const struct wc_options *options, struct wr_buf *ret_bytecode, struct wc_result *ret_result)
{
	struct wc_unit u;
	enum wr_status s;

	assert(alloc != NULL && name != NULL && ret_bytecode != NULL && ret_result != NULL);
	wc_unit_begin(&u, alloc, options, ret_result);
	take_denied(&u);
	s = wc_load(&u, name, bytes);
	if (s == WR_OK)
		s = lower(&u);
	if (s == WR_OK)
		s = u.flow == NULL ? finish_library(&u) : finish(&u, ret_bytecode);
	if (s == WR_LIMIT && u.arena->over && u.at.source != NULL)
		s = too_large(&u);
	wc_free_tests(&u);
	leave_out_allowed(&u);
	wc_graph_free(&u.graph);
	wc_graph_free(&u.scratch);
	return s;
}

void
wc_result_free(struct wc_result *result)
{
	if (result->arena.alloc != NULL)
		wr_arena_free(&result->arena);
	*result = (struct wc_result){.files = NULL};
}
