#ifndef WD_CLI_LOADED_H
#define WD_CLI_LOADED_H

#include "runtime/cli/args.h"
#include "runtime/trust/crypto.h"
#include "vm/writ_vm.h"

/* Bytecode that has been verified, with its digest: what most verbs work on. */
struct wd_loaded {
	struct wr_buf bytes;
	struct wr_module *module;
	struct wd_digest digest;
	char hex[65];
};

/*
 * Load from a .wfb or .wf file or a digest (wd_bytecode_of). A refusal is told on standard
 * error. WD_YES, WD_NO, WD_TROUBLE or WD_BUG; the caller frees *ret always.
 */
enum wd_exit wd_load(const struct wd_args *args, const char *word, struct wd_loaded *ret);

/* The same for bytecode that the caller has put into loaded->bytes; word is what people call it. */
enum wd_exit wd_load_bytes(const char *word, struct wd_loaded *loaded);
void wd_loaded_free(struct wd_loaded *loaded);

/* `14 calls, 74,775 tokens, 48 h 5 min 3 s` into out, exactly. */
void wd_bounds_print(const struct wr_summary_bounds *bounds, char out[96]);

#endif
