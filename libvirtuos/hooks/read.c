// SPDX-License-Identifier: MIT
/* read, pread and their fortified forms. */
#include "hook.h"

#include <sys/stat.h>
#include <unistd.h>

bool hook_regular(const struct virtuos_remote *remote, int fd)
{
	struct stat st;

	return !REMOTE_CALL(remote, fd, fstat, fd, PTR(&st)) &&
	       S_ISREG(st.st_mode);
}

long hook_read(const struct virtuos_remote *remote, int fd, void *buf,
	       size_t n)
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
		ret = REMOTE_CALL(remote, fd, read, fd, PTR(buf) + done, part);
		if (ret < 0)
			return done ? (long)done : ret;
		done += ret;
	} while (done < n && (size_t)ret == part && hook_regular(remote, fd));
	return done;
}

long hook_pread(const struct virtuos_remote *remote, int fd, void *buf,
		size_t n, off_t offset)
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
		ret = REMOTE_CALL(remote, fd, pread64, fd, PTR(buf) + done,
				  part, offset + done);
		if (ret < 0)
			return done ? (long)done : ret;
		done += ret;
	} while (done < n && (size_t)ret == part);
	return done;
}

VIRTUOS_HOOK ssize_t read(int fd, void *buf, size_t n)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(read, (fd, buf, n), sys3(SYS_read, fd, buf, n));
	pthread_testcancel();
	return virtuos_return(hook_read(&remote, fd, buf, n));
}
HOOK_ALIAS(__read, read);

VIRTUOS_HOOK ssize_t __read_chk(int fd, void *buf, size_t n, size_t size)
{
	if (n > size)
		__chk_fail();
	return read(fd, buf, n);
}

VIRTUOS_HOOK ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pread, (fd, buf, n, offset),
			     sys4(SYS_pread64, fd, buf, n, offset));
	pthread_testcancel();
	return virtuos_return(hook_pread(&remote, fd, buf, n, offset));
}
HOOK_ALIAS(pread64, pread);
HOOK_ALIAS(__pread64, pread);

VIRTUOS_HOOK ssize_t __pread_chk(int fd, void *buf, size_t n, off_t offset,
				 size_t size)
{
	if (n > size)
		__chk_fail();
	return pread(fd, buf, n, offset);
}
HOOK_ALIAS(__pread64_chk, __pread_chk);
