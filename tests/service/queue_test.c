/* What waits for whom, and a store that many write at once. */
#include <criterion/criterion.h>

#include "tests/support/workspace.h"

TestSuite(queue, .timeout = 120);

static void
begin(void)
{
	workspace_begin();
	sh(0, "sed -i 's/\"require\": { \"security\": 1 }/\"require\": { \"security\": 2 }/' policy.json && "
	      "writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
}

Test(queue, says_what_waits_for_me_and_for_whom_else)
{
	begin();
	sh(0, "writ status --key keys/ana.pem");
	cr_expect(says("waits for you, as security") && says("0 of 2; it can come from ana or bo"), "%s", p.out);
	sh(0, "writ approve $D --key keys/ana.pem --role security --yes && writ status --key keys/ana.pem");
	cr_expect(says("nothing waits for ana"), "%s%s", p.out, p.err);
	sh(0, "writ status --key keys/bo.pem --json | python3 -c 'import json, sys; [e] = json.load(sys.stdin)[\"submitted\"]; "
	      "assert e[\"waits_for_you_as\"] == \"security\" and e[\"missing\"][0][\"code\"] == \"approval-missing\", e'");
	sh(0, "writ status --key keys/author.pem"); /* holds no role that is asked */
	cr_expect(says("nothing waits for author"), "%s", p.err);
	sh(1, "writ keygen eve >eve.json && writ status --key keys/eve.pem");
	sh(2, "writ status $D --json");
	/* taken back, it waits again; decided against, it does not */
	sh(0, "writ withdraw $D --key keys/ana.pem && writ status --key keys/ana.pem");
	cr_expect(says("waits for you"), "%s", p.out);
	sh(0, "sleep 1; writ reject $D --key keys/ana.pem --role security --message 'too terse' && writ status --key keys/ana.pem");
	cr_expect(says("nothing waits for ana"), "%s", p.err);
	/* a new draft: the old one waits for nobody */
	sh(0, "sed -i 's/one sentence/one short sentence/' hello.wf && O=$D && writ build hello.wf && "
	      "writ submit hello.wfb --key keys/author.pem --follows $O && writ status");
	cr_expect(says("left for a later version") && says("version 2"), "%s", p.out);
	sh(0, "writ status --key keys/ana.pem");
	cr_expect(says("version 2") && !says("version 1 "), "%s", p.out);
	workspace_end();
}

/* Each writes a whole file of its own name, or none: so twenty at once leave twenty, and git has nothing to merge. */
Test(queue, many_write_the_store_at_once)
{
	begin();
	sh(0, "for i in 1 2 3 4 5 6 7 8 9 10; do for k in ana bo; do "
	      "writ reject $D --key keys/$k.pem --role security --message \"no, $i\" >/dev/null & done; done; wait; "
	      "for i in 1 2 3 4 5; do (writ submit hello.wfb --key keys/author.pem --message \"again $i\" >/dev/null) & done; wait; "
	      "test $(ls .writ/records/$D/approval-* | wc -l) = 20; "
	      "test $(ls -A .writ/records/$D .writ/objects | grep -vc -e json$ -e wfb$ -e : -e '^$') = 0; "
	      "for f in .writ/records/$D/*; do python3 -m json.tool $f >/dev/null || exit 9; "
	      "test $(basename $f .json | sed 's/.*-//') = $(sha256sum <$f | cut -c1-16) || exit 8; done");
	/* what an interrupted writer leaves, and junk, stop nobody and are named */
	sh(1, "cp .writ/records/$D/$(ls .writ/records/$D | head -1) .writ/records/$D/.approval-x.tmp; "
	      "echo '{' >.writ/records/$D/approval-junk.json; mkdir .writ/records/$D/folder.json; echo x >.writ/objects/junk; "
	      "ln -s /etc/passwd .writ/records/$D/approval-link.json; writ status $D");
	cr_expect(says("approval-junk.json  envelope") && says("approval-link.json (it is no regular file)") &&
	    says("folder.json (it is no regular file)") && says(".approval-x.tmp (it is none of ours)") &&
	    !says("record-unread"), "%s%s", p.out, p.err);
	workspace_end();
}

Test(queue, two_branches_merge_without_conflict)
{
	begin();
	sh(0, "command -v git >/dev/null || exit 0; export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; "
	      "git() { command git -c user.name=t -c user.email=t@example.invalid -c commit.gpgsign=false \"$@\"; }; "
	      "git init -q . && git add -A && git commit -qm begin && B=$(git symbolic-ref --short HEAD) && "
	      "test $(git ls-files keys/*.pem | wc -l) = 0 && "
	      "git checkout -qb ana && writ approve $D --key keys/ana.pem --role security --yes && git add -A && git commit -qm ana && "
	      "git checkout -q $B && git checkout -qb bo && writ approve $D --key keys/bo.pem --role security --yes && "
	      "git add -A && git commit -qm bo && git merge -q -m both ana && writ status $D");
	workspace_end();
}
