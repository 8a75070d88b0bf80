// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/memory.h"
#include "base/say.h"
#include "local.h"

int local_event(const struct event *event, pid_t tid, int cpu,
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
		     PERF_FLAG_FD_CLOEXEC);
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
		unsigned int flags)
{
	memset(l, 0, sizeof(*l));
	l->events = events;
	l->flags = flags | COUNT_HELD;
}

/* ---- One counter ------------------------------------------------------------ */

int local_count(const struct event *event, pid_t tid, unsigned int flags)
{
	struct perf_event_attr more = {
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
		.disabled = !!(flags & COUNT_HELD),
		.inherit = !!(flags & COUNT_CHILDREN),
		.enable_on_exec = !!(flags & COUNT_FROM_EXEC),
	};

	return local_event(event, tid, -1, &more);
}

bool local_read(int fd, struct measure *m)
{
	uint64_t reading[3];

	if (read(fd, reading, sizeof(reading)) != sizeof(reading))
		return false;
	*m = (struct measure){ reading[0], reading[1], reading[2] };
	return true;
}

/* ---- All of them -------------------------------------------------------------- */

bool local_add(struct local *l, pid_t tid)
{
	struct local_counter counter;
	unsigned int e;

	for (e = 0; e < l->events->nr; e++) {
		if (l->no_counter[e])
			continue;
		counter.event = e;
		counter.fd = local_count(&l->events->event[e], tid, l->flags);
		if (counter.fd == -ESRCH)
			return true; /* it has just ended */
		if (no_such_counter(counter.fd)) {
			l->no_counter[e] = true;
			continue;
		}
		if (counter.fd < 0) {
			say("%s: %s", l->events->event[e].name,
			    local_why(counter.fd));
			return false;
		}
		l->counter = xgrow(l->counter, l->nr, sizeof(*l->counter));
		l->counter[l->nr++] = counter;
	}
	return true;
}

void local_enable(struct local *l)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++)
		ioctl(l->counter[i].fd, PERF_EVENT_IOC_ENABLE, 0);
}

void local_result(const struct local *l, struct result *result)
{
	struct cost *cost = &result->row[0]->cost[USER_DOMAIN];
	const struct local_counter *c;
	struct measure m;

	memcpy(result->no_counter, l->no_counter, sizeof(l->no_counter));
	for (c = l->counter; c < l->counter + l->nr; c++)
		if (local_read(c->fd, &m)) {
			cost->known = true;
			measure_add(&cost->event[c->event], &m);
		}
}

void local_close(struct local *l)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++)
		close(l->counter[i].fd);
	free(l->counter);
	memset(l, 0, sizeof(*l));
}
