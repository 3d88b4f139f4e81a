/* The tool inside other tools: explanations, machine formats, dependency files, build systems. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(tools, .timeout = 120);

static struct process p;

Test(tools, explain_lists_all_messages_and_shows_one)
{
	static const struct {
		const char *command;
		int code;
		const char *out, *err;
	} cases[] = {
		{ "writ explain", 0, "E0302  label_decision\n", "" },
		{ "writ explain", 0, "W0801  unused\n", "" },
		{ "writ explain E0302", 0, "# E0302 label_decision\n", "" },
		{ "writ explain e0302", 0, "# E0302 label_decision\n", "" },
		{ "writ explain floating_model", 0, "# W0802 floating_model\n", "" },
		{ "writ explain E0001 E0002", 0, "# E0002 syntax\n", "" },
		{ "writ explain floating_modle", 2, "", "did you mean `floating_model`?" },
		{ "writ explain E9999", 2, "", "there is no message `E9999`" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, "/", NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d", cases[i].command, p.code);
		cr_expect_not_null(strstr(p.out, cases[i].out), "%s: %s", cases[i].command, p.out);
		cr_expect_not_null(strstr(p.err, cases[i].err), "%s: %s", cases[i].command, p.err);
	}
}

static const char wrong[] = "writ 1\n\nstart a(n: text ..9 @pi) -> text ..9\nend n\n";
static const char unused[] = "writ 1\n\nstart a(n: text ..9) -> text ..9\n  m = n\nend n\n";

/* Every line of a text is a JSON object; how many. */
static int
json_lines(const char *text)
{
	int lines = 0;

	for (const char *end; *text != '\0'; text = end + 1, lines++) {
		end = strchr(text, '\n');
		cr_assert(end != NULL && text[0] == '{' && end[-1] == '}', "%s", text);
	}
	return lines;
}

Test(tools, nothing_but_the_machine_format_goes_where_it_goes)
{
	static char also[1 << 17], human[1 << 14];
	const char *folder = workplace_make();

	workplace_write(folder, "wrong.wf", wrong);
	workplace_write(folder, "unused.wf", unused);
	process_run(
	    &p, folder, NULL, "writ check wrong.wf absent.wf unused.wf --error-format=json");
	cr_expect_eq(p.code, 2);
	cr_expect_eq(json_lines(p.err), 3, "%s", p.err);
	process_run(&p, folder, NULL, "writ build unused.wf -o - --error-format=json >/dev/null");
	cr_expect_eq(p.code, 0);
	cr_expect_eq(json_lines(p.err), 3, "a warning and two lines about the output: %s", p.err);
	process_run(&p, folder, NULL,
	    "writ check wrong.wf absent.wf --error-format=sarif --also=json:a.json "
	    "--also=short:a.txt");
	cr_expect_eq(p.code, 2);
	cr_expect_eq(strncmp(p.err, "{\"$schema\":", 11), 0);
	cr_expect_str_eq(p.err + strlen(p.err) - 6, "}]}]}\n");
	cr_expect_not_null(strstr(p.err, "\"ruleId\":\"E0305\""));
	cr_expect_not_null(
	    strstr(p.err, "{\"level\":\"error\",\"message\":{\"text\":\"cannot read absent.wf: "));
	workplace_read(folder, "a.json", also, sizeof also);
	cr_expect_eq(json_lines(also), 2, "%s", also);
	workplace_read(folder, "a.txt", human, sizeof human);
	cr_expect_eq(strncmp(human, "wrong.wf:3:21: error[E0305]: ", 29), 0, "%s", human);
	workplace_remove(folder);
}

Test(tools, a_sarif_log_is_the_same_wherever_it_is_written)
{
	static char one[1 << 17], two[1 << 17];
	const char *folder = workplace_make();
	static const char command[] = "mkdir -p x/y && cp wrong.wf x/y && cd x/y && "
				      "writ check wrong.wf --also=sarif:../../one.sarif; writ "
				      "check $PWD/wrong.wf --also=sarif:../../two.sarif";

	workplace_write(folder, "wrong.wf", wrong);
	process_run(&p, folder, NULL, command);
	cr_expect_eq(p.code, 1, "%s", p.err);
	workplace_read(folder, "one.sarif", one, sizeof one);
	workplace_read(folder, "two.sarif", two, sizeof two);
	cr_expect_str_eq(one, two);
	cr_expect_null(strstr(one, folder), "no absolute path");
	process_run(&p, folder, NULL, "writ check wrong.wf --also=sarif:absent/x.sarif");
	cr_expect_eq(p.code, 2);
	cr_expect_not_null(strstr(p.err, "cannot write absent/x.sarif"), "%s", p.err);
	workplace_remove(folder);
}

Test(tools, warnings_are_allowed_and_denied_by_name)
{
	static const struct {
		const char *options;
		int code;
		const char *says; /* on standard error; "" is silence */
	} cases[] = {
		{ "", 0, "warning[W0801]: the step `m` is never used  [unused]\n" },
		{ "--allow unused", 0, "" },
		{ "--allow W0801", 0, "" },
		{ "--deny unused", 1, "error[W0801]: the step `m` is never used  [unused]\n" },
		{ "--deny=floating_model", 0, "warning[W0801]" },
		{ "-W error", 1, "error[W0801]" },
		{ "-Werror", 1, "error[W0801]" },
		{ "-Werror --allow unused", 0, "" },
		{ "--deny unused --allow unused", 0, "" },
		{ "-W all", 2, "-W takes error, not all" },
		{ "--deny unusd", 2, "did you mean `unused`?" },
		{ "--allow unknown", 2, "--allow: there is no warning unknown" },
		{ "--allow syntax", 2, "--allow takes warnings, and syntax is an error" },
		{ "--max-errors 0", 2, "--max-errors takes a number from 1, not 0" },
		{ "--max-errors 5x", 2, "--max-errors takes a number from 1, not 5x" },
		{ "--error-format=xml", 2, "human, short, json or sarif" },
		{ "--also=sarif", 2, "--also takes FORM:FILE" },
		{ "--also=xml:a", 2, "--also takes FORM:FILE" },
	};
	const char *folder = workplace_make();
	char command[128];

	workplace_write(folder, "unused.wf", unused);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(
		    command, sizeof command, "writ check unused.wf %s", cases[i].options);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d", cases[i].options, p.code);
		cr_expect(cases[i].says[0] == '\0' ? p.err[0] == '\0' :
						     strstr(p.err, cases[i].says) != NULL,
		    "%s: %s", cases[i].options, p.err);
	}
	process_run(&p, folder, NULL, "writ build unused.wf --deny unused; test ! -e unused.wfb");
	cr_expect_eq(p.code, 0, "what is denied is not written");
	workplace_remove(folder);
}

static const char prompted[] =
    "writ 1\n\nbackend house: llm\n\n"
    "agent greet(name: text ..80) -> text ..200 via house {\n"
    "  model: \"house-small-2025-10-01\"\n  max_tokens: 50\n"
    "  context: file \"prompts/b.md\"\n  user: file \"prompts/a.md\"\n}\n\n"
    "start hello(name: text ..80) -> text ..200\nend greet(name)\n";

static void
make_prompted(const char *folder)
{
	process_run(&p, folder, NULL,
	    "mkdir -p 'in here/prompts' && echo 'Be kind.' >'in here/prompts/b.md' && "
	    "echo '{{name}}' >'in here/prompts/a.md'");
	workplace_write(folder, "in here/hello.wf", prompted);
}

Test(tools, build_says_what_it_was_made_from)
{
	static const struct {
		const char *options, *file, *want;
	} cases[] = {
		{ "-o h.wfb -MD", "h.wfb.d",
		    "h.wfb: in\\ here/hello.wf \\\n  in\\ here/prompts/a.md \\\n  in\\ "
		    "here/prompts/b.md\n" },
		{ "-o h.wfb -MD -MF deps -MT '$out x'", "deps",
		    "$$out\\ x: in\\ here/hello.wf \\\n  in\\ here/prompts/a.md \\\n  in\\ "
		    "here/prompts/b.md\n" },
		{ "-MD -MP -MFdeps -MTt", "deps",
		    "t: in\\ here/hello.wf \\\n  in\\ here/prompts/a.md \\\n  in\\ "
		    "here/prompts/b.md\n\n"
		    "in\\ here/hello.wf:\n\nin\\ here/prompts/a.md:\n\nin\\ here/prompts/b.md:\n" },
		{ "-o - -MD -MF deps -MT t >/dev/null", "deps",
		    "t: in\\ here/hello.wf \\\n  in\\ here/prompts/a.md \\\n  in\\ "
		    "here/prompts/b.md\n" },
	};
	const char *folder = workplace_make();
	static char got[4096];
	char command[256];

	make_prompted(folder);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command,
		    "rm -f deps; writ build 'in here/hello.wf' %s", cases[i].options);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, 0, "%s: %s", cases[i].options, p.err);
		workplace_read(folder, cases[i].file, got, sizeof got);
		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].options, got);
	}
	process_run(&p, folder, NULL,
	    "cd 'in here' && writ build - --stdin-name hello.wf -o h.wfb -MD <hello.wf && cat "
	    "h.wfb.d");
	cr_expect_not_null(
	    strstr(p.out, "h.wfb: prompts/a.md \\\n  prompts/b.md\n"), "%s%s", p.out, p.err);
	process_run(&p, folder, NULL, "writ build 'in here/hello.wf' -MF x");
	cr_expect_eq(p.code, 2);
	process_run(&p, folder, NULL, "writ build 'in here/hello.wf' -o - -MD >/dev/null");
	cr_expect_eq(p.code, 2);
	process_run(&p, folder, NULL, "writ build 'in here/hello.wf' -MX");
	cr_expect_eq(p.code, 2);
	workplace_remove(folder);
}

/* A test run depends on its recordings too, there or not: a build system runs it again when one appears. */
Test(tools, tests_say_what_they_were_run_on)
{
	static const char source[] =
	    "writ 1\n\nuse twice from \"lib.wf\"\n\nstart s(n: int 0..9) -> int\nend twice(n)\n\n"
	    "test \"a\" {\n  replay \"rec/b.jsonl\"\n  expect result == 2\n}\n\n"
	    "test \"b\" {\n  given n = 2\n  expect result == 4\n}\n";
	const char *folder = workplace_make();
	static char got[4096];

	process_run(&p, folder, NULL, "mkdir d");
	workplace_write(folder, "d/a.wf", source);
	workplace_write(folder, "d/lib.wf", "writ 1\n\nfn twice(n: int 0..9) -> int = n * 2\n");
	process_run(&p, folder, NULL, "writ test d --junit r.xml -MD");
	cr_expect_eq(p.code, 2, "%d %s%s", p.code, p.out, p.err);
	workplace_read(folder, "r.xml.d", got, sizeof got);
	cr_expect_str_eq(got, "r.xml: d/a.wf \\\n  d/lib.wf \\\n  d/rec/b.jsonl\n", "%s", got);
	process_run(&p, folder, NULL, "writ test d/a.wf -MD -MF deps -MT t -k b");
	cr_expect_eq(p.code, 0, "%s%s", p.out, p.err);
	workplace_read(folder, "deps", got, sizeof got);
	cr_expect_str_eq(got, "t: d/a.wf \\\n  d/lib.wf \\\n  d/rec/b.jsonl\n", "%s", got);
	process_run(&p, folder, NULL, "writ test d/a.wf -MD");
	cr_expect_eq(p.code, 2, "%s%s", p.out, p.err);
	workplace_remove(folder);
}

Test(tools, hundreds_of_files_come_from_a_response_file)
{
	const char *folder = workplace_make();

	workplace_write(folder, "unused.wf", unused);
	process_run(&p, folder, NULL,
	    "i=0; while [ $i -lt 300 ]; do cp unused.wf \"n $i.wf\"; echo \"n $i.wf\"; i=$((i + "
	    "1)); done >list; "
	    "writ check @list --error-format=short");
	cr_expect_eq(p.code, 0, "%s", p.err);
	cr_expect_not_null(strstr(p.err, "n 0.wf:4:3: warning[W0801]"), "%s", p.err);
	cr_expect_not_null(strstr(p.err, "n 299.wf:4:3: warning[W0801]"), "%s", p.err);
	workplace_remove(folder);
}

Test(tools, a_sarif_log_names_no_root)
{
	static const char outside[] = "writ 1\n\nconst rules = file \"../../x.md\"\n\nstart say(n: "
				      "int 0..9) -> text ..200\nend \"{{rules}} {{n}}\"\n";
	const char *folder = workplace_make();

	workplace_write(folder, "outside.wf", outside);
	process_run(&p, folder, NULL,
	    "mkdir -p a/b && mv outside.wf a/b && cd a && echo x >../x.md && "
	    "sed -i 's,../../x,../../../../../../../../etc/passwd,; s,passwd.md,passwd,' "
	    "b/outside.wf && "
	    "writ check b/outside.wf --error-format=sarif");
	cr_expect_eq(p.code, 1, "%s", p.err);
	cr_expect_not_null(strstr(p.err, "is outside the source root `b`"), "%s", p.err);
	cr_expect_null(strstr(p.err, folder), "no absolute path");
	workplace_remove(folder);
}

Test(tools, an_empty_file_is_told_like_any_other)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, ": >empty.wf; writ check empty.wf --error-format=short");
	cr_expect_eq(p.code, 1);
	cr_expect_eq(strncmp(p.err, "empty.wf:1:1: error[E0008]", 26), 0, "%s", p.err);
	workplace_remove(folder);
}

Test(tools, build_says_which_files_its_imports_read)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL,
	    "mkdir -p d/lib/prompts && echo hi >d/lib/prompts/p.md && "
	    "printf 'writ 1\n\nconst rules = file \"prompts/p.md\"\n' >d/lib/rules.wf && "
	    "printf 'writ 1\n\nuse rules from \"lib/rules.wf\"\n\nstart a(n: int 0..9) -> text "
	    "..99\nend \"{{rules}}{{n}}\"\n' >d/a.wf && writ build d/a.wf -o a.wfb -MD >/dev/null && "
	    "cat a.wfb.d");
	cr_expect_eq(p.code, 0, "%s", p.err);
	cr_expect_str_eq(p.out, "a.wfb: d/a.wf \\\n  d/lib/prompts/p.md \\\n  d/lib/rules.wf\n");
	workplace_remove(folder);
}
