/*
 * What `within` promises, against what the verifier computed.
 */
#include "compiler/promise.h"

#include "vm/base/saturate.h"

/* "48h 5m", "30s", "250ms". */
static const char *
duration(struct wc_unit *u, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	struct wr_buf buf;
	struct wr_text copy = {NULL, 0};

	wr_buf_init(&buf, u->arena->alloc, 100);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (ms < units[i].ms)
			continue;
		wr_buf_str(&buf, buf.size > 0 ? " " : "");
		wr_buf_u64(&buf, ms / units[i].ms);
		wr_buf_str(&buf, units[i].unit);
		ms %= units[i].ms;
	}
	if (buf.size == 0)
		wr_buf_str(&buf, "0s");
	if (buf.status == WR_OK)
		copy = wr_arena_text(u->arena, wr_buf_view(&buf));
	wr_buf_free(&buf);
	return copy.at != NULL ? copy.at : "?";
}

/* How often a node may run: once for each item of each `for` and each round of each `loop` around it. */
static uint64_t
times(const struct wr_module *m, uint32_t n)
{
	const struct wr_code *code = &m->flow;
	uint64_t product = 1;

	for (uint32_t b = code->nodes[n].block; code->blocks[b].owner != WR_NONE; b = code->blocks[b].parent) {
		const struct wr_node *owner = &code->nodes[code->blocks[b].owner];

		if (owner->op == WR_OP_FOR)
			product = wr_sat_mul(product,
			    (uint64_t)m->types.at[code->types[wr_operand(code, owner, 0)]].hi);
		else if (owner->op == WR_OP_LOOP)
			product = wr_sat_mul(product, owner->index);
	}
	return product;
}

/* "summarise 3, search 3, transfer 1": each agent's calls, all its places added. */
static void
note_calls(struct wc_unit *u, const struct wr_module *m, struct wc_diag *d)
{
	uint64_t *calls = wc_unit_get(u, m->agents_len, sizeof *calls);
	struct wr_buf buf;

	if (calls == NULL)
		return;
	for (uint32_t i = 0; i < m->flow.nodes_len; i++)
		for (uint32_t a = m->flow.nodes[i].op == WR_OP_CALL ? m->flow.nodes[i].index : WR_NONE;
		     a != WR_NONE; a = wr_agent_fallback(&m->agents[a]))
			calls[a] = wr_sat_add(calls[a],
			    wr_sat_mul(1 + (uint64_t)wr_agent_retry(&m->agents[a]), times(m, i)));
	wr_buf_init(&buf, u->arena->alloc, 800);
	for (uint32_t i = 0; i < m->agents_len; i++) {
		wr_buf_str(&buf, i == 0 ? "" : ", ");
		wr_buf_text(&buf, m->agents[i].name);
		wr_buf_str(&buf, " ");
		wr_buf_u64(&buf, calls[i]);
	}
	if (buf.size > 0)
		wc_diag_note(d, "%T", wr_buf_view(&buf));
	wr_buf_free(&buf);
}

static struct wc_diag *
exceeded(struct wc_unit *u, uint32_t i)
{
	return wc_diag_add(
	    u->diags, WC_E0402, u->within[i]->span, "the worst case exceeds the promise");
}

/* What is not promised is computed, and must be a number that a program can say. */
static uint64_t
computed(struct wc_unit *u, const char *of, uint64_t worst)
{
	struct wc_diag *d;

	if (worst <= INT64_MAX)
		return worst;
	d = wc_diag_add(u->diags, WC_E0406, u->flow->decl->name.span,
	    "this program is too large: its worst case in %s is more than can be promised", of);
	wc_diag_help(d, "lower the bound of a list, a `limit` or a `retry`");
	return worst;
}

struct wr_bounds
wc_keep_promise(struct wc_unit *u, const struct wc_emitted *e, struct wr_bounds worst)
{
	struct wr_bounds kept = u->promised;
	struct wc_diag *d;

	if (u->within[0] != NULL && worst.calls > kept.calls) {
		d = exceeded(u, 0);
		wc_diag_label(d, "%N calls are possible", worst.calls);
		note_calls(u, e->module, d);
		wc_diag_help(d, "raise the promise to %N, or lower a `retry`", worst.calls);
	}
	if (u->within[1] != NULL && worst.tokens > kept.tokens) {
		d = exceeded(u, 1);
		wc_diag_label(d, "%N tokens are possible", worst.tokens);
		wc_diag_note(
		    d, "each try counts every byte that is sent, the schema, and `max_tokens`");
		wc_diag_help(d,
		    "raise the promise to %N, or lower a bound, a `max_tokens` or a `retry`",
		    worst.tokens);
	}
	if (u->within[2] != NULL && worst.time_ms > kept.time_ms) {
		const char *time = duration(u, worst.time_ms);

		d = exceeded(u, 2);
		wc_diag_label(d, "%s are possible", time);
		wc_diag_note(d, "each try counts its whole `timeout`, and the waits between");
		wc_diag_help(d, "raise the promise, or lower a `timeout` or a `retry`");
	}
	if (u->within[0] == NULL)
		kept.calls = computed(u, "calls", worst.calls);
	if (u->within[1] == NULL)
		kept.tokens = computed(u, "tokens", worst.tokens);
	if (u->within[2] == NULL)
		kept.time_ms = computed(u, "time", worst.time_ms);
	return kept;
}
