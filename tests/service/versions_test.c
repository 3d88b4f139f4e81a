/* A policy that changes while services and their callers live: which version counts, and what is a rollback. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/workspace.h"

TestSuite(versions, .timeout = 180);

/* next.py OLD NEW PYTHON: a version that follows OLD, changed by the Python. */
static const char next[] =
	"import json, hashlib, sys\n"
	"old = open(sys.argv[1], 'rb').read()\n"
	"p = json.loads(old)\n"
	"p['version'] += 1\n"
	"p['follows'] = 'sha256:' + hashlib.sha256(old).hexdigest()\n"
	"exec(sys.argv[3])\n"
	"json.dump(p, open(sys.argv[2], 'w'), indent=2)\n";

/* A workspace with an approved flow under version 1, the $ROOT, which ana and bo own together. */
static void
begin(void)
{
	workspace_begin();
	workplace_write(folder, "next.py", next);
	sh(0, "sed -i 's/\"threshold\": 1/\"threshold\": 2/' policy.json && cp policy.json v1.json && "
	      "writ policy sign --key keys/ana.pem && writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	sh(0, "writ approve $D --key keys/ana.pem --role security --yes");
	sh(0, "printf sha256:%s $(sha256sum <v1.json | cut -d' ' -f1)");
	(void)setenv("ROOT", p.out, 1);
}

Test(versions, a_caller_takes_the_version_in_force_and_no_other)
{
	begin();
	workspace_serve("");
	sh(0, "grep -q 'policy version 1 under the root '$ROOT writd.log && grep -q 'the only one there is' writd.log");
	sh(0, "writ launch $D --to $URL && writ call sort_message --to $URL --input input.json --save one.json");
	/* the owners sign a second version; the service still obeys the first, and its caller sees that */
	sh(0, "python3 next.py v1.json policy.json \"p['limits']['calls'] = 9\" && writ policy sign --key keys/ana.pem && "
	      "writ policy sign --key keys/bo.pem && cp policy.json v2.json");
	sh(1, "writ call sort_message --to $URL --input input.json");
	cr_expect(says("policy-rollback"), "%s", p.err);
	/* who knows the root alone cannot know better */
	sh(0, "writ call -C /usr sort_message --to $URL --input input.json --root $ROOT");
	workspace_stop();

	workspace_serve("--root $(sha256sum <v1.json | sed 's/^/sha256:/;s/ .*//')");
	sh(0, "grep -q 'policy version 2' writd.log && ! grep -q 'the only one' writd.log");
	sh(1, "writ launch $D --to $URL"); /* limits are of the scope: the approval lapsed with the old ones */
	sh(0, "writ approve $D --key keys/bo.pem --role security --yes && writ launch $D --to $URL");
	sh(0, "writ call sort_message --to $URL --input input.json --save two.json");
	/* the root alone: the service publishes the versions, and the chain is made of them */
	sh(0, "writ call -C /usr sort_message --to $URL --input input.json --root $ROOT");
	sh(1, "writ call -C /usr sort_message --to $URL --input input.json --root sha256:$D");
	cr_expect(says("no chain from the trust root") && says("root"), "%s", p.err);
	/* saved answers of both versions hold; from the root alone with the versions that were published */
	sh(3, "writ verify one.json");
	sh(3, "writ verify two.json");
	sh(0, "curl -s $URL/.well-known/writ/policy >versions.json");
	sh(1, "writ verify -C /usr two.json --root $ROOT");
	sh(3, "writ verify -C /usr two.json --root $ROOT --versions versions.json");
	sh(2, "writ verify -C /usr two.json --root $ROOT --versions v2.json");
	sh(2, "writ verify -C /usr two.json --versions versions.json");
	/* a caller whose workspace has not heard of version 2 takes it from the service, too */
	sh(0, "mkdir behind && cp v1.json behind/policy.json && cp input.json behind && cd behind && "
	      "writ call sort_message --to $URL --input input.json");
	workspace_end();
}

/* What is offered, and the code that it is refused with. */
Test(versions, goes_neither_back_nor_around)
{
	begin();
	sh(0, "python3 next.py v1.json v2.json \"p['limits']['calls'] = 9\" && cp v2.json policy.json && "
	      "writ policy sign --key keys/ana.pem && writ policy sign --key keys/bo.pem");
	workspace_serve("");
	workspace_stop();
	/* version 1 after version 2: whoever takes the signatures away does not bring it back */
	sh(2, "mkdir away && mv .writ/policy/2-* away && cp v1.json policy.json && timeout 30 writd --workspace . --listen 127.0.0.1:0");
	cr_expect(says("policy-rollback: version 2") && says("it is not in .writ/policy any more"), "%s", p.err);
	sh(0, "mv away/* .writ/policy && writ policy check v2.json");
	/* version 1 signed again by everybody changes nothing; another version 1 is another root */
	sh(0, "python3 next.py v1.json other1.json \"p['version'] = 1; p['follows'] = None; p['limits']['calls'] = 1\" && "
	      "writ policy check v2.json");
	sh(2, "timeout 30 writd --workspace . --listen 127.0.0.1:0 --root sha256:$(sha256sum <other1.json | cut -d' ' -f1)");
	cr_expect(says("no first version with this root"), "%s", p.err);
	/* version 3 signed by its own new owner alone */
	sh(0, "writ keygen mallory >public.txt; python3 next.py v2.json policy.json \"import re; "
	      "p['persons']['mallory'] = {'keys': [{'type': 'ed25519', 'public': re.search('[A-Za-z0-9+/]{43}=', open('public.txt').read()).group(0)}]}; "
	      "p['owners'] = {'threshold': 1, 'persons': ['mallory']}\"");
	sh(0, "writ policy sign --key $(ls keys/mallory.pem mallory.pem 2>/dev/null | head -1) && cp policy.json v3.json");
	cr_expect(says("0 of 2") && says("policy-quorum"), "%s%s", p.out, p.err);
	/* version 4, by a quorum, that skips version 3 */
	sh(0, "python3 next.py v3.json policy.json \"p['owners'] = {'threshold': 2, 'persons': ['ana', 'bo']}\" && "
	      "for k in ana bo; do python3 - $k <<'E'\n"
	      "import base64, json, subprocess, sys\n"
	      "t, b = 'application/vnd.writ.policy+json', open('policy.json', 'rb').read()\n"
	      "open('pae', 'wb').write(b'DSSEv1 %d %s %d ' % (len(t), t.encode(), len(b)) + b)\n"
	      "s = subprocess.check_output(['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', 'keys/%s.pem' % sys.argv[1], '-in', 'pae'])\n"
	      "e = {'payloadType': t, 'payload': base64.b64encode(b).decode(), 'signatures': [{'sig': base64.b64encode(s).decode()}]}\n"
	      "json.dump(e, open('.writ/policy/4-%s.dsse' % sys.argv[1], 'w'))\n"
	      "E\n"
	      "done; writ policy check v2.json");
	cr_expect(says("version 2, root") && says("policy-gap") && says("policy-quorum"), "%s%s", p.out, p.err);
	/* none of it moved the version in force */
	workspace_serve("");
	sh(0, "grep -q 'policy version 2' writd.log");
	/* nor is it published: what is, is one signature of the first version, two of the second */
	sh(0, "curl -s $URL/.well-known/writ/policy | python3 -c 'import json, sys; print(len(json.load(sys.stdin)[\"envelopes\"]))'");
	cr_expect_str_eq(p.out, "3\n");
	workspace_stop();
	sh(2, "echo x >$(ls .writ/state/policy-*) && timeout 30 writd --workspace . --listen 127.0.0.1:0");
	cr_expect(says("not what is written there"), "%s", p.err);
	workspace_end();
}

Test(versions, the_python_client_is_told_the_version_in_force)
{
	char here[4096], command[8192];

	cr_assert_not_null(realpath("runtime/python", here));
	begin();
	sh(0, "python3 next.py v1.json policy.json \"p['expires'] = '2099-01-01T00:00:00Z'\" && "
	      "writ policy sign --key keys/ana.pem && writ policy sign --key keys/bo.pem && writ policy check");
	cr_expect(says("in force: sha256:"), "%s", p.out);
	workspace_serve("");
	sh(0, "writ launch $D --to $URL");
	workplace_write(folder, "call.py",
	    "import sys, json\n"
	    "from writ import Client, EvidenceError\n"
	    "url, root, policy = sys.argv[1:]\n"
	    "given = json.load(open('input.json'))\n"
	    "try:\n"
	    "    Client(url, root).call('sort_message', given)\n"
	    "    sys.exit('taken for the root')\n"
	    "except EvidenceError as e:\n"
	    "    assert 'trust root' in str(e)\n"
	    "print(Client(url, root, policy=policy).call('sort_message', given).output)\n");
	(void)snprintf(command, sizeof command,
	    "PYTHONPATH=%s /usr/bin/python3 call.py $URL $ROOT sha256:$(sha256sum <policy.json | cut -d' ' -f1)", here);
	sh(0, command);
	workspace_end();
}
