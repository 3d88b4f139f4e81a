/* What comes from outside and means harm: services that lie, files in a workspace, texts on a terminal. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/http_server.h"
#include "tests/support/workspace.h"

TestSuite(hostile, .timeout = 180);

/* No byte that a terminal obeys, nor a character that hides. */
static bool
plain(const char *text)
{
	return strchr(text, '\033') == NULL && strstr(text, "\xC2\x9B") == NULL && strstr(text, "\xE2\x80\xAE") == NULL;
}

/* Call a service of the mode with `writ` and with the Python client. */
static void
call(const char *mode, int wanted, const char *writ_says, const char *python_raises)
{
	char here[4096], python[4096], command[10000], port[64];
	bool waits = strcmp(mode, "slow") == 0 || strcmp(mode, "endless") == 0;
	int seconds = waits ? 2 : 30; /* the others answer at once, or when the machine gets to it */
	pid_t pid;
	int status;

	cr_assert(realpath("tests/support/hostile.py", here) != NULL && realpath("runtime/python", python) != NULL);
	process_run(&p, folder, NULL, "sha256sum <policy.json | cut -d' ' -f1 | tr -d '\\n'");
	(void)snprintf(command, sizeof command, "/usr/bin/python3 %s sha256:%.64s %s", here, p.out, mode);
	pid = process_start(folder, command, port, sizeof port);
	(void)snprintf(command, sizeof command, "writ call x --to http://127.0.0.1:%s --input input.json --timeout %ds", port, seconds);
	sh(wanted, command);
	cr_expect(says(writ_says), "%s: %s%s", mode, p.out, p.err);
	cr_expect(plain(p.err), "%s: %s", mode, p.err);
	(void)snprintf(command, sizeof command,
	    "PYTHONPATH=%s /usr/bin/python3 -c \"\n"
	    "from writ import *\n"
	    "import hashlib\n"
	    "root = 'sha256:' + hashlib.sha256(open('policy.json', 'rb').read()).hexdigest()\n"
	    "try:\n"
	    "    print(Client('http://127.0.0.1:%s', root, timeout=%d).call('x', {}).output)\n"
	    "except WritError as e:\n"
	    "    print(type(e).__name__, repr(str(e)))\n\"",
	    python, port, seconds);
	sh(0, command);
	cr_expect(says(python_raises), "%s: %s%s", mode, p.out, p.err);
	(void)kill(pid, SIGKILL);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
}

Test(hostile, a_service_that_lies_is_not_believed)
{
	static const struct {
		const char *mode;
		int code;
		const char *writ_says, *python_raises;
	} cases[] = {
		{ "good", 0, "receipt checked", "{'a'" },
		{ "large", 0, "receipt checked", "{'a'" },
		{ "no-output", 1, "the call failed", "ReceiptError" },
		{ "status-hidden", 1, "another status", "ReceiptError" },
		{ "status-forged", 1, "does not hold", "ReceiptError" },
		{ "escapes", 1, "<U+001B>", "Failed" },
		{ "deep", 1, "does not hold", "ReceiptError" },
		{ "twice", 1, "does not hold", "ReceiptError" },
		{ "number", 1, "does not hold", "ReceiptError" },
		{ "redirect", 1, "does not hold", "ReceiptError" },
		{ "slow", 2, "no answer", "WritError" },
		{ "endless", 2, "no answer", "WritError" },
		{ "evidence-list", 1, "nothing is sent", "EvidenceError" },
		{ "evidence-text", 1, "nothing is sent", "EvidenceError" },
		{ "evidence-null", 1, "nothing is sent", "EvidenceError" },
		{ "evidence-lines", 1, "nothing is sent", "EvidenceError" },
		{ "claims-twice", 1, "nothing is sent", "EvidenceError" },
	};

	workspace_begin();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		call(cases[i].mode, cases[i].code, cases[i].writ_says, cases[i].python_raises);
	workspace_end();
}

/* Run a command on a terminal of its own; what it shows is standard output. */
#define ON_A_TERMINAL "/usr/bin/python3 -c \"import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)\" "

Test(hostile, an_output_moves_no_cursor)
{
	workspace_begin();
	sh(0, "printf '{\"message\":\"The parcel \\302\\2332J has \\342\\200\\256 not come. Delivery.\"}' >esc.json; "
	      "writ run hello.wf --input esc.json | tee raw.json | grep -q \"$(printf '\\302\\233')\" && " ON_A_TERMINAL
	      "writ run hello.wf --input esc.json");
	cr_expect(strstr(p.out, "\xC2\x9B") == NULL && strstr(p.out, "\xE2\x80\xAE") == NULL, "%s", p.out);
	cr_expect(says("\\u009b2J") && says("\\u202e"), "the same value: %s", p.out);
	workspace_end();
}

Test(hostile, an_approval_is_asked_for_where_the_packet_is_seen)
{
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	sh(2, "echo yes | writ approve hello.wfb --key keys/ana.pem --role security");
	sh(2, ON_A_TERMINAL "sh -c 'writ approve hello.wfb --key keys/ana.pem --role security >/dev/null'");
	sh(1, "writ status hello.wfb");
	/* nor is anything signed that does not load */
	sh(1, "echo junk >junk.wfb; writ approve junk.wfb --key keys/ana.pem --role security --yes");
	cr_expect(says("the bytecode does not verify"), "%s", p.err);
	workspace_end();
}

Test(hostile, a_link_among_the_records_is_not_followed)
{
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	sh(0, "mv .writ/records/$D/submission-*.json there.json; ln -s ../../../there.json .writ/records/$D/submission-00.json;"
	      "cp there.json .writ/records/$D/submission-01.json.Xb12Zq");
	sh(1, "writ status hello.wfb");
	cr_expect(says("no-submission") && says("submission-00.json (it is no regular file)"), "%s%s", p.out, p.err);
	workspace_end();
}

Test(hostile, somebody_elses_policy_in_a_folder_above_is_no_trust_root)
{
	if (geteuid() != 0)
		cr_skip_test("only root may give files away");
	workspace_begin();
	sh(0, "mkdir sub && cd sub && writ policy check");
	sh(2, "chown 12345 policy.json && cd sub && writ policy check");
	workspace_end();
}

Test(hostile, a_full_disk_is_trouble)
{
	workspace_begin();
	sh(2, "writ show hello.wf >/dev/full");
	sh(2, "writ run hello.wf --input input.json >/dev/full");
	sh(2, "writ help >/dev/full");
	workspace_end();
}

Test(hostile, a_proxy_that_the_bindings_name_is_used)
{
	static struct http_server proxy;
	char bindings[512], last[4096];

	http_server_start(&proxy);
	http_server_body(&proxy, "{\"choices\":[{\"message\":{\"role\":\"assistant\","
				 "\"content\":\"{\\\"result\\\":\\\"delivery\\\"}\"},\"finish_reason\":\"stop\"}]}");
	workspace_begin();
	(void)snprintf(bindings, sizeof bindings,
	    "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"house\":{\"adaptor\":\"openai\","
	    "\"address\":\"http://backend.invalid/v1\",\"proxy\":\"http://127.0.0.1:%u\"}}}", (unsigned)proxy.port);
	workplace_write(folder, "bindings.development.json", bindings);
	sh(0, "writ run hello.wf --input input.json");
	http_server_last(&proxy, last, sizeof last);
	cr_expect_eq(strncmp(last, "POST http://backend.invalid/v1/chat/completions ", 48), 0, "%s", last);
	http_server_stop(&proxy);
	workspace_end();
}

Test(hostile, a_file_named_like_a_digest_is_not_what_is_signed)
{
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem &&"
	      "sed 's/one sentence/no sentence/' hello.wf >other.wf && writ build other.wf -o other.wfb &&"
	      "cp other.wfb $(sha256sum <hello.wfb | cut -c1-64) && cp other.wfb $(sha256sum <hello.wfb | cut -c1-12)");
	sh(0, "writ approve $(sha256sum <hello.wfb | cut -c1-64) --key keys/ana.pem --role security --yes");
	sh(0, "writ approve $(sha256sum <hello.wfb | cut -c1-12) --key keys/bo.pem --role security --yes");
	sh(0, "writ status hello.wfb; test ! -e .writ/records/$(sha256sum <other.wfb | cut -c1-64)");
	workspace_end();
}

Test(hostile, what_is_typed_or_named_moves_no_cursor)
{
	static const char *const commands[] = {
		"writ \"$E\"", "writ run \"--$E\"", "writ run hello.wf \"-$E\"", "writ run \"no$E.wf\"",
		"writ run hello.wf --error-format \"$E\"", "writ check --color \"$E\" hello.wf", "writ check \"odd$E.wf\"",
		"writ check --error-format short \"odd$E.wf\"", "writ build hello.wf -o \"out$E.wfb\"",
		"writ build hello.wf -o \"/none$E/x\"", "writ call \"$E\" --to http://127.0.0.1:1",
		"writ call x --to \"http://127.0.0.1$E:1\"", "writ status \"$E\"", "writ keygen \"$E\"",
		"writ approve hello.wf --key keys/ana.pem --yes --role \"$E\"", "writ explain \"$E\"",
		"writ approve hello.wf --key \"$E\" --role security --yes", "printf '%s' \"--$E\" >args; writ run @args",
	};
	char command[512];

	workspace_begin();
	sh(0, "E=$(printf '\\033[2J'); printf 'writ 2' >\"odd$E.wf\"");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		(void)snprintf(command, sizeof command, "E=$(printf '\\033[2J\\342\\200\\256'); %s; true", commands[i]);
		sh(0, command);
		cr_expect(plain(p.out) && plain(p.err), "%s: %s%s", commands[i], p.out, p.err);
	}
	workspace_end();
}
