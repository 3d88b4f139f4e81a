/* graph, bounds and diff as a person meets them: what goes where, and with which exit code. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(cli_views, .timeout = 60);

static struct process p;

static const char flow[] = "writ 1\n"
			   "backend house: llm\n"
			   "agent ask(q: text ..40) -> text ..40 via house {\n"
			   "  model: \"m-2025-01-01\" max_tokens: %d user: q\n"
			   "}\n"
			   "start hello(q: text ..40) -> text ..40\n"
			   "end ask(q)\n";

static void
write_flow(const char *folder, const char *name, int max_tokens)
{
	char text[512];

	(void)snprintf(text, sizeof text, flow, max_tokens);
	workplace_write(folder, name, text);
}

/* One that loads, one that differs from it, one that is no program, one that is no bytecode. */
static const char *
make_workplace(void)
{
	const char *folder = workplace_make();

	write_flow(folder, "a.wf", 10);
	write_flow(folder, "b.wf", 20);
	workplace_write(folder, "wrong.wf", "writ 1\nstart");
	workplace_write(folder, "bad.wfb", "no bytecode");
	workplace_write(
	    folder, "prices.json", "{\"models\":{\"m-*\":{\"input\":1000,\"output\":1000}}}");
	workplace_write(folder, "free.json", "{\"models\":{\"m-*\":{\"input\":1}}}");
	return folder;
}

#define PRICED(price) \
	"echo '{\"models\":{\"m-*\":{\"input\":" price ",\"output\":" price "}}}' >p.json; " \
	"writ bounds a.wf --prices p.json"

Test(cli_views, answer_with_the_right_code_on_the_right_stream)
{
	static const struct {
		const char *command;
		int code;
		const char *out, *err; /* parts of them; NULL: empty */
	} cases[] = {
		{ "writ graph a.wf", 0, "digraph \"hello\" {\n", NULL },
		{ "writ graph a.wf --format mermaid", 0, "flowchart TB\n", NULL },
		{ "writ graph a.wf --format json", 0, "{\"workflow\":\"hello\",\"nodes\":[", NULL },
		{ "writ graph a.wf --format gif", 2, NULL, "there is no format `gif`" },
		{ "writ graph bad.wfb", 1, NULL, "does not verify" },
		{ "writ graph", 2, NULL, "missing: FILE.wfb" },
		{ "writ bounds a.wf", 0, "worst case of a run", NULL },
		{ "writ bounds a.wf --json", 0, "\"worst\":{\"calls\":1,\"tokens\":50,", NULL },
		{ "writ bounds a.wf --prices prices.json", 0, "0.05", NULL },
		{ "writ bounds a.wf --prices free.json", 2, NULL,
		    "models[\"m-*\"].output: is missing" },
		{ "writ bounds a.wf --prices none.json", 2, NULL, "none.json" },
		{ PRICED("1000000"), 0, "50", NULL },
		{ PRICED("1000000.1"), 2, NULL, "models[\"m-*\"].input: a number from 0 to 1,000,000" },
		{ PRICED("-0.1"), 2, NULL, "models[\"m-*\"].input: a number from 0 to 1,000,000" },
		{ PRICED("\"1\""), 2, NULL, "models[\"m-*\"].input: a number from 0 to 1,000,000" },
		{ "writ diff a.wf a.wf", 0, "same digest: sha256:", NULL },
		{ "writ diff a.wf b.wf", 1, "  ~ agent ask max_tokens: 10 → 20\n", NULL },
		{ "writ diff a.wf b.wf --brief", 1, "bounds\n", NULL },
		{ "writ diff a.wf bad.wfb", 2, NULL, "does not verify" },
		{ "writ diff wrong.wf a.wf", 2, NULL, "error" },
		{ "writ diff a.wf", 2, NULL, "error" },
	};
	const char *folder = make_workplace();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, folder, NULL, cases[i].command);
		cr_expect_eq(
		    p.code, cases[i].code, "%s: exit %d, %s", cases[i].command, p.code, p.err);
		if (cases[i].out == NULL)
			cr_expect_str_eq(p.out, "");
		else
			cr_expect_not_null(
			    strstr(p.out, cases[i].out), "%s: %s", cases[i].command, p.out);
		if (cases[i].err == NULL)
			cr_expect_str_eq(p.err, "");
		else
			cr_expect_not_null(
			    strstr(p.err, cases[i].err), "%s: %s", cases[i].command, p.err);
	}
	workplace_remove(folder);
}

/* With graphviz it draws; without, it says what is missing. */
Test(cli_views, draw_an_svg_or_say_why_not)
{
	const char *folder = make_workplace();

	process_run(&p, folder, NULL, "writ graph a.wf --format svg");
	if (p.code == 0) {
		cr_expect_not_null(strstr(p.out, "<svg"));
	} else {
		cr_expect_eq(p.code, 2);
		cr_expect_not_null(strstr(p.err, "there is no `dot` in PATH"), "%s", p.err);
	}
	workplace_remove(folder);
}
