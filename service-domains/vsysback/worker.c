// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: one leads, the others follow.
 *
 * The leader polls the channel and runs each call itself.  When a call is
 * about to block, the scheduler's sleep hook makes a follower the leader; the
 * old one follows when its call is done.  So a call that does not block costs
 * no hand-over, and one that does never stalls the channel.  The shadow's
 * manager starts another worker whenever the last follower is gone, so there
 * are at most as many as calls in flight, and one or two.
 *
 * Going to sleep as the leader.  Partner: vsys_slot_submit() and the doorbell.
 *
 *	leader				client
 *	state = TASK_INTERRUPTIBLE	pending |= bit
 *	server = ASLEEP			server == ASLEEP?  ring
 *	pending == 0?  schedule()	 -> interrupt wakes the leader
 *
 * If the leader misses the bit, the client sees ASLEEP and rings; the interrupt
 * sets the leader running even when it has not yet called schedule().
 */
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/task_work.h>

#include "vsysback.h"

#define VSYSBACK_SPIN_MIN_US	10u
#define VSYSBACK_SPIN_MAX_US	400u
/* Followers beyond this number return to the shadow and end. */
#define VSYSBACK_IDLE_MAX	8u

/* Ask the manager for another worker.  Under ch->lock. */
static void vsysback_worker_want(struct vsysback_channel *ch)
{
	if (ch->wanted == VSYSBACK_WORKER_ENOUGH &&
	    ch->nr_workers <= ch->ring.nr_slots) {
		ch->wanted = VSYSBACK_WORKER_WANTED;
		wake_up(&ch->manager_wait);
	}
}

/* Make the first follower the leader.  Under ch->lock. */
static void vsysback_worker_promote(struct vsysback_channel *ch)
{
	struct vsysback_worker *next = list_first_entry_or_null(
		&ch->idle, struct vsysback_worker, idle);

	ch->leader = next;
	if (next) {
		list_del_init(&next->idle);
		ch->nr_idle--;
		wake_up_process(next->task);
	}
	if (!ch->nr_idle)
		vsysback_worker_want(ch);
}

/*
 * The scheduler calls this when the worker blocks.  In the middle of a call
 * its leadership passes on; everywhere else sleeping is the worker's own plan.
 */
static void vsysback_worker_sleeping(struct task_sleep_hook *hook)
{
	struct vsysback_worker *w = container_of(hook, struct vsysback_worker,
						 hook);
	struct vsysback_channel *ch = w->channel;
	unsigned long flags;

	if (!w->in_call)
		return;
	if (unlikely(w->gauge))
		vsysback_gauge_blocks(w->gauge);
	if (READ_ONCE(ch->leader) != w)
		return;
	spin_lock_irqsave(&ch->lock, flags);
	if (ch->leader == w)
		vsysback_worker_promote(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
}

/* It goes on. */
static void vsysback_worker_running(struct task_sleep_hook *hook)
{
	struct vsysback_worker *w = container_of(hook, struct vsysback_worker,
						 hook);

	if (unlikely(w->gauge))
		vsysback_gauge_runs(w->gauge);
}

/* The doorbell rang, or the channel ends. */
void vsysback_worker_wake(struct vsysback_channel *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	if (ch->leader)
		wake_up_process(ch->leader->task);
	spin_unlock_irqrestore(&ch->lock, flags);
}

/*
 * Interrupt the call in a slot as a signal would.  The worker clears its slot
 * under the same lock, so the signal cannot hit its next call.
 */
int vsysback_worker_cancel(struct vsysback_channel *ch, u64 slot)
{
	struct vsysback_worker *w;
	int err = -ESRCH;

	spin_lock_irq(&ch->lock);
	list_for_each_entry(w, &ch->workers, list) {
		spin_lock(&w->slot_lock);
		if (w->slot >= 0 && w->slot == slot && w->task != current) {
			send_sig(SIGUSR2, w->task, 1);
			err = 0;
		}
		spin_unlock(&w->slot_lock);
	}
	spin_unlock_irq(&ch->lock);
	return err;
}

static void vsysback_worker_slot(struct vsysback_worker *w, int slot)
{
	spin_lock_irq(&w->slot_lock);
	w->slot = slot;
	spin_unlock_irq(&w->slot_lock);
}

static void vsysback_worker_run(struct vsysback_worker *w, u32 slot)
{
	struct vsysback_channel *ch = w->channel;
	struct vsys_call call;
	bool counted;
	s64 ret;

	if (!vsys_ring_take(&ch->ring, slot, &call))
		return;
	counted = vsysback_gauge_wanted(w) &&
		  vsysback_gauge_begin(w, slot, &call);
	ret = vsysback_creds_apply(w);
	if (!ret) {
		vsysback_worker_slot(w, slot);
		WRITE_ONCE(w->in_call, true);
		ret = vsysback_dispatch(w, slot, &call);
		/* What the call left to a return to user space that never comes. */
		task_work_run();
		WRITE_ONCE(w->in_call, false);
		vsysback_worker_slot(w, -1);
	}
	/* A cancellation that came too late, a SIGPIPE: not the next call's. */
	if (signal_pending(current) && !fatal_signal_pending(current))
		flush_signals(current);
	if (counted)
		vsysback_gauge_end(w, ret);
	if (vsys_slot_complete(&ch->ring, slot, ret))
		vsysback_channel_ring(ch);
}

/*
 * The group's flag besides the signal: a SIGKILL that comes just before
 * flush_signals() is flushed with the others.
 */
static bool vsysback_worker_stop(struct vsysback_channel *ch)
{
	return !vsysback_channel_live(ch) || fatal_signal_pending(current) ||
	       READ_ONCE(current->signal->flags) & SIGNAL_GROUP_EXIT;
}

/* Poll for a bounded time.  Returns a claimed slot, or -1. */
static int vsysback_worker_poll(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;
	u64 end = 0;
	int slot, i;

	for (;;) {
		for (i = 0; i < 32; i++) {
			slot = vsys_ring_claim(&ch->ring, &w->cursor);
			if (slot >= 0)
				return slot;
			if (i % 8 == 7)
				cpu_relax();
		}
		if (vsysback_worker_stop(ch) || !single_task_running())
			return -1;
		if (!end)
			end = local_clock() + w->spin_us * NSEC_PER_USEC;
		else if (local_clock() >= end)
			return -1;
	}
}

/* Nobody polls any more, until the doorbell rings. */
static void vsysback_worker_doze(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;

	set_current_state(TASK_INTERRUPTIBLE);
	if (vsys_server_sleep(&ch->ring)) {
		vsysback_count(ch->dev, sleeps);
		if (!vsysback_worker_stop(ch))
			schedule();
		vsys_server_wake(&ch->ring);
	}
	__set_current_state(TASK_RUNNING);
	if (signal_pending(current) && !fatal_signal_pending(current))
		flush_signals(current);
}

static void vsysback_worker_lead(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;
	int slot;

	while (READ_ONCE(ch->leader) == w && !vsysback_worker_stop(ch)) {
		cond_resched();
		slot = vsysback_worker_poll(w);
		if (slot >= 0) {
			w->spin_us = min(w->spin_us * 2, VSYSBACK_SPIN_MAX_US);
			vsysback_worker_run(w, slot);
			continue;
		}
		w->spin_us = max(w->spin_us / 2, VSYSBACK_SPIN_MIN_US);
		vsysback_worker_doze(w);
	}
}

/* Wait to be made leader.  False: there are followers enough, or the end. */
static bool vsysback_worker_follow(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;
	bool lead;

	spin_lock_irq(&ch->lock);
	lead = !ch->leader || ch->leader == w;
	if (lead) {
		ch->leader = w;
		if (!ch->nr_idle)
			vsysback_worker_want(ch);
	} else if (ch->nr_idle < VSYSBACK_IDLE_MAX) {
		list_add(&w->idle, &ch->idle);
		ch->nr_idle++;
	}
	spin_unlock_irq(&ch->lock);
	if (lead)
		return true;
	if (list_empty_careful(&w->idle) && READ_ONCE(ch->leader) != w)
		return false;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(ch->leader) == w || vsysback_worker_stop(ch))
			break;
		schedule();
		if (signal_pending(current) && !fatal_signal_pending(current))
			flush_signals(current);
	}
	__set_current_state(TASK_RUNNING);
	return !vsysback_worker_stop(ch);
}

static void vsysback_worker_register(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;

	spin_lock_irq(&ch->lock);
	list_add(&w->list, &ch->workers);
	ch->nr_workers++;
	ch->wanted = VSYSBACK_WORKER_ENOUGH;
	spin_unlock_irq(&ch->lock);
}

static void vsysback_worker_unregister(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;

	spin_lock_irq(&ch->lock);
	list_del(&w->list);
	ch->nr_workers--;
	if (!list_empty(&w->idle)) {
		list_del_init(&w->idle);
		ch->nr_idle--;
	}
	if (ch->leader == w)
		vsysback_worker_promote(ch);
	spin_unlock_irq(&ch->lock);
}

/* Lend the calling thread to the channel until it ends. */
int vsysback_worker_serve(struct vsysback_channel *ch, u64 scratch)
{
	struct vsysback_worker w = {
		.hook.sleeping = vsysback_worker_sleeping,
		.hook.running = vsysback_worker_running,
		.channel = ch,
		.task = current,
		.scratch = scratch,
		.slot = -1,
		.spin_us = VSYSBACK_SPIN_MAX_US / 4,
	};

	INIT_LIST_HEAD(&w.idle);
	spin_lock_init(&w.slot_lock);
	vsysback_worker_register(&w);
	sched_set_sleep_hook(current, &w.hook);
	vsysback_channel_serving(ch);
	while (!vsysback_worker_stop(ch) && vsysback_worker_follow(&w))
		vsysback_worker_lead(&w);
	sched_set_sleep_hook(current, NULL);
	vsysback_worker_unregister(&w);
	vsysback_gauge_drop(&w);
	return 0;
}
