// SPDX-License-Identifier: MIT
/*
 * What confines the process: filters of system calls, Landlock, another root,
 * other namespaces.  ../sandbox.c says what becomes of the services.
 */
#include "hook.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

/* ---- filters ----------------------------------------------------------- */

/* Without a filter (a program asks whether there are such) none is installed. */
static bool installs(long nr, const long a[6])
{
	if (nr == SYS_prctl)
		return a[0] == PR_SET_SECCOMP &&
		       (a[1] == SECCOMP_MODE_STRICT ||
			(a[1] == SECCOMP_MODE_FILTER && a[2]));
	return a[0] == SECCOMP_SET_MODE_STRICT ||
	       (a[0] == SECCOMP_SET_MODE_FILTER && a[2]);
}

/* The other threads refused it: the result is one of them. */
static bool sandbox_failed(long nr, const long a[6], long ret)
{
	return ret < 0 ||
	       (ret && nr == SYS_seccomp &&
		!(a[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER));
}

static long filter(long nr, const long a[6])
{
	bool entered = virtuos_active && installs(nr, a) &&
		       virtuos_sandbox_enter(VSYS_SANDBOX_SECCOMP);
	long ret = sys5(nr, a[0], a[1], a[2], a[3], a[4]);

	if (entered && sandbox_failed(nr, a, ret))
		virtuos_sandbox_leave();
	return virtuos_return(ret);
}

VIRTUOS_HOOK int prctl(int option, ...)
{
	long a[6] = { option };
	va_list args;
	int i;

	va_start(args, option);
	for (i = 1; i < 5; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	return filter(SYS_prctl, a);
}

/* A ruleset may forbid what vsysfront cannot see that it forbids. */
static long restricted(long ret)
{
	if (!ret && virtuos_active)
		virtuos_sandbox_enter(VSYS_SANDBOX_LSM);
	return virtuos_return(ret);
}

/* ---- another root, other namespaces ------------------------------------ */

static long move(long nr, long a, long b)
{
	long ret;

	if (virtuos_active)
		virtuos_sandbox_prepare();
	ret = sys2(nr, a, b);
	if (!ret && virtuos_active)
		virtuos_sandbox_moved();
	return virtuos_return(ret);
}

/* A root elsewhere: nothing of ours would be found there. */
VIRTUOS_HOOK int chroot(const char *path)
{
	struct virtuos_path to;

	if (hook_path_remote(AT_FDCWD, &path, &to))
		return virtuos_return(hook_unserved("chroot", path));
	return move(SYS_chroot, (long)path, 0);
}

/* In another user namespace there are other capabilities, here none. */
static int move_namespace(long nr, long a, long b)
{
	int ret = move(nr, a, b);

	if (!ret && virtuos_active)
		virtuos_creds_changed();
	return ret;
}

VIRTUOS_HOOK int unshare(int flags)
{
	if (!(flags & (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER)))
		return virtuos_return(sys1(SYS_unshare, flags));
	return move_namespace(SYS_unshare, flags, 0);
}

VIRTUOS_HOOK int setns(int fd, int type)
{
	return move_namespace(SYS_setns, fd, type);
}

/* ---- by number --------------------------------------------------------- */

bool hook_sandbox(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_prctl:
	case SYS_seccomp:
		*ret = filter(nr, a);
		return true;
	case SYS_landlock_restrict_self:
		*ret = restricted(sys2(nr, a[0], a[1]));
		return true;
	case SYS_chroot:
		*ret = chroot((const char *)a[0]);
		return true;
	case SYS_pivot_root:
		*ret = move(nr, a[0], a[1]);
		return true;
	case SYS_unshare:
		*ret = unshare(a[0]);
		return true;
	case SYS_setns:
		*ret = setns(a[0], a[1]);
		return true;
	}
	return false;
}
