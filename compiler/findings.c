#include "compiler/findings.h"
struct judge { struct wc_unit *u; const struct wc_emitted *e; };
static bool found(void *user, const struct wr_module *m, const struct wr_refusal *r)
{
	struct judge *j = user; (void)m;
	(void)wc_diag_add(j->u->diags, WC_E0301, (struct wc_span){NULL,0,0}, "%s", r->code);
	return true;
}
enum wr_status wc_judge(struct wc_unit *u, const struct wc_emitted *e)
{
	struct judge j = {u, e};
	struct wr_findings f = { found, &j };
	struct wr_bounds w = {0};
	struct wr_refusal r = {0};
	enum wr_status s = wr_verify(e->module, &f, &w, &r);
	struct wr_bounds *b = &e->module->bounds;
	if (s == WR_REFUSED && u->diags->errors == 0) { u->result->bug = r.why; return WR_FAILED; }
	if (s != WR_OK) return s;
	if (b->calls == UINT64_MAX) b->calls = w.calls;
	if (b->tokens == UINT64_MAX) b->tokens = w.tokens;
	if (b->time_ms == UINT64_MAX) b->time_ms = w.time_ms;
	return WR_OK;
}
void wc_warn_module(struct wc_unit *u, const struct wc_emitted *e) { (void)u; (void)e; }
