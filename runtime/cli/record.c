/* Carries what a host tells of calls to a recorder, and its recording to a file. Decides nothing. */
#include "runtime/cli/record.h"

#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"

void
wd_record_event(struct wd_recorder *recorder, const struct wd_host_event *e)
{
	struct wr_buf request;

	if (e->what == WD_HOST_SENT) {
		wr_buf_init(&request, wd_alloc(), WD_RECORDING_MAX);
		wd_call_write(e->call, &request);
		if (request.status == WR_OK)
			wd_recorder_sent(recorder, e->call, wr_buf_view(&request));
		wr_buf_free(&request);
	} else if (e->answer != NULL && e->answer->ok) {
		wd_recorder_answered(recorder, e->call->id, e->answer->text, e->answer->tokens);
	} else if (e->answer != NULL) {
		wd_recorder_failed(recorder, e->call->id, e->answer->failure, wr_text_of(e->answer->detail),
		    e->answer->outcome_unknown);
	}
}

bool
wd_record_save(const struct wd_recorder *recorder, const char *path, const struct wr_run *run,
    const struct wd_loaded *loaded, struct wr_text input)
{
	struct wr_buf out;
	enum wr_status s;

	wr_buf_init(&out, wd_alloc(), WD_RECORDING_MAX);
	s = wd_recorder_write(recorder, run, wr_module_summary(loaded->module)->workflow, &loaded->digest, input, &out);
	if (s == WR_OK)
		s = wd_file_write(path, wr_buf_view(&out), 0666);
	wr_buf_free(&out);
	if (s != WR_OK)
		wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)),
		    s == WR_IO ? wd_file_why(s) : wr_status_text(s));
	return s == WR_OK;
}
