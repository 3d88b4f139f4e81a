/* What a reviewer reads, in every form, and what it is compared with. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/workspace.h"

TestSuite(plan, .timeout = 180);

/* A first version that is approved, and a second that follows it. */
static void
begin(void)
{
	workspace_begin();
	sh(0, "writ build hello.wf -o one.wfb && writ submit one.wfb --key keys/author.pem &&"
	      "writ approve one.wfb --key keys/ana.pem --role security --yes && writ status one.wfb");
	sh(0, "sed 's/one sentence/two sentences/' hello.wf >two.wf && writ build two.wf && writ submit two.wfb"
	      " --key keys/author.pem --follows $(sha256sum <one.wfb | cut -c1-16)");
}

Test(plan, every_form_names_the_packet_that_an_approval_signs)
{
	begin();
	sh(0, "P=$(writ plan --packet two.wfb 2>/dev/null | sha256sum | cut -d' ' -f1); echo $P;"
	      "writ plan two.wfb | grep -c $P; writ plan --json two.wfb | grep -c \"\\\"packet\\\":\\\"sha256:$P\\\"\";"
	      "writ plan --html r.html two.wfb 2>&1 | grep -c $P; grep -c $P r.html;"
	      "writ approve two.wfb --role security --print | grep -c $P");
	cr_expect(strstr(p.out, "\n1\n1\n1\n1\n1\n") != NULL, "%s", p.out);
	sh(0, "writ plan --json two.wfb | /usr/bin/python3 -c 'import json, sys; p = json.load(sys.stdin);"
	      "print(p[\"approved\"], p[\"parties\"][0][\"state\"], p[\"changes\"])'");
	cr_expect(says("False 0 of 1; it can come from ana or bo") && says("[-one sentence-]"), "%s", p.out);
	sh(0, "grep -c 'script' r.html; grep -o 'Content-Security-Policy\" content=\"default-src .none.; style-src .sha256-"
	      "[A-Za-z0-9+/=]*.;' r.html; sed -n 's/.*sha256-\\([^;]*\\).;.*/\\1/p' r.html | head -1 >said;"
	      "/usr/bin/python3 -c 'import base64, hashlib, re; t = open(\"r.html\").read();"
	      "s = re.search(\"<style>(.*?)</style>\", t, re.S).group(1).encode();"
	      "print(base64.b64encode(hashlib.sha256(s).digest()).decode() == open(\"said\").read().strip())'");
	cr_expect(says("0\nContent-Security-Policy") && says("True"), "%s", p.out);
	sh(0, "mkdir bin && ln -s $(command -v writ) bin/writ && PATH=bin writ plan --html l.html two.wfb");
	cr_expect(says("as a list"), "%s", p.err);
	workspace_end();
}

Test(plan, compares_with_what_the_submission_follows)
{
	begin();
	sh(0, "writ plan two.wfb");
	cr_expect(says("compared  with sha256:") && says("what changes, riskiest first"), "%s", p.out);
	cr_expect(says("@untrusted of message reaches house by "), "who, and by which flow: %s", p.out);
	sh(0, "writ approve two.wfb --key keys/bo.pem --role security --yes && writ status two.wfb");
	cr_expect(says("it is compared with the bytecode that it follows: sha256:"), "%s", p.out);
	/* for looking only: what is signed is compared with what it follows */
	sh(0, "writ plan two.wfb --basis $(sha256sum <two.wfb | cut -c1-12)");
	cr_expect(says("basis-missing") && says("same digest"), "%s", p.out);
	sh(2, "writ plan two.wfb --basis 0123456789abcdef");
	sh(0, "writ plan one.wfb");
	cr_expect(says("compared  with nothing"), "%s", p.out);
	/* without its bytecode nothing can be compared, and nothing is let in */
	sh(1, "rm .writ/objects/$(sha256sum <one.wfb | cut -d' ' -f1).wfb; writ status two.wfb");
	cr_expect(says("basis-missing") && says("other-basis") == false, "%s", p.out);
	workspace_end();
}
