/*
 * How fast runs go when every answer comes at once: calls a second, and a run's cost beside that of
 * SHA-256 of what it says. Then JSON: the machine's typed reader beside jansson, of the same bytes.
 */
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "tests/support/answers.h"
#include "tests/support/bench.h"
#include "tests/support/flow_file.h"
#include "vm/json.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- runs ----------------------------------------------------------------------------------- */

#define CALLS_MAX 64

/* A flow with one answer by path, made before the clock starts. */
struct player {
	struct wr_module *module;
	struct wr_buf input;
	struct {
		char path[80];
		struct wr_buf text;
	} answers[CALLS_MAX];
	uint32_t answers_len, calls;
	size_t out_size;
};

static struct wr_text
answer(struct player *p, const struct wr_call *call)
{
	struct answers dice = answers_for(1, call->path);

	for (uint32_t i = 0; i < p->answers_len; i++)
		if (strcmp(p->answers[i].path, call->path) == 0)
			return wr_buf_view(&p->answers[i].text);
	if (p->answers_len == CALLS_MAX)
		abort();
	(void)snprintf(
	    p->answers[p->answers_len].path, sizeof p->answers[0].path, "%s", call->path);
	wr_buf_init(&p->answers[p->answers_len].text, wd_alloc(), 1 << 20);
	answer_call(&dice, p->module, call, &p->answers[p->answers_len].text);
	return wr_buf_view(&p->answers[p->answers_len++].text);
}

static void
play(void *user)
{
	struct player *p = user;
	struct wr_fault fault;
	struct wr_call call;
	struct wr_run *run;

	if (wr_run_start(p->module, wd_alloc(), NULL, wr_buf_view(&p->input), &run, &fault) !=
	    WR_OK)
		abort();
	p->calls = 0;
	while (wr_run_next(run, &call)) {
		p->calls++;
		if (wr_run_answer(run, call.id, answer(p, &call), 0) != WR_OK)
			abort();
	}
	p->out_size = wr_run_state(run) == WR_RUN_DONE ? wr_run_output(run).size : 0;
	wr_run_free(run);
}

static void
load(struct player *p, const char *path)
{
	struct answers dice = answers_for(1, "inputs");
	struct wr_load_refusal refusal;
	struct wr_buf bytes;

	*p = (struct player){ .module = NULL };
	wr_buf_init(&bytes, wd_alloc(), 16u << 20);
	wr_buf_init(&p->input, wd_alloc(), 1 << 20);
	if (flow_file_compile(wd_alloc(), path, &bytes, NULL) != WR_OK ||
	    wr_load((const uint8_t *)bytes.at, bytes.size, wd_alloc(), &p->module, &refusal) !=
		WR_OK)
		abort();
	wr_buf_free(&bytes);
	answer_inputs(&dice, p->module, &p->input);
}

static void
runs(const char *path)
{
	struct player p;
	double took, reference;

	load(&p, path);
	play(&p); /* makes the answers */
	took = bench_time(play, &p);
	reference = bench_sha256(wr_buf_view(&p.input));
	printf("  %-32s %8.1f us a run %10.0f calls/s  %6.1f x SHA-256 of its input\n", path,
	    took * 1e6, p.calls / took, took / reference);
	for (uint32_t i = 0; i < p.answers_len; i++)
		wr_buf_free(&p.answers[i].text);
	wr_buf_free(&p.input);
	wr_module_free(p.module);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

struct reading {
	const struct wr_types *types;
	uint32_t type;
	struct wr_text json;
};

static void
read_typed(void *user)
{
	const struct reading *r = user;
	struct wr_json_fault fault;
	struct wr_value value;
	struct wr_arena arena;

	wr_arena_init(&arena, wd_alloc(), (size_t)1 << 30);
	if (wr_json_read(r->types, r->type, r->json, &arena, &value, &fault) != WR_OK)
		abort();
	wr_arena_free(&arena);
}

static void
read_any(void *user)
{
	const struct reading *r = user;
	struct wd_json_doc doc;

	if (wd_json_parse(&doc, wd_alloc(), r->json, r->json.size, NULL) != WR_OK)
		abort();
	wd_json_free(&doc);
}

static void
json(const char *what, const struct wr_types *types, uint32_t type)
{
	struct answers dice = answers_for(7, what);
	struct reading r = { .types = types, .type = type };
	struct wr_buf buf;
	double typed, any;

	wr_buf_init(&buf, wd_alloc(), 64u << 20);
	answer_type(&dice, types, type, &buf);
	r.json = wr_buf_view(&buf);
	typed = bench_time(read_typed, &r);
	any = bench_time(read_any, &r);
	printf("  %-32s %8zu bytes: typed %7.1f MB/s, jansson %7.1f MB/s: %.1f times as fast\n",
	    what, buf.size, (double)buf.size / typed / 1e6, (double)buf.size / any / 1e6,
	    any / typed);
	wr_buf_free(&buf);
}

static void
all_json(void)
{
	struct wr_arena arena;
	struct wr_member members[4];
	struct wr_types types;
	uint32_t text, number, flag;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	wr_types_init(&types, &arena);
	text = wr_type_text(&types, 0, 200);
	number = wr_type_int(&types, 0, 1000000);
	flag = wr_type_bool(&types);
	members[0] = (struct wr_member){ .name = WR_TEXT("name"), .type = text };
	members[1] = (struct wr_member){ .name = WR_TEXT("cents"), .type = number };
	members[2] = (struct wr_member){ .name = WR_TEXT("covered"), .type = flag };
	members[3] =
	    (struct wr_member){ .name = WR_TEXT("note"), .type = wr_type_option(&types, text) };
	json("2,000 records", &types,
	    wr_type_list(&types,
		wr_types_add(&types, (struct wr_type){ .kind = WR_TYPE_RECORD,
					 .name = WR_TEXT("Line"),
					 .members = members,
					 .members_len = 4 }),
		2000, 2000));
	json("20,000 ints", &types, wr_type_list(&types, number, 20000, 20000));
	json("20,000 numbers", &types,
	    wr_type_list(&types, wr_type_number(&types, -1e6, 1e6), 20000, 20000));
	json("one text of 1 MiB", &types, wr_type_text(&types, 1 << 20, 1 << 20));
	wr_arena_free(&arena);
}

int
main(void)
{
	printf("== runs, answered at once\n");
	runs("examples/claims/claims.wf");
	runs("tests/prop/flows/everything.wf");
	runs("tests/prop/flows/wide.wf");
	printf("\n== JSON from outside\n");
	all_json();
	return 0;
}
