#ifndef WC_WRITC_H
#define WC_WRITC_H

#include "compiler/diag.h"
#include "compiler/test.h"
#include "vm/base/buf.h"

/*
 * The compiler's door: bytes of a .wf file in, bytes of a .wfb file or messages
 * out. It reads no file, no clock and no environment: what `file "…"` names comes
 * and `use … from "…"` name comes through a callback. The same bytes in give the same
 * bytes out, everywhere.
 */

/* One question for the caller's `read`: the contents of a file that a source names. */
struct wc_reading {
	struct wr_text path;    /* as written, relative to the folder of `from` */
	const char *from;       /* the name of the source that asks, as given to wc_compile */
	struct wr_arena *arena; /* the place for everything below */

	/* The answer. */
	const char *name;     /* WR_OK: as messages and depfiles call it; `from` of what it asks for */
	struct wr_text identity; /* WR_OK: the same for one file however it is spelled; empty: name */
	bool elsewhere;       /* WR_OK: it lies in another root than `from`: used only with its hash */
	struct wr_text bytes; /* WR_OK: exactly as on disk */
	const struct wr_text
	    *nearby; /* WR_ABSENT, may be NULL: paths that do exist, written as `path` is */
	uint32_t nearby_len;
	struct wr_text root; /* WR_REFUSED: the root it lies outside of */
};

struct wc_options {
	/*
	 * WR_OK; WR_ABSENT (no such file); WR_REFUSED (outside the source root); WR_IO (it is there
	 * and cannot be read); WR_LIMIT (too large); WR_NOMEM. NULL: no file can be read.
	 */
	enum wr_status (*read)(void *user, struct wc_reading *reading);
	void *user;
	struct wr_text identity; /* of the source to compile, as `read` would give it; empty: its name */
	/* SHA-256, for the hashes behind `use`; NULL: what has a hash is refused. */
	void (*sha256)(struct wr_text bytes, uint8_t ret_hash[32]);
	uint32_t errors_max; /* kept and printed; 0: WC_ERRORS_MAX */
	const struct wr_text
	    *allow; /* short names of warnings that are not given: `floating_model` */
	uint32_t allow_len;
	const struct wr_text *deny; /* short names of warnings that stop compilation */
	uint32_t deny_len;
	bool tests; /* make the programs of the source's tests too; they are checked in any case */
};

struct wc_unit;

/* What a compilation leaves behind; wc_result_free ends it. */
struct wc_result {
	struct wr_arena arena; /* holds all of this */
	struct wc_diags diags; /* render with wc_diags_render */
	const char *const
	    *files; /* the names of the files read through `file` and `use`, each once, in order */
	uint32_t files_len;
	struct wc_tests tests; /* of the source itself; to be run with options->tests alone */
	const char *bug; /* WR_FAILED: what the verifier said about our own output */
	struct wc_unit *program; /* wc_compile, WR_OK: for compiler/place.h, which says where what stands */
	bool library;    /* wc_format, WR_OK: there is no `start` in it */
};

/*
 * Compile one source.
 *
 *   name, bytes   as messages show it, and the contents; both must outlive the result
 *   options       NULL for none; read during the call only
 *   ret_bytecode  born by the caller with WR_MODULE_MAX; appended to only with WR_OK
 *   ret_result    written always; the caller frees it
 *
 * WR_OK: one program, verified, in its only form; there may be warnings.
 * WR_REFUSED: the source is wrong; diags has at least one error (or a denied warning).
 * WR_ABSENT: the source is right and has no `start`: a library, nothing to encode.
 * WR_FAILED: a bug of ours: the verifier refused what was built; nothing was written.
 * WR_NOMEM; WR_LIMIT: the compilation's memory is spent.
 */
WR_MUST_CHECK enum wr_status wc_compile(const struct wr_alloc *alloc, const char *name,
    struct wr_text bytes, const struct wc_options *options, struct wr_buf *ret_bytecode,
    struct wc_result *ret_result);

/*
 * The source with the hash of each file it uses put behind the path, old ones replaced; every
 * other byte stays. A hash is of the file's bytes after newline normalisation, which
 * `sha256sum` can check. options->sha256 must be there.
 *
 *   ret_source  born by the caller; appended to only with WR_OK
 *   ret_result  as above
 *
 * WR_OK; WR_REFUSED: a file cannot be read, or uses others without a hash (diags); WR_NOMEM;
 * WR_LIMIT. What the program says beyond its `use`s is not judged.
 */
WR_MUST_CHECK enum wr_status wc_pin(const struct wr_alloc *alloc, const char *name,
    struct wr_text bytes, const struct wc_options *options, struct wr_buf *ret_source,
    struct wc_result *ret_result);

/*
 * The source in the one style of the language: two spaces, 100 columns. It says the same: the tree,
 * the comments and their order, and the bytecode (where it compiles) are compared before and after, and
 * formatting again changes nothing.
 *
 *   options     as for wc_compile: what the source names is read to compare the bytecode
 *   ret_source  born by the caller with WC_SOURCE_MAX; appended to only with WR_OK
 *   ret_result  as above; with WR_OK its messages are of no interest
 *
 * WR_OK; WR_REFUSED: it has not the shape of the language (diags), whatever else is wrong with it is
 * not asked; WR_FAILED: a bug of ours, in result->bug; WR_LIMIT: it would be too long; WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wc_format(const struct wr_alloc *alloc, const char *name,
    struct wr_text bytes, const struct wc_options *options, struct wr_buf *ret_source,
    struct wc_result *ret_result);

/* Frees everything, messages included; may be called on a zeroed result. */
void wc_result_free(struct wc_result *result);

#endif
