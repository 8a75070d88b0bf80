// SPDX-License-Identifier: MIT
/* What the hooks share: see hook.h. */
#include "hook.h"

#include <string.h>
#include <sys/mman.h>

static long raw(uint32_t nr, const uint64_t args[6])
{
	return sys6(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
}

long hook_remote(const struct virtuos_remote *remote, int fd, uint32_t nr,
		 const uint64_t args[6])
{
	uint64_t copy[6];
	long ret;

	memcpy(copy, args, sizeof(copy));
	copy[0] = remote->fd;
	ret = virtuos_call_on(remote, nr, copy);
	if (ret != -ENOSYS)
		return ret;
	copy[0] = fd;
	return raw(nr, copy);
}

long hook_fd(uint32_t nr, const uint64_t args[6])
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote((int)args[0], &remote))
		return raw(nr, args);
	return hook_remote(&remote, (int)args[0], nr, args);
}

/* Route the path in args[i], with its directory before it if there is one. */
static long hook_forward(uint32_t nr, const uint64_t args[6], int i)
{
	const char *path = (const char *)(uintptr_t)args[i];
	struct virtuos_path to;
	uint64_t copy[6];
	long err;

	if (!virtuos_active)
		return raw(nr, args);
	err = virtuos_path_route(i ? (int)args[0] : AT_FDCWD, path, &to);
	if (err)
		return err;
	memcpy(copy, args, sizeof(copy));
	copy[i] = PTR(to.path);
	if (to.service < 0)
		return raw(nr, copy);
	if (i)
		copy[0] = to.dirfd;
	err = virtuos_call(to.service, nr, copy);
	return hook_local(to.service, err) ? raw(nr, args) : err;
}

long hook_at(uint32_t nr, const uint64_t args[6])
{
	return hook_forward(nr, args, 1);
}

long hook_path(uint32_t nr, const uint64_t args[6])
{
	return hook_forward(nr, args, 0);
}

long hook_sigpipe(long ret)
{
	if (ret == -EPIPE)
		sys3(SYS_tgkill, sys0(SYS_getpid), sys0(SYS_gettid), SIGPIPE);
	return ret;
}

bool hook_path_remote(int dirfd, const char **path, struct virtuos_path *to)
{
	if (!virtuos_active || !*path || virtuos_path_route(dirfd, *path, to))
		return false;
	if (to->service >= 0)
		return true;
	*path = to->path;
	return false;
}

long hook_unserved(const char *call, const char *path)
{
	virtuos_log("%s(\"%s\"): not forwarded, ENOSYS", call, path);
	return -ENOSYS;
}
