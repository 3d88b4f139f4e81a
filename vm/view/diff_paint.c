/* A difference in colours. Decides which; the words and their order are diff.c's. */
#include "vm/view/diff.h"

#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"

static const char *const weights[] = {
	[WR_WEIGHT_SLIGHT] = "",
	[WR_WEIGHT_SOME] = YELLOW,
	[WR_WEIGHT_GRAVE] = RED,
};

static bool
begins(struct wr_text line, const char *with)
{
	size_t size = strlen(with);

	return line.size >= size && memcmp(line.at, with, size) == 0;
}

static void
whole(struct wr_text line, const char *colour, struct wr_buf *buf)
{
	bool coloured = *colour != '\0' && line.size > 0;

	wr_buf_str(buf, coloured ? colour : "");
	wr_buf_text(buf, line);
	wr_buf_str(buf, coloured ? PLAIN : "");
}

/* Words with marks: no text of a program has a mark. */
static void
words(struct wr_text line, struct wr_buf *buf)
{
	for (size_t i = 0; i < line.size; i++) {
		struct wr_text rest = { line.at + i, line.size - i };

		if (begins(rest, "[-") || begins(rest, "{+"))
			wr_buf_str(buf, line.at[i] == '[' ? RED : GREEN);
		wr_buf_byte(buf, (uint8_t)line.at[i]);
		if (i > 0 && (begins((struct wr_text){ rest.at - 1, 2 }, "-]") ||
		    begins((struct wr_text){ rest.at - 1, 2 }, "+}")))
			wr_buf_str(buf, PLAIN);
	}
}

void
wr_diff_paint(struct wr_text diff, struct wr_buf *buf)
{
	const char *weight = "";
	bool source = false;

	for (size_t i = 0, end; i < diff.size; i = end + 1) {
		struct wr_text line = { diff.at + i, 0 };

		for (end = i; end < diff.size && diff.at[end] != '\n'; end++)
			;
		line.size = end - i;
		source |= begins(line, "--- ");
		if (source) {
			whole(line, begins(line, "+") ? GREEN : begins(line, "-") ? RED : begins(line, "@") ? CYAN : "", buf);
		} else if (line.size > 0 && line.at[0] != ' ') {
			weight = weights[wr_diff_weight(line)];
			wr_buf_str(buf, BOLD);
			whole(line, weight, buf);
			wr_buf_str(buf, *weight == '\0' ? PLAIN : "");
		} else if (begins(line, "      ")) {
			words(line, buf);
		} else {
			whole(line, weight, buf);
		}
		wr_buf_str(buf, "\n");
	}
}
