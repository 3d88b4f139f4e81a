/*
 * Where a member stands in the bytes of a document: for messages that show the line. It looks for
 * names in text that the parser has taken already; in any other text it finds something or nothing,
 * and never leaves it.
 */
#include "runtime/json.h"

/* The bytes, and how far they have been looked at. */
struct scan {
	struct wr_text t;
	size_t at;
};

static char
peek(struct scan *s)
{
	while (s->at < s->t.size && strchr(" \t\r\n", s->t.at[s->at]) != NULL && s->t.at[s->at] != '\0')
		s->at++;
	return s->at < s->t.size ? s->t.at[s->at] : '\0';
}

/* Past the text that begins here, and its bytes without the quotes. False: none does. */
static bool
pass_text(struct scan *s, struct wr_text *ret)
{
	size_t from;

	if (peek(s) != '"')
		return false;
	from = ++s->at;
	while (s->at < s->t.size && s->t.at[s->at] != '"')
		s->at += s->t.at[s->at] == '\\' ? 2 : 1;
	if (s->at >= s->t.size)
		return false;
	*ret = (struct wr_text){ s->t.at + from, s->at - from };
	s->at++;
	return true;
}

/* Past the value that begins here. */
static void
pass_value(struct scan *s)
{
	struct wr_text text;
	size_t depth = 0;

	do {
		char c = peek(s);

		if (c == '"') {
			if (!pass_text(s, &text))
				return;
		} else if (c == '{' || c == '[') {
			depth++;
			s->at++;
		} else if (c == '}' || c == ']' || c == ',' || c == ':') {
			if (depth == 0)
				return;
			depth -= c == '}' || c == ']';
			s->at++;
		} else {
			size_t from = s->at;

			while (s->at < s->t.size && strchr(",:]}{[\" \t\r\n", s->t.at[s->at]) == NULL)
				s->at++;
			if (s->at == from)
				return; /* the end, or what no document has */
		}
	} while (depth > 0);
}

/* At an object: to the value of its member of this name, whose quoted name is found. */
static bool
enter(struct scan *s, struct wr_text name, struct wd_json_found *found)
{
	struct wr_text text;

	if (peek(s) != '{')
		return false;
	do {
		s->at++;
		(void)peek(s);
		found->name = s->at;
		if (!pass_text(s, &text))
			return false;
		found->name_end = s->at;
		if (peek(s) != ':')
			return false;
		s->at++;
		(void)peek(s);
		if (wr_text_eq(text, name))
			return true;
		pass_value(s);
	} while (peek(s) == ',');
	return false;
}

bool
wd_json_find(struct wr_text bytes, const struct wr_text *names, size_t len, struct wd_json_found *ret)
{
	struct scan s = { .t = bytes };
	struct wd_json_found found = { 0 };

	for (size_t i = 0; i < len; i++)
		if (!enter(&s, names[i], &found))
			return false;
	found.value = s.at;
	pass_value(&s);
	found.value_end = s.at;
	if (len == 0 || s.at > bytes.size)
		return false;
	*ret = found;
	return true;
}
