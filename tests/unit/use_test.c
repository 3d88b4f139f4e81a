/*
 * Files that use each other: what splitting a program leaves as it is, what hashes hold, and
 * what `writ pin` writes. The files are in memory; `#name#` in a source stands for the hash of one.
 */
#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(use, .timeout = 60);

#define FILES_MAX 8

/* The files of a case by name; what begins with / lies in another root. */
struct files {
	const char *at[FILES_MAX][2];
};

static const char *
bytes_of(const struct files *files, struct wr_text name)
{
	for (int i = 0; i < FILES_MAX && files->at[i][0] != NULL; i++)
		if (wr_text_eq(name, wr_text_of(files->at[i][0])))
			return files->at[i][1];
	return NULL;
}

/* The source with `#name#` as the hash of that file, whose lines end in \n. Freed by the caller. */
static char *
filled(const struct files *files, const char *source)
{
	size_t room = strlen(source) + 16 * 80, size = 0;
	char *out = malloc(room);

	cr_assert(out != NULL);
	while (*source != '\0') {
		const char *end = *source == '#' ? strchr(source + 1, '#') : NULL;
		uint8_t hash[32];
		char *inner;

		if (end == NULL) {
			out[size++] = *source++;
			continue;
		}
		inner = filled(files,
		    bytes_of(files, (struct wr_text){ source + 1, (size_t)(end - source) - 1 }));
		wd_reader_sha256(wr_text_of(inner), hash);
		free(inner);
		size += (size_t)snprintf(out + size, room - size, "sha256:");
		for (int i = 0; i < 32; i++)
			size += (size_t)snprintf(out + size, room - size, "%02x", hash[i]);
		source = end + 1;
	}
	out[size] = '\0';
	return out;
}

static enum wr_status
read_memory(void *user, struct wc_reading *reading)
{
	const char *bytes = bytes_of(user, reading->path);
	char *whole;

	if (bytes == NULL)
		return WR_ABSENT;
	whole = filled(user, bytes);
	reading->bytes = wr_arena_text(reading->arena, wr_text_of(whole));
	free(whole);
	reading->name = wr_arena_text(reading->arena, reading->path).at;
	reading->elsewhere = reading->path.at[0] == '/' && reading->from[0] != '/';
	return reading->bytes.at != NULL && reading->name != NULL ? WR_OK : WR_NOMEM;
}

static enum wr_status
compile(const struct wr_alloc *alloc, const struct files *files, const char *source,
    struct wr_buf *ret_bytecode, char said[8192])
{
	struct wc_options options = {
		.read = read_memory, .user = (void *)(uintptr_t)files, .sha256 = wd_reader_sha256
	};
	char *whole = filled(files, source);
	struct wc_result result;
	struct wr_buf messages;
	enum wr_status status;

	wr_buf_init(ret_bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&messages, alloc, 8000);
	status = wc_compile(alloc, "main.wf", wr_text_of(whole), &options, ret_bytecode, &result);
	if (said != NULL)
		wc_diags_render(&result.diags, WC_DIAG_SHORT, false, &messages);
	if (said != NULL)
		(void)snprintf(
		    said, 8192, "%.*s", (int)messages.size, messages.size > 0 ? messages.at : "");
	wr_buf_free(&messages);
	wc_result_free(&result);
	free(whole);
	return status;
}

/* ---- splitting --------------------------------------------------------------------------- */

#define LABEL "label pii \"personal data\"\n"
#define HOUSE "backend house: llm accepts @pii\n"
#define BILL "type Money = int 0..1_000\ntype Bill { cents: Money, name: text ..40 @pii }\n"
#define KIND "type Kind = small | large(Money)\n"
#define SAY                                                                                        \
	"agent say(words: text ..200) -> text ..40 via house drops @pii because \"short\"\n"       \
	"{ model: \"m-2025\", max_tokens: 9, context: \"Be kind.\", user: \"{{mark}} {{words}}\" " \
	"}\n"
#define PURE                                                                                       \
	"const mark = \"Dear all\"\n"                                                              \
	"fn show(b: Bill) -> text ..200 = \"{{b.name}} owes {{half(b.cents)}}\"\n"                 \
	"fn half(n: int 0..1_000) -> int 0..1_000 = div(n, 2)\n"
#define START                                                                                      \
	"start go(bill: Bill, kind: Kind) -> text ..90\n"                                          \
	"  a = say(words: show(bill))\n"                                                           \
	"  b = match kind { small -> say(words: mark), large(m) -> text(half(m)) }\n"              \
	"end a + b\n"
#define WHOLE "writ 1\n" LABEL HOUSE BILL KIND SAY PURE START

static const struct {
	const char *claim;
	bool same;
	struct files files;
	const char *source;
} splits[] = {
	{ "nothing used", true, { { { NULL } } }, WHOLE },
	{ "all but the flow in one file", true,
	    { { { "lib.wf", "writ 1\n" LABEL HOUSE BILL KIND SAY PURE } } },
	    "writ 1\nuse Bill, Kind, say, show, half, mark from \"lib.wf\"\n" START },
	{ "other names", true, { { { "lib.wf", "writ 1\n" LABEL HOUSE BILL KIND SAY PURE } } },
	    "writ 1\nuse Bill as Account, Kind as Size, say as tell from \"lib.wf\"\n"
	    "use show as bold, half as halved, mark as begin from \"lib.wf\"\n"
	    "start go(bill: Account, kind: Size) -> text ..90\n"
	    "  a = tell(words: bold(bill))\n"
	    "  b = match kind { small -> tell(words: begin), large(m) -> text(halved(m)) }\n"
	    "end a + b\n" },
	{ "names of its own where the library has others", true,
	    { { { "lib.wf", "writ 1\n" LABEL HOUSE BILL KIND SAY PURE } } },
	    "writ 1\nuse Bill, Kind, say, show from \"lib.wf\"\nconst mark = \"Dear all\"\n"
	    "fn half(n: int 0..1_000) -> int 0..1_000 = div(n, 2)\n" START },
	{ "the label and the backend brought along", true,
	    { { { "ports.wf", "writ 1\n" LABEL HOUSE },
		{ "pure.wf", "writ 1\n" LABEL BILL PURE } } },
	    "writ 1\nuse pii as private, house as mill from \"ports.wf\"\n"
	    "use Bill, Money, show, half, mark from \"pure.wf\"\n" KIND
	    "agent say(words: text ..200) -> text ..40 via mill drops @private because \"short\"\n"
	    "{ model: \"m-2025\", max_tokens: 9, context: \"Be kind.\", user: \"{{mark}} "
	    "{{words}}\" }\n" START },
	{ "a label and a backend declared alike in each file", true,
	    { { { "say.wf", "writ 1\n" HOUSE LABEL "const mark = \"Dear all\"\n" SAY } } },
	    "writ 1\nuse say from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE START },
	{ "a file that uses a file", true,
	    { { { "half.wf", "writ 1\nfn half(n: int 0..1_000) -> int 0..1_000 = div(n, 2)\n" },
		{ "pure.wf",
		    "writ 1\nuse half as h from \"half.wf\"\n" LABEL BILL
		    "const mark = \"Dear all\"\n"
		    "fn show(b: Bill) -> text ..200 = \"{{b.name}} owes {{h(b.cents)}}\"\n" } } },
	    "writ 1\nuse Bill, Money, show, mark from \"pure.wf\"\nuse half from "
	    "\"half.wf\"\n" LABEL HOUSE KIND SAY START },
	{ "hashes", true,
	    { { { "half.wf", "writ 1\nfn half(n: int 0..1_000) -> int 0..1_000 = div(n, 2)\n" },
		{ "pure.wf", "writ 1\nuse half from \"half.wf\" #half.wf#\n" LABEL BILL
			     "const mark = \"Dear all\"\n"
			     "fn show(b: Bill) -> text ..200 = \"{{b.name}} owes "
			     "{{half(b.cents)}}\"\n" } } },
	    "writ 1\nuse Bill, Money, show, mark from \"pure.wf\" #pure.wf#\n"
	    "use half from \"half.wf\"\n" LABEL HOUSE KIND SAY START },
	{ "a comment in a library", true,
	    { { { "lib.wf", "// new\nwrit 1\n" LABEL HOUSE BILL KIND SAY PURE "// words\n" } } },
	    "writ 1\nuse Bill, Kind, say, show, half, mark from \"lib.wf\" #lib.wf#\n" START },
	{ "a copy of an agent from a file", true,
	    { { { "say.wf",
		"writ 1\n" HOUSE LABEL "const mark = \"Dear all\"\n"
		"agent speak(words: text ..200) -> text ..40 via house drops @pii because "
		"\"short\"\n"
		"{ model: \"m-2024\", max_tokens: 5, user: \"{{mark}} {{words}}\" }\n" } } },
	    "writ 1\nuse speak from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE
	    "agent say = speak { model: \"m-2025\", max_tokens: 9, context: \"Be kind.\" "
	    "}\n" START },
	{ "a workflow used for its types", true,
	    { { { "flow.wf",
		"writ 1\n" LABEL BILL KIND "start other(bill: Bill) -> int\nend bill.cents\n" } } },
	    "writ 1\nuse Bill, Kind, Money from \"flow.wf\"\n" LABEL HOUSE SAY PURE START },
	{ "a prompt beside the library", true,
	    { { { "keep.md", "Be kind.\n" },
		{ "say.wf", "writ 1\n" HOUSE LABEL "const mark = \"Dear all\"\n"
			    "agent say(words: text ..200) -> text ..40 via house drops @pii "
			    "because \"short\"\n"
			    "{ model: \"m-2025\", max_tokens: 9, context: file \"keep.md\", user: "
			    "\"{{mark}} {{words}}\" }\n" } } },
	    "writ 1\nuse say from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE START },
	{ "a workflow as a step", true,
	    { { { "say.wf",
		"writ 1\n" HOUSE LABEL BILL "const mark = \"Dear all\"\n"
		"fn half(n: int 0..1_000) -> int 0..1_000 = div(n, 2)\n" SAY
		"fn show(b: Bill) -> text ..200 = \"{{b.name}} owes {{half(b.cents)}}\"\n"
		"start tell(account: Bill) -> text ..40\n  within calls: 1\n  words = show(account)\n"
		"  said = say(words)\nend said\n" } } },
	    "writ 1\nuse say, tell, Bill, Money, half, mark from \"say.wf\"\n" KIND
	    "start go(bill: Bill, kind: Kind) -> text ..90\n"
	    "  a = tell(bill)\n"
	    "  b = match kind { small -> say(words: mark), large(m) -> text(half(m)) }\n"
	    "end a + b\n" },
	{ "a workflow as a step, asked twice", false,
	    { { { "say.wf", "writ 1\n" HOUSE LABEL "const mark = \"Dear all\"\n" SAY
		"start tell(words: text ..200) -> text ..40\nend say(words)\n" } } },
	    "writ 1\nuse say, tell as speak from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE
	    "start go(bill: Bill, kind: Kind) -> text ..90\n"
	    "  a = speak(words: show(bill)) + speak(words: show(bill))\n"
	    "  b = match kind { small -> say(words: mark), large(m) -> text(half(m)) }\n"
	    "end truncate(a + b, 90)\n" },
	{ "another const in the library", false,
	    { { { "say.wf", "writ 1\n" HOUSE LABEL "const mark = \"Dear you\"\n" SAY } } },
	    "writ 1\nuse say from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE START },
	{ "another agent of the same make", false,
	    { { { "say.wf", "writ 1\n" HOUSE LABEL "const mark = \"Dear all\"\n" SAY
			    "agent tell = say { seed: 1 }\n" } } },
	    "writ 1\nuse tell as say from \"say.wf\"\n" LABEL HOUSE BILL KIND PURE START },
};

Test(use, splitting_a_program_leaves_its_bytes_as_they_are)
{
	struct failing_alloc alloc;
	struct wr_buf want, got;
	char said[8192];

	failing_alloc_init(&alloc);
	cr_assert_eq(compile(&alloc.hook, &splits[0].files, WHOLE, &want, said), WR_OK, "%s", said);
	for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
		enum wr_status status =
		    compile(&alloc.hook, &splits[i].files, splits[i].source, &got, said);

		cr_expect_eq(status, WR_OK, "%s: %s", splits[i].claim, said);
		cr_expect_eq(wr_text_eq(wr_buf_view(&want), wr_buf_view(&got)), splits[i].same,
		    "%s", splits[i].claim);
		wr_buf_free(&got);
	}
	wr_buf_free(&want);
	cr_assert_eq(alloc.live_bytes, 0);
}

/* ---- hashes ------------------------------------------------------------------------------- */

#define LIB "writ 1\nconst n = 7\n"
#define MAIN(hash)                                                                                 \
	"writ 1\nuse n from \"lib.wf\" " hash "\nstart go(a: int 0..9) -> int\nend a + n\n"

Test(use, a_hash_is_of_the_bytes_with_plain_line_ends)
{
	static const struct {
		const char *claim;
		struct files files;
		const char *source;
		const char *says; /* NULL: it compiles */
	} cases[] = {
		{ "no hash", { { { "lib.wf", LIB } } }, MAIN(""), NULL },
		{ "its hash", { { { "lib.wf", LIB } } }, MAIN("#lib.wf#"), NULL },
		{ "CRLF, and the hash of it with LF",
		    { { { "lib.wf", "writ 1\r\nconst n = 7\r\n" }, { "lf", LIB } } }, MAIN("#lf#"),
		    NULL },
		{ "CRLF, and the hash of just that",
		    { { { "lib.wf", "writ 1\r\nconst n = 7\r\n" } } }, MAIN("#lib.wf#"),
		    "main.wf:2:21: error[E0603]" },
		{ "a space more", { { { "lib.wf", LIB " " }, { "lf", LIB } } }, MAIN("#lf#"),
		    "main.wf:2:21: error[E0603]" },
		{ "from another root without", { { { "/lib.wf", LIB } } },
		    "writ 1\nuse n from \"/lib.wf\"\nstart go(a: int 0..9) -> int\nend a + n\n",
		    "main.wf:2:12: error[E0606]" },
		{ "from another root with", { { { "/lib.wf", LIB } } },
		    "writ 1\nuse n from \"/lib.wf\" #/lib.wf#\nstart go(a: int 0..9) -> int\nend a "
		    "+ n\n",
		    NULL },
		{ "one below without",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\"\nconst n = m\n" },
			{ "m.wf", "writ 1\nconst m = 7\n" } } },
		    MAIN("#lib.wf#"), "lib.wf:2:12: error[E0604]" },
		{ "one below with",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\" #m.wf#\nconst n = m\n" },
			{ "m.wf", "writ 1\nconst m = 7\n" } } },
		    MAIN("#lib.wf#"), NULL },
		{ "two below without",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\" #m.wf#\nconst n = m\n" },
			{ "m.wf", "writ 1\nuse k from \"k.wf\"\nconst m = k\n" },
			{ "k.wf", "writ 1\nconst k = 7\n" } } },
		    MAIN("#lib.wf#"), "m.wf:2:12: error[E0604]" },
		{ "pinned by one and not by another that is read first",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\"\nconst n = m\n" },
			{ "m.wf", "writ 1\nuse k from \"k.wf\"\nconst m = k\n" },
			{ "k.wf", "writ 1\nconst k = 7\n" } } },
		    "writ 1\nuse n from \"lib.wf\"\nuse m from \"m.wf\" #m.wf#\nstart go(a: int "
		    "0..9) -> int\nend a + n + m\n",
		    "m.wf:2:12: error[E0604]" },
		{ "a prompt file of a pinned one",
		    { { { "lib.wf", "writ 1\nconst n = length(file \"p.md\")\n" },
			{ "p.md", "x" } } },
		    MAIN("#lib.wf#"), "lib.wf:2:23: error[E0604]" },
	};
	struct failing_alloc alloc;
	struct wr_buf got;
	char said[8192];

	failing_alloc_init(&alloc);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum wr_status status =
		    compile(&alloc.hook, &cases[i].files, cases[i].source, &got, said);

		cr_expect_eq(status, cases[i].says == NULL ? WR_OK : WR_REFUSED, "%s: %s",
		    cases[i].claim, said);
		cr_expect(strncmp(said, cases[i].says == NULL ? "" : cases[i].says,
			      cases[i].says == NULL ? 1 : strlen(cases[i].says)) == 0,
		    "%s: %s", cases[i].claim, said);
		wr_buf_free(&got);
	}
	cr_assert_eq(alloc.live_bytes, 0);
}

Test(use, a_hash_that_cannot_be_checked_is_refused)
{
	static const struct files files = { { { "lib.wf", LIB } } };
	struct wc_options options = { .read = read_memory, .user = (void *)(uintptr_t)&files };
	char *source = filled(&files, MAIN("#lib.wf#"));
	struct failing_alloc alloc;
	struct wc_result result;
	struct wr_buf bytecode;

	failing_alloc_init(&alloc);
	wr_buf_init(&bytecode, &alloc.hook, WR_MODULE_MAX);
	cr_expect_eq(
	    wc_compile(&alloc.hook, "main.wf", wr_text_of(source), &options, &bytecode, &result),
	    WR_REFUSED);
	cr_expect_eq(result.diags.first->code, WC_E0603);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	free(source);
}

/* ---- pinning -------------------------------------------------------------------------------- */

Test(use, pinning_writes_hashes_and_leaves_every_other_byte)
{
	static const struct {
		const char *claim;
		struct files files;
		const char *source, *want; /* want NULL: refused */
	} cases[] = {
		{ "one", { { { "lib.wf", LIB } } }, "writ 1\nuse n from \"lib.wf\" // why\n",
		    "writ 1\nuse n from \"lib.wf\" #lib.wf# // why\n" },
		{ "one that is right", { { { "lib.wf", LIB } } },
		    "writ 1\nuse n from \"lib.wf\"\n  #lib.wf#\n",
		    "writ 1\nuse n from \"lib.wf\"\n  #lib.wf#\n" },
		{ "one that is wrong", { { { "lib.wf", LIB }, { "old", "old" } } },
		    "writ 1\nuse n from \"lib.wf\"\n  #old#\n",
		    "writ 1\nuse n from \"lib.wf\"\n  #lib.wf#\n" },
		{ "line ends", { { { "lib.wf", LIB } } }, "writ 1\r\nuse n from \"lib.wf\"\r\n// x",
		    "writ 1\r\nuse n from \"lib.wf\" #lib.wf#\r\n// x" },
		{ "two of one file, and another",
		    { { { "lib.wf", LIB }, { "m.wf", "writ 1\nconst m = 1\n" } } },
		    "writ 1\nuse n from \"lib.wf\"\nconst x = n\nuse m from \"m.wf\" use n as k "
		    "from \"lib.wf\"\n",
		    "writ 1\nuse n from \"lib.wf\" #lib.wf#\nconst x = n\nuse m from \"m.wf\" "
		    "#m.wf# use n as k from \"lib.wf\" #lib.wf#\n" },
		{ "none", { { { NULL } } }, "writ 1\nconst a = 1\n", "writ 1\nconst a = 1\n" },
		{ "a program with mistakes elsewhere", { { { "lib.wf", LIB } } },
		    "writ 1\nuse n from \"lib.wf\"\nconst a = nobody\n",
		    "writ 1\nuse n from \"lib.wf\" #lib.wf#\nconst a = nobody\n" },
		{ "from another root", { { { "/lib.wf", LIB } } },
		    "writ 1\nuse n from \"/lib.wf\"\n",
		    "writ 1\nuse n from \"/lib.wf\" #/lib.wf#\n" },
		{ "one that is not there", { { { NULL } } }, "writ 1\nuse n from \"lib.wf\"\n",
		    NULL },
		{ "one that uses another without a hash",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\"\nconst n = m\n" },
			{ "m.wf", "writ 1\nconst m = 7\n" } } },
		    "writ 1\nuse n from \"lib.wf\"\n", NULL },
		{ "one whose own hash is wrong",
		    { { { "lib.wf", "writ 1\nuse m from \"m.wf\" #old#\nconst n = m\n" },
			{ "m.wf", "writ 1\nconst m = 7\n" }, { "old", "old" } } },
		    "writ 1\nuse n from \"lib.wf\"\n", NULL },
	};
	struct failing_alloc alloc;

	failing_alloc_init(&alloc);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wc_options options = { .read = read_memory,
			.user = (void *)(uintptr_t)&cases[i].files,
			.sha256 = wd_reader_sha256 };
		char *source = filled(&cases[i].files, cases[i].source);
		char *want = filled(&cases[i].files, cases[i].want != NULL ? cases[i].want : "");
		struct wc_result result;
		struct wr_buf got;
		enum wr_status status;

		wr_buf_init(&got, &alloc.hook, 1 << 16);
		status =
		    wc_pin(&alloc.hook, "main.wf", wr_text_of(source), &options, &got, &result);
		cr_expect_eq(status, cases[i].want != NULL ? WR_OK : WR_REFUSED, "%s: %s",
		    cases[i].claim, wr_status_text(status));
		cr_expect(wr_text_eq(wr_buf_view(&got), wr_text_of(want)), "%s: %.*s",
		    cases[i].claim, (int)got.size, got.size > 0 ? got.at : "");
		wr_buf_free(&got);
		wc_result_free(&result);
		free(source);
		free(want);
	}
	cr_assert_eq(alloc.live_bytes, 0);
}

/* ---- memory ---------------------------------------------------------------------------------- */

Test(use, survives_every_allocation_failure)
{
	static const struct files files = {
		{ { "half.wf", "writ 1\nfn half(n: int 0..9) -> int = div(n, 2)\n" },
		    { "lib.wf", "writ 1\nuse half from \"half.wf\" #half.wf#\nlabel pii "
				"\"x\"\nconst n = half(8)\n" } }
	};
	static const char source[] =
	    "writ 1\nuse n as k from \"lib.wf\" #lib.wf#\nlabel pii \"x\"\n"
	    "start go(a: int 0..9) -> int\nend a + k\n";
	struct failing_alloc f = { 0 };
	long runs = 0;

	while (failing_alloc_next(&f)) {
		struct wr_buf bytecode;
		enum wr_status status = compile(&f.hook, &files, source, &bytecode, NULL);

		cr_expect_eq(status, f.calls > f.fail_at && f.fail_at >= 0 ? WR_NOMEM : WR_OK,
		    "call %ld: %s", f.fail_at, wr_status_text(status));
		wr_buf_free(&bytecode);
		cr_expect_eq(f.live_bytes, 0);
		runs++;
	}
	cr_expect(runs > 5);
}

/* More files than a program may have, in a chain: refused, not followed forever. */
static enum wr_status
read_chain(void *user, struct wc_reading *reading)
{
	char text[64], name[32];
	int n = atoi(reading->path.at) + 1;

	(void)user;
	(void)snprintf(text, sizeof text, "writ 1\nuse a from \"%d.wf\"\nconst b = a\n", n);
	(void)snprintf(name, sizeof name, "%d.wf", n - 1);
	reading->bytes = wr_arena_text(reading->arena, wr_text_of(text));
	reading->name = wr_arena_text(reading->arena, wr_text_of(name)).at;
	return WR_OK;
}

Test(use, a_chain_of_files_ends)
{
	static const struct wc_options options = { .read = read_chain };
	struct failing_alloc alloc;
	struct wc_result result;
	struct wr_buf bytecode;

	failing_alloc_init(&alloc);
	wr_buf_init(&bytecode, &alloc.hook, WR_MODULE_MAX);
	cr_expect_eq(wc_compile(&alloc.hook, "main.wf", WR_TEXT("writ 1\nuse a from \"0.wf\"\n"),
			 &options, &bytecode, &result),
	    WR_REFUSED);
	cr_expect_eq(result.diags.first->code, WC_E0406);
	cr_expect_eq(result.files_len, 256);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	cr_assert_eq(alloc.live_bytes, 0);
}
