/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sampling: a body is run in batches; what is reported is the time of one run
 * in nanoseconds, as the fastest, the median and the slowest batch had it.
 * One line of JSON per measurement.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SAMPLES 41

static inline double sample_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline int sample_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline void sample_report(const char *what, double *t, int batch)
{
	qsort(t, SAMPLES, sizeof(*t), sample_compare);
	printf("{\"what\": \"%s\", \"batch\": %d, \"batches\": %d, \"fastest_ns\": %.1f, \"median_ns\": %.1f, \"slowest_ns\": %.1f}\n",
	       what, batch, SAMPLES, t[0], t[SAMPLES / 2], t[SAMPLES - 1]);
	fflush(stdout);
}

/* A first batch warms up and is not counted. */
#define SAMPLE(what, batch, body) \
	do { \
		double sample_t[SAMPLES], sample_start; \
		int sample_i, sample_k; \
		for (sample_i = -1; sample_i < SAMPLES; sample_i++) { \
			sample_start = sample_now(); \
			for (sample_k = 0; sample_k < (batch); sample_k++) { \
				body; \
			} \
			sample_start = sample_now() - sample_start; \
			if (sample_i >= 0) \
				sample_t[sample_i] = sample_start / (batch); \
			/* Xen's clock stands still when the TSCs differ. */ \
			sample_i -= sample_start <= 0; \
		} \
		sample_report(what, sample_t, batch); \
	} while (0)

#endif
