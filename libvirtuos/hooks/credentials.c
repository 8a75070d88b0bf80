// SPDX-License-Identifier: MIT
/*
 * Changes of credentials: libc changes all threads', then the services are
 * told; what they are told is what vsysfront sees, not what was asked for.
 */
#include "hook.h"

#include <grp.h>
#include <sys/fsuid.h>
#include <unistd.h>

struct __user_cap_header_struct;
struct __user_cap_data_struct;
int capset(struct __user_cap_header_struct *header,
	   const struct __user_cap_data_struct *data);

static int changed(int ret)
{
	int err = errno;

	if (virtuos_active && ret >= 0) {
		virtuos_creds_changed();
		errno = err;
	}
	return ret;
}

VIRTUOS_HOOK int setuid(uid_t uid)
{
	return changed(LIBC(setuid)(uid));
}

VIRTUOS_HOOK int setgid(gid_t gid)
{
	return changed(LIBC(setgid)(gid));
}

VIRTUOS_HOOK int seteuid(uid_t uid)
{
	return changed(LIBC(seteuid)(uid));
}

VIRTUOS_HOOK int setegid(gid_t gid)
{
	return changed(LIBC(setegid)(gid));
}

VIRTUOS_HOOK int setreuid(uid_t real, uid_t effective)
{
	return changed(LIBC(setreuid)(real, effective));
}

VIRTUOS_HOOK int setregid(gid_t real, gid_t effective)
{
	return changed(LIBC(setregid)(real, effective));
}

VIRTUOS_HOOK int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return changed(LIBC(setresuid)(real, effective, saved));
}

VIRTUOS_HOOK int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return changed(LIBC(setresgid)(real, effective, saved));
}

VIRTUOS_HOOK int setgroups(size_t n, const gid_t *groups)
{
	return changed(LIBC(setgroups)(n, groups));
}

VIRTUOS_HOOK int initgroups(const char *user, gid_t group)
{
	return changed(LIBC(initgroups)(user, group));
}

/* These return the old id, whatever happens. */
VIRTUOS_HOOK int setfsuid(uid_t uid)
{
	return changed(LIBC(setfsuid)(uid));
}

VIRTUOS_HOOK int setfsgid(gid_t gid)
{
	return changed(LIBC(setfsgid)(gid));
}

VIRTUOS_HOOK int capset(struct __user_cap_header_struct *header,
			const struct __user_cap_data_struct *data)
{
	return changed(LIBC(capset)(header, data));
}
