/* SPDX-License-Identifier: MIT */
/*
 * libperfctr: what a thread's calls cost in the service domains that execute
 * them, read without a system call.
 *
 *	struct perfctr_remote *r = perfctr_remote_open("instructions", &error);
 *	int storage = perfctr_remote_service(r, "storage");
 *	struct perfctr_remote_counts n;
 *
 *	perfctr_remote_start(r);
 *	...
 *	perfctr_remote_read(r, storage, &n);	now, without stopping
 *	perfctr_remote_stop(r);
 *	perfctr_remote_close(r);
 *
 * A service domain counts a call while a worker of it runs the call, and adds
 * that to the thread's account before the call returns; so whatever a thread
 * has called is in what it reads.  Calls that are not forwarded cost nothing
 * here, and a thread that has not called a service reads zeros.
 *
 * It takes CAP_PERFMON.  A perfctr_remote belongs to the thread that opened it,
 * and not to children of fork, which open their own.  All of a process's share
 * one session of /dev/vsys-counters: those that are open at a time want the
 * same events as the first, or some of them, and no other profiler (perfctr-xen)
 * can count the process meanwhile.
 *
 * When a service domain is killed, its counts stay as they are: what it counted
 * after the last call that returned is lost.  When it is back, its counts go on
 * from there, in a new account, whose values are added to those of the old one.
 * perfctr_remote_lost() says how often that was.
 */
#ifndef PERFCTR_REMOTE_H
#define PERFCTR_REMOTE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define PERFCTR_REMOTE_EVENTS_MAX	15
#define PERFCTR_REMOTE_SERVICES_MAX	8

struct perfctr_remote;

struct perfctr_remote_counts {
	uint64_t calls;
	uint64_t enabled;	/* ns that workers ran for them */
	/* In the order in which the events were named; the rest is left as it is. */
	uint64_t value[PERFCTR_REMOTE_EVENTS_MAX];
	/*
	 * ns of `enabled` in which the event was counted: less, if there were
	 * more events than counters; then value * enabled / running estimates.
	 */
	uint64_t running[PERFCTR_REMOTE_EVENTS_MAX];
};

/*
 * Services that the process's calls are routed to, by the routing file; NULL
 * behind the last.
 */
const char *perfctr_remote_routed(unsigned int index);

/*
 * Events as for perfctr_open().  NULL on failure; then *error, unless error is
 * NULL, says why, in words that stay valid until the thread's next call.
 */
struct perfctr_remote *perfctr_remote_open(const char *events, const char **error);
void perfctr_remote_close(struct perfctr_remote *remote);

int perfctr_remote_count(const struct perfctr_remote *remote);	/* events */

/*
 * The number of a service for perfctr_remote_read(), whether it is there or not;
 * -1, EINVAL: it cannot be a service's name, ENOSPC: too many.
 */
int perfctr_remote_service(struct perfctr_remote *remote, const char *name);

/* 0, or -1 with errno as of perfctr_remote_read(). */
int perfctr_remote_start(struct perfctr_remote *remote);
int perfctr_remote_stop(struct perfctr_remote *remote);

/*
 * What the calling thread's calls cost in a service domain while started, since
 * the perfctr_remote was opened.  It makes system calls only when something has
 * changed: a thread of the process called a service for the first time, a
 * service domain went or refused.
 *
 * 0, or -1 with errno: EINVAL no such service number; EAGAIN the service domain
 * wrote all the time (it does not, unless it is hostile); what the service domain
 * refused to count with (ENOENT: it has no such counter; EOPNOTSUPP: it does not
 * count; EDQUOT: this user domain has as much counted there as it may);
 * or what kept vsysfront from telling.
 */
int perfctr_remote_read(struct perfctr_remote *remote, int service,
			struct perfctr_remote_counts *counts);

/* How many times the service domain went while the thread had an account there. */
int perfctr_remote_lost(struct perfctr_remote *remote, int service);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* PERFCTR_REMOTE_H */
