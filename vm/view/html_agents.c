/*
 * Agents in HTML: what each is told, in full, and what it is set to. These are the facts that a
 * difference compares, so nothing that can change is left out.
 */
#include "vm/view/html.h"

#include "vm/view/diff_facts.h"

/* What stands behind `agent NAME ` in a key, or nothing when the fact is not this agent's. */
static struct wr_text
of_agent(struct wr_text key, struct wr_text name)
{
	static const char word[] = "agent ";
	size_t head = sizeof word - 1 + name.size;

	if (key.size < head || memcmp(key.at, word, sizeof word - 1) != 0 ||
	    memcmp(key.at + sizeof word - 1, name.at, name.size) != 0)
		return (struct wr_text){ NULL, 0 };
	if (key.size == head)
		return WR_TEXT("asks");
	if (key.at[head] != ' ')
		return (struct wr_text){ NULL, 0 };
	return (struct wr_text){ key.at + head + 1, key.size - head - 1 };
}

static bool
shown(const struct wr_fact *f)
{
	return f->risk == WR_RISK_EFFECTS || f->risk == WR_RISK_SETTINGS || f->risk == WR_RISK_TOLD ||
	       (f->risk == WR_RISK_SHAPE && f->rule == WR_FACT_VALUE);
}

static void
setting(struct html *h, struct wr_text what, struct wr_text value)
{
	wr_html_raw(h, "<div><dt>");
	wr_html_text(h, what);
	wr_html_raw(h, "</dt><dd>");
	wr_html_text(h, value);
	wr_html_raw(h, "</dd></div>\n");
}

/* Facts of an agent stand together, from its first on: *at moves behind them. */
static void
agent(struct html *h, struct wr_text name, const struct wr_facts *facts, uint32_t *at)
{
	uint32_t end, i = *at;

	wr_html_raw(h, "<article><h3 id=\"agent-");
	wr_html_text(h, name);
	wr_html_raw(h, "\">");
	wr_html_text(h, name);
	wr_html_raw(h, "</h3>\n<dl class=\"set\">\n");
	while (i < facts->len && of_agent(facts->at[i].key, name).size == 0)
		i++;
	for (end = i; end < facts->len && of_agent(facts->at[end].key, name).size > 0; end++)
		if (shown(&facts->at[end]) && facts->at[end].rule != WR_FACT_WORDS)
			setting(h, of_agent(facts->at[end].key, name), facts->at[end].value);
	wr_html_raw(h, "</dl>\n");
	for (; i < end; i++) {
		if (!shown(&facts->at[i]) || facts->at[i].rule != WR_FACT_WORDS)
			continue;
		wr_html_raw(h, "<h4>");
		wr_html_text(h, of_agent(facts->at[i].key, name));
		wr_html_raw(h, "</h4>\n<pre class=\"prompt\">");
		wr_html_text(h, facts->at[i].value);
		wr_html_raw(h, "</pre>\n");
	}
	wr_html_raw(h, "</article>\n");
	*at = end;
}

enum wr_status
wr_html_agents(struct html *h)
{
	const struct wr_module *m = h->p->now.module;
	struct wr_facts facts;
	enum wr_status s = wr_facts_gather(&h->p->now, h->arena, &facts);
	uint32_t at = 0;

	if (s != WR_OK)
		return s;
	while (at < facts.len && facts.at[at].risk != WR_RISK_SETTINGS)
		at++; /* drops and effects of agents come before, and are told elsewhere */
	wr_html_raw(h, "<section id=\"agents\"><h2>Agents: what they are told, and set to</h2>\n");
	for (uint32_t i = 0; i < m->agents_len; i++)
		agent(h, m->agents[i].name, &facts, &at);
	wr_html_raw(h, "</section>\n");
	return WR_OK;
}
