// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs.
 *
 *	roundtrip local			a system call of this domain: getppid
 *	roundtrip ring SERVICE		an empty call (NOP) and a cheap one
 *					(fcntl F_GETFL) through a channel, by
 *					nothing but the ring's own code
 *	roundtrip libc FILE		lseek, pread of 1 and of 4096 bytes, as a
 *					program makes them: natively, through
 *					libvirtuos, or through a placeholder
 *	roundtrip placeholder FILE	opened through libvirtuos, used by raw
 *					system calls: the kernel path
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <virtuos/calls.h>
#include <virtuos/front.h>
#include <virtuos/ring.h>

#include "sample.h"

#define BATCH 500

static int channel;
static struct vsys_ring ring;
static unsigned long bells, sleeps;

static int64_t finish(uint32_t slot)
{
	struct vsys_front_wait wait = { .slot = slot };
	long spins = 0;

	while (!vsys_slot_done(&ring.slots[slot])) {
		if (++spins % 8 == 0)
			vsys_relax();
		if (spins < 20000)
			continue;
		sleeps++;
		if (ioctl(channel, VSYS_IOC_WAIT, &wait))
			err(1, "WAIT");
	}
	return vsys_slot_finish(&ring.slots[slot]);
}

static int64_t call(uint32_t nr, uint64_t a, uint64_t b)
{
	struct vsys_slot *slot = &ring.slots[0];

	slot->nr = nr;
	slot->args[0] = a;
	slot->args[1] = b;
	slot->args[2] = 0;
	if (vsys_slot_submit(&ring, 0)) {
		bells++;
		ioctl(channel, VSYS_IOC_DOORBELL);
	}
	return finish(0);
}

/* A descriptor of the service: a socket, or its root directory. */
static int remote_descriptor(const char *service, char *arena)
{
	struct vsys_front_call make = { .slot = 0, .flags = O_CLOEXEC };
	struct vsys_front_arena grow = { .slot = 0, .bytes = 65536 };
	struct vsys_slot *slot = &ring.slots[0];

	if (ioctl(channel, VSYS_IOC_ARENA, &grow))
		err(1, "ARENA");
	memset(slot->args, 0, sizeof(slot->args));
	if (!strcmp(service, "network")) {
		slot->nr = VSYS_NR_socket;
		slot->args[0] = AF_INET;
		slot->args[1] = SOCK_STREAM;
	} else {
		strcpy(arena, "/");
		slot->nr = VSYS_NR_openat;
		slot->args[0] = (uint64_t)VSYS_AT_FDCWD;
		slot->args[1] = (uint64_t)(uintptr_t)arena;
		slot->args[2] = O_RDONLY | O_DIRECTORY;
	}
	if (ioctl(channel, VSYS_IOC_CALL, &make) < 0)
		err(1, "CALL");
	return make.remote_fd;
}

static void measure_ring(const char *service)
{
	struct vsys_front_open open_ = { .nr_slots = 0 };
	char *p, *arena, what[64];
	int fd;

	strncpy(open_.service, service, sizeof(open_.service) - 1);
	channel = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
	if (channel < 0 || ioctl(channel, VSYS_IOC_OPEN, &open_))
		err(1, "%s", VSYS_FRONT_PATH);
	p = mmap(NULL, (1 + open_.nr_slots / VSYS_SLOTS_PER_PAGE) *
		 VSYS_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, channel,
		 VSYS_MAP_RING);
	arena = mmap((void *)(uintptr_t)open_.arena_base,
		     (size_t)open_.nr_slots * VSYS_SLOT_ARENA_MAX,
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
		     channel, VSYS_MAP_ARENA);
	if (p == MAP_FAILED || arena == MAP_FAILED)
		err(1, "mmap");
	ring.head = (void *)p;
	ring.slots = (void *)(p + VSYS_PAGE_SIZE);
	ring.nr_slots = open_.nr_slots;

	snprintf(what, sizeof(what), "ring nop %s", service);
	SAMPLE(what, BATCH, if (call(VSYS_NR_NOP, 0, 0)) errx(1, "NOP"));
	fd = remote_descriptor(service, arena);
	snprintf(what, sizeof(what), "ring fcntl %s", service);
	SAMPLE(what, BATCH,
	       if (call(VSYS_NR_fcntl, fd, F_GETFL) < 0) errx(1, "fcntl"));
	fprintf(stderr, "%s: %lu doorbells, %lu sleeps\n", service, bells,
		sleeps);
}

static void measure_libc(const char *kind, const char *file)
{
	static char buffer[4096];
	char what[64];
	int fd = open(file, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		err(1, "%s", file);
	if (pwrite(fd, buffer, sizeof(buffer), 0) != sizeof(buffer))
		err(1, "pwrite");
	snprintf(what, sizeof(what), "%s lseek", kind);
	SAMPLE(what, BATCH, if (lseek(fd, 0, SEEK_SET)) err(1, "lseek"));
	snprintf(what, sizeof(what), "%s pread 1", kind);
	SAMPLE(what, BATCH,
	       if (pread(fd, buffer, 1, 0) != 1) err(1, "pread"));
	snprintf(what, sizeof(what), "%s pread 4096", kind);
	SAMPLE(what, BATCH,
	       if (pread(fd, buffer, 4096, 0) != 4096) err(1, "pread"));
	close(fd);
	unlink(file);
}

/* Raw, so that a preloaded library does not see it. */
static long raw(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

static void measure_placeholder(const char *file)
{
	static char buffer[4096];
	int fd = open(file, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		err(1, "%s", file);
	SAMPLE("placeholder lseek", BATCH,
	       if (raw(SYS_lseek, fd, 0, SEEK_SET, 0)) errx(1, "lseek"));
	SAMPLE("placeholder pread 1", BATCH,
	       if (raw(SYS_pread64, fd, (long)buffer, 1, 0) < 0)
		       errx(1, "pread"));
	close(fd);
	unlink(file);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "local"))
		SAMPLE("local getppid", BATCH, raw(SYS_getppid, 0, 0, 0, 0));
	else if (argc == 3 && !strcmp(argv[1], "ring"))
		measure_ring(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "libc"))
		measure_libc(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "placeholder"))
		measure_placeholder(argv[2]);
	else
		errx(2, "usage: roundtrip local | ring SERVICE | libc KIND FILE | placeholder FILE");
	return 0;
}
