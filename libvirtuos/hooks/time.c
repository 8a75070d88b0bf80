// SPDX-License-Identifier: MIT
/* Times of files: utimensat, and its ancestors in terms of it. */
#include "hook.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

/* Microseconds to nanoseconds; NULL is "now". */
static long time_convert(struct timespec to[2], const struct timeval from[2])
{
	struct timeval tv[2];
	int i;

	if (virtuos_copy(tv, from, sizeof(tv)))
		return -EFAULT;
	for (i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		to[i].tv_sec = tv[i].tv_sec;
		to[i].tv_nsec = tv[i].tv_usec * 1000;
	}
	return 0;
}

static int change(int dirfd, const char *path, const struct timeval times[2],
		  int flags)
{
	struct timespec ts[2];
	long err = times ? time_convert(ts, times) : 0;

	if (err)
		return virtuos_return(err);
	return virtuos_return(AT_CALL(utimensat, dirfd, PTR(path),
				      times ? PTR(ts) : 0, flags));
}

VIRTUOS_HOOK int utimensat(int dirfd, const char *path,
			   const struct timespec times[2], int flags)
{
	/* The kernel takes NULL for futimens; libc does not. */
	if (!path)
		return virtuos_return(-EINVAL);
	return virtuos_return(AT_CALL(utimensat, dirfd, PTR(path), PTR(times),
				      flags));
}

VIRTUOS_HOOK int futimens(int fd, const struct timespec times[2])
{
	if (fd < 0)
		return virtuos_return(-EBADF);
	return virtuos_return(FD_CALL(utimensat, fd, 0, PTR(times), 0));
}

VIRTUOS_HOOK int utimes(const char *path, const struct timeval times[2])
{
	if (!path)
		return virtuos_return(-EFAULT);
	return change(AT_FDCWD, path, times, 0);
}

VIRTUOS_HOOK int lutimes(const char *path, const struct timeval times[2])
{
	if (!path)
		return virtuos_return(-EFAULT);
	return change(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

VIRTUOS_HOOK int futimesat(int dirfd, const char *path,
			   const struct timeval times[2])
{
	return change(dirfd, path, times, 0);
}

VIRTUOS_HOOK int futimes(int fd, const struct timeval times[2])
{
	if (fd < 0)
		return virtuos_return(-EBADF);
	return change(fd, NULL, times, 0);
}

VIRTUOS_HOOK int utime(const char *path, const struct utimbuf *times)
{
	struct utimbuf from;
	struct timeval to[2] = { { 0 } };

	if (!path || (times && virtuos_copy(&from, times, sizeof(from))))
		return virtuos_return(-EFAULT);
	if (times) {
		to[0].tv_sec = from.actime;
		to[1].tv_sec = from.modtime;
	}
	return change(AT_FDCWD, path, times ? to : NULL, 0);
}
