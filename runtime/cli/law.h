#ifndef WD_CLI_LAW_H
#define WD_CLI_LAW_H

#include <limits.h>

#include "compiler/writc.h"
#include "runtime/cli/review.h"
#include "runtime/trust/gate.h"
#include "vm/writ_vm.h"

/*
 * `writ check --policy`: what the gate has against a program, said as messages of the compiler at the
 * places that are to be changed. The gate decides; here is said where and what to do.
 */

/* A policy to hold programs against. */
struct wd_law {
	const struct wd_policy *policy;
	struct wc_source source; /* the file it stands in; bytes NULL: none, messages name members alone */

	struct wd_desk desk;     /* of the workspace, or */
	struct wd_policy own;    /* that of a file */
	bool has_own;
	struct wr_buf bytes;
	char name[PATH_MAX];
};

/*
 * Read the policy of that file; path "": the one in force in the workspace. A wrong policy is refused
 * as `writ policy check` does. WD_YES, WD_NO or WD_TROUBLE, told; close it in any event.
 */
enum wd_exit wd_law_open(const struct wd_args *args, const char *path, struct wd_law *ret);
void wd_law_close(struct wd_law *law);

/*
 * Add a message for each condition of wd_gate_policy that is not met, in order of the source.
 *
 *   program  what wc_compile left with WR_OK
 *   module   what its bytecode loads as
 *   diags    in program's arena; its messages point into the law and live no longer
 *
 * WR_OK whatever is said, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_law_judge(const struct wd_law *law, const struct wc_result *program,
    const struct wr_module *module, struct wc_diags *diags);

#endif
