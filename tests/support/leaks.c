/*
 * Criterion's runner itself leaks 48 bytes when tests run in parallel, which
 * under ASan would fail every run. Tests run in children of the runner, which
 * have BXFI_MAP in their environment: leaks are looked for there, and in programs
 * without Criterion (the fuzz replays).
 */
#include <stdlib.h>

struct criterion_test_set;
struct criterion_test_set *criterion_initialize(void) __attribute__((weak));
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return criterion_initialize != NULL && getenv("BXFI_MAP") == NULL;
}
