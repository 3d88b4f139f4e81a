/* Leaks are looked for in the processes that run the tests; see tests/support/leaks.c. */
#include <criterion/criterion.h>

TestSuite(leaks, .timeout = 10);

int __lsan_is_turned_off(void);

Test(leaks, are_looked_for_where_tests_run)
{
	cr_assert_eq(__lsan_is_turned_off(), 0);
}
