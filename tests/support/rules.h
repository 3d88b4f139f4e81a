#ifndef TESTS_SUPPORT_RULES_H
#define TESTS_SUPPORT_RULES_H

#include "tests/support/failing_alloc.h"
#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * Programs of the tables in unit/rules_*_test.c, from their sources: what the compiler says, how the
 * flow is numbered, what a run asks and gives. Trouble that no case is about ends the test.
 */
struct rule_program {
	struct failing_alloc f;
	struct wr_buf bytes, said; /* said: the messages, one a line */
	struct wr_module *module;  /* NULL: it did not compile */
	char text[2048];           /* of what was asked last */
};

/* Compile and load. Free with rule_free, which sees that nothing is left. */
void rule_compile(struct rule_program *p, const char *source);
void rule_free(struct rule_program *p);

/* `E0302 E0303`: the codes of the errors in the order they were said, or `ok`. */
const char *rule_verdict(struct rule_program *p);

/* A rule in words, the smallest program that shows it, and its verdict; each of a table must hold. */
struct rule {
	const char *rule, *source, *verdict;
};
#define RULES_HOLD(table) rules_hold(table, sizeof(table) / sizeof *(table))
void rules_hold(const struct rule *rules, size_t len);

/*
 * The flow by number: `INPUT CONST REQUIRE CALL.ask<2 MATCH{ INPUT | CALL.ask }`. `<2` is the
 * guard, or of a DO what it comes after.
 */
const char *rule_numbers(struct rule_program *p);

/* `2 98 60000`: the worst case in calls, tokens and ms, as promised by a flow that says nothing. */
const char *rule_bounds(struct rule_program *p);

/*
 * Run with this input; each call is answered at once, in the order of asking, with what `user` said
 * and a `+` (a text), `true`, 1 or [] by its type. Gives `{"result":…}`, `require: no` and so on,
 * or `input: a.b`: where the input does not fit.
 */
const char *rule_output(struct rule_program *p, const char *input);

/* The same run; what it asked: `ask:a ask~2:b`, paths with what `user` said. */
const char *rule_asked(struct rule_program *p, const char *input);

/* One line of each case of a table that is about two sources: the same bytes, or not. */
bool rule_same(const char *a, const char *b);

#endif
