/* SPDX-License-Identifier: GPL-2.0-only */
/* Gauge: the events by which one worker counts itself. */
#ifndef VSYSBACK_COUNTING_GAUGE_H
#define VSYSBACK_COUNTING_GAUGE_H

#include <linux/list.h>
#include <linux/perf_event.h>
#include <linux/spinlock.h>

#include "count.h"
#include "reading.h"

struct vsysback_device;

struct vsysback_gauge_event {
	struct vsysback_gauge *gauge;
	struct perf_event *event;
	struct list_head node;		/* of the open ones of its total */
};

struct vsysback_gauge {
	struct vsysback_count *count;	/* as long as it is open */
	u64 number;			/* the count's */
	struct list_head node;		/* count->gauges */
	struct vsysback_gauge_event events[VSYS_COUNTERS_MAX];

	raw_spinlock_t lock;		/* the worker's, but for an end */
	bool open;			/* lock, or irqs off; count and events are there */
	bool (*direct)(u32 index, u64 *raw);	/* perfctr_xen_rdpmc(); NULL: none */
	struct vsysback_reading last;	/* lock */
	struct vsysback_reading polling;/* lock; between calls so far */

	/* The worker's, and its interrupts'. */
	bool in_call;
	bool blocked;
	u32 account, nr;
	u16 slot;
};

bool vsysback_gauge_room(struct vsysback_device *dev, u32 nr);
void vsysback_gauge_close(struct vsysback_gauge *g);

#endif /* VSYSBACK_COUNTING_GAUGE_H */
