/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring: a step is repeated in batches that take a few milliseconds; of
 * their times per step the median and the least are written, one line each:
 *
 *	FIGURE name median-ns least-ns steps
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BENCH_BATCHES	41
#define BENCH_BATCH_NS	4000000ull

static inline uint64_t bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static inline void bench_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline uint64_t bench_batch(void (*step)(void), unsigned long n)
{
	uint64_t begin = bench_now();

	while (n--)
		step();
	return bench_now() - begin;
}

static inline void bench(const char *name, void (*step)(void))
{
	double each[BENCH_BATCHES];
	unsigned long n = 1;
	uint64_t t;
	int i;

	/* Warm, and find out how many fill a batch; other work may disturb. */
	for (;;) {
		t = bench_batch(step, n);
		for (i = 0; i < 2 && t >= BENCH_BATCH_NS; i++)
			t = bench_batch(step, n);
		if (t >= BENCH_BATCH_NS || n >= 1ul << 24)
			break;
		n *= t < BENCH_BATCH_NS / 16 ? 8 : 2;
	}
	for (i = 0; i < BENCH_BATCHES; i++)
		each[i] = (double)bench_batch(step, n) / n;
	qsort(each, BENCH_BATCHES, sizeof(each[0]), bench_compare);
	printf("FIGURE %s %.0f %.0f %lu\n", name, each[BENCH_BATCHES / 2],
	       each[0], n * BENCH_BATCHES);
	fflush(stdout);
}

/* The same with a pause before each step, which is not counted. */
static inline void bench_paused(const char *name, void (*step)(void), int ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000l };
	double each[BENCH_BATCHES];
	int i;

	for (i = 0; i < BENCH_BATCHES; i++) {
		nanosleep(&pause, NULL);
		each[i] = bench_batch(step, 1);
	}
	qsort(each, BENCH_BATCHES, sizeof(each[0]), bench_compare);
	printf("FIGURE %s %.0f %.0f %d\n", name, each[BENCH_BATCHES / 2],
	       each[0], BENCH_BATCHES);
	fflush(stdout);
}

#endif /* BENCH_H */
