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
void *vsysback_control_message(struct vsysback_device *dev, u32 slot)
{
	return dev->control.pages.address + (2 + slot) * VSYS_PAGE_SIZE;
}

/* Answer a request; silently nothing once the device is gone. */
void vsysback_control_reply(struct vsysback_device *dev, u32 slot, s64 ret)
{
	struct vsysback_control *c = &dev->control;

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
static bool vsysback_control_take(struct vsysback_control *c, u32 slot,
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

static void vsysback_control_handle(struct vsysback_device *dev, u32 slot)
{
	struct vsysback_control *c = &dev->control;
	struct vsys_call call;
	s64 ret;

	if (!vsysback_control_take(c, slot, &call))
		return;
	c->bell.worked = true;
	ret = c->handle(dev, slot, &call);
	if (ret != VSYSBACK_LATER)
		vsysback_control_reply(dev, slot, ret);
}

static int vsysback_control_run(void *data)
{
	struct vsysback_device *dev = data;
	struct vsysback_control *c = &dev->control;
	u32 cursor = 0;
	int slot;

	/* connected is set right after this thread was started. */
	while (!kthread_should_stop()) {
		vsysback_bell_end(&c->bell);
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
				vsysback_control_handle(dev, slot);
				cond_resched();
			}
		} while (!kthread_should_stop() &&
			 !vsys_server_sleep(&c->ring));
	}
	return 0;
}

/* ---- Beginning and end -------------------------------------------------------- */

static irqreturn_t vsysback_control_interrupt(int irq, void *data)
{
	struct vsysback_control *c = data;

	vsysback_bell_rang(&c->bell);
	WRITE_ONCE(c->kicked, true);
	wake_up(&c->wait);
	return IRQ_HANDLED;
}

void vsysback_control_init(struct vsysback_control *c)
{
	mutex_init(&c->lock);
	init_waitqueue_head(&c->wait);
}

int vsysback_control_map(struct vsysback_device *dev, const grant_ref_t *refs,
			 unsigned int port)
{
	struct vsysback_control *c = &dev->control;
	int err;

	BUILD_BUG_ON(VSYS_CONTROL_PAGES > VSYSBACK_MAP_PAGES);
	err = vsysback_map(&c->pages, dev->frontend, refs, VSYS_CONTROL_PAGES);
	if (err)
		return err;
	c->ring.head = c->pages.address;
	c->ring.slots = c->pages.address + VSYS_PAGE_SIZE;
	c->ring.nr_slots = VSYS_SLOTS_MIN;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		dev->xdev, port, vsysback_control_interrupt, 0, "vsysback", c);
	if (err < 0) {
		vsysback_unmap(&c->pages);
		return err;
	}
	c->bell.irq = err;
	return 0;
}

void vsysback_control_unmap(struct vsysback_device *dev)
{
	struct vsysback_control *c = &dev->control;

	unbind_from_irqhandler(c->bell.irq, c);
	vsysback_unmap(&c->pages);
}

/* Take requests from now on. */
int vsysback_control_start(struct vsysback_device *dev,
			   vsysback_control_handler *handle)
{
	struct vsysback_control *c = &dev->control;

	c->handle = handle;
	c->thread = kthread_run(vsysback_control_run, dev, "vsysback/%u",
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
void vsysback_control_stop(struct vsysback_device *dev)
{
	struct vsysback_control *c = &dev->control;

	kthread_stop(c->thread);
	mutex_lock(&c->lock);
	c->connected = false;
	mutex_unlock(&c->lock);
}
