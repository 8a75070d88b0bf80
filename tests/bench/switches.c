// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a domain has its processor, beside another one, in TSC cycles:
 *
 *	switches now		the TSC
 *	switches BEGIN END N	spins between the two, with N counters running;
 *				tells when it left the processor, and returned
 *
 * When two domains do so on the same processor, a switch is from where one left
 * to where the other returned.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Cycles that no interrupt takes; as often as it may be away. */
enum { AWAY = 1000000, MOST = 10000 };

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

static struct { uint64_t left, returned; } away[MOST];

static unsigned int spin(uint64_t end)
{
	uint64_t t, last = now();
	unsigned int n = 0;

	for (; last < end && n < MOST; last = t) {
		t = now();
		if (t - last < AWAY)
			continue;
		away[n].left = last;
		away[n++].returned = t;
	}
	return n;
}

int main(int argc, char **argv)
{
	uint64_t begin;
	unsigned int i, n;

	if (argc == 2 && !strcmp(argv[1], "now")) {
		printf("%llu\n", (unsigned long long)now());
		return 0;
	}
	if (argc != 4)
		return 2;
	begin = strtoull(argv[1], NULL, 10);
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
	memset(away, 0, sizeof(away)); /* no page is missing later */
	n = spin(strtoull(argv[2], NULL, 10));
	for (i = 0; i < n; i++)
		printf("%llu left\n%llu returned\n",
		       (unsigned long long)away[i].left,
		       (unsigned long long)away[i].returned);
	return 0;
}
