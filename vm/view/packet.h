#ifndef WR_VIEW_PACKET_H
#define WR_VIEW_PACKET_H

#include "vm/view/diff.h"
#include "vm/view/flows.h"

/*
 * The packet: what a reviewer's signature covers besides the digest itself. `packet/2` is a text,
 * a function of the bytecode, the basis's bytecode and what the policy says about both alone; the gate
 * makes it again and compares its SHA-256, so its bytes are fixed:
 *
 *	packet/2
 *	digest sha256:<64 hex>
 *	basis none | sha256:<64 hex>
 *	environment <text>
 *	changes <bytes>                                    with a basis alone; what `writ diff --brief` says
 *	<that many bytes, ended by a newline>
 *	party <text> <n> because <text>                    one a required party, in the caller's order
 *	workflow <name>
 *	language <n>
 *	worst calls <n> tokens <n> time_ms <n>
 *	promised calls <n> tokens <n> time_ms <n> width <n>
 *	label <name> <text>                                one a label, by name
 *	input <name>< @label ...>                          one an input, in order
 *	result< @label ...>
 *	backend <name> <kind> accepts< @label ...> taints< @label ...> receives< @label ...>
 *	policy <name> protocol <text> class <text> endpoint <text>   or: policy <name> unknown
 *	agent <name> via <backend> receives< @label ...> timeout_ms <n> retry <n> sites <n>< fallback name>
 *	fact <key>: <value>                                parameters, effects and requires
 *	told <key> <bytes>                                 prompts and whatever else is sent, in full
 *	<that many bytes, ended by a newline>
 *	drop agent|fn <name>< @label ...> millibits <n> because <text>
 *	flow backend|result|drop <name> @label from <text> by <text>
 *	node <n> <cluster or -> <text>                     the picture
 *	cluster <n> of <node> in <cluster or -> <text>
 *	edge <node> <node> value|decides|back <text>
 *	source <bytes>
 *	<that many bytes: the canonical source, ended by a newline>
 *	difference <bytes>                                 with a basis alone; of the two sources
 *	<that many bytes: a unified difference>
 *	end
 *
 * Lines end with one newline, words are one space apart. Labels stand by name, backends and
 * agents in the module's order, drops in the summary's. Numbers are decimal. A text is a one-line text
 * of the language, so that no text can look like another line: quotes, backslashes, newlines, invisible
 * characters and look-alikes are escaped; what stands with its size may hold anything but those
 * characters. A label set that is empty has no words.
 */
#define WR_PACKET_TYPE "packet/2"

struct wr_packet_party {
	struct wr_text role;   /* who must approve */
	uint64_t count;        /* how many of them */
	struct wr_text reason; /* why, for people */
};

/* What the policy says about a backend; protocol NULL: it does not know it. */
struct wr_packet_backend {
	const char *protocol, *class;
	struct wr_text endpoint; /* size 0: it has none */
};

/* What all views of a plan are made from. */
struct wr_packet {
	struct wr_diff_side now;
	const struct wr_diff_side *basis; /* or NULL */
	const struct wr_graph *graph;     /* of now */
	const struct wr_flows *flows;
	struct wr_text environment;
	const struct wr_packet_party *parties;
	size_t parties_len;
	const struct wr_packet_backend *backends; /* one a backend of now */
};

/*
 * Append the packet. The allocator of buf serves as scratch. WR_OK, WR_NOMEM or WR_LIMIT: then buf
 * holds a part of it and is good for nothing.
 */
WR_MUST_CHECK enum wr_status wr_packet_write(const struct wr_packet *packet, struct wr_buf *buf);

#endif
