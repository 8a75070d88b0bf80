/* SPDX-License-Identifier: GPL-2.0-only */
/* Trial: what domains count, found out by counting. */
#ifndef PERFCTR_TRIAL_H
#define PERFCTR_TRIAL_H

#include "channel.h"
#include "events.h"
#include "session.h"

struct trial {
	unsigned int nr;
	struct trial_service {
		const char *name;
		int error; /* it cannot be reached: -errno */
		struct channel channel;
		/* Of the event tried last: -errno, or its count. */
		int refused;
		bool in_turns; /* there are more events than counters */
		struct measure count;
	} service[SERVICES_MAX];
	int no_session; /* -errno */
};

/* Opens channels to the services that programs are routed to. */
void trial_open(struct trial *t);
void trial_close(struct trial *t);
/* Events, counted over a few empty calls; what the last one came to stays. */
void trial_services(struct trial *t, const struct events *events);
/*
 * How many of an event a service domain has in a second of such calls, the one
 * that has most; 0: none has any.
 */
uint64_t trial_rate(const struct event *event);
/* In this domain, over a piece of work: 0, or -errno. */
int trial_local(const struct event *event, struct measure *count);

/* Those that each domain counts all the time, this one so many times each. */
void default_events(struct events *events, unsigned int times);
/* The one to sample by. */
void default_sampling(struct events *events);

#endif /* PERFCTR_TRIAL_H */
