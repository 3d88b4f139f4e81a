#ifndef WD_TRUST_TESTED_H
#define WD_TRUST_TESTED_H

#include "runtime/trust/record.h"

/* The part of a `test/1` record that is its own; record.c has the rest. Nobody else includes this. */

/* Can it be written? WR_OK, WR_LIMIT or WR_INVALID. */
WR_MUST_CHECK enum wr_status wd_tested_check(const struct wd_tested *tested);

void wd_tested_build(struct wd_json_doc *doc, struct wd_json *predicate, const struct wd_record *record);

/* False with a complaint in *at.error; without one memory is short. */
bool wd_tested_read(struct wd_json_at predicate, struct wd_record *record);

#endif
