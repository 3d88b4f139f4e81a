#ifndef TESTS_SUPPORT_LISTING_H
#define TESTS_SUPPORT_LISTING_H

#include "vm/for_compiler.h"

/*
 * A module from a listing, right or wrong: nothing is checked, sorted or numbered, so a test can say
 * exactly what it wants refused. One statement a line, words between spaces, texts in quotes:
 *
 *	label NAME
 *	text LO HI | int LO HI | number LO HI | bool | option TYPE | list TYPE LO HI
 *	record NAME FIELD:TYPE[@SET] ...      variants NAME VARIANT[:TYPE][@SET] ...
 *	backend NAME KIND ACCEPTS TAINTS
 *	agent NAME RESULT BACKEND PARAM:TYPE ...     drops SET REASON     set SETTING VALUE
 *	input NAME TYPE SET      result TYPE SET      promise CALLS TOKENS TIME WIDTH
 *	flow
 *	OP [IMMEDIATE] %OPERAND ... [!GUARD]         { ... } %ROOT ...
 *	end %ROOT ...
 *
 * Types, labels, backends, agents are numbered from 0 as they come; a SET is a number. `agent` begins
 * a body and `flow` the flow; nodes are numbered from 0 in each. A setting's VALUE is a number, a text,
 * or %ROOT. Immediates as in the bytes: `CONST 3`, `CONST "a"`, `CONST none`, `FIELD 1`, `CALL 0`,
 * `VARIANT TYPE TAG`, `RECORD TYPE`, `DROP NAME SET REASON`, `MATCH BLOCKS`, `FOR FLAGS`. Each `{` opens the next
 * block of the last owner that has one to fill; `}` closes it with its roots.
 *
 * The module and all it needs live in the arena. An error in a listing aborts the test.
 */
struct wr_module *listing(const char *text, struct wr_arena *arena);

/* The code of wr_verify's refusal, or "ok", or the words of another status. */
const char *listing_verdict(const char *text, struct wr_refusal *ret_refusal);

#endif
