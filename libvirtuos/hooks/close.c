// SPDX-License-Identifier: MIT
/*
 * close and what closes many.  The library's own descriptors (own.c) are not
 * there for programs: closing one fails, a range leaves them out.
 */
#include "hook.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

/*
 * A remote one is closed by the system call itself.  libc's close() may end the
 * thread, if it is cancelled, before anything is closed, and then nobody would
 * take back that the close has been counted.
 */
VIRTUOS_HOOK int close(int fd)
{
	if (virtuos_active) {
		if (virtuos_own_has(fd))
			return virtuos_return(-EBADF);
		pthread_testcancel();
		if (virtuos_fd_closing(fd))
			return virtuos_return(sys1(SYS_close, fd));
	}
	return LOCAL(close, (fd), sys1(SYS_close, fd));
}
HOOK_ALIAS(__close, close);

/* The range in parts, between the library's own descriptors. */
static long close_parts(unsigned int first, unsigned int last, int flags)
{
	long err;
	int own;

	while (first <= last) {
		own = first <= INT_MAX ? virtuos_own_next(first) : -1;
		if (own < 0 || (unsigned int)own > last)
			return sys3(SYS_close_range, first, last, flags);
		if ((unsigned int)own > first) {
			err = sys3(SYS_close_range, first, own - 1, flags);
			if (err)
				return err;
		}
		first = own + 1;
	}
	return 0;
}

VIRTUOS_HOOK int close_range(unsigned int first, unsigned int last, int flags)
{
	if (!virtuos_active || first > last)
		return virtuos_return(sys3(SYS_close_range, first, last,
					   flags));
	if (!(flags & CLOSE_RANGE_CLOEXEC))
		virtuos_fd_forget_range(first, last);
	return virtuos_return(close_parts(first, last, flags));
}

VIRTUOS_HOOK void closefrom(int first)
{
	close_range(first < 0 ? 0 : first, ~0u, 0);
}

/*
 * A stream and a directory close their descriptor inside libc.  vsysfront
 * counts that close, and the library would notice, but it would forget its
 * whole table (table.c); so the close is counted here before libc makes it.
 */
static bool close_remote(int fd)
{
	struct virtuos_remote remote;

	return fd >= 0 && virtuos_fd_remote(fd, &remote);
}

VIRTUOS_HOOK int fclose(FILE *stream)
{
	if (virtuos_active && close_remote(fileno_unlocked(stream))) {
		fflush(stream);
		virtuos_fd_closing(fileno_unlocked(stream));
	}
	return LIBC(fclose)(stream);
}

VIRTUOS_HOOK int closedir(DIR *dir)
{
	if (virtuos_active && dir && close_remote(dirfd(dir)))
		virtuos_fd_closing(dirfd(dir));
	return LIBC(closedir)(dir);
}
