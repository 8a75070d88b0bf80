// SPDX-License-Identifier: MIT
/* Names: link, unlink, rename, symlink, readlink, mkdir, rmdir, mknod. */
#include "hook.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* ---- removing ---------------------------------------------------------- */

VIRTUOS_HOOK int unlinkat(int dirfd, const char *path, int flags)
{
	return virtuos_return(AT_CALL(unlinkat, dirfd, PTR(path), flags));
}

VIRTUOS_HOOK int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

VIRTUOS_HOOK int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

VIRTUOS_HOOK int remove(const char *path)
{
	long ret = AT_CALL(unlinkat, AT_FDCWD, PTR(path), 0);

	if (ret == -EISDIR)
		ret = AT_CALL(unlinkat, AT_FDCWD, PTR(path), AT_REMOVEDIR);
	return virtuos_return(ret);
}

/* ---- two names --------------------------------------------------------- */

/*
 * A call on two paths: both local, both of one service, or, like two file
 * systems, EXDEV.
 */
static long both(uint32_t nr, int fromfd, const char *from, int tofd,
		 const char *to, uint64_t flags)
{
	struct virtuos_path a, b;
	long err;

	if (!virtuos_active)
		return sys5(nr, fromfd, from, tofd, to, flags);
	err = virtuos_path_route(fromfd, from, &a);
	if (!err)
		err = virtuos_path_route(tofd, to, &b);
	if (err)
		return err;
	if (a.service < 0 && b.service < 0)
		return sys5(nr, fromfd, a.path, tofd, b.path, flags);
	if (a.service != b.service)
		return -EXDEV;
	err = virtuos_call(a.service, nr,
			   VIRTUOS_ARGS(a.dirfd, PTR(a.path), b.dirfd,
					PTR(b.path), flags));
	return hook_local(a.service, err) ?
		       sys5(nr, fromfd, from, tofd, to, flags) : err;
}

VIRTUOS_HOOK int renameat2(int fromfd, const char *from, int tofd,
			   const char *to, unsigned int flags)
{
	return virtuos_return(both(SYS_renameat2, fromfd, from, tofd, to,
				   flags));
}

VIRTUOS_HOOK int renameat(int fromfd, const char *from, int tofd,
			  const char *to)
{
	return renameat2(fromfd, from, tofd, to, 0);
}

VIRTUOS_HOOK int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

VIRTUOS_HOOK int linkat(int fromfd, const char *from, int tofd,
			const char *to, int flags)
{
	return virtuos_return(both(SYS_linkat, fromfd, from, tofd, to, flags));
}

VIRTUOS_HOOK int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* ---- symbolic links ---------------------------------------------------- */

/* The target is text; only the link's own place is routed. */
VIRTUOS_HOOK int symlinkat(const char *target, int dirfd, const char *path)
{
	struct virtuos_path to;
	long err;

	if (!virtuos_active)
		return virtuos_return(sys3(SYS_symlinkat, target, dirfd, path));
	err = virtuos_path_route(dirfd, path, &to);
	if (err)
		return virtuos_return(err);
	if (to.service < 0)
		return virtuos_return(sys3(SYS_symlinkat, target, dirfd,
					   to.path));
	err = virtuos_call(to.service, VSYS_NR_symlinkat,
			   VIRTUOS_ARGS(PTR(target), to.dirfd, PTR(to.path)));
	if (hook_local(to.service, err))
		err = sys3(SYS_symlinkat, target, dirfd, path);
	return virtuos_return(err);
}

VIRTUOS_HOOK int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

VIRTUOS_HOOK ssize_t readlinkat(int dirfd, const char *path, char *buf,
				size_t size)
{
	return virtuos_return(AT_CALL(readlinkat, dirfd, PTR(path), PTR(buf),
				      size > INT_MAX ? INT_MAX : size));
}

VIRTUOS_HOOK ssize_t readlink(const char *path, char *buf, size_t size)
{
	return readlinkat(AT_FDCWD, path, buf, size);
}

VIRTUOS_HOOK ssize_t __readlink_chk(const char *path, char *buf, size_t n,
				    size_t size)
{
	if (n > size)
		__chk_fail();
	return readlink(path, buf, n);
}

VIRTUOS_HOOK ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf,
				      size_t n, size_t size)
{
	if (n > size)
		__chk_fail();
	return readlinkat(dirfd, path, buf, n);
}

/* ---- directories and nodes --------------------------------------------- */

VIRTUOS_HOOK int mkdirat(int dirfd, const char *path, mode_t mode)
{
	return virtuos_return(AT_CALL(mkdirat, dirfd, PTR(path), mode));
}

VIRTUOS_HOOK int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

VIRTUOS_HOOK int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	/* The kernel takes 32 bits of it. */
	if (dev != (unsigned int)dev)
		return virtuos_return(-EINVAL);
	return virtuos_return(AT_CALL(mknodat, dirfd, PTR(path), mode, dev));
}

VIRTUOS_HOOK int mknod(const char *path, mode_t mode, dev_t dev)
{
	return mknodat(AT_FDCWD, path, mode, dev);
}

VIRTUOS_HOOK int __xmknod(int version, const char *path, mode_t mode,
			  dev_t *dev)
{
	return version ? virtuos_return(-EINVAL) :
			 mknodat(AT_FDCWD, path, mode, *dev);
}

VIRTUOS_HOOK int __xmknodat(int version, int dirfd, const char *path,
			    mode_t mode, dev_t *dev)
{
	return version ? virtuos_return(-EINVAL) :
			 mknodat(dirfd, path, mode, *dev);
}

VIRTUOS_HOOK int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return mknodat(dirfd, path, mode | S_IFIFO, 0);
}

VIRTUOS_HOOK int mkfifo(const char *path, mode_t mode)
{
	return mkfifoat(AT_FDCWD, path, mode);
}
