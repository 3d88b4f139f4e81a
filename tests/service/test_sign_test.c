/* What came of tests, signed: seen by those who decide in every view, and worth nothing to the decision. */
#include <criterion/criterion.h>

#include "tests/support/workspace.h"

TestSuite(test_sign, .timeout = 120);

/* A workspace with two tests, of which one fails, and something that waits for a reviewer. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "cat >>hello.wf <<'E'\n"
	      "\n"
	      "test \"sorts a letter\" {\n"
	      "  given message = \"Where is it?\"\n"
	      "  stub summarise -> \"Wants it.\"\n"
	      "  stub classify -> Topic.delivery\n"
	      "  expect result.topic == Topic.delivery\n"
	      "}\n"
	      "\n"
	      "test \"is </td><script> \\u{1B}[31m \\u{202E} long\" {\n"
	      "  given message = \"Where is it?\"\n"
	      "  stub summarise -> \"Wants it.\"\n"
	      "  stub classify -> Topic.delivery\n"
	      "  expect length(result.gist) > 100\n"
	      "}\n"
	      "E\n"
	      "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
}

Test(test_sign, is_seen_in_every_view_and_approves_nothing)
{
	begin();
	sh(1, "writ plan --packet hello.wfb >before 2>/dev/null; writ status $D");
	cr_expect(says("nobody has signed what came of them"), "%s", p.out);
	sh(1, "writ test hello.wf --sign keys/ana.pem");
	cr_expect(says("2 tests, 1 passed, 1 failed") && says("ana signs what came of the tests of sha256:"), "%s%s", p.out, p.err);
	sh(1, "test $(ls $R/test-*.json | wc -l) = 1 || exit 9; writ status $D");
	cr_expect(says("NO  1 passed, 1 failed, stubs, signed by ana, 20") && says("; failed: is </td><script> <U+001b>[31m <U+202e> long"),
	    "%s", p.out);
	cr_expect(says("approval-missing") && !says("records that do not count"), "%s", p.out);
	sh(0, "writ test hello.wf -k sorts --sign keys/bo.pem && writ status");
	cr_expect(says("    tests: 1 passed, 1 "), "%s", p.out);
	sh(0, "writ status --json | python3 -c 'import json, sys; [e] = json.load(sys.stdin)[\"submitted\"]; "
	      "assert \"signed by\" in e[\"tests\"] and not e[\"approved\"], e'");
	sh(0, "writ plan hello.wfb | cat -v >plan; grep -c '1 passed, 1 skipped, stubs, signed by bo' plan; "
	      "grep -F 'failed: is </td><script> <U+001b>[31m <U+202e> long' plan");
	sh(0, "writ plan --json hello.wfb | python3 -c 'import json, sys; t = {o[\"signed_by\"]: o for o in json.load(sys.stdin)[\"tests\"]}; "
	      "a = t[\"ana\"]; assert a[\"counts\"] and a[\"failed\"] == 1 and a[\"passed\"] == 1 and a[\"answered_by\"] == [\"stubs\"], a; "
	      "assert t[\"bo\"][\"skipped\"] == 1 and a[\"source\"] == \"sha256:\" + sys.argv[1], t' $(sha256sum <hello.wf | cut -d' ' -f1)");
	sh(0, "writ plan --html r.html hello.wfb && grep -c 'signed by ana' r.html && ! grep -q '<script' r.html && "
	      "grep -q '&lt;/td&gt;&lt;script&gt;' r.html && ! LC_ALL=C grep -q $'\\033' r.html");
	/* the packet says nothing of tests: what was approved stays approved */
	sh(0, "writ plan --packet hello.wfb 2>/dev/null | cmp - before && "
	      "writ approve $D --key keys/bo.pem --role security --yes && writ status $D && "
	      "! writ test hello.wf --sign keys/ana.pem && writ status $D");
	workspace_end();
}

Test(test_sign, is_nobody_s_word_when_nobody_of_the_policy_signed_it)
{
	begin();
	sh(1, "writ keygen eve >eve.json && writ test hello.wf --sign keys/eve.pem");
	cr_expect(says("nobody in the policy has this key") && !says("2 tests"), "%s%s", p.out, p.err);
	sh(0, "! writ test hello.wf --sign keys/ana.pem && "
	      "python3 - $R/test-*.json <<'E'\n"
	      "import base64, hashlib, json, sys\n"
	      "e = json.load(open(sys.argv[1]))\n"
	      "e['payload'] = base64.b64encode(base64.b64decode(e['payload']).replace(b'failed', b'passed')).decode()\n"
	      "b = json.dumps(e).encode()\n"
	      "import os; os.remove(sys.argv[1])\n"
	      "open(os.path.dirname(sys.argv[1]) + '/test-' + hashlib.sha256(b).hexdigest()[:16] + '.json', 'wb').write(b)\n"
	      "E\n");
	sh(1, "writ status $D");
	cr_expect(says("counts for nothing: it must be that a person of the policy signed it") && !says("2 passed"), "%s", p.out);
	sh(0, "writ plan $D");
	cr_expect(says("?    test-") && says("counts for nothing"), "%s", p.out);
	sh(0, "writ plan --json $D | python3 -c 'import json, sys; [t] = json.load(sys.stdin)[\"tests\"]; "
	      "assert t[\"counts\"] is False and t[\"code\"] == \"signature\", t'");
	workspace_end();
}

Test(test_sign, may_be_made_elsewhere)
{
	begin();
	sh(0, "writ test hello.wf -k sorts --print >t.bin && head -c 6 t.bin | grep -q DSSEv1 && test ! -e $R/test-*.json && "
	      "openssl pkeyutl -sign -inkey keys/bo.pem -rawin -in t.bin -out t.sig && "
	      "writ test hello.wf --signature t.sig --signed t.bin && writ plan hello.wfb | grep 'signed by bo'");
	sh(1, "writ approve $D --signature t.sig --signed t.bin");
	cr_expect(says("another kind"), "%s", p.err);
	sh(1, "sed -i 's/one sentence/a sentence/' hello.wf; writ test hello.wf --signature t.sig --signed t.bin");
	cr_expect(says("another digest"), "%s", p.err);
	sh(0, "ssh-keygen -q -t ed25519 -N '' -f keys/bo && python3 - <<'E'\n"
	      "import json\n"
	      "p = json.load(open('policy.json'))\n"
	      "p['persons']['bo']['keys'] = [{'type': 'ssh', 'public': open('keys/bo.pub').read().strip()}]\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ test hello.wf -k sorts --sign keys/bo && writ build hello.wf && writ plan hello.wfb | grep 'signed by bo'");
	workspace_end();
}

/* Recordings by their digests; a real adaptor only where it answered in this run. */
Test(test_sign, says_who_answered)
{
	begin();
	sh(0, "sed -i '/^test \"is /,$d' hello.wf && writ run hello.wf --input input.json --record r.jsonl >/dev/null && "
	      "writ test hello.wf --from r.jsonl --append && writ test hello.wf --sign keys/ana.pem && writ build hello.wf");
	sh(0, "writ plan --json hello.wfb >p.json; python3 - $R/test-*.json $(sha256sum <r.jsonl | cut -d' ' -f1) <<'E'\n"
	      "import base64, json, sys\n"
	      "[t] = json.load(open('p.json'))['tests']\n"
	      "assert t['answered_by'] == ['stubs', 'recording'] and t['passed'] == 2, t\n"
	      "c = json.loads(base64.b64decode(json.load(open(sys.argv[1]))['payload']))['predicate']['cases']\n"
	      "assert c[0]['adaptor'] == 'stubs' and c[0]['recording'] is None, c\n"
	      "assert c[1]['adaptor'] == 'recording' and c[1]['recording'] == 'sha256:' + sys.argv[2], c\n"
	      "E\n");
	sh(0, "rm $R/test-*; writ test hello.wf --record --sign keys/ana.pem && writ plan hello.wfb | "
	      "grep '2 passed, stubs and live backends, signed by ana'");
	/* a recording that cannot be read is trouble, and no digest is made up for it */
	sh(2, "rm $R/test-*; echo x >r.jsonl; writ test hello.wf --sign keys/ana.pem; C=$?; writ plan hello.wfb | "
	      "grep '1 passed, 1 not to be run, stubs and recordings, signed by ana' || exit 9; exit $C");
	workspace_end();
}

Test(test_sign, refuses_what_it_cannot_say)
{
	begin();
	sh(2, "writ test hello.wf --list --sign keys/ana.pem");
	sh(2, "writ test hello.wf hello.wf --print");
	sh(2, "writ test . --print");
	sh(2, "writ test hello.wf --print --json");
	sh(2, "writ test hello.wf --print --sign keys/ana.pem");
	sh(2, "writ test hello.wf --sign keys/nobody.pem");
	sh(2, "writ test hello.wf hello.wf --signature x.sig");
	sh(3, "writ test hello.wf -k nothing --sign keys/ana.pem");
	sh(0, "test ! -e $R/test-*.json");
	/* a library has no bytecode */
	sh(2, "printf 'writ 1\\n\\nfn twice(n: int 0..9) -> int = n + n\\n\\ntest \"doubles\" {\\n  expect twice(2) == 4\\n}\\n' >lib.wf; "
	      "writ test lib.wf --sign keys/ana.pem");
	cr_expect(says("1 test, 1 passed") && says("lib.wf has no `start`") && says("nothing was signed"), "%s%s", p.out, p.err);
	/* more tests than a record holds; the last one that it holds */
	sh(0, "sed -i '/^test /,$d' hello.wf; for i in $(seq 256); do printf 'test \"%d\" {\\n  given message = \"m\"\\n  stub summarise -> "
	      "\"s\"\\n  stub classify -> Topic.other\\n  expect result.gist == \"s\"\\n}\\n' $i; done >>hello.wf; "
	      "writ test hello.wf --sign keys/ana.pem && writ plan hello.wfb | grep -q '256 passed'");
	sh(2, "printf 'test \"over\" {\\n  given message = \"m\"\\n  stub summarise -> \"s\"\\n  stub classify -> Topic.other\\n}\\n' >>hello.wf; "
	      "writ test hello.wf --sign keys/ana.pem");
	cr_expect(says("has more tests than one record holds (256)") && says("257 passed"), "%s%s", p.out, p.err);
	/* not in a folder without end */
	sh(2, "sed -i '/^test \"2\"/,$d' hello.wf; for i in $(seq 64); do cp $R/test-*[0-9a-f].json $R/test-x$i.json 2>/dev/null || "
	      "cp $(ls $R/test-*.json | head -1) $R/test-x$i.json; done; writ test hello.wf --sign keys/ana.pem");
	cr_expect(says("64 records of tests of this digest are kept already") && says("1 test, 1 passed"), "%s%s", p.out, p.err);
	workspace_end();
}
