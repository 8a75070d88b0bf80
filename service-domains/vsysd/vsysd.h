/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsysd: gives every client process of a user domain its shadow.
 *
 *	main.c		options
 *	keeper.c	keeping a few spare processes ready
 *	spare.c		what a spare prepares before it has a client
 *	shadow.c	what it does for the client, until the client is gone
 *	arena.c		mapping pages that the user domain granted
 *	cgroup.c	the shares of user domains and of their users
 *	rights.c	what vsysd gives up, and what a shadow gives up
 */
#ifndef VSYSD_H
#define VSYSD_H

#include <virtuos/back.h>

/*
 * A shadow's own descriptors; clients cannot name any below VSYS_FD_FIRST
 * (include/virtuos/calls.h).
 */
enum vsysd_fd {
	VSYSD_FD_NULL = 0,
	VSYSD_FD_OUT = 1,
	VSYSD_FD_LOG = 2,
	VSYSD_FD_BACK = 3,	/* /dev/vsysback */
	VSYSD_FD_GNTDEV = 4,	/* /dev/xen/gntdev */
	VSYSD_FD_PARENT = 5,	/* pipe: tells vsysd that a spare was taken */
	VSYSD_FD_CGROUP = 6,	/* VSYSD_CGROUPS, until there is a client */
	VSYSD_FD_FREE = 7,	/* from here to VSYS_FD_FIRST: /dev/null */
};

#define VSYSD_CGROUPS "/sys/fs/cgroup/vsys"

/* What a user domain's clients may have together, and what one user's may. */
enum vsysd_limit {
	VSYSD_MEMORY_DOMAIN,
	VSYSD_MEMORY_USER,
	VSYSD_TASKS_DOMAIN,
	VSYSD_TASKS_USER,
	VSYSD_NR_LIMITS,
};

/* -1: the text is no limit. */
int vsysd_cgroup_limit(enum vsysd_limit which, const char *text);

/* -1: there are no control groups, which has been reported. */
int vsysd_cgroup_start(void);
void vsysd_cgroup_enter(const struct vsys_back_accept *client);
void vsysd_cgroup_tidy(void);

void vsysd_rights_reduce(void);
void vsysd_rights_spare(void);
int vsysd_rights_drop(uid_t user);

#define VSYSD_SPARES_MAX 64

struct vsysd_options {
	const char *root;	/* what clients see as / */
	int spares;
	int grouped;		/* there are control groups */
};

void vsysd_keeper_run(const struct vsysd_options *options);

/* Returns only on failure, which has been reported. */
void vsysd_spare_run(const struct vsysd_options *options, int parent);

/* Serve the client until it is gone.  Returns the exit status. */
int vsysd_shadow_run(const struct vsys_back_accept *client);

/* Map granted pages at a fixed address.  Returns 0, or -errno. */
int vsysd_arena_reserve(const struct vsys_back_accept *client);
int vsysd_arena_map(const struct vsys_back_manage *request);

#endif /* VSYSD_H */
