/* `writ check --policy` as an author, an editor or CI runs it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/workspace.h"

TestSuite(check_policy, .timeout = 120);

static int
count(const char *words)
{
	int n = 0;

	for (const char *at = p.err; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

static void
begin(void)
{
	workspace_begin();
	sh(0, "sed 's/sort_message/sort_parcel/' hello.wf >name.wf && sed 's/extract-1/gpt-2025-01-01/' hello.wf >model.wf && "
	      "sed 's/ @untrusted) -> Note/) -> Note/' hello.wf >input.wf && mkdir below && cp hello.wf below");
}

Test(check_policy, is_silent_where_nothing_is_forbidden)
{
	begin();
	sh(0, "writ check --policy hello.wf && writ check hello.wf --policy && cd below && writ check --policy hello.wf");
	cr_expect_eq(strlen(p.err) + strlen(p.out), 0, "%s%s", p.out, p.err);
	sh(0, "writ check --policy policy.json hello.wf && writ check --policy=policy.json hello.wf && "
	      "cp policy.json law && writ check --policy=law hello.wf && writ check --policy - <hello.wf");
	cr_expect_eq(strlen(p.err), 0, "%s", p.err);
	/* without it the policy is not asked, whatever it says */
	sh(0, "writ check name.wf model.wf input.wf && echo '{' >policy.json && writ check name.wf");
	cr_expect_eq(strlen(p.err), 0, "%s", p.err);
	workspace_end();
}

Test(check_policy, says_all_of_every_file_and_answers_no)
{
	begin();
	sh(1, "writ check --policy name.wf hello.wf model.wf input.wf");
	cr_expect_eq(count("error[E0901]: the policy has no workflow `sort_parcel`\n  --> name.wf:31:7\n"), 1, "%s", p.err);
	cr_expect_eq(count("error[E0908]: the policy does not allow the model `gpt-2025-01-01`\n  --> model.wf:"), 2, "%s", p.err);
	cr_expect_eq(count("error[E0907]: the policy demands that `message` is labelled @untrusted\n  --> input.wf:31:20\n"), 1,
	    "%s", p.err);
	cr_expect_eq(count("::: policy.json:"), 4, "%s", p.err);
	cr_expect_eq(count("hello.wf"), 0, "%s", p.err);
	sh(1, "cd below && writ check --policy --error-format=short ../model.wf");
	cr_expect_eq(count("../model.wf:17:10: error[E0908]"), 1, "%s", p.err);
	sh(1, "cd below && writ check --policy ../model.wf");
	cr_expect_eq(count("::: ../policy.json:20:"), 2, "%s", p.err);
	sh(1, "writ check --policy --max-errors 1 model.wf");
	cr_expect_eq(count("E0908"), 1, "%s", p.err);
	cr_expect_eq(count("and 1 more\n"), 1, "%s", p.err);
	/* a wrong program is told so, and no policy is asked about it */
	sh(1, "echo 'writ 1' >wrong.wf && echo 'start x() -> int' >>wrong.wf && writ check --policy wrong.wf name.wf");
	cr_expect_eq(count("error[E0002]"), 1, "%s", p.err);
	cr_expect_eq(count("error[E09"), 1, "%s", p.err);
	workspace_end();
}

Test(check_policy, what_a_used_file_declares_is_said_there_and_a_library_is_asked_nothing)
{
	begin();
	sh(0, "sed '/^start/,$d; s/backend house/backend hause/; s/via house/via hause/' hello.wf >lib.wf && "
	      "(echo 'writ 1'; echo 'use summarise, Topic, untrusted from \"lib.wf\"'; echo 'type Outcome { gist: text ..300 @untrusted }'; "
	      "sed -n '/^start/,$p' hello.wf | sed '/topic = /d; s/gist, topic/gist/; s/Note/Outcome/') >main.wf && writ check main.wf lib.wf --allow unused");
	sh(0, "writ check --policy lib.wf --allow unused");
	cr_expect_eq(strlen(p.err), 0, "%s", p.err);
	sh(1, "writ check --policy main.wf --allow unused");
	cr_expect_eq(count("error[E0902]: the policy has no backend `hause`\n  --> lib.wf:7:9\n"), 1, "%s", p.err);
	cr_expect_eq(count("error["), 1, "%s", p.err);
	workspace_end();
}

Test(check_policy, speaks_to_machines_of_both_files)
{
	begin();
	sh(1, "writ check --policy --error-format=json name.wf 2>said.json; code=$?; python3 -c '\n"
	      "import json\n"
	      "said = [json.loads(line) for line in open(\"said.json\")]\n"
	      "assert len(said) == 1 and said[0][\"code\"] == \"E0901\" and said[0][\"name\"] == \"policy_workflow\", said\n"
	      "spans = said[0][\"spans\"]\n"
	      "assert [s[\"file\"] for s in spans] == [\"name.wf\", \"policy.json\"], spans\n"
	      "bytes = open(\"policy.json\", \"rb\").read()\n"
	      "assert bytes[spans[1][\"byte_start\"]:spans[1][\"byte_end\"]] == b\"\\\"workflows\\\"\", spans\n"
	      "' && exit $code");
	sh(1, "writ check --policy --error-format=sarif $PWD/name.wf $PWD/model.wf 2>said.sarif; code=$?; python3 -c '\n"
	      "import json\n"
	      "run = json.load(open(\"said.sarif\"))[\"runs\"][0]\n"
	      "assert [r[\"ruleId\"] for r in run[\"results\"]] == [\"E0901\", \"E0908\", \"E0908\"], run[\"results\"]\n"
	      "places = json.dumps(run[\"results\"])\n"
	      "assert \"policy.json\" in places and \"/tmp\" not in places, places\n"
	      "' && exit $code");
	workspace_end();
}

Test(check_policy, a_wrong_policy_is_refused_as_policy_check_refuses_it)
{
	static const char *const spoil[] = {
		"echo '{' >policy.json",
		"sed -i 's/\"floor\": 1/\"flor\": 1/' policy.json",
		"sed -i 's/\"width\": 8/\"width\": 0/' policy.json",
		"sed -i 's/\"protocol\": \"extract\"/\"protocol\": \"mcp\"/' policy.json",
		"sed -i 's/\"issued\": \"2/\"issued\": \"3/' policy.json",
	};
	char said[1024];

	for (size_t i = 0; i < sizeof spoil / sizeof *spoil; i++) {
		begin();
		sh(0, spoil[i]);
		sh(1, "writ policy check");
		(void)snprintf(said, sizeof said, "%.1000s", p.err);
		sh(1, "writ check --policy hello.wf");
		cr_expect_eq(strncmp(p.err, said, strlen(said)), 0, "%s\n%s", said, p.err);
		sh(1, "writ check --policy policy.json hello.wf");
		cr_expect_str_eq(p.err, said);
		workspace_end();
	}
}

Test(check_policy, a_policy_that_is_not_there_is_trouble_and_says_what_to_do)
{
	begin();
	sh(2, "rm policy.json && writ check --policy hello.wf");
	cr_expect_eq(count("error: there is no policy.json in "), 1, "%s", p.err);
	cr_expect_eq(count("`writ init` makes one"), 1, "%s", p.err);
	cr_expect_eq(count("--policy FILE checks against"), 1, "%s", p.err);
	sh(2, "writ check --policy nowhere.json hello.wf");
	cr_expect_eq(count("error: cannot read nowhere.json: not there\n"), 1, "%s", p.err);
	sh(2, "writ check --policy --policy hello.wf");
	cr_expect_eq(count("given twice"), 1, "%s", p.err);
	sh(2, "writ check --policy");
	cr_expect_eq(count("missing: FILE.wf"), 1, "%s", p.err);
	sh(2, "writ build --policy hello.wf");
	cr_expect_eq(count("there is no option --policy"), 1, "%s", p.err);
	workspace_end();
}

/* The second version is signed, and policy.json says the first again: what counts stands in no file that a line could be of. */
Test(check_policy, the_version_in_force_counts)
{
	begin();
	sh(0, "cp policy.json v1.json && writ policy sign --key keys/ana.pem && "
	      "sed \"s/\\\"version\\\": 1/\\\"version\\\": 2/; s/\\\"follows\\\": null/\\\"follows\\\": \\\"sha256:$(sha256sum <v1.json | cut -d' ' -f1)\\\"/; "
	      "s/\\\"width\\\": 8/\\\"width\\\": 2/\" v1.json >policy.json");
	/* a draft counts for nothing; who names it asks what it will forbid */
	sh(0, "writ check --policy hello.wf");
	sh(1, "writ check --policy policy.json hello.wf");
	cr_expect_eq(count("error[E0912]: the policy allows 2 calls at once, and this may come to 3 calls"), 1, "%s", p.err);
	sh(0, "writ policy sign --key keys/ana.pem");
	sh(1, "writ check --policy hello.wf");
	cr_expect_eq(count("::: policy.json:20:"), 1, "%s", p.err);
	sh(1, "cp v1.json policy.json && writ check --policy hello.wf");
	cr_expect_eq(count("= note: version 2 of the policy, at `limits.width`: allowed\n"), 1, "%s", p.err);
	cr_expect_eq(count(":::"), 0, "%s", p.err);
	workspace_end();
}
