/* The one place where the runtime turns malloc into the libraries' hook. */
#include "runtime/sysalloc.h"

#include <stdlib.h>

static void *
hook(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size > 0)
		return realloc(old, new_size);
	free(old);
	return NULL;
}

const struct wr_alloc *
wd_alloc(void)
{
	static const struct wr_alloc a = { hook, NULL };

	return &a;
}
