// SPDX-License-Identifier: MIT
/* write, pwrite. */
#include "hook.h"

#include <unistd.h>

/*
 * On a descriptor that blocks Linux writes everything, so a piece that was
 * written in full is followed by the next.  A short one is the end: the file
 * is full, a signal came, or the descriptor does not block.
 */
static long pieces(const struct virtuos_remote *remote, int fd,
		   const void *buf, size_t n, off_t offset, uint32_t nr)
{
	size_t done = 0, part;
	long ret;

	if (n > HOOK_RW_MAX) {
		if ((ssize_t)n < 0)
			return -EINVAL;
		n = HOOK_RW_MAX;
	}
	do {
		part = n - done < HOOK_PIECE ? n - done : HOOK_PIECE;
		ret = hook_remote(remote, fd, nr,
				  VIRTUOS_ARGS(fd, PTR(buf) + done, part,
					       offset + done));
		if (ret < 0)
			return done ? (long)done : hook_sigpipe(ret);
		done += ret;
	} while (done < n && (size_t)ret == part);
	return done;
}

long hook_write(const struct virtuos_remote *remote, int fd, const void *buf,
		size_t n)
{
	return pieces(remote, fd, buf, n, 0, VSYS_NR_write);
}

long hook_pwrite(const struct virtuos_remote *remote, int fd, const void *buf,
		 size_t n, off_t offset)
{
	return pieces(remote, fd, buf, n, offset, VSYS_NR_pwrite64);
}

VIRTUOS_HOOK ssize_t write(int fd, const void *buf, size_t n)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(write, (fd, buf, n), sys3(SYS_write, fd, buf, n));
	pthread_testcancel();
	return virtuos_return(hook_write(&remote, fd, buf, n));
}
HOOK_ALIAS(__write, write);

VIRTUOS_HOOK ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pwrite, (fd, buf, n, offset),
			     sys4(SYS_pwrite64, fd, buf, n, offset));
	pthread_testcancel();
	return virtuos_return(hook_pwrite(&remote, fd, buf, n, offset));
}
HOOK_ALIAS(pwrite64, pwrite);
HOOK_ALIAS(__pwrite64, pwrite);
