/*
 * Reading bindings, strictly. It decides whether a file is well formed and what
 * it says; it never opens a credential.
 */
#include "runtime/trust/bindings.h"
#include "vm/base/limits.h"

#include <assert.h>

#define TYPE "writ-bindings/1"
#define BACKENDS_MAX 256

struct reader {
	struct wd_bindings *bindings;
	bool development;
	bool not_supported;
};

static bool
plain_text(struct wd_json_at at, struct wr_text *ret)
{
	if (!wd_json_at_text(at, 1024, ret))
		return false;
	for (size_t i = 0; i < ret->size; i++)
		if (ret->at[i] < ' ' || ret->at[i] == 0x7F)
			return wd_json_at_fail(at, "has a control character");
	return true;
}

static bool
read_credential(struct wd_json_at at, struct wd_binding *b)
{
	struct wr_text t;

	if (!plain_text(at, &t))
		return false;
	if (t.size > 4 && memcmp(t.at, "env:", 4) == 0) {
		b->credential = WD_CREDENTIAL_ENV;
		b->credential_name = (struct wr_text){ t.at + 4, t.size - 4 };
		return memchr(t.at, '=', t.size) == NULL ||
		       wd_json_at_fail(at, "is not the name of a variable");
	}
	if (t.size > 5 && memcmp(t.at, "file:", 5) == 0) {
		b->credential = WD_CREDENTIAL_FILE;
		b->credential_name = (struct wr_text){ t.at + 5, t.size - 5 };
		return true;
	}
	return wd_json_at_fail(at, "must be env:NAME or file:PATH, never the credential itself");
}

static bool
read_binding(struct reader *r, struct wd_json_at at, struct wd_binding *b)
{
	struct wd_json_at adaptor = wd_json_at(&at, "adaptor"),
			  address = wd_json_at(&at, "address");
	struct wd_json_at credential = wd_json_at(&at, "credential"),
			  proxy = wd_json_at(&at, "proxy");
	struct wd_json_at limits = wd_json_at(&at, "limits");
	struct wr_text word;

	b->backend = at.name;
	if (!wd_json_at_members(at, "?adaptor ?address ?credential ?proxy ?limits"))
		return false;
	if (!r->development && (adaptor.value != NULL || address.value != NULL))
		return wd_json_at_fail(adaptor.value != NULL ? adaptor : address,
		    "may be said in development alone; elsewhere the policy says it");
	if (limits.value != NULL) {
		r->not_supported = true;
		return wd_json_at_fail(limits, "is not supported by this version");
	}
	if (adaptor.value != NULL) {
		if (!wd_json_at_text(adaptor, WR_NAME_MAX, &word))
			return false;
		b->adaptor = wd_protocol_find(word);
		if (b->adaptor == NULL)
			return wd_json_at_fail(adaptor, "is not an adaptor of this version");
	}
	return (address.value == NULL || plain_text(address, &b->address)) &&
	       (proxy.value == NULL || plain_text(proxy, &b->proxy)) &&
	       (credential.value == NULL || read_credential(credential, b));
}

static bool
read_bindings(struct reader *r, struct wd_json_at top, bool *ret_nomem)
{
	struct wd_json_at environment = wd_json_at(&top, "environment"),
			  backends = wd_json_at(&top, "backends");
	struct wd_bindings *b = r->bindings;
	struct wd_binding *read;

	if (!wd_json_at_members(top, "type environment backends") ||
	    !wd_json_at_exactly(wd_json_at(&top, "type"), TYPE) ||
	    !wd_json_at_text(environment, WR_NAME_MAX, &b->environment))
		return false;
	r->development = wr_text_eq(b->environment, WR_TEXT("development"));
	if (!r->development && !wr_text_eq(b->environment, WR_TEXT("production")))
		return wd_json_at_fail(
		    environment, "is not an environment: there are production and development");
	if (!wd_json_at_object(backends, BACKENDS_MAX))
		return false;
	read = wr_arena_array(&b->doc.arena, wd_json_len(backends.value), sizeof *read);
	if (read == NULL) {
		*ret_nomem = true;
		return wd_json_at_fail(backends, "is too large");
	}
	for (size_t i = 0; i < wd_json_len(backends.value); i++)
		if (!read_binding(r, wd_json_at_item(&backends, i), &read[i]))
			return false;
	b->backends = read;
	b->backends_len = (uint32_t)wd_json_len(backends.value);
	return true;
}

/* The document without the credentials, so that changing a password changes no digest. */
static enum wr_status
digest(struct wd_bindings *b)
{
	const struct wd_json *backends = wd_json_get(b->doc.root, "backends");
	struct wd_json_doc doc;
	struct wd_json *copies;
	struct wr_buf bytes;
	enum wr_status status;

	wd_json_init(&doc, b->doc.arena.alloc, b->doc.arena.max);
	wr_buf_init(&bytes, b->doc.arena.alloc, 8 * WD_BINDINGS_SIZE_MAX);
	doc.root = wd_json_object(&doc);
	wd_json_set_str(&doc, doc.root, "type", TYPE);
	wd_json_set_text(&doc, doc.root, "environment", b->environment);
	copies = wd_json_set(&doc, doc.root, "backends", wd_json_object(&doc));
	for (size_t i = 0; i < wd_json_len(backends); i++) {
		const struct wd_json *from = wd_json_item(backends, i);
		struct wd_json *to = wd_json_set_named(
		    &doc, copies, wd_json_name(backends, i), wd_json_object(&doc));

		for (size_t k = 0; k < wd_json_len(from); k++)
			if (!wr_text_eq(wd_json_name(from, k), WR_TEXT("credential")))
				(void)wd_json_set_named(&doc, to, wd_json_name(from, k),
				    wd_json_copy(&doc, wd_json_item(from, k)));
	}
	status = doc.status;
	if (status == WR_OK)
		wd_json_write(doc.root, WD_JSON_CANONICAL, &bytes);
	if (status == WR_OK)
		status = bytes.status;
	if (status == WR_OK)
		b->digest = wd_sha256(wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	wd_json_free(&doc);
	return status;
}

enum wr_status
wd_bindings_read(struct wd_bindings *ret_bindings, const struct wr_alloc *alloc,
    struct wr_text bytes, struct wd_json_error *ret_error)
{
	struct wd_bindings *b = ret_bindings;
	struct reader r = { .bindings = b };
	bool nomem = false;
	enum wr_status status;

	memset(b, 0, sizeof *b);
	status = wd_json_parse(&b->doc, alloc, bytes, WD_BINDINGS_SIZE_MAX, ret_error);
	if (status != WR_OK)
		return status;
	if (!read_bindings(&r, wd_json_at_root(b->doc.root, ret_error), &nomem)) {
		assert(ret_error->text != NULL);
		status = nomem ? WR_NOMEM : r.not_supported ? WR_REFUSED : WR_MALFORMED;
	} else {
		status = digest(b);
	}
	if (status != WR_OK)
		wd_bindings_free(b);
	return status;
}

enum wr_status
wd_bindings_none(
    struct wd_bindings *ret_bindings, const struct wr_alloc *alloc, const char *environment)
{
	struct wd_json_error error;
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, alloc, 256);
	wr_buf_str(&bytes, "{\"type\":\"" TYPE "\",\"environment\":");
	wd_json_quote(&bytes, wr_text_of(environment));
	wr_buf_str(&bytes, ",\"backends\":{}}");
	status = bytes.status;
	if (status == WR_OK)
		status = wd_bindings_read(ret_bindings, alloc, wr_buf_view(&bytes), &error);
	wr_buf_free(&bytes);
	return status;
}

void
wd_bindings_free(struct wd_bindings *bindings)
{
	wd_json_free(&bindings->doc);
}

const struct wd_binding *
wd_bindings_find(const struct wd_bindings *bindings, struct wr_text backend)
{
	for (uint32_t i = 0; i < bindings->backends_len; i++)
		if (wr_text_eq(bindings->backends[i].backend, backend))
			return &bindings->backends[i];
	return NULL;
}

bool
wd_route_find(
    const struct wd_backend_rule *rule, const struct wd_binding *binding, struct wd_route *ret)
{
	struct wd_route route = { .adaptor = NULL };

	if (rule != NULL)
		route.adaptor = rule->protocol;
	if (binding != NULL && binding->adaptor != NULL)
		route.adaptor = binding->adaptor;
	if (route.adaptor == NULL)
		return false;
	if (rule != NULL && route.adaptor == rule->protocol) {
		route.address = rule->endpoint;
		route.pinned = rule->class == WD_CLASS_PINNED;
		route.pin = rule->pin;
	}
	if (binding != NULL) {
		if (binding->address.size > 0) {
			route.address = binding->address;
			route.pinned = false; /* another place has another key */
		}
		route.credential = binding->credential;
		route.credential_name = binding->credential_name;
		route.proxy = binding->proxy;
	}
	*ret = route;
	return true;
}
