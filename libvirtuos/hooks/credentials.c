// SPDX-License-Identifier: MIT
/*
 * Changes of credentials.  libc makes most of them in all threads; some, and raw
 * system calls, are the calling thread's alone.  Then the services are told, and
 * what they are told is what vsysfront sees, not what was asked for.
 */
#include "hook.h"

#include <grp.h>
#include <sys/fsuid.h>
#include <unistd.h>

struct __user_cap_header_struct;
struct __user_cap_data_struct;
int capset(struct __user_cap_header_struct *header,
	   const struct __user_cap_data_struct *data);

static int credentials_changed(int ret)
{
	int err = errno;

	if (virtuos_active && ret >= 0) {
		virtuos_creds_changed();
		errno = err;
	}
	return ret;
}

static int credentials_changed_alone(int ret)
{
	int err = errno;

	if (virtuos_active && ret >= 0) {
		virtuos_creds_changed_alone();
		errno = err;
	}
	return ret;
}

VIRTUOS_HOOK int setuid(uid_t uid)
{
	return credentials_changed(LIBC(setuid)(uid));
}

VIRTUOS_HOOK int setgid(gid_t gid)
{
	return credentials_changed(LIBC(setgid)(gid));
}

VIRTUOS_HOOK int seteuid(uid_t uid)
{
	return credentials_changed(LIBC(seteuid)(uid));
}

VIRTUOS_HOOK int setegid(gid_t gid)
{
	return credentials_changed(LIBC(setegid)(gid));
}

VIRTUOS_HOOK int setreuid(uid_t real, uid_t effective)
{
	return credentials_changed(LIBC(setreuid)(real, effective));
}

VIRTUOS_HOOK int setregid(gid_t real, gid_t effective)
{
	return credentials_changed(LIBC(setregid)(real, effective));
}

VIRTUOS_HOOK int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return credentials_changed(LIBC(setresuid)(real, effective, saved));
}

VIRTUOS_HOOK int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return credentials_changed(LIBC(setresgid)(real, effective, saved));
}

VIRTUOS_HOOK int setgroups(size_t n, const gid_t *groups)
{
	return credentials_changed(LIBC(setgroups)(n, groups));
}

VIRTUOS_HOOK int initgroups(const char *user, gid_t group)
{
	return credentials_changed(LIBC(initgroups)(user, group));
}

/*
 * These return the old id, whatever happens; -1, which is no id, is how
 * programs ask.
 */
VIRTUOS_HOOK int setfsuid(uid_t uid)
{
	int old = LIBC(setfsuid)(uid);

	if (uid != (uid_t)-1)
		credentials_changed_alone(0);
	return old;
}

VIRTUOS_HOOK int setfsgid(gid_t gid)
{
	int old = LIBC(setfsgid)(gid);

	if (gid != (gid_t)-1)
		credentials_changed_alone(0);
	return old;
}

VIRTUOS_HOOK int capset(struct __user_cap_header_struct *header,
			const struct __user_cap_data_struct *data)
{
	return credentials_changed_alone(LIBC(capset)(header, data));
}

bool hook_credentials(long nr, const long a[6], long *ret)
{
	switch (nr) {
	case SYS_setuid:
	case SYS_setgid:
	case SYS_setreuid:
	case SYS_setregid:
	case SYS_setresuid:
	case SYS_setresgid:
	case SYS_setgroups:
	case SYS_setfsuid:
	case SYS_setfsgid:
	case SYS_capset:
		*ret = virtuos_return(sys3(nr, a[0], a[1], a[2]));
		credentials_changed_alone(*ret == -1 ? -1 : 0);
		return true;
	}
	return false;
}
