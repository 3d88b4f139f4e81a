#ifndef WR_VM_JSON_H
#define WR_VM_JSON_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"
#include "vm/format/types.h"

/*
 * Values as JSON, guided by types (vm/README.md, 6). Writing is canonical: one value
 * has one text. Reading takes any JSON (RFC 8259, I-JSON) that fits the type, and
 * nothing else.
 */

/* Append a value of a type. The buffer's status says whether all of it is there. */
void wr_json_write(
    const struct wr_types *types, uint32_t type, struct wr_value value, struct wr_buf *buf);

/* The same inside {"result":...}. */
void wr_json_write_enveloped(
    const struct wr_types *types, uint32_t type, struct wr_value value, struct wr_buf *buf);

/* Append a text as a JSON string. */
void wr_json_write_text(struct wr_text t, struct wr_buf *buf);

/* Why JSON was not taken. Both end with a NUL; valid UTF-8. */
struct wr_json_fault {
	char path[160]; /* `.lines[3].cents`; empty: the whole */
	char why[256];  /* `expected an int from 1 to 5,000,000, found 0` */
};

/*
 * Read a value of a type. It refuses, with the path: malformed or incomplete JSON,
 * bytes that are not UTF-8, lone surrogates, duplicate, unknown and missing members, a
 * fraction or exponent for an int, what is out of range, too long, or after the end.
 *
 *   json       is not referred to afterwards
 *   arena      what the value is made of; on failure too, see wr_arena_rewind
 *   ret_fault  written with WR_INVALID
 *
 * WR_OK, WR_INVALID, WR_LIMIT (the arena's maximum) or WR_NOMEM. Linear. Recursion
 * goes as deep as the type, whatever the bytes.
 */
WR_MUST_CHECK enum wr_status wr_json_read(const struct wr_types *types, uint32_t type,
    struct wr_text json, struct wr_arena *arena, struct wr_value *ret,
    struct wr_json_fault *ret_fault);

/*
 * Read an object with exactly these members (their names and types count) into a
 * WR_VALUE_RECORD. As above.
 */
WR_MUST_CHECK enum wr_status wr_json_read_members(const struct wr_types *types,
    const struct wr_member *members, uint32_t members_len, struct wr_text json,
    struct wr_arena *arena, struct wr_value *ret, struct wr_json_fault *ret_fault);

/* Check raw text against a text type, and copy it. As above. */
WR_MUST_CHECK enum wr_status wr_text_read(const struct wr_types *types, uint32_t type,
    struct wr_text raw, struct wr_arena *arena, struct wr_value *ret,
    struct wr_json_fault *ret_fault);

/* Append to a NUL-terminated string of room bytes what fits, cut between code points. */
void wr_str_add(char *to, size_t room, struct wr_text t);

#endif
