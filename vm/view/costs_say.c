/* The table of costs, for people and as JSON. Decides columns and words; every number is given. */
#include "vm/view/costs.h"

#include "vm/json.h"
#include "vm/view/page.h"

#define COLUMNS 10u

struct table {
	const struct wr_costs *c;
	struct wr_buf *buf;
};

void
wr_spell_money(struct wr_buf *buf, uint64_t nano)
{
	uint64_t rest = nano % 1000000000;
	uint64_t digit = 100000000;

	wr_buf_u64(buf, nano / 1000000000);
	wr_buf_str(buf, ".");
	for (int i = 0; i < 9 && (i < 2 || rest > 0); i++, digit /= 10) {
		wr_buf_byte(buf, (uint8_t)('0' + rest / digit));
		rest %= digit;
	}
}

static void
put_count(struct wr_buf *buf, uint64_t n)
{
	wr_spell_count(buf, n, ",");
}

/* Rows: the heading, the agents, the worst case, the promise. */
static void
agent_cell(const struct table *t, uint32_t i, uint32_t column)
{
	const struct wr_module *m = t->c->module;
	const struct wr_agent_costs *a = &t->c->agents[i];

	if (column == 0)
		wr_buf_text(t->buf, m->agents[i].name);
	else if (column == 1)
		wr_buf_text(t->buf, m->backends[m->agents[i].backend].name);
	else if (column == 2)
		put_count(t->buf, t->c->summary->agents[i].sites);
	else if (column == 3 && a->uses == WR_COST_UNKNOWN)
		wr_buf_str(t->buf, "?");
	else if (column == 3)
		put_count(t->buf, a->uses);
	else if (column == 4)
		put_count(t->buf, a->calls);
	else if (column == 5)
		put_count(t->buf, a->tokens);
	else if (column == 6)
		put_count(t->buf, a->typical);
	else if (column == 7)
		wr_page_time(t->buf, a->time_ms);
	else if (a->priced)
		wr_spell_money(t->buf, column == 8 ? a->money : a->typical_money);
	else if (a->llm)
		wr_buf_str(t->buf, "no price");
}

static void
sum_cell(const struct table *t, const struct wr_summary_bounds *b, bool worst, uint32_t column)
{
	if (column == 0)
		wr_buf_str(t->buf, worst ? "worst case of a run" : "promised");
	else if (column == 4)
		put_count(t->buf, b->calls);
	else if (column == 5)
		put_count(t->buf, b->tokens);
	else if (column == 6 && worst)
		put_count(t->buf, t->c->typical);
	else if (column == 7)
		wr_page_time(t->buf, b->time_ms);
	else if (column >= 8 && worst)
		wr_spell_money(t->buf, column == 8 ? t->c->money : t->c->typical_money);
}

static void
cell(const struct table *t, uint32_t row, uint32_t column)
{
	static const char *const heads[COLUMNS] = { "one use of", "via", "places", "uses", "calls",
		"tokens", "typical", "time", "money", "typical money" };
	uint32_t agents = t->c->module->agents_len;

	if (row == 0)
		wr_buf_str(t->buf, heads[column]);
	else if (row <= agents)
		agent_cell(t, row - 1, column);
	else if (row == agents + 1)
		sum_cell(t, &t->c->summary->worst, true, column);
	else
		sum_cell(t, &t->c->summary->promised, false, column);
}

/* Columns as wide as their widest cell; names to the left, numbers to the right. */
static void
put_table(const struct table *t)
{
	uint32_t rows = t->c->module->agents_len + 3,
		 columns = t->c->prices ? COLUMNS : COLUMNS - 2;
	struct wr_page page = { t->buf, t->buf->size };
	size_t widths[COLUMNS] = { 0 };

	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t row = 0; row < rows; row++) {
			size_t right = 0;

			if (pass == 1 && row + 2 == rows)
				wr_page_newline(&page);
			for (uint32_t column = 0; column < columns; column++) {
				size_t at = t->buf->size, size;

				cell(t, row, column);
				size = t->buf->size - at;
				t->buf->size = at;
				if (pass == 0) {
					widths[column] =
					    size > widths[column] ? size : widths[column];
					continue;
				}
				right += widths[column] + (column == 0 ? 0 : 2);
				if (size > 0)
					wr_page_to(&page,
					    column < 2 ? right - widths[column] : right - size, 0);
				cell(t, row, column);
			}
			if (pass == 1)
				wr_page_newline(&page);
		}
	}
}

void
wr_costs_text(const struct wr_costs *c, struct wr_buf *buf)
{
	const struct table t = { c, buf };

	wr_buf_text(buf, c->module->name);
	wr_buf_str(buf, "\n\n");
	put_table(&t);
	if (c->summary->promised.width != 0) {
		wr_buf_str(buf, "at most ");
		wr_page_count(buf, c->summary->promised.width, "call");
		wr_buf_str(buf, " at once\n");
	}
	wr_buf_str(buf, "\ntypical: one attempt, four bytes a token, an answer as long as "
			"max_tokens allows, on the "
			"dearest way.\n");
	if (c->unpriced > 0) {
		wr_buf_str(buf, "money: without ");
		wr_page_count(buf, c->unpriced, "agent");
		wr_buf_str(buf, " whose model has no price.\n");
	}
}

/* ---- JSON --------------------------------------------------------------------------- */

static void
put_text(struct wr_buf *buf, const char *before, struct wr_text t)
{
	wr_buf_str(buf, before);
	wr_json_write_text(t, buf);
}

static void
put_number(struct wr_buf *buf, const char *name, uint64_t n)
{
	wr_buf_str(buf, ",\"");
	wr_buf_str(buf, name);
	wr_buf_str(buf, "\":");
	wr_buf_u64(buf, n);
}

static void
put_money(struct wr_buf *buf, bool known, uint64_t worst, uint64_t typical)
{
	wr_buf_str(buf, ",\"money\":");
	if (known)
		wr_spell_money(buf, worst);
	else
		wr_buf_str(buf, "null");
	wr_buf_str(buf, ",\"typical_money\":");
	if (known)
		wr_spell_money(buf, typical);
	else
		wr_buf_str(buf, "null");
}

static void
put_agent(const struct wr_costs *c, uint32_t i, struct wr_buf *buf)
{
	const struct wr_agent *agent = &c->module->agents[i];
	const struct wr_backend *backend = &c->module->backends[agent->backend];
	const struct wr_agent_costs *a = &c->agents[i];

	put_text(buf, i == 0 ? "\n{\"name\":" : ",\n{\"name\":", agent->name);
	put_text(buf, ",\"backend\":", backend->name);
	put_text(buf, ",\"kind\":", wr_text_of(wr_kind_word(backend->kind)));
	if (a->llm)
		put_text(buf, ",\"model\":", wr_agent_setting(agent, WR_SET_MODEL)->text);
	put_number(buf, "places", c->summary->agents[i].sites);
	if (a->uses != WR_COST_UNKNOWN)
		put_number(buf, "uses", a->uses);
	put_number(buf, "calls", a->calls);
	put_number(buf, "tokens", a->tokens);
	put_number(buf, "typical_tokens", a->typical);
	put_number(buf, "time_ms", a->time_ms);
	if (c->prices)
		put_money(buf, a->priced || !a->llm, a->money, a->typical_money);
	wr_buf_str(buf, "}");
}

static void
put_sums(const struct wr_summary_bounds *b, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"calls\":");
	wr_buf_u64(buf, b->calls);
	put_number(buf, "tokens", b->tokens);
	put_number(buf, "time_ms", b->time_ms);
	if (b->width != 0)
		put_number(buf, "width", b->width);
}

void
wr_costs_json(const struct wr_costs *c, struct wr_buf *buf)
{
	put_text(buf, "{\"workflow\":", c->module->name);
	wr_buf_str(buf, ",\"agents\":[");
	for (uint32_t i = 0; i < c->module->agents_len; i++)
		put_agent(c, i, buf);
	wr_buf_str(buf, "],\n\"worst\":");
	put_sums(&c->summary->worst, buf);
	put_number(buf, "typical_tokens", c->typical);
	if (c->prices)
		put_money(buf, c->unpriced == 0, c->money, c->typical_money);
	wr_buf_str(buf, "},\n\"promised\":");
	put_sums(&c->summary->promised, buf);
	wr_buf_str(buf, "}}\n");
}
