#ifndef WR_FORMAT_MODULE_H
#define WR_FORMAT_MODULE_H

#include "vm/format/ops.h"
#include "vm/format/types.h"

/*
 * A program in memory: what the bytes of a .wfb say, index for index. The decoder
 * makes it from bytes, the compiler builds one to encode; the verifier fills in
 * the facts. Everything lives in one arena and is read only after that.
 */

#define WR_FORMAT_VERSION 1u
#define WR_LANGUAGE_VERSION 1u

enum wr_kind {
#define KIND(id, word) WR_KIND_##id,
#include "vm/format/kinds.def"
#undef KIND
	WR_KINDS_LEN
};

enum wr_setting_id {
#define SETTING(id, word, shape, kinds, required, lo, hi) WR_SET_##id,
#include "vm/format/settings.def"
#undef SETTING
	WR_SETTINGS_LEN
};

enum wr_shape {
	WR_SHAPE_TEXT, WR_SHAPE_INT, WR_SHAPE_NUMBER, WR_SHAPE_BOOL, WR_SHAPE_DURATION,
	WR_SHAPE_TEXTS, WR_SHAPE_PAIRS, WR_SHAPE_TEMPLATE, WR_SHAPE_TEMPLATES, WR_SHAPE_MESSAGE,
	WR_SHAPE_AGENT,
};

struct wr_setting_info {
	const char *word;
	enum wr_shape shape;
	unsigned kinds;    /* bit 1 << enum wr_kind: who may say it */
	unsigned required; /* bit 1 << enum wr_kind: who must */
	int64_t lo, hi;
};

/* The row of a setting, or NULL. */
const struct wr_setting_info *wr_setting_info(unsigned id);

/* `llm`, or NULL for a number that is no kind. */
const char *wr_kind_word(unsigned kind);

#define WR_TIMEOUT_DEFAULT_MS 30000 /* when an agent does not say; an explicit 30s is not stored */

struct wr_label {
	struct wr_text name, description;
};

struct wr_backend {
	struct wr_text name;
	enum wr_kind kind;
	uint64_t accepts, taints;
};

struct wr_drop {
	uint64_t labels;
	struct wr_text reason;
};

struct wr_drops {
	const struct wr_drop *at; /* in source order */
	uint32_t len;
};

struct wr_param {
	struct wr_text name;
	uint32_t type;
	uint64_t labels; /* written on the input itself; 0 for an agent's parameter */
};

/* name = template or constant; in TEXTS the names are empty. */
struct wr_pair {
	struct wr_text name;
	struct wr_text text; /* PAIRS, TEXTS */
	uint32_t root;       /* TEMPLATES: a node of the agent's body */
};

struct wr_setting {
	enum wr_setting_id id;
	struct wr_text text;
	int64_t integer; /* INT, DURATION in ms, BOOL 0 or 1, AGENT its index */
	double number;
	const struct wr_pair *pairs; /* TEXTS, PAIRS, TEMPLATES; in source order */
	uint32_t pairs_len;
	uint32_t root;   /* TEMPLATE, MESSAGE: a node of the agent's body */
};

/* A node. Which members count is said by its row in ops.def. */
struct wr_node {
	uint8_t op;            /* enum wr_op */
	uint32_t block;        /* the block it stands in */
	uint32_t index;
	uint32_t width;        /* FOR: how many items at once; 0: all */
	uint32_t type;         /* RECORD, VARIANT, LOOP: of the table. CONST: the tightest of its value */
	struct wr_value value; /* CONST */
	struct wr_text name;   /* DROP */
	struct wr_drops drops; /* DROP */
	uint32_t guard;        /* GUARDED: a REQUIRE, of DO the DO before it; or WR_NONE */
	uint32_t operands, operands_len; /* code.operands[operands ...]: node numbers */
	uint32_t fields;       /* WITH: code.operands[fields ...]: operands_len - 1 members, ascending */
	uint32_t blocks, blocks_len;     /* OWNER: code.blocks[blocks ...], consecutive */
};

/*
 * A block: the root block of a code (0), an arm, the body of a for, loop or do. Its nodes,
 * those of the blocks inside included, are numbers first..end-1; those with
 * node.block equal to this block are its own.
 */
struct wr_block {
	uint32_t owner;  /* the node, or WR_NONE for the root block */
	uint32_t parent; /* the block the owner stands in, or WR_NONE */
	uint32_t depth;  /* 0 for the root block */
	uint32_t first, end;
	uint32_t roots, roots_len; /* code.operands[roots ...]: what it results in */
};

/*
 * Nodes in order of their numbers. An owner's number is followed by those of its
 * blocks' nodes, block by block; operands have lower numbers than their user.
 * Roots: of the flow, one, the result; of an agent, its templates in order; of an
 * arm or a DO, one; of a FOR: what it yields, then the condition, then the sort key; of a
 * LOOP: the next state, then whether it is the last.
 */
struct wr_code {
	struct wr_node *nodes;
	uint32_t nodes_len;
	uint32_t *operands; /* operands and roots of all, and fields */
	uint32_t operands_len;
	struct wr_block *blocks;
	uint32_t blocks_len;

	/* Facts, one a node, from the verifier; NULL before. */
	uint32_t *types;    /* index into module.types */
	uint64_t *ambient;  /* A(x), rules of labels in vm/README.md */
	uint64_t *pc;       /* labels of the decisions around it */
};

struct wr_agent {
	struct wr_text name;
	struct wr_param *params;
	uint32_t params_len;
	uint32_t result;
	uint32_t backend;
	struct wr_drops drops;
	struct wr_setting *settings; /* ascending ids; MESSAGEs last, in source order */
	uint32_t settings_len;
	struct wr_code body;
};

struct wr_bounds {
	uint64_t calls, tokens, time_ms;
	uint64_t width; /* calls in flight at once; 0: no limit */
};

struct wr_module {
	struct wr_label *labels; /* ascending names; a label set is bits of these indices */
	uint32_t labels_len;
	struct wr_types types;   /* the first types_len are the table */
	uint32_t types_len;
	struct wr_backend *backends;
	uint32_t backends_len;
	struct wr_agent *agents;
	uint32_t agents_len;
	struct wr_code flow;
	struct wr_text name;
	struct wr_param *inputs;
	uint32_t inputs_len;
	uint32_t result;
	uint64_t result_labels;  /* written on the result itself */
	struct wr_bounds bounds; /* promised */
	struct wr_arena *arena;
};

/* The own node that follows n in its block, or the block's end: steps over n's blocks. */
static inline uint32_t
wr_code_after(const struct wr_code *code, uint32_t n)
{
	const struct wr_node *node = &code->nodes[n];

	return node->blocks_len == 0 ? n + 1 : code->blocks[node->blocks + node->blocks_len - 1].end;
}

/* L(x), of verified code: what a node carries and what is declared inside it. */
static inline uint64_t
wr_labels_deep(const struct wr_module *module, const struct wr_code *code, uint32_t n)
{
	return code->ambient[n] | module->types.at[code->types[n]].labels;
}

/* Does this node stand in the first block of a TRY, at any depth? */
bool wr_code_tried(const struct wr_code *code, uint32_t node);

/* Every label that is dropped. */
uint64_t wr_drops_labels(const struct wr_drops *drops);

/* Operand i of node n. */
static inline uint32_t
wr_operand(const struct wr_code *code, const struct wr_node *n, uint32_t i)
{
	return code->operands[n->operands + i];
}

/* Which member of the node's type operand i becomes. Of RECORD, VARIANT, and WITH but for its first. */
static inline uint32_t
wr_node_member(const struct wr_code *code, const struct wr_node *n, uint32_t i)
{
	if (n->op == WR_OP_WITH)
		return code->operands[n->fields + i - 1];
	return n->op == WR_OP_VARIANT ? n->index : i;
}

/* The setting of an agent, or NULL when it does not say it. Not for MESSAGEs. */
const struct wr_setting *wr_agent_setting(const struct wr_agent *agent, enum wr_setting_id id);

/* Timeout in ms and retries, with their defaults. */
uint64_t wr_agent_timeout_ms(const struct wr_agent *agent);
uint32_t wr_agent_retry(const struct wr_agent *agent);

/* Whom to ask when this one has failed for good: an agent before it in the table, or WR_NONE. */
uint32_t wr_agent_fallback(const struct wr_agent *agent);

/*
 * May a call do something that must not be done twice? Of http what is neither a safe method nor
 * idempotent (RFC 9110) nor says so, of tools what does not say so.
 */
bool wr_agent_has_effect(const struct wr_module *module, const struct wr_agent *agent);

/* Where and why bytes or a program were refused. All texts are static. */
struct wr_refusal {
	const char *code;  /* stable, from refusals.def: `label-clearance` */
	const char *why;   /* a phrase, lower case, no full stop */
	uint32_t agent;    /* whose body, or WR_NONE: the flow, or no code at all */
	uint32_t node;     /* or WR_NONE */
	uint32_t operand;  /* which operand or argument, or WR_NONE */
	uint64_t labels;   /* the labels that do not fit, for label rules */
	uint64_t have, allowed; /* the two numbers, for bounds */
	size_t offset;     /* into the bytes, for format errors */
};

#endif
