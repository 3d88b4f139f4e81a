/*
 * Whatever bytes load, people can read: their source compiles to the very same bytes, and every
 * view is made without a fault. The mutator changes a module in memory and encodes it again, so that
 * many inputs are programs.
 */
#include "compiler/compile_limits.h"
#include "compiler/writc.h"
#include "runtime/json.h"
#include "vm/for_compiler.h"
#include "vm/format/decode.h"
#include "vm/format/encode.h"
#include "vm/view/costs.h"
#include "vm/view/decompile.h"
#include "vm/view/diff.h"
#include "vm/view/disassemble.h"
#include "vm/view/graph.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

static void *
hook(void *user, void *old, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	if (new_size == 0) {
		free(old);
		return NULL;
	}
	return realloc(old, new_size);
}

static const struct wr_alloc alloc = { hook, NULL };

static void
same_again(const uint8_t *data, size_t size, const struct wr_buf *source)
{
	struct wc_result result = { 0 };
	struct wr_buf bytes, said;
	enum wr_status s;

	wr_buf_init(&bytes, &alloc, WR_MODULE_MAX);
	wr_buf_init(&said, &alloc, 1 << 20);
	s = wc_compile(&alloc, "shown.wf", wr_buf_view(source), NULL, &bytes, &result);
	if (s != WR_OK || bytes.size != size || memcmp(bytes.at, data, size) != 0) {
		wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, &said);
		fprintf(stderr, "status %d\n%s\n%s\n", s, source->at, said.at == NULL ? "" : said.at);
		abort();
	}
	wc_result_free(&result);
	wr_buf_free(&bytes);
	wr_buf_free(&said);
}

static void
must(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

/* A NUL is JSON, as `\\u0000`, and our reader refuses it. */
static void
must_be_json(const struct wr_buf *page)
{
	struct wd_json_doc doc;

	if (page->status != WR_OK || strstr(page->at, "\\u0000") != NULL)
		return;
	must(wd_json_parse(&doc, &alloc, wr_buf_view(page), WC_SOURCE_MAX, NULL) == WR_OK, page->at);
	wd_json_free(&doc);
}

/* Its picture is drawn, its costs are added up, and it does nothing differently from itself. */
static void
other_views(const struct wr_module *module)
{
	const struct wr_text one = WR_TEXT("1111111111111111111111111111111111111111111111111111111111111111"),
			     two = WR_TEXT("2222222222222222222222222222222222222222222222222222222222222222");
	const struct wr_diff_side sides[] = { { module, wr_module_summary(module), one },
		{ module, wr_module_summary(module), two } };
	const struct wr_price price = { WR_TEXT("*"), 3, 4 };
	struct wr_arena arena;
	struct wr_graph graph;
	struct wr_costs costs;
	struct wr_buf page;

	wr_arena_init(&arena, &alloc, (size_t)256 << 20);
	wr_buf_init(&page, &alloc, WC_SOURCE_MAX);
	if (wr_graph_make(module, &arena, &graph) == WR_OK) {
		wr_graph_dot(&graph, &page);
		wr_graph_mermaid(&graph, &page);
		page.size = 0;
		wr_graph_json(&graph, &page);
		must_be_json(&page);
	}
	page.size = 0;
	if (wr_costs_make(module, wr_module_summary(module), &price, 1, &arena, &costs) == WR_OK) {
		wr_costs_text(&costs, &page);
		page.size = 0;
		wr_costs_json(&costs, &page);
		must_be_json(&page);
	}
	page.size = 0;
	if (wr_diff(&sides[0], &sides[1], WR_DIFF_HEAD | WR_DIFF_SOURCE, &page) == WR_OK)
		must(strstr(page.at, "\n\nthe order of what is declared, or what nothing uses\n") != NULL, page.at);
	wr_buf_free(&page);
	wr_arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wr_load_refusal refusal;
	struct wr_module *module;
	struct wr_buf source, page;

	if (wr_load(data, size, &alloc, &module, &refusal) != WR_OK)
		return 0;
	wr_buf_init(&source, &alloc, WC_SOURCE_MAX);
	wr_buf_init(&page, &alloc, WC_SOURCE_MAX);
	if (wr_decompile(module, &source) == WR_OK)
		same_again(data, size, &source);
	(void)!wr_show(module, wr_module_summary(module),
	    WR_TEXT("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), size, &page);
	page.size = 0;
	(void)!wr_disassemble(module, &page);
	other_views(module);
	wr_buf_free(&page);
	wr_buf_free(&source);
	wr_module_free(module);
	return 0;
}

/* ---- the mutator ---------------------------------------------------------------------- */

static uint32_t
pick(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return n == 0 ? 0 : (uint32_t)(*seed >> 33) % n;
}

static struct wr_text
text(uint64_t *seed)
{
	static const char *const texts[] = { "", "a", "\"", "\\", "{{x}}", "{", "\n", "a\nb\n", "  a \n\tb", "\xE2\x80\xAE", "\r\n", "\"\"\"",
		"p\xD0\xB0y", "\\{{", "\n\\\"\"\"", "\xC2\xA0", "trailing  \n" };

	return wr_text_of(texts[pick(seed, sizeof texts / sizeof *texts)]);
}

static int64_t
integer(uint64_t *seed)
{
	static const int64_t ints[] = { 0, 1, -1, 2, 7, 99, 1000, WR_INT_DEFAULT, -WR_INT_DEFAULT, INT64_MIN, INT64_MAX, 65536 };

	return ints[pick(seed, sizeof ints / sizeof *ints)];
}

static double
number(uint64_t *seed)
{
	static const double numbers[] = { 0, 1, -1, 0.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, -0.1, 9007199254740993.0 };

	return numbers[pick(seed, sizeof numbers / sizeof *numbers)];
}

static void
change_value(struct wr_value *v, uint64_t *seed)
{
	if (v->kind == WR_VALUE_TEXT)
		*v = wr_value_of_text(text(seed));
	else if (v->kind == WR_VALUE_INT)
		v->as.integer = integer(seed);
	else if (v->kind == WR_VALUE_NUMBER)
		v->as.number = number(seed);
	else if (v->kind == WR_VALUE_BOOL)
		v->as.boolean = !v->as.boolean;
}

static void
change_node(struct wr_code *code, uint64_t *seed)
{
	struct wr_node *n;

	if (code->nodes_len == 0)
		return;
	n = &code->nodes[pick(seed, code->nodes_len)];
	if (n->op == WR_OP_CONST) {
		change_value(&n->value, seed);
	} else if (n->operands_len == 2 && pick(seed, 2) == 0) {
		uint32_t *two = &code->operands[n->operands], first = two[0];

		two[0] = two[1];
		two[1] = first;
	} else if (n->blocks_len == 0 && n->operands_len > 0 && n->op != WR_OP_CALL) {
		unsigned op = pick(seed, WR_OPS_LEN);

		if (wr_op_info(op)->operands_min <= n->operands_len && wr_op_info(op)->operands_max >= n->operands_len &&
		    (wr_op_info(op)->flags & (WR_OP_OWNER | WR_OP_GUARDED)) == 0)
			n->op = (uint8_t)op;
	} else if (n->op == WR_OP_FOR) {
		n->index ^= WR_FOR_DESC;
	}
}

static void
change_setting(struct wr_agent *a, uint64_t *seed)
{
	struct wr_setting *s;

	if (a->settings_len == 0)
		return;
	s = &a->settings[pick(seed, a->settings_len)];
	s->text = text(seed);
	s->integer = integer(seed);
	s->number = number(seed);
}

static void
change(struct wr_module *m, uint64_t *seed)
{
	struct wr_type *t = &m->types.at[pick(seed, m->types_len)];
	struct wr_agent *a = m->agents_len == 0 ? NULL : &m->agents[pick(seed, m->agents_len)];

	switch (pick(seed, 6)) {
	case 0:
		t->lo = integer(seed);
		t->number_lo = number(seed);
		return;
	case 1:
		t->hi = integer(seed);
		t->number_hi = number(seed);
		return;
	case 2:
		if (a != NULL)
			change_setting(a, seed);
		return;
	case 3:
		if (a != NULL)
			change_node(&a->body, seed);
		return;
	case 4:
		m->bounds.calls = (uint64_t)integer(seed);
		m->bounds.tokens = (uint64_t)integer(seed);
		m->bounds.time_ms = (uint64_t)integer(seed);
		m->bounds.width = pick(seed, 3);
		return;
	default:
		change_node(&m->flow, seed);
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	uint64_t state = seed;
	struct wr_refusal refusal;
	struct wr_module *module;
	struct wr_arena arena;
	struct wr_buf buf;

	if (pick(&state, 8) == 0 && LLVMFuzzerMutate != NULL)
		return LLVMFuzzerMutate(data, size, max);
	wr_arena_init(&arena, &alloc, (size_t)256 << 20);
	wr_buf_init(&buf, &alloc, max);
	if (wr_decode(data, size, &arena, &module, &refusal) == WR_OK && module->types_len > 0) {
		for (uint32_t n = 1 + pick(&state, 3); n > 0; n--)
			change(module, &state);
		if (wr_encode(module, &buf) == WR_OK && buf.size > 0) {
			memcpy(data, buf.at, buf.size);
			size = buf.size;
		}
	}
	wr_buf_free(&buf);
	wr_arena_free(&arena);
	return size;
}
