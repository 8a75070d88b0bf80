// SPDX-License-Identifier: MIT
/* Watching files: the kernel cannot watch a service's. */
#include "hook.h"

#include <sys/fanotify.h>
#include <sys/inotify.h>

VIRTUOS_HOOK int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	struct virtuos_path to;

	if (hook_path_remote(AT_FDCWD, &path, &to))
		return virtuos_return(hook_unserved("inotify_add_watch", path));
	return virtuos_return(sys3(SYS_inotify_add_watch, fd, path, mask));
}

VIRTUOS_HOOK int fanotify_mark(int fd, unsigned int flags, uint64_t mask,
			       int dirfd, const char *path)
{
	struct virtuos_path to;

	if (hook_path_remote(dirfd, &path, &to))
		return virtuos_return(hook_unserved("fanotify_mark", path));
	return virtuos_return(sys5(SYS_fanotify_mark, fd, flags, mask, dirfd,
				   path));
}
