/* explain: the compiler's page about one of its messages, or the list of them. */
#include <stdio.h>

#include "compiler/explain.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static void
list(void)
{
	for (unsigned i = 0; i < WC_CODE_COUNT; i++)
		printf("%s  %s\n", wc_code_text((enum wc_code)i), wc_code_name((enum wc_code)i));
}

static enum wd_exit
unknown(const char *word)
{
	struct wr_text names[WC_CODE_COUNT], near;

	for (unsigned i = 0; i < WC_CODE_COUNT; i++)
		names[i] = wr_text_of(wc_code_name((enum wc_code)i));
	near = wc_nearest(wr_text_of(word), names, WC_CODE_COUNT);
	wd_say_error("there is no message `%s`", wd_say_safe(wr_text_of(word)));
	if (near.size > 0)
		wd_say_help("did you mean `%.*s`?", (int)near.size, near.at);
	else
		wd_say_help("`writ explain` lists them all");
	return WD_TROUBLE;
}

static enum wd_exit
explain(const struct wd_args *args)
{
	enum wc_code code;

	if (args->files_len == 0) {
		list();
		return WD_YES;
	}
	for (size_t i = 0; i < args->files_len; i++) {
		if (!wc_code_find(wr_text_of(args->files[i]), &code))
			return unknown(args->files[i]);
		printf("%s%s", i > 0 ? "\n" : "", wc_explain(code));
	}
	return WD_YES;
}

const struct wd_verb wd_verb_explain = {
	.name = "explain",
	.files = "[CODE...]",
	.files_max = WD_ARGS_MAX,
	.summary = "what a message means, with a wrong program and a right one",
	.details = "`writ explain E0302` and `writ explain label_decision` print the same page; "
		   "without a\n"
		   "code, the list of all codes with their names.",
	.run = explain,
};
