// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bell: a doorbell rings here, or this end rings it.
 *
 * The interrupt goes from its ring to its end (XSA-332); between the two Xen's
 * event code delivers no other.  The end comes from the thread that the bell
 * woke, once it has found nothing more to do, so a frontend that rings and rings
 * gets that thread's share of the processor and no more.  A bell after which
 * there was nothing to do is empty.  Some are normal, for a worker may have been
 * faster; from many in a row on each is told to be spurious, and the next is
 * delayed.
 */
#include <xen/events.h>

#include "bell.h"
#include "channel.h"
#include "stats.h"

#define BACK_EMPTY_BELLS 64u

/* The interrupt. */
void back_bell_rang(struct back_bell *bell)
{
	atomic_set(&bell->owed, 1);
}

/*
 * The thread goes to sleep.  It has said so where the frontend looks: one that
 * comes after that rings, and a ring before this end is delivered by it.
 */
void back_bell_end(struct back_bell *bell)
{
	if (!atomic_xchg(&bell->owed, 0))
		return;
	if (bell->worked)
		bell->empty = 0;
	else if (bell->empty < BACK_EMPTY_BELLS)
		bell->empty++;
	bell->worked = false;
	xen_irq_lateeoi(bell->irq, bell->empty < BACK_EMPTY_BELLS ?
					   0 : XEN_EOI_FLAG_SPURIOUS);
}

/* Ring the client's: an answer, an event or a record waits for it. */
void back_channel_bell(struct back_channel *ch)
{
	back_stats_count(ch->dev, bells);
	notify_remote_via_irq(ch->bell.irq);
}

/* The same, with an event that says what it is about. */
void back_channel_tell(struct back_channel *ch, u32 event)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->event_lock, flags);
	vsys_event_put(&ch->kernel, &ch->event_prod, event);
	spin_unlock_irqrestore(&ch->event_lock, flags);
	back_channel_bell(ch);
}

/* The client sleeps on a slot that has its answer now. */
void back_channel_answered(struct back_channel *ch, u32 region)
{
	if (ch->dev->features & VSYS_FEATURE_ANSWERS)
		back_channel_tell(ch, VSYS_EVENT_ANSWER | region);
	else
		back_channel_bell(ch);
}
