/* SPDX-License-Identifier: GPL-2.0-only */
/* Watch: threads that run, and at which rate they cost what in each domain. */
#ifndef PERFCTR_WATCH_H
#define PERFCTR_WATCH_H

#include <stdbool.h>
#include "events.h"
#include "session.h"

struct watched {
	pid_t pid, tid;
	char name[16];
	int fd;	   /* its counter here; -1: none */
	bool seen; /* it is there still */
	/* Since it is watched; and until the last look. */
	uint64_t value[DOMAINS_MAX], before[DOMAINS_MAX];
	uint64_t calls[DOMAINS_MAX], calls_before[DOMAINS_MAX];
};

struct watched_account {
	uint64_t value, calls;
};

struct watch {
	const struct event *event;
	struct session *session; /* NULL: this domain alone */
	bool threads;		 /* told apart */
	unsigned int nr;
	struct watched *thread;
	unsigned int nr_accounts, at; /* of the session, at the last look */
	struct watched_account *account;
	unsigned int nr_domains;
	char domain[DOMAINS_MAX][VSYS_SERVICE_NAME_MAX];
};

/* A process and its threads, those that are known already as well. */
void watch_process(struct watch *w, pid_t pid);
/* All processes that have channels. */
void watch_all(struct watch *w);
/* Reads what they came to, after which those that ended are forgotten. */
void watch_read(struct watch *w);
void watch_free(struct watch *w);

#endif /* PERFCTR_WATCH_H */
