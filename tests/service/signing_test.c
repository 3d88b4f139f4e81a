/* Keys that people have, as they use them: SSH files, agents, other programs; and a policy that changes. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/workspace.h"

TestSuite(signing, .timeout = 180);

/* A workspace whose bo has an SSH key of this kind, and something that waits for a reviewer. */
static void
begin(const char *kind)
{
	char command[1024];

	workspace_begin();
	(void)snprintf(command, sizeof command,
	    "ssh-keygen -q -t %s -N '' -C bo -f keys/bo && "
	    "python3 - <<'E'\n"
	    "import json\n"
	    "p = json.load(open('policy.json'))\n"
	    "p['persons']['bo']['keys'] = [{'type': 'ssh', 'public': open('keys/bo.pub').read().strip()}]\n"
	    "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	    "E\n", kind);
	sh(0, command);
	sh(0, "writ build hello.wf && writ submit hello.wfb --key keys/author.pem && ! writ status hello.wfb");
}

Test(signing, an_ssh_key_approves)
{
	static const char *const kinds[] = { "ed25519", "ecdsa -b 256", "rsa -b 3072" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		begin(kinds[i]);
		sh(1, "writ approve hello.wfb --key keys/bo --role author --yes");
		sh(0, "writ approve hello.wfb --key keys/bo --role security --yes");
		sh(0, "writ status hello.wfb");
		cr_expect(says("bo"), "%s", p.out);
		sh(0, "writ withdraw hello.wfb --key keys/bo --message 'not so fast'");
		sh(1, "writ status hello.wfb");
		sh(0, "sleep 1; writ approve hello.wfb --role security --print >k.bin && ssh-keygen -q -Y sign -f keys/bo -n "
		      "writ-record k.bin && writ approve hello.wfb --signature k.bin.sig && writ status hello.wfb");
		workspace_end();
	}
}

Test(signing, an_agent_s_key_approves)
{
	begin("ed25519");
	sh(0, "eval $(ssh-agent -s) >/dev/null && trap 'ssh-agent -k >/dev/null' EXIT && ssh-add -q keys/bo && "
	      "mv keys/bo hidden && F=$(ssh-keygen -lf keys/bo.pub | cut -d' ' -f2) && "
	      "! writ approve hello.wfb --key agent:SHA256:nobody --role security --yes && "
	      "writ approve hello.wfb --key agent:$F --role security --yes && writ status hello.wfb");
	/* the public half is enough to name a key of the agent's */
	sh(0, "writ withdraw hello.wfb --key hidden && ! writ status hello.wfb");
	workspace_end();
}

Test(signing, an_outside_signer_approves)
{
	begin("ed25519");
	sh(0, "writ approve hello.wfb --role security --print >a.bin && ! writ status hello.wfb");
	sh(0, "ssh-keygen -q -Y sign -f keys/bo -n writ-record a.bin");
	sh(2, "writ approve hello.wfb --signature missing.sig");
	sh(1, "writ reject hello.wfb --signature a.bin.sig");
	cr_expect(says("another kind"), "%s", p.err);
	sh(0, "writ approve hello.wfb --signature a.bin.sig && writ status hello.wfb");
	/* another namespace, other bytes, somebody else's key */
	sh(0, "writ withdraw hello.wfb --key keys/bo");
	sh(0, "sleep 1; writ approve hello.wfb --role security --print >b.bin && ssh-keygen -q -Y sign -f keys/bo -n git b.bin");
	sh(1, "writ approve hello.wfb --signature b.bin.sig");
	sh(0, "rm b.bin.sig && ssh-keygen -q -Y sign -f keys/bo -n writ-record b.bin && sed -i s/security/securitx/ b.bin");
	sh(2, "writ approve hello.wfb --signature b.bin.sig --signed hello.wf");
	sh(1, "writ approve hello.wfb --signature b.bin.sig");
	sh(0, "ssh-keygen -q -t ed25519 -N '' -f stranger && rm b.bin.sig && ssh-keygen -q -Y sign -f stranger -n writ-record b.bin");
	sh(1, "writ approve hello.wfb --signature b.bin.sig");
	/* OpenSSL, for a PEM key */
	sh(0, "writ approve hello.wfb --role security --print >c.bin && openssl pkeyutl -sign -inkey keys/ana.pem -rawin "
	      "-in c.bin -out c.sig && writ approve hello.wfb --signature c.sig --signed c.bin && writ status hello.wfb");
	workspace_end();
}

Test(signing, a_p256_key_in_pem_approves)
{
	begin("ed25519");
	sh(0, "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out keys/p.pem && python3 - <<'E'\n"
	      "import json, subprocess, base64\n"
	      "p = json.load(open('policy.json'))\n"
	      "der = subprocess.check_output('openssl pkey -in keys/p.pem -pubout -outform der', shell=True)\n"
	      "p['persons']['ana']['keys'] = [{'type': 'p256', 'public': base64.b64encode(der).decode()}]\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ approve hello.wfb --key keys/p.pem --role security --yes && writ status hello.wfb");
	sh(2, "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384 -out keys/q.pem && "
	      "writ approve hello.wfb --key keys/q.pem --role security --yes");
	workspace_end();
}

/* A second version: a draft until its owners sign, then in force; approvals outlive it where nothing moved. */
Test(signing, a_policy_gets_a_second_version)
{
	static const char next[] =
	    "python3 - <<'E'\n"
	    "import json, hashlib\n"
	    "old = open('v1.json', 'rb').read()\n"
	    "p = json.loads(old)\n"
	    "p['version'] = 2\n"
	    "p['follows'] = 'sha256:' + hashlib.sha256(old).hexdigest()\n"
	    "p['owners'] = {'threshold': 2, 'persons': ['ana', 'bo']}\n"
	    "%s\n"
	    "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	    "E\n";
	char command[1024];

	begin("ed25519");
	sh(0, "writ approve hello.wfb --key keys/ana.pem --role security --yes && writ status hello.wfb");
	sh(0, "cp policy.json v1.json && writ policy check && writ policy sign --key keys/ana.pem && writ policy show");
	sh(1, "writ policy sign --key keys/author.pem");
	(void)snprintf(command, sizeof command, next, "");
	sh(0, command);
	sh(0, "writ policy check");
	cr_expect(says("version 1, root") && says("draft") && says("0 of 2"), "%s", p.out);
	sh(0, "writ policy sign --key keys/ana.pem");
	cr_expect(says("1 of 2"), "%s", p.out);
	sh(0, "writ policy sign --key keys/bo");
	cr_expect(says("version 2, root"), "%s", p.out);
	sh(0, "writ status hello.wfb"); /* nothing that the approval is about has moved */
	/* the file is not what counts: the chain is */
	sh(0, "cp v1.json policy.json && writ status hello.wfb");
	sh(1, "writ policy check"); /* version 1 is neither in force nor next */
	workspace_end();
}
