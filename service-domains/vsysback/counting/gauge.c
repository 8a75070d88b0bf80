// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gauge: a worker counts itself.
 *
 * The events are of the worker's own task, so that they stand still while it is
 * blocked or another runs on its processor.  The worker reads them when it has a
 * call and when it has the result: the difference is the call's, and what lies
 * between two calls is polling.
 *
 * A gauge is opened by its worker, when it first has a call after the channel's
 * count changed, and closed by whoever is first: the worker, when it ends, or
 * the control thread, when the count does.  The lock keeps a reading and an end
 * apart.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xen.h>
#include <asm/irq_regs.h>
#include <asm/msr.h>
#include <asm/unwind.h>
#include <virtuos/counters.h>
#include <virtuos/ring.h>

#include "../channel.h"
#include "../device.h"
#include "account.h"
#include "count.h"
#include "counter.h"
#include "counting.h"
#include "gauge.h"
#include "records.h"
#include "share.h"
#include "totals.h"

/*
 * Each event is a kilobyte or so, and a gauge has up to fifteen.  4096 are those of
 * 273 such gauges, a few MiB.
 */
static unsigned int back_gauge_events_max = 4096;
module_param_named(counter_events, back_gauge_events_max, uint, 0644);
MODULE_PARM_DESC(counter_events, "perf events by which a user domain's workers count themselves, at most");

/* ---- Records ------------------------------------------------------------------ */

static void back_gauge_record(struct back_gauge *g, u32 kind, bool in_call,
			      struct vsys_record *record)
{
	record->tsc = rdtsc_ordered();
	record->kind = kind;
	record->account = in_call ? g->account : VSYS_ACCOUNT_OTHER;
	record->nr = in_call ? g->nr : ~0u;
	record->slot = in_call ? g->region : 0;
	record->counter = 0;
	record->cpu = raw_smp_processor_id();
	record->tid = task_pid_nr(current);
	record->nr_ips = 0;
	record->lost = 0;
}

/* lock held, if it is for a call's way. */
static void back_gauge_trace(struct back_gauge *g, u32 kind, u64 ip)
{
	struct vsys_record record = { .ip = ip };

	if (!(g->count->flags & VSYS_COUNT_TRACE) || !g->count->records)
		return;
	back_gauge_record(g, kind, true, &record);
	back_records_put(g->count->records, &record, true);
}

/*
 * The stack to walk for a sample at regs.  In a PV guest these are what Xen saw
 * when the counter overflowed; if interrupts were off then, it has changed by
 * now, and what they returned to is where the interrupt came.
 */
static struct pt_regs *back_gauge_stack(struct pt_regs *regs)
{
	struct pt_regs *now = xen_pv_domain() ? get_irq_regs() : NULL;

	return now ? now : regs;
}

/* The callers of the kernel's code at regs, innermost first. */
static u32 back_gauge_unwind(struct pt_regs *regs, u64 *ips, u32 max)
{
	struct pt_regs *stack = back_gauge_stack(regs);
	struct unwind_state state;
	unsigned long ip;
	u32 nr = 0;

	if (user_mode(stack))
		return 0;
	unwind_start(&state, current, stack, NULL);
	while (nr < max && !unwind_done(&state)) {
		ip = unwind_get_return_address(&state);
		if (!ip)
			break;
		if (nr || ip != regs->ip)
			ips[nr++] = ip;
		if (!unwind_next_frame(&state))
			break;
	}
	return nr;
}

/*
 * Was it in a call that the counter overflowed?  The interrupt may come after a
 * reading that the overflow was before, most of all when the reading is a trap.
 * What was counted up to the overflow tells: at a reading in_call changes.
 */
static bool back_gauge_in_call(const struct back_gauge_event *e)
{
	const struct back_gauge *g = e->gauge;
	const struct hw_perf_event *hw = &e->event->hw;
	u32 i = e - g->events;
	u64 at, since;

	if (g->count->counters[i].type == PERF_TYPE_SOFTWARE)
		return g->in_call; /* its interrupt is its overflow */
	at = local64_read(&e->event->count) + local64_read(&hw->period_left) -
	     hw->last_period;
	return back_reading_since(&g->count->counters[i], at, g->last.value[i],
				  &since) ?
		       g->in_call :
		       !g->in_call;
}

static void back_gauge_sample(struct back_gauge_event *e, struct pt_regs *regs)
{
	struct back_records *records = e->gauge->count->records;
	struct vsys_record record = { .ip = instruction_pointer(regs) };

	if (!records)
		return;
	back_gauge_record(e->gauge, VSYS_RECORD_SAMPLE, back_gauge_in_call(e),
			  &record);
	record.counter = e - e->gauge->events;
	if (!user_mode(regs))
		record.nr_ips =
			back_gauge_unwind(regs, record.ips, VSYS_RECORD_IPS);
	back_records_put(records, &record, false);
}

/*
 * In an interrupt, which on some machines cannot be masked, or in a page fault,
 * with interrupts on.  Whoever closes the gauge says so before it takes the event
 * away, which an interrupt here does: as long as they are off, the count stays.
 */
static void back_gauge_overflow(struct perf_event *event,
				struct perf_sample_data *data,
				struct pt_regs *regs)
{
	struct back_gauge_event *e = event->overflow_handler_context;
	unsigned long flags;

	local_irq_save(flags);
	if (READ_ONCE(e->gauge->open))
		back_gauge_sample(e, regs);
	local_irq_restore(flags);
}

/* ---- Opening and closing -------------------------------------------------------- */

/* May the user domain have a gauge more, of so many events? */
bool back_gauge_room(struct back_device *dev, u32 nr)
{
	return atomic_read(&dev->counting->gauge_events) + nr <=
	       READ_ONCE(back_gauge_events_max);
}

static int back_gauge_charge(struct back_device *dev, u32 nr)
{
	u32 all = atomic_add_return(nr, &dev->counting->gauge_events);

	if (all <= READ_ONCE(back_gauge_events_max))
		return 0;
	atomic_sub(nr, &dev->counting->gauge_events);
	return -EDQUOT;
}

static void back_gauge_release(struct back_gauge *g, u32 nr)
{
	while (nr--)
		perf_event_release_kernel(g->events[nr].event);
	atomic_sub(g->count->nr, &g->count->ch->dev->counting->gauge_events);
}

static int back_gauge_events(struct back_gauge *g)
{
	struct back_count *count = g->count;
	struct perf_event_attr attr;
	struct perf_event *event;
	int err;
	u32 i;

	err = back_gauge_charge(count->ch->dev, count->nr);
	if (err)
		return err;
	for (i = 0; i < count->nr; i++) {
		back_counter_attr(&count->counters[i], &attr);
		g->events[i].gauge = g;
		event = perf_event_create_kernel_counter(
			&attr, -1, current, back_gauge_overflow, &g->events[i]);
		if (IS_ERR(event)) {
			back_gauge_release(g, i);
			return PTR_ERR(event);
		}
		g->events[i].event = event;
	}
	return 0;
}

/* The channel's lock held, as for the next two.  An error leaves it closed. */
static int back_gauge_open(struct back_gauge *g)
{
	int err;

	back_reading_begin(g);
	err = back_gauge_events(g);
	if (err) {
		back_reading_end(g);
		return err;
	}
	WRITE_ONCE(g->open, true);
	list_add(&g->node, &g->count->gauges);
	back_totals_join(g);
	return 0;
}

/* Its events end, and its worker finds it closed. */
void back_gauge_close(struct back_gauge *g)
{
	back_totals_leave(g);
	raw_spin_lock(&g->lock);
	WRITE_ONCE(g->open, false);
	raw_spin_unlock(&g->lock);
	list_del(&g->node);
	back_gauge_release(g, g->count->nr);
	back_reading_end(g);
}

/*
 * One that cannot be opened stays closed until there is another count.  Without
 * memory there is none, and the next call tries again.
 */
static void back_gauge_make(struct back_worker *w)
{
	struct back_counting *c = w->channel->counting;
	struct back_gauge *g = kzalloc(sizeof(*g), GFP_KERNEL);
	int err;

	if (!g)
		return;
	g->count = c->count;
	g->number = c->number;
	raw_spin_lock_init(&g->lock);
	err = back_gauge_open(g);
	if (err)
		pr_warn_ratelimited("vsysback: a worker for %.16s cannot count itself (error %d%s)\n",
				    w->channel->comm, err,
				    err == -EDQUOT ? ", see counter_events" : "");
	WRITE_ONCE(w->gauge, g);
}

/* The worker wants no gauge, or another. */
void back_gauge_drop(struct back_worker *w)
{
	struct back_counting *c = w->channel->counting;
	struct back_gauge *g = w->gauge;

	WRITE_ONCE(w->gauge, NULL);
	mutex_lock(&c->lock);
	if (g->open)
		back_gauge_close(g);
	mutex_unlock(&c->lock);
	kfree(g);
}

/* The channel's count is another than the worker's. */
static void back_gauge_renew(struct back_worker *w)
{
	struct back_counting *c = w->channel->counting;

	if (w->gauge)
		back_gauge_drop(w);
	mutex_lock(&c->lock);
	if (c->count)
		back_gauge_make(w);
	mutex_unlock(&c->lock);
}

/* ---- Counting -------------------------------------------------------------------- */

/* lock held, by the worker: it goes into a call, or comes out of one. */
static void back_gauge_turn(struct back_gauge *g, bool in_call,
			    struct back_reading *since)
{
	unsigned long flags;

	local_irq_save(flags);
	back_reading_take(g, since);
	g->in_call = in_call;
	local_irq_restore(flags);
}

static void back_gauge_polled(struct back_gauge *g,
			      const struct back_reading *since)
{
	u32 i;

	for (i = 0; i < g->count->nr; i++) {
		g->polling.value[i] += since->value[i];
		g->polling.running[i] += since->running[i];
	}
}

/* The worker has a call.  False: it is not counted. */
bool back_gauge_begin(struct back_worker *w, u32 region,
		      const struct vsys_call *call)
{
	struct back_gauge *g = w->gauge;
	struct back_reading since;
	bool open;

	if (READ_ONCE(w->channel->counting->number) != (g ? g->number : 0))
		back_gauge_renew(w);
	g = w->gauge;
	if (!g)
		return false;
	raw_spin_lock(&g->lock);
	open = g->open;
	if (open) {
		g->region = region;
		g->nr = call->nr;
		g->account = call->account < g->count->nr_threads ?
				     call->account : VSYS_ACCOUNT_OTHER;
		g->blocked = false;
		back_gauge_trace(g, VSYS_RECORD_CLAIM, 0);
		back_gauge_turn(g, true, &since);
		back_gauge_polled(g, &since);
	}
	raw_spin_unlock(&g->lock);
	return open;
}

/* It has the result. */
void back_gauge_end(struct back_gauge *g, s64 ret)
{
	struct back_reading since;

	raw_spin_lock(&g->lock);
	if (g->open) {
		back_gauge_turn(g, false, &since);
		back_account_add(g->count, g->account, g->nr, &since);
		back_gauge_trace(g, VSYS_RECORD_DONE, ret);
	}
	g->in_call = false;
	raw_spin_unlock(&g->lock);
}

/* The scheduler says that the worker is about to block in its call. */
void back_gauge_blocks(struct back_gauge *g)
{
	raw_spin_lock(&g->lock);
	if (g->open && g->in_call) {
		g->blocked = true;
		back_gauge_trace(g, VSYS_RECORD_BLOCK, 0);
	}
	raw_spin_unlock(&g->lock);
}

/* It goes on. */
void back_gauge_runs(struct back_gauge *g)
{
	if (!g->blocked)
		return;
	raw_spin_lock(&g->lock);
	g->blocked = false;
	if (g->open && g->in_call)
		back_gauge_trace(g, VSYS_RECORD_WAKE, 0);
	raw_spin_unlock(&g->lock);
}
