/* SPDX-License-Identifier: GPL-2.0-only */
/* Session: what the service domains count, by /dev/vsys-counters. */
#ifndef PERFCTR_SESSION_H
#define PERFCTR_SESSION_H

#include <stdbool.h>
#include <sys/types.h>
#include <virtuos/front-counters.h>
#include "events.h"
#include "result.h"

#define SERVICES_MAX (DOMAINS_MAX - 1)

struct session {
	int fd; /* -1: there is none */
	bool started;
	int error; /* of session_count() */
	/* Services that programs are routed to, each with a channel of ours. */
	unsigned int nr_anchors;
	struct anchor {
		char service[VSYS_SERVICE_NAME_MAX];
		int fd;
	} anchor[SERVICES_MAX];
};

/*
 * 0 or -errno.  ENOENT, ENODEV, ENXIO: no service domains can be here at all;
 * EPERM, EACCES: not for this user.
 */
int session_open(struct session *s);
/* What to tell people of that error. */
const char *session_why(int err);
void session_close(struct session *s);

/*
 * Counts from now on: flags are VSYS_COUNT_… and VSYS_SESSION_…, a period other
 * than 0 asks for samples of the first event.  -errno.
 */
int session_start(struct session *s, const struct events *events,
		  uint32_t flags, uint64_t period);
int session_add(struct session *s, pid_t pid);
int session_stop(struct session *s);

/*
 * Opens a channel of our own to each routed service and makes this process a
 * member.  So the domains count, and their totals are known, from now until the
 * session stops, however short the programs live.  -errno, but not of domains
 * that cannot be reached or refuse.
 */
int session_anchor(struct session *s);
/* All of that: opened, started, anchored; closed again if that fails. */
int session_begin(struct session *s, const struct events *events,
		  uint32_t flags, uint64_t period);
/*
 * And counts that process.  True also if nothing can be counted: s->error says why,
 * and it goes on without.  False: that process cannot, and that was said.
 */
bool session_count(struct session *s, const struct events *events,
		   uint32_t flags, uint64_t period, pid_t pid);

/*
 * Hands on the records that there are, but not without end if a domain makes more
 * of them all the time; false: stopped, and all were read.
 */
bool session_records(struct session *s,
		     void (*use)(const struct vsys_session_record *, void *),
		     void *arg);
/* The kernel symbol at an address of a service domain; 0 or -errno. */
int session_symbol(struct session *s, const char *service, uint64_t address,
		   struct vsys_symbol *symbol);
int session_each(struct session *s,
		 void (*use)(const struct vsys_account_entry *, void *),
		 void *arg);
/* Accounts, but those of our own channels, and totals, so that these come last. */
int session_result(struct session *s, struct result *r);

#endif /* PERFCTR_SESSION_H */
