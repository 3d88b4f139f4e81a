#ifndef WC_STD_H
#define WC_STD_H

#include "vm/base/text.h"

/*
 * The library that comes with the compiler: the files of stdlib/, as they were when it was built.
 * `use … from "std/redact.wf"` means one of them, wherever the source lies.
 */
struct wc_std_module {
	const char *path; /* std/redact.wf */
	struct wr_text bytes;
};

/* How many there are, and the i-th in order of their names. */
unsigned wc_std_len(void);
const struct wc_std_module *wc_std_at(unsigned i);

/* Does a path name the library, whether or not such a module is there? */
bool wc_std_is(struct wr_text path);

/* The module of that path; NULL when there is none. */
const struct wc_std_module *wc_std_find(struct wr_text path);

/* Are these the bytes of a module, as wc_std_at gives them? */
bool wc_std_holds(const char *bytes);

#endif
