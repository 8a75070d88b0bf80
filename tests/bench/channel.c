// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls through a channel of /dev/vsys without the library: what the crossing
 * itself costs.  channel SERVICE DIR
 *
 * NOP: nothing; then a cheap call and calls with data, on a descriptor of the
 * service.  "paused" ones come after a rest, when the service has gone to
 * sleep and has to be rung.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <virtuos/calls.h>
#include <virtuos/front.h>
#include <virtuos/ring.h>
#include "bench.h"

#define SLOT	0
#define SPIN	20000

static struct vsys_ring ring;
static struct vsys_slot *slot;
static int channel, remote;
static char *region;

static void open_channel(const char *service)
{
	struct vsys_front_open o = { .class = 0 };
	struct vsys_front_arena a = { .slot = SLOT, .bytes = 1 << 16 };
	size_t pages;
	char *p;

	snprintf(o.service, sizeof(o.service), "%s", service);
	channel = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
	if (channel < 0)
		bench_die(VSYS_FRONT_PATH);
	if (ioctl(channel, VSYS_IOC_OPEN, &o))
		bench_die(service);
	pages = 1 + o.nr_slots / VSYS_SLOTS_PER_PAGE;
	p = mmap(NULL, pages * VSYS_PAGE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_SHARED, channel, VSYS_MAP_RING);
	if (p == MAP_FAILED)
		bench_die("map the ring");
	ring.head = (void *)p;
	ring.slots = (void *)(p + VSYS_PAGE_SIZE);
	ring.nr_slots = o.nr_slots;
	slot = &ring.slots[SLOT];
	p = mmap((void *)o.arena_base, (size_t)o.nr_slots * VSYS_SLOT_ARENA_MAX,
		 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
		 channel, VSYS_MAP_ARENA);
	if (p != (char *)o.arena_base)
		bench_die("map the arena");
	region = p + SLOT * VSYS_SLOT_ARENA_MAX;
	if (ioctl(channel, VSYS_IOC_ARENA, &a) < 0)
		bench_die("grant the slot's region");
}

static void fill(uint32_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	slot->nr = nr;
	slot->args[0] = a;
	slot->args[1] = b;
	slot->args[2] = c;
	slot->args[3] = d;
	slot->args[4] = slot->args[5] = 0;
}

static int64_t call(void)
{
	struct vsys_front_wait w = { .slot = SLOT };
	unsigned int spin = SPIN;

	if (vsys_slot_submit(&ring, SLOT))
		ioctl(channel, VSYS_IOC_DOORBELL);
	while (!vsys_slot_done(slot)) {
		if (spin) {
			spin--;
			vsys_relax();
		} else if (ioctl(channel, VSYS_IOC_WAIT, &w) &&
			   errno != EINTR) {
			bench_die("wait");
		}
	}
	return vsys_slot_finish(slot);
}

static void must(int64_t result, int64_t want)
{
	if (result == want)
		return;
	fprintf(stderr, "call %u: %lld\n", slot->nr, (long long)result);
	exit(1);
}

static void nop(void)
{
	fill(VSYS_NR_NOP, 0, 0, 0, 0);
	must(call(), 0);
}

static void seek(void)
{
	fill(VSYS_NR_lseek, remote, 0, SEEK_SET, 0);
	must(call(), 0);
}

static void getfl(void)
{
	fill(VSYS_NR_fcntl, remote, F_GETFL, 0, 0);
	if (call() < 0)
		must(-1, 0);
}

static void read_1(void)
{
	fill(VSYS_NR_pread64, remote, (uintptr_t)region, 1, 0);
	must(call(), 1);
}

static void read_4k(void)
{
	fill(VSYS_NR_pread64, remote, (uintptr_t)region, 4096, 0);
	must(call(), 4096);
}

static void write_4k(void)
{
	fill(VSYS_NR_pwrite64, remote, (uintptr_t)region, 4096, 0);
	must(call(), 4096);
}

/* A descriptor there, by the way that descriptors are made. */
static void open_remote(const char *dir)
{
	struct vsys_front_call c = { .slot = SLOT };
	int network = !strcmp(dir, "-");

	if (network) {
		fill(VSYS_NR_socket, AF_INET, SOCK_DGRAM, 0, 0);
	} else {
		snprintf(region, 4000, "%s/bench", dir);
		fill(VSYS_NR_openat, VSYS_AT_FDCWD, (uintptr_t)region,
		     O_RDWR | O_CREAT, 0600);
	}
	if (ioctl(channel, VSYS_IOC_CALL, &c) < 0)
		bench_die("open a descriptor");
	remote = c.remote_fd;
	bench("call-fcntl-getfl", getfl);
	if (network)
		return;
	write_4k();
	bench("call-lseek", seek);
	bench("call-pread-1", read_1);
	bench("call-pread-4096", read_4k);
	bench("call-pwrite-4096", write_4k);
}

static void local_getppid(void)
{
	syscall(SYS_getppid);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: channel SERVICE DIR|-\n");
		return 2;
	}
	open_channel(argv[1]);
	bench("local-getppid", local_getppid);
	bench("call-nop", nop);
	bench_paused("call-nop-paused", nop, 50);
	open_remote(argv[2]);
	return 0;
}
