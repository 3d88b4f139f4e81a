/* The views that stand beside the packet: for a terminal, and as one HTML file. What they say is vm/view's. */
#include "runtime/cli/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/cli/dot.h"
#include "runtime/cli/say.h"
#include "runtime/cli/tests_shown.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define VIEW_MAX (256u << 20)
#define TESTS_MEMORY (1u << 20)

bool
wd_plan_make(const struct wd_file *file, struct wd_plan *ret)
{
	const struct wd_verdict *v = &file->c.verdict;
	const struct wr_review_tests *tests;
	size_t tests_len;

	*ret = (struct wd_plan){ .parties = calloc(v->parties.len + 1, sizeof *ret->parties),
		.conditions = calloc(v->conditions_len + 1, sizeof *ret->conditions) };
	wr_arena_init(&ret->arena, wd_alloc(), TESTS_MEMORY);
	tests = wd_file_tests(file, &ret->arena, &tests_len);
	if (ret->parties == NULL || ret->conditions == NULL || tests == NULL)
		return false;
	for (uint32_t i = 0; i < v->parties.len && v->states != NULL; i++) {
		const struct wd_party *p = &v->parties.at[i];

		ret->parties[i] = (struct wr_review_party){ file->c.chain->policy.roles[p->role].name, p->count, p->reasons,
			p->reasons_len, v->states[i].met, v->states[i].text };
	}
	for (uint32_t i = 0; i < v->conditions_len; i++)
		ret->conditions[i] = (struct wr_review_condition){ v->conditions[i].met, wd_code_text(v->conditions[i].code),
			wd_code_word(v->conditions[i].code), wd_code_who(v->conditions[i].code), v->conditions[i].detail };
	wd_digest_hex(&file->c.packet_digest, ret->packet_hex);
	ret->review = (struct wr_review){ .plan = &file->c.plan,
		.packet_hex = wr_text_of(ret->packet_hex),
		.size = file->c.bytes.size,
		.approved = v->approved,
		.basis_agreed = v->basis_agreed,
		.parties = ret->parties,
		.parties_len = v->states == NULL ? 0 : v->parties.len,
		.conditions = ret->conditions,
		.conditions_len = v->conditions_len,
		.tests = tests,
		.tests_len = tests_len };
	return true;
}

void
wd_plan_free(struct wd_plan *plan)
{
	free(plan->parties);
	free(plan->conditions);
	if (plan->arena.alloc != NULL)
		wr_arena_free(&plan->arena);
}

static enum wd_exit
cannot(enum wr_status status)
{
	wd_say_error("cannot show it: %s", wr_status_text(status));
	return WD_TROUBLE;
}

enum wd_exit
wd_plan_print(const struct wd_file *file, bool colour)
{
	struct wd_plan plan;
	enum wr_status status = WR_NOMEM;
	struct wr_buf out;

	wr_buf_init(&out, wd_alloc(), VIEW_MAX);
	if (wd_plan_make(file, &plan))
		status = wr_review_text(&plan.review, colour, &out);
	if (status == WR_OK)
		(void)fwrite(out.at, 1, out.size, stdout);
	wd_plan_free(&plan);
	wr_buf_free(&out);
	return status == WR_OK ? WD_YES : cannot(status);
}

/* The picture, or nothing when graphviz cannot draw it here. */
static void
draw(const struct wd_file *file, struct wr_buf *svg)
{
	struct wr_buf picture;

	wr_buf_init(&picture, wd_alloc(), 4 * WR_MODULE_MAX);
	wr_graph_dot(&file->c.graph, &picture);
	if (picture.status != WR_OK || wd_dot_draw(wr_buf_view(&picture), svg) != WR_OK)
		wr_buf_free(svg);
	wr_buf_free(&picture);
}

/* base64(SHA-256) of the style: the page's own policy lets no other style in. */
static void
hash_style(struct wr_buf *hash)
{
	struct wd_digest digest;
	struct wr_buf style;

	wr_buf_init(&style, wd_alloc(), 1 << 16);
	wr_review_style(&style);
	digest = wd_sha256(wr_buf_view(&style));
	wd_base64_write(hash, digest.at, sizeof digest.at);
	wr_buf_free(&style);
}

enum wd_exit
wd_plan_html(const struct wd_file *file, const char *path)
{
	struct wd_plan plan;
	enum wr_status status = WR_NOMEM;
	struct wr_buf out, svg, hash;
	bool drawn;

	wr_buf_init(&out, wd_alloc(), VIEW_MAX);
	wr_buf_init(&svg, wd_alloc(), VIEW_MAX);
	wr_buf_init(&hash, wd_alloc(), 64);
	draw(file, &svg);
	hash_style(&hash);
	drawn = svg.size > 0;
	if (wd_plan_make(file, &plan))
		status = wr_review_html(&plan.review, wr_buf_view(&svg), wr_buf_view(&hash), &out);
	if (status == WR_OK) {
		status = wd_file_write(path, wr_buf_view(&out), 0666);
		if (status != WR_OK)
			wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(status));
		else
			wd_say("%s: packet sha256:%s, the picture %s", wd_say_safe(wr_text_of(path)), plan.packet_hex,
			    drawn ? "drawn by graphviz" : "as a list: graphviz did not draw it");
	} else {
		(void)cannot(status);
	}
	wd_plan_free(&plan);
	wr_buf_free(&hash);
	wr_buf_free(&svg);
	wr_buf_free(&out);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}
