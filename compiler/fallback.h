#ifndef WC_FALLBACK_H
#define WC_FALLBACK_H

#include "compiler/unit.h"

/*
 * The agent that `fallback: name` of an agent means, into def->fallback. False: reported. Names alone
 * are looked at; wc_check_fallbacks judges the rest when all are known.
 */
bool wc_find_fallback(struct wc_unit *u, struct wc_def *def, const struct wc_expr *e);

/* Fallbacks take, give and drop the same, go round in no ring and are not too many. Reports. */
void wc_check_fallbacks(struct wc_unit *u);

#endif
