// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts of user mode alone are exact, with system calls and page faults in
 * between, and user mode and kernel together are the sum of the two.  By
 * perf_event, which is the same on bare Linux.
 *
 *	modes [--mixed]	  --mixed: stock Xen, which cannot tell them apart: that
 *			  the test would notice
 */
#include "test.h"

enum { CALLS = 20000, PAGES = 2000, ROUNDS = 3000000 };

static int fd;
static char *area;

static void work_loop(uint64_t n) { loop(n); }
static void work_syscalls(uint64_t n) { loop_syscalls(n); }
static void work_touch(uint64_t n) { loop_touch(area, n); }

/* Everything but the rounds is the same each time. */
__attribute__((noinline))
static uint64_t count(void (*work)(uint64_t), uint64_t rounds)
{
	uint64_t before = event_read(fd);

	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	work(rounds);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return event_read(fd) - before;
}

static int exact(const char *name, void (*work)(uint64_t), uint64_t rounds,
		 uint64_t each)
{
	uint64_t one, many;

	madvise(area, (PAGES + 1) * 4096, MADV_DONTNEED);
	one = count(work, 1);
	madvise(area, (PAGES + 1) * 4096, MADV_DONTNEED);
	many = count(work, rounds + 1);
	printf("     %s: %" PRIu64 " expected, %" PRId64 " too many\n", name,
	       rounds * each, (int64_t)(many - one - rounds * each));
	return many - one == rounds * each;
}

int main(int argc, char **argv)
{
	int mixed = argc > 1 && !strcmp(argv[1], "--mixed");
	int user, kernel, both;
	uint64_t u, k, b;

	area = mmap(NULL, (PAGES + 1) * 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		die("mmap");

	fd = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 0, -1);
	check(exact("loop", work_loop, ROUNDS, LOOP_INSNS) || mixed,
	      "instructions:u of a loop");
	check(exact("system calls", work_syscalls, CALLS, SYSCALL_INSNS) != mixed,
	      "instructions:u over system calls");
	check(exact("page faults", work_touch, PAGES, TOUCH_INSNS) != mixed,
	      "instructions:u over page faults");
	close(fd);

	user = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 0, -1);
	kernel = event_open(PERF_COUNT_HW_INSTRUCTIONS, 0, 1, user);
	both = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 1, user);
	ioctl(user, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
	loop_syscalls(CALLS);
	loop(ROUNDS);
	ioctl(user, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
	u = event_read(user);
	k = event_read(kernel);
	b = event_read(both);
	printf("     user %" PRIu64 ", kernel %" PRIu64 ", both %" PRIu64 "\n", u, k, b);
	check((k > CALLS * 20ull) || mixed, "the kernel's instructions are counted");
	check(b == u + k, "both are the sum");
	return test_failed;
}
