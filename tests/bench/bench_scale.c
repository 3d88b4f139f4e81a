/*
 * One program of 1,000, 10,000 and 100,000 lines, an agent for every 10 of them, through each stage
 * from source to page: lines a second, bytes of memory a line, and both against the same at a tenth
 * of the lines: 10 is linear. The time of SHA-256 of the same source stands beside it. Each
 * size has a process of its own, so none finds memory that another has warmed.
 */
#include "compiler/compile_limits.h"
#include "tests/support/bench.h"
#include "tests/support/flow_file.h"
#include "vm/view/packet.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAGES 4
#define SIZES 3
#define TURNS 5

static const char *const stage_names[STAGES] = { "compile", "load", "plan", "show" };

/* What one size took; the children write it where the parent reads it. */
struct measured {
	uint32_t lines, agents;
	double reference, seconds[STAGES];
	size_t source, bytecode, peak[STAGES], resident;
	enum wr_status status;
};

/* Memory that is counted: what is live, and the most that was. */
struct counted {
	struct wr_alloc hook;
	size_t live, peak;
};

static void *
count(void *user, void *old, size_t old_size, size_t new_size)
{
	struct counted *c = user;
	void *block = NULL;

	if (new_size == 0)
		free(old);
	else if ((block = realloc(old, new_size)) == NULL)
		return NULL;
	c->live = c->live - old_size + new_size;
	c->peak = c->live > c->peak ? c->live : c->peak;
	return block;
}

/*
 * 10 lines a part: an agent and its step; one of ten has a type and a choice of its own. A part is
 * 4 or 8 nodes, so 10,000 of them stay within the 65,535 of a module.
 */
static void
write_part(struct wr_buf *out, uint32_t i)
{
	bool rich = i % 10 == 9;

	if (rich)
		bench_put(out, "type Case%u { name: text ..80 @pii, cents: int 0..1_000 }\n", i);
	else
		bench_put(out, "/// Looks at clause %u of the contract.\n", i);
	bench_put(out, "agent look%u(c: text ..80) -> ", i);
	if (rich)
		bench_put(out, "Case%u", i);
	else
		bench_put(out, "text ..80");
	bench_put(out,
	    " via model {\n  model: \"m-2025-01-01\"\n  max_tokens: 100\n"
	    "  timeout: 30s\n  retry: 1\n  user: \"Read clause %u with this in mind: {{c}}\"\n}\n",
	    i);
	if (!rich)
		bench_put(out, "\n");
}

static void
write_step(struct wr_buf *out, uint32_t i)
{
	char before[16] = "clause";

	if (i > 0)
		(void)snprintf(before, sizeof before, "a%u", i - 1);
	if (i % 10 == 9)
		bench_put(out,
		    "  r%u = look%u(c: %s)\n  a%u = if r%u.cents > n then r%u.name else %s\n", i, i,
		    before, i, i, i, before);
	else
		bench_put(out, "  a%u = look%u(c: %s)\n", i, i, before);
}

static void
write_program(struct wr_buf *out, uint32_t lines)
{
	uint32_t parts = lines / 10;

	bench_put(out, "writ 1\nlabel pii \"about a person\"\nbackend model: llm accepts @pii\n");
	for (uint32_t i = 0; i < parts; i++)
		write_part(out, i);
	bench_put(out, "start all(clause: text ..80 @pii, n: int 0..9) -> text ..80 @pii\n"
		       "  within calls: 1_000_000, tokens: 1_000_000_000, time: 200_000h\n");
	for (uint32_t i = 0; i < parts; i++)
		write_step(out, i);
	bench_put(out, "end a%u\n", parts - 1);
}

/* ---- the stages --------------------------------------------------------------------------- */

struct work {
	struct counted memory;
	struct wr_buf source, bytes, page;
	struct wr_module *module;
};

static enum wr_status
packet(struct work *w)
{
	static const struct wr_packet_backend unknown[64];
	struct wr_packet p = { .now = { w->module, wr_module_summary(w->module),
	    WR_TEXT("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") },
		.environment = WR_TEXT("development"),
		.backends = unknown };
	struct wr_graph graph;
	struct wr_flows flows;
	struct wr_arena arena;
	enum wr_status s;

	wr_arena_init(&arena, &w->memory.hook, WR_LOADED_MAX);
	s = wr_graph_make(w->module, &arena, &graph);
	if (s == WR_OK)
		s = wr_flows_make(&graph, p.now.summary, &arena, &flows);
	p.graph = &graph;
	p.flows = &flows;
	if (s == WR_OK)
		s = wr_packet_write(&p, &w->page);
	wr_arena_free(&arena);
	return s;
}

static enum wr_status
stage(struct work *w, int which)
{
	struct wr_load_refusal refusal;
	struct wr_buf said;
	enum wr_status s;

	switch (which) {
	case 0:
		wr_buf_init(&said, &w->memory.hook, 1 << 16);
		s = flow_compile(&w->memory.hook, wr_buf_view(&w->source), &w->bytes, &said);
		if (said.size > 0)
			printf("%.300s\n", said.at);
		wr_buf_free(&said);
		return s;
	case 1:
		return wr_load((const uint8_t *)w->bytes.at, w->bytes.size, &w->memory.hook,
		    &w->module, &refusal);
	case 2:
		return packet(w);
	default:
		return wr_show(
		    w->module, wr_module_summary(w->module), WR_TEXT("0"), w->bytes.size, &w->page);
	}
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* From source to page once; the least times of all turns are kept. */
static void
turn(struct work *w, struct measured *m)
{
	for (int i = 0; i < STAGES && m->status == WR_OK; i++) {
		size_t before = w->memory.live;
		double from = now(), took;

		w->memory.peak = before;
		m->status = stage(w, i);
		took = now() - from;
		m->peak[i] = w->memory.peak - before;
		if (m->seconds[i] == 0 || took < m->seconds[i])
			m->seconds[i] = took;
		wr_buf_free(&w->page);
	}
	m->bytecode = w->bytes.size;
	wr_module_free(w->module);
	w->module = NULL;
	wr_buf_free(&w->bytes);
}

static void
measure(uint32_t lines, struct measured *m)
{
	struct work w = { .module = NULL };
	struct rusage used;

	w.memory.hook = (struct wr_alloc){ count, &w.memory };
	wr_buf_init(&w.source, &w.memory.hook, WC_SOURCE_MAX);
	wr_buf_init(&w.bytes, &w.memory.hook, WR_MODULE_MAX);
	wr_buf_init(&w.page, &w.memory.hook, 256u << 20);
	write_program(&w.source, lines);
	for (size_t i = 0; i < w.source.size; i++)
		m->lines += w.source.at[i] == '\n';
	m->agents = lines / 10;
	m->source = w.source.size;
	for (int i = 0; i < TURNS; i++)
		turn(&w, m);
	(void)getrusage(RUSAGE_SELF, &used);
	m->resident = (size_t)used.ru_maxrss * 1024;
	m->reference = bench_sha256(wr_buf_view(&w.source));
	wr_buf_free(&w.source);
}

/* ---- the table ---------------------------------------------------------------------------- */

static void
print(const struct measured *m, const struct measured *tenth)
{
	printf("%u lines, %u agents: %zu bytes of source and %zu of bytecode; %zu MiB resident at "
	       "most\n",
	    m->lines, m->agents, m->source, m->bytecode, m->resident >> 20);
	if (m->status != WR_OK) {
		printf("  %s\n", wr_status_text(m->status));
		return;
	}
	for (int i = 0; i < STAGES; i++) {
		printf("  %-8s %9.2f ms %9.0f lines/s %7.1f x SHA-256 | %6.0f bytes/line",
		    stage_names[i], m->seconds[i] * 1e3, m->lines / m->seconds[i],
		    m->seconds[i] / m->reference, (double)m->peak[i] / m->lines);
		if (tenth != NULL)
			printf(" | time x%.1f, memory x%.1f", m->seconds[i] / tenth->seconds[i],
			    (double)m->peak[i] / (double)tenth->peak[i]);
		printf("\n");
	}
	(void)fflush(stdout);
}

int
main(void)
{
	static const uint32_t sizes[SIZES] = { 1000, 10000, 100000 };
	struct measured *all = mmap(NULL, SIZES * sizeof *all, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (all == MAP_FAILED)
		return 2;
	printf("== from source to page: 10 times the lines should take 10 times the time and memory\n");
	(void)fflush(stdout);
	for (int i = 0; i < SIZES; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			measure(sizes[i], &all[i]);
			(void)fflush(stdout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			return 2;
		print(&all[i], i > 0 && all[i - 1].status == WR_OK ? &all[i - 1] : NULL);
	}
	return 0;
}
