/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: threads and their names, as these change. */
#ifndef PERFCTR_TASKS_H
#define PERFCTR_TASKS_H

#include <stdint.h>
#include <sys/types.h>

struct tasks {
	unsigned int nr;
	struct task {
		pid_t pid, tid;
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

/* The process that a thread is of; 0: there is no such thread. */
pid_t tasks_process(pid_t tid);
/* Each thread that a process has, until one is refused; -errno. */
int tasks_each(pid_t pid, int (*use)(pid_t pid, pid_t tid, void *arg),
	       void *arg);

#endif /* PERFCTR_TASKS_H */
