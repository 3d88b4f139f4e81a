/* The words for each status, from the same table as the numbers. */
#include "vm/base/status.h"

const char *
wr_status_text(enum wr_status s)
{
	static const char *const text[] = {
#define STATUS(name, text) text,
#include "vm/base/status.def"
#undef STATUS
	};

	return (unsigned)s < WR_STATUS_COUNT ? text[s] : "unknown status";
}
