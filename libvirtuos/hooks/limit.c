// SPDX-License-Identifier: MIT
/* Limits: the shadow has the process's for descriptors and the size of files. */
#include "hook.h"

#include <sys/resource.h>
#include <unistd.h>

static long limit_changed(int resource, long ret)
{
	if (virtuos_active && !ret &&
	    (resource == RLIMIT_NOFILE || resource == RLIMIT_FSIZE))
		virtuos_limits_changed();
	return ret;
}

VIRTUOS_HOOK int setrlimit(__rlimit_resource_t resource,
			   const struct rlimit *limit)
{
	return virtuos_return(limit_changed(resource,
					    sys4(SYS_prlimit64, 0, resource,
						 PTR(limit), 0)));
}
HOOK_ALIAS(setrlimit64, setrlimit);

VIRTUOS_HOOK int prlimit(pid_t pid, __rlimit_resource_t resource,
			 const struct rlimit *limit, struct rlimit *old)
{
	long ret = sys4(SYS_prlimit64, pid, resource, PTR(limit), PTR(old));

	if (limit && (!pid || pid == getpid()))
		limit_changed(resource, ret);
	return virtuos_return(ret);
}
HOOK_ALIAS(prlimit64, prlimit);
