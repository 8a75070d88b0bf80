// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring: the one whose slots are this kernel's own, and the doorbell, which
 * rings for a program's slots, too.
 *
 * Everything in it is written by the other domain: nothing read from it decides
 * about this kernel's memory.  Which slots are in use is kept privately.
 */
#include "ring.h"
#include "memory.h"
#include "wait.h"
#include <linux/sched/signal.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/event_channel.h>
#include <virtuos/control.h>

/* After so many interrupts in a row that brought nothing, Xen throttles. */
#define FRONT_EMPTY_IRQS	64

/* After a failure front_ring_free() is to be called all the same. */
int front_ring_init(struct front_ring *ring, domid_t domid, u32 own_count,
		    u64 arena_base)
{
	BUILD_BUG_ON(VSYS_CONTROL_SLOTS > VSYS_SLOTS_KERNEL);
	spin_lock_init(&ring->lock);
	hash_init(ring->sleepers);
	init_waitqueue_head(&ring->own_wait);
	ring->domid = domid;
	ring->own_count = own_count;
	return front_memory_init(&ring->memory, domid, VSYS_SLOTS_KERNEL,
				 arena_base);
}

void front_ring_free(struct front_ring *ring)
{
	front_memory_free(&ring->memory);
}

/* Allocates the doorbell: an unbound port for B, with our end as an irq. */
int front_ring_bind(struct front_ring *ring, irq_handler_t handler,
		    const char *name, void *data)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = ring->domid,
	};
	struct evtchn_close close;
	int err;

	/* Not xenbus_alloc_evtchn(): its failure would close the device. */
	err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
	if (err) {
		pr_err_ratelimited("out of event channels for domain %u (error %d): raise max_event_channels in the domain's xl config\n",
				   ring->domid, err);
		return -ENOSPC;
	}
	err = bind_evtchn_to_irqhandler_lateeoi(alloc.port, handler, 0, name,
						data);
	if (err < 0) {
		close.port = alloc.port;
		HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
		return err;
	}
	ring->port = alloc.port;
	ring->irq = err;
	return 0;
}

void front_ring_unbind(struct front_ring *ring, void *data)
{
	if (ring->irq)
		unbind_from_irqhandler(ring->irq, data);
	ring->irq = 0;
}

void front_ring_bell(struct front_ring *ring)
{
	atomic64_inc(&ring->bells);
	notify_remote_via_irq(ring->irq);
}

void front_ring_submit(struct front_ring *ring, u32 slot)
{
	if (vsys_slot_submit(&ring->memory.ring, slot))
		front_ring_bell(ring);
}

/*
 * Is there nobody any more to answer?  Once dead, always dead, whatever the
 * shared word says later.
 */
bool front_ring_dead(struct front_ring *ring)
{
	if (READ_ONCE(ring->dead))
		return true;
	if (!vsys_server_dead(&ring->memory.ring))
		return false;
	WRITE_ONCE(ring->dead, true);
	return true;
}

/* ---- The kernel's own slots ---------------------------------------------- */

/* Who may have a spare slot takes it first, and leaves the others what there is. */
static int front_ring_slot_try(struct front_ring *ring, bool spare)
{
	u32 all = ring->own_count, common = all - ring->own_spare, slot = all;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	if (spare)
		slot = find_next_zero_bit(ring->own_busy, all, common);
	if (slot >= all)
		slot = find_first_zero_bit(ring->own_busy, common);
	else
		common = all;
	if (slot < common)
		__set_bit(slot, ring->own_busy);
	spin_unlock_irqrestore(&ring->lock, flags);
	return slot < common ? (int)slot : -EAGAIN;
}

/*
 * Takes a slot of the kernel's own.  Calls that may block for long leave the
 * spare ones to those that do not (close, cancel, poll): these never wait
 * behind a reader.
 */
int front_ring_slot_get(struct front_ring *ring, bool spare,
			unsigned int state, long timeout)
{
	DEFINE_WAIT(wait);
	int slot;

	slot = front_ring_slot_try(ring, spare);
	if (slot >= 0)
		return slot;
	for (;;) {
		prepare_to_wait(&ring->own_wait, &wait, state);
		slot = front_ring_slot_try(ring, spare);
		if (slot >= 0)
			break;
		slot = FRONT_DEAD;
		if (front_ring_dead(ring))
			break;
		slot = -ERESTARTSYS;
		if (signal_pending_state(state, current))
			break;
		slot = -ETIMEDOUT;
		if (!timeout)
			break;
		timeout = schedule_timeout(timeout);
	}
	finish_wait(&ring->own_wait, &wait);
	return slot;
}

void front_ring_slot_put(struct front_ring *ring, u32 slot)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	__clear_bit(slot, ring->own_busy);
	spin_unlock_irqrestore(&ring->lock, flags);
	/* Full barrier: own_busy before the look; partner: prepare_to_wait(). */
	if (wq_has_sleeper(&ring->own_wait))
		wake_up_all(&ring->own_wait);
}

/* lock held: slots that were given up, and have been answered after all. */
static bool front_ring_reclaim(struct front_ring *ring)
{
	bool useful = false;
	u32 slot;
	s64 ret;

	for_each_set_bit(slot, ring->own_lost, VSYS_SLOTS_KERNEL) {
		if (!vsys_slot_done(front_ring_slot(ring, slot)))
			continue;
		ret = vsys_slot_finish(front_ring_slot(ring, slot));
		__clear_bit(slot, ring->own_lost);
		__clear_bit(slot, ring->own_busy);
		if (ring->reclaim)
			ring->reclaim(ring, slot, ret);
		useful = true;
	}
	if (useful)
		wake_up_all(&ring->own_wait);
	return useful;
}

/* Gives a slot up whose call is not answered; it comes back when it is. */
void front_ring_slot_lose(struct front_ring *ring, u32 slot)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	__set_bit(slot, ring->own_lost);
	front_ring_reclaim(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
}

/* ---- What comes of a bell, and of death ---------------------------------- */

/*
 * The doorbell rang: looks at all who sleep, if the other side does not say who
 * has an answer, and wakes whose call is done, or everybody when it is dead.
 * Says whether there was anybody to wake.
 */
bool front_ring_wake(struct front_ring *ring, bool all)
{
	bool dead = front_ring_dead(ring), useful = false;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	if (all || dead)
		useful = front_wait_wake_all(ring);
	useful |= front_ring_reclaim(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
	if (dead)
		wake_up_all(&ring->own_wait);
	return useful;
}

/* The other side says that this slot has its answer: was it to be woken for? */
bool front_ring_answered(struct front_ring *ring, const struct vsys_slot *slot)
{
	unsigned long flags;
	bool useful;

	spin_lock_irqsave(&ring->lock, flags);
	useful = front_wait_wake(ring, slot);
	spin_unlock_irqrestore(&ring->lock, flags);
	return useful;
}

/*
 * Ends an interrupt, after its work.  Useful is one that woke somebody who had
 * to be woken, whatever the other side says.  A bell may come too late for a
 * sleeper that saw its answer by itself, so a few empty interrupts are normal;
 * a storm of them is not, and Xen's event code then delays the next.
 */
void front_ring_eoi(struct front_ring *ring, bool useful)
{
	if (useful)
		ring->empty_irqs = 0;
	else if (ring->empty_irqs < FRONT_EMPTY_IRQS)
		ring->empty_irqs++;
	xen_irq_lateeoi(ring->irq, ring->empty_irqs < FRONT_EMPTY_IRQS ?
			     0 : XEN_EOI_FLAG_SPURIOUS);
}

/* Nobody answers any more: wakes everybody. */
void front_ring_kill(struct front_ring *ring)
{
	WRITE_ONCE(ring->dead, true);
	front_ring_wake(ring, true);
}

/* The program's slots are served no more: wakes who sleeps on them. */
void front_ring_retire(struct front_ring *ring)
{
	WRITE_ONCE(ring->retired, true);
	front_ring_wake(ring, true);
}
