#ifndef WC_NAMES_H
#define WC_NAMES_H

#include "compiler/unit.h"

/* Names that are visible everywhere, and what to say about one that is not. */

/* Report (E0103) a local name that a declaration or a built-in has. False: it was. */
bool wc_check_free(struct wc_unit *unit, const struct wc_name *name);

/* Report (E0101) "%words `name`", with the nearest declaration of that kind. */
void wc_unknown_name(
    struct wc_unit *unit, const struct wc_name *name, enum wc_decl_kind kind, const char *words);

/* The declared consts, fns, agents and built-ins, for suggestions: at most max into ret_names. */
uint32_t wc_visible_names(const struct wc_unit *unit, struct wr_text *ret_names, uint32_t max);

/* Resolve a declaration of a type, and those it is made of. */
void wc_resolve_declared(struct wc_unit *unit, struct wc_def *def);

#endif
