/* From policy and bindings to backends that answer. Reads credentials, and keeps no copy of them. */
#include "runtime/serve/bind.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/files.h"
#include "runtime/serve/host.h"
#include "runtime/sysalloc.h"

#define CREDENTIAL_MAX 16384u

/* Append the credential itself. False with ret_trouble when it is not there. */
static bool
fetch(const struct wd_route *route, struct wr_text backend, const char *root, struct wr_buf *out,
    struct wd_trouble *ret_trouble)
{
	const char *name = route->credential_name.at;
	char path[PATH_MAX];

	if (route->credential == WD_CREDENTIAL_NONE)
		return true;
	if (route->credential == WD_CREDENTIAL_ENV) {
		const char *value = getenv(name);

		if (value != NULL && *value != '\0')
			wr_buf_str(out, value);
	} else {
		(void)snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : root, name[0] == '/' ? "" : "/", name);
		if (wd_file_read(path, out) == WR_OK)
			while (out->size > 0 && strchr("\r\n", out->at[out->size - 1]) != NULL)
				out->at[--out->size] = '\0';
	}
	if (out->size > 0 && out->status == WR_OK)
		return true;
	wd_trouble_set(ret_trouble, "the credential of backend `%.*s` is not there: %s `%s`",
	    wd_print_size(backend), backend.at, route->credential == WD_CREDENTIAL_ENV ? "the variable" : "the file",
	    name);
	return false;
}

static enum wr_status
bind_one(struct wd_dispatch *dispatch, const struct wr_summary_backend *backend, const struct wd_route *route,
    const char *root, struct wd_trouble *ret_trouble)
{
	struct wd_backend_config config = {
		.name = backend->name,
		.kind = wr_text_of(backend->kind),
		.adaptor = wr_text_of(route->adaptor->word),
		.address = route->address,
		.proxy = route->proxy,
		.root = wr_text_of(root),
	};
	enum wr_status status = WR_REFUSED;
	struct wr_buf credential, pin;

	wr_buf_init(&pin, wd_alloc(), 128);
	if (route->pinned) {
		wr_buf_str(&pin, "sha256//");
		wd_base64_write(&pin, route->pin.at, sizeof route->pin.at);
		if (pin.status != WR_OK)
			return WR_NOMEM;
		config.pin = wr_buf_view(&pin);
	}
	wr_buf_init(&credential, wd_alloc(), CREDENTIAL_MAX);
	if (fetch(route, backend->name, root, &credential, ret_trouble)) {
		config.credential = wr_buf_view(&credential);
		status = wd_dispatch_bind(dispatch, &config, ret_trouble);
	}
	if (credential.at != NULL)
		wd_wipe(credential.at, credential.room);
	wr_buf_free(&credential);
	wr_buf_free(&pin);
	return status;
}

enum wr_status
wd_bind_backends(struct wd_dispatch *dispatch, const struct wr_module *module, const struct wd_policy *policy,
    const struct wd_bindings *bindings, const char *root, const char *fallback,
    wd_stubbed_fn stubbed, const void *user, struct wd_trouble *ret_trouble)
{
	const struct wr_summary *s = wr_module_summary(module);

	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_summary_backend *b = &s->backends[i];
		const struct wd_backend_rule *rule = policy == NULL ? NULL : wd_policy_backend(policy, b->name);
		struct wd_route route = { 0 };
		enum wr_status status;

		if (!wd_host_asks(s, i, stubbed, user))
			continue;
		if (!wd_route_find(rule, wd_bindings_find(bindings, b->name), &route)) {
			if (fallback == NULL || strcmp(b->kind, "llm") != 0) {
				wd_trouble_set(ret_trouble, wd_kind_served(b->kind) ?
				    "backend `%.*s` (%s) is bound to nothing" :
				    "backend `%.*s` is of kind `%s`, which no adaptor of this version serves",
				    wd_print_size(b->name), b->name.at, b->kind);
				return WR_REFUSED;
			}
			route = (struct wd_route){ .adaptor = wd_protocol_find(wr_text_of(fallback)) };
		}
		status = bind_one(dispatch, b, &route, root, ret_trouble);
		if (status != WR_OK)
			return status;
	}
	return wd_host_fits(module, dispatch, stubbed, user, ret_trouble);
}
