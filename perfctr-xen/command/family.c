// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/memory.h"
#include "family.h"
#include "local.h"

#define RING_PAGES 16

/* An event that counts nothing and reports on threads. */
static int family_open(struct family *f, pid_t tid, int cpu, bool children)
{
	static const struct event nothing = {
		.attr = { .type = PERF_TYPE_SOFTWARE,
			  .config = PERF_COUNT_SW_DUMMY },
	};
	struct perf_event_attr more = {
		.inherit = children,
		.task = 1,
		.comm = 1,
		/* A reader is woken by each record. */
		.watermark = 1,
		.wakeup_watermark = 1,
	};
	int fd = local_event(&nothing, tid, cpu, &more), err;

	if (fd < 0)
		return fd;
	err = rings_add(&f->rings, fd, cpu, RING_PAGES);
	if (err) {
		close(fd);
		return err;
	}
	f->poll = xgrow(f->poll, f->nr, sizeof(*f->poll));
	f->poll[f->nr++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return 0;
}

int family_add(struct family *f, pid_t pid, pid_t tid, bool children)
{
	int cpu, err;

	for (cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		err = family_open(f, tid, cpu, children);
		if (err && err != -ENODEV) /* a processor that is off */
			return err;
	}
	tasks_look(&f->tasks, pid, tid);
	return 0;
}

static void family_record(const struct perf_event_header *header, void *arg)
{
	const struct task_record *task = (const void *)header;
	const struct comm_record *comm = (const void *)header;
	struct family *f = arg;

	switch (header->type) {
	case PERF_RECORD_FORK:
		tasks_forked(&f->tasks, task->pid, task->tid, task->ptid);
		if (f->born)
			f->born(task->pid, task->tid, f->arg);
		break;
	case PERF_RECORD_EXIT:
		if (f->ended)
			f->ended(task->tid, f->arg);
		break;
	case PERF_RECORD_COMM:
		tasks_named(&f->tasks, comm->pid, comm->tid, comm->name);
		break;
	}
}

bool family_drain(struct family *f)
{
	unsigned int i, left = 0;

	rings_drain(&f->rings, family_record, f);
	for (i = 0; i < f->nr; i++) {
		/* With the last thread that it could report on it is over. */
		if (f->poll[i].fd >= 0 && f->poll[i].revents & POLLHUP) {
			close(f->poll[i].fd);
			f->poll[i].fd = -1;
		}
		left += f->poll[i].fd >= 0;
	}
	return left;
}

void family_close(struct family *f)
{
	unsigned int i;

	rings_close(&f->rings);
	for (i = 0; i < f->nr; i++)
		if (f->poll[i].fd >= 0)
			close(f->poll[i].fd);
	free(f->poll);
	tasks_free(&f->tasks);
	memset(f, 0, sizeof(*f));
}
