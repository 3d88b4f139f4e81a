/* Taking things back: one decision, a person's key, a digest; by whom, and what it changes. */
#include <criterion/criterion.h>

#include "tests/support/workspace.h"

TestSuite(revoke, .timeout = 120);

/* ana, bo and cy own the policy, two of them; security needs two; ana, bo, cy and eve hold it. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "writ keygen cy >cy.json && writ keygen eve >eve.json && python3 - <<'E'\n"
	      "import json\n"
	      "p = json.load(open('policy.json'))\n"
	      "for n in ('cy', 'eve'): p['persons'][n] = {'keys': [json.load(open(n + '.json'))]}\n"
	      "p['owners'] = {'threshold': 2, 'persons': ['ana', 'bo', 'cy']}\n"
	      "p['roles']['security'] = ['ana', 'bo', 'cy', 'eve']\n"
	      "p['environments']['development']['require'] = {'security': 2}\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	sh(0, "for k in ana eve; do writ approve $D --key keys/$k.pem --role security --yes; done && writ status $D");
}

Test(revoke, a_revoked_key_voids_what_its_person_said_and_nothing_else)
{
	begin();
	sh(1, "writ revoke --key-of eve --key keys/eve.pem");
	cr_expect(says("no owner's"), "%s", p.err);
	sh(1, "writ revoke --key-of ana --key keys/ana.pem");
	cr_expect(says("cannot revoke itself"), "%s", p.err);
	sh(2, "writ revoke --key-of nobody --key keys/bo.pem || exit 2");
	sh(2, "writ revoke --key keys/bo.pem");
	sh(2, "writ revoke $D --key-of eve --key keys/bo.pem");
	/* one of two owners: nothing happens, and everybody sees it */
	sh(0, "writ revoke --key-of eve --key keys/bo.pem --message 'lost on a train' && writ revoke --key-of eve --key keys/bo.pem");
	cr_expect(says("bo revokes a key of eve") && says("1 of 2 owners"), "%s%s", p.out, p.err);
	sh(0, "writ status $D");
	cr_expect(says("revocation-quorum: bo"), "%s", p.out);
	sh(0, "writ revoke --key-of keys/eve.pem --key keys/cy.pem");
	cr_expect(says("counts for nothing"), "%s", p.err);
	sh(1, "writ status $D");
	cr_expect(says("key-revoked: eve") && says("1 of 2, ana"), "%s", p.out);
	/* eve cannot say it again; bo can */
	sh(1, "writ approve $D --key keys/eve.pem --role security --yes && writ status $D");
	sh(0, "writ approve $D --key keys/bo.pem --role security --yes && writ status $D");
	workspace_end();
}

Test(revoke, a_revoked_digest_is_refused_whoever_approved_it)
{
	begin();
	sh(0, "writ revoke $(echo $D | cut -c1-10) --key keys/ana.pem");
	sh(0, "writ status $D");
	sh(0, "writ revoke $D --print >r.bin && openssl pkeyutl -sign -rawin -inkey keys/cy.pem -in r.bin -out r.sig && "
	      "writ revoke $D --signature r.sig --signed r.bin");
	sh(1, "writ status $D");
	cr_expect(says("NO  no quorum of owners has revoked it"), "%s", p.out);
	sh(0, "writ submit hello.wfb --key keys/author.pem || true; writ status $D || true");
	cr_expect(says("revoked; nobody can change that"), "%s", p.out);
	sh(2, "writ revoke 0123456789 --key keys/ana.pem");
	sh(0, "writ revoke sha256:$(echo other | sha256sum | cut -d' ' -f1) --key keys/ana.pem"); /* before anybody has it here */
	workspace_end();
}

Test(revoke, one_decision_is_taken_back_by_its_signer_or_by_owners)
{
	begin();
	sh(0, "cd .writ/records/$D && for f in approval-*; do python3 -c \"import json,sys,base64; "
	      "print(sys.argv[1], json.load(open(sys.argv[1]))['signatures'][0]['keyid'])\" $f; done >../../../list && cd ../../.. && "
	      "A=sha256:$(openssl pkey -in keys/ana.pem -pubout -outform der | sha256sum | cut -d' ' -f1); "
	      "grep $A list | cut -d' ' -f1 >ana.record; grep -v $A list | cut -d' ' -f1 >eve.record");
	sh(1, "writ withdraw $D --key keys/eve.pem --record $(cat ana.record)"); /* eve owns nothing */
	cr_expect(says("only owners"), "%s", p.err);
	sh(1, "writ withdraw $D --key keys/bo.pem --record approval-0000000000000000.json");
	sh(0, "writ withdraw $D --key keys/bo.pem --record $(cat eve.record) && writ status $D");
	sh(0, "writ withdraw $D --key keys/ana.pem --record $(sed 's/approval-//;s/.json//' eve.record)");
	sh(1, "writ status $D");
	cr_expect(says("withdrawn: eve approves as security") && says("1 of 2, ana"), "%s", p.out);
	/* eve says it anew: the withdrawals were of the other record */
	sh(0, "sleep 1; writ approve $D --key keys/eve.pem --role security --yes && writ status $D");
	sh(1, "writ withdraw $D --key keys/ana.pem --record $(cat ana.record) && writ status $D");
	workspace_end();
}
