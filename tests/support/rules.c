/* Compiles, lists and runs the programs of rule tables. Sends nothing anywhere. */
#include "tests/support/rules.h"

#include "tests/support/flow_file.h"
#include "vm/base/limits.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

void
rule_compile(struct rule_program *p, const char *source)
{
	struct wr_load_refusal refusal = { .why = "" };
	enum wr_status s;

	*p = (struct rule_program){ .module = NULL };
	failing_alloc_init(&p->f);
	wr_buf_init(&p->bytes, &p->f.hook, WR_MODULE_MAX);
	wr_buf_init(&p->said, &p->f.hook, 1 << 20);
	s = flow_compile(&p->f.hook, wr_text_of(source), &p->bytes, &p->said);
	cr_assert(s == WR_OK || s == WR_REFUSED, "status %d: %s\n%s", s, p->said.size > 0 ? p->said.at : "", source);
	if (s != WR_OK)
		return;
	s = wr_load((const uint8_t *)p->bytes.at, p->bytes.size, &p->f.hook, &p->module, &refusal);
	cr_assert_eq(s, WR_OK, "%s: %s\n%s", refusal.code, refusal.why, source);
}

void
rule_free(struct rule_program *p)
{
	wr_module_free(p->module);
	wr_buf_free(&p->bytes);
	wr_buf_free(&p->said);
	cr_assert_eq(p->f.live_bytes, 0);
}

static void
add(struct rule_program *p, const char *text, size_t size)
{
	size_t len = strlen(p->text);

	if (size > sizeof p->text - 1 - len)
		size = sizeof p->text - 1 - len;
	memcpy(p->text + len, text, size);
	p->text[len + size] = '\0';
}

static void
add_word(struct rule_program *p, const char *word)
{
	if (p->text[0] != '\0')
		add(p, " ", 1);
	add(p, word, strlen(word));
}

const char *
rule_verdict(struct rule_program *p)
{
	static const char mark[] = "error[";
	const char *at = p->said.size > 0 ? p->said.at : "";

	if (p->module != NULL)
		return "ok";
	p->text[0] = '\0';
	while ((at = strstr(at, mark)) != NULL) {
		char code[6] = "";

		at += sizeof mark - 1;
		memcpy(code, at, 5);
		add_word(p, code);
	}
	return p->text;
}

void
rules_hold(const struct rule *rules, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct rule_program p;

		rule_compile(&p, rules[i].source);
		cr_expect_str_eq(rule_verdict(&p), rules[i].verdict, "%s: %s\n%s", rules[i].rule,
		    rule_verdict(&p), p.said.size > 0 ? p.said.at : "");
		rule_free(&p);
	}
}

/* ---- numbers ------------------------------------------------------------------------ */

static void
add_block(struct rule_program *p, uint32_t block)
{
	const struct wr_code *code = &p->module->flow;
	const struct wr_block *b = &code->blocks[block];

	for (uint32_t n = b->first; n < b->end;) {
		const struct wr_node *node = &code->nodes[n];
		char number[16];

		add_word(p, wr_op_info(node->op)->name);
		if (node->op == WR_OP_CALL) {
			struct wr_text name = p->module->agents[node->index].name;

			add(p, ".", 1);
			add(p, name.at, name.size);
		}
		if ((wr_op_info(node->op)->flags & WR_OP_GUARDED) != 0 && node->guard != WR_NONE)
			add(p, number, (size_t)snprintf(number, sizeof number, "<%u", node->guard));
		for (uint32_t i = 0; i < node->blocks_len; i++) {
			add_word(p, i == 0 ? "{" : "|");
			add_block(p, node->blocks + i);
		}
		if (node->blocks_len > 0)
			add_word(p, "}");
		n = wr_code_after(code, n);
	}
}

const char *
rule_numbers(struct rule_program *p)
{
	p->text[0] = '\0';
	cr_assert(p->module != NULL, "%s", p->said.at);
	add_block(p, 0);
	return p->text;
}

const char *
rule_bounds(struct rule_program *p)
{
	const struct wr_summary_bounds *b;

	cr_assert(p->module != NULL, "%s", p->said.at);
	b = &wr_module_summary(p->module)->worst;
	(void)snprintf(p->text, sizeof p->text, "%llu %llu %llu", (unsigned long long)b->calls,
	    (unsigned long long)b->tokens, (unsigned long long)b->time_ms);
	return p->text;
}

/* ---- runs --------------------------------------------------------------------------- */

static struct wr_text
question(const struct wr_call *c)
{
	for (uint32_t i = 0; i < c->parts_len; i++)
		if (strcmp(c->parts[i].name, "user") == 0 || strcmp(c->parts[i].name, "body") == 0)
			return c->parts[i].text;
	return WR_TEXT("");
}

static const struct wr_type *
result_of(const struct wr_module *m, const struct wr_call *c)
{
	for (uint32_t i = 0; i < m->agents_len; i++)
		if (wr_text_eq(m->agents[i].name, c->agent))
			return &m->types.at[m->agents[i].result];
	return NULL;
}

static void
answer(struct rule_program *p, struct wr_run *run, const struct wr_call *c)
{
	struct wr_text q = question(c);
	char said[256];

	switch (result_of(p->module, c)->kind) {
	case WR_TYPE_BOOL:
		(void)snprintf(said, sizeof said, c->enveloped ? "{\"result\":true}" : "true");
		break;
	case WR_TYPE_INT:
		(void)snprintf(said, sizeof said, c->enveloped ? "{\"result\":1}" : "1");
		break;
	case WR_TYPE_LIST:
		(void)snprintf(said, sizeof said, c->enveloped ? "{\"result\":[]}" : "[]");
		break;
	default:
		(void)snprintf(said, sizeof said, "%.*s+", (int)q.size, q.at);
	}
	cr_assert_eq(wr_run_answer(run, c->id, wr_text_of(said), 0), WR_OK, "%s: %s", said, wr_run_reason(run));
}

/* To its end; what was asked is added to p->text when it is wanted. NULL: the input is refused. */
static struct wr_run *
play(struct rule_program *p, const char *input, bool wanted)
{
	struct wr_fault fault = { .code = "" };
	struct wr_run *run = NULL;
	struct wr_call held[32];
	enum wr_status s;
	uint32_t len = 0;

	p->text[0] = '\0';
	cr_assert(p->module != NULL, "%s", p->said.at);
	s = wr_run_start(p->module, &p->f.hook, NULL, wr_text_of(input), &run, &fault);
	if (s != WR_OK) {
		cr_assert_eq(s, WR_INVALID, "%s: %s %s", fault.code, fault.path, fault.detail);
		add_word(p, "input:");
		add_word(p, fault.path);
		return NULL;
	}
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call first;

		while (len < 32 && wr_run_next(run, &held[len])) {
			struct wr_text q = question(&held[len]);

			if (wanted) {
				add_word(p, held[len].path);
				add(p, ":", 1);
				add(p, q.at, q.size);
			}
			len++;
		}
		if (wr_run_state(run) != WR_RUN_WAITING)
			break;
		cr_assert_gt(len, 0, "it waits for nothing");
		first = held[0];
		memmove(held, held + 1, --len * sizeof first);
		answer(p, run, &first);
	}
	return run;
}

const char *
rule_output(struct rule_program *p, const char *input)
{
	struct wr_run *run = play(p, input, false);

	if (run == NULL)
		return p->text;
	if (wr_run_state(run) == WR_RUN_DONE) {
		add(p, wr_run_output(run).at, wr_run_output(run).size);
	} else {
		add_word(p, wr_run_fault(run)->code);
		add(p, ":", 1);
		add_word(p, wr_run_fault(run)->detail);
	}
	wr_run_free(run);
	return p->text;
}

const char *
rule_asked(struct rule_program *p, const char *input)
{
	wr_run_free(play(p, input, true));
	return p->text;
}

bool
rule_same(const char *a, const char *b)
{
	struct rule_program x, y;
	bool same;

	rule_compile(&x, a);
	rule_compile(&y, b);
	cr_assert(x.module != NULL, "%s%s", x.said.at, a);
	cr_assert(y.module != NULL, "%s%s", y.said.at, b);
	same = wr_text_eq(wr_buf_view(&x.bytes), wr_buf_view(&y.bytes));
	rule_free(&x);
	rule_free(&y);
	return same;
}
