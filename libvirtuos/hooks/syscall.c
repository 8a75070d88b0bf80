// SPDX-License-Identifier: MIT
/*
 * syscall(): the numbers that programs use to go around libc, or ahead of it,
 * lead to the hooks.  Everything else is the kernel's.
 */
#include "hook.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Argument i as a pointer; as an integer it converts by itself. */
#define P(i) ((void *)a[i])

/* Data. */
static bool data(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_read:
		*ret = read(a[0], P(1), a[2]);
		return true;
	case SYS_write:
		*ret = write(a[0], P(1), a[2]);
		return true;
	case SYS_readv:
		*ret = readv(a[0], P(1), a[2]);
		return true;
	case SYS_writev:
		*ret = writev(a[0], P(1), a[2]);
		return true;
	case SYS_pread64:
		*ret = pread(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_pwrite64:
		*ret = pwrite(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_preadv:
		*ret = preadv(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_pwritev:
		*ret = pwritev(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_preadv2:
		*ret = preadv2(a[0], P(1), a[2], a[3], a[5]);
		return true;
	case SYS_pwritev2:
		*ret = pwritev2(a[0], P(1), a[2], a[3], a[5]);
		return true;
	case SYS_sendfile:
		*ret = sendfile(a[0], a[1], P(2), a[3]);
		return true;
	case SYS_copy_file_range:
		*ret = copy_file_range(a[0], P(1), a[2], P(3), a[4], a[5]);
		return true;
	case SYS_getdents64:
		*ret = getdents64(a[0], P(1), a[2]);
		return true;
	case SYS_mmap:
		*ret = (long)mmap(P(0), a[1], a[2], a[3], a[4], a[5]);
		return true;
	}
	return false;
}

/* Descriptors. */
static bool descriptor(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_close:
		*ret = close(a[0]);
		return true;
	case SYS_close_range:
		*ret = close_range(a[0], a[1], a[2]);
		return true;
	case SYS_dup:
		*ret = dup(a[0]);
		return true;
	case SYS_dup2:
		*ret = dup2(a[0], a[1]);
		return true;
	case SYS_dup3:
		*ret = dup3(a[0], a[1], a[2]);
		return true;
	case SYS_fcntl:
		*ret = fcntl(a[0], a[1], a[2]);
		return true;
	case SYS_ioctl:
		*ret = ioctl(a[0], a[1], a[2]);
		return true;
	case SYS_lseek:
		*ret = lseek(a[0], a[1], a[2]);
		return true;
	case SYS_fstat:
		*ret = fstat(a[0], P(1));
		return true;
	case SYS_fsync:
		*ret = fsync(a[0]);
		return true;
	case SYS_fdatasync:
		*ret = fdatasync(a[0]);
		return true;
	case SYS_ftruncate:
		*ret = ftruncate(a[0], a[1]);
		return true;
	case SYS_fallocate:
		*ret = fallocate(a[0], a[1], a[2], a[3]);
		return true;
	case SYS_sync_file_range:
		*ret = sync_file_range(a[0], a[1], a[2], a[3]);
		return true;
	case SYS_syncfs:
		*ret = syncfs(a[0]);
		return true;
	}
	return false;
}

/* openat2 does not cross: with nothing asked of the walk it is openat. */
static bool open_how(const long a[6], long *ret)
{
	const char *name = P(1);
	struct virtuos_path to;
	struct open_how how;

	if (!hook_path_remote(a[0], &name, &to))
		return false;
	if (a[3] < (long)sizeof(how) || virtuos_copy(&how, P(2), sizeof(how)))
		*ret = virtuos_return(-EINVAL);
	else if (a[3] > (long)sizeof(how) || how.resolve)
		*ret = virtuos_return(hook_unserved("openat2", name));
	else
		*ret = hook_openat(a[0], name, how.flags, how.mode);
	return true;
}

/* Paths. */
static bool path(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_open:
		*ret = open(P(0), a[1], (mode_t)a[2]);
		return true;
	case SYS_openat:
		*ret = openat(a[0], P(1), a[2], (mode_t)a[3]);
		return true;
	case SYS_openat2:
		return open_how(a, ret);
	case SYS_stat:
		*ret = stat(P(0), P(1));
		return true;
	case SYS_lstat:
		*ret = lstat(P(0), P(1));
		return true;
	case SYS_newfstatat:
		*ret = fstatat(a[0], P(1), P(2), a[3]);
		return true;
	case SYS_statx:
		*ret = statx(a[0], P(1), a[2], a[3], P(4));
		return true;
	case SYS_access:
		*ret = access(P(0), a[1]);
		return true;
	case SYS_faccessat:
		*ret = faccessat(a[0], P(1), a[2], 0);
		return true;
	case SYS_faccessat2:
		*ret = faccessat(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_unlink:
		*ret = unlink(P(0));
		return true;
	case SYS_unlinkat:
		*ret = unlinkat(a[0], P(1), a[2]);
		return true;
	case SYS_rename:
		*ret = rename(P(0), P(1));
		return true;
	case SYS_renameat:
		*ret = renameat(a[0], P(1), a[2], P(3));
		return true;
	case SYS_renameat2:
		*ret = renameat2(a[0], P(1), a[2], P(3), a[4]);
		return true;
	case SYS_mkdir:
		*ret = mkdir(P(0), a[1]);
		return true;
	case SYS_mkdirat:
		*ret = mkdirat(a[0], P(1), a[2]);
		return true;
	case SYS_readlink:
		*ret = readlink(P(0), P(1), a[2]);
		return true;
	case SYS_readlinkat:
		*ret = readlinkat(a[0], P(1), P(2), a[3]);
		return true;
	case SYS_linkat:
		*ret = linkat(a[0], P(1), a[2], P(3), a[4]);
		return true;
	case SYS_symlinkat:
		*ret = symlinkat(P(0), a[1], P(2));
		return true;
	case SYS_utimensat:
		*ret = P(1) ? utimensat(a[0], P(1), P(2), a[3]) :
			      futimens(a[0], P(2));
		return true;
	case SYS_chdir:
		*ret = chdir(P(0));
		return true;
	case SYS_getcwd:
		*ret = virtuos_return(virtuos_active ?
					      virtuos_cwd_get(P(0), a[1]) :
					      sys2(SYS_getcwd, a[0], a[1]));
		return true;
	case SYS_execve:
		*ret = execve(P(0), P(1), P(2));
		return true;
	}
	return false;
}

/* Sockets. */
static bool sockets(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_socket:
		*ret = socket(a[0], a[1], a[2]);
		return true;
	case SYS_bind:
		*ret = bind(a[0], (struct sockaddr *)a[1], a[2]);
		return true;
	case SYS_connect:
		*ret = connect(a[0], (struct sockaddr *)a[1], a[2]);
		return true;
	case SYS_listen:
		*ret = listen(a[0], a[1]);
		return true;
	case SYS_accept:
		*ret = accept4(a[0], (struct sockaddr *)a[1], P(2), 0);
		return true;
	case SYS_accept4:
		*ret = accept4(a[0], (struct sockaddr *)a[1], P(2), a[3]);
		return true;
	case SYS_getsockname:
		*ret = getsockname(a[0], (struct sockaddr *)a[1], P(2));
		return true;
	case SYS_getpeername:
		*ret = getpeername(a[0], (struct sockaddr *)a[1], P(2));
		return true;
	case SYS_setsockopt:
		*ret = setsockopt(a[0], a[1], a[2], P(3), a[4]);
		return true;
	case SYS_getsockopt:
		*ret = getsockopt(a[0], a[1], a[2], P(3), P(4));
		return true;
	case SYS_shutdown:
		*ret = shutdown(a[0], a[1]);
		return true;
	case SYS_sendto:
		*ret = sendto(a[0], P(1), a[2], a[3], (struct sockaddr *)a[4],
			      a[5]);
		return true;
	case SYS_recvfrom:
		*ret = recvfrom(a[0], P(1), a[2], a[3],
				(struct sockaddr *)a[4], P(5));
		return true;
	case SYS_sendmsg:
		*ret = sendmsg(a[0], P(1), a[2]);
		return true;
	case SYS_recvmsg:
		*ret = recvmsg(a[0], P(1), a[2]);
		return true;
	case SYS_sendmmsg:
		*ret = sendmmsg(a[0], P(1), a[2], a[3]);
		return true;
	case SYS_recvmmsg:
		*ret = recvmmsg(a[0], P(1), a[2], a[3], P(4));
		return true;
	}
	return false;
}

/* A child with its own memory; one that shares ours is a thread's matter. */
static bool child(long nr, const long a[6], long *ret)
{
	uint64_t flags;

	switch (nr) {
	case SYS_clone:
		if (a[0] & CLONE_VM)
			return false;
		break;
	case SYS_clone3:
		/* The first word of its structure. */
		if (virtuos_copy(&flags, P(0), sizeof(flags)) ||
		    (flags & CLONE_VM))
			return false;
		break;
	case SYS_fork:
		break;
	case SYS_vfork:
		nr = SYS_fork;
		break;
	default:
		return false;
	}
	*ret = sys6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (!*ret)
		virtuos_fork_child();
	*ret = virtuos_return(*ret);
	return true;
}

VIRTUOS_HOOK long syscall(long nr, ...)
{
	va_list args;
	long a[6], ret;
	int i;

	va_start(args, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (virtuos_active &&
	    (data(nr, a, &ret) || descriptor(nr, a, &ret) ||
	     path(nr, a, &ret) || sockets(nr, a, &ret) || child(nr, a, &ret)))
		return ret;
	return virtuos_return(sys6(nr, a[0], a[1], a[2], a[3], a[4], a[5]));
}
