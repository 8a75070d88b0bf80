/* SPDX-License-Identifier: GPL-2.0-only */
/* Gauge: the events by which one worker counts itself. */
#ifndef BACK_COUNTING_GAUGE_H
#define BACK_COUNTING_GAUGE_H

#include <linux/list.h>
#include <linux/perf_event.h>
#include <linux/spinlock.h>

#include "count.h"
#include "reading.h"

struct back_device;

struct back_gauge_event {
	struct back_gauge *gauge;
	struct perf_event *event;
	struct list_head node;		/* of the open ones of its total */
};

struct back_gauge {
	struct back_count *count;	/* as long as it is open */
	u64 number;			/* the count's */
	struct list_head node;		/* count->gauges */
	struct back_gauge_event events[VSYS_COUNTERS_MAX];

	raw_spinlock_t lock;		/* the worker's, but for an end */
	bool open;			/* lock, or irqs off; count and events are there */
	bool (*direct)(u32 index, u64 *raw);	/* perfctr_xen_rdpmc(); NULL: none */
	struct back_reading last;	/* lock */
	struct back_reading polling;	/* lock; between calls so far */

	/* The worker's, and its interrupts'. */
	bool in_call;
	bool blocked;
	u32 account, nr;
	u16 region;
};

bool back_gauge_room(struct back_device *dev, u32 nr);
void back_gauge_close(struct back_gauge *g);

#endif /* BACK_COUNTING_GAUGE_H */
