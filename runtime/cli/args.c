/* Reads a command line by the tables of its verb. Decides nothing about what the words mean. */
#include "runtime/cli/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"

#define RESPONSE_FILE_MAX (1u << 20)

const struct wd_option wd_common_options[] = {
	{ "folder", 'C', "DIR",
	    "the workspace (the nearest folder from here up with a policy.json)", false },
	{ "color", 0, "WHEN", "auto (on a terminal), always or never", false },
	{ "help", 'h', NULL, "this text", false },
	{ 0 },
};

static const struct wd_option *
find_long(const struct wd_option *options, const char *name, size_t size)
{
	for (; options != NULL && options->name != NULL; options++)
		if (strlen(options->name) == size && memcmp(options->name, name, size) == 0)
			return options;
	return NULL;
}

/* The option whose letters begin these; *ret_lead is how many there are. */
static const struct wd_option *
find_short(const struct wd_option *options, const char *letters, size_t *ret_lead)
{
	for (; options != NULL && options->name != NULL; options++) {
		size_t size = options->letters != NULL ? strlen(options->letters) : 1;

		if (options->letters != NULL ?
			strncmp(options->letters, letters, size) == 0 :
			options->letter != 0 && options->letter == letters[0]) {
			*ret_lead = size;
			return options;
		}
	}
	return NULL;
}

const char *
wd_arg_at(const struct wd_args *args, const char *name, size_t i)
{
	for (size_t g = 0; g < args->given_len; g++)
		if (strcmp(args->given[g].option->name, name) == 0 && i-- == 0)
			return args->given[g].value;
	return NULL;
}

const char *
wd_arg(const struct wd_args *args, const char *name)
{
	const char *last = NULL, *next;

	for (size_t i = 0; (next = wd_arg_at(args, name, i)) != NULL; i++)
		last = next;
	return last;
}

static bool
usage(const struct wd_args *args, const char *what, const char *which)
{
	wd_say_error("%s%s", what, wd_say_safe(wr_text_of(which)));
	wd_say_help("`writ %s --help` lists what it takes", args->verb->name);
	return false;
}

static bool
take(struct wd_args *args, const struct wd_option *option, const char *value)
{
	if (strcmp(option->name, "folder") == 0) {
		args->folder = value;
		return true;
	}
	if (strcmp(option->name, "color") == 0)
		return wd_say_color(value) ||
		       usage(args, "--color takes auto, always or never, not ", value);
	if (!option->repeats && wd_arg(args, option->name) != NULL)
		return usage(args, "given twice: --", option->name);
	if (args->given_len == WD_ARGS_MAX)
		return usage(args, "too many options", "");
	args->given[args->given_len].option = option;
	args->given[args->given_len++].value = value;
	return true;
}

static bool
take_file(struct wd_args *args, const char *file)
{
	if (args->files_len == WD_ARGS_MAX)
		return usage(args, "too many files", "");
	args->files[args->files_len++] = file;
	return true;
}

static bool
ends_with(const char *word, const char *end)
{
	size_t size = strlen(word), least = strlen(end);

	return size > least && strcmp(word + size - least, end) == 0;
}

/* With attached: the value behind the `=` or the letters, or NULL. May take the next word. */
static bool
take_option(struct wd_args *args, const struct wd_option *option, const char *attached, int argc,
    char **argv, int *i)
{
	const char *word = argv[*i];

	if (option == NULL)
		return usage(args, "there is no option ", word);
	if (strcmp(option->name, "help") == 0) {
		wd_verb_help(args->verb);
		exit(WD_YES);
	}
	if (option->value == NULL)
		return attached == NULL ? take(args, option, "") :
					  usage(args, "takes no value: ", word);
	if (attached != NULL)
		return take(args, option, attached);
	if (option->ending != NULL && (*i + 1 >= argc || !ends_with(argv[*i + 1], option->ending)))
		return take(args, option, "");
	if (*i + 1 >= argc)
		return usage(args, "a value is missing after ", word);
	return take(args, option, argv[++*i]);
}

static bool
parse_long(struct wd_args *args, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct wd_option *option = find_long(args->verb->options, name, size);

	if (option == NULL)
		option = find_long(wd_common_options, name, size);
	return take_option(args, option, equals != NULL ? equals + 1 : NULL, argc, argv, i);
}

static bool
parse_short(struct wd_args *args, int argc, char **argv, int *i)
{
	const char *letters = argv[*i] + 1;
	size_t lead = 0;
	const struct wd_option *option = find_short(args->verb->options, letters, &lead);

	if (option == NULL)
		option = find_short(wd_common_options, letters, &lead);
	return take_option(
	    args, option, letters[lead] != '\0' ? letters + lead : NULL, argc, argv, i);
}

/* A long or short option at argv[*i]; may take the next word as its value. */
static bool
parse_option(struct wd_args *args, int argc, char **argv, int *i)
{
	return argv[*i][1] == '-' ? parse_long(args, argc, argv, i) :
				    parse_short(args, argc, argv, i);
}

/* The lines of @FILE as arguments. They live as long as the process. */
static bool
parse_response_file(struct wd_args *args, const char *path)
{
	static struct wr_buf lines;
	char *words[WD_ARGS_MAX];
	int len = 0;

	if (lines.at != NULL)
		return usage(args, "one @FILE is enough, this is the second: ", path);
	wr_buf_init(&lines, wd_alloc(), RESPONSE_FILE_MAX);
	if (wd_file_read(path, &lines) != WR_OK)
		return usage(args, "cannot read the arguments in ", path);
	for (char *at = lines.at, *end; at != NULL && *at != '\0'; at = end) {
		end = strchr(at, '\n');
		if (end != NULL)
			*end++ = '\0';
		else
			end = at + strlen(at);
		if (*at == '\0')
			continue;
		if (len == WD_ARGS_MAX)
			return usage(args, "too many arguments in ", path);
		words[len++] = at;
	}
	for (int i = 0; i < len; i++) {
		bool option = words[i][0] == '-' && words[i][1] != '\0';

		if (!(option ? parse_option(args, len, words, &i) : take_file(args, words[i])))
			return false;
	}
	return true;
}

bool
wd_args_parse(struct wd_args *args, const struct wd_verb *verb, int argc, char **argv)
{
	bool options = true;

	*args = (struct wd_args){ .verb = verb, .folder = "." };
	for (int i = 0; i < argc; i++) {
		bool good;

		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			continue;
		}
		if (options && argv[i][0] == '@')
			good = parse_response_file(args, argv[i] + 1);
		else if (options && argv[i][0] == '-' && argv[i][1] != '\0')
			good = parse_option(args, argc, argv, &i);
		else
			good = take_file(args, argv[i]);
		if (!good)
			return false;
	}
	if (args->files_len < verb->files_min)
		return usage(args, "missing: ", verb->files);
	if (args->files_len > verb->files_max && args->files[verb->files_max][0] == '{') {
		wd_say_error("not expected: %s", wd_say_safe(wr_text_of(args->files[verb->files_max])));
		wd_say_help("JSON comes on standard input, or in --input FILE");
		return false;
	}
	if (args->files_len > verb->files_max)
		return usage(args, "not expected: ", args->files[verb->files_max]);
	return true;
}

static void
print_options(const struct wd_option *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		char left[64], letter[2] = { options->letter, '\0' };
		const char *letters = options->letters != NULL ? options->letters : letter;
		bool bare = *letters == '\0';

		(void)snprintf(left, sizeof left, "%s%s%s--%s%s%s", bare ? "    " : "-", letters,
		    bare ? "" : ", ", options->name, options->value != NULL ? " " : "",
		    options->value != NULL ? options->value : "");
		printf("  %-26s %s%s\n", left, options->help, options->repeats ? " (repeats)" : "");
	}
}

void
wd_verb_help(const struct wd_verb *verb)
{
	printf("usage: writ %s%s%s%s\n\n%s\n", verb->name,
	    verb->options != NULL ? " [options]" : "", verb->files[0] != '\0' ? " " : "",
	    verb->files, verb->summary);
	if (verb->details != NULL)
		printf("\n%s\n", verb->details);
	printf("\n");
	print_options(verb->options);
	print_options(wd_common_options);
}
