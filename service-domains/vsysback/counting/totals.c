// SPDX-License-Identifier: GPL-2.0-only
/*
 * Totals: what the whole domain did, event by event, as long as a count has the
 * event.  Against them a user domain sees what the accounts leave out:
 * interrupts, idle polling, this domain's own programs.
 *
 * What gauges counted between calls is part of a total (polling), so a total
 * knows the events of the gauges that are open.
 */
#include <linux/slab.h>
#include <linux/tick.h>

#include "../device.h"
#include "count.h"
#include "counter.h"
#include "gauge.h"
#include "reading.h"
#include "share.h"
#include "totals.h"

/*
 * What one user domain may have of the BACK_TOTALS_MAX places: four of them
 * that take all they can leave each other alone.
 */
#define BACK_TOTALS_SHARE 16u

/*
 * Guards all totals, and what devices have of them.  Inside the lock of what a
 * channel counts, and never held for longer than it takes to make or read one
 * event on all processors, or to part with one gauge: user domains wait for each
 * other here, and nowhere else.
 */
static DEFINE_MUTEX(back_totals_lock);

struct back_total {
	struct list_head node;
	struct vsys_counter counter;	/* without a period */
	unsigned int users;
	unsigned int place;
	struct list_head gauge_events;	/* of open gauges */
	u64 polling, polling_running;	/* of closed ones */
	struct {
		struct perf_event *event;	/* NULL: no such processor */
		u64 last, sum;			/* of its readings */
		u64 idle;			/* ns, when it began */
	} cpus[];
};

static LIST_HEAD(back_totals);
static DECLARE_BITMAP(back_total_places, BACK_TOTALS_MAX);

static struct back_total *back_total_find(const struct vsys_counter *counter)
{
	struct back_total *t;

	list_for_each_entry(t, &back_totals, node)
		if (t->counter.type == counter->type &&
		    t->counter.config == counter->config &&
		    t->counter.flags == counter->flags)
			return t;
	return NULL;
}

/* ---- The task clock of a processor ------------------------------------------ */

/* perf_event's own goes on while the processor is idle. */
static bool back_total_clock(const struct back_total *t)
{
	return t->counter.type == PERF_TYPE_SOFTWARE &&
	       t->counter.config == PERF_COUNT_SW_TASK_CLOCK;
}

static u64 back_total_idle(unsigned int cpu)
{
	u64 idle = get_cpu_idle_time_us(cpu, NULL);
	u64 iowait = get_cpu_iowait_time_us(cpu, NULL);

	return idle == -1ULL ? 0 : (idle + iowait) * NSEC_PER_USEC;
}

/* ---- Beginning and end -------------------------------------------------------- */

static void back_total_free(struct back_total *t)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (t->cpus[cpu].event)
			perf_event_release_kernel(t->cpus[cpu].event);
	kfree(t);
}

static int back_total_open(struct back_total *t)
{
	struct perf_event_attr attr;
	struct perf_event *event;
	unsigned int cpu;

	back_counter_attr(&t->counter, &attr);
	for_each_online_cpu(cpu) {
		event = perf_event_create_kernel_counter(&attr, cpu, NULL, NULL,
							 NULL);
		if (IS_ERR(event) && PTR_ERR(event) != -ENODEV)
			return PTR_ERR(event);
		if (IS_ERR(event))
			continue;	/* it went offline just now */
		t->cpus[cpu].event = event;
		t->cpus[cpu].idle = back_total_idle(cpu);
	}
	return 0;
}

static struct back_total *back_total_make(const struct vsys_counter *counter)
{
	unsigned int place =
		find_first_zero_bit(back_total_places, BACK_TOTALS_MAX);
	struct back_total *t;
	int err;

	if (place == BACK_TOTALS_MAX)
		return ERR_PTR(-ENOSPC);
	t = kzalloc(struct_size(t, cpus, nr_cpu_ids), GFP_KERNEL);
	if (!t)
		return ERR_PTR(-ENOMEM);
	t->counter = *counter;
	t->counter.period = 0;
	INIT_LIST_HEAD(&t->gauge_events);
	err = back_total_open(t);
	if (err) {
		back_total_free(t);
		return ERR_PTR(err);
	}
	t->place = place;
	__set_bit(place, back_total_places);
	list_add(&t->node, &back_totals);
	return t;
}

/* An event that several user domains count is of each one's share. */
static struct back_total *back_total_take(struct back_device *dev,
					  const struct vsys_counter *counter)
{
	struct back_total *t = back_total_find(counter);

	if ((!t || !dev->counting->totals[t->place]) &&
	    dev->counting->nr_totals == BACK_TOTALS_SHARE)
		return ERR_PTR(-EDQUOT);
	if (!t)
		t = back_total_make(counter);
	if (IS_ERR(t))
		return t;
	t->users++;
	if (!dev->counting->totals[t->place]++)
		dev->counting->nr_totals++;
	return t;
}

struct back_total *back_total_get(struct back_device *dev,
				  const struct vsys_counter *counter)
{
	struct back_total *t;

	mutex_lock(&back_totals_lock);
	t = back_total_take(dev, counter);
	mutex_unlock(&back_totals_lock);
	return t;
}

void back_total_put(struct back_device *dev, struct back_total *t)
{
	mutex_lock(&back_totals_lock);
	if (!--dev->counting->totals[t->place])
		dev->counting->nr_totals--;
	if (!--t->users) {
		list_del(&t->node);
		__clear_bit(t->place, back_total_places);
		back_total_free(t);
	}
	mutex_unlock(&back_totals_lock);
}

/* A gauge is open: its count has a total for each event. */
void back_totals_join(struct back_gauge *g)
{
	u32 i;

	mutex_lock(&back_totals_lock);
	for (i = 0; i < g->count->nr; i++)
		list_add(&g->events[i].node,
			 &g->count->totals[i]->gauge_events);
	mutex_unlock(&back_totals_lock);
}

/* It is about to be closed: nobody looks at its events from then on. */
void back_totals_leave(struct back_gauge *g)
{
	struct back_total *t;
	u64 value, running;
	u32 i;

	mutex_lock(&back_totals_lock);
	for (i = 0; i < g->count->nr; i++) {
		t = g->count->totals[i];
		back_reading_polling(g, i, &value, &running);
		t->polling += value;
		t->polling_running += running;
		list_del(&g->events[i].node);
	}
	mutex_unlock(&back_totals_lock);
}

/* ---- Reading --------------------------------------------------------------------- */

static void back_total_read(struct back_total *t, u64 *value, u64 *enabled,
			    u64 *running)
{
	u64 e, r, v, since, idle;
	unsigned int cpu;

	*value = *enabled = *running = 0;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!t->cpus[cpu].event)
			continue;
		v = perf_event_read_value(t->cpus[cpu].event, &e, &r);
		if (back_reading_since(&t->counter, v, t->cpus[cpu].last,
					 &since))
			t->cpus[cpu].last = v;
		v = t->cpus[cpu].sum += since;
		if (back_total_clock(t)) {
			idle = back_total_idle(cpu) - t->cpus[cpu].idle;
			v = v > idle ? v - idle : 0;
		}
		*value += v;
		*enabled += e;
		*running += r;
	}
}

static void back_total_polling(struct back_total *t, u64 *value, u64 *running)
{
	struct back_gauge_event *e;
	u64 v, r;

	*value = t->polling;
	*running = t->polling_running;
	list_for_each_entry(e, &t->gauge_events, node) {
		back_reading_polling(e->gauge, e - e->gauge->events, &v, &r);
		*value += v;
		*running += r;
	}
}

/* Event i of them; -ENOENT: nobody counts it. */
static int back_totals_fill(struct vsys_totals *totals, u32 i)
{
	struct back_total *t;
	u64 enabled;

	mutex_lock(&back_totals_lock);
	t = back_total_find(&totals->counters[i]);
	if (t) {
		/* Polling first: the whole is not less than its part. */
		back_total_polling(t, &totals->polling[i],
				   &totals->polling_running[i]);
		back_total_read(t, &totals->value[i], &enabled,
				&totals->running[i]);
		if (i == 0)
			totals->enabled = enabled;
	}
	mutex_unlock(&back_totals_lock);
	return t ? 0 : -ENOENT;
}

/* totals: a private copy, with the counters filled in. */
int back_totals_read(struct vsys_totals *totals)
{
	int err;
	u32 i;

	err = back_counters_check(totals->counters, totals->nr_counters);
	totals->nr_cpus = num_online_cpus();
	totals->enabled = 0;
	for (i = 0; !err && i < totals->nr_counters; i++)
		err = back_totals_fill(totals, i);
	return err;
}
