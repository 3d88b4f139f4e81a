/*
 * Each tests/golden/policy/NAME.wf is held against policy.json beside it, as `writ check --policy` does; what is said
 * must be NAME.txt, to the byte. WRIT_BLESS=1 writes the texts instead: read the difference before committing.
 */
#include <criterion/criterion.h>

#include "tests/support/golden.h"
#include "tests/support/law.h"

TestSuite(policy_golden, .timeout = 60);

static struct wd_law law;

static void
say(const char *name, struct wr_text source, struct wr_buf *out)
{
	struct wc_result result;
	struct wc_diags diags;
	enum wr_status s = law_check(&law, out->alloc, name, source, NULL, &result, &diags, out);

	wr_buf_str(out, s == WR_OK ? "nothing forbids it\n" : s == WR_ABSENT ? "a library\n" : "refused\n");
	wc_result_free(&result);
}

Test(policy_golden, says_exactly_this)
{
	law_open(&law, NULL);
	cr_expect_geq(golden_each("tests/golden/policy", say), 15);
	wd_law_close(&law);
}
