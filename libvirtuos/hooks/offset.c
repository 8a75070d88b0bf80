// SPDX-License-Identifier: MIT
/* lseek; truncate, allocate and advise; sync. */
#include "hook.h"

#include <unistd.h>

VIRTUOS_HOOK off_t lseek(int fd, off_t offset, int whence)
{
	return virtuos_return(FD_CALL(lseek, fd, offset, whence));
}
HOOK_ALIAS(lseek64, lseek);
HOOK_ALIAS(__lseek, lseek);

VIRTUOS_HOOK int ftruncate(int fd, off_t length)
{
	return virtuos_return(FD_CALL(ftruncate, fd, length));
}
HOOK_ALIAS(ftruncate64, ftruncate);

VIRTUOS_HOOK int truncate(const char *path, off_t length)
{
	return virtuos_return(PATH_CALL(truncate, PTR(path), length));
}
HOOK_ALIAS(truncate64, truncate);

VIRTUOS_HOOK int fallocate(int fd, int mode, off_t offset, off_t length)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(fallocate, (fd, mode, offset, length),
			     sys4(SYS_fallocate, fd, mode, offset, length));
	pthread_testcancel();
	return virtuos_return(REMOTE_CALL(&remote, fd, fallocate, fd, mode,
					  offset, length));
}
HOOK_ALIAS(fallocate64, fallocate);

/* Returns the error; libc's emulation for other file systems stays local. */
VIRTUOS_HOOK int posix_fallocate(int fd, off_t offset, off_t length)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LIBC(posix_fallocate)(fd, offset, length);
	pthread_testcancel();
	return -REMOTE_CALL(&remote, fd, fallocate, fd, 0, offset, length);
}
HOOK_ALIAS(posix_fallocate64, posix_fallocate);

VIRTUOS_HOOK int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
	return -FD_CALL(fadvise64, fd, offset, length, advice);
}
HOOK_ALIAS(posix_fadvise64, posix_fadvise);

VIRTUOS_HOOK ssize_t readahead(int fd, off_t offset, size_t count)
{
	return virtuos_return(FD_CALL(readahead, fd, offset, count));
}

VIRTUOS_HOOK int fsync(int fd)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(fsync, (fd), sys1(SYS_fsync, fd));
	pthread_testcancel();
	return virtuos_return(REMOTE_CALL(&remote, fd, fsync, fd));
}

VIRTUOS_HOOK int fdatasync(int fd)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(fdatasync, (fd), sys1(SYS_fdatasync, fd));
	pthread_testcancel();
	return virtuos_return(REMOTE_CALL(&remote, fd, fdatasync, fd));
}

VIRTUOS_HOOK int syncfs(int fd)
{
	return virtuos_return(FD_CALL(syncfs, fd));
}

VIRTUOS_HOOK int sync_file_range(int fd, off_t offset, off_t length,
				 unsigned int flags)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(sync_file_range, (fd, offset, length, flags),
			     sys4(SYS_sync_file_range, fd, offset, length,
				  flags));
	pthread_testcancel();
	return virtuos_return(REMOTE_CALL(&remote, fd, sync_file_range, fd,
					  offset, length, flags));
}

/* Everywhere: here, and at every service that has paths. */
VIRTUOS_HOOK void sync(void)
{
	bool asked[VIRTUOS_SERVICES_MAX] = { false };
	unsigned int i;
	int service;

	sys0(SYS_sync);
	if (!virtuos_active)
		return;
	for (i = 0; i < virtuos_routes.nr_paths; i++) {
		service = virtuos_routes.paths[i].service;
		if (asked[service])
			continue;
		asked[service] = true;
		virtuos_call(service, VSYS_NR_sync, VIRTUOS_ARGS(0));
	}
}
