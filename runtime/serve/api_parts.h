#ifndef WD_SERVE_API_PARTS_H
#define WD_SERVE_API_PARTS_H

#include "runtime/serve/api.h"

/* What the files of the API share; nobody else includes this. */

#define WD_SEGMENT_MAX 128u

struct evhttp;
struct evhttp_request;

struct wd_api {
	struct wd_service *service;
	struct wd_issuer *issuer;
	struct evhttp *http;
	struct wd_ask *asks; /* waiting for a run to end */
};

/* One request, until it is answered. Whatever sends frees it. */
struct wd_ask {
	struct wd_api *api;
	struct evhttp_request *request;
	struct wd_ask *next, **here; /* in api.asks while it waits */
	struct wr_text body;
	char segment[WD_SEGMENT_MAX + 1];
	bool receipt;
	struct wd_json_doc doc;   /* of the answer */
	struct wd_json *answer;
	struct wd_run *run;       /* for the receipt; or NULL */
	const char *workflow;     /* for the receipt */
	const struct wd_digest *digest;
};

/* Forget the request without an answer. */
void wd_ask_free(struct wd_ask *a);

void wd_ask_header(struct wd_ask *a, const char *name, const char *value);

/* Send bytes, or the answer with its receipt, or a plain 500: an answer without a receipt is not given. */
void wd_ask_send(struct wd_ask *a, unsigned status, const char *type, struct wr_text bytes);
void wd_ask_answer(struct wd_ask *a, unsigned status);
void wd_ask_fail(struct wd_ask *a);

/* A problem document (RFC 9457): first what it is, then its reasons, one by one. */
void wd_ask_problem(struct wd_ask *a, unsigned status, const char *detail);
struct wd_json *wd_ask_reasons(struct wd_ask *a);
void wd_ask_reason(struct wd_ask *a, struct wd_json *list, const char *code, struct wr_text detail);

/* Every condition that a verdict finds not met. */
void wd_ask_reasons_of(struct wd_ask *a, struct wd_json *list, const struct wd_verdict *verdict);

/* A problem with one reason, sent. */
void wd_ask_refuse(struct wd_ask *a, unsigned status, const char *code, const char *detail);

void wd_ask_digest(struct wd_ask *a, struct wd_json *object, const char *name, const struct wd_digest *digest);

/* The receipt is to name the workflow, while the claims do. */
void wd_ask_speak_of(struct wd_ask *a, const struct wd_workflow *w);

/* The workflow that the path names; NULL when it was refused with 404. */
struct wd_workflow *wd_ask_workflow(struct wd_ask *a);

#define ROUTE(method, pattern, handler, receipt) void wd_handle_##handler(struct wd_ask *a);
#include "runtime/serve/routes.def"
#undef ROUTE

#endif
