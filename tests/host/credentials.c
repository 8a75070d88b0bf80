// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/hooks/credentials.c.
 * Why:		whether a change is one thread's or all threads' decides with
 *		whose rights the others' calls are made from then on.
 * How:		with an identity.c that only counts: each call of libc's, and
 *		each by number, that succeeds, fails, or only asks.
 */
#include <dlfcn.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>

#include "libvirtuos/hooks/hook.h"
#include "test.h"

int capset(cap_user_header_t header, const cap_user_data_t data);
int capget(cap_user_header_t header, cap_user_data_t data);

bool virtuos_active = true;
struct virtuos_libc virtuos_libc;

static int all, alone;

void virtuos_init(void)
{
#define VIRTUOS_LIBC(ret, name, args) \
	*(void **)&virtuos_libc.name = dlsym(RTLD_NEXT, #name);
#include "libvirtuos/libc.def"
}

void virtuos_creds_changed(void)
{
	all++;
	errno = EXDEV;
}

void virtuos_creds_changed_alone(void)
{
	alone++;
	errno = EXDEV;
}

static void counted(int of_all, int of_one)
{
	CHECK_EQ(all, of_all);
	CHECK_EQ(alone, of_one);
	all = alone = 0;
}

static void by_name(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	errno = 0;
	CHECK_EQ(setresuid(-1, geteuid(), -1), 0);
	CHECK_EQ(errno, 0);
	CHECK_EQ(setgid(getegid()), 0);
	counted(2, 0);
	CHECK_EQ(setgroups(-1, NULL), -1);
	counted(0, 0);
	setfsuid(-1);
	setfsgid(-1);
	counted(0, 0);
	CHECK_EQ(setfsuid(geteuid()), (int)geteuid());
	CHECK_EQ(setfsgid(getegid()), (int)getegid());
	counted(0, 2);
	CHECK_EQ(capget(&header, data), 0);
	CHECK_EQ(capset(&header, data), 0);
	counted(0, 1);
}

static long number(long nr, long a, long b, long c)
{
	const long args[6] = { a, b, c };
	long ret = -7;

	errno = 0;
	CHECK(hook_credentials(nr, args, &ret));
	return ret;
}

static void by_number(void)
{
	const long args[6] = { 0 };
	long ret;

	CHECK_EQ(number(SYS_setresuid, -1, geteuid(), -1), 0);
	CHECK_EQ(errno, 0);
	CHECK_EQ(number(SYS_setregid, -1, getegid(), 0), 0);
	CHECK_EQ(number(SYS_setfsuid, geteuid(), 0, 0), geteuid());
	counted(0, 3);
	CHECK_EQ(number(SYS_setgroups, -1, 0, 0), -1);
	CHECK(errno == EINVAL || errno == EPERM);
	CHECK_EQ(number(SYS_capset, 0, 0, 0), -1);
	counted(0, 0);
	CHECK(!hook_credentials(SYS_getuid, args, &ret));
}

int main(void)
{
	virtuos_init();
	by_name();
	by_number();
	virtuos_active = false;
	setfsuid(geteuid());
	counted(0, 0);
	return test_exit();
}
