#ifndef TESTS_SUPPORT_ASSEMBLE_H
#define TESTS_SUPPORT_ASSEMBLE_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * A module from text, one line a thing, right or wrong: what is written is what is made.
 * Only the text must make sense; if it does not, the test is aborted with its line.
 *
 *	label pii "personal data"                 # ascending, or the test is about that
 *	type T text 0 40                          # T names it in this text; the order is theirs
 *	type I int 0 100
 *	type N number 0 1.5
 *	type B bool
 *	type O option T
 *	type L list T 0 8
 *	type R record Claim story:T@pii cents:I "what models read"
 *	type D variants Decision pay:I deny
 *	backend house llm accepts pii,x taints -
 *	agent assess story:T cents:I -> R via house
 *	drops pii "a reason"                      # of the agent
 *	s = INPUT 0                               # nodes of its body
 *	t = TEMPLATE s s
 *	set MODEL "m-1"                           # settings by their names in settings.def
 *	set MAX_TOKENS 100
 *	set USER t                                # a node
 *	set HEADERS a "x" b "y"                   # PAIRS; TEXTS: "x" "y"; TEMPLATES: a t b u
 *	flow triage claim:R@pii -> D@pii,x
 *	c = INPUT 0
 *	k = CONST "text"                          # 5  0.5  true  none  some 5  [ 1 2 ]
 *	k = CONST R ( "x" 5 )                     # D pay ( 5 )  D deny
 *	f = FIELD 0 c                             # index, then operands
 *	r = RECORD R f k
 *	v = VARIANT D pay k
 *	d = DROP strip pii "a reason" ; f         # label sets and reasons, then operands
 *	q = REQUIRE b k                           # guard g: at the end of the line
 *	a = CALL assess f k guard q
 *	m = MATCH 2 a                             # how many blocks, then the operand
 *	block
 *	p = BIND 0
 *	yield p
 *	block
 *	yield k                                   # the last block of an owner ends the owner
 *	l = FOR wsd xs                            # where, sort, descending; - for none
 *	block
 *	yield e cond key
 *	end m                                     # the result of the flow
 *	within 3 20000 180000 0                   # calls, tokens, ms, width; without it, no bounds
 *
 * Names of nodes are known to the end of their code, whatever block they stand in, so that a
 * test may refer to what it must not. A number with a point is a number, else an int.
 */
struct wr_module *assemble(const char *source, struct wr_arena *arena);

/* The same, encoded. The buffer is initialised here with alloc; free it. */
void assemble_bytes(const char *source, const struct wr_alloc *alloc, struct wr_buf *ret_bytes);

/* Where the payload of a section (1 to 8) stands in a well-formed file. */
struct wr_text assemble_section(struct wr_text file, int id);

/*
 * Append to bytes a copy of the file in which `remove` bytes at `offset` of a section's payload are
 * replaced by others; the section's length is written anew.
 */
void assemble_splice(struct wr_text file, int id, size_t offset, size_t remove,
    struct wr_text insert, struct wr_buf *bytes);

#endif
