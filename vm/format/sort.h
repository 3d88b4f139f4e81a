#ifndef WR_FORMAT_SORT_H
#define WR_FORMAT_SORT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Put len items into ascending order: n log n whatever they are, so that no input makes it
 * slow, in place, without memory. `less` compares and `swap` exchanges the items at two
 * places.
 */
struct wr_sort {
	bool (*less)(void *user, size_t a, size_t b);
	void (*swap)(void *user, size_t a, size_t b);
	void *user;
};

void wr_sort(const struct wr_sort *how, size_t len);

#endif
