// SPDX-License-Identifier: MIT
/*
 * Descriptor table: what each of the program's descriptors is.  One word per
 * descriptor, read and written atomically:
 *
 *	bits 0-31	remote descriptor
 *	bits 32-35	service
 *	bits 36-39	type of its file, as d_type has it
 *	bits 40-41	where it is
 *	bits 42-63	generation of the channel (low bits)
 *
 * The table can miss a close that happened inside libc.  vsysfront counts this
 * process's closes of placeholders (vsys_local.closes); the library counts
 * those that it knows of before it makes them.  When the kernel's count is
 * ahead, everything is forgotten and asked for anew.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "core.h"
#include "failure.h"

#define TABLE_SIZE (1u << 20)

enum where {
	UNKNOWN = 0,
	LOCAL = 1,
	REMOTE = 2,
};

static uint64_t *table;
static int32_t highest;		/* that was ever set */

static uint64_t entry_make(const struct virtuos_remote *remote,
			   uint32_t generation)
{
	_Static_assert(VIRTUOS_SERVICES_MAX <= 16, "four bits");
	return (uint64_t)(uint32_t)remote->fd |
	       (uint64_t)remote->service << 32 |
	       (uint64_t)(remote->type & 15) << 36 |
	       (uint64_t)REMOTE << 40 | (uint64_t)generation << 42;
}

static enum where entry_where(uint64_t e)
{
	return e >> 40 & 3;
}

static int entry_service(uint64_t e)
{
	return e >> 32 & 15;
}

static uint32_t entry_type(uint64_t e)
{
	return e >> 36 & 15;
}

/* The entry's channel, if it is still the living one. */
static struct virtuos_channel *entry_channel(uint64_t e)
{
	struct virtuos_channel *ch = virtuos_channel_get(entry_service(e));

	if (ch && (ch->generation & 0x3fffff) == e >> 42)
		return ch;
	return NULL;
}

static bool valid(int fd)
{
	return table && (uint32_t)fd < TABLE_SIZE;
}

static uint64_t table_load(int fd)
{
	return __atomic_load_n(&table[fd], __ATOMIC_RELAXED);
}

static void table_store(int fd, uint64_t e)
{
	int32_t seen = __atomic_load_n(&highest, __ATOMIC_RELAXED);

	__atomic_store_n(&table[fd], e, __ATOMIC_RELAXED);
	while (e && fd > seen &&
	       !__atomic_compare_exchange_n(&highest, &seen, fd, 0,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

int virtuos_table_init(void)
{
	table = sys_map(0, TABLE_SIZE * sizeof(*table),
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return table ? 0 : -ENOMEM;
}

void virtuos_fd_forget_range(unsigned int first, unsigned int last)
{
	unsigned int fd;
	unsigned int end = __atomic_load_n(&highest, __ATOMIC_RELAXED);

	if (!table)
		return;
	if (last > end)
		last = end;
	for (fd = first; fd <= last; fd++)
		if (table_load(fd))
			table_store(fd, UNKNOWN);
}

/* Did the kernel see a close that we did not? */
static bool stale(struct virtuos_channel *ch)
{
	uint64_t kernel = __atomic_load_n(&ch->local->closes,
					  __ATOMIC_ACQUIRE);
	uint64_t known = __atomic_load_n(&ch->closes, __ATOMIC_ACQUIRE);

	if (__builtin_expect((int64_t)(kernel - known) <= 0, 1))
		return false;
	/* Forget, then say so: who reads the new count finds no old entry. */
	virtuos_fd_forget_range(0, TABLE_SIZE - 1);
	__atomic_store_n(&ch->closes, kernel, __ATOMIC_RELEASE);
	return true;
}

static int service_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < virtuos_routes.nr_services; i++)
		if (!strncmp(virtuos_routes.services[i], name,
			     VSYS_SERVICE_NAME_MAX))
			return i;
	return -1;
}

/*
 * A placeholder that lives, and no channel: the kernel's path leads on, but not
 * yet for sockets.  For good only if the service is given up.
 */
static bool no_channel(int fd, struct virtuos_remote *remote, long err)
{
	if (!virtuos_given_up(remote->service)) {
		if (virtuos_failure_lacking(err))
			remote->fd = VIRTUOS_FD_LACKING;
		return remote->type == DT_SOCK;
	}
	table_store(fd, (uint64_t)LOCAL << 40);
	return false;
}

/* Ask vsysfront what fd is; make its file known to our shadow. */
static bool ask(int fd, struct virtuos_remote *remote)
{
	struct vsys_front_fd info = { .fd = fd };
	struct virtuos_channel *ch;
	int query = virtuos_own_query();
	int service;
	long err;

	if (query < 0)
		return false;
	err = sys3(SYS_ioctl, query, VSYS_IOC_FD, &info);
	if (err)
		return false;	/* not open: the call will say so */
	if (!info.service[0]) {
		table_store(fd, (uint64_t)LOCAL << 40);
		return false;
	}
	service = service_by_name(info.service);
	if (service < 0)
		return false;
	remote->service = service;
	remote->fd = VIRTUOS_FD_DEAD;
	remote->type = IFTODT(info.mode);
	if (info.dead)
		return true;
	ch = virtuos_channel_open(service, &err);
	if (ch)
		err = virtuos_sandbox_ioctl(ch, VSYS_IOC_ATTACH, &info);
	if (!ch || err)
		return no_channel(fd, remote, err);
	remote->fd = info.remote_fd;
	table_store(fd, entry_make(remote, ch->generation));
	return true;
}

bool virtuos_fd_remote(int fd, struct virtuos_remote *remote)
{
	struct virtuos_channel *ch;
	uint64_t e;

	if (!virtuos_active || !valid(fd))
		return false;
	e = table_load(fd);
	if (entry_where(e) == LOCAL)
		return false;
	if (entry_where(e) == REMOTE) {
		ch = entry_channel(e);
		/* Once more: another thread may have forgotten it meanwhile. */
		if (ch && !stale(ch) && table_load(fd) == e) {
			remote->service = entry_service(e);
			remote->fd = (int32_t)e;
			remote->type = entry_type(e);
			return true;
		}
	}
	return ask(fd, remote);
}

void virtuos_fd_set(int fd, const struct virtuos_remote *remote)
{
	struct virtuos_channel *ch = virtuos_channel_get(remote->service);

	if (!valid(fd))
		return;
	if (ch)
		stale(ch);	/* before the new entry is there */
	table_store(fd, ch ? entry_make(remote, ch->generation) : UNKNOWN);
}

void virtuos_fd_forget(int fd)
{
	if (valid(fd) && table_load(fd))
		table_store(fd, UNKNOWN);
}

void virtuos_fd_dup(int old, int new)
{
	if (!valid(new))
		return;
	table_store(new, valid(old) ? table_load(old) : UNKNOWN);
}

bool virtuos_fd_closing(int fd)
{
	struct virtuos_channel *ch;
	uint64_t e;

	if (!valid(fd) || !table_load(fd))
		return false;
	/* Of two threads that close it, one counts: the kernel counts one. */
	e = __atomic_exchange_n(&table[fd], UNKNOWN, __ATOMIC_RELAXED);
	ch = entry_where(e) == REMOTE ? entry_channel(e) : NULL;
	if (!ch)
		return false;
	__atomic_fetch_add(&ch->closes, 1, __ATOMIC_RELAXED);
	return true;
}

/* On a newer channel, too, this only makes the table ask anew. */
void virtuos_fd_not_closed(int service)
{
	struct virtuos_channel *ch = virtuos_channel_get(service);

	if (ch)
		__atomic_fetch_sub(&ch->closes, 1, __ATOMIC_RELAXED);
}

/* Remote descriptors were the parent's shadow's. */
void virtuos_table_fork_child(void)
{
	virtuos_fd_forget_range(0, TABLE_SIZE - 1);
}
