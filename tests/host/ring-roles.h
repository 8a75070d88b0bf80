/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roles of a channel, as ring-model.c explores them: what its clients, its
 * workers and both ends' interrupts do around include/virtuos/ring.h, which is
 * the real one.  Names and order of steps are those of vsysfront's wait.c and of
 * vsysback's worker.c, channel.c and bell.c; a change there is one here.
 */
#ifndef RING_ROLES_H
#define RING_ROLES_H

#include "explore.h"
#include <virtuos/ring.h>

#define CLIENTS_MAX	2
#define WORKERS_MAX	3
#define CALLS_MAX	4

/* A call is a letter: a small one if its client does not sleep, but polls. */
enum call_kind {
	CALL_QUICK = 'q',
	CALL_BLOCKS = 'b',	/* and goes on by itself, at any time */
	CALL_MEETS = 'm',	/* when the other client's has been run, too */
};

/* What is explored. */
struct channel_plan {
	const char *name;
	const char *calls[CLIENTS_MAX];
	unsigned int nr_workers;	/* at most */
	unsigned int nr_there;		/* from the start; or 0: one is wanted */
	unsigned int nr_idle;		/* followers beyond these end */
	bool two_rings;			/* client B is the kernel */
	bool stops;			/* a worker may be killed at any time */
	bool arguments;			/* each of them is a step */
};

/* Is every state well that it can come to?  Says so. */
bool channel_explore(const struct channel_plan *plan);

/* The same for the event ring, of ring-event-roles.c. */
bool events_explore(void);

#endif /* RING_ROLES_H */
