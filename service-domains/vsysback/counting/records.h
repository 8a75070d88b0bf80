/* SPDX-License-Identifier: GPL-2.0-only */
/* Records: the ring of them that F reads. */
#ifndef VSYSBACK_COUNTING_RECORDS_H
#define VSYSBACK_COUNTING_RECORDS_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <virtuos/counters.h>

#include "entries.h"

struct vsysback_records {
	struct vsysback_channel *ch;
	struct vsysback_mapping index;
	struct vsysback_entries entries;
	u32 nr;				/* a power of two */
	raw_spinlock_t lock;
	u32 prod;			/* lock */
	atomic_t lost;
};

struct vsysback_records *vsysback_records_map(struct vsysback_channel *ch,
					      const u32 *refs, u32 nr_pages);
void vsysback_records_unmap(struct vsysback_records *r);
void vsysback_records_put(struct vsysback_records *r,
			  const struct vsys_record *record, bool wait);

#endif /* VSYSBACK_COUNTING_RECORDS_H */
