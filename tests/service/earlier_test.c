/* A label that goes by way of a draft: its owner is asked all the same, here and by the service. */
#include <criterion/criterion.h>

#include "tests/support/workspace.h"

TestSuite(earlier, .timeout = 180);

/* chi answers for @untrusted as privacy; security is required of everything. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "writ keygen chi >chi.json && python3 - <<'E'\n"
	      "import json\n"
	      "p = json.load(open('policy.json'))\n"
	      "p['persons']['chi'] = {'keys': [json.load(open('chi.json'))]}\n"
	      "p['roles']['privacy'] = ['chi']\n"
	      "p['labels']['untrusted']['owner'] = 'privacy'\n"
	      "p['workflows']['sort_message'].pop('inputs')\n"
	      "json.dump(p, open('policy.json', 'w'), indent=2)\n"
	      "E\n"
	      "writ build hello.wf -o one.wfb && sed 's/ @untrusted//g; s/ accepts$//; s/backend house: llm accepts/backend house: llm/;"
	      "/^label/d' hello.wf >bare.wf && writ build bare.wf -o two.wfb &&"
	      "sed 's/one sentence/two sentences/; s/in a sentence/in short/; s/Say in/Tell in/' bare.wf >three.wf && writ build three.wf -o three.wfb &&"
	      "! cmp two.wfb three.wfb");
	sh(0, "writ submit one.wfb --key keys/author.pem && writ approve one.wfb --key keys/ana.pem --role security --yes &&"
	      "writ approve one.wfb --key keys/chi.pem --role privacy --yes && writ status one.wfb");
	/* the draft that takes the label off: security agrees, privacy does not */
	sh(0, "writ submit two.wfb --key keys/author.pem --follows $(sha256sum <one.wfb | cut -c1-16) && "
	      "writ approve two.wfb --key keys/ana.pem --role security --yes");
	sh(1, "writ status two.wfb");
	cr_expect(says("@untrusted is no longer on message"), "%s", p.out);
	/* and the next one has nothing to lose any more */
	sh(0, "writ submit three.wfb --key keys/author.pem --follows $(sha256sum <two.wfb | cut -c1-16) && "
	      "writ approve three.wfb --key keys/ana.pem --role security --yes");
}

Test(earlier, the_owner_is_asked_however_many_drafts_lie_between)
{
	begin();
	sh(1, "writ status three.wfb");
	cr_expect(says("@untrusted is no longer on message since version 1") && says("privacy: 0 of 1"), "%s", p.out);
	sh(0, "writ plan three.wfb && writ plan --html r.html three.wfb");
	cr_expect(says("since version 1"), "%s", p.out);
	sh(0, "grep -c 'since version 1' r.html && writ plan --json three.wfb | python3 -c 'import json, sys; "
	      "print([p[\"role\"] for p in json.load(sys.stdin)[\"parties\"]])'");
	cr_expect(says("['security', 'privacy']"), "%s", p.out);
	sh(0, "writ status --key keys/chi.pem");
	cr_expect(says("waits for you, as privacy"), "%s", p.out);
	/* a first submission is no way around it */
	sh(0, "sed 's/Tell in/Write in/' three.wf >four.wf && writ build four.wf -o four.wfb && writ submit four.wfb"
	      " --key keys/author.pem && writ approve four.wfb --key keys/ana.pem --role security --yes");
	sh(1, "writ status four.wfb");
	cr_expect(says("since version 1"), "%s", p.out);
	/* nor is it to lose what it is compared with */
	sh(1, "mv .writ/objects/$(sha256sum <one.wfb | cut -d' ' -f1).wfb gone.wfb; writ status three.wfb");
	cr_expect(says("version-missing; the operator"), "%s", p.out);
	sh(0, "writ approve three.wfb --key keys/chi.pem --role privacy --yes && mv gone.wfb "
	      ".writ/objects/$(sha256sum <one.wfb | cut -d' ' -f1).wfb && writ status three.wfb");
	workspace_end();
}

Test(earlier, the_service_asks_too_with_what_a_launch_brings)
{
	begin();
	workspace_serve("");
	sh(1, "writ launch three.wfb --to $URL");
	cr_expect(says("approval-missing") && says("since version 1"), "%s%s", p.out, p.err);
	sh(0, "writ approve three.wfb --key keys/chi.pem --role privacy --yes && writ launch three.wfb --to $URL");
	sh(0, "writ launch three.wfb --to $URL"); /* judged again */
	sh(0, "sed 's/Tell in/Write in/' three.wf >four.wf && writ build four.wf -o four.wfb && writ submit four.wfb --key"
	      " keys/author.pem --follows $(sha256sum <three.wfb | cut -c1-16) && writ approve four.wfb --key keys/bo.pem"
	      " --role security --yes && writ launch four.wfb --to $URL");
	workspace_end();
}

Test(earlier, a_basis_that_nobody_approved_is_called_so)
{
	begin();
	sh(0, "sed 's/Tell in/Write in/' three.wf >four.wf && writ build four.wf -o four.wfb && writ submit four.wfb --key"
	      " keys/author.pem && sed 's/Tell in/Speak in/' three.wf >five.wf && writ build five.wf -o five.wfb && writ submit"
	      " five.wfb --key keys/author.pem --follows $(sha256sum <four.wfb | cut -c1-16)");
	sh(0, "writ plan five.wfb && writ plan --html r.html five.wfb");
	cr_expect(says("which nobody approved here"), "%s", p.out);
	sh(0, "grep -c 'nobody approved that here' r.html && writ plan --json five.wfb | grep -c '\"basis_approved\":false'");
	sh(0, "writ plan --json three.wfb | grep -c '\"basis_approved\":true' && writ plan three.wfb");
	cr_expect(!says("nobody approved here"), "%s", p.out);
	workspace_end();
}
