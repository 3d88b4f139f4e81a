#ifndef WC_NAMES_H
#define WC_NAMES_H

#include "compiler/unit.h"

/* Names that are visible everywhere, and what to say about one that is not. */

/*
 * What a name written in some file means there, used from now on; NULL when nothing is called
 * so. Not for local names.
 */
struct wc_def *wc_named(struct wc_unit *unit, enum wc_space space, const struct wc_name *name);

/* The one declaration of the program that is known outside by this name, or NULL. */
struct wc_def *wc_outside(const struct wc_unit *unit, enum wc_space space, struct wr_text name);

/* Give a name in a file a meaning (an index of a def, or WC_IMPORTED and one of an import). Reports
 * E0103. */
void wc_enter(struct wc_unit *unit, struct wc_part *part, enum wc_space space,
    const struct wc_name *name, uint32_t meaning);

/* The space in which a declaration puts its name, or WC_SPACES_LEN. */
enum wc_space wc_space_of(enum wc_decl_kind kind);

/* Give each file the names it uses from others. */
void wc_import_names(struct wc_unit *unit);

/*
 * The contents of a file that a source names at path; read once for each time it is asked.
 * False: reported.
 */
bool wc_read(struct wc_unit *unit, const struct wc_string *path, struct wc_reading *ret_reading);

/* Report (E0103) a local name that a declaration or a built-in has. False: it was. */
bool wc_check_free(struct wc_unit *unit, const struct wc_name *name);

/* Whether a `use` of this file brings the name in vain: that was told there. */
bool wc_lacks_import(const struct wc_unit *u, const struct wc_name *name);

/* Report (E0101) "%words `name`", with the nearest declaration of that kind. */
void wc_unknown_name(
    struct wc_unit *unit, const struct wc_name *name, enum wc_decl_kind kind, const char *words);

/* What a file knows as a value, an agent or a built-in, for suggestions: at most max of them. */
uint32_t wc_visible_names(
    const struct wc_unit *unit, uint32_t part, struct wr_text *ret_names, uint32_t max);

/* Resolve a declaration of a type, and those it is made of. */
void wc_resolve_declared(struct wc_unit *unit, struct wc_def *def);

#endif
