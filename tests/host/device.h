/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A /dev/vsys for the tests of libvirtuos, and a service behind it: a file in
 * memory for each open one, of which ring, local page and arena are shared
 * mappings as they are in earnest, and a thread that answers.
 *
 * A test includes this, and then the library's files that are to see it: their
 * system calls go through device_sys6().  The rest of the library it links.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "libvirtuos/core.h"
#include "test.h"

/* ---- the rest of the library ---------------------------------------------- */

enum { NETWORK, STORAGE };

bool virtuos_active = true;
uint32_t virtuos_epoch;
struct virtuos_libc virtuos_libc = { .sigaction = sigaction };
struct virtuos_routes virtuos_routes = {
	.nr_services = 2,
	.services = { "network", "storage" },
	.slots = 64,
	.inet = NETWORK,
	.inet6 = NETWORK,
	.nr_paths = 1,
	.paths = { { "/storage", 8, STORAGE } },
};

bool virtuos_silent;

static char logged[512];
static int stats_written;

void virtuos_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(logged, sizeof(logged), format, args);
	va_end(args);
}

const char *virtuos_routes_path(void)
{
	return "routes";
}

void virtuos_stats_count(int service, uint32_t nr)
{
	(void)service;
	(void)nr;
}

void virtuos_stats_write(void)
{
	stats_written++;
}

/* For what happens in the middle of a copy. */
static void (*in_copy)(void);

int virtuos_copy(void *to, const void *from, size_t n)
{
	void (*function)(void) = in_copy;

	in_copy = NULL;
	if (function)
		function();
	memcpy(to, from, n);
	return 0;
}

long virtuos_copy_string(char *to, const char *from, size_t size)
{
	size_t n = strnlen(from, size);

	if (n == size)
		return -ENAMETOOLONG;
	memcpy(to, from, n + 1);
	return n;
}

/* ---- the device ------------------------------------------------------------ */

#define DEVICES 4096

struct device {
	int fd;				/* ours, of the file in memory */
	ino_t inode;
	uint64_t arena_base;		/* 0: no channel */
	struct vsys_ring ring;		/* the service's view */
};

static struct device devices[DEVICES];
static int nr_devices;
static pthread_mutex_t device_lock = PTHREAD_MUTEX_INITIALIZER;

/* What it says. */
static long open_says, account_says, attach_says, call_says;
static long service_says;		/* to a call that makes a descriptor */
static bool no_device;
static uint32_t sandboxes;
static uint32_t memory = ~0u;		/* the largest region that there is */
static bool device_refuses_waits;
static bool service_stands;		/* it answers nothing */
static bool service_idle;		/* and has seen that it shall not */
static int placeholder = -1;		/* of which service: */
static const char *placeholder_of = "storage";
static uint32_t placeholder_mode = S_IFREG;

/* What it was asked, and all system calls that were made. */
static int opened, answered, attested, system_calls;
static const char *parameter, *status;	/* the two files, NULL: not there */

#define ARENA (64ull * VSYS_SLOT_ARENA_MAX)

static long device_open(void)
{
	struct device *d = &devices[nr_devices];
	struct stat st;
	int fd;

	if (no_device)
		return -ENOENT;
	test_need(nr_devices < DEVICES, "more devices");
	fd = memfd_create("vsys", MFD_CLOEXEC);
	test_need(fd >= 0 && !ftruncate(fd, VSYS_MAP_ARENA + ARENA) &&
		  !fstat(fd, &st), "memory");
	d->inode = st.st_ino;
	d->fd = dup(fd);
	test_need(dup2(d->fd, 5000 + nr_devices) >= 0, "descriptors");
	close(d->fd);
	d->fd = 5000 + nr_devices;
	nr_devices++;
	return fd;
}

static struct device *device_of(int fd)
{
	struct stat st;
	int i;

	if (fstat(fd, &st))
		return NULL;
	for (i = 0; i < nr_devices; i++)
		if (devices[i].inode == st.st_ino)
			return &devices[i];
	return NULL;
}

static void *device_see(struct device *d, uint64_t offset, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd,
		       offset);

	test_need(p != MAP_FAILED, "mmap");
	return p;
}

static long device_channel(struct device *d, struct vsys_front_open *open)
{
	static uint64_t base = VSYS_ARENA_LOW;

	if (open_says)
		return open_says;
	if (d->arena_base)
		return -EBUSY;
	open->nr_slots = 64;
	open->arena_base = base;
	open->sandboxes = sandboxes;
	base += ARENA;
	d->ring.head = device_see(d, VSYS_MAP_RING, 2 * VSYS_PAGE_SIZE);
	d->ring.slots = (void *)(d->ring.head + 1);
	d->ring.head->server = VSYS_SERVER_AWAKE;
	d->ring.nr_slots = 64;
	__atomic_store_n(&d->arena_base, open->arena_base, __ATOMIC_RELEASE);
	opened++;
	return 0;
}

static void device_serve(struct device *d);

static long device_wait(struct device *d, const struct vsys_front_wait *wait)
{
	while (!device_refuses_waits &&
	       !vsys_slot_done(&d->ring.slots[wait->slot])) {
		usleep(100);
		/* On a slow machine the service may have gone on without it. */
		if (d < &devices[nr_devices] - 8 &&
		    !__atomic_load_n(&service_stands, __ATOMIC_RELAXED))
			device_serve(d);
	}
	return device_refuses_waits ? -EACCES : 0;
}

static long device_fd(struct vsys_front_fd *info)
{
	memset(info->service, 0, sizeof(info->service));
	info->dead = 0;
	info->mode = placeholder_mode;
	if (info->fd == placeholder)
		strcpy(info->service, placeholder_of);
	return 0;
}

/* With call_says: the call has been submitted before. */
static bool call_begun;

static long device_call(struct vsys_front_call *call)
{
	if (call_says) {
		call->mode = call_begun ? 0 : call->mode;
		return call_says;
	}
	call->remote_fd = service_says ? service_says : 12;
	call->mode = S_IFREG;
	return service_says;
}

static long device_ioctl(int fd, unsigned long request, void *arg)
{
	struct device *d = device_of(fd);
	struct vsys_front_arena *arena = arg;

	if (!d)
		return -EBADF;
	if (request == VSYS_IOC_FD)
		return device_fd(arg);
	if (request == VSYS_IOC_OPEN)
		return device_channel(d, arg);
	switch (request) {
	case VSYS_IOC_WAIT:
		return device_wait(d, arg);
	case VSYS_IOC_ARENA:
		return arena->bytes > memory ? -ENOMEM : 0;
	case VSYS_IOC_ACCOUNT:
		memset(arg, 0, sizeof(struct vsys_front_account));
		return account_says;
	case VSYS_IOC_CREDS:
		attested++;
		return 0;
	case VSYS_IOC_ATTACH:
		((struct vsys_front_fd *)arg)->remote_fd = 12;
		return attach_says;
	case VSYS_IOC_CALL:
		return device_call(arg);
	}
	return 0;
}

static long device_file(const char *text)
{
	int fds[2];

	if (!text)
		return -ENOENT;
	test_need(!pipe(fds) &&
		  write(fds[1], text, strlen(text)) == (ssize_t)strlen(text),
		  "pipe");
	close(fds[1]);
	return fds[0];
}

static long device_openat(const char *path)
{
	if (!strcmp(path, VSYS_FRONT_PATH))
		return device_open();
	if (!strcmp(path, "/sys/module/vsysfront/parameters/sandboxed"))
		return device_file(parameter);
	if (!strcmp(path, "/proc/self/status"))
		return device_file(status);
	return -ENOENT;
}

static long device_sys6(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			uint64_t e, uint64_t f)
{
	long ret;

	__atomic_fetch_add(&system_calls, 1, __ATOMIC_RELAXED);
	if (nr != SYS_openat && nr != SYS_ioctl)
		return sys6(nr, a, b, c, d, e, f);
	if (nr == SYS_ioctl && b == VSYS_IOC_WAIT)
		return device_ioctl(a, b, (void *)c);
	pthread_mutex_lock(&device_lock);
	ret = nr == SYS_openat ? device_openat((const char *)b) :
				 device_ioctl(a, b, (void *)c);
	pthread_mutex_unlock(&device_lock);
	return ret;
}

/* ---- the service ----------------------------------------------------------- */

/* What a read gives at a place in a file. */
static uint8_t content(uint64_t at)
{
	return at * 7 + 1;
}

static int64_t device_answer(struct device *d, const struct vsys_call *call)
{
	uint64_t i, offset;
	uint8_t *data;

	if (call->nr != VSYS_NR_pread64)
		return 0;
	offset = call->args[1] - d->arena_base;
	data = device_see(d, VSYS_MAP_ARENA + (offset & ~0xfffull), 65536);
	for (i = 0; i < call->args[2]; i++)
		data[offset % 4096 + i] = content(call->args[3] + i);
	munmap(data, 65536);
	return call->args[2];
}

static void device_serve(struct device *d)
{
	uint32_t cursor = 0;
	struct vsys_call call;
	int s;

	if (!__atomic_load_n(&d->arena_base, __ATOMIC_ACQUIRE))
		return;
	while ((s = vsys_ring_claim(&d->ring, &cursor)) >= 0) {
		if (!vsys_ring_take(&d->ring, s, &call))
			continue;
		vsys_slot_complete(&d->ring, s, device_answer(d, &call));
		__atomic_fetch_add(&answered, 1, __ATOMIC_SEQ_CST);
	}
}

/* Calls that are made from now on are not answered. */
static void service_stand(void)
{
	__atomic_store_n(&service_idle, false, __ATOMIC_SEQ_CST);
	__atomic_store_n(&service_stands, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&service_idle, __ATOMIC_SEQ_CST))
		sched_yield();
}

static void service_go_on(void)
{
	__atomic_store_n(&service_stands, false, __ATOMIC_SEQ_CST);
}

static void *device_service(void *arg)
{
	int i;

	for (;;) {
		sched_yield();
		if (__atomic_load_n(&service_stands, __ATOMIC_SEQ_CST)) {
			__atomic_store_n(&service_idle, true, __ATOMIC_SEQ_CST);
			continue;
		}
		/* Old ones have nobody any more. */
		for (i = nr_devices > 8 ? nr_devices - 8 : 0; i < nr_devices;
		     i++)
			device_serve(&devices[i]);
	}
	return arg;
}

static void device_begin(void)
{
	struct rlimit limit;
	pthread_t thread;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 5000 + DEVICES;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	test_need(!setrlimit(RLIMIT_NOFILE, &limit), "descriptors");
	test_need(!pthread_create(&thread, NULL, device_service, NULL),
		  "thread");
}

/* Mappings and descriptors that lead to the device, besides our own. */
static int device_ways(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	int fd, ways = 0;

	while (fgets(line, sizeof(line), maps))
		ways += strstr(line, "memfd:vsys") != NULL;
	fclose(maps);
	for (fd = 3; fd < 5000; fd++)
		ways += device_of(fd) != NULL;
	for (fd = 0; fd < nr_devices; fd++)
		ways -= devices[fd].ring.head != NULL;
	return ways;
}

static void *device_map(uint64_t at, size_t size, int flags, int fd,
			uint64_t offset)
{
	__atomic_fetch_add(&system_calls, 1, __ATOMIC_RELAXED);
	return sys_map(at, size, flags, fd, offset);
}

#define sys6 device_sys6
#define sys_map device_map

#endif /* DEVICE_H */
