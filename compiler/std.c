/*
 * The modules of the library, built in whole. Knows which there are; what they say is in stdlib/.
 */
#include "compiler/std.h"

#include <assert.h>

/* STD(n, "name", bytes...): one for each file. */
#define STD(n, name, ...) static const unsigned char bytes_##n[] = {__VA_ARGS__ 0};
#include "compiler/std.inc"
#undef STD

static const struct wc_std_module modules[] = {
#define STD(n, name, ...)                                                                          \
	{"std/" name ".wf", {(const char *)bytes_##n, sizeof bytes_##n - 1}},
#include "compiler/std.inc"
#undef STD
};

#define MODULES_LEN (sizeof modules / sizeof *modules)

unsigned
wc_std_len(void)
{
	return MODULES_LEN;
}

const struct wc_std_module *
wc_std_at(unsigned i)
{
	assert(i < MODULES_LEN);
	return &modules[i];
}

bool
wc_std_is(struct wr_text path)
{
	return path.size >= 4 && memcmp(path.at, "std/", 4) == 0;
}

const struct wc_std_module *
wc_std_find(struct wr_text path)
{
	for (unsigned i = 0; i < MODULES_LEN; i++)
		if (wr_text_eq(path, wr_text_of(modules[i].path)))
			return &modules[i];
	return NULL;
}

bool
wc_std_holds(const char *bytes)
{
	for (unsigned i = 0; i < MODULES_LEN; i++)
		if (modules[i].bytes.at == bytes)
			return true;
	return false;
}
