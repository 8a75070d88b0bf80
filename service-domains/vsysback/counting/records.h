/* SPDX-License-Identifier: GPL-2.0-only */
/* Records: the ring of them that F reads. */
#ifndef BACK_COUNTING_RECORDS_H
#define BACK_COUNTING_RECORDS_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <virtuos/counters.h>

#include "entries.h"

struct back_records {
	struct back_channel *ch;
	struct back_mapping index;
	struct back_entries entries;
	u32 nr;				/* a power of two */
	raw_spinlock_t lock;
	u32 prod;			/* lock */
	atomic_t lost;
};

struct back_records *back_records_map(struct back_channel *ch, const u32 *refs,
				      u32 nr_pages);
void back_records_unmap(struct back_records *r);
void back_records_put(struct back_records *r, const struct vsys_record *record,
		      bool wait);

#endif /* BACK_COUNTING_RECORDS_H */
