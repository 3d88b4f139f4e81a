/*
 * Signs what came of tests. It tells the truth about tests that failed as well; that none of it approves
 * anything is the gate's business.
 */
#include "runtime/cli/test_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

/* What else was asked that does not go together with signing. */
static bool
fits(const struct wd_args *args, bool prints)
{
	const char *wrong = NULL;
	struct stat st;

	if (wd_arg(args, "list") != NULL)
		wrong = "--list runs no test: there is nothing to sign";
	else if (prints && wd_arg(args, "sign") != NULL)
		wrong = "--print is for another who signs: say it without --sign";
	else if (prints && wd_arg(args, "json") != NULL)
		wrong = "--print and --json both write to standard output";
	else if (prints && (args->files_len != 1 || (stat(args->files[0], &st) == 0 && S_ISDIR(st.st_mode))))
		wrong = "--print takes one source";
	if (wrong != NULL)
		wd_say_error("%s", wrong);
	return wrong == NULL;
}

enum wd_exit
wd_test_signing_open(const struct wd_args *args, struct wd_test_signing *ret)
{
	const char *key = wd_arg(args, "sign");
	bool prints = wd_arg(args, "print") != NULL;
	enum wd_exit code;

	memset(ret, 0, sizeof *ret);
	ret->person = WD_NONE;
	if (key == NULL && !prints)
		return WD_YES;
	ret->on = true;
	ret->prints = prints;
	if (!fits(args, prints))
		return WD_TROUBLE;
	ret->cases = calloc(WD_TEST_CASES_MAX, sizeof *ret->cases);
	if (ret->cases == NULL) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	code = wd_desk_open_policy(args, &ret->desk);
	if (code != WD_YES || prints)
		return code;
	code = wd_signer_open_named(key, &ret->signer);
	if (code != WD_YES)
		return code;
	ret->person = wd_desk_person(&ret->desk, &ret->signer);
	return ret->person == WD_NONE ? WD_NO : WD_YES;
}

static void
forget(struct wd_test_signing *s)
{
	for (uint32_t i = 0; i < s->len; i++)
		free((void *)(uintptr_t)s->cases[i].name.at);
	s->len = s->ran = 0;
	s->over = false;
}

void
wd_test_signing_close(struct wd_test_signing *s)
{
	forget(s);
	free(s->cases);
	wd_signer_close(&s->signer);
	wd_desk_close(&s->desk);
}

/* A title as a record takes it: cut where a character ends, and a mark that it was. */
static struct wr_text
cut(struct wr_text title)
{
	static const char dots[] = "\xE2\x80\xA6";
	size_t size = title.size, tail = 0;
	char *copy;

	if (size > WD_TEST_NAME_MAX) {
		tail = sizeof dots - 1;
		size = WD_TEST_NAME_MAX - tail;
		while (size > 0 && ((unsigned char)title.at[size] & 0xC0) == 0x80)
			size--;
	}
	copy = malloc(size + tail + 1);
	if (copy == NULL)
		return (struct wr_text){ NULL, 0 };
	memcpy(copy, title.at, size);
	memcpy(copy + size, dots, tail);
	return (struct wr_text){ copy, size + tail };
}

void
wd_test_signing_add(struct wd_test_signing *s, struct wr_text title, struct wd_test_case how)
{
	if (!s->on)
		return;
	s->ran += how.adaptor != WD_TEST_NOBODY;
	how.name = s->len == WD_TEST_CASES_MAX ? (struct wr_text){ NULL, 0 } : cut(title);
	if (how.name.at == NULL)
		s->over = true; /* of memory there is no less: what cannot be said whole is not signed */
	else
		s->cases[s->len++] = how;
}

static enum wd_exit
sign(struct wd_test_signing *s, struct wr_text source, const struct wd_digest *digest)
{
	struct wd_record record = { .kind = WD_TESTED, .subject = *digest };
	enum wd_exit code;
	char hex[65];

	record.tested = (struct wd_tested){ wd_sha256(source), (int64_t)time(NULL), s->cases, s->len };
	code = wd_record_put(&s->desk, WR_TEXT(""), &record, s->prints ? NULL : &s->signer);
	if (code == WD_YES && !s->prints) {
		wd_digest_hex(digest, hex);
		wd_say("%s signs what came of the tests of sha256:%s",
		    wd_say_safe(s->desk.chain.policy.persons[s->person].name), hex);
	}
	s->signed_len += code == WD_YES;
	return code;
}

enum wd_exit
wd_test_signing_put(struct wd_test_signing *s, const char *path, struct wr_text source,
    const struct wd_digest *digest)
{
	enum wd_exit code = WD_YES;

	if (s->on && s->ran > 0 && digest == NULL) {
		wd_say("%s has no `start`: its tests are of no bytecode, and are not signed", wd_say_safe(wr_text_of(path)));
	} else if (s->on && s->ran > 0 && s->over) {
		wd_say_error("%s has more tests than one record holds (%u): nothing of it was signed",
		    wd_say_safe(wr_text_of(path)), WD_TEST_CASES_MAX);
		code = WD_TROUBLE;
	} else if (s->on && s->ran > 0) {
		code = sign(s, source, digest);
	}
	forget(s);
	return code;
}

enum wd_exit
wd_test_signing_take(const struct wd_args *args, const char *path)
{
	struct wd_compiled compiled;
	struct wd_desk desk = { 0 };
	struct wd_digest digest;
	enum wd_exit code = wd_compile_program(args, path, &compiled);

	if (code == WD_YES)
		code = wd_desk_open_policy(args, &desk);
	if (code == WD_YES) {
		digest = wd_sha256(wr_buf_view(&compiled.bytecode));
		code = wd_record_take(args, &desk, WR_TEXT(""), &digest, WD_TESTED, false);
	}
	wd_desk_close(&desk);
	wd_compiled_free(&compiled);
	return code;
}
