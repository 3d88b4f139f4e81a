#ifndef WR_FORMAT_NAMES_H
#define WR_FORMAT_NAMES_H

#include "vm/base/text.h"

/* What a name may look like: it must be writable in source where it stands. */
enum wr_name_kind {
	WR_NAME_VALUE, /* `[a-z][a-z0-9_]*` and no keyword: flows, inputs, agents, labels, variants
			*/
	WR_NAME_FIELD, /* the same, but some keywords may be the name of a field */
	WR_NAME_TYPE,  /* `[A-Z][A-Za-z0-9]*` */
};

/* True for a name of this kind, at most WR_NAME_MAX bytes. */
bool wr_name_ok(struct wr_text name, enum wr_name_kind kind);

/* True for a reserved word; *ret_field, when not NULL, says whether it may be a field. */
bool wr_name_keyword(struct wr_text word, bool *ret_field);

/* True for the name of a function that is part of the language, which no agent, fn or input may
 * take. */
bool wr_name_builtin(struct wr_text name);

#endif
