/* Loads bytecode for a verb and says why not. The judgement is the machine's. */
#include "runtime/cli/loaded.h"

#include <stdio.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"
#include "vm/view/page.h"

enum wd_exit
wd_load_bytes(const char *word, struct wd_loaded *ret)
{
	struct wr_load_refusal refusal = { 0 };
	enum wr_status status;

	ret->digest = wd_sha256(wr_buf_view(&ret->bytes));
	wd_digest_hex(&ret->digest, ret->hex);
	status = wr_load((const uint8_t *)ret->bytes.at, ret->bytes.size, wd_alloc(), &ret->module, &refusal);
	if (status == WR_OK)
		return WD_YES;
	if (status == WR_NOMEM) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	wd_say_error("%s does not verify: %s", wd_say_safe(wr_text_of(word)), refusal.why);
	wd_say_note("at %s; the rule is `%s`", wd_say_safe(wr_text_of(refusal.where)), refusal.code);
	return WD_NO;
}

enum wd_exit
wd_load(const struct wd_args *args, const char *word, struct wd_loaded *ret)
{
	enum wd_exit code;

	*ret = (struct wd_loaded){ 0 };
	wr_buf_init(&ret->bytes, wd_alloc(), WR_MODULE_MAX);
	code = wd_bytecode_of(args, word, &ret->bytes);
	return code == WD_YES ? wd_load_bytes(word, ret) : code;
}

void
wd_loaded_free(struct wd_loaded *loaded)
{
	wr_module_free(loaded->module);
	wr_buf_free(&loaded->bytes);
}

void
wd_bounds_print(const struct wr_summary_bounds *b, char out[96])
{
	struct wr_buf buf;

	wr_buf_init(&buf, wd_alloc(), 95);
	wr_page_count(&buf, b->calls, "call");
	wr_buf_str(&buf, ", ");
	wr_page_count(&buf, b->tokens, "token");
	wr_buf_str(&buf, ", ");
	wr_page_time(&buf, b->time_ms);
	(void)snprintf(out, 96, "%.*s", (int)buf.size, buf.at == NULL ? "" : (const char *)buf.at);
	wr_buf_free(&buf);
}
