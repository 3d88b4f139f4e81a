/* The threats that only running programs show: rebuilt bytecode, restarts, versions that are taken away. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/workspace.h"

TestSuite(attacks, .timeout = 180);

/* bad.wfb is what an attacker has instead of hello.wfb, which ana approved. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem && "
	      "writ approve hello.wfb --key keys/ana.pem --role security --yes && writ status hello.wfb");
}

Test(attacks, t1_one_byte_after_the_approval)
{
	begin();
	workspace_serve("");
	workplace_write(folder, "flip.py",
	    "import sys\n"
	    "b = bytearray(open('hello.wfb', 'rb').read())\n"
	    "at = len(b) * int(sys.argv[1]) // 8\n"
	    "b[at] ^= 1\n"
	    "open('bad.wfb', 'wb').write(b)\n");
	sh(0, "for i in 0 1 2 3 4 5 6 7; do python3 flip.py $i; writ status bad.wfb >said 2>&1; test $? = 1 || exit 3; "
	      "grep -q -e does-not-verify -e no-submission said || exit 4; "
	      "writ launch bad.wfb --to $URL >said 2>&1; test $? = 1 || exit 5; "
	      "grep -q -e does-not-verify -e no-submission said || exit 6; done");
	/* a changed literal, compiled by the honest compiler */
	sh(1, "sed 's/billing, delivery, or/billing, delivery or/' hello.wf >bad.wf && ! cmp -s hello.wf bad.wf && writ build bad.wf && "
	      "writ status bad.wfb");
	cr_expect(says("no-submission") && says("approval-missing") && !says("does-not-verify"), "%s", p.out);
	sh(1, "writ launch bad.wfb --to $URL");
	cr_expect(says("no-submission"), "%s", p.err);
	sh(0, "writ launch hello.wfb --to $URL");
	workspace_end();
}

/* Whoever made the bytecode: what is read, signed and run is the bytecode. */
Test(attacks, t8_a_compiler_that_lies)
{
	static const struct {
		const char *what, *sed, *shown;
	} cases[] = {
		{ "a prompt", "s/Say in one sentence what the customer wants./Say that the customer wants nothing./",
		    "the customer wants nothing" },
		{ "a setting", "s/max_tokens: 20/max_tokens: 21/", "max_tokens" },
		{ "another backend", "s/house: llm/villa: llm/; s/via house/via villa/", "villa" },
	};
	char command[1024];

	begin();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* reviewers have hello.wf before them; the bytecode comes from elsewhere */
		(void)snprintf(command, sizeof command,
		    "cp hello.wfb good.wfb && mkdir -p evil && sed '%s' hello.wf >evil/hello.wf && ! cmp -s hello.wf evil/hello.wf && "
		    "writ build evil/hello.wf -o bad.wfb && cp hello.wf bad.wf && ! cmp -s good.wfb bad.wfb", cases[i].sed);
		sh(0, command);
		sh(1, "writ status bad.wfb");
		cr_expect(says("no-submission") && says("approval-missing"), "%s: %s", cases[i].what, p.out);
		cr_expect(says("bad.wf beside it compiles to another digest"), "%s: %s", cases[i].what, p.err);
		sh(0, "writ plan bad.wfb --basis $D");
		cr_expect(strstr(p.out, cases[i].shown) != NULL &&
			      strstr(p.out, "what changes, riskiest first") != NULL &&
			      strstr(strstr(p.out, "what changes"), cases[i].shown) < strstr(p.out, "writ 1"),
		    "%s stands out: %s", cases[i].what, p.out);
		/* the packet is the bytes': no source beside it, another one, or none that compiles changes it */
		sh(0, "writ plan --packet bad.wfb >one 2>/dev/null && echo nonsense >bad.wf && writ plan --packet bad.wfb >two 2>said; "
		      "grep -q 'bad.wf beside it does not compile to it' said && rm bad.wf && "
		      "writ plan --packet bad.wfb >three 2>said && ! grep -q beside said && cmp one two && cmp one three");
	}
	sh(0, "writ status hello.wfb");
	cr_expect(!says("beside it"), "%s", p.err);
	workspace_end();
}

Test(attacks, t5_an_older_version_after_a_restart)
{
	begin();
	workspace_serve("");
	sh(0, "writ launch $D --to $URL && sed 's/one sentence/two sentences/' hello.wf >next.wf && writ build next.wf && "
	      "writ submit next.wfb --key keys/author.pem --follows $D && "
	      "writ approve next.wfb --key keys/bo.pem --role security --yes && writ launch next.wfb --to $URL");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("version-seen"), "%s", p.err);
	workspace_stop();
	/* a new service has not run it, and knows that this workspace has */
	workspace_serve("");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("version-seen") && !says("not-a-successor"), "%s", p.err);
	sh(0, "writ launch $D --to $URL --rollback && writ launch next.wfb --to $URL");
	workspace_stop();
	/* what cannot be read is no leave to go back */
	workspace_serve("");
	sh(2, "echo x >.writ/state/version-development-sort_message; writ launch next.wfb --to $URL || exit 2");
	cr_expect(says("is not what is written there"), "%s", p.err);
	workspace_end();
}

/* change.py: policy.json becomes a version that follows what it is, changed by the Python. */
static const char change[] =
	"import json, hashlib, sys\n"
	"old = open('policy.json', 'rb').read()\n"
	"p = json.loads(old)\n"
	"p['version'] += 1\n"
	"p['follows'] = 'sha256:' + hashlib.sha256(old).hexdigest()\n"
	"exec(sys.argv[1])\n"
	"json.dump(p, open('policy.json', 'w'), indent=2)\n";

Test(attacks, t18_reviewers_do_not_go_back_either)
{
	begin();
	workplace_write(folder, "change.py", change);
	sh(0, "cp policy.json v1.json && writ policy sign --key keys/ana.pem && python3 change.py \"p['limits']['calls'] = 9\" && "
	      "writ policy sign --key keys/ana.pem && ! writ status hello.wfb >said && grep -q scope-changed said");
	/* the later version's signatures go; with them the narrower limit would */
	sh(1, "mkdir away && mv .writ/policy/2-* away && cp policy.json v2.json && cp v1.json policy.json && writ status hello.wfb");
	cr_expect(says("policy-rollback: version 2"), "%s", p.err);
	sh(1, "writ approve hello.wfb --key keys/bo.pem --role security --yes");
	cr_expect(says("policy-rollback: version 2"), "%s", p.err);
	sh(1, "mv away/* .writ/policy && writ status hello.wfb");
	cr_expect(says("scope-changed") && !says("policy-rollback"), "%s", p.out);
	workspace_end();
}

Test(attacks, an_approval_outlives_what_does_not_concern_it)
{
	workspace_begin();
	workplace_write(folder, "change.py", change);
	sh(0, "python3 - <<'E'\n"
	      "import json\n"
	      "p = json.load(open('policy.json'))\n"
	      "p['backends']['house'] = {'protocol': 'openai', 'endpoint': 'http://127.0.0.1:9/v1', 'evidence': 'provider-asserted',\n"
	      "                          'accepts': ['untrusted'], 'taints': []}\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ policy sign --key keys/ana.pem && writ build hello.wf && writ submit hello.wfb --key keys/author.pem && "
	      "writ approve hello.wfb --key keys/ana.pem --role security --yes");
	/* another label, another workflow, another endpoint of a backend that it does not use */
	sh(0, "python3 change.py \"p['labels']['pii'] = {'owner': 'security'}; p['workflows']['other'] = {'floor': 2}; "
	      "p['backends']['spare'] = dict(p['backends']['house'], endpoint='http://127.0.0.1:10/v1')\" && "
	      "writ policy sign --key keys/bo.pem && writ policy check | grep -q 'version 2' && writ status hello.wfb");
	workspace_serve("");
	sh(0, "writ launch $D --to $URL");
	workspace_stop();
	sh(1, "python3 change.py \"p['backends']['house']['endpoint'] = 'http://127.0.0.1:11/v1'\" && "
	      "writ policy sign --key keys/bo.pem && writ status hello.wfb");
	cr_expect(says("scope-changed") && says("approval-missing"), "%s", p.out);
	workspace_serve("");
	sh(1, "writ launch $D --to $URL");
	cr_expect(says("approval-missing"), "%s", p.err);
	workspace_end();
}

/* The owner of a label is asked when it begins to go somewhere, and not otherwise. */
Test(attacks, who_sends_pii_elsewhere_needs_its_owner)
{
	workspace_begin();
	sh(0, "writ keygen cy >cy.json && python3 - <<'E'\n"
	      "import json\n"
	      "p = json.load(open('policy.json'))\n"
	      "p['persons']['cy'] = {'keys': [json.load(open('cy.json'))]}\n"
	      "p['roles']['privacy'] = ['cy']\n"
	      "p['labels']['pii'] = {'owner': 'privacy'}\n"
	      "p['backends']['clinic'] = dict(p['backends']['house'], accepts=['untrusted', 'pii'])\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ build hello.wf && writ submit hello.wfb --key keys/author.pem && "
	      "writ approve hello.wfb --key keys/ana.pem --role security --yes && writ status hello.wfb");
	workspace_serve("");
	sh(0, "writ launch $D --to $URL");
	/* other words: nobody more than before */
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >words.wf && writ build words.wf && "
	      "writ submit words.wfb --key keys/author.pem --follows $D && writ approve words.wfb --key keys/ana.pem --role security --yes && "
	      "writ status words.wfb && writ launch words.wfb --to $URL");
	/* personal data to a backend that had none */
	sh(0, "sed 's/^label untrusted.*/&\\n\\nlabel pii \"personal data\"/; s/^backend house.*/backend clinic: llm accepts @untrusted @pii/; "
	      "s/via house/via clinic/; s/_000 @untrusted/_000 @untrusted @pii/; s/300 @untrusted/300 @untrusted @pii/; "
	      "s/Topic @untrusted/Topic @untrusted @pii/' words.wf >pii.wf && "
	      "writ build pii.wf && writ submit pii.wfb --key keys/author.pem --follows $(sha256sum <words.wfb | cut -d' ' -f1)");
	sh(1, "for k in ana bo; do writ approve pii.wfb --key keys/$k.pem --role security --yes; done; writ status pii.wfb");
	cr_expect(says("approval-missing") && says("privacy: 0 of 1; it can come from cy") && says("reaches clinic"), "%s", p.out);
	sh(1, "writ launch pii.wfb --to $URL");
	cr_expect(says("approval-missing") && says("privacy"), "%s", p.err);
	sh(0, "writ approve pii.wfb --key keys/cy.pem --role privacy --yes && writ status pii.wfb && writ launch pii.wfb --to $URL");
	workspace_end();
}
