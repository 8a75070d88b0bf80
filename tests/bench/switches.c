// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much time of a processor a domain has beside another one, in TSC cycles:
 *
 *	switches now		the TSC
 *	switches BEGIN END N	spins between the two, with N counters running;
 *				tells what it had, and how often it was away
 *
 * Two domains that do so on the same processor share what the switches between
 * them leave.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Cycles: two readings one after the other; what no tick takes. */
enum { STEP = 4000, AWAY = 1000000 };

static const struct {
	uint32_t type;
	uint64_t config;
} events[] = {
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ PERF_TYPE_RAW, 0x108 },
	{ PERF_TYPE_RAW, 0x10c },
};

static uint64_t now(void)
{
	return __builtin_ia32_rdtsc();
}

static int open_counters(unsigned int n)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	unsigned int i;

	if (n > sizeof(events) / sizeof(*events))
		return -1;
	for (i = 0; i < n; i++) {
		attr.type = events[i].type;
		attr.config = events[i].config;
		if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t begin, end, t, last, had = 0;
	unsigned int away = 0;

	if (argc == 2 && !strcmp(argv[1], "now")) {
		printf("%llu\n", (unsigned long long)now());
		return 0;
	}
	if (argc != 4)
		return 2;
	begin = strtoull(argv[1], NULL, 10);
	end = strtoull(argv[2], NULL, 10);
	if (open_counters(atoi(argv[3]))) {
		perror("switches: perf_event_open");
		return 1;
	}
	if (now() > begin) {
		fputs("switches: that has begun already\n", stderr);
		return 1;
	}
	while (now() < begin)
		;
	for (last = begin; (t = now()) < end; last = t) {
		if (t - last < STEP)
			had += t - last;
		away += t - last > AWAY;
	}
	printf("{\"had\": %llu, \"away\": %u, \"span\": %llu}\n",
	       (unsigned long long)had, away, (unsigned long long)(end - begin));
	return 0;
}
