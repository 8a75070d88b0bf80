/* SPDX-License-Identifier: GPL-2.0-only */
/* Tally: what a service domain did in all while a session counted there. */
#ifndef FRONT_TALLY_H
#define FRONT_TALLY_H

#include "wing.h"
#include <linux/mutex.h>
#include <linux/workqueue.h>

struct front_device;
struct front_session;

struct front_tally {
	struct front_session *session;
	struct front_device *dev;
	struct work_struct stop_work;
	struct mutex lock;
	u32 in_force;			/* lock; counts */
	struct vsys_totals base, last;	/* lock; when they began, and now */
	struct vsys_totals sum;		/* lock; of those before */
};

struct front_tally *front_tally_of(struct front_session *s,
				   struct front_device *dev);
void front_tally_begin(struct front_tally *t);
void front_tally_end(struct front_tally *t, long timeout);
void front_tally_stop(struct front_session *s);
int front_tally_read(struct front_session *s,
		     struct vsys_counters_totals *totals);
void front_tally_free(struct front_session *s);

#endif /* FRONT_TALLY_H */
