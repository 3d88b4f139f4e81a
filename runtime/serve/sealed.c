/* One immutable copy, by memfd_create(2) and its seals. */
#include "runtime/serve/sealed.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static bool
fill(int fd, struct wr_text bytes)
{
	for (size_t done = 0; done < bytes.size;) {
		ssize_t n = write(fd, bytes.at + done, bytes.size - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n < 0 ? 0 : (size_t)n;
	}
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

enum wr_status
wd_seal(struct wr_text bytes, struct wd_sealed *ret_sealed)
{
	int fd = memfd_create("writ", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *at = MAP_FAILED;

	assert(bytes.size > 0);
	if (fd >= 0 && fill(fd, bytes))
		at = mmap(NULL, bytes.size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		int saved = errno;

		if (fd >= 0)
			(void)close(fd);
		errno = saved;
		return WR_IO;
	}
	*ret_sealed = (struct wd_sealed){ fd, { at, bytes.size } };
	return WR_OK;
}

void
wd_sealed_free(struct wd_sealed *sealed)
{
	if (sealed->fd < 0)
		return;
	(void)munmap((void *)(uintptr_t)sealed->bytes.at, sealed->bytes.size);
	(void)close(sealed->fd);
	*sealed = (struct wd_sealed){ .fd = -1 };
}
