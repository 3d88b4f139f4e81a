/* Words to people on standard error. Decides how they look, never what they say. */
#include "runtime/cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/files.h"

#define SAFE_MAX 400
#define WORDS_MAX 8192 /* of one line; longer is cut */

static enum { AUTO, ALWAYS, NEVER } color = AUTO;

bool
wd_say_color(const char *when)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(when, words[i]) == 0) {
			color = i;
			return true;
		}
	return false;
}

bool
wd_say_colored_on(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != AUTO)
		return color == ALWAYS;
	return (no == NULL || *no == '\0') && (term == NULL || strcmp(term, "dumb") != 0) &&
	       isatty(fd);
}

bool
wd_say_colored(void)
{
	return wd_say_colored_on(STDERR_FILENO);
}

static bool (*listener)(enum wd_say_kind kind, struct wr_text words);

void
wd_say_listen(bool (*taker)(enum wd_say_kind kind, struct wr_text words))
{
	listener = taker;
}

static void __attribute__((format(printf, 2, 0)))
line(enum wd_say_kind kind, const char *format, va_list list)
{
	static const struct {
		const char *style, *lead;
	} looks[] = { { "\033[1;31m", "error: " }, { "\033[1;36m", "  = help: " },
		{ "\033[1;36m", "  = note: " }, { "", "" } };
	bool styled = wd_say_colored() && *looks[kind].style != '\0';
	char words[WORDS_MAX];
	int size = vsnprintf(words, sizeof words, format, list);

	if (size < 0 || (size_t)size >= sizeof words)
		size = size < 0 ? 0 : (int)sizeof words - 1;
	if (listener != NULL && listener(kind, (struct wr_text){ words, (size_t)size }))
		return;
	fprintf(stderr, "%s%s%s%s\n", styled ? looks[kind].style : "", looks[kind].lead,
	    styled ? "\033[0m" : "", words);
}

#define SPEAK(kind)                                                                                \
	do {                                                                                       \
		va_list list;                                                                      \
		va_start(list, format);                                                            \
		line(kind, format, list);                                                          \
		va_end(list);                                                                      \
	} while (0)

void
wd_say_error(const char *format, ...)
{
	SPEAK(WD_SAY_ERROR);
}

void
wd_say_help(const char *format, ...)
{
	SPEAK(WD_SAY_HELP);
}

void
wd_say_note(const char *format, ...)
{
	SPEAK(WD_SAY_NOTE);
}

void
wd_say(const char *format, ...)
{
	SPEAK(WD_SAY_PLAIN);
}

const char *
wd_say_safe(struct wr_text t)
{
	static char ring[8][SAFE_MAX + 16];
	static unsigned turn;
	char *out = ring[turn++ % 8];
	size_t at = 0, len;

	for (size_t i = 0; i < t.size; i += len) {
		int32_t c = wr_utf8_next(t.at + i, t.size - i, &len);

		if (at >= SAFE_MAX) {
			memcpy(out + at, " ...", 4);
			at += 4;
			break;
		}
		if (c < 0) {
			len = 1;
			memcpy(out + at, "<?>", 3);
			at += 3;
		} else if (wr_char_hidden((uint32_t)c) || c == '\n' || c == '\t') {
			at += (size_t)snprintf(out + at, 12, "<U+%04X>", (unsigned)c);
		} else {
			memcpy(out + at, t.at + i, len);
			at += len;
		}
	}
	out[at] = '\0';
	return out;
}

void
wd_print_json(struct wr_text json)
{
	bool terminal = isatty(STDOUT_FILENO);
	size_t from = 0, len;

	for (size_t i = 0; terminal && i < json.size; i += len) {
		int32_t c = wr_utf8_next(json.at + i, json.size - i, &len);
		uint32_t rest = (uint32_t)c - 0x10000;

		if (c < 0 || !wr_char_hidden((uint32_t)c))
			continue;
		(void)fwrite(json.at + from, 1, i - from, stdout);
		if (c < 0x10000)
			printf("\\u%04x", (unsigned)c);
		else
			printf("\\u%04x\\u%04x", 0xD800u + (rest >> 10), 0xDC00u + (rest & 0x3FF));
		from = i + len;
	}
	(void)fwrite(json.at + from, 1, json.size - from, stdout);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}

void
wd_say_waiting(const char *path)
{
	if ((path == NULL || strcmp(path, "-") == 0) && isatty(STDIN_FILENO))
		wd_say("the input, a JSON object, is read from the terminal; Ctrl-D ends it "
		       "(--input FILE reads a file)");
}

enum wd_exit
wd_say_unreadable(const char *path, enum wr_status status)
{
	wd_say_error("cannot read %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(status));
	return WD_TROUBLE;
}
