/* The service from outside: what it lets in, what it answers, and that each answer can be checked. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/workspace.h"

TestSuite(writd, .timeout = 180);

/* A workspace with one approved flow, and a service that has launched nothing. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	workspace_serve("");
}

static void
approve_and_launch(void)
{
	sh(0, "writ approve $D --key keys/ana.pem --role security --yes && writ launch $D --to $URL");
}

Test(writd, lives_through_launch_call_pause_resume_stop)
{
	begin();
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("approval-missing"), "%s", p.err);
	approve_and_launch();
	sh(0, "writ call sort_message --to $URL --input input.json --digest sha256:$D --save answer.json");
	cr_expect(says("\"topic\":\"delivery\""), "%s", p.out);
	sh(3, "writ verify answer.json --digest sha256:$D --input input.json");
	sh(0, "writ pause sort_message --to $URL/");
	sh(1, "writ call sort_message --to $URL --input input.json");
	cr_expect(says("paused"), "%s", p.err);
	sh(0, "writ resume sort_message --to $URL && writ call sort_message --to $URL --input input.json");
	sh(0, "writ stop sort_message --to $URL");
	sh(1, "writ call sort_message --to $URL --input input.json");
	sh(1, "writ resume sort_message --to $URL");
	cr_expect(says("stopped"), "%s", p.err);
	sh(0, "writ launch $D --to $URL && writ ps --to $URL");
	cr_expect(says("running"), "%s", p.out);
	workspace_end();
}

Test(writd, every_answer_has_a_receipt_that_holds)
{
	static const struct {
		const char *curl, *status;
	} cases[] = {
		{ "$URL/v1/workflows", "200" },
		{ "$URL/v1/workflows/sort_message", "200" },
		{ "$URL/v1/workflows/nothing", "404" },
		{ "$URL/v2", "404" },
		{ "-X DELETE $URL/v1/workflows", "405" },
		{ "--data-binary @input.json $URL/v1/workflows/sort_message/runs", "200" },
		{ "-d '{\"message\":7}' $URL/v1/workflows/sort_message/runs", "422" },
		{ "-d '' $URL/v1/workflows/sort_message/runs", "422" },
		{ "--data-binary @input.json $URL/v1/workflows/nothing/runs", "404" },
		{ "-d '{' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[]}' $URL/v1/launches", "403" },
		{ "-d '{\"bytecode\":\"A\",\"records\":[]}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"x\":1}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":[]}' $URL/v1/launches", "403" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":[\"AA==\"]}' $URL/v1/launches", "403" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":\"AA==\"}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":null}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":[\"A\"]}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":[\"AA==\",\"\"]}' $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"records\":[],\"earlier\":[1]}' $URL/v1/launches", "400" },
		{ "-d \"$(python3 -c 'print(\"{\\\"bytecode\\\":\\\"AA==\\\",\\\"records\\\":[],\\\"earlier\\\":[\" + "
		  "\",\".join([\"\\\"AA==\\\"\"] * 256) + \"]}\")')\" $URL/v1/launches", "403" },
		{ "-d \"$(python3 -c 'print(\"{\\\"bytecode\\\":\\\"AA==\\\",\\\"records\\\":[],\\\"earlier\\\":[\" + "
		  "\",\".join([\"\\\"AA==\\\"\"] * 257) + \"]}\")')\" $URL/v1/launches", "400" },
		{ "-d '{\"bytecode\":\"AA==\",\"bytecode\":\"AA==\",\"records\":[]}' $URL/v1/launches", "400" },
		{ "$URL/v1/runs/0123", "404" },
		{ "-X POST $URL/v1/workflows/sort_message/pause", "200" },
		{ "--data-binary @input.json $URL/v1/workflows/sort_message/runs", "503" },
		{ "-X POST $URL/v1/workflows/sort_message/stop", "200" },
		{ "-X POST $URL/v1/workflows/sort_message/pause", "409" },
	};
	char command[512];

	begin();
	approve_and_launch();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command, "curl -s -o a.json -w '%%{http_code}' %s", cases[i].curl);
		sh(0, command);
		cr_expect_str_eq(p.out, cases[i].status, "%s", cases[i].curl);
		sh(3, "writ verify a.json");
	}
	workspace_end();
}

Test(writd, a_changed_answer_is_refuted)
{
	static const char *const changes[] = {
		"s/\"topic\":\"delivery\"/\"topic\":\"billing\"/",
		"s/\"output\":/\"result\":/",
		"s/\"salts\":{\"request\":\"./\"salts\":{\"request\":\"x/",
		"s/\"payload\":\"eyJi/\"payload\":\"eyJj/",
		"s/\"sig\":\"..../\"sig\":\"AAAA/",
		"s/mode development/mode production/",
		"s/receipt-key ed25519:..../receipt-key ed25519:AAAA/",
		"s/environment development/environment production/",
		"s/boot ..../boot 0000/",
		"s/\"kind\":\"software\"/\"kind\":\"sev-snp\"/",
		"s/\"signatures\":\\[{/\"signatures\":[{\"sig\":\"AAAA\"},{/",
	};
	char command[512];

	begin();
	approve_and_launch();
	sh(0, "curl -s -o good.json --data-binary @input.json $URL/v1/workflows/sort_message/runs");
	sh(3, "writ verify good.json --input input.json --digest sha256:$D");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		(void)snprintf(command, sizeof command, "sed '%s' good.json >bad.json; ! cmp -s good.json bad.json", changes[i]);
		sh(0, command);
		sh(1, "writ verify bad.json --input input.json --digest sha256:$D");
	}
	sh(1, "echo ' ' >>input.json; writ verify good.json --input input.json");
	sh(1, "writ verify good.json --digest sha256:$(echo x | sha256sum | cut -d' ' -f1)");
	sh(1, "writ verify good.json --root sha256:$(echo x | sha256sum | cut -d' ' -f1)");
	workspace_end();
}

Test(writd, loads_only_what_its_gate_approves)
{
	begin();
	sh(0, "writ approve $D --key keys/ana.pem --role security --yes");
	/* other bytes under the approved records; records that are junk or of somebody else */
	sh(1, "cp hello.wfb t.wfb; printf x >>t.wfb; writ launch t.wfb --to $URL");
	cr_expect(says("does-not-verify"), "%s", p.err);
	sh(1, "sed 's/one sentence/two sentences/' hello.wf >other.wf; writ launch other.wf --to $URL");
	cr_expect(says("no-submission"), "%s", p.err);
	sh(0, "mkdir -p .writ/records/$D; echo junk >.writ/records/$D/approval-junk.json;"
	      "echo '{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[]}' >.writ/records/$D/from-mail.json;"
	      "writ launch $D --to $URL");
	/* a second version must follow the one that runs */
	sh(0, "writ build other.wf -o other.wfb && writ submit other.wfb --key keys/author.pem &&"
	      "writ approve other.wfb --key keys/bo.pem --role security --yes");
	sh(1, "writ launch other.wfb --to $URL");
	cr_expect(says("not-a-successor"), "%s", p.err);
	sh(0, "writ submit other.wfb --key keys/author.pem --follows $D");
	sh(1, "writ launch other.wfb --to $URL");
	cr_expect(says("approval-missing"), "what bo read compared it with nothing: %s", p.err);
	sh(0, "writ approve other.wfb --key keys/bo.pem --role security --yes && writ launch other.wfb --to $URL");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("not-a-successor") || says("version-seen"), "%s", p.err);
	/* a reject by a required party, and a withdrawal, close the gate to a resume */
	sh(0, "writ withdraw other.wfb --key keys/bo.pem && writ launch other.wfb --to $URL || true");
	workspace_end();
}

Test(writd, takes_no_basis_but_what_the_submission_follows)
{
	static const struct {
		const char *basis, *status, *says;
	} cases[] = { { "", "403", "basis-missing" }, { "other.wfb", "403", "basis-missing" },
		{ "third.wfb", "403", "basis-missing" }, { "hello.wfb", "201", "\"state\":\"running\"" } };
	char command[512];

	begin();
	workplace_write(folder, "parcel.py",
	    "import base64, glob, hashlib, json, sys\n"
	    "read = lambda name: open(name, 'rb').read()\n"
	    "flow = read('other.wfb')\n"
	    "p = {'bytecode': base64.b64encode(flow).decode(), 'records':\n"
	    "     [json.loads(read(n)) for n in glob.glob('.writ/records/' + hashlib.sha256(flow).hexdigest() + '/*.json')]}\n"
	    "if sys.argv[1]:\n"
	    "    p['earlier'] = [base64.b64encode(read(sys.argv[1])).decode()]\n"
	    "print(json.dumps(p))\n");
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >other.wf && sed 's/one sentence/three/' hello.wf >third.wf && "
	      "writ build other.wf -o other.wfb && writ build third.wf -o third.wfb && "
	      "writ submit other.wfb --key keys/author.pem --follows $D && "
	      "writ approve other.wfb --key keys/bo.pem --role security --yes");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command, "python3 parcel.py '%s' >p.json && "
		    "curl -s -o a.json -w '%%{http_code}' --data-binary @p.json $URL/v1/launches && cat a.json", cases[i].basis);
		sh(0, command);
		cr_expect_eq(strncmp(p.out, cases[i].status, 3), 0, "%s: %s", cases[i].basis, p.out);
		cr_expect(says(cases[i].says), "%s: %s", cases[i].basis, p.out);
	}
	workspace_end();
}

Test(writd, keeps_runs_to_ask_for_and_honours_keys)
{
	begin();
	approve_and_launch();
	sh(0, "R=$URL/v1/workflows/sort_message/runs; for i in 1 2; do curl -s -H 'Idempotency-Key: k1' --data-binary @input.json $R |"
	      " grep -o '\"run\":\"[0-9a-f]*\"'; done | sort -u | wc -l");
	cr_expect_str_eq(p.out, "1\n", "one run for one key");
	sh(0, "curl -s -o /dev/null -w '%{http_code}' -H 'Idempotency-Key: k1' -d '{\"message\":\"x\"}' "
	      "$URL/v1/workflows/sort_message/runs");
	cr_expect_str_eq(p.out, "422");
	sh(0, "curl -s -w '%{http_code}' -H 'Prefer: respond-async' --data-binary @input.json $URL/v1/workflows/sort_message/runs"
	      " >a.json; tail -c 3 a.json; run=$(grep -o '\"run\":\"[0-9a-f]*' a.json | cut -d'\"' -f4);"
	      " until curl -s $URL/v1/runs/$run >r.json && ! grep -q '\"state\":\"waiting\"' r.json; do sleep 0.05; done; cat r.json");
	cr_expect_eq(strncmp(p.out, "202", 3), 0);
	cr_expect(says("\"state\":\"done\""), "%s", p.out);
	workspace_end();
}

Test(writd, refuses_to_start_where_it_should_not)
{
	static const struct {
		const char *flags, *says;
	} cases[] = {
		{ "--workspace . --listen 0.0.0.0:0", "loopback" },
		{ "--workspace . --listen 192.168.1.1:80", "loopback" },
		{ "--workspace . --listen 127.example.invalid:0", "loopback" },
		{ "--workspace . --listen nonsense", "an address looks like" },
		{ "--workspace . --listen 127.0.0.1:99999", "an address looks like" },
		{ "--workspace . --listen 127.0.0.1:0 --attest sev-snp", "software" },
		{ "--workspace . --listen 127.0.0.1:0 --environment production", "no environment" },
		{ "--workspace keys --listen", "a value is missing" },
		{ "--listen 127.0.0.1:0", "--workspace" },
		{ "--workspace /nonexistent --listen 127.0.0.1:0", "No such file" },
	};
	char command[256];

	workspace_begin();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command, "timeout 30 writd %s", cases[i].flags);
		sh(2, command);
		cr_expect(says(cases[i].says), "%s: %s", cases[i].flags, p.err);
	}
	workspace_end();
}

Test(writd, hostile_requests_get_an_answer_and_leave_it_alive)
{
	static const char *const requests[] = {
		"printf 'GET / HTTP/1.1\\r\\n\\r\\n'",
		"printf 'NONSENSE\\r\\n\\r\\n'",
		"printf 'POST /v1/launches HTTP/1.1\\r\\nContent-Length: 99999999999999\\r\\n\\r\\n'",
		"printf 'POST /v1/launches HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n'",
		"printf 'POST /v1/launches HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nffffffffffffffff\\r\\n'",
		"head -c 100000 /dev/zero",
		"printf 'GET /%s HTTP/1.1\\r\\n\\r\\n' $(head -c 60000 /dev/zero | tr '\\0' a)",
		"printf 'GET /v1/workflows/%%00%%2e%%2e HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'",
		"printf 'GET http://[:::]/v1 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'",
	};
	char command[512];

	begin();
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		(void)snprintf(command, sizeof command,
		    "%s | timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/'${URL##*:}'; cat >&3; timeout 1 cat <&3' || true",
		    requests[i]);
		sh(0, command);
		sh(0, "curl -s -f $URL/healthz");
	}
	/* a caller that leaves in the middle of a run takes nothing with it */
	approve_and_launch();
	sh(0, "for i in 1 2 3 4 5; do timeout 0.01 curl -s --data-binary @input.json $URL/v1/workflows/sort_message/runs >/dev/null;"
	      " done; writ call sort_message --to $URL --input input.json");
	workspace_end();
}

Test(writd, the_client_sends_nothing_to_a_service_it_cannot_trust)
{
	begin();
	approve_and_launch();
	sh(1, "writ call sort_message --to $URL --input input.json --root sha256:$(echo x | sha256sum | cut -d' ' -f1)");
	cr_expect(says("nothing is sent"), "%s", p.err);
	sh(1, "writ call sort_message --to $URL --input input.json --digest sha256:$(echo x | sha256sum | cut -d' ' -f1)");
	cr_expect(says("nothing is sent"), "%s", p.err);
	sh(1, "writ call other --to $URL --input input.json");
	sh(0, "writ ps --to $URL");
	cr_expect(says(" 0 runs"), "%s", p.out);
	workspace_end();
}

Test(writd, the_python_client_checks_what_it_is_told)
{
	char command[8192];
	char here[4096];

	cr_assert_not_null(realpath("runtime/python", here));
	begin();
	approve_and_launch();
	workplace_write(folder, "t.py",
	    "import json, sys\n"
	    "from writ import *\n"
	    "url, root, digest = sys.argv[1:]\n"
	    "good = Client(url, root)\n"
	    "a = good.call('sort_message', json.load(open('input.json')), digest)\n"
	    "assert a.output['topic'] == 'delivery', a\n"
	    "assert not a.attested and a.receipt['workflow']['digest'] == digest\n"
	    "open('answer.json', 'wb').write(a.raw)\n"
	    "def raises(kind, call, says):\n"
	    "    try:\n"
	    "        call()\n"
	    "    except kind as e:\n"
	    "        assert says in str(e), e\n"
	    "    else:\n"
	    "        raise SystemExit('nothing was raised: ' + says)\n"
	    "other = 'sha256:' + '0' * 64\n"
	    "raises(EvidenceError, lambda: Client(url, other).call('sort_message', {}), 'trust root')\n"
	    "raises(EvidenceError, lambda: good.call('sort_message', {}, other), 'not ' + other)\n"
	    "raises(EvidenceError, lambda: good.call('nothing', {}), 'does not claim')\n"
	    "raises(Failed, lambda: good.call('sort_message', {'message': 1}), 'input')\n"
	    "raises(WritError, lambda: Client('http://127.0.0.1:1', root).call('x', {}), 'no answer')\n"
	    "raises(WritError, lambda: Client('ftp://x', root), 'URL')\n"
	    "class Forger(Client):\n"
	    "    def __init__(self, change): super().__init__(url, root); self.change = change\n"
	    "    def _send(self, method, path, body):\n"
	    "        status, raw = super()._send(method, path, body)\n"
	    "        return status, self.change(raw) if method == 'POST' else raw\n"
	    "m = json.load(open('input.json'))\n"
	    "for old, new in ((b'delivery\"}', b'billing\"}'), (b'\"sig\":\"', b'\"sig\":\"AAAA'), (b'mode dev', b'mode prod'),\n"
	    "                 (b'boot ', b'boot 0'), (b'\"salts\":{\"request\":\"', b'\"salts\":{\"request\":\"00')):\n"
	    "    raises(ReceiptError, lambda: Forger(lambda raw: raw.replace(old, new, 1)).call('sort_message', m), '')\n"
	    "print('good')\n");
	(void)snprintf(command, sizeof command,
	    "PYTHONPATH=%s /usr/bin/python3 t.py $URL sha256:$(sha256sum <policy.json | cut -d' ' -f1) sha256:$D", here);
	sh(0, command);
	cr_expect_str_eq(p.out, "good\n", "%s%s", p.out, p.err);
	sh(3, "writ verify answer.json");
	workspace_end();
}

Test(writd, taking_a_label_off_an_input_that_the_policy_labels_is_refused)
{
	begin();
	sh(1, "sed 's/text ..4_000 @untrusted) -> Note/text ..4_000) -> Note/' hello.wf >bare.wf && writ build bare.wf -o bare.wfb"
	      " && writ submit bare.wfb --key keys/author.pem");
	cr_expect(says("input-labels"), "%s", p.err);
	sh(1, "writ launch bare.wfb --to $URL");
	cr_expect(says("input-labels"), "%s", p.err);
	workspace_end();
}

Test(writd, a_page_in_a_browser_is_refused)
{
	static const struct {
		const char *header, *status;
	} cases[] = {
		{ "Origin: https://evil.example", "403" }, { "Origin: null", "403" }, { "Host: evil.example", "403" },
		{ "Host: 127.0.0.1.evil.example:80", "403" }, { "Host: [::2]", "403" }, { "Host:", "200" },
		{ "Host: localhost:1", "200" }, { "Host: [::1]:80", "200" }, { "Host: 127.0.0.1", "200" },
	};
	char command[512];

	begin();
	approve_and_launch();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command, "curl -s -o a.json -w '%%{http_code}' -H '%s' --data-binary @input.json "
		    "$URL/v1/workflows/sort_message/runs; writ verify a.json; test $? = 3", cases[i].header);
		sh(0, command);
		cr_expect_eq(strncmp(p.out, cases[i].status, 3), 0, "%s: %s", cases[i].header, p.out);
	}
	workspace_end();
}

Test(writd, out_of_files_it_waits_and_recovers)
{
	const struct rlimit few = { 30, 30 };

	workspace_begin();
	workspace_serve("");
	cr_assert_eq(prlimit(service, RLIMIT_NOFILE, &few, NULL), 0);
	sh(0, "/usr/bin/python3 -c \"\n"
	      "import socket, time, sys\n"
	      "all = [socket.create_connection(('127.0.0.1', int(sys.argv[1]))) for i in range(60)]\n"
	      "time.sleep(1)\n\" ${URL##*:}; curl -s -f -m 5 $URL/healthz; wc -c <writd.log");
	cr_expect(says("ok"), "%s", p.out);
	cr_expect_lt(strtol(strchr(p.out, '\n'), NULL, 10), 2000, "no flood of messages: %s", p.out);
	workspace_end();
}

Test(writd, receipts_are_one_chain_refusals_and_all)
{
	begin();
	approve_and_launch();
	workplace_write(folder, "chain.py",
	    "import base64, hashlib, json, sys\n"
	    "last = None\n"
	    "for name in sys.argv[1:]:\n"
	    "    payload = base64.b64decode(json.load(open(name))['receipt']['payload'])\n"
	    "    r = json.loads(payload)\n"
	    "    if last is not None:\n"
	    "        assert r['seq'] == last[0] + 1 and r['previous'] == last[1], (name, r['seq'], last)\n"
	    "    last = r['seq'], 'sha256:' + hashlib.sha256(payload).hexdigest()\n"
	    "assert len({json.load(open(n))['salts'][k] for n in sys.argv[1:] for k in ('request', 'response')}) == 2 * len(sys.argv[1:])\n");
	sh(0, "R=$URL/v1/workflows/sort_message; curl -s -o 1 --data-binary @input.json $R/runs; curl -s -o 2 -d '{}' $R/runs;"
	      "curl -s -o 3 $URL/v2; curl -s -o 4 -d '{' $URL/v1/launches; curl -s -o 5 -X POST $R/pause; curl -s -o 6"
	      " --data-binary @input.json $R/runs; curl -s -o 7 -X PUT $R; curl -s -o 8 -X POST $R/stop; curl -s -o 9 $URL/v1/workflows;"
	      "/usr/bin/python3 chain.py 1 2 3 4 5 6 7 8 9");
	workspace_end();
}
