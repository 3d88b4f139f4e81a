#ifndef WR_VIEW_SPELL_H
#define WR_VIEW_SPELL_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * Literals and types as an author writes them, exactly: read back, each gives the value
 * or type that it was made from.
 */

/* `20_000`, `-9_223_372_036_854_775_808`. */
void wr_spell_int(struct wr_buf *buf, int64_t n);
void wr_spell_count(struct wr_buf *buf, uint64_t n, const char *separator); /* digits in threes */

/* `0.35`, `1.0`: never an integer literal, never an exponent. */
void wr_spell_number(struct wr_buf *buf, double n);

/* Where an integer literal is as good: `2` for 2.0. */
void wr_spell_setting_number(struct wr_buf *buf, double n);

/* `500ms 30s 5m 48h`: the largest unit that is exact. */
void wr_spell_duration(struct wr_buf *buf, uint64_t ms);

/*
 * The inside of a one-line text, quotes not included. before_hole: `{{` follows, so a
 * brace at the end must not join it. Marked characters are `\u{202E}`.
 */
void wr_spell_chunk(struct wr_buf *buf, struct wr_text text, bool before_hole);

/* A one-line text with its quotes. */
void wr_spell_text(struct wr_buf *buf, struct wr_text text);

/* `[Rule] ..6`, `int 0..100`, `text ..40?`. */
void wr_spell_type(struct wr_buf *buf, const struct wr_types *types, uint32_t type);

/* `@pii @untrusted`, each after a space. */
void wr_spell_labels(struct wr_buf *buf, const struct wr_module *module, uint64_t labels);

#endif
