// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "command.h"
#include "local.h"
#include "services.h"
#include "trial.h"

#define CALLS 64
#define ROUNDS 20000
#define MEMORY (8u << 20)
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
	unsigned int event;
};

static void trial_account(const struct vsys_account_entry *entry, void *arg)
{
	const struct vsys_account *account = &entry->account;
	struct trial_look *look = arg;
	struct trial_service *s;
	unsigned int i, e = look->event;

	for (i = 0; i < look->trial->nr; i++) {
		s = &look->trial->service[i];
		if (strncmp(s->name, entry->service, sizeof(entry->service)))
			continue;
		if (entry->flags & VSYS_ENTRY_REFUSED)
			s->refused = entry->error;
		else
			measure_add(&s->count,
				    &(struct measure){ account->value[e],
						       account->enabled,
						       account->running[e] });
	}
}

static void trial_calls(struct trial *t)
{
	unsigned int i, n;

	for (i = 0; i < t->nr; i++) {
		t->service[i].refused = 0;
		t->service[i].count = (struct measure){ 0 };
	}
	for (i = 0; i < t->nr; i++)
		for (n = 0; !t->service[i].error && n < CALLS; n++)
			t->service[i].error =
				channel_nop(&t->service[i].channel);
}

void trial_services(struct trial *t, const struct events *events)
{
	struct trial_look look = { t, events->nr - 1 };
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

/* Instructions, branches that are hard to tell, memory in a bad order, a fault. */
static void trial_work(void)
{
	unsigned int seed = 1, i, sum = 0;
	/* From the kernel each time: malloc would keep it, and nothing fault. */
	volatile unsigned char *memory = mmap(NULL, MEMORY,
					      PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS, -1,
					      0);

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
	static const struct perf_event_attr more = {
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
		.disabled = 1,
	};
	uint64_t reading[3] = { 0 };
	int fd = local_event(event, 0, -1, 0, &more), err = 0;

	if (fd < 0)
		return fd;
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	trial_work();
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (read(fd, reading, sizeof(reading)) != sizeof(reading))
		err = -EIO;
	close(fd);
	*count = (struct measure){ reading[0], reading[1], reading[2] };
	return err;
}

static bool services_count(const struct events *events)
{
	struct trial t;
	bool all = true;
	unsigned int i;

	trial_open(&t);
	trial_services(&t, events);
	for (i = 0; !t.no_session && i < t.nr; i++)
		if (!t.service[i].error && t.service[i].refused)
			all = false;
	trial_close(&t);
	return all;
}

void default_events(struct events *events)
{
	struct measure count;
	unsigned int software;

	memset(events, 0, sizeof(*events));
	events_parse(events, "task-clock,context-switches");
	software = events->nr;
	events_parse(events, "instructions,cycles,branches,branch-misses");
	if (trial_local(&events->event[software], &count) ||
	    !services_count(events))
		events->nr = software;
}

void default_sampling(struct events *events)
{
	struct measure count;

	memset(events, 0, sizeof(*events));
	events_parse(events, "cycles");
	if (!trial_local(&events->event[0], &count) && services_count(events))
		return;
	events->nr = 0;
	events_parse(events, "task-clock");
}
