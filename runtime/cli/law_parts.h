#ifndef WD_CLI_LAW_PARTS_H
#define WD_CLI_LAW_PARTS_H

#include "compiler/place.h"
#include "runtime/cli/law.h"

/* What the files that word a policy's messages share; nobody else includes this. */

#define WD_LAW_NAMES_SHOWN 6u /* of a list; more help nobody */

/* What all messages about one program share. */
struct wd_saying {
	const struct wd_law *law;
	const struct wd_policy *policy;
	const struct wc_result *program;
	const struct wr_module *module;
	const struct wr_summary *summary;
	struct wc_diags *diags;
	struct wr_buf buf; /* words being written */
	enum wr_status status;
};

/* A member of the policy: the names that lead to it. */
struct wd_member {
	struct wr_text names[4];
	uint32_t len;
	bool by_name; /* its name is marked, for its value is long */
};

/* What was written to buf, in the arena; buf is empty again. Words that are too long are cut. */
struct wr_text wd_law_keep(struct wd_saying *s);

/* Write one more name of a list of so many. */
void wd_law_name(struct wd_saying *s, uint32_t i, uint32_t len, struct wr_text name);

/* "or ask the owners of the policy to …; 2 of them must sign: ana, bo, chi" */
void wd_law_owners(struct wd_saying *s, struct wc_diag *d, const char *what);

/* Mark the member in the policy's file, with these words; or say them, and its path, where no file can be shown. */
void wd_law_quote(struct wd_saying *s, struct wc_diag *d, struct wd_member m, struct wr_text words);

/* An edit that puts words behind a place. */
void wd_law_insert(struct wd_saying *s, struct wc_diag *d, struct wc_span behind, const char *words, struct wr_text more);

/* The messages about limits, at a place. */
void wd_law_calls(struct wd_saying *s, struct wc_span span, const struct wd_about *about);
void wd_law_tokens(struct wd_saying *s, struct wc_span span, const struct wd_about *about);
void wd_law_time(struct wd_saying *s, struct wc_span span, const struct wd_about *about);
void wd_law_width(struct wd_saying *s, struct wc_span span, const struct wd_about *about);

#endif
