/* std: the library that comes with the compiler: its modules, or the text of one. */
#include <stdio.h>
#include <string.h>

#include "compiler/std.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

/* The first line of documentation in a module: what it is for. */
static struct wr_text
first_doc(struct wr_text bytes)
{
	for (const char *at = bytes.at, *end = at + bytes.size; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (stop == NULL)
			stop = end;
		if (stop - at > 4 && memcmp(at, "/// ", 4) == 0)
			return (struct wr_text){ at + 4, (size_t)(stop - at) - 4 };
		at = stop + 1;
	}
	return WR_TEXT("");
}

static void
list(void)
{
	for (unsigned i = 0; i < wc_std_len(); i++) {
		const struct wc_std_module *m = wc_std_at(i);
		struct wr_text doc = first_doc(m->bytes);

		printf("%-20s  %.*s\n", m->path, (int)doc.size, doc.at);
	}
}

/* `redact`, `redact.wf` and `std/redact.wf` mean the same. */
static const struct wc_std_module *
named(const char *word)
{
	char path[100];

	(void)snprintf(path, sizeof path, "%s%s%s", strncmp(word, "std/", 4) == 0 ? "" : "std/", word,
	    strstr(word, ".wf") != NULL ? "" : ".wf");
	return wc_std_find(wr_text_of(path));
}

static enum wd_exit
standard(const struct wd_args *args)
{
	if (args->files_len == 0)
		list();
	for (size_t i = 0; i < args->files_len; i++) {
		const struct wc_std_module *m = named(args->files[i]);

		if (m == NULL) {
			wd_say_error("the library has no module `%s`",
			    wd_say_safe(wr_text_of(args->files[i])));
			wd_say_help("`writ std` lists them all");
			return WD_TROUBLE;
		}
		(void)fwrite(m->bytes.at, 1, m->bytes.size, stdout);
	}
	return WD_YES;
}

const struct wd_verb wd_verb_std = {
	.name = "std",
	.files = "[MODULE...]",
	.files_max = WD_ARGS_MAX,
	.summary = "the modules of the library, or the text of one",
	.details = "`use summarise from \"std/summarise.wf\"` takes names from one. The compiler carries\n"
		   "them: they need no file, no hash, and are the same wherever it runs.",
	.run = standard,
};
