/* The tool as a person meets it: what goes where, and with which exit code. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/http_server.h"
#include "tests/support/process.h"

TestSuite(cli, .timeout = 120);

static struct process p;

/* A flow whose two agents do not need each other, and one that needs both. */
static const char two_agents[] =
	"writ 1\n"
	"backend web: http\n"
	"type Waited { waited: bool }\n"
	"agent left(a: int) -> Waited via web { method: \"GET\" path: \"/wait/400\" timeout: 5s }\n"
	"agent right(a: int) -> Waited via web { method: \"GET\" path: \"/wait/400\" timeout: 5s }\n"
	"start both(a: int 0..9) -> bool\n"
	"  l = left(a)\n"
	"  r = right(a)\n"
	"end l.waited and r.waited\n";

static void
bind_web(const char *folder, unsigned port)
{
	char text[512];

	(void)snprintf(text, sizeof text,
	    "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
	    "{\"web\":{\"adaptor\":\"http\",\"address\":\"http://127.0.0.1:%u\"}}}", port);
	workplace_write(folder, "bindings.development.json", text);
}

Test(cli, run_takes_standard_input_and_gives_the_output_alone_on_standard_output)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, "writ init .");
	cr_assert_eq(p.code, 0, "%s", p.err);
	process_run(&p, folder, "{\"message\":\"My parcel has not come. The delivery was due on Monday.\"}",
	    "writ run hello.wf --trace");
	cr_assert_eq(p.code, 0, "%s", p.err);
	cr_expect_eq(strncmp(p.out, "{\"gist\":\"", 9), 0, "%s", p.out);
	cr_expect_not_null(strstr(p.out, "\"topic\":\"delivery\"}\n"), "%s", p.out);
	cr_expect_eq(strchr(p.out, '\n'), p.out + strlen(p.out) - 1, "one line, and nothing else");
	cr_expect_not_null(strstr(p.err, "summarise"), "the trace is on standard error: %s", p.err);
	workplace_remove(folder);
}

Test(cli, what_no_adaptor_serves_is_refused_before_anybody_is_asked)
{
	const char *folder = workplace_make();

	workplace_write(folder, "person.wf", "writ 1\n"
	    "backend desk: human\n"
	    "agent decide(a: int) -> bool via desk { role: \"clerk\" ask: \"Is it {{a}}?\" }\n"
	    "start decision(a: int) -> bool\n"
	    "end decide(a)\n");
	process_run(&p, folder, "{\"a\":1}", "writ run person.wf");
	cr_expect_eq(p.code, 2, "%d %s", p.code, p.err);
	cr_expect_not_null(strstr(p.err, "backend `desk` is of kind `human`, which no adaptor of this version serves"),
	    "%s", p.err);
	workplace_remove(folder);
}

Test(cli, wrong_input_is_refused_with_its_path)
{
	static const struct {
		const char *input, *says;
	} cases[] = {
		{ "{\"message\":7}", "message" },
		{ "{\"massage\":\"a\"}", "massage" },
		{ "{}", "message" },
		{ "{\"message\":\"a\",\"message\":\"b\"}", "message" },
		{ "[1]", "input" },
		{ "{\"message\":\"a\"} x", "input" },
		{ "", "input" },
	};
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, "writ init .");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, folder, cases[i].input, "writ run hello.wf");
		cr_expect_eq(p.code, 1, "%s: exit %d", cases[i].input, p.code);
		cr_expect_str_eq(p.out, "");
		cr_expect_not_null(strstr(p.err, cases[i].says), "%s: %s", cases[i].input, p.err);
	}
	workplace_remove(folder);
}

Test(cli, two_independent_agents_run_at_the_same_time)
{
	const char *folder = workplace_make();
	static struct http_server server;
	char what[4][64];
	const char *at;

	http_server_start(&server);
	workplace_write(folder, "both.wf", two_agents);
	bind_web(folder, server.port);
	process_run(&p, folder, "{\"a\":1}", "writ run both.wf --trace --allow unused");
	cr_assert_eq(p.code, 0, "%s", p.err);
	cr_expect_str_eq(p.out, "{\"result\":true}\n");
	at = p.err;
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(sscanf(at, "%*u ms %*s %63s", what[i]), 1, "%s", p.err);
		at = strchr(at, '\n') + 1;
	}
	cr_expect_str_eq(what[0], "sent");
	cr_expect_str_eq(what[1], "sent", "the second is sent before the first is answered");
	http_server_stop(&server);
	workplace_remove(folder);
}

/* Eight items, four at a time, 200 ms each: two rounds. */
Test(cli, a_for_asks_as_many_at_once_as_its_width_says)
{
	static const char flow[] =
		"writ 1\n"
		"backend web: http\n"
		"type Waited { waited: bool }\n"
		"agent wait(a: int) -> Waited via web { method: \"GET\" path: \"/wait/200\" query: Query { a: \"{{a}}\" } timeout: 5s }\n"
		"start waits(xs: [int 0..9] ..8) -> int\n"
		"  rows = for x in xs width 4 yield wait(a: x)\n"
		"end length(for row in rows where row.waited yield row)\n";
	const char *folder = workplace_make();
	struct http_server server;
	unsigned long long ms = 0;
	uint32_t held = 0, most = 0;

	http_server_start(&server);
	workplace_write(folder, "waits.wf", flow);
	bind_web(folder, server.port);
	process_run(&p, folder, "{\"xs\":[1,2,3,4,5,6,7,8]}", "writ run waits.wf --trace");
	cr_assert_eq(p.code, 0, "%s", p.err);
	cr_expect_str_eq(p.out, "{\"result\":8}\n");
	for (const char *at = p.err; at != NULL && strstr(at, " ms  for[") != NULL;) {
		char path[64], what[64];

		cr_assert_eq(sscanf(at, "%llu ms %63s %63s", &ms, path, what), 3, "%s", p.err);
		held = strcmp(what, "sent") == 0 ? held + 1 : held - 1;
		most = held > most ? held : most;
		at = strchr(at, '\n') == NULL ? NULL : strchr(at, '\n') + 1;
	}
	cr_expect_eq(most, 4, "%s", p.err);
	cr_expect(ms >= 400, "two rounds took %llu ms: %s", ms, p.err);
	http_server_stop(&server);
	workplace_remove(folder);
}

Test(cli, a_require_that_fails_stops_the_payment_below_it)
{
	static const char flow[] =
		"writ 1\n"
		"backend web: http\n"
		"agent pay(cents: int) -> text ..100 via web { method: \"POST\" path: \"/say/paid\" timeout: 5s }\n"
		"start guarded(cents: int 0..100) -> text ..100\n"
		"  require cents < 50 else \"{{cents}} cents are too many\"\n"
		"  paid = pay(cents)\n"
		"end paid\n";
	const char *folder = workplace_make();
	static struct http_server server;

	http_server_start(&server);
	workplace_write(folder, "guarded.wf", flow);
	bind_web(folder, server.port);
	process_run(&p, folder, "{\"cents\":60}", "writ run guarded.wf");
	cr_expect_eq(p.code, 1);
	cr_expect_not_null(strstr(p.err, "60 cents are too many"), "%s", p.err);
	cr_expect_eq(http_server_requests(&server), 0);
	process_run(&p, folder, "{\"cents\":40}", "writ run guarded.wf");
	cr_expect_eq(p.code, 0, "%s", p.err);
	cr_expect_eq(http_server_requests(&server), 1);
	http_server_stop(&server);
	workplace_remove(folder);
}

Test(cli, an_answer_that_does_not_fit_is_tried_again_then_fails_with_the_path_inside)
{
	static const char flow[] =
		"writ 1\n"
		"backend web: http\n"
		"type Line { cents: int 1..100 }\n"
		"type Reading { lines: [Line] ..5 }\n"
		"agent read(a: int) -> Reading via web { method: \"GET\" path: \"/say/it\" timeout: 5s retry: 2 }\n"
		"start one(a: int) -> Reading\n"
		"  r = read(a)\n"
		"end r\n";
	const char *folder = workplace_make();
	static struct http_server server;

	http_server_start(&server);
	http_server_body(&server, "{\"lines\":[{\"cents\":7},{\"cents\":700}]}");
	workplace_write(folder, "one.wf", flow);
	bind_web(folder, server.port);
	process_run(&p, folder, "{\"a\":1}", "writ run one.wf --trace");
	cr_expect_eq(p.code, 1);
	cr_expect_not_null(strstr(p.err, "lines[1].cents"), "%s", p.err);
	cr_expect_not_null(strstr(p.err, "(attempt 3)"), "%s", p.err);
	cr_expect_eq(http_server_requests(&server), 3);
	http_server_stop(&server);
	workplace_remove(folder);
}

Test(cli, an_effect_is_never_sent_twice)
{
	static const struct {
		const char *path, *says;
	} cases[] = {
		{ "/drop", "outcome unknown" },
		{ "/half", "outcome unknown" },
		{ "/status/500", "outcome unknown" },
		{ "/status/429", "unavailable" },
		{ "/hang", "outcome unknown" },
		{ "/moved", "refused" },
	};
	const char *folder = workplace_make();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static struct http_server server;
		char flow[512];

		(void)snprintf(flow, sizeof flow,
		    "writ 1\nbackend web: http\n"
		    "agent pay(cents: int) -> text ..100 via web { method: \"POST\" path: \"%s\" timeout: 500ms }\n"
		    "start one(cents: int) -> text ..100\n  paid = pay(cents)\nend paid\n", cases[i].path);
		memset(&server, 0, sizeof server);
		http_server_start(&server);
		workplace_write(folder, "one.wf", flow);
		bind_web(folder, server.port);
		process_run(&p, folder, "{\"cents\":1}", "writ run one.wf");
		cr_expect_eq(p.code, 1, "%s", cases[i].path);
		cr_expect_not_null(strstr(p.err, cases[i].says), "%s: %s", cases[i].path, p.err);
		cr_expect_eq(http_server_requests(&server), 1, "%s", cases[i].path);
		http_server_stop(&server);
	}
	workplace_remove(folder);
}

Test(cli, an_output_that_would_not_change_is_not_touched)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL,
	    "writ init . && writ build hello.wf && touch -d 2020-01-01 hello.wfb && writ build hello.wf >/dev/null"
	    " && stat -c %Y hello.wfb && date -d 2020-01-01 +%s");
	cr_assert_eq(p.code, 0, "%s", p.err);
	const char *last = strrchr(p.out, '\n');
	cr_assert(last != NULL && last - p.out > 22);
	cr_expect_eq(strncmp(last - 10, last - 21, 10), 0, "%s", p.out);
	workplace_remove(folder);
}

Test(cli, the_digest_is_sha256sum)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL,
	    "writ init . >/dev/null && writ build hello.wf >/dev/null && "
	    "test \"$(writ digest hello.wfb)\" = \"sha256:$(sha256sum <hello.wfb | cut -d' ' -f1)\"");
	cr_expect_eq(p.code, 0, "%s%s", p.out, p.err);
	workplace_remove(folder);
}

Test(cli, exit_codes_say_no_and_trouble_apart)
{
	static const struct {
		const char *command;
		int code;
		const char *says;
	} cases[] = {
		{ "writ", 0, "" },
		{ "writ help", 0, "" },
		{ "writ lunch", 2, "did you mean `launch`?" },
		{ "writ compile hello.wf", 2, "did you mean `build`?" },
		{ "writ hello.wf", 2, "a command comes first: `writ check FILE`, `writ run FILE`" },
		{ "writ run hello.wf '{}'", 2, "JSON comes on standard input, or in --input FILE" },
		{ "echo '{\"mial\": 1}' | writ run hello.wf", 1, "takes {\"" },
		{ "writ check", 2, "missing: FILE.wf" },
		{ "writ check --wat hello.wf", 2, "there is no option --wat" },
		{ "writ check nowhere.wf", 2, "cannot read nowhere.wf" },
		{ "writ check hello.wf", 0, "" },
		{ "writ check - <hello.wf", 0, "" },
		{ "echo 'writ 1 start' | writ check -", 1, "error[E0002]" },
		{ "writ check --error-format=xml hello.wf", 2, "--error-format takes" },
		{ "writ build hello.wf -o no/such/folder/x.wfb", 2, "cannot write" },
		{ "writ show hello.wf", 0, "" },
		{ "echo nonsense >x.wfb; writ show x.wfb", 1, "does not verify" },
		{ "writ status 12345678", 2, "no bytecode with the digest" },
		{ "writ approve hello.wf --key keys/ana.pem --role security", 2, "--yes" },
		{ "writ approve hello.wf --key keys/ana.pem --role nothing --yes", 1, "does not hold the role" },
		{ "writ call sort_message --to http://127.0.0.1:1 --input input.json", 2, "no answer from" },
		{ "writ call sort_message --to ftp://x --input input.json", 2, "--to takes a URL" },
		{ "cd / && writ call x --to http://127.0.0.1:1 --input /dev/null", 2, "trust root" },
		{ "writ keygen ana", 2, "is there already" },
		{ "writ init .", 2, "is there already; nothing is made" },
		{ "mkdir half && touch half/input.json && writ init half", 2, "half/input.json" },
		{ "test -e half/hello.wf", 1, "" },
		{ "mkdir mine && touch mine/.gitignore && writ init mine", 0, "mine/.gitignore is yours" },
		{ "writ run hello.wf --input input.json >/dev/full", 2, "cannot write to standard output" },
		{ "(sleep 0.2; writ help; echo $? >&2) | true", 0, "2" },
		{ "writ policy check", 0, "" },
		{ "sed -i 's/\"version\": 1,/\"version\": 1, \"extra\": 2,/' policy.json; writ policy check", 1, "extra" },
	};
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, "writ init .");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, folder, NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d: %s", cases[i].command, p.code, p.err);
		cr_expect_not_null(strstr(p.err, cases[i].says), "%s: %s", cases[i].command, p.err);
	}
	workplace_remove(folder);
}

Test(cli, the_first_workflow_of_the_readme_is_the_one_that_init_makes)
{
	const char *folder = workplace_make();
	char root[4096], command[5000];

	cr_assert_not_null(getcwd(root, sizeof root));
	(void)snprintf(command, sizeof command,
	    "writ init . >/dev/null && writ build hello.wf >/dev/null && "
	    "sed -n '/^writ 1$/,/^```$/p' %s/README.md | grep -v '^```' >readme.wf && "
	    "writ build readme.wf -o - 2>/dev/null | cmp - hello.wfb",
	    root);
	process_run(&p, folder, NULL, command);
	cr_expect_eq(p.code, 0, "%s%s", p.out, p.err);
	workplace_remove(folder);
}

Test(cli, every_command_has_help)
{
	static const char *const verbs[] = {
#define VERB(id, stage) #id,
#include "runtime/cli/verbs.def"
#undef VERB
	};
	char command[64];

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		(void)snprintf(command, sizeof command, "writ %s --help", verbs[i]);
		process_run(&p, "/tmp", NULL, command);
		cr_expect_eq(p.code, 0, "%s", command);
		cr_expect_eq(strncmp(p.out, "usage: writ ", 12), 0, "%s", command);
		cr_expect_str_eq(p.err, "");
	}
}

Test(cli, pin_writes_hashes_once_and_what_changes_is_refused)
{
	static const char main_wf[] = "writ 1\nuse n from \"lib.wf\"\n\nstart go(a: int 0..9) -> int 0..99\nend a + n\n";
	const char *folder = workplace_make();
	char digest[128];

	workplace_write(folder, "main.wf", main_wf);
	workplace_write(folder, "lib.wf", "writ 1\nconst n = 7\n");
	process_run(&p, folder, NULL, "writ build main.wf");
	cr_assert_eq(p.code, 0, "%s", p.err);
	(void)snprintf(digest, sizeof digest, "%.71s", p.out);
	process_run(&p, folder, NULL, "writ pin --check main.wf");
	cr_expect_eq(p.code, 1, "no hash yet: %s", p.err);
	process_run(&p, folder, NULL, "writ pin main.wf");
	cr_expect_eq(p.code, 0, "%s", p.err);
	cr_expect_str_eq(p.out, "");
	process_run(&p, folder, NULL, "writ pin --check main.wf");
	cr_expect_eq(p.code, 0, "%s", p.err);
	process_run(&p, folder, NULL, "writ build main.wf");
	cr_expect_eq(strncmp(p.out, digest, 71), 0, "a hash is not in the digest: %s", p.out);
	workplace_write(folder, "lib.wf", "writ 1\nconst n = 8\n");
	process_run(&p, folder, NULL, "writ check main.wf");
	cr_expect_eq(p.code, 1);
	cr_expect_not_null(strstr(p.err, "error[E0603]: `lib.wf` has changed since it was pinned"), "%s", p.err);
	process_run(&p, folder, main_wf, "writ pin -");
	cr_expect_eq(p.code, 0, "%s", p.err);
	cr_expect_not_null(strstr(p.out, "from \"lib.wf\" sha256:"), "a filter: %s", p.out);
	process_run(&p, folder, NULL, "writ pin main.wf");
	process_run(&p, folder, NULL, "writ check main.wf");
	cr_expect_eq(p.code, 0, "%s", p.err);
	workplace_remove(folder);
}

Test(cli, files_below_an_include_folder_need_hashes_and_those_elsewhere_are_refused)
{
	static const struct {
		const char *command;
		int code;
		const char *says;
	} cases[] = {
		{ "writ check ours/main.wf", 1, "error[E0601]: cannot read `tax.wf`" },
		{ "writ check -I theirs ours/main.wf", 1, "error[E0606]: `tax.wf` lies in another root" },
		{ "writ check -I nowhere ours/main.wf", 2, "-I nowhere: no such folder" },
		{ "writ pin -I theirs ours/main.wf", 1, "error[E0604]: a pinned file may only use pinned files" },
		{ "writ pin -I theirs theirs/tax.wf", 0, "" },
		{ "writ pin -I theirs ours/main.wf", 0, "" },
		{ "writ check -I theirs ours/main.wf", 0, "" },
		{ "writ check -I theirs -C . ours/main.wf", 0, "" },
		{ "writ check ours/up.wf", 1, "error[E0602]: `../theirs/rate.wf` is outside" },
		{ "writ check -I theirs ours/up.wf", 1, "error[E0606]: `../theirs/rate.wf` lies in another root" },
		{ "writ check ours/bad.wf", 1, " --> ours/lib/bad.wf:2:11" },
	};
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, "mkdir -p ours/lib theirs");
	workplace_write(folder, "ours/policy.json", "{}");
	workplace_write(folder, "ours/main.wf", "writ 1\nuse tax from \"tax.wf\"\nstart go(a: int 0..9) -> int 0..99\nend tax(a)\n");
	workplace_write(folder, "ours/up.wf", "writ 1\nuse rate from \"../theirs/rate.wf\"\nstart go(a: int 0..9) -> int 0..99\nend rate\n");
	workplace_write(folder, "ours/bad.wf", "writ 1\nuse m from \"lib/bad.wf\"\nstart go(a: int 0..9) -> int 0..99\nend m\n");
	workplace_write(folder, "ours/lib/bad.wf", "writ 1\nconst m = nobody\n");
	workplace_write(folder, "theirs/tax.wf", "writ 1\nuse rate from \"rate.wf\"\nfn tax(a: int 0..9) -> int 0..99 = a + rate\n");
	workplace_write(folder, "theirs/rate.wf", "writ 1\nconst rate = 5\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, folder, NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d, %s", cases[i].command, p.code, p.err);
		cr_expect_not_null(strstr(p.err, cases[i].says), "%s: %s", cases[i].command, p.err);
	}
	workplace_remove(folder);
}
