/*
 * A write into the store that is killed, fails, or loses its power at any step leaves what was there before or all
 * of what is new: never a part of it that anybody believes. What it leaves besides is named and ignored, and to do
 * it again does it. tests/support/preload/faults.c makes the faults.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/workspace.h"

TestSuite(faults, .timeout = 600);

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* Instrumented programs start slowly: every so manieth step there, and each of them in turn. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define STRIDE 5
#else
#define STRIDE 1
#endif

/*
 * try.sh HOW STRIDE FIRST: at each step of $DO from FIRST on, in a copy of base. $IS says `old` or `new` of what is
 * there, or anything else when it is neither. Ends with how many steps there were.
 */
static const char script[] =
    "how=$1 n=$3\n"
    "HERE=$PWD; export ASAN_OPTIONS=\"$ASAN_OPTIONS:verify_asan_link_order=0\"\n"
    "fail() { echo \"$how at $n: $*\"; cat out err is; find w/.writ; exit 9; }\n"
    "whole() {\n"
    "  for f in w/.writ/objects/*.wfb; do test ! -e $f || test $(sha256sum <$f | cut -c1-64) = $(basename $f .wfb) ||\n"
    "    fail \"torn: $f\"; done\n"
    "  for f in w/.writ/records/*/*.json w/.writ/policy/*.dsse; do test ! -e $f || { h=${f##*-}; h=${h%%.*}\n"
    "    test $(sha256sum <$f | cut -c1-16) = $h; } || fail \"torn: $f\"; done\n"
    "}\n"
    "left() { find w -path 'w/.writ/*' -type f | grep -cE '(wfb|json|dsse)[.]......$'; }\n"
    "while :; do\n"
    "  rm -rf w mark grave; cp -a base w; mkdir grave\n"
    "  (cd w; FAULT_AT=$n FAULT_HOW=$how FAULT_MARK=$HERE/mark FAULT_GRAVE=$HERE/grave LD_PRELOAD=$HERE/faults.so sh -c \"exec $DO\"\n"
    "  ) >out 2>err; c=$?\n"
    "  test $n = 0 || test -e mark || break\n"
    "  whole\n"
    "  (cd w; eval \"$IS\") >is 2>&1; is=$(tail -1 is)\n"
    "  test \"$is\" = old || test \"$is\" = new || fail \"is neither old nor new\"\n"
    "  case $how in\n"
    "    kill|cut|torn) test $c = 137 || test $how = cut || fail \"exit $c\";;\n"
    "    lost) test $c = 137 || { test $n = 0 && test $c = 0; } || fail \"exit $c\";;\n"
    "    short) test $c = 0 || fail \"exit $c\";;\n"
    "    eintr|full) test $c = 0 || { test $c = 2 && grep -q 'cannot write' err; } || fail \"exit $c\";;\n"
    "    *) test $c = 2 || fail \"exit $c\"; grep -q 'cannot write' err || fail \"did not say so\";;\n"
    "  esac\n"
    "  test $c != 0 || test $is = new || fail \"said that it was done\"\n"
    "  l=$(left)\n"
    "  case $how in\n"
    "    eio|full|eintr|short) test $l = 0 || fail \"left something lying about\";;\n"
    "    *) test $l = 0 || grep -q 'a write that was cut off' is || fail \"what it left is not named\";;\n"
    "  esac\n"
    "  ! grep -q -e record-unread -e 'counts for nothing' is || fail \"believes a part\"\n"
    "  (cd w; eval \"$DO\") >out 2>err || test $is = new || fail \"cannot be done again\"\n"
    "  (cd w; eval \"$IS\") >is 2>&1; test \"$(tail -1 is)\" = new || fail \"is not done again\"\n"
    "  whole\n"
    "  test $n != 0 || break\n"
    "  n=$((n + $2))\n"
    "done\n"
    "echo $n steps\n";

static void
begin(void)
{
	char here[512], command[1024];

	workspace_begin();
	cr_assert_not_null(getcwd(here, sizeof here));
	(void)snprintf(command, sizeof command, "${CC:-cc} -shared -fPIC -O1 -o faults.so %s/tests/support/preload/faults.c", here);
	sh(0, command);
	workplace_write(folder, "try.sh", script);
	sh(0, "mkdir base && mv *.json *.wf keys base/ && (cd base && writ build hello.wf)");
}

static const char *const ways[] = { "kill", "lost", "eio", "torn", "cut", "short", "eintr", "full" };

/* So many ways to fail, at every step of one command. */
static void
fails(size_t ways_len, const char *does, const char *is, int steps_min)
{
	char command[2048];

	for (size_t i = 0; i < ways_len; i++) {
		int steps = 0;

		(void)snprintf(command, sizeof command, "DO='%s' IS='%s' sh try.sh %s %d %d", does, is, ways[i], STRIDE,
		    STRIDE == 1 ? 1 : 1 + (int)i % STRIDE);
		sh(0, command);
		cr_assert_eq(sscanf(p.out, "%d steps", &steps), 1, "%s", p.out);
		cr_expect_geq(steps, steps_min, "%s: %d steps", ways[i], steps);
	}
	/* the power goes when it says that it is done: then it is done */
	(void)snprintf(command, sizeof command, "DO='%s' IS='%s' sh try.sh lost 1 0", does, is);
	sh(0, command);
}

Test(faults, a_submission_is_there_or_not)
{
	begin();
	fails(8, "writ submit hello.wfb --key keys/author.pem",
	    "writ status && writ status hello.wfb >s; cat s; if grep -q \"yes an author has submitted\" s; then echo new; "
	    "elif grep -q \"no-submission\" s; then echo old; fi", 20);
	workspace_end();
}

Test(faults, an_approval_is_there_or_not)
{
	begin();
	sh(0, "cd base && writ submit hello.wfb --key keys/author.pem");
	fails(3, "writ approve hello.wfb --key keys/ana.pem --role security --yes",
	    "writ status && writ status hello.wfb; case $? in 0) echo new;; 1) echo old;; esac", 10);
	workspace_end();
}

Test(faults, a_signature_of_the_policy_is_there_or_not)
{
	begin();
	fails(3, "writ policy sign --key keys/ana.pem",
	    "writ policy check && if ls .writ/policy/*.dsse >ls 2>&1; then echo new; else echo old; fi", 8);
	workspace_end();
}

/* A limit on the size of files, as a full disk is: told, and nothing stays behind. */
Test(faults, a_limit_of_size_is_told)
{
	begin();
	sh(2, "cd base && ulimit -f 0 && writ submit hello.wfb --key keys/author.pem");
	cr_expect(says("cannot write below") && says("File too large"), "%s", p.err);
	sh(0, "cd base && test -z \"$(find .writ -type f)\" && writ submit hello.wfb --key keys/author.pem");
	sh(2, "cd base && ulimit -f 0 && writ approve hello.wfb --key keys/ana.pem --role security --yes");
	sh(1, "cd base && writ status hello.wfb");
	cr_expect(says("approval-missing") && !says("ignored: "), "%s%s", p.out, p.err);
	workspace_end();
}
