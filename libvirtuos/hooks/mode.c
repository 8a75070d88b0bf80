// SPDX-License-Identifier: MIT
/* Who may do what with a file: chmod, chown, umask. */
#include "hook.h"

#include <sys/stat.h>
#include <unistd.h>

VIRTUOS_HOOK int chmod(const char *path, mode_t mode)
{
	return virtuos_return(AT_CALL(fchmodat, AT_FDCWD, PTR(path), mode));
}

VIRTUOS_HOOK int fchmod(int fd, mode_t mode)
{
	return virtuos_return(FD_CALL(fchmod, fd, mode));
}

/* Linux cannot change a symbolic link's mode; libc says so for everything. */
static long chmod_nofollow(int dirfd, const char *path, mode_t mode)
{
	struct stat st;
	long err = hook_stat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW);

	if (err)
		return err;
	if (S_ISLNK(st.st_mode))
		return -EOPNOTSUPP;
	return AT_CALL(fchmodat, dirfd, PTR(path), mode);
}

VIRTUOS_HOOK int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	struct virtuos_path to;

	if (flags && !hook_path_remote(dirfd, &path, &to))
		return LIBC(fchmodat)(dirfd, path, mode, flags);
	if (flags & ~AT_SYMLINK_NOFOLLOW)
		return virtuos_return(-EINVAL);
	if (flags)
		return virtuos_return(chmod_nofollow(dirfd, path, mode));
	return virtuos_return(AT_CALL(fchmodat, dirfd, PTR(path), mode));
}

/* As in 4.4BSD: the mode of the link itself, which Linux does not have. */
VIRTUOS_HOOK int lchmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

VIRTUOS_HOOK int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid,
			  int flags)
{
	return virtuos_return(AT_CALL(fchownat, dirfd, PTR(path), uid, gid,
				      flags));
}

VIRTUOS_HOOK int chown(const char *path, uid_t uid, gid_t gid)
{
	return fchownat(AT_FDCWD, path, uid, gid, 0);
}

VIRTUOS_HOOK int lchown(const char *path, uid_t uid, gid_t gid)
{
	return fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

VIRTUOS_HOOK int fchown(int fd, uid_t uid, gid_t gid)
{
	return virtuos_return(FD_CALL(fchown, fd, uid, gid));
}

/* The mask is part of what vsysfront attests. */
VIRTUOS_HOOK mode_t umask(mode_t mask)
{
	mode_t old = sys1(SYS_umask, mask);

	if (virtuos_active && old != (mask & 0777))
		virtuos_limits_changed();
	return old;
}
