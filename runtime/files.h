#ifndef WD_FILES_H
#define WD_FILES_H

#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * Append a whole regular file to buf, whose maximum bounds it; "-" is standard input.
 * WR_OK, WR_ABSENT, WR_LIMIT, WR_NOMEM, or WR_IO with errno set.
 */
WR_MUST_CHECK enum wr_status wd_file_read(const char *path, struct wr_buf *buf);

/*
 * The same of a file in a store, which nobody has put another thing in place of: no link is followed, and
 * neither a fifo nor a device is waited for. A path through what is no folder is trouble here, not absence.
 * WR_OK, WR_ABSENT, WR_REFUSED (it is no regular file), WR_LIMIT, WR_NOMEM, or WR_IO with errno set.
 */
WR_MUST_CHECK enum wr_status wd_file_read_plain(const char *path, struct wr_buf *buf);

/* The same from an open descriptor, to its end. WR_OK, WR_LIMIT, WR_NOMEM or WR_IO. */
WR_MUST_CHECK enum wr_status wd_fd_read(int fd, struct wr_buf *buf);

/*
 * Put bytes at path whole or not at all: a temporary file beside it (PATH and six characters after a dot),
 * flushed, renamed, and the folder flushed. A file that holds the same bytes already is not touched. "-" is
 * standard output.
 *
 *   mode  of a new file, 0600 for secrets, else 0666 (the umask applies)
 *
 * WR_OK: it outlives a loss of power, as far as the file system flushes at all. WR_IO with errno set: path
 * is as it was, or has all of the new bytes when only the flush of its folder failed.
 */
WR_MUST_CHECK enum wr_status wd_file_write(const char *path, struct wr_text bytes, unsigned mode);

/* The same, but never over an existing file: WR_REFUSED when there is one. */
WR_MUST_CHECK enum wr_status wd_file_create(const char *path, struct wr_text bytes, unsigned mode);

/* mkdir -p. WR_OK or WR_IO with errno set. */
WR_MUST_CHECK enum wr_status wd_folder_make(const char *path);

/* Flush a folder: what was put into it outlives a loss of power. WR_OK, also where that cannot be had; or WR_IO. */
WR_MUST_CHECK enum wr_status wd_folder_flush(const char *path);

/* A short phrase for a status of the functions above: the errno's text, or what the status says. */
const char *wd_file_why(enum wr_status status);

#endif
