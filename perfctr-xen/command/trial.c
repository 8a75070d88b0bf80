// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/memory.h"
#include "local.h"
#include "services.h"
#include "trial.h"

#define CALLS 64
#define ROUNDS 20000
#define MEMORY (8u << 20)
#define SHARE_LEAST 0.99 /* of the time: less is in turns */
#define STRIDE 4096u

void trial_open(struct trial *t)
{
	struct trial_service *s;
	const char *name;

	memset(t, 0, sizeof(*t));
	while (t->nr < SERVICES_MAX && (name = service_name(t->nr))) {
		s = &t->service[t->nr++];
		s->name = name;
		s->error = channel_open(&s->channel, name);
	}
}

void trial_close(struct trial *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (!t->service[i].error)
			channel_close(&t->service[i].channel);
}

struct trial_look {
	struct trial *trial;
	unsigned int nr; /* events */
};

static void trial_count(struct trial_service *s,
			const struct vsys_account *account, unsigned int nr)
{
	struct measure m;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		m = (struct measure){ account->value[i], account->enabled,
				      account->running[i] };
		if (measure_figure(&m).share < SHARE_LEAST)
			s->in_turns = true;
	}
	measure_add(&s->count, &m);
}

static void trial_account(const struct vsys_account_entry *entry, void *arg)
{
	struct trial_look *look = arg;
	struct trial_service *s;
	unsigned int i;

	for (i = 0; i < look->trial->nr; i++) {
		s = &look->trial->service[i];
		if (strncmp(s->name, entry->service, sizeof(entry->service)))
			continue;
		if (entry->flags & VSYS_ENTRY_REFUSED)
			s->refused = entry->error;
		else
			trial_count(s, &entry->account, look->nr);
	}
}

static void trial_calls(struct trial *t)
{
	unsigned int i, n;

	for (i = 0; i < t->nr; i++) {
		t->service[i].refused = 0;
		t->service[i].in_turns = false;
		t->service[i].count = (struct measure){ 0 };
	}
	for (i = 0; i < t->nr; i++)
		for (n = 0; !t->service[i].error && n < CALLS; n++)
			t->service[i].error =
				channel_nop(&t->service[i].channel);
}

void trial_services(struct trial *t, const struct events *events)
{
	struct trial_look look = { t, events->nr };
	struct session session;

	t->no_session = session_open(&session);
	if (t->no_session)
		return;
	t->no_session = session_start(&session, events, 0, 0);
	if (!t->no_session)
		t->no_session = session_add(&session, getpid());
	if (!t->no_session) {
		trial_calls(t);
		t->no_session = session_each(&session, trial_account, &look);
	}
	session_close(&session);
}

uint64_t trial_rate(const struct event *event)
{
	struct events events = { .nr = 1, .event[0] = *event };
	struct trial trial;
	struct figure f;
	double most = 0;
	unsigned int i;

	trial_open(&trial);
	trial_services(&trial, &events);
	for (i = 0; i < trial.nr; i++) {
		f = measure_figure(&trial.service[i].count);
		if (trial.service[i].count.enabled)
			most = fmax(most,
				    f.value * 1e9 /
					    trial.service[i].count.enabled);
	}
	trial_close(&trial);
	return most;
}

/* Instructions, branches that are hard to tell, memory in a bad order, a fault. */
static void trial_work(void)
{
	unsigned int seed = 1, i, sum = 0;
	/* From the kernel each time: malloc would keep it, and nothing fault. */
	volatile unsigned char *memory =
		mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	for (i = 0; i < ROUNDS; i++) {
		seed = seed * 1103515245 + 12345;
		if (seed & 1u << 20)
			sum += seed >> 3;
		memory[(size_t)i * STRIDE % MEMORY]++;
	}
	__asm__ volatile("" : : "r"(sum));
	munmap((void *)memory, MEMORY);
}

int trial_local(const struct event *event, struct measure *count)
{
	int fd = local_count(event, 0, COUNT_HELD), err = 0;

	if (fd < 0)
		return fd;
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	trial_work();
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (!local_read(fd, count))
		err = -EIO;
	close(fd);
	return err;
}

/* Does this domain count all of them at once, so many times each, all the time? */
static bool local_all_count(const struct events *events, unsigned int times)
{
	unsigned int nr = events->nr * times, i;
	int *fd = xalloc(NULL, nr * sizeof(*fd));
	struct measure count;
	bool all = true;

	for (i = 0; i < nr; i++) {
		fd[i] = local_count(&events->event[i % events->nr], 0,
				    COUNT_HELD);
		all &= fd[i] >= 0;
	}
	for (i = 0; all && i < nr; i++)
		ioctl(fd[i], PERF_EVENT_IOC_ENABLE, 0);
	if (all)
		trial_work();
	for (i = 0; i < nr; i++) {
		all = all && local_read(fd[i], &count) &&
		      measure_figure(&count).share >= SHARE_LEAST;
		if (fd[i] >= 0)
			close(fd[i]);
	}
	free(fd);
	return all;
}

/* Does each domain? A service domain counts each for all of it as well, anyway. */
static bool all_count(struct trial *t, const struct events *events,
		      unsigned int times)
{
	unsigned int i;

	if (!local_all_count(events, times))
		return false;
	trial_services(t, events);
	for (i = 0; !t->no_session && i < t->nr; i++)
		if (!t->service[i].error &&
		    (t->service[i].refused || t->service[i].in_turns))
			return false;
	return true;
}

/* The first list of which all is counted everywhere, or else the last one. */
static void events_choose(struct events *events, const char *const *lists,
			  unsigned int nr, unsigned int times)
{
	struct trial trial;
	unsigned int i;

	trial_open(&trial);
	for (i = 0; i < nr; i++) {
		memset(events, 0, sizeof(*events));
		events_parse(events, lists[i]);
		if (i == nr - 1 || all_count(&trial, events, times))
			break;
	}
	trial_close(&trial);
}

void default_events(struct events *events, unsigned int times)
{
	static const char *const lists[] = {
		"task-clock,context-switches,instructions,cycles,branches,branch-misses",
		"task-clock,context-switches,instructions,cycles,branches",
		"task-clock,context-switches,instructions,cycles",
		"task-clock,context-switches",
	};

	events_choose(events, lists, sizeof(lists) / sizeof(*lists), times);
}

void default_sampling(struct events *events)
{
	static const char *const lists[] = { "cycles", "task-clock" };

	events_choose(events, lists, sizeof(lists) / sizeof(*lists), 1);
}
