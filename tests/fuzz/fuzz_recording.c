/*
 * Any bytes as a recording: refused with a line and a reason, or read; and what is read can be found again, each call
 * by its own key.
 */
#include "runtime/recording.h"
#include "runtime/sysalloc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_recording_error error = { 0, "" };
	struct wd_recording *r = NULL;

	if (wd_recording_read((struct wr_text){ (const char *)data, size }, wd_alloc(), &r, &error) != WR_OK) {
		if (error.line == 0 || error.why[0] == '\0')
			abort();
		return 0;
	}
	for (uint32_t i = 0; i < wd_recording_len(r); i++) {
		const struct wd_recorded *c = wd_recording_at(r, i);

		if (wd_recording_find(r, c->agent, &c->sha256, c->ordinal) != c)
			abort();
	}
	wd_recording_free(r);
	return 0;
}
