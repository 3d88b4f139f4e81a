/*
 * The pages about messages, as they were when the compiler was built. Knows which page
 * belongs to which code; what they say is in compiler/explain/.
 */
#include "compiler/explain.h"

#include <assert.h>

static const char *const pages[WC_CODE_COUNT] = {
#include "compiler/explain.inc"
};

const char *
wc_explain(enum wc_code code)
{
	assert(code < WC_CODE_COUNT);
	return pages[code] != NULL ? pages[code] : "";
}

struct wr_text
wc_explain_short(enum wc_code code)
{
	const char *from = strstr(wc_explain(code), "\n\n"), *to;

	if (from == NULL)
		return WR_TEXT("");
	from += 2;
	to = strstr(from, "\n\n");
	return (struct wr_text){ from, to != NULL ? (size_t)(to - from) : strlen(from) };
}

static bool
same_code(const char *code, struct wr_text word)
{
	if (word.size != strlen(code))
		return false;
	for (size_t i = 0; i < word.size; i++)
		if (code[i] != word.at[i] && (i > 0 || code[i] != word.at[i] - ('a' - 'A')))
			return false;
	return true;
}

bool
wc_code_find(struct wr_text word, enum wc_code *ret_code)
{
	for (unsigned i = 0; i < WC_CODE_COUNT; i++) {
		if (!same_code(wc_code_text((enum wc_code)i), word) &&
		    !wr_text_eq(word, wr_text_of(wc_code_name((enum wc_code)i))))
			continue;
		*ret_code = (enum wc_code)i;
		return true;
	}
	return false;
}
