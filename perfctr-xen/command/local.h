/* SPDX-License-Identifier: GPL-2.0-only */
/* Local counters: what threads do in this domain, by perf_event. */
#ifndef PERFCTR_LOCAL_H
#define PERFCTR_LOCAL_H

#include <stdbool.h>
#include <sys/types.h>
#include "events.h"
#include "measure.h"
#include "result.h"

enum count_flags {
	COUNT_FROM_EXEC = 1 << 0, /* begins at its next exec */
	COUNT_HELD = 1 << 1, /* begins when it is told to, or at that exec */
	COUNT_CHILDREN = 1 << 2, /* and what they make, all in one */
};

struct local {
	const struct events *events;
	unsigned int flags; /* COUNT_… */
	bool no_counter[VSYS_COUNTERS_MAX];
	unsigned int nr;
	struct local_counter {
		int fd;
		unsigned int event;
	} * counter;
};

/* An event on a thread (0: this one); a descriptor, or -errno. */
int local_event(const struct event *event, pid_t tid, int cpu,
		const struct perf_event_attr *more);
/* The same, to be counted on all processors. */
int local_count(const struct event *event, pid_t tid, unsigned int flags);
bool local_read(int fd, struct measure *m);
/* What to tell people of that error. */
const char *local_why(int err);

void local_init(struct local *l, const struct events *events,
		unsigned int flags);
/* A thread, held; false: said why not. */
bool local_add(struct local *l, pid_t tid);
void local_enable(struct local *l);
/* Counts so far, into the whole of a result. */
void local_result(const struct local *l, struct result *result);
void local_close(struct local *l);

#endif /* PERFCTR_LOCAL_H */
