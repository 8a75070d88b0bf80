/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: what is counted, the same in every domain. */
#ifndef PERFCTR_EVENTS_H
#define PERFCTR_EVENTS_H

#include <stdbool.h>
#include <linux/perf_event.h>
#include <virtuos/counters.h>

struct event {
	char name[48];
	struct perf_event_attr attr;
};

struct events {
	unsigned int nr;
	struct event event[VSYS_COUNTERS_MAX];
};

/* Adds the names of a list; false: said why not. */
bool events_parse(struct events *events, const char *list);
/* Is its value a time in nanoseconds? */
bool event_is_time(const struct event *event);
/* As a service domain is asked for it, with a record each `period`. */
struct vsys_counter event_counter(const struct event *event, uint64_t period);

#endif /* PERFCTR_EVENTS_H */
