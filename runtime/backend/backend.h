#ifndef WD_BACKEND_BACKEND_H
#define WD_BACKEND_BACKEND_H

#include "runtime/service_limits.h"
#include "vm/writ_vm.h"

/*
 * What an adaptor is: how to say one call to one kind of backend, and how to
 * read what comes back. It has no say in retries, labels, bounds, time-outs or
 * credentials: the machine and the dispatcher decide those. To add one: a file
 * with a `const struct wd_adaptor wd_adaptor_NAME` and a row in adaptors.def.
 */

/* How far an answer can be trusted to come from where the policy says. */
enum wd_class {
	WD_CLASS_EMBEDDED,          /* computed in this process */
	WD_CLASS_PROVIDER_ASSERTED, /* a server said so */
	WD_CLASS_PINNED,            /* the server that has the key in the policy said so */
};

/* `embedded`, `provider-asserted`, `pinned`. */
const char *wd_class_word(enum wd_class class);

/*
 * A backend as the policy and the bindings file define it. Texts are copied by
 * whoever keeps them; absent ones have size 0.
 */
struct wd_backend_config {
	struct wr_text name;       /* `ledger` */
	struct wr_text kind;       /* `http` */
	struct wr_text adaptor;    /* the binding's, or else the policy's protocol: `http` */
	struct wr_text address;    /* a URL; for `sqlite` a folder or file, relative to root */
	struct wr_text credential; /* itself, not a reference to it; sent as a bearer token */
	struct wr_text proxy;      /* a URL */
	struct wr_text pin;        /* `sha256//` and base64: the one TLS key to talk to, whoever vouches for it */
	struct wr_text root;       /* the workspace's folder */
};

/* Why a backend could not be opened: a phrase for people. */
struct wd_trouble {
	char text[WD_DETAIL_MAX + 1];
};

/* What one call came to. */
struct wd_answer {
	bool ok;
	struct wr_text text;     /* ok: the answer, UTF-8, raw or JSON as the call's form says */
	uint64_t tokens;         /* as the backend reported, or 0 */
	enum wr_failure failure; /* not ok, as are the following */
	bool outcome_unknown;    /* an effect may have happened: never send it again */
	char detail[WD_DETAIL_MAX + 1]; /* UTF-8, no text of the answer's */
};

/* One HTTP request. Filled by an adaptor through the functions below. */
struct wd_request {
	const char *method; /* static, or lives as long as the call */
	struct wr_buf url;
	struct wr_buf headers; /* lines `Name: value`, each ended by a NUL */
	struct wr_buf body;
	bool has_body;
};

/* Add a header. False when a name is no token or a value holds a control character. */
WR_MUST_CHECK bool wd_request_header(
    struct wd_request *request, struct wr_text name, struct wr_text value);

/* Append, with every byte that is not unreserved in RFC 3986 percent-encoded. */
void wd_percent_encode(struct wr_buf *buf, struct wr_text t);

/* A 2xx response; other outcomes never reach an adaptor, save for error_code. */
struct wd_response {
	int status;
	struct wr_text body;
};

struct wd_adaptor {
	const char *name;
	const char *kinds; /* parted by spaces */
	enum wd_class class;

	/*
	 * Make ready to answer calls; config's texts live only during the call.
	 * WR_OK, WR_NOMEM, or WR_REFUSED, WR_LIMIT, WR_IO or WR_ABSENT with ret_trouble.
	 */
	enum wr_status (*open)(const struct wd_backend_config *config, const struct wr_alloc *alloc,
	    void **ret_state, struct wd_trouble *ret_trouble);
	void (*close)(void *state);

	/* Whether agents may ask for this `mode`; NULL: the kind has none. */
	bool (*has_mode)(struct wr_text mode);

	/*
	 * Network adaptors: say the call. run is the run's key. False: *ret_answer
	 * says why, as a failure. Failed appends are left to the dispatcher.
	 */
	bool (*build)(void *state, const struct wr_call *call, struct wr_text run,
	    struct wd_request *request, struct wd_answer *ret_answer);

	/* Network adaptors: read a 2xx response. An answer's text goes into out. */
	void (*read)(void *state, const struct wr_call *call, const struct wd_response *response,
	    struct wr_buf *out, struct wd_answer *ret_answer);

	/*
	 * Network adaptors, may be NULL: a short word from an error's body that is
	 * safe to show, such as `model_not_found`. False: there is none.
	 */
	bool (*error_code)(void *state, const struct wd_response *response, char ret_code[64]);

	/* Embedded adaptors: answer at once, in milliseconds. The text goes into out. */
	void (*answer)(void *state, const struct wr_call *call, struct wr_buf *out,
	    struct wd_answer *ret_answer);
};

/* Of adaptors.def; NULL when there is no such name. */
const struct wd_adaptor *wd_adaptor_find(struct wr_text name);
bool wd_adaptor_serves(const struct wd_adaptor *adaptor, struct wr_text kind);

/* True when the adaptor has the mode, or mode is empty. */
bool wd_adaptor_has_mode(const struct wd_adaptor *adaptor, struct wr_text mode);

/* ---- for adaptors ---- */

/* The first part called name, or NULL. */
const struct wr_part *wd_call_part(const struct wr_call *call, const char *name);

/* Set an answer. The text is what the adaptor wrote to out. */
void wd_answer_ok(struct wd_answer *answer, uint64_t tokens);
void wd_answer_fail(struct wd_answer *answer, enum wr_failure failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void wd_trouble_set(struct wd_trouble *trouble, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For printf's %.*s: the size as an int, at most WD_DETAIL_MAX. */
int wd_print_size(struct wr_text t);

#define ADAPTOR(name, kinds, class, meaning) extern const struct wd_adaptor wd_adaptor_##name;
#include "runtime/backend/adaptors.def"
#undef ADAPTOR

#endif
