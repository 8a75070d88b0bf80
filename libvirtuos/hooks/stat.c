// SPDX-License-Identifier: MIT
/*
 * The stat family, old names included (before glibc 2.33 programs called
 * __xstat and its kin), and statx.  struct stat, struct stat64 and the
 * kernel's are one on x86-64.
 */
#include "hook.h"

#include <sys/stat.h>

/* Versions that __xstat takes: the kernel's structure, or libc's (the same). */
#define STAT_VERSION_MAX 1

long hook_stat(int dirfd, const char *path, struct stat *st, int flags)
{
	return AT_CALL(newfstatat, dirfd, PTR(path), PTR(st), flags);
}

static int stat_at(int dirfd, const char *path, struct stat *st, int flags)
{
	return virtuos_return(hook_stat(dirfd, path, st, flags));
}

VIRTUOS_HOOK int stat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}
HOOK_ALIAS(stat64, stat);

VIRTUOS_HOOK int lstat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}
HOOK_ALIAS(lstat64, lstat);

VIRTUOS_HOOK int fstat(int fd, struct stat *st)
{
	return virtuos_return(FD_CALL(fstat, fd, PTR(st)));
}
HOOK_ALIAS(fstat64, fstat);

VIRTUOS_HOOK int fstatat(int dirfd, const char *path, struct stat *st,
			 int flags)
{
	return stat_at(dirfd, path, st, flags);
}
HOOK_ALIAS(fstatat64, fstatat);

static bool bad(int version)
{
	return version < 0 || version > STAT_VERSION_MAX;
}

VIRTUOS_HOOK int __xstat(int version, const char *path, struct stat *st)
{
	return bad(version) ? virtuos_return(-EINVAL) : stat(path, st);
}
HOOK_ALIAS(__xstat64, __xstat);

VIRTUOS_HOOK int __lxstat(int version, const char *path, struct stat *st)
{
	return bad(version) ? virtuos_return(-EINVAL) : lstat(path, st);
}
HOOK_ALIAS(__lxstat64, __lxstat);

VIRTUOS_HOOK int __fxstat(int version, int fd, struct stat *st)
{
	return bad(version) ? virtuos_return(-EINVAL) : fstat(fd, st);
}
HOOK_ALIAS(__fxstat64, __fxstat);

VIRTUOS_HOOK int __fxstatat(int version, int dirfd, const char *path,
			    struct stat *st, int flags)
{
	return bad(version) ? virtuos_return(-EINVAL) :
			      stat_at(dirfd, path, st, flags);
}
HOOK_ALIAS(__fxstatat64, __fxstatat);

VIRTUOS_HOOK int statx(int dirfd, const char *path, int flags,
		       unsigned int mask, struct statx *stx)
{
	return virtuos_return(AT_CALL(statx, dirfd, PTR(path), flags, mask,
				      PTR(stx)));
}
