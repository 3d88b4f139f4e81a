/*
 * Any bytes as a key and as a signature: the first line is a key as policies write it,
 * the rest a signature of it, plain or SSHSIG. Nobody can sign here, so none may be good.
 */
#include "runtime/sysalloc.h"
#include "runtime/trust/key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try(const char *type, struct wr_text text, struct wr_text signature)
{
	struct wr_arena arena;
	struct wd_key key;
	const char *why = NULL;
	enum wr_status status;

	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	status = wd_key_read(wr_text_of(type), text, &arena, &key, &why);
	if (status != WR_OK && why == NULL)
		abort();
	if (status == WR_OK) {
		/* over bytes that no signature of the corpus covers */
		if (wd_key_has_signed(&key, WR_TEXT("nobody signs this"), signature, wd_alloc()))
			abort();
		if (key.ssh.size > 0)
			(void)wd_sshsig_good(
			    &key, WR_TEXT("test"), WR_TEXT("signed"), signature, wd_alloc());
	}
	wr_arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wr_text all = { (const char *)data, size }, line, rest;

	for (line = (struct wr_text){ all.at, 0 }; line.size < size && line.at[line.size] != '\n';)
		line.size++;
	rest = (struct wr_text){ line.at + line.size, size - line.size };
	if (rest.size > 0)
		rest = (struct wr_text){ rest.at + 1, rest.size - 1 };
	try("ssh", line, rest);
	try("ed25519", line, rest);
	try("p256", line, rest);
	return 0;
}
