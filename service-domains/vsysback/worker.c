// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: one leads, the others follow.
 *
 * The leader polls the channel and runs each call itself.  When a call is about
 * to block, the scheduler's sleep hook (guest-kernel-patches, 0101 and 0102)
 * makes a follower the leader; the old one follows when its call is done.  So a
 * call that does not block costs no hand-over, and one that does never stalls the
 * channel.  The shadow's manager starts another worker whenever the last follower
 * is gone, so there are at most as many as calls in flight, and one or two.
 *
 * A call that blocked and comes to its end finds another leading.  Where that one
 * sleeps, the worker takes the lead back before it answers, for the client will
 * soon ask for more; who slept follows, where it sleeps.
 *
 * A leader polls if it has the watch of its processor (watch.c), or is parked.
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
#include <virtuos/ring.h>

#include "bell.h"
#include "channel.h"
#include "counting/counting.h"
#include "creds.h"
#include "dispatch.h"
#include "quota.h"
#include "watch.h"
#include "worker.h"

/*
 * So many looks at its rings, or so many that it claimed there and no more than a
 * tick, and then a look at who is parked.
 */
#define BACK_TURN		8
#define BACK_ROW		16u
/* Followers beyond this number return to the shadow and end. */
#define BACK_IDLE_MAX	8u

/*
 * Ask the manager for another worker.  Under ch->lock.  There may be none: then
 * the last one waits for nothing, see back_worker_last().
 */
static void back_worker_want(struct back_channel *ch)
{
	if (ch->wanted != BACK_WORKER_ENOUGH ||
	    ch->nr_workers > ch->program.nr_slots + VSYS_SLOTS_KERNEL)
		return;
	/* The first worker comes with the channel. */
	ch->starved = ch->nr_workers && back_quota_charge(ch, BACK_WORKERS, 1);
	if (ch->starved)
		return;
	ch->nr_charged += !!ch->nr_workers;
	ch->wanted = BACK_WORKER_WANTED;
	wake_up(&ch->manager_wait);
}

/* Give back what is charged for workers that are not there.  Under ch->lock. */
void back_worker_settle(struct back_channel *ch)
{
	unsigned int all = ch->nr_workers + (ch->wanted != BACK_WORKER_ENOUGH);
	unsigned int charged = all ? all - 1 : 0;

	if (ch->nr_charged <= charged)
		return;
	back_quota_return(ch, BACK_WORKERS, ch->nr_charged - charged);
	ch->nr_charged = charged;
}

/*
 * Is it the only worker that could run the calls to come?  Then it must not wait
 * for one of them: what it waits for may be done by another.
 */
static bool back_worker_last(struct back_worker *w)
{
	struct back_channel *ch = w->channel;
	bool last;

	spin_lock_irq(&ch->lock);
	if (ch->starved && ch->leader == w && !ch->nr_idle)
		back_worker_want(ch);
	last = ch->starved && ch->leader == w && !ch->nr_idle;
	spin_unlock_irq(&ch->lock);
	return last;
}

/* Make the first follower the leader.  Under ch->lock. */
static void back_worker_promote(struct back_channel *ch)
{
	struct back_worker *next =
		list_first_entry_or_null(&ch->idle, struct back_worker, idle);

	ch->leader = next;
	if (next) {
		list_del_init(&next->idle);
		ch->nr_idle--;
		wake_up_process(next->task);
	}
	if (!ch->nr_idle)
		back_worker_want(ch);
}

/*
 * The scheduler calls this when the worker blocks: others have to poll.  In the
 * middle of a call its leadership passes on, too; everywhere else sleeping is the
 * worker's own plan, or short.
 */
static void back_worker_sleeping(struct task_sleep_hook *hook)
{
	struct back_worker *w = container_of(hook, struct back_worker, hook);
	struct back_channel *ch = w->channel;
	unsigned long flags;

	back_watch_pass(w);
	if (!w->in_call)
		return;
	back_counting_blocks(w);
	if (READ_ONCE(ch->leader) != w)
		return;
	spin_lock_irqsave(&ch->lock, flags);
	if (ch->leader == w)
		back_worker_promote(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
}

/* It goes on. */
static void back_worker_running(struct task_sleep_hook *hook)
{
	back_counting_runs(container_of(hook, struct back_worker, hook));
}

/* Under ch->lock. */
static void back_worker_list(struct back_worker *w)
{
	list_add(&w->idle, &w->channel->idle);
	w->channel->nr_idle++;
}

/*
 * A worker whose call blocked, and that is about to answer it.  If the leader
 * sleeps until the doorbell rings, it takes the lead back, for the client will
 * soon ask for more.  The leader follows, where it sleeps; if there are followers
 * enough it is woken, and ends.
 */
static void back_worker_return(struct back_worker *w)
{
	struct back_channel *ch = w->channel;

	spin_lock_irq(&ch->lock);
	if (ch->asleep && ch->leader != w && back_channel_live(ch)) {
		if (ch->leader && ch->nr_idle < BACK_IDLE_MAX)
			back_worker_list(ch->leader);
		else if (ch->leader)
			wake_up_process(ch->leader->task);
		ch->leader = w;
		back_channel_wake(ch);
	}
	spin_unlock_irq(&ch->lock);
}

/* The doorbell rang. */
void back_worker_wake(struct back_channel *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	if (ch->leader)
		wake_up_process(ch->leader->task);
	spin_unlock_irqrestore(&ch->lock, flags);
}

/*
 * Interrupt the call of a region as a signal would.  The worker clears what it
 * runs under the same lock, so the signal cannot hit its next call.
 */
int back_worker_cancel(struct back_channel *ch, u64 region)
{
	struct back_worker *w;
	int err = -ESRCH;

	spin_lock_irq(&ch->lock);
	list_for_each_entry(w, &ch->workers, list) {
		spin_lock(&w->region_lock);
		if (w->region >= 0 && w->region == region &&
		    w->task != current) {
			send_sig(SIGUSR2, w->task, 1);
			err = 0;
		}
		spin_unlock(&w->region_lock);
	}
	spin_unlock_irq(&ch->lock);
	return err;
}

static void back_worker_runs(struct back_worker *w, int region)
{
	spin_lock_irq(&w->region_lock);
	w->region = region;
	spin_unlock_irq(&w->region_lock);
}

static s64 back_worker_call(struct back_worker *w, u32 region,
			    struct vsys_call *call)
{
	s64 ret = back_creds_apply(w, region);

	if (ret)
		return ret;
	if (unlikely(READ_ONCE(w->channel->starved)) && back_worker_last(w) &&
	    back_dispatch_waits(call))
		return -EAGAIN;
	back_worker_runs(w, region);
	WRITE_ONCE(w->in_call, true);
	ret = back_dispatch(w, region, call);
	/* What the call left to a return to user space that never comes (0202). */
	task_work_run();
	WRITE_ONCE(w->in_call, false);
	back_worker_runs(w, -1);
	return ret;
}

/* Whose slot has it?  The kernel's regions come after the program's. */
static const struct vsys_ring *back_worker_ring(struct back_channel *ch,
						u32 region, u32 *slot)
{
	bool kernel = region >= ch->program.nr_slots;

	*slot = kernel ? region - ch->program.nr_slots : region;
	return kernel ? &ch->kernel : &ch->program;
}

/* False: nobody has submitted its slot. */
static bool back_worker_run(struct back_worker *w, u32 region)
{
	struct back_channel *ch = w->channel;
	const struct vsys_ring *ring;
	struct vsys_call call;
	bool counted;
	u32 slot;
	s64 ret;

	ring = back_worker_ring(ch, region, &slot);
	if (!vsys_ring_take(ring, slot, &call))
		return false;
	counted = back_counting_begin(w, region, &call);
	ret = back_worker_call(w, region, &call);
	/* A cancellation that came too late, a SIGPIPE: not the next call's. */
	if (signal_pending(current) && !fatal_signal_pending(current))
		flush_signals(current);
	if (counted)
		back_counting_end(w, ret);
	if (unlikely(READ_ONCE(ch->leader) != w))
		back_worker_return(w);
	if (vsys_slot_complete(ring, slot, ret))
		back_channel_answered(ch, region);
	return true;
}

/*
 * The group's flag besides the signal: a SIGKILL that comes just before
 * flush_signals() is flushed with the others.
 */
static bool back_worker_stop(struct back_channel *ch)
{
	return !back_channel_live(ch) || fatal_signal_pending(current) ||
	       READ_ONCE(current->signal->flags) & SIGNAL_GROUP_EXIT;
}

/*
 * The region of a claimed slot, or -1.  The kernel's calls come first, for
 * others wait behind them, but not twice in a row.
 */
static int back_worker_claim(struct back_worker *w)
{
	struct back_channel *ch = w->channel;
	bool kernel = vsys_ring_pending(&ch->kernel);
	int slot;

	if (!kernel || w->kernel_last) {
		w->kernel_last = false;
		slot = unlikely(READ_ONCE(ch->retired)) ?
			       -1 : vsys_ring_claim(&ch->program, &w->cursor);
		if (slot >= 0 || !kernel)
			return slot;	/* its region's number, too */
	}
	w->kernel_last = true;
	slot = vsys_ring_claim(&ch->kernel, &w->kernel_cursor);
	return slot < 0 ? slot : (int)ch->program.nr_slots + slot;
}

/*
 * Poll for a bounded time.  The region of a claimed slot, or -1.  Where another
 * has the watch it is one look.  Others who can run get on meanwhile: one of them
 * may have the answer that the client waits for before it calls again.
 */
static int back_worker_poll(struct back_worker *w, enum back_watch_turn *turn)
{
	struct back_channel *ch = w->channel;
	int region, i;

	for (;;) {
		for (i = 0; i < BACK_TURN; i++) {
			region = back_worker_claim(w);
			if (region >= 0)
				return region;
		}
		*turn = BACK_WATCH_GIVEN;
		if (back_worker_stop(ch) || READ_ONCE(ch->leader) != w ||
		    !back_watch_take(w))
			return -1;
		*turn = back_watch_turn(w);
		if (*turn != BACK_WATCH_ON)
			return -1;
		if (!single_task_running())
			yield();
		cpu_relax();
	}
}

/*
 * It has claimed something.  Whether that was a call does not matter: who is
 * parked waits in any case.
 */
static enum back_watch_turn back_worker_look(struct back_worker *w)
{
	if (++w->row < BACK_ROW && w->looked == jiffies)
		return BACK_WATCH_ON;
	w->row = 0;
	w->looked = jiffies;
	return back_watch_take(w) ? back_watch_turn(w) : BACK_WATCH_ON;
}

/* Awake, unless somebody else has taken the lead meanwhile.  Who has woken it? */
static void back_worker_rise(struct back_worker *w)
{
	struct back_channel *ch = w->channel;
	bool slept;

	spin_lock_irq(&ch->lock);
	slept = ch->asleep && ch->leader == w;
	if (slept)
		back_channel_wake(ch);
	spin_unlock_irq(&ch->lock);
	if (slept && back_channel_pending(ch))
		back_watch_rang();
}

/*
 * Sleep: while another polls for this channel, or, when the time to poll is
 * over, until the doorbell rings.
 */
static void back_worker_rest(struct back_worker *w, bool over)
{
	struct back_channel *ch = w->channel;

	back_watch_pass(w);
	set_current_state(TASK_INTERRUPTIBLE);
	if ((over ? back_channel_sleep(ch) : back_watch_park(w)) &&
	    !back_worker_stop(ch))
		schedule();
	__set_current_state(TASK_RUNNING);
	back_watch_leave(w);
	back_worker_rise(w);
	if (signal_pending(current) && !fatal_signal_pending(current))
		flush_signals(current);
}

static void back_worker_lead(struct back_worker *w)
{
	struct back_channel *ch = w->channel;
	enum back_watch_turn turn;
	int region;

	while (READ_ONCE(ch->leader) == w && !back_worker_stop(ch)) {
		cond_resched();
		region = back_worker_poll(w, &turn);
		if (region >= 0) {
			if (back_worker_run(w, region)) {
				WRITE_ONCE(ch->bell.worked, true);
				back_watch_worked(w);
			}
			turn = back_worker_look(w);
		}
		if (turn != BACK_WATCH_ON && READ_ONCE(ch->leader) == w)
			back_worker_rest(w, turn == BACK_WATCH_OVER);
	}
	back_watch_pass(w);
}

/* Wait to be made leader.  False: there are followers enough, or the end. */
static bool back_worker_follow(struct back_worker *w)
{
	struct back_channel *ch = w->channel;
	bool lead;

	spin_lock_irq(&ch->lock);
	lead = !ch->leader || ch->leader == w;
	if (lead) {
		ch->leader = w;
		if (!ch->nr_idle)
			back_worker_want(ch);
	} else if (list_empty(&w->idle) && ch->nr_idle < BACK_IDLE_MAX) {
		back_worker_list(w);
	}
	spin_unlock_irq(&ch->lock);
	if (lead)
		return true;
	if (list_empty_careful(&w->idle) && READ_ONCE(ch->leader) != w)
		return false;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(ch->leader) == w || back_worker_stop(ch))
			break;
		schedule();
		if (signal_pending(current) && !fatal_signal_pending(current))
			flush_signals(current);
	}
	__set_current_state(TASK_RUNNING);
	return !back_worker_stop(ch);
}

static void back_worker_register(struct back_worker *w)
{
	struct back_channel *ch = w->channel;

	spin_lock_irq(&ch->lock);
	list_add(&w->list, &ch->workers);
	ch->nr_workers++;
	ch->wanted = BACK_WORKER_ENOUGH;
	ch->starved = false;
	back_worker_settle(ch);
	spin_unlock_irq(&ch->lock);
}

static void back_worker_unregister(struct back_worker *w)
{
	struct back_channel *ch = w->channel;

	spin_lock_irq(&ch->lock);
	list_del(&w->list);
	ch->nr_workers--;
	if (!list_empty(&w->idle)) {
		list_del_init(&w->idle);
		ch->nr_idle--;
	}
	if (ch->leader == w)
		back_worker_promote(ch);
	back_worker_settle(ch);
	spin_unlock_irq(&ch->lock);
}

/* Lend the calling thread to the channel until it ends. */
int back_worker_serve(struct back_channel *ch, u64 scratch)
{
	struct back_worker w = {
		.hook.sleeping = back_worker_sleeping,
		.hook.running = back_worker_running,
		.channel = ch,
		.task = current,
		.scratch = scratch,
		.region = -1,
	};

	INIT_LIST_HEAD(&w.idle);
	INIT_LIST_HEAD(&w.parked);
	spin_lock_init(&w.region_lock);
	back_worker_register(&w);
	sched_set_sleep_hook(current, &w.hook);
	back_channel_serving(ch);
	while (!back_worker_stop(ch) && back_worker_follow(&w))
		back_worker_lead(&w);
	sched_set_sleep_hook(current, NULL);
	back_watch_pass(&w);
	back_creds_drop(&w);
	back_worker_unregister(&w);
	back_counting_drop(&w);
	return 0;
}
