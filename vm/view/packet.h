#ifndef WR_VIEW_PACKET_H
#define WR_VIEW_PACKET_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

/*
 * The packet: what a reviewer's signature covers besides the digest itself. `packet/1` is a text,
 * a function of the module, its digest and the required parties alone; the gate makes it again
 * and compares its SHA-256, so its bytes are fixed:
 *
 *	packet/1
 *	digest sha256:<64 hex>
 *	workflow <name>
 *	language <n>
 *	worst calls <n> tokens <n> time_ms <n>
 *	promised calls <n> tokens <n> time_ms <n> width <n>
 *	label <name> <text>                                one a label, by name
 *	input <name>< @label ...>                          one an input, in order
 *	result< @label ...>
 *	backend <name> <kind> accepts< @label ...> taints< @label ...> receives< @label ...>
 *	agent <name> via <backend> receives< @label ...> timeout_ms <n> retry <n> sites <n>< fallback name>
 *	drop agent|fn <name>< @label ...> millibits <n> because <text>
 *	party <text> <n> because <text>                    one a required party, in the caller's order
 *	source <bytes>
 *	<that many bytes: the canonical source, ended by a newline>
 *	basis none
 *
 * Lines end with one newline, words are one space apart. Labels stand by name, backends and
 * agents in the module's order, drops in the summary's. Numbers are decimal. A text is a one-line text
 * of the language, so that no text can look like another line: quotes, backslashes, newlines, invisible
 * characters and look-alikes are escaped. A label set that is empty has no words.
 */
#define WR_PACKET_TYPE "packet/1"

struct wr_packet_party {
	struct wr_text role;   /* who must approve */
	uint64_t count;        /* how many of them */
	struct wr_text reason; /* why, for people */
};

/*
 * Append the packet. The allocator of buf serves as scratch. WR_OK, WR_NOMEM or WR_LIMIT: then buf
 * holds a part of it and is good for nothing.
 */
WR_MUST_CHECK enum wr_status wr_packet(const struct wr_module *module, const struct wr_summary *summary,
    struct wr_text digest_hex, const struct wr_packet_party *parties, size_t parties_len, struct wr_buf *buf);

#endif
