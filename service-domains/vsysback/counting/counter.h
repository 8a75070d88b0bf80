/* SPDX-License-Identifier: GPL-2.0-only */
/* Counter: an event that a user domain may have counted. */
#ifndef VSYSBACK_COUNTING_COUNTER_H
#define VSYSBACK_COUNTING_COUNTER_H

#include <virtuos/counters.h>

struct perf_event_attr;

int vsysback_counters_check(const struct vsys_counter *counters, u32 nr);
int vsysback_counters_try(const struct vsys_counter *counters, u32 nr);
void vsysback_counter_attr(const struct vsys_counter *counter,
			   struct perf_event_attr *attr);

#endif /* VSYSBACK_COUNTING_COUNTER_H */
