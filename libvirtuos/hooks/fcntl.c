// SPDX-License-Identifier: MIT
/* fcntl, ioctl, flock, lockf: commands to descriptors. */
#include "hook.h"

#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <virtuos/commands.h>

#ifndef F_OFD_SETLKW
#define F_OFD_SETLKW 38
#endif

/* Flags stand at both ends: the placeholder's are what F_GETFL reports. */
static long set_flags(const struct virtuos_remote *remote, int fd, long flags)
{
	long ret = sys3(SYS_fcntl, fd, F_SETFL, flags);

	if (ret < 0)
		return ret;
	return REMOTE_CALL(remote, fd, fcntl, fd, F_SETFL, flags);
}

static long remote_fcntl(const struct virtuos_remote *remote, int fd, int cmd,
			 uint64_t arg)
{
	switch (cmd) {
	case F_SETFL:
		return set_flags(remote, fd, arg);
	case F_GETFD:
	case F_SETFD:
	case F_GETFL:
		return sys3(SYS_fcntl, fd, cmd, arg);
	case F_SETLKW:
	case F_OFD_SETLKW:
		pthread_testcancel();
		break;
	}
	if (vsys_fcntl_size(cmd) > 0)
		return REMOTE_CALL(remote, fd, fcntl, fd, cmd, arg);
	return sys3(SYS_fcntl, fd, cmd, arg);
}

VIRTUOS_HOOK int fcntl(int fd, int cmd, ...)
{
	struct virtuos_remote remote;
	va_list args;
	uint64_t arg;
	long ret;

	va_start(args, cmd);
	arg = va_arg(args, uint64_t);
	va_end(args);
	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) {
		ret = sys3(SYS_fcntl, fd, cmd, arg);
		if (ret >= 0 && virtuos_active)
			virtuos_fd_dup(fd, ret);
		return virtuos_return(ret);
	}
	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(fcntl, (fd, cmd, arg),
			     sys3(SYS_fcntl, fd, cmd, arg));
	return virtuos_return(remote_fcntl(&remote, fd, cmd, arg));
}
HOOK_ALIAS(fcntl64, fcntl);
HOOK_ALIAS(__fcntl, fcntl);

static long remote_ioctl(const struct virtuos_remote *remote, int fd,
			 unsigned long cmd, uint64_t arg)
{
	long ret;

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		return sys3(SYS_ioctl, fd, cmd, arg);
	case FIONBIO:
		ret = sys3(SYS_ioctl, fd, cmd, arg);
		if (ret < 0)
			return ret;
		break;
	}
	if (vsys_ioctl_size(cmd) >= 0)
		return REMOTE_CALL(remote, fd, ioctl, fd, cmd, arg);
	return sys3(SYS_ioctl, fd, cmd, arg);
}

VIRTUOS_HOOK int ioctl(int fd, unsigned long cmd, ...)
{
	struct virtuos_remote remote;
	va_list args;
	uint64_t arg;

	va_start(args, cmd);
	arg = va_arg(args, uint64_t);
	va_end(args);
	if (!virtuos_fd_remote(fd, &remote))
		return virtuos_return(sys3(SYS_ioctl, fd, cmd, arg));
	/* Linux looks at 32 bits; some programs pass a sign-extended int. */
	return virtuos_return(remote_ioctl(&remote, fd, (uint32_t)cmd, arg));
}

VIRTUOS_HOOK int flock(int fd, int operation)
{
	return virtuos_return(FD_CALL(flock, fd, operation));
}

static long remote_lockf(const struct virtuos_remote *remote, int fd, int cmd,
			 off_t len)
{
	struct flock lock = { .l_whence = SEEK_CUR, .l_len = len };
	long ret;

	switch (cmd) {
	case F_TEST:
		lock.l_type = F_RDLCK;
		ret = remote_fcntl(remote, fd, F_GETLK, PTR(&lock));
		if (ret < 0)
			return ret;
		if (lock.l_type == F_UNLCK ||
		    lock.l_pid == sys0(SYS_getpid))
			return 0;
		return -EACCES;
	case F_ULOCK:
		lock.l_type = F_UNLCK;
		return remote_fcntl(remote, fd, F_SETLK, PTR(&lock));
	case F_LOCK:
		lock.l_type = F_WRLCK;
		return remote_fcntl(remote, fd, F_SETLKW, PTR(&lock));
	case F_TLOCK:
		lock.l_type = F_WRLCK;
		return remote_fcntl(remote, fd, F_SETLK, PTR(&lock));
	}
	return -EINVAL;
}

VIRTUOS_HOOK int lockf(int fd, int cmd, off_t len)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LIBC(lockf)(fd, cmd, len);
	return virtuos_return(remote_lockf(&remote, fd, cmd, len));
}
HOOK_ALIAS(lockf64, lockf);
