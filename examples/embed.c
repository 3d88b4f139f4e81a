/*
 * The machine inside another program: load a .wfb file, run it, and ask whoever sits
 * at the terminal what each agent answers. It links libwritvm.a alone; its only I/O is stdio.
 *
 *	build/release/embed hello.wfb '{"message": "My parcel has not come."}'
 *	cc embed.c $(pkg-config --cflags --libs writvm)    against an installed library
 *
 * Each call is printed with all that an adaptor would send; one line of standard input
 * answers it: the text itself, or JSON that fits the schema. What does not fit is asked again
 * as often as the agent's retry says; an end of input is the failure `unavailable`.
 */
#include "vm/writ_vm.h"

#include <stdio.h>
#include <stdlib.h>

/* The one thing the machine needs from its host. */
static void *
resize(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size > 0)
		return realloc(old, new_size);
	free(old);
	return NULL;
}

static void
print_call(const struct wr_call *c)
{
	printf("\n== %s, attempt %u, to %.*s (%s)\n", c->path, c->attempt, (int)c->backend.size,
	    c->backend.at, c->kind);
	for (uint32_t i = 0; i < c->parts_len; i++) {
		const struct wr_part *p = &c->parts[i];

		printf("%s %.*s: ", p->name, (int)p->key.size, p->key.size > 0 ? p->key.at : "");
		if (p->shape == WR_PART_TEXT)
			printf("%.*s\n", (int)p->text.size, p->text.size > 0 ? p->text.at : "");
		else if (p->shape == WR_PART_NUMBER)
			printf("%g\n", p->number);
		else
			printf("%lld\n", (long long)p->integer);
	}
	printf("answer%s %.*s\n> ", c->form == WR_RESULT_TEXT ? ", raw," : ", JSON,",
	    (int)c->schema.size, c->schema.at);
	fflush(stdout);
}

/* Hand one call to the person at the terminal. A real host would send them all and wait for the
 * first. */
static enum wr_status
ask(struct wr_run *run, const struct wr_call *c)
{
	static char line[1 << 16];
	enum wr_status s;

	print_call(c);
	if (fgets(line, sizeof line, stdin) == NULL)
		return wr_run_fail(
		    run, c->id, WR_FAILURE_UNAVAILABLE, WR_TEXT("nobody answers"), false);
	s = wr_run_answer(run, c->id, (struct wr_text){line, strcspn(line, "\n")}, 0);
	if (s == WR_INVALID)
		printf("%s\n", wr_run_reason(run));
	return s == WR_INVALID ? WR_OK : s; /* the machine has taken it as a failure */
}

int
main(int argc, char **argv)
{
	static uint8_t bytes[16 << 20];
	const struct wr_alloc alloc = {resize, NULL};
	struct wr_load_refusal refusal = {.why = ""};
	struct wr_fault fault = {.code = ""};
	struct wr_module *module = NULL;
	struct wr_run *run = NULL;
	struct wr_call call;
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
	size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
	enum wr_status s;

	if (file == NULL) {
		fprintf(stderr, "usage: embed FILE.wfb INPUT_JSON\n");
		if (argc == 3)
			perror(argv[1]);
		return 2;
	}
	(void)fclose(file);
	s = wr_load(bytes, size, &alloc, &module, &refusal);
	if (s != WR_OK) {
		fprintf(stderr, "%s: %s: %s (%s)\n", argv[1], refusal.where, refusal.why,
		    wr_status_text(s));
		return 2;
	}
	s = wr_run_start(module, &alloc, NULL, wr_text_of(argv[2]), &run, &fault);
	while (s == WR_OK && wr_run_next(run, &call))
		s = ask(run, &call);
	if (s == WR_OK && wr_run_state(run) == WR_RUN_FAILED)
		fault = *wr_run_fault(run);
	if (s == WR_OK && wr_run_state(run) == WR_RUN_DONE) {
		printf("\n%s\n", wr_run_output(run).at);
	} else {
		fprintf(stderr, "\nfailed: %s %s: %s\n", fault.code, fault.path, fault.detail);
		s = WR_FAILED;
	}
	wr_run_free(run);
	wr_module_free(module);
	return s == WR_OK ? 0 : 1;
}
