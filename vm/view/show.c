/*
 * The page for reviewers. Says what a module does, most important first, and how much of it there
 * is; judges nothing. Everything on it is from the module or its summary, which the verifier computed.
 */
#include "vm/view/show.h"

#include "vm/view/decompile.h"
#include "vm/view/page.h"

#include <assert.h>

#define LEFT 15u /* where the second column begins */
#define PHRASE_MAX (16u << 20) /* a reason or a model's name, escaped */
#define NAME_COLUMN_MAX 30u /* longer names push their line to the right */

struct show {
	struct wr_page page;
	const struct wr_module *module;
	const struct wr_summary *summary;
	struct wr_buf phrase; /* scratch for what must not be broken */
};

static void
put(struct show *s, const char *text)
{
	wr_buf_str(s->page.buf, text);
}

/* What was gathered in phrase, three spaces on. */
static void
put_phrase(struct show *s, size_t column)
{
	wr_page_phrase(&s->page, column, 3, wr_buf_view(&s->phrase));
	s->phrase.size = 0;
}

/* `  backend      `; the title is for the first line of a part, and parts have an empty line between. */
static void
begin(struct show *s, bool part, const char *title)
{
	if (part)
		wr_page_newline(&s->page);
	put(s, "  ");
	put(s, title);
	wr_page_to(&s->page, LEFT, 1);
}

static size_t
widest(size_t so_far, size_t size)
{
	return size > so_far && size <= NAME_COLUMN_MAX ? size : so_far;
}

static struct wr_text
label_name(const struct show *s, uint32_t i)
{
	return s->module->labels[i].name;
}

/* ---- head ------------------------------------------------------------------------ */

static void
head(struct show *s, struct wr_text digest_hex, size_t size)
{
	struct wr_buf *right = &s->phrase;

	wr_buf_text(s->page.buf, s->summary->workflow);
	wr_buf_str(right, "language ");
	wr_buf_u64(right, WR_LANGUAGE_VERSION);
	wr_buf_str(right, ", ");
	wr_page_count(right, size, "byte");
	wr_page_to(&s->page, right->size < 90 ? 90 - right->size : 0, 3);
	wr_buf_text(s->page.buf, wr_buf_view(right));
	right->size = 0;
	wr_page_newline(&s->page);
	put(s, "sha256:");
	wr_buf_text(s->page.buf, digest_hex);
	wr_page_newline(&s->page);
}

static void
bounds(struct show *s)
{
	const struct wr_summary_bounds *worst = &s->summary->worst,
				       *promised = &s->summary->promised;

	for (int i = 0; i < 2; i++) {
		const struct wr_summary_bounds *b = i == 0 ? worst : promised;

		begin(s, i == 0, i == 0 ? "worst case" : "promised");
		wr_page_count(s->page.buf, b->calls, "call");
		wr_page_to(&s->page, LEFT + 14, 3);
		wr_page_count(s->page.buf, b->tokens, "token");
		wr_page_to(&s->page, LEFT + 33, 3);
		wr_page_time(s->page.buf, b->time_ms);
		if (promised->width != 0 && i == 1) {
			wr_page_to(&s->page, LEFT + 56, 3);
			wr_page_count(s->page.buf, b->width, "call");
			put(s, " at once");
		}
		wr_page_newline(&s->page);
	}
}

/* ---- in and out -------------------------------------------------------------------- */

/* The record or variants inside options and lists, or the type itself. */
static const struct wr_type *
inside(const struct wr_module *m, uint32_t type)
{
	while (m->types.at[type].kind == WR_TYPE_OPTION || m->types.at[type].kind == WR_TYPE_LIST)
		type = m->types.at[type].elem;
	return &m->types.at[type];
}

/* `@pii name, story`: the label and the members that have it inside; alone when it is on the whole. */
static void
put_carried(struct show *s, uint32_t label, uint32_t type, uint64_t whole, size_t column)
{
	const struct wr_type *t = inside(s->module, type);
	uint64_t bit = (uint64_t)1 << label;
	bool some = false;

	wr_buf_str(&s->phrase, "@");
	wr_buf_text(&s->phrase, label_name(s, label));
	put_phrase(s, column);
	if ((whole & bit) != 0) {
		wr_page_phrase(&s->page, column, 1, WR_TEXT("(all of it)"));
		return;
	}
	for (uint32_t i = 0; i < t->members_len; i++) {
		const struct wr_member *m = &t->members[i];
		uint64_t has =
		    m->labels | (m->type == WR_NONE ? 0 : s->module->types.at[m->type].labels);

		if ((has & bit) == 0)
			continue;
		if (some)
			put(s, ",");
		wr_page_phrase(&s->page, column, 1, m->name);
		some = true;
	}
}

static void
typed(struct show *s, struct wr_text name, uint32_t type)
{
	if (name.size > 0) {
		wr_buf_text(&s->phrase, name);
		wr_buf_str(&s->phrase, ": ");
	}
	wr_spell_type(&s->phrase, &s->module->types, type);
}

static void
value_row(struct show *s, struct wr_text name, uint32_t type, uint64_t whole, size_t width)
{
	size_t column = LEFT + width + 3;
	uint64_t all = whole | s->module->types.at[type].labels;

	typed(s, name, type);
	wr_buf_text(s->page.buf, wr_buf_view(&s->phrase));
	s->phrase.size = 0;
	if (wr_page_column(&s->page) + 3 > column)
		column = LEFT + 3;
	for (uint32_t i = 0; i < s->module->labels_len; i++)
		if ((all >> i & 1) != 0)
			put_carried(s, i, type, whole, column);
	wr_page_newline(&s->page);
}

static void
in_and_out(struct show *s)
{
	const struct wr_module *m = s->module;
	size_t width = 0;

	for (uint32_t i = 0; i <= m->inputs_len; i++) {
		if (i < m->inputs_len)
			typed(s, m->inputs[i].name, m->inputs[i].type);
		else
			typed(s, (struct wr_text){ NULL, 0 }, m->result);
		width = widest(width, s->phrase.size);
		s->phrase.size = 0;
	}
	for (uint32_t i = 0; i < m->inputs_len; i++) {
		begin(s, i == 0, i == 0 ? "in" : "");
		value_row(s, m->inputs[i].name, m->inputs[i].type, m->inputs[i].labels, width);
	}
	begin(s, m->inputs_len == 0, "out");
	value_row(s, (struct wr_text){ NULL, 0 }, m->result, m->result_labels, width);
}

/* ---- backends, drops, agents ---------------------------------------------------------- */

/* `accepts @pii taints @untrusted` */
static void
spell_clearance(struct show *s, const struct wr_summary_backend *b)
{
	if (b->accepts != 0)
		wr_buf_str(&s->phrase, "accepts");
	wr_spell_labels(&s->phrase, s->module, b->accepts);
	if (b->taints != 0)
		wr_buf_str(&s->phrase, b->accepts != 0 ? "   taints" : "taints");
	wr_spell_labels(&s->phrase, s->module, b->taints);
}

static void
backends(struct show *s)
{
	const struct wr_summary *sum = s->summary;
	size_t width = 0, kinds = 0, clearance = 0;

	for (uint32_t i = 0; i < sum->backends_len; i++) {
		width = widest(width, sum->backends[i].name.size);
		kinds = widest(kinds, strlen(sum->backends[i].kind));
		spell_clearance(s, &sum->backends[i]);
		clearance = widest(clearance, s->phrase.size);
		s->phrase.size = 0;
	}
	for (uint32_t i = 0; i < sum->backends_len; i++) {
		const struct wr_summary_backend *b = &sum->backends[i];
		size_t column = LEFT + width + kinds + 5;

		begin(s, i == 0, i == 0 ? "backend" : "");
		wr_buf_text(s->page.buf, b->name);
		wr_page_to(&s->page, LEFT + width + 2, 2);
		put(s, b->kind);
		spell_clearance(s, b);
		put_phrase(s, column);
		wr_buf_str(&s->phrase, b->reaches != 0 ? "receives" : "receives no label");
		wr_spell_labels(&s->phrase, s->module, b->reaches);
		if (clearance > 0 && column + clearance + 3 + s->phrase.size <= WR_PAGE_WIDTH)
			wr_page_to(&s->page, column + clearance, 0);
		put_phrase(s, column);
		wr_page_newline(&s->page);
	}
}

static void
drops(struct show *s)
{
	const struct wr_summary *sum = s->summary;
	size_t width = 0, labels = 0, bits = 0;

	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < sum->drops_len; i++) {
			const struct wr_summary_drop *d = &sum->drops[i];
			size_t column = LEFT + width + 2 + labels + 2 + bits + 2;

			s->phrase.size = 0;
			if (pass == 0) {
				width = widest(width, d->name.size);
				wr_spell_labels(&s->phrase, s->module, d->labels);
				labels = widest(labels, s->phrase.size - (s->phrase.size > 0));
				s->phrase.size = 0;
				wr_page_bits(&s->phrase, d->millibits);
				bits = widest(bits, s->phrase.size);
				continue;
			}
			begin(s, i == 0, i == 0 ? "drops" : "");
			wr_buf_text(s->page.buf, d->name);
			wr_page_to(&s->page, LEFT + width + 1, 1);
			wr_spell_labels(s->page.buf, s->module, d->labels);
			wr_page_bits(&s->phrase, d->millibits);
			wr_page_to(
			    &s->page, s->phrase.size <= bits ? column - 2 - s->phrase.size : 0, 2);
			wr_buf_text(s->page.buf, wr_buf_view(&s->phrase));
			wr_page_to(&s->page, column, 2);
			s->phrase.size = 0;
			wr_spell_text(&s->phrase, d->reason);
			wr_page_words(&s->page, column, wr_buf_view(&s->phrase));
			wr_page_newline(&s->page);
		}
	}
	s->phrase.size = 0;
}

/* A setting that is one constant, or an agent: `temperature 0`. */
static void
put_setting(struct show *s, const struct wr_setting *setting, size_t column)
{
	wr_buf_str(&s->phrase, wr_setting_info(setting->id)->word);
	wr_buf_byte(&s->phrase, ' ');
	if (wr_page_setting(&s->phrase, s->module, setting))
		put_phrase(s, column);
	s->phrase.size = 0;
}

static void
agents(struct show *s)
{
	const struct wr_module *m = s->module;
	size_t width = 0, via = 0;

	for (uint32_t i = 0; i < m->agents_len; i++) {
		width = widest(width, m->agents[i].name.size);
		via = widest(via, m->backends[m->agents[i].backend].name.size);
	}
	for (uint32_t i = 0; i < m->agents_len; i++) {
		const struct wr_agent *a = &m->agents[i];
		size_t column = LEFT + width + via + 5;

		begin(s, i == 0, i == 0 ? "agents" : "");
		wr_buf_text(s->page.buf, a->name);
		wr_page_to(&s->page, LEFT + width + 2, 2);
		wr_buf_text(s->page.buf, m->backends[a->backend].name);
		for (uint32_t k = 0; k < a->settings_len; k++)
			put_setting(s, &a->settings[k], column);
		if (s->summary->agents[i].sites == 0) {
			wr_buf_str(&s->phrase, "called as a fallback alone");
			put_phrase(s, column);
		} else if (s->summary->agents[i].sites != 1) {
			wr_buf_str(&s->phrase, "called in ");
			wr_page_count(&s->phrase, s->summary->agents[i].sites, "place");
			put_phrase(s, column);
		}
		wr_page_newline(&s->page);
	}
}

enum wr_status
wr_show(const struct wr_module *module, const struct wr_summary *summary, struct wr_text digest_hex,
    size_t size, struct wr_buf *buf)
{
	struct show s = { .page = { buf, buf->size }, .module = module, .summary = summary };
	enum wr_status status;

	assert(digest_hex.size == 64 && summary->agents_len == module->agents_len);
	wr_buf_init(&s.phrase, buf->alloc, PHRASE_MAX);
	head(&s, digest_hex, size);
	bounds(&s);
	in_and_out(&s);
	backends(&s);
	drops(&s);
	agents(&s);
	wr_page_newline(&s.page);
	status = s.phrase.status;
	wr_buf_free(&s.phrase);
	if (status != WR_OK)
		return status;
	return buf->status != WR_OK ? buf->status : wr_decompile(module, buf);
}
