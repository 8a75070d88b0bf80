// SPDX-License-Identifier: GPL-2.0-only
/* Accept queue: channels that wait for a shadow, and shadows that wait for one. */
#include "accept.h"
#include "channel.h"
#include "device.h"

DECLARE_WAIT_QUEUE_HEAD(back_accept_wait);
static LIST_HEAD(back_accept_queue);
static DEFINE_SPINLOCK(back_accept_lock);

void back_accept_add(struct back_channel *ch)
{
	spin_lock(&back_accept_lock);
	list_add_tail(&ch->accept_list, &back_accept_queue);
	spin_unlock(&back_accept_lock);
	wake_up(&back_accept_wait);
}

/* False: a shadow was faster. */
bool back_accept_remove(struct back_channel *ch)
{
	bool queued;

	spin_lock(&back_accept_lock);
	queued = !list_empty(&ch->accept_list);
	list_del_init(&ch->accept_list);
	spin_unlock(&back_accept_lock);
	return queued;
}

/* The lock held: user domains take turns. */
static struct back_channel *back_accept_first(void)
{
	static domid_t last = DOMID_INVALID;
	struct back_channel *ch;

	list_for_each_entry(ch, &back_accept_queue, accept_list)
		if (ch->dev->frontend != last)
			goto found;
	ch = list_first_entry_or_null(&back_accept_queue, struct back_channel,
				      accept_list);
	if (!ch)
		return NULL;
found:
	last = ch->dev->frontend;
	list_del_init(&ch->accept_list);
	return ch;
}

/* The one that is next, or NULL. */
struct back_channel *back_accept_next(void)
{
	struct back_channel *ch;

	spin_lock(&back_accept_lock);
	ch = back_accept_first();
	spin_unlock(&back_accept_lock);
	return ch;
}
