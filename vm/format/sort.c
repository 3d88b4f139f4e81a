/* A heap sort over items that only the caller sees. */
#include "vm/format/sort.h"

/* Move the item at root down to where both below it are no greater. */
static void
sift(const struct wr_sort *how, size_t root, size_t len)
{
	for (size_t child; (child = 2 * root + 1) < len; root = child) {
		if (child + 1 < len && how->less(how->user, child, child + 1))
			child++;
		if (!how->less(how->user, root, child))
			return;
		how->swap(how->user, root, child);
	}
}

void
wr_sort(const struct wr_sort *how, size_t len)
{
	for (size_t i = len / 2; i-- > 0;)
		sift(how, i, len);
	for (size_t rest = len; rest > 1;) {
		how->swap(how->user, 0, --rest);
		sift(how, 0, rest);
	}
}
