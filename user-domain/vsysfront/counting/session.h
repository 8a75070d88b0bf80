/* SPDX-License-Identifier: GPL-2.0-only */
/* Session: what a profiler asked for, and the accounts of its channels. */
#ifndef FRONT_SESSION_H
#define FRONT_SESSION_H

#include "wing.h"
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct front_channel;

struct front_session {
	struct kref kref;
	u64 number;			/* no other session has had it */
	struct mutex lock;		/* channels: each once */
	bool started;			/* release; what follows is constant then */
	bool stopped;
	u32 flags;
	u32 nr;
	struct vsys_counter counters[VSYS_COUNTERS_MAX];

	struct xarray channels;		/* by number: front_accounts; only grows */
	struct xarray entries;		/* by number: front_entry; only grows */
	struct xarray tallies;		/* front_tally; only grows */
	struct xarray rings;		/* by channel: front_records, not read to the end */

	wait_queue_head_t wait;		/* for records */
	struct vsys_session_page *page;	/* for mappings */
	struct mutex reading;		/* of records */
	u32 next_ring;			/* reading */
	struct delayed_work look_work;
	struct rcu_head rcu;
};

struct front_session *front_session_open(void);
void front_session_put(struct front_session *s);
int front_session_start(struct front_session *s,
			const struct vsys_counters_start *start);
int front_session_add(struct front_session *s, pid_t tgid);
void front_session_count(struct front_session *s, struct front_channel *ch);
void front_session_changed(struct front_session *s);
void front_session_stop(struct front_session *s);
void front_session_close(struct front_session *s);

#endif /* FRONT_SESSION_H */
