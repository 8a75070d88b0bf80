/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: threads, their names as they change, and who made whom. */
#ifndef PERFCTR_TASKS_H
#define PERFCTR_TASKS_H

#include <stdint.h>
#include <sys/types.h>

struct tasks {
	unsigned int nr;
	struct task {
		pid_t pid, tid;
		pid_t root;	  /* the thread that was there at first */
		uint32_t counted; /* a bit for each event, tasks_counted() */
		char name[16];
	} * task;
};

void tasks_free(struct tasks *t);
/* A thread that is there at first, by /proc. */
void tasks_look(struct tasks *t, pid_t pid, pid_t tid);
void tasks_named(struct tasks *t, pid_t pid, pid_t tid, const char *name);
/* A new one is called what the one was called that made it. */
void tasks_forked(struct tasks *t, pid_t pid, pid_t tid, pid_t maker);
/* Never NULL. */
const char *tasks_name(const struct tasks *t, pid_t tid);

/* It ended and said what it counted of an event. */
void tasks_counted(struct tasks *t, pid_t tid, unsigned int event);
/*
 * Of a thread's family, the one that did not; tid 0 if there are several.  Linux
 * 6.1 leaves out what threads say at their end (sync_child_event() looks at a
 * context whose task is taken for dead already): then none of them did.
 */
void tasks_uncounted(const struct tasks *t, unsigned int event, pid_t *pid,
		     pid_t *tid);

#endif /* PERFCTR_TASKS_H */
