/* SPDX-License-Identifier: GPL-2.0-only */
/* Local counters: what threads do in this domain, by perf_event. */
#ifndef PERFCTR_LOCAL_H
#define PERFCTR_LOCAL_H

#include <stdbool.h>
#include <sys/types.h>
#include "events.h"
#include "result.h"
#include "ring.h"
#include "tasks.h"

enum local_flags {
	LOCAL_EXEC = 1 << 0,	/* counts from its next exec on */
	LOCAL_THREADS = 1 << 1, /* children are told apart, not added up */
};

struct local_counter {
	int fd;
	uint64_t id;
	unsigned int event;
	int cpu;
	pid_t pid, tid;	     /* of the thread whose it was at first */
	struct measure gone; /* with LOCAL_THREADS: children that ended */
};

struct local {
	const struct events *events;
	unsigned int flags;
	bool no_counter[VSYS_COUNTERS_MAX];
	unsigned int nr;
	struct local_counter *counter;
	unsigned int nr_rings;
	struct local_ring {
		struct ring ring;
		int fd, cpu;
	} * ring;
	struct tasks tasks;
	struct result *result; /* into which threads that end are put */
};

/* An event on a thread (0: this one); a descriptor, or -errno. */
int local_event(const struct event *event, pid_t tid, int cpu, int flags,
		const struct perf_event_attr *more);
/* What to tell people of that error. */
const char *local_why(int err);

void local_init(struct local *l, const struct events *events,
		unsigned int flags, struct result *result);
/* A thread, or all threads that a process has; false: said why not. */
bool local_add_thread(struct local *l, pid_t pid, pid_t tid);
bool local_add_process(struct local *l, pid_t pid);
void local_enable(struct local *l);
/* Now and then, so that what ended threads left is not lost. */
void local_drain(struct local *l);
/* Counts so far, into the result. */
void local_result(struct local *l);
void local_close(struct local *l);

#endif /* PERFCTR_LOCAL_H */
