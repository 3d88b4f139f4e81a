/*
 * What is installed is whole: programs, the library with its headers, completion; and goes again.
 * It installs what is tested and builds nothing (-o all): a source that somebody saves meanwhile
 * would have the programs linked anew under the tests beside this one.
 */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(install, .timeout = 300);

static struct process p;

/* The variant that is tested: the last part of WRIT_BIN. */
static const char *
variant(void)
{
	const char *bin = getenv("WRIT_BIN"), *slash = bin == NULL ? NULL : strrchr(bin, '/');

	cr_assert_not_null(slash, "WRIT_BIN is build/VARIANT");
	return slash + 1;
}

static void __attribute__((format(printf, 2, 3))) run(const char *folder, const char *format, ...)
{
	char command[1024];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(command, sizeof command, format, list);
	va_end(list);
	process_run(&p, folder, NULL, command);
	cr_assert_eq(p.code, 0, "%s: exit %d\n%s%s", command, p.code, p.out, p.err);
}

static const char flow[] = "writ 1\n\nstart double(n: int 0..100) -> int 0..200\nend n * 2\n";

Test(install, goes_below_destdir_works_there_and_goes_again)
{
	static const char *const all[] = { "bin/writ", "bin/writd", "lib/libwritvm.a",
		"lib/pkgconfig/writvm.pc", "include/writ/vm/writ_vm.h",
		"share/bash-completion/completions/writ" };
	char folder[64];

	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	run(".", "make -s -o all install VARIANT=%s DESTDIR='%s/root' PREFIX=/opt/writ", variant(),
	    folder);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		run(folder, "test -s root/opt/writ/%s", all[i]);
	workplace_write(folder, "double.wf", flow);
	run(folder, "root/opt/writ/bin/writ build double.wf -o double.wfb");

	/* The example outside the tree, with nothing but what pkg-config says. */
	run(".", "cp examples/embed.c '%s/'", folder);
	process_run(&p, "/", NULL, "command -v pkg-config");
	if (p.code != 0)
		cr_log_warn("pkg-config is not installed: writvm.pc was not tried");
	run(folder, "${CC:-cc} -std=c11 -Wall -Werror %s embed.c -o embed %s",
	    strcmp(variant(), "asan") == 0 ? "-fsanitize=address,undefined" : "",
	    p.code != 0 ?
		"-Iroot/opt/writ/include/writ -Lroot/opt/writ/lib -lwritvm" :
		"$(PKG_CONFIG_SYSROOT_DIR=root PKG_CONFIG_PATH=root/opt/writ/lib/pkgconfig "
		"pkg-config --cflags --libs writvm)");
	run(folder, "./embed double.wfb '{\"n\":21}'");
	cr_expect_not_null(strstr(p.out, "{\"result\":42}"), "%s%s", p.out, p.err);

	run(folder, "bash -c '. root/opt/writ/share/bash-completion/completions/writ; "
		    "COMP_WORDS=(writ che); COMP_CWORD=1; "
		    "_writ; echo ${COMPREPLY[@]}; COMP_WORDS=(writ build --out); COMP_CWORD=2; "
		    "_writ; echo ${COMPREPLY[@]}'");
	cr_expect_str_eq(p.out, "check\n--output\n");

	run(".", "make -s uninstall VARIANT=%s DESTDIR='%s/root' PREFIX=/opt/writ", variant(),
	    folder);
	run(folder, "find root -type f");
	cr_expect_str_eq(p.out, "", "nothing is left");
	workplace_remove(folder);
}
