// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program can map of a channel, and name of its slots:
 *
 *	mappings	natively
 *
 * All that is the program's own, and nothing else: the kernel's ring and regions,
 * more pages, another process's memory.
 */
#include <setjmp.h>
#include "../bare.h"

#define MIB ((uint64_t)VSYS_SLOT_ARENA_MAX)

static struct bare b;
static sigjmp_buf out;

static void caught(int sig)
{
	siglongjmp(out, sig);
}

/* The signal that touching a byte gets, or 0. */
static int touch(uint64_t at)
{
	int sig = sigsetjmp(out, 1);

	if (!sig)
		*(volatile char *)at = 1;
	return sig;
}

static int refused(size_t size, uint64_t offset, uint64_t at, int prot,
		   int flags)
{
	void *p = mmap((void *)at, size, prot, flags, b.fd, offset);

	if (p == MAP_FAILED)
		return 1;
	munmap(p, size);
	return 0;
}

static void test_ring(size_t pages)
{
	const int rw = PROT_READ | PROT_WRITE;
	size_t size = pages * VSYS_PAGE_SIZE;
	void *p;

	verdict(!refused(size, VSYS_MAP_RING, 0, rw, MAP_SHARED),
		"the ring is mapped again");
	verdict(refused(size + VSYS_PAGE_SIZE, VSYS_MAP_RING, 0, rw,
			MAP_SHARED),
		"not a page more");
	verdict(refused(size + 2 * VSYS_PAGE_SIZE, VSYS_MAP_RING, 0, rw,
			MAP_SHARED),
		"nor two");
	verdict(refused(VSYS_PAGE_SIZE, VSYS_MAP_RING + size, 0, rw,
			MAP_SHARED),
		"nor the one behind it");
	verdict(refused(size, VSYS_MAP_RING, 0, rw | PROT_EXEC, MAP_SHARED),
		"nor to run it");
	verdict(refused(size, VSYS_MAP_RING, 0, rw, MAP_PRIVATE), "nor a copy");
	verdict(mprotect(b.ring.head, size, rw | PROT_EXEC),
		"it does not become executable");
	p = mremap(b.ring.head, size, size + VSYS_PAGE_SIZE, MREMAP_MAYMOVE);
	verdict(p == MAP_FAILED, "it does not grow");
}

static void test_arena(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	uint64_t end = b.arena + b.ring.nr_slots * MIB;
	uint64_t offset = VSYS_MAP_ARENA + b.ring.nr_slots * MIB;

	verdict(touch(end - 1) == SIGBUS,
		"the arena's last byte is not granted");
	verdict(touch(b.arena) == SIGBUS, "nor its first");
	verdict(bare_region(&b, b.ring.nr_slots - 1, MIB) != 0,
		"the last slot's region, all of it");
	verdict(touch(end - 1) == 0, "the last byte can be written");
	verdict(touch(end) == SIGSEGV, "the next one cannot");
	verdict(refused(MIB, offset, end, rw, MAP_SHARED),
		"a region more is not mapped");
	verdict(refused(64 * MIB, offset, end, rw, MAP_SHARED), "nor are 64");
	verdict(refused(MIB, VSYS_MAP_ARENA, 0, rw, MAP_SHARED),
		"nor one at another address");
	verdict(bare_call(&b, 0, VSYS_NR_getcwd, end, 100) == -EFAULT,
		"no data in a region behind the last");
	verdict(bare_call(&b, 0, VSYS_NR_getcwd, end - MIB, 100) == -EFAULT,
		"nor in another slot's");
}

/* Numbers of slots that the program does not have. */
static void test_slots(void)
{
	static const int above[] = { 0, 1, 15, 63, 1023, -1 };
	unsigned int i;

	for (i = 0; i < sizeof(above) / sizeof(*above); i++) {
		uint32_t slot = above[i] < 0 ? ~1u : b.ring.nr_slots + above[i];
		struct vsys_front_wait wait = { .slot = slot };
		struct vsys_front_call call = { .slot = slot };
		struct vsys_front_arena arena = { .slot = slot, .bytes = 4096 };
		struct vsys_front_creds creds = { .slot = slot };

		verdict(ioctl(b.fd, VSYS_IOC_WAIT, &wait) && errno == EINVAL &&
				ioctl(b.fd, VSYS_IOC_CALL, &call) &&
				errno == EINVAL &&
				ioctl(b.fd, VSYS_IOC_ARENA, &arena) &&
				errno == EINVAL &&
				ioctl(b.fd, VSYS_IOC_CREDS, &creds) &&
				errno == EINVAL,
			"no slot %u", slot);
		if (above[i] >= 0)
			verdict(bare_call(&b, 0, VSYS_NR_CANCEL, slot) < 0,
				"nothing in it to be cancelled");
	}
}

/* Touches in a child: the signals that it gets, or the errors. */
static void test_child(size_t pages)
{
	uint64_t last = b.arena + b.ring.nr_slots * MIB - 1;
	pid_t pid;

	madvise(b.ring.head, pages * VSYS_PAGE_SIZE, MADV_DOFORK);
	madvise((void *)b.arena, b.ring.nr_slots * MIB, MADV_DOFORK);
	pid = fork();
	if (!pid) {
		t_wrong = 0;
		verdict(touch((uintptr_t)b.ring.head) == SIGSEGV,
			"a child has no ring");
		verdict(touch(last) == SIGSEGV, "nor arena");
		verdict(ioctl(b.fd, VSYS_IOC_DOORBELL) && errno == EPERM,
			"nor the file");
		verdict(refused(pages * VSYS_PAGE_SIZE, VSYS_MAP_RING, 0,
				PROT_READ, MAP_SHARED),
			"nor can it map it");
		_exit(t_wrong);
	}
	bare_wait(pid);
}

/* A mapping that moves, and holes, hurt nobody else. */
static void test_holes(void)
{
	uint64_t last = b.ring.nr_slots - 1;
	char *moved = mremap((void *)b.arena, MIB, MIB,
			     MREMAP_MAYMOVE | MREMAP_FIXED, b.arena - 16 * MIB);

	say("     a region %s", moved == MAP_FAILED ? "stays" : "moves");
	bare_region(&b, 0, MIB);
	touch(moved == MAP_FAILED ? b.arena : (uintptr_t)moved);
	munmap((void *)(b.arena + last * MIB + VSYS_PAGE_SIZE),
	       MIB - VSYS_PAGE_SIZE);
	verdict(bare_call(&b, last, VSYS_NR_getcwd, b.arena + last * MIB,
			  4096) > 0,
		"a call beside a hole");
	verdict(bare_call(&b, 1, VSYS_NR_NOP, 0) == 0, "and another");
}

int main(void)
{
	size_t pages;

	signal(SIGBUS, caught);
	signal(SIGSEGV, caught);
	if (!verdict(!bare_open(&b, "storage", VSYS_SLOTS_MIN), "a channel"))
		return 1;
	pages = 1 + b.ring.nr_slots / VSYS_SLOTS_PER_PAGE;
	test_ring(pages);
	test_arena();
	test_slots();
	test_child(pages);
	test_holes();
	return t_wrong;
}
