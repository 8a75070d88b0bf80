// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hypercall programs all counters and reads what they had, all or nothing.
 */
#include "test.h"

#define INSTRUCTIONS	0x00c0u
#define CYCLES		0x003cu
#define BRANCHES	0x00c4u

enum { CPU = 0, ROUNDS = 1000000, SYSCALLS = 1000 };

static void refused(struct perfctr_set set, const char *what)
{
	check(device_set(CPU, &set) < 0 && errno == EINVAL, "%s is refused", what);
}

static void bad_input(void)
{
	struct perfctr_set set = { .general = 1 };

	set.counter[0].modes = PERFCTR_USER | PERFCTR_XEN;
	refused(set, "user mode with Xen");
	set.counter[0].modes = 1u << 30;
	refused(set, "an unknown mode");
	set.counter[0] = (struct perfctr_counter){
		.modes = PERFCTR_USER, .event = INSTRUCTIONS | 1u << 22 };
	refused(set, "an event with the enable bit");
	set.counter[0] = (struct perfctr_counter){
		.modes = PERFCTR_USER, .event = INSTRUCTIONS, .value = 1ull << 60 };
	refused(set, "a value wider than the counter");
	set = (struct perfctr_set){ .general = 1u << device_get.nr_general };
	refused(set, "a counter that is not there");
	set = (struct perfctr_set){ .fixed = 1 };
	set.counter[PERFCTR_FIXED(0)].event = 1;
	refused(set, "an event for a fixed counter");
}

/* What a change of seven counters costs, this way and by perf_event's MSRs. */
static void costs(void)
{
	enum { TIMES = 50 };
	struct perfctr_set set = { .general = 15, .fixed = 7 }, none = set;
	uint64_t t0, t1, t2, t3;
	int i, group = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 0, -1);

	for (i = 0; i < 2; i++) {
		event_open(PERF_COUNT_HW_INSTRUCTIONS, 0, 1, group);
		event_open(PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 1, i, group);
	}
	event_open(PERF_COUNT_HW_CPU_CYCLES, 1, 0, group);
	event_open(PERF_COUNT_HW_REF_CPU_CYCLES, 1, 0, group);
	for (i = 0; i < 4; i++)
		set.counter[i].event = INSTRUCTIONS;
	t0 = perfctr_rdtsc();
	for (i = 0; i < TIMES; i++) {
		for (unsigned int n = 0; n < PERFCTR_MAX; n++)
			set.counter[n].modes = PERFCTR_USER;
		device_set(CPU, &set);
	}
	t1 = perfctr_rdtsc();
	device_set(CPU, &none);
	t2 = perfctr_rdtsc();
	for (i = 0; i < TIMES; i++)
		ioctl(group, i & 1 ? PERF_EVENT_IOC_DISABLE : PERF_EVENT_IOC_ENABLE,
		      PERF_IOC_FLAG_GROUP);
	t3 = perfctr_rdtsc();
	printf("     seven counters: %" PRIu64 " cycles by one hypercall, %" PRIu64 " by perf_event\n",
	       (t1 - t0) / TIMES, (t3 - t2) / TIMES);
}

int main(void)
{
	struct perfctr_set set = { .general = 15, .fixed = 7 }, old;
	const unsigned int fixed = PERFCTR_FIXED(0);
	unsigned int i;
	uint64_t n;

	device_open();
	if (device_get.nr_general < 4 || device_get.nr_fixed < 3)
		skip("fewer than 4 general and 3 fixed counters");
	test_alone(CPU);
	bad_input();

	set.counter[0] = (struct perfctr_counter){ .event = INSTRUCTIONS, .modes = PERFCTR_USER };
	set.counter[1] = (struct perfctr_counter){ .event = INSTRUCTIONS, .modes = PERFCTR_KERNEL };
	set.counter[2] = (struct perfctr_counter){ .event = INSTRUCTIONS, .modes = PERFCTR_XEN };
	set.counter[3] = (struct perfctr_counter){ .event = BRANCHES, .modes = PERFCTR_USER };
	set.counter[fixed] = (struct perfctr_counter){ .modes = PERFCTR_COUNTS, .value = 1000 };
	set.counter[fixed + 1] = (struct perfctr_counter){ .modes = PERFCTR_USER };
	set.counter[fixed + 2] = (struct perfctr_counter){ .modes = PERFCTR_XEN };
	if (device_set(CPU, &set))
		die("PERFCTR_IOC_SET");
	loop(ROUNDS);
	loop_syscalls(SYSCALLS);

	memset(&old, 0, sizeof(old));
	old.general = 15;
	old.fixed = 7;
	if (device_set(CPU, &old))
		die("PERFCTR_IOC_SET");
	for (i = 0; i < 4; i++)
		printf("     general %u: %" PRIu64 "\n", i, (uint64_t)old.counter[i].value);
	for (i = 0; i < 3; i++)
		printf("     fixed   %u: %" PRIu64 "\n", i, (uint64_t)old.counter[fixed + i].value);

	n = ROUNDS * LOOP_INSNS + SYSCALLS * SYSCALL_INSNS;
	check(old.counter[0].value >= n && old.counter[0].value < n + 1000,
	      "user mode: %" PRIu64 " instructions and a few", n);
	check(old.counter[1].value > SYSCALLS * 20, "the kernel's instructions");
	check(old.counter[2].value > SYSCALLS * 20, "Xen's instructions");
	/* Whether a system call is a branch depends on the processor. */
	check(old.counter[3].value >= ROUNDS + SYSCALLS &&
	      old.counter[3].value < ROUNDS + 2 * SYSCALLS + 500, "branches of user mode");
	n = old.counter[0].value + old.counter[1].value + old.counter[2].value;
	check(old.counter[fixed].value - 1000 >= n - n / 1000 &&
	      old.counter[fixed].value - 1000 <= n + n / 1000,
	      "a counter of all three modes is their sum, %" PRIu64 " (it says %" PRIu64 ")",
	      n, (uint64_t)old.counter[fixed].value - 1000);
	check(old.counter[fixed + 1].value > 0, "cycles of user mode");
	check(old.counter[fixed + 2].value > 0, "reference cycles of Xen");

	loop(ROUNDS);
	set = (struct perfctr_set){ .general = 15, .fixed = 7 };
	if (device_set(CPU, &set))
		die("PERFCTR_IOC_SET");
	for (i = 0, n = 0; i < PERFCTR_MAX; i++)
		n += set.counter[i].value;
	costs();
	check(n == 0, "stopped counters stay at the value that they were given");
	return test_failed;
}
