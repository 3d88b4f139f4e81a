/*
 * The packet text. Decides the bytes that approvals are about, line by line as packet.h says; who
 * must approve is decided elsewhere and told here.
 */
#include "vm/view/packet.h"

#include "vm/view/decompile.h"
#include "vm/view/diff_facts.h"
#include "vm/view/edits.h"
#include "vm/view/spell.h"

#include <assert.h>

#define SCRATCH_MAX (512u << 20)

struct packet {
	struct wr_buf *buf;
	const struct wr_packet *in;
	const struct wr_module *module;
	const struct wr_summary *summary;
	struct wr_arena *arena;
};

static void
word(struct packet *p, const char *before, struct wr_text text)
{
	wr_buf_str(p->buf, before);
	wr_buf_text(p->buf, text);
}

static void
number(struct packet *p, const char *before, uint64_t n)
{
	wr_buf_str(p->buf, before);
	wr_buf_u64(p->buf, n);
}

static void
labels(struct packet *p, const char *before, uint64_t set)
{
	wr_buf_str(p->buf, before);
	wr_spell_labels(p->buf, p->module, set);
}

static void
text(struct packet *p, const char *before, struct wr_text t)
{
	wr_buf_str(p->buf, before);
	wr_spell_text(p->buf, t);
}

static void
bounds(struct packet *p, const char *name, const struct wr_summary_bounds *b, bool width)
{
	wr_buf_str(p->buf, name);
	number(p, " calls ", b->calls);
	number(p, " tokens ", b->tokens);
	number(p, " time_ms ", b->time_ms);
	if (width)
		number(p, " width ", b->width);
}

/* A text of many lines, its size first, ended by a newline that belongs to it. */
static void
block(struct packet *p, const char *name, struct wr_text key, struct wr_text body)
{
	bool ended = body.size > 0 && body.at[body.size - 1] == '\n';

	word(p, name, key);
	number(p, " ", body.size + !ended);
	word(p, "\n", body);
	wr_buf_str(p->buf, ended ? "" : "\n");
}

static void
ends(struct packet *p)
{
	const struct wr_summary *s = p->summary;

	word(p, "workflow ", s->workflow);
	number(p, "\nlanguage ", WR_LANGUAGE_VERSION);
	bounds(p, "\nworst", &s->worst, false);
	bounds(p, "\npromised", &s->promised, true);
	for (uint32_t i = 0; i < s->labels_len; i++) {
		word(p, "\nlabel ", s->labels[i].name);
		text(p, " ", s->labels[i].description);
	}
	for (uint32_t i = 0; i < s->inputs_len; i++) {
		word(p, "\ninput ", s->inputs[i].name);
		labels(p, "", s->inputs[i].labels);
	}
	labels(p, "\nresult", s->result_labels);
	wr_buf_str(p->buf, "\n");
}

static void
backends(struct packet *p)
{
	for (uint32_t i = 0; i < p->summary->backends_len; i++) {
		const struct wr_summary_backend *b = &p->summary->backends[i];
		const struct wr_packet_backend *rule = &p->in->backends[i];

		word(p, "backend ", b->name);
		word(p, " ", wr_text_of(b->kind));
		labels(p, " accepts", b->accepts);
		labels(p, " taints", b->taints);
		labels(p, " receives", b->reaches);
		word(p, "\npolicy ", b->name);
		if (rule->protocol == NULL) {
			wr_buf_str(p->buf, " unknown\n");
			continue;
		}
		text(p, " protocol ", wr_text_of(rule->protocol));
		text(p, " class ", wr_text_of(rule->class));
		text(p, " endpoint ", rule->endpoint);
		wr_buf_str(p->buf, "\n");
	}
	for (uint32_t i = 0; i < p->summary->agents_len; i++) {
		const struct wr_summary_agent *a = &p->summary->agents[i];

		word(p, "agent ", a->name);
		word(p, " via ", p->summary->backends[a->backend].name);
		labels(p, " receives", a->reaches);
		number(p, " timeout_ms ", a->timeout_ms);
		number(p, " retry ", a->retry);
		number(p, " sites ", a->sites);
		if (a->fallback != WR_NONE)
			word(p, " fallback ", p->summary->agents[a->fallback].name);
		wr_buf_str(p->buf, "\n");
	}
}

/* What the agents say and are set to: the facts that a difference would compare. */
static enum wr_status
told(struct packet *p)
{
	struct wr_facts facts;
	enum wr_status s = wr_facts_gather(&p->in->now, p->arena, &facts);

	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < facts.len; i++) {
		const struct wr_fact *f = &facts.at[i];

		if (f->risk != WR_RISK_EFFECTS && f->risk != WR_RISK_SETTINGS && f->risk != WR_RISK_TOLD)
			continue;
		if (f->rule == WR_FACT_WORDS) {
			block(p, "told ", f->key, f->value);
			continue;
		}
		word(p, "fact ", f->key);
		word(p, f->value.size > 0 ? ": " : "", f->value);
		wr_buf_str(p->buf, "\n");
	}
	return WR_OK;
}

static void
drops(struct packet *p)
{
	for (uint32_t i = 0; i < p->summary->drops_len; i++) {
		const struct wr_summary_drop *d = &p->summary->drops[i];

		word(p, d->is_agent ? "drop agent " : "drop fn ", d->name);
		labels(p, "", d->labels);
		number(p, " millibits ", d->millibits);
		text(p, " because ", d->reason);
		wr_buf_str(p->buf, "\n");
	}
}

static void
flow(struct packet *p, const char *to, struct wr_text name, uint64_t set, const struct wr_flow *ways)
{
	for (uint32_t i = 0; i < p->summary->labels_len; i++) {
		if ((set >> i & 1) == 0)
			continue;
		word(p, to, name);
		word(p, " @", p->summary->labels[i].name);
		text(p, " from ", ways[i].from);
		text(p, " by ", ways[i].by);
		wr_buf_str(p->buf, "\n");
	}
}

static void
flows(struct packet *p)
{
	const struct wr_summary *s = p->summary;
	const struct wr_flows *f = p->in->flows;

	for (uint32_t i = 0; i < s->backends_len; i++)
		flow(p, "flow backend ", s->backends[i].name, s->backends[i].reaches,
		    wr_flows_to_backend(f, i));
	flow(p, "flow result", WR_TEXT(""), s->result_labels, wr_flows_to_result(f));
	for (uint32_t i = 0; i < s->drops_len; i++)
		flow(p, "flow drop ", s->drops[i].name, s->drops[i].labels, wr_flows_to_drop(f, i));
}

static void
index_or_none(struct packet *p, const char *before, uint32_t i)
{
	if (i == WR_NONE) {
		wr_buf_str(p->buf, before);
		wr_buf_str(p->buf, "-");
	} else {
		number(p, before, i);
	}
}

/* What a piece of the picture says, as a text. */
static void
said(struct packet *p, struct wr_buf *words)
{
	text(p, " ", wr_buf_view(words));
	wr_buf_str(p->buf, "\n");
	words->size = 0;
}

static enum wr_status
picture(struct packet *p)
{
	const struct wr_graph *g = p->in->graph;
	struct wr_buf words;
	enum wr_status s;

	wr_buf_init(&words, p->buf->alloc, p->buf->max);
	for (uint32_t i = 0; i < g->nodes_len; i++) {
		number(p, "node ", i);
		index_or_none(p, " ", g->nodes[i].cluster);
		wr_graph_say(g, i, &words);
		said(p, &words);
	}
	for (uint32_t i = 0; i < g->clusters_len; i++) {
		number(p, "cluster ", i);
		number(p, " of ", g->clusters[i].choice);
		index_or_none(p, " in ", g->clusters[i].parent);
		wr_graph_say_block(g, g->clusters[i].block, &words);
		said(p, &words);
	}
	for (uint32_t i = 0; i < g->edges_len; i++) {
		const struct wr_graph_edge *e = &g->edges[i];

		number(p, "edge ", e->from);
		number(p, " ", e->to);
		wr_buf_str(p->buf, e->back ? " back" : e->decides ? " decides" : " value");
		wr_graph_say_edge(g, e, &words);
		said(p, &words);
	}
	s = words.status;
	wr_buf_free(&words);
	return s;
}

/* The two sources, and what is between them. */
static enum wr_status
sources(struct packet *p)
{
	const struct wr_text none = { "", 0 };
	struct wr_buf now, old, between;
	enum wr_status s;

	wr_buf_init(&now, p->buf->alloc, p->buf->max);
	wr_buf_init(&old, p->buf->alloc, p->buf->max);
	wr_buf_init(&between, p->buf->alloc, p->buf->max);
	if ((s = wr_decompile(p->module, &now)) != WR_OK)
		goto done;
	block(p, "source", none, wr_buf_view(&now));
	if (p->in->basis == NULL)
		goto done;
	if ((s = wr_decompile(p->in->basis->module, &old)) != WR_OK ||
	    (s = wr_edits_unified(wr_buf_view(&old), wr_buf_view(&now), "old, decompiled",
		 "new, decompiled", p->arena, &between)) != WR_OK)
		goto done;
	block(p, "difference", none, wr_buf_view(&between));
	s = between.status;
done:
	wr_buf_free(&between);
	wr_buf_free(&old);
	wr_buf_free(&now);
	return s;
}

static enum wr_status
changes(struct packet *p)
{
	struct wr_buf words;
	enum wr_status s;

	if (p->in->basis == NULL)
		return WR_OK;
	wr_buf_init(&words, p->buf->alloc, p->buf->max);
	s = wr_diff(p->in->basis, &p->in->now, WR_DIFF_HEAD, &words);
	if (s == WR_OK)
		block(p, "changes", (struct wr_text){ "", 0 }, wr_buf_view(&words));
	wr_buf_free(&words);
	return s;
}

static void
head(struct packet *p)
{
	wr_buf_str(p->buf, WR_PACKET_TYPE);
	word(p, "\ndigest sha256:", p->in->now.digest_hex);
	if (p->in->basis != NULL)
		word(p, "\nbasis sha256:", p->in->basis->digest_hex);
	else
		wr_buf_str(p->buf, "\nbasis none");
	text(p, "\nenvironment ", p->in->environment);
	wr_buf_str(p->buf, "\n");
}

static void
parties(struct packet *p)
{
	for (size_t i = 0; i < p->in->parties_len; i++) {
		text(p, "party ", p->in->parties[i].role);
		number(p, " ", p->in->parties[i].count);
		text(p, " because ", p->in->parties[i].reason);
		wr_buf_str(p->buf, "\n");
	}
}

enum wr_status
wr_packet_write(const struct wr_packet *in, struct wr_buf *buf)
{
	struct wr_arena arena;
	struct packet p = { buf, in, in->now.module, in->now.summary, &arena };
	enum wr_status s;

	assert(in->now.digest_hex.size == 64 && in->graph->module == in->now.module);
	wr_arena_init(&arena, buf->alloc, SCRATCH_MAX);
	head(&p);
	if ((s = changes(&p)) != WR_OK)
		goto done;
	parties(&p);
	ends(&p);
	backends(&p);
	if ((s = told(&p)) != WR_OK)
		goto done;
	drops(&p);
	flows(&p);
	if ((s = picture(&p)) != WR_OK || (s = sources(&p)) != WR_OK)
		goto done;
	wr_buf_str(buf, "end\n");
	s = buf->status;
done:
	if (s == WR_NOMEM && arena.over)
		s = WR_LIMIT;
	wr_arena_free(&arena);
	return s;
}
