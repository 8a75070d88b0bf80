// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a slot's answer, be it one of this kernel's own or one of a
 * program's: polling for a moment, and sleep until the doorbell or death wakes.
 */
#include "wait.h"
#include "ring.h"
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <virtuos/ring.h>

/* How long a submitter spins for an answer before it sleeps. */
#define FRONT_SPIN_NS		(30 * NSEC_PER_USEC)

struct front_sleeper {
	struct hlist_node node;
	struct task_struct *task;
	struct vsys_slot *slot;
};

/* Will nobody answer this slot any more? */
static bool front_wait_over(struct front_ring *ring,
			    const struct vsys_slot *slot)
{
	const struct vsys_slot *own = ring->memory.ring.slots;

	if (front_ring_dead(ring))
		return true;
	return READ_ONCE(ring->retired) &&
	       (slot < own || slot >= own + VSYS_SLOTS_KERNEL);
}

/* ring.lock held.  Wakes whoever sleeps on a slot, if it is done. */
bool front_wait_wake(struct front_ring *ring, const struct vsys_slot *slot)
{
	struct front_sleeper *s;
	bool useful = false;

	hash_for_each_possible(ring->sleepers, s, node, (unsigned long)slot) {
		if (s->slot != slot || !vsys_slot_done(slot))
			continue;
		wake_up_process(s->task);
		useful = true;
	}
	return useful;
}

/* ring.lock held.  Wakes whose wait is over; is there anybody? */
bool front_wait_wake_all(struct front_ring *ring)
{
	struct front_sleeper *s;
	bool useful = false;
	int bucket;

	hash_for_each(ring->sleepers, bucket, s, node) {
		if (!front_wait_over(ring, s->slot) &&
		    !vsys_slot_done(s->slot))
			continue;
		wake_up_process(s->task);
		useful = true;
	}
	return useful;
}

/*
 * Sleeps until a slot is DONE: 0, FRONT_DEAD, -ERESTARTSYS (a signal that
 * state lets through), -ETIMEDOUT.
 *
 * No wake-up is lost: the sleeper is in the table and in its sleeping state
 * before it sets WAITING.  If B's exchange for DONE comes after that, B sees
 * WAITING, names the slot in an event, and rings; front_ring_answered() finds
 * the sleeper by its slot, or front_ring_wake() among all, if there was no room
 * for the event.  If the exchange came before, vsys_slot_wait() fails and nobody
 * sleeps.  Death: dead is set before the table is walked, and read here after
 * the sleeper was entered.
 */
int front_wait_asleep(struct front_ring *ring, struct vsys_slot *slot,
		      unsigned int state, long timeout)
{
	struct front_sleeper me = { .task = current, .slot = slot };
	int err = 0;

	spin_lock_irq(&ring->lock);
	hash_add(ring->sleepers, &me.node, (unsigned long)slot);
	spin_unlock_irq(&ring->lock);
	for (;;) {
		set_current_state(state);
		if (!vsys_slot_wait(slot))
			break;
		err = FRONT_DEAD;
		if (front_wait_over(ring, slot))
			break;
		err = -ERESTARTSYS;
		if (signal_pending_state(state, current))
			break;
		err = -ETIMEDOUT;
		if (!timeout)
			break;
		timeout = schedule_timeout(timeout);
		err = 0;
	}
	__set_current_state(TASK_RUNNING);
	spin_lock_irq(&ring->lock);
	hash_del(&me.node);
	spin_unlock_irq(&ring->lock);
	return err;
}

static bool front_wait_spin(const struct vsys_slot *s, unsigned int state)
{
	u64 end = local_clock() + FRONT_SPIN_NS;

	do {
		if (vsys_slot_done(s))
			return true;
		if (need_resched() || signal_pending_state(state, current))
			return false;
		vsys_relax();
	} while (local_clock() < end);
	return vsys_slot_done(s);
}

/* As front_wait_asleep(), but spins first: most answers come very soon. */
int front_wait(struct front_ring *ring, struct vsys_slot *slot,
	       unsigned int state, long timeout)
{
	if (front_wait_spin(slot, state))
		return 0;
	return front_wait_asleep(ring, slot, state, timeout);
}
