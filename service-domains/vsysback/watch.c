// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch: of all the leaders on one processor one polls, for its own channel and
 * for those of the others.  These are parked: they sleep, and yet their clients
 * need no doorbell.  Whose channel has a call is woken and has the watch from
 * then on; who had it is parked.  So a processor is never shared by leaders that
 * poll, each of which would keep the next one from what it waits for, and going
 * from one client to the next costs one switch and no doorbell.
 *
 * Who has the watch runs its own calls, too.  When one of them blocks, or it
 * ends, the watch is passed on to the first that is parked.  So a channel is
 * parked only while there is somebody who polls, or who will when the call that
 * he is in the middle of is done.
 *
 * A look at one more channel costs next to nothing while somebody polls anyway.
 * So nobody's time to poll is over before that of the last who had a call, and
 * then everybody's is: it is announced that the channels are asleep, and their
 * leaders sleep on until the doorbell rings.  But who had no call for long is not
 * looked at for ever.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <virtuos/ring.h>
#include <virtuos/wake.h>

#include "channel.h"
#include "watch.h"
#include "worker.h"

struct back_watch {
	spinlock_t lock;
	struct back_worker *poller;	/* or NULL: then nobody is parked */
	struct list_head parked;	/* workers */
	unsigned int spin_us;		/* how long to poll after a call */
	u64 until;			/* local_clock(); 0: from now on */
	u64 over;			/* local_clock(): nobody polled any more */
};

static DEFINE_PER_CPU(struct back_watch, back_watches);

/*
 * To be woken costs what polling for as long would have: a worker polls for
 * several times that at most, and for no less than programs take between two
 * calls that belong together.
 */
#define BACK_WAKES		8u
#define BACK_POLL_MIN_US	10u
#define BACK_POLL_LEAST_US	400u
#define BACK_POLL_MOST_US	4000u

/* Parked without a call for so long: cold. */
#define BACK_PARKED_NS		NSEC_PER_SEC

static unsigned int back_watch_us = BACK_POLL_LEAST_US;

void back_watch_init(void)
{
	unsigned int cost = vsys_wake_cost_us();
	int cpu;

	back_watch_us = clamp(BACK_WAKES * cost, BACK_POLL_LEAST_US,
			      BACK_POLL_MOST_US);
	for_each_possible_cpu(cpu) {
		struct back_watch *watch = per_cpu_ptr(&back_watches, cpu);

		spin_lock_init(&watch->lock);
		INIT_LIST_HEAD(&watch->parked);
		watch->spin_us = back_watch_us / 4;
	}
	pr_info("to be woken costs %u us: workers poll for %u us at most\n",
		cost, back_watch_us);
}

/* lock held.  NULL: nobody has it any more. */
static void back_watch_give(struct back_watch *watch, struct back_worker *next)
{
	watch->poller = next;
	if (!next) {
		watch->over = local_clock();
		return;
	}
	list_del_init(&next->parked);
	WRITE_ONCE(next->watch, watch);
	wake_up_process(next->task);
}

/*
 * lock held: a call after some time in which nobody polled.  If that was short the
 * call would have been had without a doorbell.
 */
static void back_watch_adapt(struct back_watch *watch)
{
	u64 idle = local_clock() - watch->over;

	watch->spin_us = idle < back_watch_us * NSEC_PER_USEC ?
				 back_watch_us :
				 max(watch->spin_us / 2, BACK_POLL_MIN_US);
}

/* The watch of this processor, unless another has it.  Has it now? */
bool back_watch_take(struct back_worker *w)
{
	struct back_watch *watch;
	unsigned long flags;

	if (w->watch)
		return true;
	watch = raw_cpu_ptr(&back_watches);
	spin_lock_irqsave(&watch->lock, flags);
	if (!watch->poller) {
		back_watch_adapt(watch);
		watch->poller = w;
		watch->until = 0;
		WRITE_ONCE(w->watch, watch);
	}
	spin_unlock_irqrestore(&watch->lock, flags);
	return w->watch;
}

/*
 * It cannot poll from now on: who is parked must.  Whoever leads its channel now
 * finds out by itself whether it polls or is parked.
 */
void back_watch_pass(struct back_worker *w)
{
	struct back_watch *watch = w->watch;
	unsigned long flags;

	if (!watch)
		return;
	spin_lock_irqsave(&watch->lock, flags);
	w->watch = NULL;
	back_watch_give(watch, list_first_entry_or_null(
				       &watch->parked, struct back_worker, parked));
	spin_unlock_irqrestore(&watch->lock, flags);
}

static bool back_watch_pending(const struct back_channel *ch)
{
	return vsys_ring_pending(&ch->kernel) ||
	       (!READ_ONCE(ch->retired) && vsys_ring_pending(&ch->program));
}

/*
 * lock held.  The first of the parked who has a call, or NULL.  All others are
 * parked no longer, and their channels asleep, if their time is over: `now' is
 * when.
 */
static struct back_worker *back_watch_find(struct back_watch *watch, u64 now)
{
	struct back_worker *w, *next;

	list_for_each_entry_safe(w, next, &watch->parked, parked) {
		if (back_watch_pending(w->channel))
			return w;
		if (now < w->parked_until)
			continue;
		if (!back_channel_sleep(w->channel))
			return w;	/* a call slipped in */
		list_del_init(&w->parked);
	}
	return NULL;
}

/* After a turn of polling: may it go on? */
enum back_watch_turn back_watch_turn(struct back_worker *w)
{
	enum back_watch_turn turn = BACK_WATCH_ON;
	struct back_watch *watch = w->watch;
	struct back_worker *found;
	u64 now = local_clock();
	unsigned long flags;

	spin_lock_irqsave(&watch->lock, flags);
	if (!watch->until)
		watch->until = now + watch->spin_us * NSEC_PER_USEC;
	if (now >= watch->until)
		turn = BACK_WATCH_OVER;
	found = back_watch_find(watch, turn == BACK_WATCH_ON ? now : U64_MAX);
	if (found)
		turn = BACK_WATCH_GIVEN;
	if (turn != BACK_WATCH_ON) {
		w->watch = NULL;
		back_watch_give(watch, found);
	}
	spin_unlock_irqrestore(&watch->lock, flags);
	return turn;
}

/* It had a call, be it that it has the watch or that another polls meanwhile. */
void back_watch_worked(struct back_worker *w)
{
	struct back_watch *watch = w->watch ?: raw_cpu_ptr(&back_watches);

	WRITE_ONCE(watch->until, 0);
}

/*
 * The caller is about to sleep, and in the state that it takes for it.  False:
 * there is nobody who polls.
 */
bool back_watch_park(struct back_worker *w)
{
	struct back_watch *watch = raw_cpu_ptr(&back_watches);
	unsigned long flags;
	bool parked;

	w->parked_until = local_clock() + BACK_PARKED_NS;
	spin_lock_irqsave(&watch->lock, flags);
	parked = watch->poller;
	if (parked) {
		list_add_tail(&w->parked, &watch->parked);
		w->parked_at = watch;
	}
	spin_unlock_irqrestore(&watch->lock, flags);
	return parked;
}

/* It sleeps no longer. */
void back_watch_leave(struct back_worker *w)
{
	struct back_watch *watch = w->parked_at;
	unsigned long flags;

	if (!watch)
		return;
	spin_lock_irqsave(&watch->lock, flags);
	list_del_init(&w->parked);
	spin_unlock_irqrestore(&watch->lock, flags);
	w->parked_at = NULL;
}
