/*
 * `writ test` as people and CI run it: exit codes, the summary, one line a test for machines, JUnit XML; a recorded run
 * becomes a test, and is recorded again. The embedded `extract` stands behind every backend.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(test_verb, .timeout = 60);

static struct process p;
static char folder[64];

static const char source[] = "writ 1\n"
			     "\n"
			     "backend house: llm\n"
			     "\n"
			     "agent gist(story: text ..800) -> text ..600 via house {\n"
			     "  model: \"extract-1\"\n"
			     "  max_tokens: 200\n"
			     "  user: \"{{story}}\"\n"
			     "}\n"
			     "\n"
			     "start shorten(story: text ..800, times: int 0..9) -> text ..600\n"
			     "  short = gist(story)\n"
			     "end short\n"
			     "\n"
			     "test \"is <short> & \\\"sweet\\\"\" {\n"
			     "  given story = \"It fell.\"\n"
			     "  given times = 3\n"
			     "  stub gist -> \"fell\"\n"
			     "  expect result == \"fell\"\n"
			     "}\n";

static const char wrong[] = "\n"
			    "test \"is long\" {\n"
			    "  given story = \"It fell.\"\n"
			    "  given times = 3\n"
			    "  stub gist -> \"fell\"\n"
			    "  expect length(result) > 4\n"
			    "}\n";

static void
run(const char *command, int code)
{
	process_run(&p, folder, NULL, command);
	cr_expect_eq(p.code, code, "%s: exit %d\n%s%s", command, p.code, p.out, p.err);
}

/* Everything after the count is a time. */
static void
expect_out(const char *words)
{
	cr_expect(strstr(p.out, words) != NULL, "want %s, got %s%s", words, p.out, p.err);
}

static void
expect_err(const char *words)
{
	cr_expect(strstr(p.err, words) != NULL, "want %s, got %s", words, p.err);
}

static void
begin(const char *more)
{
	char text[4096];

	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	(void)snprintf(text, sizeof text, "%s%s", source, more);
	workplace_write(folder, "s.wf", text);
}

Test(test_verb, counts_and_says_yes_no_trouble_or_nothing_to_say)
{
	begin("");
	run("writ test s.wf", 0);
	expect_out("1 test, 1 passed (1 file, ");
	cr_expect_str_empty(p.err, "%s", p.err);
	workplace_write(folder, "wrong.wf", source);
	process_run(&p, folder, wrong, "cat >>wrong.wf");
	run("writ test .", 1);
	expect_out("3 tests, 2 passed, 1 failed (2 files, ");
	expect_err("error[E0703]: test failed: is long\n  --> wrong.wf:26:25");
	run("writ test wrong.wf -k 'is long'", 1);
	expect_out("1 test, 0 passed, 1 failed");
	run("writ test wrong.wf -k short", 0);
	run("writ test wrong.wf -k nothing", 3);
	run("writ test wrong.wf --list", 0);
	cr_expect_str_eq(p.out, "wrong.wf:15: is <short> & \"sweet\"\nwrong.wf:22: is long\n", "%s", p.out);
	run("writ test absent.wf", 2);
	run("printf 'writ 1\\nfn f(n: int) -> text = n\\ntest \"x\" { expect true }' >not.wf; writ test not.wf", 1);
	run("printf 'writ 1\\nfn f(n: int) -> int = n\\ntest \"x\" { expect f(1) == 1 }' | writ test -", 0);
	workplace_remove(folder);
}

Test(test_verb, tells_machines_the_same)
{
	char xml[8192];

	begin(wrong);
	run("writ test s.wf --json --junit out.xml --error-format=json", 1);
	expect_out("{\"test\":\"is <short> & \\\"sweet\\\"\",\"file\":\"s.wf\",\"line\":15,\"result\":\"passed\",\"us\":");
	expect_out("{\"test\":\"is long\",\"file\":\"s.wf\",\"line\":22,\"result\":\"failed\",\"us\":");
	expect_err("{\"code\":\"E0703\",\"name\":\"test_failed\",\"level\":\"error\",\"message\":\"test failed: is long\"");
	workplace_read(folder, "out.xml", xml, sizeof xml);
	cr_expect(strstr(xml, "<testsuites name=\"writ\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=") != NULL,
	    "%s", xml);
	cr_expect(strstr(xml, "<testcase name=\"is &lt;short&gt; &amp; &quot;sweet&quot;\" classname=\"s.wf\"") != NULL, "%s", xml);
	cr_expect(strstr(xml, "<failure message=\"error[E0703]: test failed: is long\" type=\"failed\">") != NULL, "%s", xml);
	process_run(&p, folder, NULL,
	    "command -v python3 >/dev/null || exit 0; python3 -c \""
	    "import xml.etree.ElementTree as e; r = e.parse('out.xml').getroot(); "
	    "assert r.tag == 'testsuites' and [s.tag for s in r] == ['testsuite']; s = r[0]; "
	    "assert int(s.get('tests')) == len(s) == 2; "
	    "assert all(c.tag == 'testcase' and c.get('name') and c.get('classname') and float(c.get('time')) >= 0 for c in s); "
	    "assert [len(c) for c in s] == [0, 1] and s[1][0].tag == 'failure' and s[1][0].get('message') and 'length' in s[1][0].text\"");
	cr_expect_eq(p.code, 0, "%s", p.err);
	workplace_remove(folder);
}

Test(test_verb, makes_a_test_of_a_recorded_run_and_records_it_again)
{
	begin("");
	run("echo '{\"story\":\"It fell. It broke.\",\"times\":3}' | writ run s.wf --record one.jsonl", 0);
	run("writ test s.wf --from one.jsonl", 0);
	expect_out("test \"one.jsonl\" {\n  given story = \"It fell. It broke.\"\n  given times = 3\n  replay \"one.jsonl\"\n\n"
		   "  expect result == ");
	run("writ test s.wf --from one.jsonl --append && writ test s.wf", 0);
	expect_out("2 tests, 2 passed");
	run("sed -i 's/user: \"{{story}}/user: \"Please: {{story}}/' s.wf; writ test s.wf", 1);
	expect_err("= note: its `user` has changed:\n           was  It fell. It broke.\n           is   Please: It fell. It broke.");
	run("writ test s.wf --record -k one", 1); /* what is expected has changed too */
	expect_err("recorded one.jsonl");
	expect_err("error[E0703]: test failed: one.jsonl");
	run("sed -i 's/^  expect result == .*It.*/  expect length(result) > 0/' s.wf; writ test s.wf", 0);
	run("head -c 400 one.jsonl >cut.jsonl; writ test s.wf --from cut.jsonl", 1);
	run("sed -i 's/one.jsonl/cut.jsonl/' s.wf; writ test s.wf", 2);
	expect_err("error[E0708]: the recording `cut.jsonl` cannot be used");
	run("sed -i 's/replay \"cut/replay \"..\\/..\\/cut/' s.wf; writ test s.wf", 2);
	run("writ test s.wf --from /etc/passwd", 1);
	workplace_remove(folder);
}

/* A backend of which every agent has a stub needs nothing behind it; one with another agent does. */
Test(test_verb, records_without_those_whom_stubs_stand_for)
{
	static const char asks[] = "\n"
				   "backend desk: human\n"
				   "\n"
				   "agent sign(line: text ..600) -> bool via desk {\n"
				   "  role: \"editor\"\n"
				   "  ask: \"{{line}}\"\n"
				   "}\n"
				   "\n"
				   "agent count(line: text ..600) -> int via desk {\n"
				   "  role: \"editor\"\n"
				   "  ask: \"{{line}}\"\n"
				   "}\n"
				   "\n"
				   "test \"signed\" {\n"
				   "  given story = \"It fell.\"\n"
				   "  given times = 3\n"
				   "  stub sign -> length(line) > 3\n"
				   "  replay \"signed.jsonl\"\n"
				   "  expect calls(sign) == 1\n"
				   "}\n";

	begin(asks);
	run("sed -i 's/^end short/  fine = sign(line: short)\\nend if fine then short else \"\"/' s.wf; "
	    "writ test s.wf --record -k signed",
	    0);
	expect_err("recorded signed.jsonl");
	run("rm signed.jsonl; sed -i 's/^  fine = /  size = count(line: short)\\n  fine = size > 0 and /' s.wf; "
	    "writ test s.wf --record -k signed",
	    2);
	expect_err("error: backend `desk` is of kind `human`, which no adaptor of this version serves");
	expect_err("or stub its agents");
	run("test ! -e signed.jsonl; sed -i 's/^  stub sign/  stub count -> 1\\n&/' s.wf; writ test s.wf --record -k signed", 0);
	workplace_remove(folder);
}
