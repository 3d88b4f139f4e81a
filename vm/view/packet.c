/*
 * The packet text. Decides the bytes that approvals are about, line by line as packet.h says; who
 * must approve is decided elsewhere and told here.
 */
#include "vm/view/packet.h"

#include "vm/view/decompile.h"
#include "vm/view/spell.h"

#include <assert.h>

struct packet {
	struct wr_buf *buf;
	const struct wr_module *module;
	const struct wr_summary *summary;
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

static void
summary(struct packet *p)
{
	const struct wr_summary *s = p->summary;

	word(p, "\nworkflow ", s->workflow);
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
	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_summary_backend *b = &s->backends[i];

		word(p, "\nbackend ", b->name);
		word(p, " ", wr_text_of(b->kind));
		labels(p, " accepts", b->accepts);
		labels(p, " taints", b->taints);
		labels(p, " receives", b->reaches);
	}
	for (uint32_t i = 0; i < s->agents_len; i++) {
		const struct wr_summary_agent *a = &s->agents[i];

		word(p, "\nagent ", a->name);
		word(p, " via ", s->backends[a->backend].name);
		labels(p, " receives", a->reaches);
		number(p, " timeout_ms ", a->timeout_ms);
		number(p, " retry ", a->retry);
		number(p, " sites ", a->sites);
		if (a->fallback != WR_NONE)
			word(p, " fallback ", s->agents[a->fallback].name);
	}
	for (uint32_t i = 0; i < s->drops_len; i++) {
		const struct wr_summary_drop *d = &s->drops[i];

		word(p, d->is_agent ? "\ndrop agent " : "\ndrop fn ", d->name);
		labels(p, "", d->labels);
		number(p, " millibits ", d->millibits);
		text(p, " because ", d->reason);
	}
}

enum wr_status
wr_packet(const struct wr_module *module, const struct wr_summary *summed,
    struct wr_text digest_hex, const struct wr_packet_party *parties, size_t parties_len,
    struct wr_buf *buf)
{
	struct packet p = { buf, module, summed };
	struct wr_buf source;
	enum wr_status s;

	assert(digest_hex.size == 64);
	wr_buf_init(&source, buf->alloc, buf->max);
	if ((s = wr_decompile(module, &source)) != WR_OK)
		goto done;
	wr_buf_str(buf, WR_PACKET_TYPE);
	word(&p, "\ndigest sha256:", digest_hex);
	summary(&p);
	for (size_t i = 0; i < parties_len; i++) {
		text(&p, "\nparty ", parties[i].role);
		number(&p, " ", parties[i].count);
		text(&p, " because ", parties[i].reason);
	}
	number(&p, "\nsource ", source.size);
	wr_buf_str(buf, "\n");
	wr_buf_text(buf, wr_buf_view(&source));
	wr_buf_str(buf, "basis none\n");
	s = buf->status;
done:
	wr_buf_free(&source);
	return s;
}
