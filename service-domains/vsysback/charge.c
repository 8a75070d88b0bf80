// SPDX-License-Identifier: GPL-2.0-only
/*
 * Charges: what a channel has of its user's share.  It knows how much that is, so
 * that all is given back when it ends, and nothing twice.
 */
#include "channel.h"
#include "charge.h"
#include "quota.h"

/* Pages that it is going to map: ENOMEM beyond the user's share. */
int back_pages_charge(struct back_channel *ch, u32 pages)
{
	int err = back_quota_charge(ch, BACK_PAGES, pages);

	if (err)
		return err == -EDQUOT ? -ENOMEM : -ENOSPC;
	spin_lock_irq(&ch->lock);
	ch->nr_pages += pages;
	spin_unlock_irq(&ch->lock);
	return 0;
}

/* What is no more charged, for the channel has ended, is not returned twice. */
void back_pages_return(struct back_channel *ch, u32 pages)
{
	spin_lock_irq(&ch->lock);
	pages = min(pages, ch->nr_pages);
	ch->nr_pages -= pages;
	spin_unlock_irq(&ch->lock);
	back_quota_return(ch, BACK_PAGES, pages);
}

/* One more descriptor of the shadow's; or not. */
int back_files_charge(struct back_channel *ch)
{
	int err = back_quota_charge(ch, BACK_FILES, 1);

	if (err)
		return err;
	spin_lock_irq(&ch->lock);
	ch->nr_files++;
	spin_unlock_irq(&ch->lock);
	return 0;
}

void back_files_return(struct back_channel *ch)
{
	bool had;

	spin_lock_irq(&ch->lock);
	had = ch->nr_files;
	ch->nr_files -= had;
	spin_unlock_irq(&ch->lock);
	if (had)
		back_quota_return(ch, BACK_FILES, 1);
}

/* No worker is left, and no page is mapped. */
void back_charge_return_all(struct back_channel *ch)
{
	back_pages_return(ch, U32_MAX);
	back_quota_return(ch, BACK_FILES, ch->nr_files);
	back_quota_return(ch, BACK_WORKERS, ch->nr_charged);
	back_quota_return(ch, BACK_CHANNELS, 1);
	ch->nr_files = ch->nr_charged = 0;
}
