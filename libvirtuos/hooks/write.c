// SPDX-License-Identifier: MIT
/* write, pwrite. */
#include "hook.h"

#include <unistd.h>

VIRTUOS_HOOK ssize_t write(int fd, const void *buf, size_t n)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(write, (fd, buf, n), sys3(SYS_write, fd, buf, n));
	pthread_testcancel();
	return virtuos_return(hook_pieces(&remote, fd, VSYS_NR_write, buf,
					  n, 0));
}
HOOK_ALIAS(__write, write);

VIRTUOS_HOOK ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pwrite, (fd, buf, n, offset),
			     sys4(SYS_pwrite64, fd, buf, n, offset));
	pthread_testcancel();
	return virtuos_return(hook_pieces(&remote, fd, VSYS_NR_pwrite64, buf,
					  n, offset));
}
HOOK_ALIAS(pwrite64, pwrite);
HOOK_ALIAS(__pwrite64, pwrite);
