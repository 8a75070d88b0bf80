// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control channel: requests from this kernel to the service domain's.
 *
 * Its memory lives as long as the device object, so that whoever still waits
 * for an answer when the service domain dies finds it in place.
 */
#include "vsysfront.h"
#include <linux/string.h>

/*
 * irq, ring.lock held: a request that was given up has been answered.  A
 * channel that was opened for nobody has to be closed again.
 */
static void front_control_reclaim(struct front_ring *ring, u32 slot, s64 ret)
{
	struct front_control *c = container_of(ring, struct front_control,
					       ring);

	if (c->nr[slot] != VSYS_CONTROL_OPEN || ret < 0)
		return;
	spin_lock(&c->orphan_lock);
	if (c->nr_orphans < ARRAY_SIZE(c->orphans))
		c->orphans[c->nr_orphans++] = ret;
	spin_unlock(&c->orphan_lock);
	schedule_work(&c->orphan_work);
}

static void front_control_orphan_work(struct work_struct *work)
{
	struct front_control *c = container_of(work, struct front_control,
					       orphan_work);
	struct front_device *dev = container_of(c, struct front_device,
						control);
	u64 args[4] = { };
	bool more;

	do {
		spin_lock_irq(&c->orphan_lock);
		more = c->nr_orphans;
		if (more)
			args[0] = c->orphans[--c->nr_orphans];
		spin_unlock_irq(&c->orphan_lock);
		if (more)
			front_control_request(dev, VSYS_CONTROL_CLOSE, args,
					      NULL, 0, FRONT_PATIENCE);
	} while (more);
}

static irqreturn_t front_control_irq(int irq, void *data)
{
	struct front_device *dev = data;
	bool useful = front_ring_wake(&dev->control.ring);

	front_ring_eoi(&dev->control.ring, irq, useful);
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

	spin_lock_init(&c->orphan_lock);
	INIT_WORK(&c->orphan_work, front_control_orphan_work);
	dev->has_control = true;
	err = front_ring_init(&c->ring, dev->domid, VSYS_SLOTS_MIN, 0);
	if (err)
		return err;
	c->ring.own_first = 0;
	c->ring.own_count = VSYS_CONTROL_SLOTS;
	c->ring.own_spare = 0;
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
	if (dev->has_control)
		front_ring_kill(&dev->control.ring);
}

void front_control_free(struct front_device *dev)
{
	struct front_control *c = &dev->control;
	u32 i;

	if (!dev->has_control)
		return;
	front_ring_unbind(&c->ring, dev);
	cancel_work_sync(&c->orphan_work);
	for (i = 0; i < c->nr_pages; i++)
		gnttab_end_foreign_access(c->refs[i], c->pages[i]);
	c->nr_pages = 0;
	front_ring_free(&c->ring);
	dev->has_control = false;
}

/* An answer is a channel, a descriptor or an error; nothing else makes sense. */
static s64 front_control_check(s64 ret)
{
	return ret < -MAX_ERRNO || ret > INT_MAX ? -EPROTO : ret;
}

/*
 * Makes a request and waits for its answer, whatever signals come, but at most
 * for a time: callers are ioctls that a program cannot retry halfway, and the
 * release of files.
 */
static s64 front_control_make(struct front_device *dev, u32 nr,
			      const u64 args[4], const void *message,
			      void *reply, size_t bytes, long timeout)
{
	struct front_control *c = &dev->control;
	struct vsys_slot *s;
	int slot, i, err;
	s64 ret;

	if (READ_ONCE(dev->dead) || !READ_ONCE(dev->connected))
		return -EIO;
	slot = front_ring_slot_get(&c->ring, true, TASK_UNINTERRUPTIBLE,
				   timeout);
	if (slot < 0)
		return slot;
	if (bytes)
		memcpy(page_address(c->pages[slot]), message, bytes);
	s = front_ring_slot(&c->ring, slot);
	s->nr = nr;
	for (i = 0; i < 4; i++)
		s->args[i] = args[i];
	s->args[4] = 0;
	s->args[5] = 0;
	c->nr[slot] = nr;
	front_ring_submit(&c->ring, slot);
	err = front_ring_wait(&c->ring, slot, TASK_UNINTERRUPTIBLE, timeout);
	if (err) {
		if (err == -ETIMEDOUT)
			pr_warn_ratelimited("service domain %u (%s) does not answer request %u\n",
					    dev->domid, dev->service, nr);
		front_ring_slot_lose(&c->ring, slot);
		return err;
	}
	ret = front_control_check(vsys_slot_finish(s));
	if (reply && ret >= 0)
		memcpy(reply, page_address(c->pages[slot]), bytes);
	front_ring_slot_put(&c->ring, slot);
	return ret;
}

s64 front_control_request(struct front_device *dev, u32 nr, const u64 args[4],
			  const void *message, size_t bytes, long timeout)
{
	return front_control_make(dev, nr, args, message, NULL, bytes, timeout);
}

/* One whose answer is in the message, too: whatever B put there. */
s64 front_control_exchange(struct front_device *dev, u32 nr, void *message,
			   size_t bytes, long timeout)
{
	const u64 args[4] = { };

	return front_control_make(dev, nr, args, message, message, bytes,
				  timeout);
}
