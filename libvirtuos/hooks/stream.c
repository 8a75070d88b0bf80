// SPDX-License-Identifier: MIT
/*
 * Streams.  libc opens files inside itself: a remote one is opened here, and
 * the stream made on the placeholder.  Its data goes through the kernel's
 * path.  ",ccs=" in a mode is not honoured for remote files.
 */
#include "hook.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Flags of open() for a stream's mode, or -1. */
static int flags_of(const char *mode)
{
	int flags;

	switch (*mode) {
	case 'r':
		flags = O_RDONLY;
		break;
	case 'w':
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = O_WRONLY | O_CREAT | O_APPEND;
		break;
	default:
		return -1;
	}
	for (mode++; *mode && *mode != ','; mode++) {
		if (*mode == '+')
			flags = (flags & ~O_ACCMODE) | O_RDWR;
		else if (*mode == 'x')
			flags |= O_EXCL;
		else if (*mode == 'e')
			flags |= O_CLOEXEC;
	}
	return flags;
}

static int open_mode(const char *path, const char *mode)
{
	int flags = flags_of(mode);

	if (flags < 0)
		return virtuos_return(-EINVAL);
	return hook_openat(AT_FDCWD, path, flags, 0666);
}

VIRTUOS_HOOK FILE *fopen(const char *path, const char *mode)
{
	struct virtuos_path to;
	FILE *stream;
	int fd, err;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(fopen)(path, mode);
	fd = open_mode(path, mode);
	if (fd < 0)
		return NULL;
	stream = fdopen(fd, mode);
	if (!stream) {
		err = errno;
		close(fd);
		errno = err;
	}
	return stream;
}
HOOK_ALIAS(fopen64, fopen);

/* libc's freopen, which closes the stream's descriptor inside itself. */
static FILE *local_reopen(const char *path, const char *mode, FILE *stream)
{
	struct virtuos_remote remote;
	int fd = virtuos_active && path ? fileno(stream) : -1;

	if (fd >= 0 && virtuos_fd_remote(fd, &remote)) {
		fflush(stream);
		virtuos_fd_closing(fd);
	}
	return LIBC(freopen)(path, mode, stream);
}

/*
 * The stream is reopened on something local that can be read and written, and
 * its descriptor is then replaced.
 */
static FILE *reopen(const char *path, const char *mode, FILE *stream)
{
	int fd = open_mode(path, mode);
	int flags = flags_of(mode), ret, err = errno;

	if (fd < 0) {
		fclose(stream);
		errno = err;
		return NULL;
	}
	stream = local_reopen("/dev/null", mode, stream);
	if (!stream) {
		err = errno;
		close(fd);
		errno = err;
		return NULL;
	}
	ret = dup3(fd, fileno(stream), flags & O_CLOEXEC);
	err = errno;
	close(fd);
	errno = err;
	if (ret >= 0)
		return stream;
	fclose(stream);
	errno = err;
	return NULL;
}

VIRTUOS_HOOK FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	struct virtuos_path to;

	if (hook_path_remote(AT_FDCWD, &path, &to))
		return reopen(path, mode, stream);
	return local_reopen(path, mode, stream);
}
HOOK_ALIAS(freopen64, freopen);
