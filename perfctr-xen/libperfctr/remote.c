// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../libvirtuos/virtuos.h"
#include "event.h"
#include "failure.h"
#include "perfctr-remote.h"
#include "remote-session.h"

#define ENTRIES	16	/* asked for at a time */
#define TRIES	100

_Static_assert(PERFCTR_REMOTE_EVENTS_MAX == VSYS_COUNTERS_MAX, "events");
_Static_assert(PERFCTR_REMOTE_SERVICES_MAX == VIRTUOS_SERVICES_MAX, "services");

/* One of the thread's: at each service, and one more each time it was restarted. */
struct account {
	const struct vsys_account *at;
	int mapped;		/* else it is closed, and a copy */
	unsigned int entry;
	int service;
};

struct service {
	char name[VSYS_SERVICE_NAME_MAX];
	int error;		/* it refuses to count */
	int lost;
	struct perfctr_remote_counts base;	/* the accounts' sum at start */
	struct perfctr_remote_counts done;	/* until the last stop */
};

struct perfctr_remote {
	struct remote_session *session;
	__u32 process, thread;
	__u32 changes;		/* as of the last look */
	int started;
	unsigned int nr_events;
	unsigned char counter[PERFCTR_REMOTE_EVENTS_MAX];	/* the session's */
	unsigned int nr_services;
	struct service service[PERFCTR_REMOTE_SERVICES_MAX];
	unsigned int nr_accounts;
	struct account *account;
};

/* ---- Names -------------------------------------------------------------------- */

static struct virtuos_routes routes;

static void routes_load(void)
{
	char error[PERFCTR_FAILURE_MAX];

	if (virtuos_routes_load(&routes, virtuos_routes_path(), error,
				sizeof(error)))
		routes.nr_services = 0;
}

const char *perfctr_remote_routed(unsigned int index)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, routes_load);
	return index < routes.nr_services ? routes.services[index] : NULL;
}

int perfctr_remote_service(struct perfctr_remote *r, const char *name)
{
	unsigned int i;

	if (!*name || strlen(name) >= VSYS_SERVICE_NAME_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < r->nr_services; i++)
		if (!strcmp(r->service[i].name, name))
			return i;
	if (i == PERFCTR_REMOTE_SERVICES_MAX) {
		errno = ENOSPC;
		return -1;
	}
	strcpy(r->service[i].name, name);
	r->nr_services++;
	return i;
}

/* ---- Accounts that there are ----------------------------------------------------- */

/* In a page that is mapped for it. */
static struct vsys_account *account_map(const struct perfctr_remote *r,
					__u64 offset)
{
	__u64 within = offset % VSYS_PAGE_SIZE;
	char *page = mmap(NULL, VSYS_PAGE_SIZE, PROT_READ, MAP_SHARED,
			  r->session->fd, offset - within);

	return page == MAP_FAILED ? NULL : (void *)(page + within);
}

static struct vsys_account *account_keep(const struct vsys_account *final)
{
	struct vsys_account *at = malloc(sizeof(*at));

	if (at)
		*at = *final;
	return at;
}

static void account_free(const struct account *a)
{
	uintptr_t page = (uintptr_t)a->at & ~(uintptr_t)(VSYS_PAGE_SIZE - 1);

	if (a->mapped)
		munmap((void *)page, VSYS_PAGE_SIZE);
	else
		free((void *)a->at);
}

static int account_add(struct perfctr_remote *r, unsigned int entry, int service,
		       const struct vsys_account_entry *e)
{
	struct account *more = reallocarray(r->account, r->nr_accounts + 1,
					    sizeof(*more));
	int mapped = e->offset != ~0ull;
	const struct vsys_account *at;

	if (!more)
		return -1;
	r->account = more;
	at = mapped ? account_map(r, e->offset) : account_keep(&e->account);
	if (!at)
		return -1;
	more[r->nr_accounts++] = (struct account){ at, mapped, entry, service };
	return 0;
}

static int account_known(const struct perfctr_remote *r, unsigned int entry)
{
	unsigned int i;

	for (i = 0; i < r->nr_accounts; i++)
		if (r->account[i].entry == entry)
			return 1;
	return 0;
}

/* Entries come in the order of time: the last word on an error is the newest's. */
static int look_at(struct perfctr_remote *r, unsigned int number,
		   const struct vsys_account_entry *e)
{
	struct service *s;
	int service;

	if (e->tgid != r->process || e->flags & VSYS_ENTRY_CALL)
		return 0;
	service = perfctr_remote_service(r, e->service);
	if (service < 0)
		return -1;
	s = &r->service[service];
	s->error = e->flags & VSYS_ENTRY_REFUSED ? -e->error : 0;
	if (e->tid != r->thread || e->flags & VSYS_ENTRY_OTHER)
		return 0;
	if ((e->offset != ~0ull || e->account.calls) &&
	    !account_known(r, number) && account_add(r, number, service, e))
		return -1;
	s->lost += !!(e->flags & VSYS_ENTRY_LOST);
	return 0;
}

/* What changed since the last look.  Changes that come meanwhile are seen next time. */
static int look(struct perfctr_remote *r)
{
	struct vsys_account_entry entries[ENTRIES];
	__u32 changes = remote_session_changes(r->session);
	unsigned int number = 0, i;
	int n, err;

	if (changes == r->changes)
		return 0;
	for (i = 0; i < r->nr_services; i++)
		r->service[i].lost = 0;
	do {
		n = remote_session_entries(r->session, number, entries, ENTRIES);
		err = 0;
		for (i = 0; !err && (int)i < n; i++, number += !err)
			err = look_at(r, number, &entries[i]);
		/* Closed just now, so there is no page of it: next time a copy. */
		if (err && errno != ENXIO)
			return -1;
	} while (n > 0);
	if (!n)
		r->changes = changes;
	return n;
}

/* ---- Reading --------------------------------------------------------------------- */

/* Of counts only what the events need is ever written or read. */
static void counts_zero(const struct perfctr_remote *r,
			struct perfctr_remote_counts *counts)
{
	unsigned int i;

	counts->calls = counts->enabled = 0;
	for (i = 0; i < r->nr_events; i++)
		counts->value[i] = counts->running[i] = 0;
}

/* to += sign * what */
static void counts_add(const struct perfctr_remote *r,
		       struct perfctr_remote_counts *to,
		       const struct perfctr_remote_counts *what, int sign)
{
	unsigned int i;

	to->calls += sign * what->calls;
	to->enabled += sign * what->enabled;
	for (i = 0; i < r->nr_events; i++) {
		to->value[i] += sign * what->value[i];
		to->running[i] += sign * what->running[i];
	}
}

static void account_copy(const struct perfctr_remote *r,
			 const volatile struct vsys_account *at,
			 struct perfctr_remote_counts *to)
{
	unsigned int i;

	to->calls = at->calls;
	to->enabled = at->enabled;
	for (i = 0; i < r->nr_events; i++) {
		to->value[i] = at->value[r->counter[i]];
		to->running[i] = at->running[r->counter[i]];
	}
}

static int account_is(const struct perfctr_remote *r,
		      const volatile struct vsys_account *at,
		      const struct perfctr_remote_counts *was)
{
	unsigned int i;

	for (i = 0; i < r->nr_events; i++)
		if (at->value[r->counter[i]] != was->value[i] ||
		    at->running[r->counter[i]] != was->running[i])
			return 0;
	return at->calls == was->calls && at->enabled == was->enabled;
}

/*
 * A service domain writes whole numbers, one after the other; two readings that
 * are the same were not in the middle of that.
 */
static int account_read(const struct perfctr_remote *r,
			const struct vsys_account *at,
			struct perfctr_remote_counts *to)
{
	int try;

	for (try = 0; try < TRIES; try++) {
		account_copy(r, at, to);
		if (account_is(r, at, to))
			return 0;
	}
	errno = EAGAIN;
	return -1;
}

static int service_sum(const struct perfctr_remote *r, int service,
		       struct perfctr_remote_counts *sum)
{
	struct perfctr_remote_counts one;
	unsigned int i;

	counts_zero(r, sum);
	for (i = 0; i < r->nr_accounts; i++) {
		if (r->account[i].service != service)
			continue;
		if (account_read(r, r->account[i].at, &one))
			return -1;
		counts_add(r, sum, &one, 1);
	}
	return 0;
}

int perfctr_remote_read(struct perfctr_remote *r, int service,
			struct perfctr_remote_counts *counts)
{
	const struct service *s;

	if (look(r))
		return -1;
	if (service < 0 || service >= (int)r->nr_services) {
		errno = EINVAL;
		return -1;
	}
	s = &r->service[service];
	if (s->error) {
		errno = s->error;
		return -1;
	}
	if (!r->started) {
		*counts = s->done;
		return 0;
	}
	if (service_sum(r, service, counts))
		return -1;
	counts_add(r, counts, &s->base, -1);
	counts_add(r, counts, &s->done, 1);
	return 0;
}

int perfctr_remote_lost(struct perfctr_remote *r, int service)
{
	if (look(r))
		return -1;
	if (service >= 0 && service < (int)r->nr_services)
		return r->service[service].lost;
	errno = EINVAL;
	return -1;
}

/* ---- Beginning and end -------------------------------------------------------------- */

int perfctr_remote_start(struct perfctr_remote *r)
{
	unsigned int i;

	if (r->started)
		return 0;
	if (look(r))
		return -1;
	for (i = 0; i < r->nr_services; i++)
		if (service_sum(r, i, &r->service[i].base))
			return -1;
	r->started = 1;
	return 0;
}

int perfctr_remote_stop(struct perfctr_remote *r)
{
	struct perfctr_remote_counts sum[PERFCTR_REMOTE_SERVICES_MAX];
	unsigned int i;

	if (!r->started)
		return 0;
	if (look(r))
		return -1;
	for (i = 0; i < r->nr_services; i++)
		if (service_sum(r, i, &sum[i]))
			return -1;
	for (i = 0; i < r->nr_services; i++) {
		counts_add(r, &r->service[i].done, &sum[i], 1);
		counts_add(r, &r->service[i].done, &r->service[i].base, -1);
		memset(&r->service[i].base, 0, sizeof(r->service[i].base));
	}
	r->started = 0;
	return 0;
}

/* How many, or -1 and perfctr_failure. */
static int parse(const char *events, struct vsys_counter *counters)
{
	struct perf_event_attr attr;
	const char *end;
	int nr = 0;

	for (;; events = end + 1) {
		end = strchrnul(events, ',');
		if (nr == PERFCTR_REMOTE_EVENTS_MAX) {
			perfctr_fail("more than %d events",
				     PERFCTR_REMOTE_EVENTS_MAX);
			return -1;
		}
		if (event_parse(events, end - events, &attr)) {
			perfctr_fail("unknown event \"%.*s\"",
				     (int)(end - events), events);
			return -1;
		}
		counters[nr++] = (struct vsys_counter){
			.type = attr.type,
			.config = attr.config,
			.flags = attr.exclude_user * VSYS_COUNTER_NO_USER |
				 attr.exclude_kernel * VSYS_COUNTER_NO_KERNEL,
		};
		if (!*end)
			return nr;
	}
}

static struct perfctr_remote *remote_make(const char *events)
{
	struct vsys_counter counters[PERFCTR_REMOTE_EVENTS_MAX];
	int nr = parse(events, counters);
	struct perfctr_remote *r;

	if (nr < 0)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r) {
		perfctr_fail("no memory");
		return NULL;
	}
	r->process = getpid();
	r->thread = syscall(SYS_gettid);
	r->nr_events = nr;
	r->session = remote_session_get(counters, nr, r->counter);
	if (!r->session) {
		free(r);
		return NULL;
	}
	r->changes = remote_session_changes(r->session) - 1;
	return r;
}

struct perfctr_remote *perfctr_remote_open(const char *events, const char **error)
{
	struct perfctr_remote *r = remote_make(events);

	if (error)
		*error = perfctr_failure;
	return r;
}

void perfctr_remote_close(struct perfctr_remote *r)
{
	unsigned int i;

	if (!r)
		return;
	for (i = 0; i < r->nr_accounts; i++)
		account_free(&r->account[i]);
	free(r->account);
	remote_session_put(r->session);
	free(r);
}

int perfctr_remote_count(const struct perfctr_remote *r)
{
	return r->nr_events;
}
