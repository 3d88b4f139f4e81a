/* Says what lies in the store. Whether one can go on is decided where it is read. */
#include "runtime/cli/strays.h"

#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/sysalloc.h"

#define WORDS_MAX 4096

static bool
is_said(const struct wd_remarks *said, const char *name)
{
	for (size_t i = 0; i < said->named; i++)
		if (strcmp(said->at[i].name, name) == 0)
			return true;
	return false;
}

static void
say_one(void (*say)(const char *format, ...), const char *lead, const struct wd_remark *remark)
{
	struct wr_buf words;

	wr_buf_init(&words, wd_alloc(), WORDS_MAX);
	wd_remark_write(remark, &words);
	say("%s%s", lead, words.size > 0 ? wd_say_safe(wr_buf_view(&words)) : "?");
	wr_buf_free(&words);
}

void
wd_strays_say(struct wd_remarks *said, const struct wd_remarks *strays)
{
	bool more = strays->len > strays->named;

	for (size_t i = 0; i < strays->named; i++) {
		if (is_said(said, strays->at[i].name))
			continue;
		if (said->named == WD_REMARKS_MAX) {
			more = true;
			break;
		}
		said->at[said->named++] = strays->at[i];
		say_one(wd_say, "ignored: ", &strays->at[i]);
	}
	if (more && said->len == 0)
		wd_say("ignored: more files that are none of ours");
	said->len += more; /* that there are more is said once */
}

enum wd_exit
wd_unread_say(const char *what, const struct wd_remarks *unread)
{
	wd_say_error("%s: what was said here cannot be read", what);
	for (size_t i = 0; i < unread->named; i++)
		say_one(wd_say_note, "", &unread->at[i]);
	if (unread->len > unread->named)
		wd_say_note("and %zu more", unread->len - unread->named);
	wd_say_help("make it readable, or get it back (git has it, if it was kept there)");
	return WD_TROUBLE;
}

enum wd_exit
wd_records_say(enum wr_status status)
{
	if (status != WR_LIMIT)
		return wd_say_unreadable(".writ/records", status);
	wd_say_error("there are more than %u records about one digest, or too many in all", WD_RECORD_FILES_MAX);
	wd_say_help("none of them was judged: part of them would mislead");
	return WD_TROUBLE;
}
