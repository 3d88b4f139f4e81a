/* Runs in flight, held by a backend that does not answer, while the world changes around them. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/http_server.h"
#include "tests/support/workspace.h"

TestSuite(inflight, .timeout = 180);

static struct http_server backend;

/* A service with one approved workflow whose backend holds every call until it is released. */
static void
begin(void)
{
	char bindings[512];

	http_server_start(&backend);
	http_server_body(&backend, "{\"choices\":[{\"message\":{\"role\":\"assistant\","
				   "\"content\":\"{\\\"result\\\":\\\"delivery\\\"}\"},\"finish_reason\":\"stop\"}]}");
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	(void)snprintf(bindings, sizeof bindings,
	    "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"house\":"
	    "{\"adaptor\":\"openai\",\"address\":\"http://127.0.0.1:%u/hold\"}}}\n",
	    (unsigned)backend.port);
	workplace_write(folder, "bindings.development.json", bindings);
	workspace_serve("");
	sh(0, "writ approve $D --key keys/ana.pem --role security --yes && writ launch $D --to $URL");
}

/* However it went, the service ends well. */
static void
finish(void)
{
	workspace_end();
	http_server_stop(&backend);
}

/* Go on once so many runs of the workflow are in flight. */
#define UNTIL_RUNS(n) "until curl -s $URL/v1/workflows | grep -q '\"runs\":" n "'; do sleep 0.05; done; "

/* Accept a run and let it wait; its number is in the file `run`. */
static void
start_run(void)
{
	sh(0, "curl -s -H 'Prefer: respond-async' --data-binary @input.json $RUNS >a.json;"
	      "grep -o '\"run\":\"[0-9a-f]*' a.json | cut -d'\"' -f4 >run; test -s run");
}

/* Wait until the run has ended; its answer is the output. */
static void
end_of_run(void)
{
	sh(0, "until curl -s $URL/v1/runs/$(cat run) >r.json && ! grep -q '\"state\":\"waiting\"' r.json; do sleep 0.05; done; "
	      "cat r.json; writ verify r.json >/dev/null; test $? = 3");
}

Test(inflight, a_run_goes_on_through_pause_and_stop)
{
	begin();
	start_run();
	sh(0, "writ pause sort_message --to $URL && curl -s -o /dev/null -w '%{http_code}' --data-binary @input.json $RUNS");
	cr_expect(says("503"), "%s", p.out);
	sh(0, "writ stop sort_message --to $URL && curl -s -o /dev/null -w '%{http_code}' --data-binary @input.json $RUNS");
	cr_expect(says("409"), "%s", p.out);
	sh(0, "curl -s $URL/v1/runs/$(cat run)");
	cr_expect(says("\"state\":\"waiting\""), "%s", p.out);
	http_server_release(&backend);
	end_of_run();
	cr_expect(says("\"state\":\"done\"") && says("delivery"), "%s", p.out);
	finish();
}

Test(inflight, a_run_ends_in_the_workflow_that_took_it_though_it_was_replaced)
{
	begin();
	start_run();
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >other.wf && writ build other.wf -o other.wfb &&"
	      "writ submit other.wfb --key keys/author.pem --follows $D &&"
	      "writ approve other.wfb --key keys/bo.pem --role security --yes && writ launch other.wfb --to $URL");
	http_server_release(&backend);
	end_of_run();
	cr_expect(says("\"state\":\"done\""), "%s", p.out);
	sh(3, "writ verify r.json --digest sha256:$D");
	sh(1, "writ verify r.json --digest sha256:$(sha256sum <other.wfb | cut -d' ' -f1)");
	sh(0, "writ call sort_message --to $URL --input input.json --save b.json;"
	      "writ verify b.json --digest sha256:$(sha256sum <other.wfb | cut -d' ' -f1); test $? = 3");
	finish();
}

Test(inflight, a_run_is_cancelled_by_its_number)
{
	begin();
	start_run();
	sh(0, "curl -s -X DELETE -o /dev/null -w '%{http_code}' $URL/v1/runs/$(cat run)");
	cr_expect(says("202"), "%s", p.out);
	end_of_run();
	cr_expect(says("\"state\":\"failed\"") && says("cancelled"), "%s", p.out);
	sh(0, "curl -s -X DELETE -o /dev/null -w '%{http_code}' $URL/v1/runs/$(cat run)");
	cr_expect(says("409"), "its outcome, once more: %s", p.out);
	sh(0, "curl -s -X DELETE -o /dev/null -w '%{http_code}' $URL/v1/runs/00");
	cr_expect(says("404"), "%s", p.out);
	/* one that somebody waits for */
	sh(0, "curl -s -o w.json --data-binary @input.json $RUNS & " UNTIL_RUNS("1") "kill $!");
	finish();
}

Test(inflight, the_service_ends_with_runs_in_flight_and_callers_gone)
{
	begin();
	start_run();
	sh(0, "all=; for i in 1 2 3; do curl -s -o /dev/null --data-binary @input.json $RUNS & all=\"$all $!\"; done; "
	      UNTIL_RUNS("4") "kill $all; writ ps --to $URL");
	cr_expect(says(" 4 runs"), "%s", p.out);
	finish();
}

Test(inflight, one_run_too_many_is_told_to_come_back)
{
	begin();
	sh(0, "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Prefer: respond-async' --data-binary @input.json \"$RUNS?[1-258]\" |"
	      " sort | uniq -c | tr -s ' '");
	cr_expect_str_eq(p.out, " 256 202\n 2 503\n", "%s", p.out);
	sh(0, "curl -s -i --data-binary @input.json $RUNS | tr -d '\\r' >a.txt; grep -i retry-after a.txt; tail -n 1 a.txt >a.json;"
	      "writ verify a.json; test $? = 3; curl -s -o /dev/null -w '%{http_code}' $URL/readyz");
	cr_expect(says("Retry-After: 1") && says("503"), "%s", p.out);
	http_server_release(&backend);
	sh(0, UNTIL_RUNS("0") "writ call sort_message --to $URL --input input.json");
	finish();
}

Test(inflight, the_oldest_of_many_that_ended_is_forgotten)
{
	begin();
	http_server_release(&backend);
	start_run();
	end_of_run();
	sh(0, "cp run first; curl -s -o /dev/null -H 'Prefer: respond-async' --data-binary @input.json \"$RUNS?[1-255]\";"
	      UNTIL_RUNS("0") "curl -s -o /dev/null -w '%{http_code}' $URL/v1/runs/$(cat first)");
	cr_expect_str_eq(p.out, "200", "256 are kept");
	start_run();
	end_of_run();
	start_run();
	end_of_run();
	sh(0, "curl -s -o /dev/null -w '%{http_code}' $URL/v1/runs/$(cat first)");
	cr_expect_str_eq(p.out, "404");
	finish();
}

Test(inflight, a_key_in_use_is_answered_once)
{
	begin();
	sh(0, "for i in 1 2; do curl -s -o /dev/null -w '%{http_code} ' -H 'Prefer: respond-async' -H 'Idempotency-Key: k'"
	      " --data-binary @input.json $RUNS; done; curl -s -o /dev/null -w '%{http_code}' -H \"Idempotency-Key: $(head -c 200"
	      " /dev/zero | tr '\\0' k)\" --data-binary @input.json $RUNS");
	cr_expect_str_eq(p.out, "202 409 400");
	finish();
}

Test(inflight, a_withdrawal_reaches_what_runs)
{
	begin();
	start_run();
	sh(0, "writ launch $D --to $URL && writ ps --to $URL");
	cr_expect(says("running") && says(" 1 runs"), "the same again changes nothing: %s", p.out);
	sh(0, "sleep 1.1; writ withdraw $D --key keys/ana.pem");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("approval-missing"), "%s", p.err);
	end_of_run();
	cr_expect(says("\"state\":\"failed\"") && says("taken back"), "%s", p.out);
	sh(0, "writ ps --to $URL");
	cr_expect(says("suspended"), "%s", p.out);
	sh(0, "curl -s -w '%{http_code}' --data-binary @input.json $RUNS");
	cr_expect(says("403") && says("approval-lapsed") && says("approval-missing"), "%s", p.out);
	sh(1, "writ resume sort_message --to $URL");
	/* to show less than before takes nothing back */
	sh(1, "rm .writ/records/$D/withdrawal-*; writ launch $D --to $URL");
	sh(1, "writ stop sort_message --to $URL && writ launch $D --to $URL");
	/* only a new approval does */
	http_server_release(&backend);
	sh(0, "sleep 1.1; writ approve $D --key keys/bo.pem --role security --yes && writ launch $D --to $URL &&"
	      "writ call sort_message --to $URL --input input.json");
	finish();
}

Test(inflight, a_reject_reaches_what_runs_and_what_was_replaced)
{
	begin();
	start_run();
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >other.wf && writ build other.wf -o other.wfb &&"
	      "writ submit other.wfb --key keys/author.pem --follows $D &&"
	      "writ approve other.wfb --key keys/bo.pem --role security --yes && writ launch other.wfb --to $URL");
	sh(1, "sleep 1.1; writ reject $D --key keys/bo.pem --role security --message 'it leaks' && writ launch $D --to $URL");
	cr_expect(says("rejected") && says("it leaks"), "%s", p.err);
	end_of_run();
	cr_expect(says("\"state\":\"failed\"") && says("taken back"), "%s", p.out);
	sh(0, "writ ps --to $URL");
	cr_expect(says("running"), "the other is not touched: %s", p.out);
	sh(0, "writ pause sort_message --to $URL; writ launch other.wfb --to $URL && writ ps --to $URL");
	cr_expect(says("paused"), "new records wake nothing: %s", p.out);
	finish();
}

Test(inflight, an_expired_approval_stops_new_runs_at_its_second_and_lets_old_ones_end)
{
	begin();
	sh(0, "writ withdraw $D --key keys/ana.pem; sleep 1.1; writ approve $D --key keys/bo.pem --role security --yes --expires 8s");
	sh(0, "writ stop sort_message --to $URL; writ launch $D --to $URL");
	start_run();
	sh(0, "sleep 8.2; curl -s -w '%{http_code}' --data-binary @input.json $RUNS");
	cr_expect(says("403") && says("approval-lapsed"), "%s", p.out);
	http_server_release(&backend);
	end_of_run();
	cr_expect(says("\"state\":\"done\""), "though somebody took a word back, long ago: %s", p.out);
	finish();
}

Test(inflight, going_back_needs_no_more_than_the_service_knows)
{
	begin();
	http_server_release(&backend);
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >other.wf && writ build other.wf -o other.wfb &&"
	      "writ submit other.wfb --key keys/author.pem --follows $D &&"
	      "writ approve other.wfb --key keys/bo.pem --role security --yes && writ launch other.wfb --to $URL");
	sh(1, "writ launch $D --to $URL");
	sh(0, "writ launch $D --to $URL --rollback && writ call sort_message --to $URL --input input.json --digest sha256:$D");
	/* the highest version that ever ran is remembered: stopped, it is still a step back */
	sh(0, "writ stop sort_message --to $URL");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("version-seen"), "%s", p.err);
	sh(0, "writ launch other.wfb --to $URL");
	finish();
}

Test(inflight, what_a_backend_says_spoils_no_receipt)
{
	static const char *const contents[] = {
		"{\\\"result\\\":\\\"\\\\u009b2J\\\\u202e\\\"}",
		"{\\\"%s\\\":1}",
		"{\\\"result\\\":\\\"%s\\\"}",
		"\\u001b[2J",
		"%s",
	};
	char content[4096], body[8192], wide[1024] = "";

	for (size_t i = 0; i < 300; i++)
		(void)strcat(wide, i == 0 ? "x" : "\xC3\xA9"); /* wherever it is cut, a character may be */
	begin();
	http_server_release(&backend);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		char *hole;

		(void)snprintf(content, sizeof content, "%s", contents[i]);
		hole = strstr(content, "%s");
		if (hole != NULL)
			(void)snprintf(hole, sizeof content - (size_t)(hole - content), "%s%s", wide, contents[i] + (hole - content) + 2);
		(void)snprintf(body, sizeof body,
		    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}", content);
		http_server_body(&backend, body);
		sh(0, "curl -s -o a.json -w '%{http_code}' --data-binary @input.json $RUNS; writ verify a.json >/dev/null; test $? = 3");
		cr_expect_str_eq(p.out, "502", "%s", content);
	}
	finish();
}

Test(inflight, a_line_of_versions_may_skip_those_that_never_ran)
{
	begin();
	sh(0, "last=$D; for n in two three four; do sed \"s/one sentence/$n sentences/\" hello.wf >$n.wf && writ build $n.wf -o $n.wfb &&"
	      "writ submit $n.wfb --key keys/author.pem --follows $last && last=$(sha256sum <$n.wfb | cut -d' ' -f1) || exit 9; done;"
	      "writ approve four.wfb --key keys/bo.pem --role security --yes");
	/* three hundred files of junk that looks like records stay at home */
	sh(0, "F=.writ/records/$(sha256sum <four.wfb | cut -d' ' -f1); for i in $(seq 300); do"
	      " echo '{\"payload\":\"e30=\",\"payloadType\":\"x\",\"signatures\":[]}' >$F/approval-$i.json; done;"
	      "writ launch four.wfb --to $URL");
	finish();
}

Test(inflight, an_old_run_still_speaks_of_its_own_claims)
{
	begin();
	start_run();
	sh(0, "for i in $(seq 100); do curl -s -o /dev/null -X POST $URL/v1/workflows/sort_message/pause;"
	      "curl -s -o /dev/null -X POST $URL/v1/workflows/sort_message/resume; done; writ stop sort_message --to $URL");
	http_server_release(&backend);
	end_of_run();
	finish();
}

Test(inflight, an_interrupt_ends_a_draft_run_and_the_service)
{
	int status;

	begin();
	sh(1, "timeout --preserve-status -s INT 4 writ run hello.wf --input input.json");
	cr_expect(says("interrupted"), "%s", p.err);
	start_run();
	cr_assert_eq(kill(service, SIGINT), 0);
	cr_assert_eq(waitpid(service, &status, 0), service);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ended with %d", status);
	service = 0;
	finish();
}
