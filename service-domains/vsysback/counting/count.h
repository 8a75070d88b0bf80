/* SPDX-License-Identifier: GPL-2.0-only */
/* Count: what is counted on one channel. */
#ifndef BACK_COUNTING_COUNT_H
#define BACK_COUNTING_COUNT_H

#include <linux/list.h>
#include <virtuos/counters.h>

#include "entries.h"

struct back_channel;
struct back_records;
struct back_total;

/* What is asked of one channel. */
struct back_count {
	struct back_channel *ch;
	u32 flags;
	u32 nr;
	u32 nr_threads;
	struct vsys_counter counters[VSYS_COUNTERS_MAX];
	struct back_total *totals[VSYS_COUNTERS_MAX];
	struct back_entries accounts;
	struct back_records *records;	/* NULL: none are wanted */
	u32 nr_pages;			/* of both, charged */
	struct list_head gauges;	/* open ones */
};

int back_count_set(struct back_channel *ch, const struct vsys_count *request);

#endif /* BACK_COUNTING_COUNT_H */
