// SPDX-License-Identifier: GPL-2.0-only
/* What counting costs: the same work with no counter on, with some, without. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>
#include <sys/ioctl.h>
#include "perf.h"

#define NUMBERS 1000000
#define ROUNDS 5

static uint32_t number[NUMBERS];

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Branches that nothing can predict, calls, memory, and system calls. */
static void work(void)
{
	uint32_t seed = 1, i;

	for (i = 0; i < NUMBERS; i++)
		number[i] = seed = seed * 1664525 + 1013904223;
	qsort(number, NUMBERS, sizeof(number[0]), compare);
	for (i = 0; i < 250000; i++)
		syscall(SYS_getppid);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

struct set {
	const char *name;
	unsigned events;
	uint64_t event[4];
};

static const struct set sets[] = {
	{ "nothing", 0, { 0 } },
	{ "instructions", 1, { EVENT(INSTRUCTIONS) } },
	{ "instructions and cycles", 2, { EVENT(INSTRUCTIONS), EVENT(CPU_CYCLES) } },
	{ "those, branches and their misses", 4, { EVENT(INSTRUCTIONS), EVENT(CPU_CYCLES),
	  EVENT(BRANCH_INSTRUCTIONS), EVENT(BRANCH_MISSES) } },
};

static double time_set(const struct set *set)
{
	double started;
	int fd[4];
	unsigned i;

	for (i = 0; i < set->events; i++) {
		fd[i] = perf_open(set->event[i], 0);
		if (fd[i] < 0 || ioctl(fd[i], PERF_EVENT_IOC_ENABLE, 0)) {
			perror("perf_event_open");
			exit(1);
		}
	}
	started = seconds();
	work();
	started = seconds() - started;
	for (i = 0; i < set->events; i++)
		close(fd[i]);
	return started;
}

/* The sets take turns, so that what else the machine does hits them alike. */
int main(void)
{
	double best[4] = { 1e9, 1e9, 1e9, 1e9 };
	unsigned i, round;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < 4; i++) {
			double t = time_set(&sets[i]);

			best[i] = t < best[i] ? t : best[i];
		}
	for (i = 0; i < 4; i++)
		printf("speed: %.3f s, %+.0f %%: %s\n", best[i],
		       (best[i] / best[0] - 1) * 100, sets[i].name);
	return 0;
}
