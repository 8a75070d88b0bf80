// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tally: what a service domain did in all while a session counted there.
 *
 * B adds up as long as anybody, of whatever user domain, counts an event, and
 * forgets with the last.  So a tally notes what stood there before the session's
 * first COUNT, and takes the difference before its last one ends.
 */
#include "tally.h"
#include "accounts.h"
#include "session.h"
#include "../control.h"
#include "../device.h"
#include <linux/string.h>

/* All numbers of struct vsys_totals, in a row. */
#define FRONT_TOTALS_WORDS \
	((sizeof(struct vsys_totals) - offsetof(struct vsys_totals, enabled)) / \
	 sizeof(u64))

/* sum += now - base, but nothing for what B took back. */
static void front_tally_sum(struct vsys_totals *sum,
			    const struct vsys_totals *now,
			    const struct vsys_totals *base)
{
	const u64 *n = &now->enabled, *b = &base->enabled;
	u64 *s = &sum->enabled;
	size_t i;

	for (i = 0; i < FRONT_TOTALS_WORDS; i++)
		s[i] += n[i] > b[i] ? n[i] - b[i] : 0;
	sum->nr_cpus = now->nr_cpus;
}

static int front_tally_ask(struct front_device *dev,
			   const struct vsys_counter *counters, u32 nr,
			   struct vsys_totals *totals, long timeout)
{
	s64 ret;

	memset(totals, 0, sizeof(*totals));
	totals->nr_counters = nr;
	memcpy(totals->counters, counters, nr * sizeof(*counters));
	ret = front_control_exchange(dev, VSYS_CONTROL_TOTALS, totals,
				     sizeof(*totals), timeout);
	return ret > 0 ? -EPROTO : ret;
}

/* lock held. */
static void front_tally_look(struct front_tally *t, long timeout)
{
	struct vsys_totals *now = kmalloc(sizeof(*now), GFP_KERNEL);
	struct front_session *s = t->session;

	/* If it is gone, what it said last is what there is. */
	if (now && !front_tally_ask(t->dev, s->counters, s->nr, now, timeout))
		t->last = *now;
	kfree(now);
}

/* One limit for all accounts of a service domain, if that is silent. */
static void front_tally_stop_work(struct work_struct *work)
{
	struct front_tally *t = container_of(work, struct front_tally,
					     stop_work);
	unsigned long i, until = jiffies + FRONT_PATIENCE;
	struct front_accounts *a;

	xa_for_each(&t->session->channels, i, a)
		if (a->tally == t)
			front_accounts_end(a, until);
}

/* session.lock held: that of a service domain, which stays; or NULL. */
struct front_tally *front_tally_of(struct front_session *s,
				   struct front_device *dev)
{
	struct front_tally *t;
	unsigned long i;
	u32 number;

	xa_for_each(&s->tallies, i, t)
		if (t->dev == dev)
			return t;
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->session = s;
	t->dev = dev;
	mutex_init(&t->lock);
	INIT_WORK(&t->stop_work, front_tally_stop_work);
	if (xa_alloc(&s->tallies, &number, t, xa_limit_31b,
		     GFP_KERNEL_ACCOUNT)) {
		kfree(t);
		return NULL;
	}
	front_device_get(dev);
	return t;
}

/* Ends all accounts, of all service domains at the same time. */
void front_tally_stop(struct front_session *s)
{
	struct front_tally *t;
	unsigned long i;

	xa_for_each(&s->tallies, i, t)
		queue_work(system_unbound_wq, &t->stop_work);
	xa_for_each(&s->tallies, i, t)
		flush_work(&t->stop_work);
}

/* Before a COUNT. */
void front_tally_begin(struct front_tally *t)
{
	struct vsys_totals *one, *base = &t->base;
	struct front_session *s = t->session;
	int err;
	u32 i;

	mutex_lock(&t->lock);
	if (t->in_force++)
		goto out;
	memset(base, 0, sizeof(*base));
	one = kmalloc(sizeof(*one), GFP_KERNEL);
	/* One by one: somebody else may count some of them, and nobody the rest. */
	for (i = 0; one && i < s->nr; i++) {
		err = front_tally_ask(t->dev, &s->counters[i], 1, one,
				      FRONT_PATIENCE);
		if (err == -ETIMEDOUT)
			break;		/* it would be the same for each */
		if (err)
			continue;
		if (i == 0)
			base->enabled = one->enabled;
		base->value[i] = one->value[0];
		base->running[i] = one->running[0];
		base->polling[i] = one->polling[0];
		base->polling_running[i] = one->polling_running[0];
	}
	kfree(one);
	t->last = *base;
out:
	mutex_unlock(&t->lock);
}

/* Before a COUNT ends, or after it failed. */
void front_tally_end(struct front_tally *t, long timeout)
{
	mutex_lock(&t->lock);
	if (!--t->in_force) {
		front_tally_look(t, timeout);
		front_tally_sum(&t->sum, &t->last, &t->base);
	}
	mutex_unlock(&t->lock);
}

int front_tally_read(struct front_session *s,
		     struct vsys_counters_totals *totals)
{
	static const struct vsys_totals none;
	struct vsys_totals *out = &totals->totals;
	struct front_device *dev;
	struct front_tally *t;
	bool found = false;
	unsigned long i;

	memset(out, 0, sizeof(*out));
	out->nr_counters = s->nr;
	memcpy(out->counters, s->counters, sizeof(out->counters));
	xa_for_each(&s->tallies, i, t) {
		if (strcmp(t->dev->service, totals->service))
			continue;
		found = true;
		mutex_lock(&t->lock);
		front_tally_sum(out, &t->sum, &none);
		if (t->in_force) {
			front_tally_look(t, FRONT_PATIENCE);
			front_tally_sum(out, &t->last, &t->base);
		}
		mutex_unlock(&t->lock);
	}
	if (found)
		return 0;
	/* No domain of that name has counted for the session. */
	dev = front_device_find(totals->service, 0);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	front_device_put(dev);
	return -EOPNOTSUPP;
}

void front_tally_free(struct front_session *s)
{
	struct front_tally *t;
	unsigned long i;

	xa_for_each(&s->tallies, i, t) {
		front_device_put(t->dev);
		mutex_destroy(&t->lock);
		kfree(t);
	}
	xa_destroy(&s->tallies);
}
