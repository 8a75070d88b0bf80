// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/memory.h"
#include "threads.h"

static void thread_close(struct thread *thread, unsigned int nr_events)
{
	unsigned int e;

	for (e = 0; e < nr_events; e++)
		if (thread->fd[e] >= 0)
			close(thread->fd[e]);
}

/* All that the whole counts of it, or nothing. */
static int thread_open(struct threads *t, pid_t pid, pid_t tid,
		       unsigned int flags)
{
	struct thread thread = { .pid = pid, .tid = tid };
	unsigned int e;

	for (e = 0; e < t->whole->events->nr; e++) {
		thread.fd[e] = -1;
		if (t->whole->no_counter[e])
			continue;
		thread.fd[e] =
			local_count(&t->whole->events->event[e], tid, flags);
		if (thread.fd[e] < 0) {
			thread_close(&thread, e);
			return thread.fd[e];
		}
	}
	t->thread = xgrow(t->thread, t->nr, sizeof(*t->thread));
	t->thread[t->nr++] = thread;
	return 0;
}

static void thread_read(struct threads *t, const struct thread *thread)
{
	struct cost *cost = &result_thread(t->result, thread->pid, thread->tid)
				     ->cost[USER_DOMAIN];
	struct measure m;
	unsigned int e;

	cost->known = true;
	for (e = 0; e < t->whole->events->nr; e++)
		if (thread->fd[e] >= 0 && local_read(thread->fd[e], &m))
			measure_add(&cost->event[e], &m);
}

/* ---- Their family ------------------------------------------------------------- */

static struct thread *threads_find(struct threads *t, pid_t tid)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (t->thread[i].tid == tid)
			return &t->thread[i];
	return NULL;
}

/* One that has ended already, or for which there is no room, has no row. */
static void threads_born(pid_t pid, pid_t tid, void *arg)
{
	if (!threads_find(arg, tid))
		thread_open(arg, pid, tid, 0);
}

static void threads_ended(pid_t tid, void *arg)
{
	struct threads *t = arg;
	struct thread *thread = threads_find(t, tid);

	if (!thread)
		return;
	thread_read(t, thread);
	thread_close(thread, t->whole->events->nr);
	*thread = t->thread[--t->nr];
}

void threads_init(struct threads *t, const struct local *whole,
		  struct family *family, struct result *result)
{
	static const struct sched_param first = { .sched_priority = 1 };
	struct rlimit files;

	*t = (struct threads){ .whole = whole,
			       .result = result,
			       .family = family };
	family->born = threads_born;
	family->ended = threads_ended;
	family->arg = t;
	/* Some for each thread that runs. */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	/*
	 * Before a thread that was just made runs, if we may; whoever is measured
	 * was forked already, and has not got this from us.
	 */
	sched_setscheduler(0, SCHED_FIFO, &first);
}

int threads_add(struct threads *t, pid_t pid, pid_t tid)
{
	return thread_open(t, pid, tid,
			   COUNT_HELD | (t->whole->flags & COUNT_FROM_EXEC));
}

void threads_enable(struct threads *t)
{
	unsigned int i, e;

	for (i = 0; i < t->nr; i++)
		for (e = 0; e < t->whole->events->nr; e++)
			if (t->thread[i].fd[e] >= 0)
				ioctl(t->thread[i].fd[e], PERF_EVENT_IOC_ENABLE,
				      0);
}

/* ---- Results -------------------------------------------------------------------- */

void threads_result(struct threads *t)
{
	struct result *r = t->result;
	unsigned int i;

	family_drain(t->family);
	for (i = 0; i < t->nr; i++)
		thread_read(t, &t->thread[i]);
	for (i = 0; i < r->nr_rows; i++)
		if (r->row[i]->kind == ROW_THREAD)
			snprintf(r->row[i]->name, sizeof(r->row[i]->name), "%s",
				 tasks_name(&t->family->tasks, r->row[i]->tid));
}

void threads_rest(struct threads *t, pid_t pid)
{
	struct measure rest[VSYS_COUNTERS_MAX];
	struct result *r = t->result;
	unsigned int e, i, nr = r->events->nr;
	bool any = false;
	struct row *row;

	for (e = 0; e < nr; e++) {
		struct figure known = { 0, 1 };

		for (i = 0; i < r->nr_rows; i++)
			if (r->row[i]->kind == ROW_THREAD)
				known = figure_add(
					known, result_figure(r, r->row[i],
							     USER_DOMAIN, e));
		rest[e] = r->row[0]->cost[USER_DOMAIN].event[e];
		measure_less(&rest[e], known.value);
		any |= rest[e].value;
	}
	if (!any)
		return;
	row = result_thread(r, pid, 0);
	snprintf(row->name, sizeof(row->name), NOT_TOLD_APART);
	row->cost[USER_DOMAIN].known = true;
	for (e = 0; e < nr; e++)
		row->cost[USER_DOMAIN].event[e] = rest[e];
}

void threads_close(struct threads *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		thread_close(&t->thread[i], t->whole->events->nr);
	free(t->thread);
	memset(t, 0, sizeof(*t));
}
