/*
 * The list of adaptors and what they share: parts of a call, answers and
 * headers. Sends nothing and knows no single adaptor.
 */
#include "runtime/backend/backend.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct wd_adaptor *const adaptors[] = {
#define ADAPTOR(name, kinds, class, meaning) &wd_adaptor_##name,
#include "runtime/backend/adaptors.def"
#undef ADAPTOR
};

const char *wd_class_word(enum wd_class class)
{
	static const char *const words[] = { "embedded", "provider-asserted", "pinned" };

	return words[class];
}

const struct wd_adaptor *
wd_adaptor_find(struct wr_text name)
{
	for (size_t i = 0; i < sizeof(adaptors) / sizeof(*adaptors); i++)
		if (wr_text_eq(name, wr_text_of(adaptors[i]->name)))
			return adaptors[i];
	return NULL;
}

bool
wd_adaptor_serves(const struct wd_adaptor *adaptor, struct wr_text kind)
{
	for (const char *at = adaptor->kinds; *at != '\0';) {
		size_t n = strcspn(at, " ");

		if (wr_text_eq(kind, (struct wr_text){at, n}))
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

bool
wd_adaptor_has_mode(const struct wd_adaptor *adaptor, struct wr_text mode)
{
	return mode.size == 0 || (adaptor->has_mode != NULL && adaptor->has_mode(mode));
}

const struct wr_part *
wd_call_part(const struct wr_call *call, const char *name)
{
	for (uint32_t i = 0; i < call->parts_len; i++)
		if (strcmp(call->parts[i].name, name) == 0)
			return &call->parts[i];
	return NULL;
}

int
wd_print_size(struct wr_text t)
{
	return t.size < WD_DETAIL_MAX ? (int)t.size : (int)WD_DETAIL_MAX;
}

/* Bytes that are not UTF-8, a code point cut at the end too, and control characters become `?`. */
static void
clean(char *text)
{
	size_t size = strlen(text), n;

	for (size_t at = 0; at < size; at += n) {
		int32_t c = wr_utf8_next(text + at, size - at, &n);

		if (c < 0 || wr_char_hidden((uint32_t)c) || c == '\n') {
			n = 1;
			text[at] = '?';
		}
	}
}

void
wd_answer_ok(struct wd_answer *answer, uint64_t tokens)
{
	*answer = (struct wd_answer){.ok = true, .tokens = tokens};
}

void
wd_answer_fail(struct wd_answer *answer, enum wr_failure failure, const char *format, ...)
{
	va_list list;

	*answer = (struct wd_answer){.failure = failure};
	va_start(list, format);
	(void)vsnprintf(answer->detail, sizeof(answer->detail), format, list);
	va_end(list);
	clean(answer->detail);
}

void
wd_trouble_set(struct wd_trouble *trouble, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vsnprintf(trouble->text, sizeof(trouble->text), format, list);
	va_end(list);
	clean(trouble->text);
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void
wd_percent_encode(struct wr_buf *buf, struct wr_text t)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < t.size; i++) {
		uint8_t byte = (uint8_t)t.at[i];

		if (is_unreserved(t.at[i])) {
			wr_buf_byte(buf, byte);
			continue;
		}
		wr_buf_byte(buf, '%');
		wr_buf_byte(buf, (uint8_t)hex[byte >> 4]);
		wr_buf_byte(buf, (uint8_t)hex[byte & 15]);
	}
}

bool
wd_request_header(struct wd_request *request, struct wr_text name, struct wr_text value)
{
	for (size_t i = 0; i < name.size; i++)
		if (!is_unreserved(name.at[i]))
			return false;
	for (size_t i = 0; i < value.size; i++)
		if ((uint8_t)value.at[i] < 0x20 || value.at[i] == 0x7f)
			return false;
	if (name.size == 0)
		return false;
	wr_buf_text(&request->headers, name);
	wr_buf_str(
	    &request->headers, value.size == 0 ? ";" : ": "); /* curl's sign for an empty value */
	wr_buf_text(&request->headers, value);
	wr_buf_byte(&request->headers, 0);
	return true;
}
