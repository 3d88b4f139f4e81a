#ifndef WC_DIAG_H
#define WC_DIAG_H

#include "compiler/source.h"
#include "vm/base/arena.h"
#include "vm/base/buf.h"

#include <stdarg.h>

/*
 * Messages for authors: collected during a compilation, rendered at its end.
 * Nothing here prints. A message is one line (lower case, no full stop), the
 * smallest span with a label under it, further spans, notes (facts), helps
 * (what to change) and edits (changes a tool may make).
 */
enum wc_code {
#define DIAG(code, level, name) WC_##code,
#include "compiler/diagnostics.def"
#undef DIAG
	WC_CODE_COUNT
};

struct wc_diag;

struct wc_diags {
	struct wr_arena *arena;
	struct wc_diag *first, *last;
	uint32_t errors; /* all that were found, kept or not */
	uint32_t warnings;
	uint32_t errors_max;   /* kept and printed; WC_ERRORS_MAX unless changed after init */
	bool denied[WC_CODE_COUNT]; /* warnings that are shown as errors; set after init */
	enum wr_status status; /* WR_NOMEM or WR_LIMIT when a message could not be kept */
};

/* What is added lives in arena, and is gone with it. */
void wc_diags_init(struct wc_diags *diags, struct wr_arena *arena);

/* True when so many errors were found that going on helps nobody. */
bool wc_diags_full(const struct wc_diags *diags);

/*
 * Add a message. Returns it, to be given labels and notes, or NULL when it was
 * not kept: too many, no memory, or an error with the same code at the same
 * place was kept before. The functions below accept NULL and do nothing, so
 * callers need not look.
 *
 * Format, everywhere below (no stdio; the text is copied):
 *   %s  const char *, trusted     %T  struct wr_text from outside: control, bidirectional
 *   %u  unsigned, %d int              and invisible characters are shown as <U+202E>
 *   %lu uint64_t, %ld int64_t     %N  uint64_t as 71,204
 *   %f  double, as JSON prints it %%  a per cent sign
 */
struct wc_diag *wc_diag_add(
    struct wc_diags *diags, enum wc_code code, struct wc_span span, const char *format, ...);
struct wc_diag *wc_diag_add_list(struct wc_diags *diags, enum wc_code code, struct wc_span span,
    const char *format, va_list *args);

/* The words beside the caret; the last call wins. Without one, the carets stand alone. */
void wc_diag_label(struct wc_diag *diag, const char *format, ...);

/* Another place that belongs to this message, marked with --- and its own label. */
void wc_diag_also(struct wc_diag *diag, struct wc_span span, const char *format, ...);

/* A fact. A newline in it starts an indented line. */
void wc_diag_note(struct wc_diag *diag, const char *format, ...);

/* A proposal. */
void wc_diag_help(struct wc_diag *diag, const char *format, ...);

/* A mechanical change: span becomes text (an empty span inserts). text is not copied. */
void wc_diag_edit(struct wc_diag *diag, struct wc_span span, struct wr_text text);

enum wc_diag_form {
	WC_DIAG_HUMAN, /* excerpts and carets */
	WC_DIAG_SHORT, /* file:line:column: error[E0002]: message */
	WC_DIAG_JSON,  /* one object a line */
	WC_DIAG_SARIF, /* results, to stand between wc_sarif_open and wc_sarif_close */
};

/*
 * A SARIF 2.1.0 log of one run of the tool: open it, wc_diags_render each compilation as
 * WC_DIAG_SARIF, close it. It holds no time and no path but the names of sources, which are
 * relative to %SRCROOT%: the folder the tool was started in. `failures` are sentences on what
 * kept the tool from its work, such as a file that cannot be read.
 */
void wc_sarif_open(struct wr_buf *out, const char *version);
void wc_sarif_close(struct wr_buf *out, const struct wr_text *failures, size_t failures_len);

/* The code as printed, "E0002", and its short name, "syntax". */
const char *wc_code_text(enum wc_code code);
const char *wc_code_name(enum wc_code code);

/*
 * Append all messages to out, in the order they were added. colour adds escape
 * sequences to the human form and changes nothing else. Look at out->status.
 */
void wc_diags_render(
    const struct wc_diags *diags, enum wc_diag_form form, bool colour, struct wr_buf *out);

/*
 * The best of the candidates for a misspelt word, or an empty text: at most one
 * change in 3 to 5 bytes, two in more (insert, drop, replace, swap neighbours).
 */
struct wr_text wc_nearest(struct wr_text word, const struct wr_text *candidates, size_t len);

/* Our word for a type as other languages call it (`String`, `float`), in any case; or NULL. */
const char *wc_type_elsewhere(struct wr_text word);

/* Append t as a JSON text; what is not UTF-8 becomes U+FFFD. */
void wc_json_text(struct wr_buf *out, struct wr_text t);

/* Append t to out with everything that hides made visible, as %T does. */
void wc_diag_visible(struct wr_buf *out, struct wr_text t);

#endif
