#ifndef TESTS_SUPPORT_ASSEMBLER_H
#define TESTS_SUPPORT_ASSEMBLER_H

#include "tests/support/assemble.h"

/* Between the files of the assembler: what is being made, and the line that is being read. */

#define TOKENS_MAX 4096
#define NAMES_MAX 4096
#define TABLE 256
#define NODES 1024

struct name {
	struct wr_text name;
	uint32_t at;
};

struct assembler {
	struct wr_arena *arena;
	struct wr_module *m;
	int line;
	struct wr_text token[TOKENS_MAX]; /* of the line; a text keeps its opening quote */
	uint32_t tokens_len, next;
	struct name types[TABLE], nodes[NAMES_MAX];
	uint32_t types_len, nodes_len;
	struct wr_code *code;
	uint32_t block;     /* being filled */
	uint32_t fresh[64]; /* by depth: the next block of the open owner to fill */
	uint32_t depth;
	bool in_flow;
};

/* Aborts the test, saying where. */
_Noreturn void assembler_die(const struct assembler *a, const char *why);
void *assembler_room(const struct assembler *a, size_t count, size_t size);

/* The tokens of a line, and reading them. */
void assembler_split(struct assembler *a, const char *at, const char *end);
bool assembler_more(const struct assembler *a);
struct wr_text assembler_word(struct assembler *a);
bool assembler_is(struct wr_text t, const char *s);
bool assembler_skip(struct assembler *a, const char *s); /* takes the next token if it is s */
struct wr_text assembler_copy(const struct assembler *a, struct wr_text t);
struct wr_text assembler_text(struct assembler *a);
int64_t assembler_integer(struct assembler *a);
double assembler_number(struct assembler *a);
uint32_t assembler_type(struct assembler *a, struct wr_text name);
uint32_t assembler_node(struct assembler *a);
uint64_t assembler_set(const struct assembler *a, struct wr_text t); /* pii,untrusted or - */
struct wr_drops assembler_drops(struct assembler *a);

/* Codes: begun by an agent or the flow; a root of the root block; and the lines inside. */
void assembler_open(struct assembler *a, struct wr_code *code);
void assembler_root(struct assembler *a, uint32_t node);
void assembler_line_block(struct assembler *a);
void assembler_line_yield(struct assembler *a);
void assembler_line_node(struct assembler *a);

#endif
