/*
 * A review as one HTML file. Decides what stands where and in which words; what is said is the
 * packet's, and how far the review is, the caller's.
 */
#include "vm/view/html.h"
#include "vm/view/page.h"

#define SCRATCH_MAX (512u << 20)

/* A term and what stands for it; the caller closes with </dd>. */
static void
term(struct html *h, const char *name)
{
	wr_html_raw(h, "<dt>");
	wr_html_raw(h, name);
	wr_html_raw(h, "</dt><dd>");
}

static void
digest(struct html *h, const char *name, struct wr_text hex)
{
	term(h, name);
	wr_html_raw(h, "<code>sha256:");
	wr_html_text(h, hex);
	wr_html_raw(h, "</code></dd>\n");
}

/* Somebody's approval that is missing is told with the parties. */
static bool
told_apart(const struct wr_review_condition *c)
{
	return !c->met && strcmp(c->code, "approval-missing") != 0;
}

/* Whose approval is missing, and what else: the first sentences. */
static void
lead(struct html *h)
{
	size_t apart = 0, waits = 0;

	for (size_t i = 0; i < h->r->conditions_len; i++)
		apart += told_apart(&h->r->conditions[i]);
	wr_html_raw(h, "<p class=\"lead\">");
	for (size_t i = 0; i < h->r->parties_len; i++) {
		if (h->r->parties[i].met)
			continue;
		wr_html_raw(h, waits++ == 0 ? "It waits for <b>" : ", <b>");
		wr_html_text(h, h->r->parties[i].role);
		wr_html_raw(h, "</b>");
	}
	wr_html_raw(h, waits == 0 ? "Nobody else has to approve it." : ".");
	if (apart > 0) {
		wr_html_raw(h, " <a href=\"#unmet\">");
		wr_html_number(h, apart);
		wr_html_raw(h, apart == 1 ? " condition is not met</a>." : " conditions are not met</a>.");
	}
	wr_html_raw(h, "</p>\n");
}

static void
condition(struct html *h, const struct wr_review_condition *c)
{
	wr_html_str(h, c->text);
	if (c->met)
		return;
	wr_html_raw(h, " (<code>");
	wr_html_str(h, c->code);
	wr_html_raw(h, "</code>; ");
	wr_html_str(h, c->who);
	wr_html_raw(h, " can change that)");
}

static void
unmet(struct html *h)
{
	bool any = false;

	for (size_t i = 0; i < h->r->conditions_len; i++) {
		const struct wr_review_condition *c = &h->r->conditions[i];

		if (!told_apart(c))
			continue;
		wr_html_raw(h, any ? "" : "<section id=\"unmet\"><h2>What is not met</h2>\n<ul class=\"changes grave\">\n");
		any = true;
		wr_html_raw(h, "<li><b>no</b> ");
		condition(h, c);
		wr_html_raw(h, c->detail.size > 0 ? "<br>" : "");
		wr_html_text(h, c->detail);
		wr_html_raw(h, "</li>\n");
	}
	wr_html_raw(h, any ? "</ul></section>\n" : "");
}

static void
head(struct html *h, struct wr_text style_hash)
{
	wr_html_raw(h, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
	wr_html_text(h, style_hash);
	wr_html_raw(h, "'; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\"><title>Review of ");
	wr_html_text(h, h->p->now.summary->workflow);
	wr_html_raw(h, "</title>\n<style>");
	wr_review_style(h->buf);
	wr_html_raw(h, "</style></head><body>\n<header><h1>");
	wr_html_text(h, h->p->now.summary->workflow);
	wr_html_raw(h, h->r->approved ? " <span class=\"badge yes\">approved for " : " <span class=\"badge no\">not approved for ");
	wr_html_text(h, h->p->environment);
	wr_html_raw(h, "</span></h1>\n<dl>\n");
	digest(h, "Digest", h->p->now.digest_hex);
	digest(h, "Packet", h->r->packet_hex);
	if (h->p->basis != NULL) {
		digest(h, "Compared with", h->p->basis->digest_hex);
		wr_html_raw(h, h->r->basis_agreed ? "" : "<dt>Beware</dt><dd><span class=\"badge wait\">nobody approved "
		    "that here</span> Read the whole, not only what changes.</dd>\n");
	} else {
		term(h, "Compared with");
		wr_html_raw(h, "<span class=\"badge wait\">nothing</span></dd>\n");
	}
	wr_html_raw(h, "</dl>\n");
	lead(h);
	wr_html_raw(h, "<nav aria-label=\"Parts of this page\"><ul>");
	wr_html_raw(h, h->p->basis != NULL ? "<li><a href=\"#changes\">changes</a></li>" : "");
	wr_html_raw(h, "<li><a href=\"#parties\">who must approve</a></li>");
	wr_html_raw(h, h->p->basis != NULL ? "<li><a href=\"#difference\">the two sources</a></li>" : "");
	wr_html_raw(h, "<li><a href=\"#picture\">picture</a></li><li><a href=\"#backends\">backends</a></li>"
	    "<li><a href=\"#drops\">drops</a></li><li><a href=\"#bounds\">worst case</a></li>"
	    "<li><a href=\"#agents\">agents and prompts</a></li>"
	    "<li><a href=\"#conditions\">conditions</a></li><li><a href=\"#tests\">tests</a></li><li><a href=\"#source\">source</a></li></ul></nav></header>\n<main>\n");
}

static void
reasons(struct html *h, const struct wr_review_party *p)
{
	wr_html_raw(h, "<ul class=\"reasons\">");
	for (size_t i = 0; i < p->reasons_len; i++) {
		wr_html_raw(h, "<li>");
		wr_html_text(h, p->reasons[i]);
		wr_html_raw(h, "</li>");
	}
	wr_html_raw(h, "</ul>");
}

static void
parties(struct html *h)
{
	wr_html_raw(h, "<section id=\"parties\"><h2>Who must approve, and why</h2>\n<table class=\"stack\"><thead><tr>"
	    "<th scope=\"col\">role</th><th scope=\"col\">approved</th><th scope=\"col\">because</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < h->r->parties_len; i++) {
		const struct wr_review_party *p = &h->r->parties[i];

		wr_html_raw(h, "<tr><th scope=\"row\">");
		wr_html_text(h, p->role);
		wr_html_raw(h, p->met ? "</th><td class=\"any\"><span class=\"badge yes\">yes</span> "
				      : "</th><td class=\"any\"><span class=\"badge wait\">waits</span> ");
		wr_html_text(h, p->state);
		wr_html_raw(h, "</td><td class=\"any\">");
		reasons(h, p);
		wr_html_raw(h, "</td></tr>\n");
	}
	wr_html_raw(h, "</tbody></table></section>\n");
}

static void
amounts(struct html *h, const char *name, const struct wr_summary_bounds *b, bool width)
{
	wr_html_raw(h, "<tr><th scope=\"row\">");
	wr_html_raw(h, name);
	wr_html_raw(h, "</th><td class=\"num\" data-is=\"calls\">");
	wr_html_number(h, b->calls);
	wr_html_raw(h, "</td><td class=\"num\" data-is=\"tokens\">");
	wr_html_number(h, b->tokens);
	wr_html_raw(h, "</td><td class=\"num\" data-is=\"time\">");
	wr_page_time(h->buf, b->time_ms);
	wr_html_raw(h, width ? "</td><td class=\"num\" data-is=\"at once\">" : "");
	if (width && b->width != 0)
		wr_html_number(h, b->width);
	wr_html_raw(h, "</td></tr>\n");
}

static void
bounds(struct html *h)
{
	const struct wr_summary *s = h->p->now.summary;
	bool width = s->promised.width != 0;

	wr_html_raw(h, "<section id=\"bounds\"><h2>Worst case, inputs, result</h2>\n<table class=\"stack\"><thead><tr>"
	    "<th scope=\"col\">of one run</th><th scope=\"col\" class=\"num\">calls</th>"
	    "<th scope=\"col\" class=\"num\">tokens</th><th scope=\"col\" class=\"num\">time</th>");
	wr_html_raw(h, width ? "<th scope=\"col\" class=\"num\">at once</th>" : "");
	wr_html_raw(h, "</tr></thead><tbody>\n");
	amounts(h, "worst case", &s->worst, width);
	amounts(h, "promised, and enforced", &s->promised, width);
	wr_html_raw(h, "</tbody></table>\n<dl>\n");
	for (uint32_t i = 0; i < s->inputs_len; i++) {
		wr_html_raw(h, "<dt>input ");
		wr_html_text(h, s->inputs[i].name);
		wr_html_raw(h, "</dt><dd>");
		wr_html_labels(h, h->p->now.module, s->inputs[i].labels);
		wr_html_raw(h, "</dd>\n");
	}
	term(h, "result");
	wr_html_labels(h, h->p->now.module, s->result_labels);
	wr_html_raw(h, "</dd>\n</dl></section>\n");
}

static void
way(struct html *h, const struct wr_flow *flow, uint64_t set)
{
	const struct wr_module *m = h->p->now.module;

	for (uint32_t i = 0; i < m->labels_len; i++) {
		if ((set >> i & 1) == 0)
			continue;
		wr_html_labels(h, m, (uint64_t)1 << i);
		wr_html_raw(h, flow[i].from.size > 0 ? " of " : "");
		wr_html_text(h, flow[i].from);
		wr_html_raw(h, flow[i].by.size > 0 ? " by " : "");
		wr_html_text(h, flow[i].by);
		wr_html_raw(h, "<br>");
	}
	if (set == 0)
		wr_html_labels(h, m, 0);
}

static void
backends(struct html *h)
{
	const struct wr_summary *s = h->p->now.summary;

	wr_html_raw(h, "<section id=\"backends\"><h2>Backends, and what reaches them</h2>\n<table class=\"stack\"><thead><tr>"
	    "<th scope=\"col\">backend</th><th scope=\"col\">class</th><th scope=\"col\">where</th>"
	    "<th scope=\"col\">accepts</th><th scope=\"col\">taints</th><th scope=\"col\">receives</th></tr></thead><tbody>\n");
	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_packet_backend *b = &h->p->backends[i];

		wr_html_raw(h, "<tr><th scope=\"row\">");
		wr_html_text(h, s->backends[i].name);
		wr_html_raw(h, " <span class=\"none\">");
		wr_html_str(h, s->backends[i].kind);
		wr_html_raw(h, "</span></th><td data-is=\"class\">");
		if (b->protocol == NULL)
			wr_html_raw(h, "<span class=\"badge no\">the policy does not know it</span></td><td class=\"any\" data-is=\"where\">");
		else {
			wr_html_str(h, b->class);
			wr_html_raw(h, "</td><td class=\"any\" data-is=\"where\">");
			wr_html_str(h, b->protocol);
			wr_html_raw(h, " ");
			wr_html_text(h, b->endpoint);
		}
		wr_html_raw(h, "</td><td class=\"few\" data-is=\"accepts\">");
		wr_html_labels(h, h->p->now.module, s->backends[i].accepts);
		wr_html_raw(h, "</td><td class=\"few\" data-is=\"taints\">");
		wr_html_labels(h, h->p->now.module, s->backends[i].taints);
		wr_html_raw(h, "</td><td class=\"any\" data-is=\"receives\">");
		way(h, wr_flows_to_backend(h->p->flows, i), s->backends[i].reaches);
		wr_html_raw(h, "</td></tr>\n");
	}
	wr_html_raw(h, "<tr><th scope=\"row\">the result</th><td></td><td></td><td></td><td></td><td class=\"any\" data-is=\"receives\">");
	way(h, wr_flows_to_result(h->p->flows), s->result_labels);
	wr_html_raw(h, "</td></tr>\n</tbody></table></section>\n");
}

static void
drops(struct html *h)
{
	const struct wr_summary *s = h->p->now.summary;

	wr_html_raw(h, "<section id=\"drops\"><h2>Drops: what is let through</h2>\n");
	if (s->drops_len == 0) {
		wr_html_raw(h, "<p>None: every label stays on what it stood on.</p></section>\n");
		return;
	}
	wr_html_raw(h, "<table class=\"stack\"><thead><tr><th scope=\"col\">by</th><th scope=\"col\">takes off</th>"
	    "<th scope=\"col\" class=\"num\">lets through</th><th scope=\"col\">because</th></tr></thead><tbody>\n");
	for (uint32_t i = 0; i < s->drops_len; i++) {
		const struct wr_summary_drop *d = &s->drops[i];

		wr_html_raw(h, d->is_agent ? "<tr><th scope=\"row\">agent " : "<tr><th scope=\"row\">fn ");
		wr_html_text(h, d->name);
		wr_html_raw(h, "</th><td class=\"any\" data-is=\"takes off\">");
		way(h, wr_flows_to_drop(h->p->flows, i), d->labels);
		wr_html_raw(h, "</td><td class=\"num\" data-is=\"lets through\">");
		wr_page_bits(h->buf, d->millibits);
		wr_html_raw(h, "</td><td class=\"any\" data-is=\"because\">");
		wr_html_text(h, d->reason);
		wr_html_raw(h, "</td></tr>\n");
	}
	wr_html_raw(h, "</tbody></table></section>\n");
}

static void
conditions(struct html *h)
{
	wr_html_raw(h, "<section id=\"conditions\"><h2>Every condition of the gate</h2>\n<table class=\"stack\"><thead><tr>"
	    "<th scope=\"col\">met</th><th scope=\"col\">condition</th><th scope=\"col\">detail</th></tr></thead><tbody>\n");
	for (int met = 0; met < 2; met++)
		for (size_t i = 0; i < h->r->conditions_len; i++) {
			const struct wr_review_condition *c = &h->r->conditions[i];

			if (c->met != (met == 1))
				continue;
			wr_html_raw(h, c->met ? "<tr><td><span class=\"badge yes\">yes</span></td><th scope=\"row\">"
					      : "<tr><td><span class=\"badge no\">no</span></td><th scope=\"row\">");
			condition(h, c);
			wr_html_raw(h, "</th><td class=\"any\">");
			wr_html_text(h, c->detail);
			wr_html_raw(h, "</td></tr>\n");
		}
	wr_html_raw(h, "</tbody></table></section>\n");
}

static void
tests(struct html *h)
{
	wr_html_raw(h, "<section id=\"tests\"><h2>Tests that somebody ran</h2>\n<p>They stand outside the packet, and no approval "
	    "hangs on them.</p>\n");
	if (h->r->tests_len == 0) {
		wr_html_raw(h, "<p>Nobody has signed what came of them.</p></section>\n");
		return;
	}
	wr_html_raw(h, "<table class=\"stack\"><thead><tr><th scope=\"col\">good</th><th scope=\"col\">what came of them</th>"
	    "</tr></thead><tbody>\n");
	for (size_t i = 0; i < h->r->tests_len; i++) {
		const struct wr_review_tests *t = &h->r->tests[i];

		wr_html_raw(h, !t->counts ? "<tr><td><span class=\"badge wait\">nobody's word</span></td><td class=\"any\">"
			       : t->good  ? "<tr><td><span class=\"badge yes\">yes</span></td><td class=\"any\">"
					  : "<tr><td><span class=\"badge no\">no</span></td><td class=\"any\">");
		wr_html_text(h, t->text);
		wr_html_raw(h, "</td></tr>\n");
	}
	wr_html_raw(h, "</tbody></table></section>\n");
}

static enum wr_status
body(struct html *h, struct wr_text svg)
{
	enum wr_status s;

	unmet(h);
	if (h->p->basis != NULL) {
		wr_html_raw(h, "<section id=\"changes\"><h2>What changes, riskiest first</h2>\n");
		if ((s = wr_html_changes(h)) != WR_OK)
			return s;
		wr_html_raw(h, "</section>\n");
	}
	parties(h);
	if (h->p->basis != NULL && (s = wr_html_difference(h)) != WR_OK)
		return s;
	if ((s = wr_html_picture(h, svg)) != WR_OK)
		return s;
	backends(h);
	drops(h);
	bounds(h);
	if ((s = wr_html_agents(h)) != WR_OK)
		return s;
	conditions(h);
	tests(h);
	return wr_html_source(h);
}

enum wr_status
wr_review_html(const struct wr_review *review, struct wr_text svg, struct wr_text style_hash,
    struct wr_buf *buf)
{
	struct wr_arena arena;
	struct html h = { review, review->plan, buf, &arena };
	enum wr_status s;

	wr_arena_init(&arena, buf->alloc, SCRATCH_MAX);
	head(&h, style_hash);
	s = body(&h, svg);
	wr_html_raw(&h, "</main>\n<footer><p>Rendered from the bytecode and the policy. What an approval signs is the "
	    "packet named above; this page shows the same, and the state of the review when it was written.</p></footer>\n"
	    "</body></html>\n");
	if (s == WR_NOMEM && arena.over)
		s = WR_LIMIT;
	wr_arena_free(&arena);
	return s != WR_OK ? s : buf->status;
}
