#ifndef WC_EXPLAIN_H
#define WC_EXPLAIN_H

#include "compiler/diag.h"

/*
 * One page a message: what it means, why there is such a rule, a program that breaks
 * it and one that does not. The pages are compiler/explain/CODE.md, built in whole.
 */

/* The page: Markdown, its programs indented by four. Never NULL; static. */
const char *wc_explain(enum wc_code code);

/* Its first paragraph: what the message means. Part of the page. */
struct wr_text wc_explain_short(enum wc_code code);

/* The message of this code ("E0302", "e0302") or name ("label_decision"). False: none. */
bool wc_code_find(struct wr_text word, enum wc_code *ret_code);

#endif
