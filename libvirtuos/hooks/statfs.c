// SPDX-License-Identifier: MIT
/* statfs, statvfs, pathconf. */
#include "hook.h"

#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The kernel filled in f_flags. */
#define FLAGS_VALID 0x20

VIRTUOS_HOOK int statfs(const char *path, struct statfs *st)
{
	return virtuos_return(PATH_CALL(statfs, PTR(path), PTR(st)));
}
HOOK_ALIAS(statfs64, statfs);
HOOK_ALIAS(__statfs, statfs);

VIRTUOS_HOOK int fstatfs(int fd, struct statfs *st)
{
	return virtuos_return(FD_CALL(fstatfs, fd, PTR(st)));
}
HOOK_ALIAS(fstatfs64, fstatfs);

static void statfs_convert(struct statvfs *to, const struct statfs *from)
{
	unsigned long id;

	memcpy(&id, &from->f_fsid, sizeof(id));
	memset(to, 0, sizeof(*to));
	to->f_bsize = from->f_bsize;
	to->f_frsize = from->f_frsize ? from->f_frsize : from->f_bsize;
	to->f_blocks = from->f_blocks;
	to->f_bfree = from->f_bfree;
	to->f_bavail = from->f_bavail;
	to->f_files = from->f_files;
	to->f_ffree = from->f_ffree;
	to->f_favail = from->f_ffree;
	to->f_fsid = id;
	to->f_flag = from->f_flags & ~FLAGS_VALID;
	to->f_namemax = from->f_namelen;
}

VIRTUOS_HOOK int statvfs(const char *path, struct statvfs *st)
{
	struct virtuos_path to;
	struct statfs fs;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(statvfs)(path, st);
	if (statfs(path, &fs))
		return -1;
	statfs_convert(st, &fs);
	return 0;
}
HOOK_ALIAS(statvfs64, statvfs);

VIRTUOS_HOOK int fstatvfs(int fd, struct statvfs *st)
{
	struct virtuos_remote remote;
	struct statfs fs;

	if (!virtuos_fd_remote(fd, &remote))
		return LIBC(fstatvfs)(fd, st);
	if (fstatfs(fd, &fs))
		return -1;
	statfs_convert(st, &fs);
	return 0;
}
HOOK_ALIAS(fstatvfs64, fstatvfs);

/*
 * Of the limits only the length of a name depends on the file system; the
 * rest is Linux's, the same here as there.
 */
VIRTUOS_HOOK long pathconf(const char *path, int name)
{
	struct virtuos_path to;
	struct statfs fs;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(pathconf)(path, name);
	if (statfs(path, &fs))
		return -1;
	return name == _PC_NAME_MAX ? (long)fs.f_namelen :
				      LIBC(pathconf)("/", name);
}
