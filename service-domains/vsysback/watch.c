// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch: of all the leaders on one processor one polls, for its own channel and
 * for those of the others.  These are parked: they sleep, and yet their clients
 * need no doorbell.  Whose channel has a call is woken and has the watch from
 * then on; who had it is parked.  So a processor is never shared by leaders that
 * poll, each of which would keep the next one from what it waits for, and going
 * from one client to the next costs one switch and no doorbell.
 *
 * Who has the watch runs its own calls, too, and looks at the parked after some
 * of them, whatever came of these.  When one blocks, or it ends, the watch is
 * passed on to the first that is parked; a call that takes long has it taken away
 * by a timer.  So a channel is parked only while there is somebody who polls, or
 * who will in a few ticks.
 *
 * A look at one more channel costs next to nothing while somebody polls anyway.
 * So nobody's time to poll is over before that of the last who had a call, and
 * then everybody's is: it is announced that the channels are asleep, and their
 * leaders sleep on until the doorbell rings.  But who had no call for long is not
 * looked at for ever.
 *
 * Where there are more processors than one, who has moved to another passes the
 * watch of the one it has left.
 */
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/timer.h>
#include <virtuos/wake.h>

#include "channel.h"
#include "watch.h"
#include "worker.h"

struct back_watch {
	spinlock_t lock;
	struct back_worker *poller;	/* or NULL: then nobody is parked */
	struct list_head parked;	/* workers */
	unsigned int spin_us;		/* how long to poll after a call */
	u64 idle_since;			/* local_clock(): polled without a call */
	u64 until;			/* local_clock(); 0: from now on */
	struct timer_list timer;	/* runs while somebody is parked */
	unsigned long turns, seen;	/* the timer's: has it polled since? */
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
#define BACK_COLD		HZ
/* A turn looks at no more of them, for it keeps interrupts off. */
#define BACK_LOOKS		16
/* Ticks without a turn, in the middle of a call: it takes long. */
#define BACK_LONG		2

static unsigned int poll_us;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "how long workers poll at most, in microseconds (0: by what it costs to be woken)");

static unsigned int back_watch_measured = BACK_POLL_LEAST_US;

static unsigned int back_watch_most(void)
{
	return READ_ONCE(poll_us) ?: back_watch_measured;
}

/* lock held.  It has the watch no longer; NULL: nobody has. */
static void back_watch_give(struct back_watch *watch, struct back_worker *next)
{
	struct back_worker *last = watch->poller;

	watch->poller = next;
	if (next) {
		list_del_init(&next->parked);
		WRITE_ONCE(next->watch, watch);
		wake_up_process(next->task);
	}
	/* It may end as soon as it sees that. */
	WRITE_ONCE(last->watch, NULL);
}

static struct back_worker *back_watch_first(struct back_watch *watch)
{
	return list_first_entry_or_null(&watch->parked, struct back_worker,
					parked);
}

/* Has it been in one call all the time?  Then another polls. */
static void back_watch_tick(struct timer_list *timer)
{
	struct back_watch *watch = from_timer(watch, timer, timer);
	unsigned long flags;

	spin_lock_irqsave(&watch->lock, flags);
	if (!list_empty(&watch->parked)) {
		if (watch->turns == watch->seen &&
		    READ_ONCE(watch->poller->in_call))
			back_watch_give(watch, back_watch_first(watch));
		watch->seen = watch->turns;
		mod_timer(timer, jiffies + BACK_LONG);
	}
	spin_unlock_irqrestore(&watch->lock, flags);
}

void back_watch_init(void)
{
	unsigned int cost = vsys_wake_cost_us();
	int cpu;

	back_watch_measured = clamp(BACK_WAKES * cost, BACK_POLL_LEAST_US,
				    BACK_POLL_MOST_US);
	for_each_possible_cpu(cpu) {
		struct back_watch *watch = per_cpu_ptr(&back_watches, cpu);

		spin_lock_init(&watch->lock);
		INIT_LIST_HEAD(&watch->parked);
		watch->spin_us = back_watch_measured / 4;
		timer_setup(&watch->timer, back_watch_tick, TIMER_PINNED);
	}
	pr_info("to be woken costs %u us: workers poll for %u us at most\n",
		cost, back_watch_measured);
}

/* There are no workers any more. */
void back_watch_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		del_timer_sync(&per_cpu_ptr(&back_watches, cpu)->timer);
}

/* The watch of this processor, unless another has it.  Has it now? */
bool back_watch_take(struct back_worker *w)
{
	struct back_watch *watch = raw_cpu_ptr(&back_watches);
	unsigned long flags;
	bool has;

	if (READ_ONCE(w->watch) == watch)
		return true;
	back_watch_pass(w);
	spin_lock_irqsave(&watch->lock, flags);
	has = !watch->poller;
	if (has) {
		watch->poller = w;
		watch->until = 0;
		WRITE_ONCE(w->watch, watch);
	}
	spin_unlock_irqrestore(&watch->lock, flags);
	return has;
}

/*
 * It cannot poll from now on: who is parked must.  Whoever leads its channel now
 * finds out by itself whether it polls or is parked.
 */
void back_watch_pass(struct back_worker *w)
{
	struct back_watch *watch = READ_ONCE(w->watch);
	unsigned long flags;

	if (!watch)
		return;
	spin_lock_irqsave(&watch->lock, flags);
	if (watch->poller == w)
		back_watch_give(watch, back_watch_first(watch));
	spin_unlock_irqrestore(&watch->lock, flags);
}

static bool back_watch_cold(const struct back_channel *ch)
{
	return time_after(jiffies, READ_ONCE(ch->called) + BACK_COLD);
}

/*
 * lock held.  The first of the parked who has a call, or NULL.  All others that
 * were looked at are parked no longer, and their channels asleep, if their time is
 * over or they are cold.
 */
static struct back_worker *back_watch_find(struct back_watch *watch, bool over)
{
	struct back_worker *w;
	int i;

	for (i = 0; i < BACK_LOOKS && !list_empty(&watch->parked); i++) {
		w = back_watch_first(watch);
		if (back_channel_pending(w->channel))
			return w;
		if (!over && !back_watch_cold(w->channel)) {
			list_move_tail(&w->parked, &watch->parked);
			continue;
		}
		if (!back_channel_sleep(w->channel))
			return w;	/* a call slipped in */
		list_del_init(&w->parked);
	}
	return NULL;
}

/* lock held.  Is the time to poll over? */
static bool back_watch_over(struct back_watch *watch)
{
	u64 now = local_clock(), until = READ_ONCE(watch->until);

	if (until)
		return now >= until;
	watch->idle_since = now;
	WRITE_ONCE(watch->until, now + watch->spin_us * (u64)NSEC_PER_USEC);
	return false;
}

/* After a turn of polling, or some calls: may it go on? */
enum back_watch_turn back_watch_turn(struct back_worker *w)
{
	struct back_watch *watch = READ_ONCE(w->watch);
	enum back_watch_turn turn = BACK_WATCH_ON;
	struct back_worker *found;
	unsigned long flags;
	bool over;

	if (!watch)
		return BACK_WATCH_GIVEN;
	spin_lock_irqsave(&watch->lock, flags);
	if (watch->poller == w) {
		watch->turns++;
		over = back_watch_over(watch);
		found = back_watch_find(watch, over);
		if (found)
			turn = BACK_WATCH_GIVEN;
		else if (over && list_empty(&watch->parked))
			turn = BACK_WATCH_OVER;
		if (turn != BACK_WATCH_ON)
			back_watch_give(watch, found);
	} else {
		turn = BACK_WATCH_GIVEN;	/* the timer's doing */
	}
	spin_unlock_irqrestore(&watch->lock, flags);
	return turn;
}

/* It had a call, be it that it has the watch or that another polls meanwhile. */
void back_watch_worked(struct back_worker *w)
{
	struct back_watch *watch = READ_ONCE(w->watch) ?:
				   raw_cpu_ptr(&back_watches);

	WRITE_ONCE(w->channel->called, jiffies);
	WRITE_ONCE(watch->until, 0);
}

/*
 * The doorbell rang for a call.  If the last answer is not long ago the call would
 * have been had without.
 */
void back_watch_rang(void)
{
	struct back_watch *watch = raw_cpu_ptr(&back_watches);
	unsigned int most = back_watch_most();
	unsigned long flags;

	spin_lock_irqsave(&watch->lock, flags);
	if (local_clock() - watch->idle_since < most * (u64)NSEC_PER_USEC)
		watch->spin_us = most;
	else
		watch->spin_us = max(watch->spin_us / 2, BACK_POLL_MIN_US);
	spin_unlock_irqrestore(&watch->lock, flags);
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

	spin_lock_irqsave(&watch->lock, flags);
	parked = watch->poller;
	if (parked) {
		list_add_tail(&w->parked, &watch->parked);
		w->parked_at = watch;
		if (!timer_pending(&watch->timer)) {
			watch->seen = watch->turns;
			mod_timer(&watch->timer, jiffies + BACK_LONG);
		}
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
