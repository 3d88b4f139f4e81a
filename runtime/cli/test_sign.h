#ifndef WD_CLI_TEST_SIGN_H
#define WD_CLI_TEST_SIGN_H

#include "runtime/cli/review.h"
#include "runtime/cli/test_run.h"

/* What came of tests, signed: one `test/1` record for each source, about the bytecode that it compiles to. */
#define WD_TEST_SIGN_OPTIONS \
	{ "sign", 0, "KEY", "sign what came of them, into the workspace: a PEM file, an SSH key file or agent:FINGERPRINT", \
	    false }, \
	    WD_SIGNED_ELSEWHERE_OPTIONS

struct wd_test_signing {
	bool on;               /* there is something to sign, by us or by somebody else */
	bool prints;           /* by somebody else: the bytes go to standard output */
	struct wd_desk desk;
	struct wd_signer signer;
	uint32_t person;
	struct wd_test_case *cases; /* their names are ours */
	uint32_t len, ran, signed_len; /* of this source; how many of them ran; records so far */
	bool over;             /* the source has more tests than a record holds */
};

/*
 * Look for --sign and --print before a test is run: the workspace, and that the key is one of its policy's.
 * Not WD_YES: told. Close in any event.
 */
enum wd_exit wd_test_signing_open(const struct wd_args *args, struct wd_test_signing *ret);
void wd_test_signing_close(struct wd_test_signing *s);

/* One more test of the source, in order; of a test that was skipped (-k) the adaptor is WD_TEST_NOBODY. */
void wd_test_signing_add(struct wd_test_signing *s, struct wr_text title, struct wd_test_case how);

/*
 * That was all of a source: sign it, if one of them ran. digest NULL: a library, of which nothing can be
 * signed. Not WD_YES: told.
 */
enum wd_exit wd_test_signing_put(struct wd_test_signing *s, const char *path, struct wr_text source,
    const struct wd_digest *digest);

/* --signature: take what somebody else has signed of the source at path. No test is run. */
enum wd_exit wd_test_signing_take(const struct wd_args *args, const char *path);

#endif
