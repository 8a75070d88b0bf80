// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control channel: requests from this kernel to the service domain's.
 *
 * Its memory lives as long as the device object, so that whoever still waits
 * for an answer when the service domain dies finds it in place.
 */
#include "control.h"
#include "channel.h"
#include "device.h"
#include "memory.h"
#include "ring.h"
#include "wait.h"
#include <linux/gfp.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <virtuos/ring.h>

/*
 * OPENs under way at a time; the other slots are for those who have a channel
 * and must not wait for a shadow to start.
 */
#define FRONT_OPENS	4
/* How long the service domain may take to start a shadow. */
#define FRONT_OPEN_PATIENCE	(15 * HZ)

/*
 * irq, ring.lock held: a request that was given up has been answered.  Of an
 * OPEN or a CLOSE that was a channel's: it goes its way to the end.
 */
static void front_control_reclaim(struct front_ring *ring, u32 slot, s64 ret)
{
	struct front_control *c = container_of(ring, struct front_control,
					       ring);
	struct front_channel *ch = c->lost[slot];

	c->lost[slot] = NULL;
	if (!ch)
		return;
	/* An OPEN's answer is its number; a CLOSE's says that it has none. */
	ch->id = c->nr[slot] == VSYS_CONTROL_OPEN && ret >= 0 &&
		 ret <= INT_MAX ? ret : -1;
	front_channel_finish(ch);
}

/* Nobody will answer: B maps nothing more. */
static void front_control_forget(struct front_control *c)
{
	unsigned long flags;
	u32 slot;

	spin_lock_irqsave(&c->ring.lock, flags);
	for (slot = 0; slot < VSYS_CONTROL_SLOTS; slot++) {
		if (!c->lost[slot])
			continue;
		c->lost[slot]->id = -1;
		front_channel_finish(c->lost[slot]);
		c->lost[slot] = NULL;
	}
	spin_unlock_irqrestore(&c->ring.lock, flags);
}

/* A request of the channel's was given up; or it is answered just now. */
static void front_control_lose(struct front_control *c, u32 slot,
			       struct front_channel *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&c->ring.lock, flags);
	c->lost[slot] = ch;
	spin_unlock_irqrestore(&c->ring.lock, flags);
	front_ring_slot_lose(&c->ring, slot);
	/* Pairs with front_control_kill(): dead, then the look at lost. */
	if (front_ring_dead(&c->ring))
		front_control_forget(c);
}

static irqreturn_t front_control_irq(int irq, void *data)
{
	struct front_device *dev = data;
	bool useful = front_ring_wake(&dev->control.ring, true);

	front_ring_eoi(&dev->control.ring, useful);
	return IRQ_HANDLED;
}

static int front_control_pages(struct front_control *c)
{
	struct page *page;
	int ref;

	while (c->nr_pages < VSYS_CONTROL_SLOTS) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page)
			return -ENOMEM;
		ref = front_page_grant(c->ring.domid, page);
		if (ref < 0) {
			__free_page(page);
			return ref;
		}
		c->refs[c->nr_pages] = ref;
		c->pages[c->nr_pages++] = page;
	}
	return 0;
}

/* After a failure front_control_free() is to be called all the same. */
int front_control_init(struct front_device *dev)
{
	struct front_control *c = &dev->control;
	int err;

	dev->has_control = true;
	err = front_ring_init(&c->ring, dev->domid, VSYS_CONTROL_SLOTS, 0);
	if (err)
		return err;
	c->ring.own_spare = VSYS_CONTROL_SLOTS - FRONT_OPENS;
	c->ring.reclaim = front_control_reclaim;
	err = front_control_pages(c);
	if (err)
		return err;
	return front_ring_bind(&c->ring, front_control_irq, "vsys-control",
			       dev);
}

/* Ends all requests, now and later. */
void front_control_kill(struct front_device *dev)
{
	if (!dev->has_control)
		return;
	front_ring_kill(&dev->control.ring);
	front_control_forget(&dev->control);
}

void front_control_free(struct front_device *dev)
{
	struct front_control *c = &dev->control;
	u32 i;

	if (!dev->has_control)
		return;
	front_ring_unbind(&c->ring, dev);
	for (i = 0; i < c->nr_pages; i++)
		gnttab_end_foreign_access(c->refs[i], c->pages[i]);
	c->nr_pages = 0;
	front_ring_free(&c->ring);
	dev->has_control = false;
}

/*
 * An answer is a channel, a descriptor or an error; nothing else makes sense.
 * EACCES is this kernel's word for a sandbox: a program that hears it goes on
 * without the service.
 */
static s64 front_control_check(s64 ret)
{
	return ret <= FRONT_DEAD || ret > INT_MAX || ret == -EACCES ? -EPROTO :
								      ret;
}

/* What is asked, of whom, and how long the asker waits. */
struct front_request {
	u32 nr;
	const u64 *args;		/* 4 of them */
	const void *message;
	void *reply;			/* or NULL */
	size_t bytes;			/* of message and reply */
	long timeout;
	/* Whose it is once it is given up, and that it is; or NULL. */
	struct front_channel *ch;
	bool *lost;
};

/*
 * A program that is killed waits no more; any other signal makes no difference,
 * for an ioctl of ours cannot be done by half.  The end of a process, and work
 * behind its back, wait for a time at most.
 */
static unsigned int front_control_state(void)
{
	return current->flags & (PF_KTHREAD | PF_EXITING) ?
		       TASK_UNINTERRUPTIBLE : TASK_KILLABLE;
}

static void front_control_fill(struct front_control *c, u32 slot,
			       const struct front_request *r)
{
	struct vsys_slot *s = front_ring_slot(&c->ring, slot);
	int i;

	if (r->bytes)
		memcpy(page_address(c->pages[slot]), r->message, r->bytes);
	s->nr = r->nr;
	for (i = 0; i < 4; i++)
		s->args[i] = r->args[i];
	s->args[4] = 0;
	s->args[5] = 0;
	c->nr[slot] = r->nr;
}

static void front_control_give_up(struct front_device *dev, u32 slot,
				  const struct front_request *r, int err)
{
	if (err == -ETIMEDOUT)
		pr_warn_ratelimited("service domain %u (%s) does not answer request %u\n",
				    dev->domid, dev->service, r->nr);
	if (r->ch && err != FRONT_DEAD) {
		*r->lost = true;
		front_control_lose(&dev->control, slot, r->ch);
	} else {
		front_ring_slot_lose(&dev->control.ring, slot);
	}
}

/* ETIMEDOUT: there was no answer, in time or before the process was killed. */
static s64 front_control_make(struct front_device *dev,
			      const struct front_request *r)
{
	struct front_control *c = &dev->control;
	unsigned int state = front_control_state();
	struct vsys_slot *s;
	int slot, err;
	s64 ret;

	if (READ_ONCE(dev->dead) || !READ_ONCE(dev->connected))
		return FRONT_DEAD;
	slot = front_ring_slot_get(&c->ring, r->nr != VSYS_CONTROL_OPEN, state,
				   r->timeout);
	if (slot < 0)
		return slot == -ERESTARTSYS ? -ETIMEDOUT : slot;
	front_control_fill(c, slot, r);
	front_ring_submit(&c->ring, slot);
	s = front_ring_slot(&c->ring, slot);
	err = front_wait(&c->ring, s, state, r->timeout);
	if (err) {
		front_control_give_up(dev, slot, r, err);
		return err == -ERESTARTSYS ? -ETIMEDOUT : err;
	}
	ret = front_control_check(vsys_slot_finish(s));
	if (r->reply && ret >= 0)
		memcpy(r->reply, page_address(c->pages[slot]), r->bytes);
	front_ring_slot_put(&c->ring, slot);
	return ret;
}

s64 front_control_request(struct front_device *dev, u32 nr, const u64 args[4],
			  const void *message, size_t bytes, long timeout)
{
	const struct front_request request = {
		.nr = nr,
		.args = args,
		.message = message,
		.bytes = bytes,
		.timeout = timeout,
	};

	return front_control_make(dev, &request);
}

/*
 * OPEN and CLOSE.  Given up, the channel is lost: its memory stays B's until
 * there is an answer, which goes to front_channel_finish().  The caller's flag
 * says so, for the channel may be gone by then.
 */
s64 front_control_channel(struct front_channel *ch, u32 nr, const u64 args[4],
			  const void *message, size_t bytes, bool *lost)
{
	const struct front_request request = {
		.nr = nr,
		.args = args,
		.message = message,
		.bytes = bytes,
		.timeout = FRONT_OPEN_PATIENCE,
		.ch = ch,
		.lost = lost,
	};

	return front_control_make(ch->dev, &request);
}

/* One whose answer is in the message, too: whatever B put there. */
s64 front_control_exchange(struct front_device *dev, u32 nr, void *message,
			   size_t bytes, long timeout)
{
	const u64 args[4] = { };
	const struct front_request request = {
		.nr = nr,
		.args = args,
		.message = message,
		.reply = message,
		.bytes = bytes,
		.timeout = timeout,
	};

	return front_control_make(dev, &request);
}
