// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count: what a user domain asks to be counted on one channel, from the request
 * to the next one or to the channel's end.
 *
 * Workers find it by its number and open a gauge each when they next have a call
 * (gauge.c).  Whoever takes the count away closes their gauges first, so that
 * nobody touches its pages when they are unmapped, even if a worker is blocked in
 * a call for hours.
 */
#include <linux/slab.h>

#include "../channel.h"
#include "../charge.h"
#include "../device.h"
#include "account.h"
#include "count.h"
#include "counter.h"
#include "counting.h"
#include "gauge.h"
#include "records.h"
#include "totals.h"

/* ---- Making and unmaking one ------------------------------------------------ */

static void back_count_free(struct back_count *count)
{
	u32 i;

	for (i = 0; i < count->nr; i++)
		if (count->totals[i])
			back_total_put(count->ch->dev, count->totals[i]);
	if (count->records)
		back_records_unmap(count->records);
	back_entries_unmap(&count->accounts);
	back_pages_return(count->ch, count->nr_pages);
	kfree(count);
}

static int back_count_pages(struct back_count *count,
			    const struct vsys_count *request)
{
	u32 pages = request->nr_account_pages + request->nr_ring_pages;
	int err;

	err = back_pages_charge(count->ch, pages);
	if (err)
		return err;
	count->nr_pages = pages;
	err = back_entries_map(&count->accounts, count->ch->dev->frontend,
			       request->account_refs,
			       request->nr_account_pages);
	if (err || !request->nr_ring_pages)
		return err;
	count->records = back_records_map(count->ch, request->ring_refs,
					  request->nr_ring_pages);
	if (!IS_ERR(count->records))
		return 0;
	err = PTR_ERR(count->records);
	count->records = NULL;
	return err;
}

static struct back_count *back_count_make(struct back_channel *ch,
					  const struct vsys_count *request)
{
	struct back_count *count;
	int err;
	u32 i;

	if (!back_gauge_room(ch->dev, request->nr_counters))
		return ERR_PTR(-EDQUOT);
	count = kzalloc(sizeof(*count), GFP_KERNEL);
	if (!count)
		return ERR_PTR(-ENOMEM);
	count->ch = ch;
	count->flags = request->flags;
	count->nr = request->nr_counters;
	count->nr_threads = request->nr_threads;
	memcpy(count->counters, request->counters, sizeof(count->counters));
	INIT_LIST_HEAD(&count->gauges);
	err = back_count_pages(count, request);
	for (i = 0; !err && i < count->nr; i++) {
		count->totals[i] = back_total_get(ch->dev, &count->counters[i]);
		if (IS_ERR(count->totals[i])) {
			err = PTR_ERR(count->totals[i]);
			count->totals[i] = NULL;
		}
	}
	if (!err)
		return count;
	back_count_free(count);
	return ERR_PTR(err);
}

/* lock held: the channel's count is this one, or none, from now on. */
static void back_count_replace(struct back_counting *c,
			       struct back_count *count)
{
	struct back_count *old = c->count;
	struct back_gauge *g, *next;
	static atomic64_t number;

	c->count = count;
	WRITE_ONCE(c->number, count ? atomic64_inc_return(&number) : 0);
	if (!old)
		return;
	list_for_each_entry_safe(g, next, &old->gauges, node)
		back_gauge_close(g);
	back_count_free(old);
}

/* ---- Requests ------------------------------------------------------------------ */

/* request: a private copy. */
static int back_count_sane(const struct vsys_count *request)
{
	u32 ring = request->nr_ring_pages;

	if (request->flags & ~(VSYS_COUNT_BY_CALL | VSYS_COUNT_TRACE) ||
	    !request->nr_threads || request->nr_threads > VSYS_ACCOUNTS_MAX ||
	    request->nr_account_pages > VSYS_COUNT_PAGES ||
	    request->nr_account_pages < back_account_pages(request))
		return -EINVAL;
	if (ring && (ring > VSYS_COUNT_RING_PAGES || !is_power_of_2(ring - 1)))
		return -EINVAL;
	return back_counters_check(request->counters, request->nr_counters);
}

int back_count_set(struct back_channel *ch, const struct vsys_count *request)
{
	struct back_counting *c = ch->counting;
	struct back_count *count = NULL;
	int err = 0;

	if (request->nr_counters) {
		err = back_count_sane(request);
		if (!err)
			err = back_counters_try(request->counters,
						 request->nr_counters);
		if (err)
			return err;
	}
	mutex_lock(&c->lock);
	if (c->ended)
		err = -ENOENT;
	else if (request->nr_counters)
		count = back_count_make(ch, request);
	if (IS_ERR(count))
		err = PTR_ERR(count);
	if (!err)
		back_count_replace(c, count);
	mutex_unlock(&c->lock);
	return err;
}

/* ---- A channel's ------------------------------------------------------------- */

int back_counting_channel_make(struct back_channel *ch)
{
	struct back_counting *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	mutex_init(&c->lock);
	ch->counting = c;
	return 0;
}

void back_counting_channel_end(struct back_channel *ch)
{
	struct back_counting *c = ch->counting;

	mutex_lock(&c->lock);
	c->ended = true;
	back_count_replace(c, NULL);
	mutex_unlock(&c->lock);
}

void back_counting_channel_free(struct back_channel *ch)
{
	kfree(ch->counting);
}
