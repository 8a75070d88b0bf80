// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: a ring in pages of the user domain, to which workers and the
 * interrupts of their counters append.  What finds no room is counted.
 */
#include <linux/slab.h>

#include "../bell.h"
#include "../channel.h"
#include "../device.h"
#include "records.h"

struct back_records *back_records_map(struct back_channel *ch, const u32 *refs,
				      u32 nr_pages)
{
	struct back_records *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	r->ch = ch;
	r->nr = (nr_pages - 1) * VSYS_RECORDS_PER_PAGE;
	raw_spin_lock_init(&r->lock);
	BUILD_BUG_ON(sizeof(struct vsys_record) != BACK_ENTRY_BYTES);
	err = back_map(&r->index, ch->dev->frontend, refs, 1);
	if (err)
		goto free;
	err = back_entries_map(&r->entries, ch->dev->frontend, refs + 1,
			       nr_pages - 1);
	if (!err)
		return r;
	back_unmap(&r->index);
free:
	kfree(r);
	return ERR_PTR(err);
}

/* Nobody appends any more: all gauges are closed. */
void back_records_unmap(struct back_records *r)
{
	back_entries_unmap(&r->entries);
	back_unmap(&r->index);
	kfree(r);
}

/* lock held.  The number of records in the ring, or 0: it had no room. */
static u32 back_records_append(struct back_records *r,
			       const struct vsys_record *record)
{
	struct vsys_records *index = r->index.address;
	/* Acquire: F has copied what is overwritten now. */
	u32 cons = virt_load_acquire(&index->cons);
	struct vsys_record *to;

	if (r->prod - cons >= r->nr)
		return 0;
	to = back_entry(&r->entries, r->prod % r->nr);
	memcpy(to, record, sizeof(*to));
	to->lost = atomic_xchg(&r->lost, 0);
	/* Release: the record before the index that shows it. */
	virt_store_release(&index->prod, ++r->prod);
	return r->prod - cons;
}

/*
 * wait: the caller is no interrupt.  One that is may have come while its own
 * processor holds the lock, and gives up.
 */
void back_records_put(struct back_records *r, const struct vsys_record *record,
		      bool wait)
{
	unsigned long flags;
	u32 filled;

	if (wait) {
		raw_spin_lock_irqsave(&r->lock, flags);
	} else if (!raw_spin_trylock_irqsave(&r->lock, flags)) {
		atomic_inc(&r->lost);
		return;
	}
	filled = back_records_append(r, record);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (!filled)
		atomic_inc(&r->lost);
	else if (filled == r->nr / 2 && !in_nmi())
		back_channel_bell(r->ch);
}
