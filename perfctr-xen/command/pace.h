/* SPDX-License-Identifier: GPL-2.0-only */
/* Pace: how often a sample is taken. */
#ifndef PERFCTR_PACE_H
#define PERFCTR_PACE_H

#include "events.h"

/*
 * So often in a second of work.  In the user domain the kernel sees to that; in a
 * service domain a counter has a period and nothing else.
 */
struct pace {
	uint64_t frequency; /* 0: each `period` in all domains */
	uint64_t period;
};

#define PACE_DEFAULT 997u /* a prime: clocks tick a thousand times a second */

/* The period in service domains for that frequency. */
void pace_choose(struct pace *p, const struct event *event, uint64_t frequency);
/* The first prime that is not less: what repeats must not meet its samples. */
uint64_t prime_from(uint64_t least);

#endif /* PERFCTR_PACE_H */
