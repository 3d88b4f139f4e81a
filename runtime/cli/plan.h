#ifndef WD_CLI_PLAN_H
#define WD_CLI_PLAN_H

#include "runtime/cli/review.h"
#include "vm/view/review.h"

/* The views of a digest on the desk that people read before they sign. */
struct wd_plan {
	struct wr_review review;
	struct wr_review_party *parties;
	struct wr_review_condition *conditions;
	struct wr_arena arena; /* of what is said of tests */
	char packet_hex[65];
};

/* The file must have verified. False: no memory. Free in any event. */
bool wd_plan_make(const struct wd_file *file, struct wd_plan *ret);
void wd_plan_free(struct wd_plan *plan);

/* For a terminal, on standard output; coloured when that is one. */
enum wd_exit wd_plan_print(const struct wd_file *file, bool colour);

/* One JSON object with all of it. */
enum wd_exit wd_plan_json(const struct wd_file *file);

/* One HTML file at path, with the picture drawn by graphviz when there is a `dot`; says which. */
enum wd_exit wd_plan_html(const struct wd_file *file, const char *path);

#endif
