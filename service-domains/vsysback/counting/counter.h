/* SPDX-License-Identifier: GPL-2.0-only */
/* Counter: an event that a user domain may have counted. */
#ifndef BACK_COUNTING_COUNTER_H
#define BACK_COUNTING_COUNTER_H

#include <virtuos/counters.h>

struct perf_event_attr;

int back_counters_check(const struct vsys_counter *counters, u32 nr);
int back_counters_try(const struct vsys_counter *counters, u32 nr);
void back_counter_attr(const struct vsys_counter *counter,
		       struct perf_event_attr *attr);

#endif /* BACK_COUNTING_COUNTER_H */
