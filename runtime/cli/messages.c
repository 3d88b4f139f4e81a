/* Routes messages to standard error and files, in the forms asked for. Words none of them. */
#include "runtime/cli/messages.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/explain.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"

#define MESSAGES_MAX (64u << 20)
#define SINKS_MAX 8u
#define FAILURES_MAX 64u

struct sink {
	enum wc_diag_form form;
	const char *file;   /* NULL: standard error */
	struct wr_buf said; /* and not yet written */
};

static struct sink sinks[SINKS_MAX];
static uint32_t sinks_len;
static struct wr_buf failures[FAILURES_MAX]; /* what SARIF says at its end */
static uint32_t failures_len;
static bool wrong; /* a program was */

bool
wd_messages_machine(void)
{
	return sinks_len > 0 && (sinks[0].form == WC_DIAG_JSON || sinks[0].form == WC_DIAG_SARIF);
}

bool
wd_messages_portable(void)
{
	for (uint32_t i = 0; i < sinks_len; i++)
		if (sinks[i].form == WC_DIAG_SARIF)
			return true;
	return false;
}

/* Standard error at once, but for SARIF, which is one document. Files are written at the end. */
static void
pass_on(struct sink *s)
{
	if (s->file != NULL || s->form == WC_DIAG_SARIF)
		return;
	if (s->said.size > 0)
		(void)fwrite(s->said.at, 1, s->said.size, stderr);
	s->said.size = 0;
}

void
wd_messages_add(const struct wc_diags *diags)
{
	for (uint32_t i = 0; i < sinks_len; i++) {
		bool colour = sinks[i].file == NULL && wd_say_colored();

		wc_diags_render(diags, sinks[i].form, colour, &sinks[i].said);
		pass_on(&sinks[i]);
	}
	wrong = wrong || diags->errors > 0;
}

/* ---- what the tool itself says -------------------------------------------------------- */

static void
put_json_line(struct wr_buf *out, const char *level, struct wr_text words)
{
	struct wr_buf rendered;

	wr_buf_init(&rendered, wd_alloc(), MESSAGES_MAX);
	wr_buf_str(&rendered, level);
	wr_buf_str(&rendered, ": ");
	wr_buf_text(&rendered, words);
	wr_buf_byte(&rendered, '\n');
	wr_buf_str(out, "{\"code\":null,\"name\":null,\"level\":\"");
	wr_buf_str(out, level);
	wr_buf_str(out, "\",\"message\":");
	wc_json_text(out, words);
	wr_buf_str(out, ",\"spans\":[],\"notes\":[],\"help\":[],\"edits\":[],\"rendered\":");
	wc_json_text(out, wr_buf_view(&rendered));
	wr_buf_str(out, "}\n");
	wr_buf_free(&rendered);
}

/* An error begins a failure; helps and notes go on with it. */
static void
add_failure(enum wd_say_kind kind, const char *level, struct wr_text words)
{
	struct wr_buf *f;

	if (kind == WD_SAY_PLAIN || (kind != WD_SAY_ERROR && failures_len == 0))
		return;
	if (kind == WD_SAY_ERROR) {
		if (failures_len == FAILURES_MAX)
			return;
		wr_buf_init(&failures[failures_len++], wd_alloc(), MESSAGES_MAX);
	}
	f = &failures[failures_len - 1];
	if (kind != WD_SAY_ERROR) {
		wr_buf_byte(f, '\n');
		wr_buf_str(f, level);
		wr_buf_str(f, ": ");
	}
	wr_buf_text(f, words);
}

static bool
hear(enum wd_say_kind kind, struct wr_text words)
{
	static const char *const levels[] = { "error", "help", "note", "info" };

	for (uint32_t i = 0; i < sinks_len; i++) {
		if (sinks[i].form == WC_DIAG_JSON) {
			put_json_line(&sinks[i].said, levels[kind], words);
			pass_on(&sinks[i]);
		} else if (sinks[i].file != NULL && sinks[i].form != WC_DIAG_SARIF &&
			   kind != WD_SAY_PLAIN) {
			wr_buf_str(&sinks[i].said, levels[kind]);
			wr_buf_str(&sinks[i].said, ": ");
			wr_buf_text(&sinks[i].said, words);
			wr_buf_byte(&sinks[i].said, '\n');
		}
	}
	if (wd_messages_portable())
		add_failure(kind, levels[kind], words);
	return wd_messages_machine();
}

/* ---- beginning and end ------------------------------------------------------------------ */

static bool
find_form(const char *word, size_t size, enum wc_diag_form *ret)
{
	static const struct {
		const char *word;
		enum wc_diag_form form;
	} forms[] = { { "human", WC_DIAG_HUMAN }, { "short", WC_DIAG_SHORT },
		{ "json", WC_DIAG_JSON }, { "sarif", WC_DIAG_SARIF } };

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strlen(forms[i].word) == size && memcmp(forms[i].word, word, size) == 0) {
			*ret = forms[i].form;
			return true;
		}
	return false;
}

static void
add_sink(enum wc_diag_form form, const char *file)
{
	struct sink *s = &sinks[sinks_len++];

	*s = (struct sink){ .form = form, .file = file };
	wr_buf_init(&s->said, wd_alloc(), MESSAGES_MAX);
	if (form == WC_DIAG_SARIF)
		wc_sarif_open(&s->said, WRIT_VERSION);
}

bool
wd_messages_begin(const struct wd_args *args)
{
	const char *word = wd_arg(args, "error-format"), *also;
	enum wc_diag_form form = WC_DIAG_HUMAN;

	if (word != NULL && !find_form(word, strlen(word), &form)) {
		wd_say_error("--error-format takes human, short, json or sarif, not %s",
		    wd_say_safe(wr_text_of(word)));
		return false;
	}
	add_sink(form, NULL);
	for (size_t i = 0; (also = wd_arg_at(args, "also", i)) != NULL; i++) {
		const char *colon = strchr(also, ':');

		if (sinks_len == SINKS_MAX || colon == NULL || colon[1] == '\0' ||
		    !find_form(also, (size_t)(colon - also), &form)) {
			wd_say_error(
			    "--also takes FORM:FILE, such as sarif:writ.sarif, a few times, not %s",
			    wd_say_safe(wr_text_of(also)));
			return false;
		}
		add_sink(form, colon + 1);
	}
	wd_say_listen(hear);
	return true;
}

static void
end_sink(struct sink *s)
{
	struct wr_text texts[FAILURES_MAX];

	if (s->form != WC_DIAG_SARIF)
		return;
	for (uint32_t i = 0; i < failures_len; i++)
		texts[i] = wr_buf_view(&failures[i]);
	wc_sarif_close(&s->said, texts, failures_len);
}

/* Files first, so that one that cannot be written is still told on standard error. */
bool
wd_messages_end(void)
{
	bool good = true;

	if (wrong && sinks[0].form == WC_DIAG_HUMAN && isatty(STDERR_FILENO))
		wd_say("`writ explain CODE` says more about a message");
	for (uint32_t i = sinks_len; i-- > 0;) {
		struct sink *s = &sinks[i];

		end_sink(s);
		if (s->file == NULL && s->said.size > 0)
			(void)fwrite(s->said.at, 1, s->said.size, stderr);
		if (s->said.status != WR_OK) {
			wd_say_error("cannot keep so many messages");
			good = false;
		} else if (s->file != NULL &&
			   wd_file_write(s->file, wr_buf_view(&s->said), 0666) != WR_OK) {
			wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(s->file)),
			    wd_file_why(WR_IO));
			good = false;
		}
		wr_buf_free(&s->said);
	}
	sinks_len = 0;
	wd_say_listen(NULL);
	for (; failures_len > 0; failures_len--)
		wr_buf_free(&failures[failures_len - 1]);
	return good;
}

/* ---- names --------------------------------------------------------------------------------- */

bool
wd_path_from_here(const char *path, char out[PATH_MAX])
{
	char here[PATH_MAX];
	size_t same = 0, size = 0;

	if (path[0] != '/')
		return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
	if (getcwd(here, sizeof here) == NULL)
		return false;
	for (size_t i = 0;; i++) {
		bool here_ends = here[i] == '/' || here[i] == '\0',
		     path_ends = path[i] == '/' || path[i] == '\0';

		if (here_ends && path_ends)
			same = i; /* both have a whole component up to here */
		if (here[i] == '\0' || path[i] == '\0' || here[i] != path[i])
			break;
	}
	for (const char *up = here + same; *up != '\0'; up++)
		if (*up == '/' && up[1] != '\0' && size + 3 < PATH_MAX) {
			memcpy(out + size, "../", 3);
			size += 3;
		}
	path += same;
	path += *path == '/';
	if (*path == '\0' && size > 0)
		size--; /* no slash at the end */
	return snprintf(out + size, PATH_MAX - size, "%s",
		   *path == '\0' && size == 0 ? "." : path) < (int)(PATH_MAX - size);
}

uint32_t
wd_warnings(struct wr_text names[WD_WARNINGS_MAX])
{
	uint32_t len = 0;

	for (unsigned i = 0; i < WC_CODE_COUNT; i++)
		if (wc_code_text((enum wc_code)i)[0] == 'W')
			names[len++] = wr_text_of(wc_code_name((enum wc_code)i));
	return len;
}

bool
wd_warning_find(const char *option, const char *word, struct wr_text *ret_name)
{
	struct wr_text names[WD_WARNINGS_MAX], near;
	uint32_t len = wd_warnings(names);
	enum wc_code code;
	bool found = wc_code_find(wr_text_of(word), &code);

	if (found && wc_code_text(code)[0] == 'W') {
		*ret_name = wr_text_of(wc_code_name(code));
		return true;
	}
	wd_say_error(
	    found ? "--%s takes warnings, and %s is an error" : "--%s: there is no warning %s",
	    option, wd_say_safe(wr_text_of(word)));
	near = wc_nearest(wr_text_of(word), names, len);
	if (near.size > 0)
		wd_say_help("did you mean `%.*s`?", (int)near.size, near.at);
	else
		wd_say_help("`writ explain` lists them: their codes begin with W");
	return false;
}
