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
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Argument i as a pointer; as an integer it converts by itself. */
#define P(i) ((void *)a[i])

/* The hook that a number leads to. */
#define TO(name, call) \
	case SYS_##name: \
		*ret = (call); \
		return true

/* Data. */
static bool data(long nr, const long a[6], long *ret)
{
	switch (nr) {
	TO(read, read(a[0], P(1), a[2]));
	TO(write, write(a[0], P(1), a[2]));
	TO(readv, readv(a[0], P(1), a[2]));
	TO(writev, writev(a[0], P(1), a[2]));
	TO(pread64, pread(a[0], P(1), a[2], a[3]));
	TO(pwrite64, pwrite(a[0], P(1), a[2], a[3]));
	TO(preadv, preadv(a[0], P(1), a[2], a[3]));
	TO(pwritev, pwritev(a[0], P(1), a[2], a[3]));
	TO(preadv2, preadv2(a[0], P(1), a[2], a[3], a[5]));
	TO(pwritev2, pwritev2(a[0], P(1), a[2], a[3], a[5]));
	TO(sendfile, sendfile(a[0], a[1], P(2), a[3]));
	TO(copy_file_range,
	   copy_file_range(a[0], P(1), a[2], P(3), a[4], a[5]));
	TO(getdents64, getdents64(a[0], P(1), a[2]));
	TO(mmap, (long)mmap(P(0), a[1], a[2], a[3], a[4], a[5]));
	}
	return false;
}

/* Descriptors. */
static bool descriptor(long nr, const long a[6], long *ret)
{
	switch (nr) {
	TO(close, close(a[0]));
	TO(close_range, close_range(a[0], a[1], a[2]));
	TO(dup, dup(a[0]));
	TO(dup2, dup2(a[0], a[1]));
	TO(dup3, dup3(a[0], a[1], a[2]));
	TO(fcntl, fcntl(a[0], a[1], a[2]));
	TO(ioctl, ioctl(a[0], a[1], a[2]));
	TO(lseek, lseek(a[0], a[1], a[2]));
	TO(fstat, fstat(a[0], P(1)));
	TO(fsync, fsync(a[0]));
	TO(fdatasync, fdatasync(a[0]));
	TO(ftruncate, ftruncate(a[0], a[1]));
	TO(fallocate, fallocate(a[0], a[1], a[2], a[3]));
	TO(sync_file_range, sync_file_range(a[0], a[1], a[2], a[3]));
	TO(syncfs, syncfs(a[0]));
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
	TO(open, open(P(0), a[1], (mode_t)a[2]));
	TO(openat, openat(a[0], P(1), a[2], (mode_t)a[3]));
	case SYS_openat2:
		return open_how(a, ret);
	TO(stat, stat(P(0), P(1)));
	TO(lstat, lstat(P(0), P(1)));
	TO(newfstatat, fstatat(a[0], P(1), P(2), a[3]));
	TO(statx, statx(a[0], P(1), a[2], a[3], P(4)));
	TO(access, access(P(0), a[1]));
	TO(faccessat, faccessat(a[0], P(1), a[2], 0));
	TO(faccessat2, faccessat(a[0], P(1), a[2], a[3]));
	TO(unlink, unlink(P(0)));
	TO(unlinkat, unlinkat(a[0], P(1), a[2]));
	TO(rename, rename(P(0), P(1)));
	TO(renameat, renameat(a[0], P(1), a[2], P(3)));
	TO(renameat2, renameat2(a[0], P(1), a[2], P(3), a[4]));
	TO(mkdir, mkdir(P(0), a[1]));
	TO(mkdirat, mkdirat(a[0], P(1), a[2]));
	TO(readlink, readlink(P(0), P(1), a[2]));
	TO(readlinkat, readlinkat(a[0], P(1), P(2), a[3]));
	TO(linkat, linkat(a[0], P(1), a[2], P(3), a[4]));
	TO(symlinkat, symlinkat(P(0), a[1], P(2)));
	TO(utimensat, P(1) ? utimensat(a[0], P(1), P(2), a[3]) :
			     futimens(a[0], P(2)));
	TO(chdir, chdir(P(0)));
	TO(getcwd, virtuos_return(virtuos_cwd_get(P(0), a[1])));
	TO(execve, execve(P(0), P(1), P(2)));
	}
	return false;
}

/* Sockets. */
static bool sockets(long nr, const long a[6], long *ret)
{
	switch (nr) {
	TO(socket, socket(a[0], a[1], a[2]));
	TO(bind, bind(a[0], P(1), a[2]));
	TO(connect, connect(a[0], P(1), a[2]));
	TO(listen, listen(a[0], a[1]));
	TO(accept, accept4(a[0], P(1), P(2), 0));
	TO(accept4, accept4(a[0], P(1), P(2), a[3]));
	TO(getsockname, getsockname(a[0], P(1), P(2)));
	TO(getpeername, getpeername(a[0], P(1), P(2)));
	TO(setsockopt, setsockopt(a[0], a[1], a[2], P(3), a[4]));
	TO(getsockopt, getsockopt(a[0], a[1], a[2], P(3), P(4)));
	TO(shutdown, shutdown(a[0], a[1]));
	TO(sendto, sendto(a[0], P(1), a[2], a[3], P(4), a[5]));
	TO(recvfrom, recvfrom(a[0], P(1), a[2], a[3], P(4), P(5)));
	TO(sendmsg, sendmsg(a[0], P(1), a[2]));
	TO(recvmsg, recvmsg(a[0], P(1), a[2]));
	TO(sendmmsg, sendmmsg(a[0], P(1), a[2], a[3]));
	TO(recvmmsg, recvmmsg(a[0], P(1), a[2], a[3], P(4)));
	}
	return false;
}

/* What vsysfront attests. */
static bool attested(long nr, const long a[6], long *ret)
{
	switch (nr) {
	TO(umask, umask(a[0]));
	TO(setrlimit, setrlimit(a[0], P(1)));
	TO(prlimit64, prlimit(a[0], a[1], P(2), P(3)));
	}
	return hook_credentials(nr, a, ret);
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
	     path(nr, a, &ret) || sockets(nr, a, &ret) ||
	     attested(nr, a, &ret) || hook_sandbox(nr, a, &ret) ||
	     child(nr, a, &ret)))
		return ret;
	return virtuos_return(sys6(nr, a[0], a[1], a[2], a[3], a[4], a[5]));
}
