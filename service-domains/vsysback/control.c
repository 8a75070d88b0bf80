// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control channel: a thread per device takes the frontend kernel's requests.
 * What takes long (a shadow that starts, maps or ends) is answered later by
 * whoever finishes it.
 */
#include <linux/kthread.h>
#include <xen/events.h>
#include <virtuos/control.h>

#include "bell.h"
#include "control.h"
#include "device.h"
#include "map.h"

/* The message page of a slot; the caller copies it once. */
void *back_control_message(struct back_device *dev, u32 slot)
{
	return dev->control.pages.address + (2 + slot) * VSYS_PAGE_SIZE;
}

/* Answer a request; silently nothing once the device is gone. */
void back_control_reply(struct back_device *dev, u32 slot, s64 ret)
{
	struct back_control *c = &dev->control;

	mutex_lock(&c->lock);
	__clear_bit(slot, &c->unanswered);
	if (c->connected && vsys_slot_complete(&c->ring, slot, ret))
		notify_remote_via_irq(c->bell.irq);
	mutex_unlock(&c->lock);
}

/*
 * A slot whose request waits for its answer is F's again when it has that: what
 * is submitted there before makes no second request.  The lock is that of the
 * answer, which takes the bit back and stores DONE.
 */
static bool back_control_take(struct back_control *c, u32 slot,
			      struct vsys_call *call)
{
	bool taken;

	if (slot >= VSYS_CONTROL_SLOTS)
		return false;
	mutex_lock(&c->lock);
	taken = !test_bit(slot, &c->unanswered) &&
		vsys_ring_take(&c->ring, slot, call);
	if (taken)
		__set_bit(slot, &c->unanswered);
	mutex_unlock(&c->lock);
	return taken;
}

static void back_control_handle(struct back_device *dev, u32 slot)
{
	struct back_control *c = &dev->control;
	struct vsys_call call;
	s64 ret;

	if (!back_control_take(c, slot, &call))
		return;
	c->bell.worked = true;
	ret = c->handle(dev, slot, &call);
	if (ret != BACK_LATER)
		back_control_reply(dev, slot, ret);
}

static int back_control_run(void *data)
{
	struct back_device *dev = data;
	struct back_control *c = &dev->control;
	u32 cursor = 0;
	int slot;

	/* connected is set right after this thread was started. */
	while (!kthread_should_stop()) {
		back_bell_end(&c->bell);
		wait_event_interruptible(c->wait,
					 kthread_should_stop() ||
					 (READ_ONCE(c->connected) &&
					  xchg(&c->kicked, false)));
		if (kthread_should_stop())
			break;
		vsys_server_wake(&c->ring);
		do {
			/* A frontend that never stops asking is stopped, too. */
			while (!kthread_should_stop() &&
			       (slot = vsys_ring_claim(&c->ring,
						       &cursor)) >= 0) {
				back_control_handle(dev, slot);
				cond_resched();
			}
		} while (!kthread_should_stop() &&
			 !vsys_server_sleep(&c->ring));
	}
	return 0;
}

/* ---- Beginning and end -------------------------------------------------------- */

static irqreturn_t back_control_interrupt(int irq, void *data)
{
	struct back_control *c = data;

	back_bell_rang(&c->bell);
	WRITE_ONCE(c->kicked, true);
	wake_up(&c->wait);
	return IRQ_HANDLED;
}

void back_control_init(struct back_control *c)
{
	mutex_init(&c->lock);
	init_waitqueue_head(&c->wait);
}

int back_control_map(struct back_device *dev, const grant_ref_t *refs,
		     unsigned int port)
{
	struct back_control *c = &dev->control;
	int err;

	BUILD_BUG_ON(VSYS_CONTROL_PAGES > BACK_MAP_PAGES);
	err = back_map(&c->pages, dev->frontend, refs, VSYS_CONTROL_PAGES);
	if (err)
		return err;
	c->ring.head = c->pages.address;
	c->ring.slots = c->pages.address + VSYS_PAGE_SIZE;
	c->ring.nr_slots = VSYS_SLOTS_MIN;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		dev->xdev, port, back_control_interrupt, 0, "vsysback", c);
	if (err < 0) {
		back_unmap(&c->pages);
		return err;
	}
	c->bell.irq = err;
	return 0;
}

void back_control_unmap(struct back_device *dev)
{
	struct back_control *c = &dev->control;

	unbind_from_irqhandler(c->bell.irq, c);
	back_unmap(&c->pages);
}

/* Take requests from now on. */
int back_control_start(struct back_device *dev, back_control_handler *handle)
{
	struct back_control *c = &dev->control;

	c->handle = handle;
	c->thread = kthread_run(back_control_run, dev, "vsysback/%u",
				dev->frontend);
	if (IS_ERR(c->thread))
		return PTR_ERR(c->thread);
	mutex_lock(&c->lock);
	c->connected = true;
	mutex_unlock(&c->lock);
	wake_up(&c->wait);	/* a request may wait already */
	return 0;
}

/* No request is taken or answered any more. */
void back_control_stop(struct back_device *dev)
{
	struct back_control *c = &dev->control;

	kthread_stop(c->thread);
	mutex_lock(&c->lock);
	c->connected = false;
	mutex_unlock(&c->lock);
}
