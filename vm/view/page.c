/*
 * The layout of pages for people: columns, wrapping, amounts with units. Decides where things
 * stand, never what is said.
 */
#include "vm/view/page.h"

size_t
wr_page_column(const struct wr_page *page)
{
	return page->buf->size - page->line;
}

void
wr_page_newline(struct wr_page *page)
{
	wr_buf_byte(page->buf, '\n');
	page->line = page->buf->size;
}

static void
spaces(struct wr_page *page, size_t n)
{
	while (n-- > 0)
		wr_buf_byte(page->buf, ' ');
}

void
wr_page_to(struct wr_page *page, size_t column, size_t gap)
{
	size_t at = wr_page_column(page);

	if (at + gap <= column)
		spaces(page, column - at);
	else if (at > 0)
		spaces(page, gap);
}

void
wr_page_phrase(struct wr_page *page, size_t column, size_t gap, struct wr_text phrase)
{
	size_t at = wr_page_column(page);

	if (at > column && at + gap + phrase.size > WR_PAGE_WIDTH) {
		wr_page_newline(page);
		spaces(page, column);
	} else if (at <= column) {
		spaces(page, column - at);
	} else {
		spaces(page, gap);
	}
	wr_buf_text(page->buf, phrase);
}

void
wr_page_words(struct wr_page *page, size_t column, struct wr_text words)
{
	for (size_t i = 0, end; i < words.size; i = end + 1) {
		end = i;
		while (end < words.size && words.at[end] != ' ')
			end++;
		wr_page_phrase(
		    page, column, i == 0 ? 0 : 1, (struct wr_text){ words.at + i, end - i });
	}
}

void
wr_page_time(struct wr_buf *buf, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = { { 3600000, " h" }, { 60000, " min" }, { 1000, " s" }, { 1, " ms" } };
	bool some = false;

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (ms / units[i].ms == 0)
			continue;
		if (some)
			wr_buf_byte(buf, ' ');
		wr_spell_count(buf, ms / units[i].ms, ",");
		wr_buf_str(buf, units[i].unit);
		ms %= units[i].ms;
		some = true;
	}
	if (!some)
		wr_buf_str(buf, "0 s");
}

void
wr_page_bits(struct wr_buf *buf, uint64_t millibits)
{
	uint64_t tenths = millibits / 100 + (millibits % 100 != 0);

	wr_spell_count(buf, tenths / 10, ",");
	if (tenths % 10 != 0) {
		wr_buf_byte(buf, '.');
		wr_buf_u64(buf, tenths % 10);
	}
	wr_buf_str(buf, tenths == 10 ? " bit" : " bits");
}

void
wr_page_count(struct wr_buf *buf, uint64_t n, const char *noun)
{
	wr_spell_count(buf, n, ",");
	wr_buf_byte(buf, ' ');
	wr_buf_str(buf, noun);
	if (n != 1)
		wr_buf_byte(buf, 's');
}

bool
wr_page_setting(struct wr_buf *buf, const struct wr_module *module, const struct wr_setting *setting)
{
	switch (wr_setting_info(setting->id)->shape) {
	case WR_SHAPE_TEXT:
		wr_spell_text(buf, setting->text);
		return true;
	case WR_SHAPE_INT:
		wr_spell_count(buf, (uint64_t)setting->integer, ",");
		return true;
	case WR_SHAPE_NUMBER:
		wr_spell_setting_number(buf, setting->number);
		return true;
	case WR_SHAPE_BOOL:
		wr_buf_str(buf, setting->integer != 0 ? "true" : "false");
		return true;
	case WR_SHAPE_DURATION:
		wr_page_time(buf, (uint64_t)setting->integer);
		return true;
	case WR_SHAPE_AGENT:
		wr_buf_text(buf, module->agents[setting->integer].name);
		return true;
	case WR_SHAPE_TEXTS:
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_TEMPLATES:
	case WR_SHAPE_MESSAGE:
		break;
	}
	return false;
}
