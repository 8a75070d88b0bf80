// SPDX-License-Identifier: MIT
/* read, pread and their fortified forms. */
#include "hook.h"

#include <unistd.h>

VIRTUOS_HOOK ssize_t read(int fd, void *buf, size_t n)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(read, (fd, buf, n), sys3(SYS_read, fd, buf, n));
	pthread_testcancel();
	return virtuos_return(hook_pieces(&remote, fd, VSYS_NR_read, buf,
					  n, 0));
}
HOOK_ALIAS(__read, read);

VIRTUOS_HOOK ssize_t __read_chk(int fd, void *buf, size_t n, size_t size)
{
	if (n > size)
		__chk_fail();
	return read(fd, buf, n);
}

VIRTUOS_HOOK ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pread, (fd, buf, n, offset),
			     sys4(SYS_pread64, fd, buf, n, offset));
	pthread_testcancel();
	return virtuos_return(hook_pieces(&remote, fd, VSYS_NR_pread64, buf,
					  n, offset));
}
HOOK_ALIAS(pread64, pread);
HOOK_ALIAS(__pread64, pread);

VIRTUOS_HOOK ssize_t __pread_chk(int fd, void *buf, size_t n, off_t offset,
				 size_t size)
{
	if (n > size)
		__chk_fail();
	return pread(fd, buf, n, offset);
}
HOOK_ALIAS(__pread64_chk, __pread_chk);
