// SPDX-License-Identifier: MIT
/* Channels of this process: opening, mapping, and losing them. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core.h"

static struct virtuos_channel *channels[VIRTUOS_SERVICES_MAX];
static uint32_t generations[VIRTUOS_SERVICES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int query_fd = -1;
/* Own descriptors lie in this window, out of the program's way. */
static int own_low, own_high;

void virtuos_signals_block(uint64_t *old)
{
	uint64_t all = ~0ull;

	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &all, old, sizeof(all));
}

void virtuos_signals_restore(const uint64_t *old)
{
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, old, 0, sizeof(*old));
}

/* Open /dev/vsys at a high number.  Returns it, or -errno. */
static int own_open(void)
{
	struct rlimit limit = { .rlim_cur = 1024 };
	long fd, high;

	fd = sys4(SYS_openat, AT_FDCWD, VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	if (!own_low) {
		own_low = limit.rlim_cur > 1088 ? 1056 :
			  limit.rlim_cur > 64	? (int)limit.rlim_cur - 32 :
						  (int)limit.rlim_cur / 2;
		own_high = own_low + 32;
	}
	high = sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, own_low);
	if (high < 0)
		return fd;
	sys1(SYS_close, fd);
	if (high >= own_high)
		own_high = high + 1;
	return high;
}

bool virtuos_fd_own(int fd)
{
	int i;

	if (fd < 0)
		return false;
	if (fd == query_fd)
		return true;
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (channels[i] && channels[i]->fd == fd)
			return true;
	return false;
}

int virtuos_fd_own_next(int fd)
{
	int i, next = -1;

	if (query_fd >= fd)
		next = query_fd;
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (channels[i] && channels[i]->fd >= fd &&
		    (next < 0 || channels[i]->fd < next))
			next = channels[i]->fd;
	return next;
}

int virtuos_channel_query(void)
{
	uint64_t old;

	if (__atomic_load_n(&query_fd, __ATOMIC_ACQUIRE) >= 0)
		return query_fd;
	virtuos_signals_block(&old);
	pthread_mutex_lock(&lock);
	if (query_fd < 0)
		__atomic_store_n(&query_fd, own_open(), __ATOMIC_RELEASE);
	pthread_mutex_unlock(&lock);
	virtuos_signals_restore(&old);
	return query_fd;
}

static void *map(int fd, uint64_t at, size_t size, uint64_t offset)
{
	long p = sys6(SYS_mmap, at, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | (at ? MAP_FIXED_NOREPLACE : 0), fd, offset);

	return p < 0 && p >= -4095 ? NULL : (void *)p;
}

static long channel_map(struct virtuos_channel *ch,
			const struct vsys_front_open *open)
{
	size_t ring = (1 + open->nr_slots / VSYS_SLOTS_PER_PAGE) *
		      VSYS_PAGE_SIZE;
	void *p = map(ch->fd, 0, ring, VSYS_MAP_RING);

	if (!p)
		return -ENOMEM;
	ch->ring.head = p;
	ch->ring.slots = (void *)((uint8_t *)p + VSYS_PAGE_SIZE);
	ch->ring.nr_slots = open->nr_slots;
	ch->local = map(ch->fd, 0, VSYS_PAGE_SIZE, VSYS_MAP_LOCAL);
	ch->arena = map(ch->fd, open->arena_base,
			(size_t)open->nr_slots * VSYS_SLOT_ARENA_MAX,
			VSYS_MAP_ARENA);
	if (!ch->local || ch->arena != (void *)(uintptr_t)open->arena_base) {
		virtuos_log("cannot map a channel at %#lx",
			    (unsigned long)open->arena_base);
		return -ENOMEM;
	}
	ch->closes = __atomic_load_n(&ch->local->closes, __ATOMIC_ACQUIRE);
	return 0;
}

static struct virtuos_channel *channel_new(int service, long *error)
{
	struct vsys_front_open open = { .nr_slots = virtuos_routes.slots };
	struct virtuos_channel *ch = mmap(NULL, sizeof(*ch),
					  PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[400];

	if (ch == MAP_FAILED) {
		*error = -ENOMEM;
		return NULL;
	}
	ch->service = service;
	strcpy(open.service, virtuos_routes.services[service]);
	ch->fd = own_open();
	if (ch->fd < 0) {
		*error = ch->fd;
		virtuos_log("%s", virtuos_remedy(text, sizeof(text),
						 open.service, -*error));
		goto unmap;
	}
	do
		*error = sys3(SYS_ioctl, ch->fd, VSYS_IOC_OPEN, &open);
	while (*error == -EINTR);
	if (*error) {
		virtuos_log("%s", virtuos_remedy(text, sizeof(text),
						 open.service, -*error));
		goto close;
	}
	*error = channel_map(ch, &open);
	if (*error)
		goto close;
	ch->generation = ++generations[service];
	return ch;
close:
	sys1(SYS_close, ch->fd);
unmap:
	munmap(ch, sizeof(*ch));
	return NULL;
}

struct virtuos_channel *virtuos_channel_get(int service)
{
	struct virtuos_channel *ch = __atomic_load_n(&channels[service],
						     __ATOMIC_ACQUIRE);

	return ch && !__atomic_load_n(&ch->dead, __ATOMIC_RELAXED) ? ch : NULL;
}

struct virtuos_channel *virtuos_channel_open(int service, long *error)
{
	struct virtuos_channel *ch = virtuos_channel_get(service);
	uint64_t old;

	if (ch)
		return ch;
	virtuos_signals_block(&old);
	pthread_mutex_lock(&lock);
	ch = virtuos_channel_get(service);
	if (!ch) {
		ch = channel_new(service, error);
		if (ch)
			__atomic_store_n(&channels[service], ch,
					 __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	virtuos_signals_restore(&old);
	return ch;
}

void virtuos_channel_dead(struct virtuos_channel *ch)
{
	uint64_t old;

	virtuos_signals_block(&old);
	pthread_mutex_lock(&lock);
	if (!ch->dead) {
		__atomic_store_n(&ch->dead, true, __ATOMIC_RELAXED);
		sys1(SYS_close, ch->fd);	/* the mappings stay */
		ch->fd = -1;
		virtuos_log("service \"%s\" is gone",
			    virtuos_routes.services[ch->service]);
	}
	pthread_mutex_unlock(&lock);
	virtuos_signals_restore(&old);
}

/*
 * A forked child has copies of the descriptors but not of the mappings: it
 * forgets them and opens channels of its own when it needs them.
 */
void virtuos_channel_fork_child(void)
{
	int i;

	pthread_mutex_init(&lock, NULL);
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		if (!channels[i])
			continue;
		if (channels[i]->fd >= 0)
			sys1(SYS_close, channels[i]->fd);
		munmap(channels[i], sizeof(*channels[i]));
		channels[i] = NULL;
	}
	if (query_fd >= 0) {
		sys1(SYS_close, query_fd);
		query_fd = -1;
	}
}

void virtuos_creds_changed(void)
{
	struct virtuos_channel *ch;
	int i;

	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		ch = virtuos_channel_get(i);
		if (!ch || !sys3(SYS_ioctl, ch->fd, VSYS_IOC_CREDS, 0))
			continue;
		virtuos_log("cannot renew credentials at \"%s\"",
			    virtuos_routes.services[i]);
		/* Better no shadow than one with rights that were given up. */
		virtuos_channel_dead(ch);
	}
}
