/*
 * What else may lie in the store. What is no record and never was is named and ignored. What was said here and
 * cannot be read may be a reject, a withdrawal, a revocation, a later policy: nothing is approved as if it were not
 * there.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/workspace.h"

TestSuite(junk, .timeout = 300);

/* A command as somebody to whom permissions apply; $K is a key's digest (of bo), $R and $Q the folders of records. */
static void
as_user(int wanted, const char *command)
{
	static const char *const lead = "K=$(cat k); R=.writ/records/$D; Q=.writ/records/$K; ";
	char with[8192];

	if (geteuid() != 0)
		(void)snprintf(with, sizeof with, "%s%s", lead, command);
	else
		(void)snprintf(with, sizeof with, "cat >run.sh <<'WRIT'\n%s\n%s\nWRIT\nexport D; chown -Rh 65534:65534 . && "
		    "exec setpriv --reuid=65534 --regid=65534 --clear-groups sh run.sh", lead, command);
	sh(wanted, with);
}

/* Something that bo rejected and ana approved after that, and a policy that is signed. */
static void
begin(void)
{
	workspace_begin();
	if (geteuid() == 0) {
		process_run(&p, folder, NULL, "chmod 755 . && setpriv --reuid=65534 --regid=65534 --clear-groups writ version");
		if (p.code != 0)
			cr_skip("nobody else can run programs here");
	}
	sh(0, "writ build hello.wf && "
	      "python3 - <<'E'\n"
	      "import base64, hashlib, json\n"
	      "raw = base64.b64decode(json.load(open('policy.json'))['persons']['bo']['keys'][0]['public'])\n"
	      "spki = bytes.fromhex('302a300506032b6570032100') + raw\n"
	      "open('k', 'w').write(hashlib.sha256(spki).hexdigest())\n"
	      "E\n"
	      "writ submit hello.wfb --key keys/author.pem && writ policy sign --key keys/ana.pem && "
	      "writ reject hello.wfb --key keys/bo.pem --role security --message no && sleep 1 && "
	      "writ approve hello.wfb --key keys/ana.pem --role security --yes");
	sh(0, "writ status hello.wfb && ls .writ/policy/*.dsse && cp -a .writ keep");
}

static void
restore(void)
{
	sh(0, "chmod -R u+rwX .writ; rm -rf .writ; cp -a keep .writ");
}

Test(junk, is_named_and_ignored)
{
	static const char *const folders[] = { ".writ/objects", "$R", ".writ/policy", ".writ/state", ".writ/records" };
	static const char *const endings[] = { "wfb", "json", "dsse", "txt", "d" };
	static const char *const reads[] = { "status", "status $D", "policy check", "status", "status $D" };

	begin();
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char command[4096];

		(void)snprintf(command, sizeof command,
		    "F=%s; E=%s; mkdir -p $F $F/folder.$E; echo x >$F/plain; ln -s /etc/passwd $F/link.$E; mkfifo $F/fifo.$E; "
		    "ln -s /nowhere $F/dangling.$E; truncate -s 3G $F/huge.$E; touch $F/empty.$E; "
		    "printf x >\"$F/$(printf 'esc\\033[31m\\nline').$E\"; printf x >\"$F/$(printf 'bad\\377').$E\"; "
		    "printf x >$F/left.$E.Ab12Cd; echo x >$F/.hidden; echo x >$F/secret; chmod 0 $F/secret; "
		    "timeout 30 writ %s", folders[i], endings[i], reads[i]);
		as_user(0, command);
		cr_expect(says("/plain (it is none of ours)") && says("/secret (it is none of ours)") && says("/.hidden (it is none"),
		    "%s: %s%s", folders[i], p.out, p.err);
		cr_expect(says("/left.") && says("cut off"), "%s: %s%s", folders[i], p.out, p.err);
		cr_expect(says("/folder.") && says("/fifo.") && says("/link."), "%s: %s%s", folders[i], p.out, p.err);
		cr_expect(!says("\033"), "%s: %s%s", folders[i], p.out, p.err);
		cr_expect(i == 1 || i == 2 || (says("/esc<U+1B>[31m<U+A>line") || says("<U+001B>[31m<U+000A>line")), "%s: %s%s", folders[i], p.out, p.err);
		as_user(0, "timeout 30 writ status $D && timeout 30 writ plan $D >/dev/null && writ policy check");
		as_user(0, "timeout 30 writ status --json | python3 -m json.tool >/dev/null");
		restore();
	}
	workspace_end();
}

/* Each row breaks something. The verdict is no, or there is none; what is broken is named; nothing is launched. */
Test(junk, never_opens_what_was_shut)
{
	static const struct {
		const char *broken, *named;
		int status; /* exit code of `writ status $D` */
	} rows[] = {
		{ "chmod 0 $R/approval-*", "approval-", 1 },
		{ "chmod 0 $(grep -l . $R/approval-* | head -1)", "approval-", 1 },
		{ "f=$(ls $R/approval-* | head -1); head -c 100 $f >x; cat x >$f", "other bytes than its name says", 1 },
		{ "f=$(ls $R/approval-* | head -1); : >$f", "other bytes than its name says", 1 },
		{ "f=$(ls $R/approval-* | tail -1); truncate -s 1G $f", "too large", 1 },
		{ "f=$(ls $R/approval-* | head -1); rm $f; mkfifo $f", "no regular file", 1 },
		{ "f=$(ls $R/approval-* | head -1); mv $f x; ln -s $PWD/x $f", "no regular file", 1 },
		{ "f=$(ls $R/approval-* | head -1); rm $f; mkdir $f", "no regular file", 1 },
		{ "echo x >$R/withdrawal-0123456789abcdef.json", "withdrawal-0123456789abcdef.json", 1 },
		{ "echo x >$R/from-mail.json; chmod 0 $R/from-mail.json", "from-mail.json", 1 },
		{ "mkdir $Q; echo x >$Q/revocation-0123456789abcdef.json", "revocation-0123456789abcdef.json", 1 },
		{ "mkdir $Q; echo x >$Q/r.json; chmod 0 $Q/r.json", "r.json", 1 },
		{ "mkdir $Q; chmod 0 $Q", "Permission denied", 1 },
		{ "mkdir x; mv $R x; ln -s $PWD/x/$D $R", ".writ/records/", 1 },
		{ "echo x >$Q", "Not a directory", 1 },
		{ "ln -s /nowhere $Q", ".writ/records/", 1 },
		{ "chmod 0 .writ/records", "Permission denied", 2 },
		{ "rm -r .writ/records; echo x >.writ/records", "Not a directory", 2 },
		{ "chmod 0 $R/submission-*", "submission-", 1 },
		{ "O=.writ/records/$(printf '%064d' 7); mkdir $O; echo x >$O/submission-0123456789abcdef.json", "submission-", 1 },
		{ "chmod 0 .writ/policy/*.dsse", "a version of the policy cannot be read: .writ/policy/1-", 2 },
		{ "for f in .writ/policy/*.dsse; do head -c 50 $f >x; cat x >$f; done", "other bytes than its name says", 2 },
		{ "echo x >.writ/policy/2-0123456789abcdef.dsse", ".writ/policy/2-0123456789abcdef.dsse", 2 },
		{ "rm -r .writ/policy; mkfifo .writ/policy", ".writ/policy", 2 },
		{ "chmod 0 .writ/policy", "Permission denied", 2 },
		{ "chmod 0 .writ/objects/$D.wfb", "Permission denied", 2 },
		{ "echo x >.writ/objects/$D.wfb", "other bytes than its name says", 2 },
		{ "rm .writ/objects/$D.wfb; mkfifo .writ/objects/$D.wfb", "no regular file", 2 },
		{ "mv .writ/objects/$D.wfb x; ln -s $PWD/x .writ/objects/$D.wfb", "no regular file", 2 },
	};

	begin();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char command[2048];

		(void)snprintf(command, sizeof command, "%s; timeout 30 writ status $D", rows[i].broken);
		as_user(rows[i].status, command);
		cr_expect(says(rows[i].named), "%s: %s%s", rows[i].broken, p.out, p.err);
		cr_expect(rows[i].status == 2 || says("record-unread"), "%s: %s%s", rows[i].broken, p.out, p.err);
		/* nothing listens there: it must not come that far */
		as_user(2, "timeout 30 writ launch $D --to http://127.0.0.1:1");
		cr_expect(!says("no answer"), "%s: %s%s", rows[i].broken, p.out, p.err);
		(void)snprintf(command, sizeof command, "timeout 30 writ status; C=$?; test $C = 0 && C=%d; exit $C", 2);
		as_user(2, command);
		restore();
		sh(0, "rm -rf x; writ status $D");
	}
	workspace_end();
}

/* Which version would be the next, nobody can tell. */
Test(junk, submits_nothing_over_what_cannot_be_read)
{
	begin();
	as_user(2, "chmod 0 $R/submission-*; writ submit hello.wfb --key keys/author.pem");
	cr_expect(says("cannot tell the last version") && says("submission-"), "%s%s", p.out, p.err);
	/* but whoever sees what is wrong can always say no */
	as_user(0, "writ reject hello.wfb --key keys/ana.pem --role security --message 'what is this'");
	workspace_end();
}

Test(junk, names_all_that_cannot_be_read_and_no_more_than_a_few)
{
	begin();
	as_user(1, "for i in 1 2 3 4 5; do echo x >$R/approval-000000000000000$i.json; done; writ status $D");
	cr_expect(says("approval-0000000000000001.json (") && says("approval-0000000000000005.json (") && !says("  and "), "%s", p.out);
	as_user(1, "for i in $(seq 10 39); do echo x >$R/approval-00000000000000$i.json; done; writ status $D");
	cr_expect(says("and 19 more"), "%s", p.out);
	as_user(0, "writ plan --json $D | python3 -c 'import json, sys; [c] = [c for c in json.load(sys.stdin)[\"conditions\"] "
		   "if c[\"code\"] == \"record-unread\"]; assert not c[\"met\"] and \"and 19 more\" in c[\"detail\"], c'");
	restore();
	as_user(2, "for i in $(seq 1025); do echo x >$R/x$i.json; done; writ status $D");
	cr_expect(says("more than 1024 records"), "%s%s", p.out, p.err);
	as_user(2, "writ launch $D --to http://127.0.0.1:1");
	cr_expect(says("more than 1024 records"), "%s%s", p.out, p.err);
	workspace_end();
}

/* A service that cannot read what it obeyed before, or what the owners said since, does not start. */
Test(junk, keeps_a_service_from_starting)
{
	static const struct {
		const char *broken, *named;
	} rows[] = {
		{ "chmod 0 .writ/state/policy-*", "Permission denied" },
		{ "for f in .writ/state/policy-*; do head -c 9 $f >x; cat x >$f; done", "policy-" },
		{ "for f in .writ/state/policy-*; do : >$f; done", "policy-" },
		{ "for f in .writ/state/policy-*; do rm $f; mkfifo $f; done", "no regular file" },
		{ "for f in .writ/state/policy-*; do rm $f; mkdir $f; done", "no regular file" },
		{ "for f in .writ/state/policy-*; do rm $f; ln -s /nowhere $f; done", "no regular file" },
		{ "for f in .writ/state/policy-*; do truncate -s 1G $f; done", "too large" },
		{ "chmod 0 .writ/state", "Permission denied" },
		{ "rm -r .writ/state; echo x >.writ/state", "Not a directory" },
		{ "chmod 0 .writ/policy/*.dsse", "a version of the policy cannot be read: .writ/policy/1-" },
		{ "echo x >.writ/policy/7-0123456789abcdef.dsse", ".writ/policy/7-0123456789abcdef.dsse" },
		{ "chmod 0 policy.json", "Permission denied" },
		{ "rm policy.json; mkfifo policy.json", "policy.json" },
		{ "rm -f bindings.development.json; mkfifo bindings.development.json", "bindings.development.json" },
	};

	begin();
	sh(124, "timeout 2 writd --workspace . --listen 127.0.0.1:0 2>log; C=$?; cat log; test $C = 0 && C=124; exit $C");
	sh(0, "test -s .writ/state/policy-* && rm -rf keep && cp -a .writ keep && cp policy.json keep.json; "
	      "cp bindings.development.json keep.bind 2>/dev/null; true");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char command[1024];

		(void)snprintf(command, sizeof command, "%s; timeout 20 writd --workspace . --listen 127.0.0.1:0", rows[i].broken);
		as_user(2, command);
		cr_expect(says(rows[i].named), "%s: %s%s", rows[i].broken, p.out, p.err);
		restore();
		sh(0, "rm -rf x policy.json bindings.development.json; cp keep.json policy.json; "
		      "test ! -e keep.bind || cp keep.bind bindings.development.json");
	}
	/* what it left itself when it was cut off is named */
	as_user(124, "echo x >.writ/state/policy-x.Ab12Cd; timeout 2 writd --workspace . --listen 127.0.0.1:0; C=$?; test $C = 0 && C=124; exit $C");
	cr_expect(says("writd: ignored: .writ/state/policy-x.Ab12Cd (a write that was cut off"), "%s", p.err);
	workspace_end();
}
