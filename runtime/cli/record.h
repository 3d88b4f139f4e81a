#ifndef WD_CLI_RECORD_H
#define WD_CLI_RECORD_H

#include "runtime/cli/loaded.h"
#include "runtime/recording.h"
#include "runtime/serve/host.h"

/* From the events of a host to a recording in a file. */

/* Note what happened to a call. */
void wd_record_event(struct wd_recorder *recorder, const struct wd_host_event *event);

/* Write the recording of a run that has ended. False: told on standard error. */
bool wd_record_save(const struct wd_recorder *recorder, const char *path, const struct wr_run *run,
    const struct wd_loaded *loaded, struct wr_text input);

#endif
