/* What adaptors are told: each part of a request, for each kind of backend, and the schemas. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"
#include "tests/support/triage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(run_asks, .timeout = 60);

static const struct reply pays[] = TRIAGE_REPLIES;

static void
describe(const struct wr_call *c, char *out)
{
	out += sprintf(out, "%.*s %s %.*s%s%s %llu;", (int)c->backend.size, c->backend.at, c->kind, (int)c->agent.size,
	    c->agent.at, c->effect ? " effect" : "",
	    c->form == WR_RESULT_TEXT ? " text" : c->enveloped ? " enveloped" : "", (unsigned long long)c->timeout_ms);
	for (uint32_t i = 0; i < c->parts_len; i++) {
		const struct wr_part *p = &c->parts[i];

		out += sprintf(out, " %s%s%.*s=", p->name, p->key.size > 0 ? ":" : "", (int)p->key.size,
		    p->key.size > 0 ? p->key.at : "");
		if (p->shape == WR_PART_TEXT)
			out += sprintf(out, "%.*s", (int)p->text.size, p->text.at);
		else if (p->shape == WR_PART_NUMBER)
			out += sprintf(out, "%g", p->number);
		else
			out += sprintf(out, "%lld", (long long)p->integer);
	}
}

Test(run_asks, renders_what_adaptors_are_told)
{
	static const struct reply expected[] = {
		{ "summarise", "house llm summarise text 30000; model=m-1 max_tokens=10 temperature=0.5 stop=END stop=STOP user=a/b ä" },
		{ "search", "handbook retrieve search 5000; top=3 mode=words query=a gist" },
		{ "assess", "house llm assess 30000; model=m-1 max_tokens=100 context=Judge. user=a gist\\n[H2] b\\n[H3] \\n900" },
		{ "decide", "house llm decide enveloped 30000; model=m-1 max_tokens=10 user=a/b ä" },
		{ "transfer", "ledger http transfer effect 30000; method=POST header:x-from=writ path=/p/a%2Fb%20%C3%A4/x%20 query:who=a/b ä body=700" },
		{ "write", "house llm write text 30000; model=m-2 max_tokens=400 user=H2" },
		{ NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		char got[1024];

		play_take(run, &h);
		c = play_drop(&h, 0);
		describe(&c, got);
		cr_expect_str_eq(got, play_reply(expected, c.path).at);
		cr_expect_eq(c.attempt, 1);
		cr_expect_eq(c.delay_ms, 0);
		if (strcmp(c.path, "decide") == 0)
			cr_expect_str_eq(c.schema.at,
			    "{\"type\":\"object\",\"properties\":{\"result\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{"
			    "\"kind\":{\"type\":\"string\",\"enum\":[\"pay\"]},\"value\":{\"type\":\"integer\",\"minimum\":1,"
			    "\"maximum\":1000}},\"required\":[\"kind\",\"value\"],\"additionalProperties\":false},"
			    "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"deny\"]}},"
			    "\"required\":[\"kind\"],\"additionalProperties\":false}]}},\"required\":[\"result\"],"
			    "\"additionalProperties\":false}");
		cr_assert_eq(wr_run_answer(run, c.id, play_reply(pays, c.path), 0), WR_OK);
	}
	wr_run_free(run);
	wr_module_free(m);
}

Test(run_asks, tells_each_kind_of_backend_its_own)
{
	static const struct reply told[] = {
		{ "approve", "desk human approve enveloped 30000; role=adjuster ask=Is it q?" },
		{ "roll", "box tool roll effect 30000; call=roll arguments={\"q\":\"q\",\"yes\":true}" },
		{ "fetch", "web http fetch text 30000; method=GET path=/q" },
		{ "send", "web http send 30000; method=POST idempotent=1 path=/%2F.%3Fa%3Da%C3%A4~ body=a" },
		{ NULL, NULL },
	};
	static const struct reply replies[] = {
		{ "approve", "{\"result\":true}" }, { "roll", "3" }, { "fetch", "/.?a=a\xc3\xa4~" }, { "send", "null" }, { NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_buf buf;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, "type T text 0 20\ntype I int 0 6\ntype M option I\ntype R record Out n:I m:M\ntype B bool\n"
	    "backend desk human accepts - taints -\nbackend box tool accepts - taints -\nbackend web http accepts - taints -\n"
	    "agent approve q:T -> B via desk\na = CONST \"Is it \"\nq = INPUT 0\nb = CONST \"?\"\nt = TEMPLATE a q b\n"
	    "set ROLE \"adjuster\"\nset ASK t\n"
	    "agent roll q:T yes:B -> I via box\nset CALL \"roll\"\n"
	    "agent fetch -> T via web\np = CONST \"/q\"\nset METHOD \"GET\"\nset PATH p\n"
	    "agent send words:T -> M via web\ns = CONST \"/\"\nt = INPUT 0\np = TEMPLATE s t\nb = CONST \"a\"\n"
	    "set METHOD \"POST\"\nset IDEMPOTENT 1\nset RETRY 1\nset PATH p\nset BODY b\n"
	    "flow everything q:T -> R\nq = INPUT 0\nyes = CALL approve q\nn = CALL roll q yes\nt = CALL fetch\nm = CALL send t\n"
	    "out = RECORD R n m\nend out\n" TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, "{\"q\":\"q\"}");
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		char got[1024];

		cr_assert(wr_run_next(run, &c));
		describe(&c, got);
		cr_expect_eq(strcmp(got, play_reply(told, c.path).at), 0, "%s", got);
		cr_assert_eq(wr_run_answer(run, c.id, play_reply(replies, c.path), 0), WR_OK, "%s", wr_run_reason(run));
	}
	play_expect_output(run, "{\"n\":3,\"m\":null}");
	wr_buf_init(&buf, &f.hook, 4096);
	wr_module_input_schema(m, &buf);
	wr_buf_byte(&buf, ' ');
	wr_module_output_schema(m, &buf);
	cr_expect_str_eq(buf.at, "{\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\"}},\"required\":[\"q\"],"
	    "\"additionalProperties\":false} {\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":0,"
	    "\"maximum\":6},\"m\":{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0,\"maximum\":6},{\"type\":\"null\"}]}},"
	    "\"required\":[\"n\",\"m\"],\"additionalProperties\":false}");
	wr_buf_free(&buf);
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}
