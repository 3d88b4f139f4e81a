#ifndef WC_DIAG_PARTS_H
#define WC_DIAG_PARTS_H

#include "compiler/compile_limits.h"
#include "compiler/diag.h"

/* What a message is made of; for diag.c, which collects, and diag_render.c, which prints. */

struct wc_diag_mark {
	struct wc_span span;
	struct wr_text label; /* may be empty */
};

struct wc_diag_edit {
	struct wc_span span;
	struct wr_text text;
};

struct wc_diag {
	struct wc_diag *next;
	struct wc_diags *diags;
	enum wc_code code;
	struct wr_text message;
	struct wc_diag_mark *marks; /* marks[0] is the primary one */
	struct wr_text *notes;
	struct wr_text *helps;
	struct wc_diag_edit *edits;
	uint32_t marks_len, notes_len, helps_len, edits_len; /* each at most WC_DIAG_PARTS_MAX */
};

enum wc_level { WC_LEVEL_ERROR, WC_LEVEL_WARNING };

enum wc_level wc_code_level(enum wc_code code);

/* "error" or "warning", and a denied warning is an error. */
enum wc_level wc_diag_level(const struct wc_diag *d);
const char *wc_diag_level_text(const struct wc_diag *d);

/* diag_sarif.c: one result, with a comma before it unless it is the first. */
void wc_diag_put_sarif(const struct wc_diag *d, struct wr_buf *out);

#endif
