#ifndef WR_VIEW_PRINT_TEXT_H
#define WR_VIEW_PRINT_TEXT_H

#include "vm/view/print.h"

/* What the two halves of the printer say to each other; nobody else includes this. */

/* True when there is no point in going on: a trial has passed the width, or the buffer is full. */
bool wr_print_stop(struct wr_printer *p);
void wr_print_str(struct wr_printer *p, const char *text);

/* An expression that may not be broken here. floor: see print.c. */
void wr_print_flat(struct wr_printer *p, uint32_t n, int floor);

/* Tries it on this line; when it does not fit, takes it back and says false. */
bool wr_print_trial(struct wr_printer *p, void (*print)(struct wr_printer *, const void *, uint32_t), const void *what);

/* A constant. Breaks lists and records when it must. */
void wr_print_value(struct wr_printer *p, struct wr_value value, uint32_t type, uint32_t indent);

/* A text between quotes: a TEMPLATE, a CONST, or anything else as the one hole. */
void wr_print_quoted(struct wr_printer *p, uint32_t n, uint32_t indent);

#endif
