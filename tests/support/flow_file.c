/* Sources of tests through the compiler's door. The only files read are those named. */
#include "tests/support/flow_file.h"

#include "compiler/writc.h"

#include <stdio.h>

struct beside {
	const char *path; /* of the source */
	const struct wr_alloc *alloc;
};

void
flow_file_read(const char *path, struct wr_buf *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t size;

	if (f == NULL)
		return;
	while ((size = fread(bytes, 1, sizeof bytes, f)) > 0)
		wr_buf_add(out, bytes, size);
	(void)fclose(f);
}

static enum wr_status
read_beside(void *user, struct wc_reading *reading)
{
	const struct beside *b = user;
	const char *slash = strrchr(b->path, '/');
	char path[512];
	struct wr_buf buf;

	(void)snprintf(path, sizeof path, "%.*s%.*s",
	    slash == NULL ? 0 : (int)(slash + 1 - b->path), b->path, (int)reading->path.size,
	    reading->path.at);
	wr_buf_init(&buf, b->alloc, 1 << 20);
	flow_file_read(path, &buf);
	reading->name = "a prompt";
	reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&buf));
	wr_buf_free(&buf);
	return reading->bytes.size > 0 ? WR_OK : WR_ABSENT;
}

static enum wr_status
compile(const struct wr_alloc *alloc, const char *path, struct wr_text source, struct wr_buf *out,
    struct wr_buf *messages)
{
	struct beside beside = { path, alloc };
	struct wc_options options = { .read = read_beside, .user = &beside };
	struct wc_result result = { 0 };
	enum wr_status s = wc_compile(alloc, path, source, &options, out, &result);

	if (messages != NULL) {
		wc_diags_render(&result.diags, WC_DIAG_SHORT, false, messages);
		wr_buf_str(messages, result.bug != NULL ? result.bug : "");
	}
	wc_result_free(&result);
	return s;
}

enum wr_status
flow_file_compile(
    const struct wr_alloc *alloc, const char *path, struct wr_buf *out, struct wr_buf *messages)
{
	struct wr_buf source;
	enum wr_status s;

	wr_buf_init(&source, alloc, 1 << 24);
	flow_file_read(path, &source);
	s = compile(alloc, path, wr_buf_view(&source), out, messages);
	wr_buf_free(&source);
	return s;
}

enum wr_status
flow_compile(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *out,
    struct wr_buf *messages)
{
	return compile(alloc, "flow.wf", source, out, messages);
}
