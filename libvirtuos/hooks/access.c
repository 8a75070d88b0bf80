// SPDX-License-Identifier: MIT
/* access and its kin. */
#include "hook.h"

#include <unistd.h>

/* Without flags every kernel has it. */
static long access_at(int dirfd, const char *path, int mode, int flags)
{
	if (!flags)
		return AT_CALL(faccessat, dirfd, PTR(path), mode);
	return AT_CALL(faccessat2, dirfd, PTR(path), mode, flags);
}

VIRTUOS_HOOK int access(const char *path, int mode)
{
	return virtuos_return(access_at(AT_FDCWD, path, mode, 0));
}

VIRTUOS_HOOK int faccessat(int dirfd, const char *path, int mode, int flags)
{
	struct virtuos_path to;

	if (!hook_path_remote(dirfd, &path, &to))
		return LOCAL(faccessat, (dirfd, path, mode, flags),
			     sys4(SYS_faccessat2, dirfd, path, mode, flags));
	return virtuos_return(access_at(dirfd, path, mode, flags));
}

VIRTUOS_HOOK int euidaccess(const char *path, int mode)
{
	struct virtuos_path to;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(euidaccess)(path, mode);
	return virtuos_return(access_at(AT_FDCWD, path, mode, AT_EACCESS));
}
HOOK_ALIAS(eaccess, euidaccess);
