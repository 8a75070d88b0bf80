// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>
#include "../include/perfctr-xen/read.h"
#include "clock.h"

#define TRIES 16

struct clock_pair clock_now(void)
{
	struct clock_pair best = { 0, 0 };
	uint64_t before, after, least = ~0ull;
	struct timespec ts;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = perfctr_rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = perfctr_rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.tsc = before + least / 2;
		best.ns = ts.tv_sec * 1000000000ull + ts.tv_nsec;
	}
	return best;
}

void clock_add(struct clock *c, struct clock_pair pair)
{
	if (!c->pairs++)
		c->first = pair;
	c->last = pair;
}

uint64_t clock_ns(const struct clock *c, uint64_t tsc)
{
	double rate;

	if (c->pairs < 2 || c->last.tsc <= c->first.tsc)
		return 0;
	rate = (double)(c->last.ns - c->first.ns) /
	       (c->last.tsc - c->first.tsc);
	/* From the first pair on, so that a double is exact enough. */
	return c->first.ns + (int64_t)((int64_t)(tsc - c->first.tsc) * rate);
}
