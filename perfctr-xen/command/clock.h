/* SPDX-License-Identifier: GPL-2.0-only */
/* Clock: how the processor's time stamp counter and nanoseconds go together. */
#ifndef PERFCTR_CLOCK_H
#define PERFCTR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_pair {
	uint64_t tsc, ns; /* of CLOCK_MONOTONIC_RAW */
};

struct clock {
	struct clock_pair first, last;
	unsigned int pairs;
};

/* The two, read as closely together as can be. */
struct clock_pair clock_now(void);
void clock_add(struct clock *c, struct clock_pair pair);
/* With two pairs or more; else 0. */
uint64_t clock_ns(const struct clock *c, uint64_t tsc);

#endif /* PERFCTR_CLOCK_H */
