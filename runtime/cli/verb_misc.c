/* version and completion: what the tool says about itself. */
#include <stdio.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static enum wd_exit
version(const struct wd_args *args)
{
	(void)args;
	printf("writ %s\nlanguage 1, bytecode format 1\n", WRIT_VERSION);
	return WD_YES;
}

const struct wd_verb wd_verb_version = {
	.name = "version",
	.files = "",
	.summary = "say which version this is",
	.run = version,
};

static const struct wd_verb *const all[] = {
#define VERB(id, stage) &wd_verb_##id,
#include "runtime/cli/verbs.def"
#undef VERB
};

static enum wd_exit
completion(const struct wd_args *args)
{
	if (strcmp(args->files[0], "bash") != 0) {
		wd_say_error("there is completion for bash, not for %s", wd_say_safe(wr_text_of(args->files[0])));
		return WD_TROUBLE;
	}
	printf("_writ() {\n"
	       "  local word=${COMP_WORDS[COMP_CWORD]} words=\n"
	       "  if [ \"$COMP_CWORD\" = 1 ]; then words=\"help");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		printf(" %s", all[i]->name);
	printf("\"\n  else case ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		printf("    %s) words=\"", all[i]->name);
		for (const struct wd_option *o = all[i]->options; o != NULL && o->name != NULL; o++)
			printf("--%s ", o->name);
		for (const struct wd_option *o = wd_common_options; o->name != NULL; o++)
			printf("--%s ", o->name);
		printf("\";;\n");
	}
	printf("  esac; fi\n"
	       "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	       "  [ \"${#COMPREPLY[@]}\" -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
	       "}\n"
	       "complete -o filenames -F _writ writ\n");
	return WD_YES;
}

const struct wd_verb wd_verb_completion = {
	.name = "completion",
	.files = "bash",
	.files_min = 1,
	.files_max = 1,
	.summary = "print shell completion: source <(writ completion bash)",
	.run = completion,
};
