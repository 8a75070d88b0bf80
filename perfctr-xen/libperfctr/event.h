/* SPDX-License-Identifier: MIT */
/* The names of events. */
#ifndef PERFCTR_EVENT_H
#define PERFCTR_EVENT_H

#include <linux/perf_event.h>
#include <stddef.h>

/* One name of a list; 0, or -1 when there is no such event. */
int event_parse(const char *name, size_t length, struct perf_event_attr *attr);

/* The names that event_parse() knows besides numbers; NULL behind the last. */
const char *event_known(size_t index);

#endif /* PERFCTR_EVENT_H */
