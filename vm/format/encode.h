#ifndef WR_FORMAT_ENCODE_H
#define WR_FORMAT_ENCODE_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * Write a module as bytes (vm/README.md). The module must be in normal form: tables in
 * order of first use, nodes numbered; the encoder collects and sorts the strings and
 * decides nothing else. The buffer should be born with WR_MODULE_MAX.
 *
 * WR_OK, WR_LIMIT (the buffer's maximum, or a table's) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_encode(const struct wr_module *module, struct wr_buf *buf);

#endif
