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
#include <virtuos/wake.h>

/*
 * For how long a submitter spins before it sleeps: twice what it would cost to be
 * woken, but no less than an answer usually takes.
 */
#define FRONT_WAKES		2u
#define FRONT_SPIN_LEAST_US	30u
#define FRONT_SPIN_MOST_US	1000u

static u64 front_wait_spin_ns = FRONT_SPIN_LEAST_US * NSEC_PER_USEC;

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

/*
 * Who is told to let others run does, and looks again when they have: an answer
 * that came meanwhile needed no bell.
 */
static bool front_wait_spin(const struct vsys_slot *s, unsigned int state)
{
	u64 end = local_clock() + READ_ONCE(front_wait_spin_ns);

	do {
		if (vsys_slot_done(s))
			return true;
		if (signal_pending_state(state, current))
			return false;
		cond_resched();
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

void front_wait_init(void)
{
	unsigned int us = clamp(FRONT_WAKES * vsys_wake_cost_us(),
				FRONT_SPIN_LEAST_US, FRONT_SPIN_MOST_US);

	WRITE_ONCE(front_wait_spin_ns, us * NSEC_PER_USEC);
}
