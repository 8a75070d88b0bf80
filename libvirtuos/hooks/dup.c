// SPDX-License-Identifier: MIT
/* dup, dup2, dup3: duplicates of placeholders are made by the kernel. */
#include "hook.h"

#include <unistd.h>

VIRTUOS_HOOK int dup(int fd)
{
	long new = sys1(SYS_dup, fd);

	if (new >= 0 && virtuos_active)
		virtuos_fd_dup(fd, new);
	return virtuos_return(new);
}

/* A duplicate onto a placeholder closes it, but only if the call succeeds. */
static long replace(int old, int new, int flags)
{
	struct virtuos_remote remote;
	bool counted = false;
	long ret;

	if (!virtuos_active)
		return sys3(SYS_dup3, old, new, flags);
	if (virtuos_own_has(new)) {
		virtuos_log("dup onto %d: a channel of libvirtuos, EBUSY", new);
		return -EBUSY;
	}
	if (virtuos_fd_remote(new, &remote))
		counted = virtuos_fd_closing(new);
	ret = sys3(SYS_dup3, old, new, flags);
	if (ret >= 0)
		virtuos_fd_dup(old, new);
	else if (counted)
		virtuos_fd_not_closed(remote.service);
	return ret;
}

VIRTUOS_HOOK int dup2(int old, int new)
{
	/* dup3 refuses what dup2 takes for "is it open?". */
	if (old == new)
		return virtuos_return(sys2(SYS_dup2, old, new));
	return virtuos_return(replace(old, new, 0));
}
HOOK_ALIAS(__dup2, dup2);

VIRTUOS_HOOK int dup3(int old, int new, int flags)
{
	if (old == new || (flags & ~O_CLOEXEC))
		return virtuos_return(-EINVAL);
	return virtuos_return(replace(old, new, flags));
}
