// SPDX-License-Identifier: MIT
/*
 * Own descriptors: those of /dev/vsys that the library has in the program's
 * table, out of its way.  Besides the channels' they are
 *
 *	query	for what is asked of the device and not of a channel
 *	spare	no channel yet: for services that have none (sandbox.c)
 *
 * Both change under the lock of the channels.
 */
#include <fcntl.h>
#include <sys/resource.h>

#include "core.h"

static int query_fd = -1;
static int spare_fd[VIRTUOS_SERVICES_MAX] = {
	[0 ... VIRTUOS_SERVICES_MAX - 1] = -1,
};
/* They begin here if they can. */
static int own_low;
/* None is below: what programs close is, as a rule. */
static int own_floor = INT_MAX;

/* Open /dev/vsys at a high number.  Returns it, or -errno. */
static int own_open(void)
{
	struct rlimit limit = { .rlim_cur = 1024 };
	long fd, high;

	fd = sys4(SYS_openat, AT_FDCWD, VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	if (!own_low)
		own_low = limit.rlim_cur > 1088 ? 1056 :
			  limit.rlim_cur > 64	? (int)limit.rlim_cur - 32 :
						  (int)limit.rlim_cur / 2;
	high = sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, own_low);
	if (high >= 0)
		sys1(SYS_close, fd);
	else
		high = fd;
	if (high < own_floor)
		own_floor = high;
	return high;
}

bool virtuos_own_has(int fd)
{
	int i;

	if (fd < own_floor)
		return false;
	if (fd == query_fd)
		return true;
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (virtuos_channel_fd(i) == fd || spare_fd[i] == fd)
			return true;
	return false;
}

static int next_of(int fd, int next, int own)
{
	return own >= fd && (next < 0 || own < next) ? own : next;
}

int virtuos_own_next(int fd)
{
	int i, next = -1;

	next = next_of(fd, next, query_fd);
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		next = next_of(fd, next, virtuos_channel_fd(i));
		next = next_of(fd, next, spare_fd[i]);
	}
	return next;
}

int virtuos_own_query(void)
{
	uint64_t old;

	if (__atomic_load_n(&query_fd, __ATOMIC_ACQUIRE) >= 0)
		return query_fd;
	virtuos_channel_lock(&old);
	if (query_fd < 0 && virtuos_active)
		__atomic_store_n(&query_fd, own_open(), __ATOMIC_RELEASE);
	virtuos_channel_unlock(&old);
	return query_fd;
}

int virtuos_own_take(int service)
{
	int spare = spare_fd[service];

	spare_fd[service] = -1;
	return spare >= 0 ? spare : own_open();
}

void virtuos_own_prepare(void)
{
	uint64_t old;
	unsigned int i;

	virtuos_own_query();
	virtuos_channel_lock(&old);
	for (i = 0; i < virtuos_routes.nr_services; i++)
		if (!virtuos_channel_get(i) && spare_fd[i] < 0 &&
		    !virtuos_given_up(i))
			spare_fd[i] = own_open();
	virtuos_channel_unlock(&old);
}

static void spare_close(void)
{
	int i;

	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		if (spare_fd[i] >= 0)
			sys1(SYS_close, spare_fd[i]);
		spare_fd[i] = -1;
	}
}

void virtuos_own_end(void)
{
	spare_close();
	if (query_fd >= 0)
		sys1(SYS_close, query_fd);
	query_fd = -1;
}

/* A child asks through its parent's, also where it could not open /dev/vsys. */
void virtuos_own_fork_child(void)
{
	spare_close();
}
