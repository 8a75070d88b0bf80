/* SPDX-License-Identifier: GPL-2.0-only */
/* Count: what is counted on one channel. */
#ifndef VSYSBACK_COUNTING_COUNT_H
#define VSYSBACK_COUNTING_COUNT_H

#include <linux/list.h>
#include <virtuos/counters.h>

#include "entries.h"

struct vsysback_channel;
struct vsysback_records;
struct vsysback_total;

/* What is asked of one channel. */
struct vsysback_count {
	struct vsysback_channel *ch;
	u32 flags;
	u32 nr;
	u32 nr_threads;
	struct vsys_counter counters[VSYS_COUNTERS_MAX];
	struct vsysback_total *totals[VSYS_COUNTERS_MAX];
	struct vsysback_entries accounts;
	struct vsysback_records *records;	/* NULL: none are wanted */
	u32 nr_pages;				/* of both, charged */
	struct list_head gauges;		/* open ones */
};

int vsysback_count_set(struct vsysback_channel *ch,
		       const struct vsys_count *request);

#endif /* VSYSBACK_COUNTING_COUNT_H */
