/* Reads a file of prices, strictly. Adds nothing up. */
#include "runtime/cli/prices.h"

#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#define FILE_MAX (1u << 20)
#define MODELS_MAX 1000u
#define PRICE_MAX 1e6 /* for a million tokens; keeps nano-units in 64 bits */

/* 3.00 for a million tokens is 3,000 nano-units a token; what is finer is rounded up. */
static bool
read_price(struct wd_json_at at, uint64_t *ret)
{
	double price, nano;

	if (!wd_json_real(at.value, &price) || !(price >= 0 && price <= PRICE_MAX))
		return wd_json_at_fail(
		    at, "a number from 0 to 1,000,000 is expected, for a million tokens");
	nano = price * 1000;
	*ret = (uint64_t)nano;
	*ret += (double)*ret < nano;
	return true;
}

static bool
read_models(struct wd_json_at models, struct wr_arena *arena, struct wr_price *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct wd_json_at at = wd_json_at_item(&models, i);

		if (wd_json_name(models.value, i).size == 0)
			return wd_json_at_fail(
			    at, "a model's name, or part of it with `*`, is expected");
		if (!wd_json_at_members(at, "input output") ||
		    !read_price(wd_json_at(&at, "input"), &out[i].input) ||
		    !read_price(wd_json_at(&at, "output"), &out[i].output))
			return false;
		out[i].glob = wr_arena_text(arena, wd_json_name(models.value, i));
	}
	return true;
}

enum wd_exit
wd_prices_read(
    const char *path, struct wr_arena *arena, const struct wr_price **ret, size_t *ret_len)
{
	struct wr_buf bytes, why;
	struct wd_json_doc doc = { 0 };
	struct wd_json_error error = { 0 };
	struct wd_json_at root, models;
	struct wr_price *prices = NULL;
	enum wd_exit code = WD_TROUBLE;
	enum wr_status status;
	size_t len = 0;

	wr_buf_init(&bytes, wd_alloc(), FILE_MAX);
	wr_buf_init(&why, wd_alloc(), FILE_MAX);
	if ((status = wd_file_read(path, &bytes)) != WR_OK) {
		(void)wd_say_unreadable(path, status);
		goto done;
	}
	status = wd_json_parse(&doc, wd_alloc(), wr_buf_view(&bytes), FILE_MAX, &error);
	if (status == WR_OK) {
		root = wd_json_at_root(doc.root, &error);
		models = wd_json_at(&root, "models");
		if (wd_json_at_members(root, "models") && wd_json_at_object(models, MODELS_MAX)) {
			len = wd_json_len(models.value);
			prices = wr_arena_array(arena, len + 1, sizeof *prices);
			if (prices != NULL && read_models(models, arena, prices, len))
				code = WD_YES;
		}
	}
	if (code == WD_YES) {
		*ret = prices;
		*ret_len = len;
	} else if (error.text != NULL) {
		wd_json_error_print(&error, &why);
		wd_say_error("%s is no file of prices: %s", wd_say_safe(wr_text_of(path)),
		    wd_say_safe(wr_buf_view(&why)));
		wd_say_help(
		    "it looks like {\"models\":{\"house-large-*\":{\"input\":3,\"output\":15}}}");
	} else {
		wd_say_error("out of memory");
	}
	wd_json_free(&doc);
done:
	wr_buf_free(&why);
	wr_buf_free(&bytes);
	return code;
}
