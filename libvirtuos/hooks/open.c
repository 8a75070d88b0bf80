// SPDX-License-Identifier: MIT
/* open, openat, creat and their fortified forms. */
#include "hook.h"

#include <stdarg.h>

int hook_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	const char *given = path;
	struct virtuos_path to;
	long err;

	if (virtuos_active) {
		err = virtuos_path_route(dirfd, path, &to);
		if (err)
			return virtuos_return(err);
		path = to.path;
	}
	if (!virtuos_active || to.service < 0)
		return LOCAL(openat, (dirfd, path, flags, mode),
			     sys4(SYS_openat, dirfd, path, flags, mode));
	pthread_testcancel();
	err = virtuos_call_fd(to.service, VSYS_NR_openat,
			      VIRTUOS_ARGS(to.dirfd, PTR(to.path), flags, mode),
			      flags & (O_CLOEXEC | O_NONBLOCK));
	if (hook_local(to.service, err))
		err = sys4(SYS_openat, dirfd, given, flags, mode);
	return virtuos_return(err);
}

static mode_t mode_of(int flags, va_list args)
{
	return hook_open_mode(flags) ? va_arg(args, mode_t) : 0;
}

VIRTUOS_HOOK int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return hook_openat(AT_FDCWD, path, flags, mode);
}
HOOK_ALIAS(open64, open);
HOOK_ALIAS(__open, open);
HOOK_ALIAS(__open64, open);

VIRTUOS_HOOK int openat(int dirfd, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return hook_openat(dirfd, path, flags, mode);
}
HOOK_ALIAS(openat64, openat);

VIRTUOS_HOOK int creat(const char *path, mode_t mode)
{
	return hook_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
HOOK_ALIAS(creat64, creat);

VIRTUOS_HOOK int __open_2(const char *path, int flags)
{
	if (hook_open_mode(flags))
		__chk_fail();
	return hook_openat(AT_FDCWD, path, flags, 0);
}
HOOK_ALIAS(__open64_2, __open_2);

VIRTUOS_HOOK int __openat_2(int dirfd, const char *path, int flags)
{
	if (hook_open_mode(flags))
		__chk_fail();
	return hook_openat(dirfd, path, flags, 0);
}
HOOK_ALIAS(__openat64_2, __openat_2);
