#include "tests/support/law.h"

#include <criterion/criterion.h>

#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "tests/support/flow_file.h"
#include "vm/base/limits.h"

#define FILE_NAME "tests/golden/policy/policy.json"

void
law_of(struct wd_law *law, struct wr_text policy)
{
	struct wd_json_error error = { 0 };

	*law = (struct wd_law){ .name = "policy.json" };
	wr_buf_init(&law->bytes, wd_alloc(), WD_POLICY_MAX);
	wr_buf_text(&law->bytes, policy);
	cr_assert_eq(wd_policy_read(&law->own, wd_alloc(), policy, &error), WR_OK, "%s: %s\n%.*s", error.place,
	    error.text == NULL ? "" : error.text, (int)policy.size, policy.at);
	law->has_own = true;
	law->policy = &law->own;
	law->source = (struct wc_source){ .name = law->name, .bytes = law->bytes.at, .size = law->bytes.size };
}

/* The base with each member of the other document in its place. */
static void
lay_over(struct wr_text base, const char *members, struct wr_buf *out)
{
	struct wd_json_error error = { 0 };
	struct wd_json_doc below, above, both;
	struct wd_json *root;
	struct wr_buf text;

	wr_buf_init(&text, wd_alloc(), WD_POLICY_MAX);
	wr_buf_str(&text, "{");
	wr_buf_str(&text, members);
	wr_buf_str(&text, "}");
	cr_assert_eq(wd_json_parse(&below, wd_alloc(), base, WD_POLICY_MAX, &error), WR_OK, "%s", error.text);
	cr_assert_eq(wd_json_parse(&above, wd_alloc(), wr_buf_view(&text), WD_POLICY_MAX, &error), WR_OK, "%s: %s",
	    members, error.text);
	wd_json_init(&both, wd_alloc(), 4 * WD_POLICY_MAX);
	root = both.root = wd_json_object(&both);
	for (size_t i = 0; i < wd_json_len(below.root); i++) {
		struct wr_text name = wd_json_name(below.root, i);
		const struct wd_json *mine = wd_json_get_text(above.root, name);

		(void)wd_json_set_named(
		    &both, root, name, wd_json_copy(&both, mine != NULL ? mine : wd_json_item(below.root, i)));
	}
	cr_assert_eq(wd_json_finish(&both, WD_JSON_INDENTED, out), WR_OK);
	wd_json_free(&below);
	wd_json_free(&above);
	wr_buf_free(&text);
}

void
law_open(struct wd_law *law, const char *members)
{
	struct wr_buf base, laid;

	wr_buf_init(&base, wd_alloc(), WD_POLICY_MAX);
	wr_buf_init(&laid, wd_alloc(), WD_POLICY_MAX);
	flow_file_read(FILE_NAME, &base);
	cr_assert_gt(base.size, 0, "run from the root of the tree");
	if (members != NULL)
		lay_over(wr_buf_view(&base), members, &laid);
	law_of(law, wr_buf_view(members != NULL ? &laid : &base));
	wr_buf_free(&base);
	wr_buf_free(&laid);
}

enum wr_status
law_check(const struct wd_law *law, const struct wr_alloc *alloc, const char *name, struct wr_text source,
    const struct wc_options *options, struct wc_result *ret_result, struct wc_diags *ret_diags, struct wr_buf *said)
{
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;
	struct wr_buf bytecode;
	enum wr_status s;

	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	s = wc_compile(alloc, name, source, options, &bytecode, ret_result);
	wc_diags_render(&ret_result->diags, WC_DIAG_HUMAN, false, said);
	wc_diags_init(ret_diags, &ret_result->arena);
	if (s == WR_OK) {
		cr_assert_eq(wr_load((const uint8_t *)bytecode.at, bytecode.size, alloc, &module, &refusal), WR_OK);
		cr_assert_eq(wd_law_judge(law, ret_result, module, ret_diags), WR_OK);
		wc_diags_render(ret_diags, WC_DIAG_HUMAN, false, said);
		s = ret_diags->errors > 0 ? WR_REFUSED : WR_OK;
		wr_module_free(module);
	}
	wr_buf_free(&bytecode);
	return s;
}
