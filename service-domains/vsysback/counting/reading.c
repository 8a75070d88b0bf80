// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading: what a worker's events say, taken by the worker itself.
 *
 * perf_event_read_local() would do, one event after the other, but for its price
 * in a PV guest: interrupts off and on for each of them, and a register is read
 * by a trap into Xen.  Here all are read in one go; and on a patched Xen, with
 * the module perfctr_xen, a register by rdpmc.
 *
 * How perf keeps counts and times is kernel/events/core.c and
 * arch/x86/events/core.c of Linux 6.1.
 */
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <asm/perf_event.h>
#include <perfctr-xen/kernel.h>

#include "gauge.h"
#include "reading.h"

/* Whoever opens a gauge holds the module until it is closed. */
void back_reading_begin(struct back_gauge *g)
{
	bool (*may)(void) = symbol_get(perfctr_xen_may_rdpmc);

	if (!may)
		return;
	if (may())
		g->direct = symbol_get(perfctr_xen_rdpmc);
	symbol_put(perfctr_xen_may_rdpmc);
}

void back_reading_end(struct back_gauge *g)
{
	if (g->direct)
		symbol_put(perfctr_xen_rdpmc);
	g->direct = NULL;
}

/* A difference of two values of a register, which wraps. */
static s64 back_reading_wrapped(u64 difference)
{
	struct x86_pmu_capability pmu;
	unsigned int shift;

	perf_get_x86_pmu_capability(&pmu);
	shift = 64 - pmu.bit_width_gp;
	return (s64)(difference << shift) >> shift;
}

/*
 * What an event counted between two readings.
 *
 * In a PV guest perf can take a hardware counter for one that wrapped: read
 * while its overflow waits for the interrupt, it is then set back to what it
 * was at the overflow, and perf adds the width of the register.  So differences
 * are modulo that, and one that is negative is none yet: the caller keeps the
 * old reading.
 */
bool back_reading_since(const struct vsys_counter *counter, u64 now, u64 last,
			u64 *since)
{
	s64 difference = now - last;

	if (counter->type != PERF_TYPE_SOFTWARE)
		difference = back_reading_wrapped(difference);
	*since = max(difference, 0ll);
	return difference >= 0;
}

/* irqs off.  What perf has of it, and what its register counted since then. */
static u64 back_reading_direct(const struct back_gauge *g,
			       const struct perf_event *event)
{
	u64 count = local64_read(&event->count), raw;

	if (g->direct(event->hw.event_base_rdpmc, &raw))
		count += back_reading_wrapped(
			raw - local64_read(&event->hw.prev_count));
	return count;
}

static u64 back_reading_value(const struct back_gauge *g, u32 i)
{
	struct perf_event *event = g->events[i].event;

	if (event->oncpu != smp_processor_id())
		return local64_read(&event->count); /* it has no register */
	if (g->direct && g->count->counters[i].type != PERF_TYPE_SOFTWARE)
		return back_reading_direct(g, event);
	event->pmu->read(event);
	return local64_read(&event->count);
}

/* As __perf_update_times() has it; the event's task runs, and so its clock. */
static void back_reading_times(const struct perf_event *event, u64 clock,
			       u64 *enabled, u64 *running)
{
	u64 delta = clock + READ_ONCE(event->ctx->timeoffset) - event->tstamp;

	*enabled = event->total_time_enabled;
	if (event->state >= PERF_EVENT_STATE_INACTIVE)
		*enabled += delta;
	*running = event->total_time_running;
	if (event->state >= PERF_EVENT_STATE_ACTIVE)
		*running += delta;
}

/*
 * How much later it is.  Another processor that brings an event's times up to date
 * (TOTALS) may be seen half done; what was too much is then missing the next time.
 */
static u64 back_reading_later(u64 now, u64 *last)
{
	s64 later = now - *last;

	if (later <= 0)
		return 0;
	*last = now;
	return later;
}

/*
 * irqs off, by the worker: what was counted since the last reading, which this
 * one now is.
 */
void back_reading_take(struct back_gauge *g, struct back_reading *since)
{
	struct back_reading *last = &g->last;
	u64 value, enabled, running, clock = local_clock();
	u32 i;

	for (i = 0; i < g->count->nr; i++) {
		value = back_reading_value(g, i);
		if (back_reading_since(&g->count->counters[i], value,
				       last->value[i], &since->value[i]))
			last->value[i] = value;
		back_reading_times(g->events[i].event, clock, &enabled,
				   &running);
		since->running[i] =
			back_reading_later(running, &last->running[i]);
		if (i == 0)
			since->enabled =
				back_reading_later(enabled, &last->enabled);
	}
}

/*
 * Whoever calls keeps the gauge open (totals.c): what its worker counted between
 * calls, until now if it has no call.  The event is read before the lock is taken
 * (it may sleep); if a call came in between, it says too little, not too much.
 */
void back_reading_polling(struct back_gauge *g, u32 i, u64 *value, u64 *running)
{
	u64 enabled, now_running, now, since;

	now = perf_event_read_value(g->events[i].event, &enabled, &now_running);
	raw_spin_lock(&g->lock);
	*value = g->polling.value[i];
	*running = g->polling.running[i];
	if (!g->in_call && now_running > g->last.running[i] &&
	    back_reading_since(&g->count->counters[i], now, g->last.value[i],
			       &since)) {
		*value += since;
		*running += now_running - g->last.running[i];
	}
	raw_spin_unlock(&g->lock);
}
