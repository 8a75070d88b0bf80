// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "command.h"
#include "local.h"

#define RING_PAGES 64

/* With PERF_FORMAT_TOTAL_TIME_ENABLED, _RUNNING and _ID. */
struct reading {
	uint64_t value, enabled, running, id;
};

struct ended_record { /* PERF_RECORD_READ */
	struct perf_event_header header;
	uint32_t pid, tid;
	struct reading reading;
};

struct fork_record {
	struct perf_event_header header;
	uint32_t pid, ppid, tid, ptid;
	uint64_t time;
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	char name[];
};

int local_event(const struct event *event, pid_t tid, int cpu, int flags,
		const struct perf_event_attr *more)
{
	struct perf_event_attr attr = *more;
	int fd;

	attr.size = sizeof(attr);
	attr.type = event->attr.type;
	attr.config = event->attr.config;
	attr.exclude_user = event->attr.exclude_user;
	attr.exclude_kernel = event->attr.exclude_kernel;
	attr.exclude_hv = 1;
	fd = syscall(SYS_perf_event_open, &attr, tid, cpu, -1,
		     flags | PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

const char *local_why(int err)
{
	switch (err) {
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENODEV:
	case -EINVAL:
		return "this domain does not count it (under Xen: vpmu=on on its command line; `perfctr-xen list' shows what there is)";
	case -EACCES:
	case -EPERM:
		return "not permitted: it takes root or CAP_PERFMON (or see /proc/sys/kernel/perf_event_paranoid)";
	case -EMFILE:
		return "too many counters at once: raise the limit of open files (ulimit -n)";
	case -ENOSYS:
		return "this kernel has no perf_event";
	}
	return strerror(-err);
}

static bool no_such_counter(int err)
{
	return err == -ENOENT || err == -EOPNOTSUPP || err == -ENODEV ||
	       err == -EINVAL;
}

void local_init(struct local *l, const struct events *events,
		unsigned int flags, struct result *result)
{
	memset(l, 0, sizeof(*l));
	l->events = events;
	l->flags = flags;
	l->result = result;
}

/* ---- Counters ------------------------------------------------------------- */

/* The records of a processor go to the ring of its first counter. */
static int local_ring(struct local *l, int fd, int cpu)
{
	struct local_ring *ring;
	unsigned int i;
	int err;

	for (i = 0; i < l->nr_rings; i++)
		if (l->ring[i].cpu == cpu)
			return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT,
				     l->ring[i].fd) ?
				       -errno :
				       0;
	l->ring = xgrow(l->ring, l->nr_rings, sizeof(*l->ring));
	ring = &l->ring[l->nr_rings];
	err = ring_map(&ring->ring, fd, RING_PAGES);
	if (err)
		return err;
	ring->fd = fd;
	ring->cpu = cpu;
	l->nr_rings++;
	return 0;
}

static int local_open(struct local *l, unsigned int e, pid_t pid, pid_t tid,
		      int cpu)
{
	struct perf_event_attr more = {
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = !!(l->flags & LOCAL_EXEC),
		.inherit_stat = cpu >= 0,
		/* Names, once for each processor. */
		.task = cpu >= 0 && !e,
		.comm = cpu >= 0 && !e,
	};
	struct local_counter counter = {
		.event = e, .cpu = cpu, .pid = pid, .tid = tid
	};
	int err;

	/*
	 * Counters that are read with samples are not exchanged between a parent
	 * and its child, see local_owner(); kernels before 6.12 refuse them here.
	 */
	if (cpu >= 0)
		more.sample_type = PERF_SAMPLE_READ | PERF_SAMPLE_TID;
	counter.fd = local_event(&l->events->event[e], tid, cpu, 0, &more);
	if (counter.fd == -EINVAL && cpu >= 0) {
		more.sample_type = 0;
		counter.fd =
			local_event(&l->events->event[e], tid, cpu, 0, &more);
	}
	if (counter.fd < 0)
		return counter.fd;
	if (ioctl(counter.fd, PERF_EVENT_IOC_ID, &counter.id))
		counter.id = 0;
	err = cpu < 0 ? 0 : local_ring(l, counter.fd, cpu);
	if (err) {
		close(counter.fd);
		return err;
	}
	l->counter = xgrow(l->counter, l->nr, sizeof(*l->counter));
	l->counter[l->nr++] = counter;
	return 0;
}

static bool local_add_event(struct local *l, unsigned int e, pid_t pid,
			    pid_t tid, int cpu, int *err)
{
	*err = l->no_counter[e] ? 0 : local_open(l, e, pid, tid, cpu);
	if (no_such_counter(*err) && (cpu <= 0 || *err != -ENODEV))
		l->no_counter[e] = true;
	else if (*err == -ENODEV || *err == -ESRCH)
		return true; /* the processor is off, the thread has ended */
	else if (*err) {
		say("%s: %s", l->events->event[e].name, local_why(*err));
		return false;
	}
	return true;
}

/*
 * One counter of all processors, or, for records of threads, one of each.  All
 * of a processor come one behind the other: when the kernel exchanges counts of
 * parent and child (inherit_stat), it goes through the parent's in the order
 * they were made and the child's by processor, and mixes them up if these differ.
 */
bool local_add_thread(struct local *l, pid_t pid, pid_t tid)
{
	int cpu, last = -1, err = 0;
	unsigned int e;

	if (l->flags & LOCAL_THREADS)
		last = sysconf(_SC_NPROCESSORS_CONF) - 1;
	for (cpu = last < 0 ? -1 : 0; cpu <= last; cpu++)
		for (e = 0; e < l->events->nr; e++) {
			if (!local_add_event(l, e, pid, tid, cpu, &err))
				return false;
			if (err == -ESRCH)
				return true;
		}
	tasks_look(&l->tasks, pid, tid);
	return true;
}

bool local_add_process(struct local *l, pid_t pid)
{
	char path[32];
	struct dirent *entry;
	bool ok = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && ok && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ok = local_add_thread(l, pid, atoi(entry->d_name));
	if (!dir) {
		say("there is no process %d", pid);
		return false;
	}
	closedir(dir);
	return ok;
}

void local_enable(struct local *l)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++)
		ioctl(l->counter[i].fd, PERF_EVENT_IOC_ENABLE, 0);
}

/* ---- Results --------------------------------------------------------------- */

static void local_ended(struct local *l, const struct ended_record *record)
{
	struct measure m = { record->reading.value, record->reading.enabled,
			     record->reading.running };
	struct cost *cost;
	unsigned int i;

	for (i = 0; i < l->nr && l->counter[i].id != record->reading.id; i++)
		;
	if (i == l->nr)
		return;
	measure_add(&l->counter[i].gone, &m);
	tasks_counted(&l->tasks, record->tid, l->counter[i].event);
	cost = &result_thread(l->result, record->pid, record->tid)
			->cost[USER_DOMAIN];
	cost->known = true;
	measure_join(&cost->event[l->counter[i].event], &m);
}

static void local_record(const struct perf_event_header *header, void *arg)
{
	const struct fork_record *fork = (const void *)header;
	const struct comm_record *comm = (const void *)header;
	struct local *l = arg;

	if (header->type == PERF_RECORD_READ)
		local_ended(l, (const void *)header);
	else if (header->type == PERF_RECORD_FORK)
		tasks_forked(&l->tasks, fork->pid, fork->tid, fork->ptid);
	else if (header->type == PERF_RECORD_COMM)
		tasks_named(&l->tasks, comm->pid, comm->tid, comm->name);
}

void local_drain(struct local *l)
{
	unsigned int i;

	for (i = 0; i < l->nr_rings; i++)
		ring_drain(&l->ring[i].ring, local_record, l);
}

/*
 * Whose is what the first thread's counters counted besides children?  The
 * kernel lets a parent and a child that are alike exchange counters when it
 * switches between them, so perhaps that of another thread: the one that left no
 * record of its own when it ended.
 */
static struct row *local_owner(struct local *l, const struct local_counter *c)
{
	pid_t pid = c->pid, tid = c->tid;

	tasks_uncounted(&l->tasks, c->event, &pid, &tid);
	return result_thread(l->result, pid, tid);
}

/* One event of the thread whose counters these are. */
static void local_result_event(struct local *l, const struct local_counter *c,
			       const struct local_counter *end)
{
	const struct local_counter *first = c;
	struct measure all = { 0 }, own = { 0 }, m;
	struct reading reading;
	struct cost *cost;

	for (; c < end; c++) {
		if (c->event != first->event ||
		    read(c->fd, &reading, sizeof(reading)) != sizeof(reading))
			continue;
		m = (struct measure){ reading.value, reading.enabled,
				      reading.running };
		measure_join(&all, &m);
		measure_without(&m, &c->gone);
		measure_join(&own, &m);
	}
	cost = &l->result->row[0]->cost[USER_DOMAIN];
	cost->known = true;
	measure_add(&cost->event[first->event], &all);
	if (!(l->flags & LOCAL_THREADS))
		return;
	cost = &local_owner(l, first)->cost[USER_DOMAIN];
	cost->known = true;
	measure_add(&cost->event[first->event], &own);
}

void local_result(struct local *l)
{
	const struct local_counter *first = l->counter, *end, *c;
	const struct local_counter *last = l->counter + l->nr;
	struct row *row;
	unsigned int i;

	local_drain(l);
	for (; first < last; first = end) {
		for (end = first; end < last && end->tid == first->tid; end++)
			;
		/* Those of its first processor name the events. */
		for (c = first; c < end && c->cpu == first->cpu; c++)
			local_result_event(l, c, end);
	}
	memcpy(l->result->no_counter, l->no_counter, sizeof(l->no_counter));
	for (i = 0; i < l->result->nr_rows; i++) {
		row = l->result->row[i];
		if (row->kind == ROW_THREAD && row->cost[USER_DOMAIN].known)
			snprintf(row->name, sizeof(row->name), "%s",
				 row->tid ? tasks_name(&l->tasks, row->tid) :
					    OTHER_THREADS);
	}
}

void local_close(struct local *l)
{
	unsigned int i;

	for (i = 0; i < l->nr_rings; i++)
		ring_unmap(&l->ring[i].ring);
	for (i = 0; i < l->nr; i++)
		close(l->counter[i].fd);
	free(l->ring);
	free(l->counter);
	tasks_free(&l->tasks);
	memset(l, 0, sizeof(*l));
}
