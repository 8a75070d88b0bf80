// SPDX-License-Identifier: GPL-2.0-only
/*
 * Totals: what a service domain did in all while a session counted there.
 *
 * B adds up as long as anybody, of whatever user domain, counts an event, and
 * forgets with the last.  So a tally notes what stood there before the session's
 * first COUNT, and takes the difference before its last one ends.
 */
#include "vsysfront.h"
#include <linux/string.h>

struct front_tally {
	struct list_head node;
	struct front_device *dev;
	u32 users;			/* counts in force */
	struct vsys_totals base, last;	/* when they began, and now */
	struct vsys_totals sum;		/* of those before */
};

/* All numbers of struct vsys_totals, in a row. */
#define FRONT_TOTALS_WORDS \
	((sizeof(struct vsys_totals) - offsetof(struct vsys_totals, enabled)) / \
	 sizeof(u64))

/* sum += now - base, but nothing for what B took back. */
static void front_totals_add(struct vsys_totals *sum,
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

static int front_totals_ask(struct front_device *dev, const
			    struct vsys_counter *counters, u32 nr,
			    struct vsys_totals *totals)
{
	s64 ret;

	memset(totals, 0, sizeof(*totals));
	totals->nr_counters = nr;
	memcpy(totals->counters, counters, nr * sizeof(*counters));
	ret = front_control_exchange(dev, VSYS_CONTROL_TOTALS, totals,
				     sizeof(*totals));
	return ret > 0 ? -EPROTO : ret;
}

/* One by one: somebody else may count some of them, and nobody the rest. */
static void front_tally_base(struct front_session *s, struct front_tally *t)
{
	struct vsys_totals *one = kmalloc(sizeof(*one), GFP_KERNEL);
	int err;
	u32 i;

	memset(&t->base, 0, sizeof(t->base));
	for (i = 0; one && i < s->nr; i++) {
		err = front_totals_ask(t->dev, &s->counters[i], 1, one);
		if (err == -ETIMEDOUT)
			break;		/* it would be the same for each */
		if (err)
			continue;
		if (i == 0)
			t->base.enabled = one->enabled;
		t->base.value[i] = one->value[0];
		t->base.running[i] = one->running[0];
		t->base.polling[i] = one->polling[0];
		t->base.polling_running[i] = one->polling_running[0];
	}
	kfree(one);
	t->last = t->base;
}

/* tally_lock held. */
static void front_tally_look(struct front_session *s, struct front_tally *t)
{
	struct vsys_totals *now = kmalloc(sizeof(*now), GFP_KERNEL);

	/* If it is gone, what it said last is what there is. */
	if (now && !front_totals_ask(t->dev, s->counters, s->nr, now))
		t->last = *now;
	kfree(now);
}

/* tally_lock held. */
static struct front_tally *front_tally_find(struct front_session *s,
					    struct front_device *dev)
{
	struct front_tally *t;

	list_for_each_entry(t, &s->tallies, node)
		if (t->dev == dev)
			return t;
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	front_device_get(dev);
	t->dev = dev;
	list_add(&t->node, &s->tallies);
	return t;
}

/* Before a COUNT. */
void front_tally_begin(struct front_session *s, struct front_device *dev)
{
	struct front_tally *t;

	mutex_lock(&s->tally_lock);
	t = front_tally_find(s, dev);
	if (t && !t->users++)
		front_tally_base(s, t);
	mutex_unlock(&s->tally_lock);
}

/* Before a COUNT ends, or after it failed. */
void front_tally_end(struct front_session *s, struct front_device *dev)
{
	struct front_tally *t;

	mutex_lock(&s->tally_lock);
	t = front_tally_find(s, dev);
	if (t && t->users && !--t->users) {
		front_tally_look(s, t);
		front_totals_add(&t->sum, &t->last, &t->base);
	}
	mutex_unlock(&s->tally_lock);
}

/* No domain of that name has counted for the session. */
static int front_tally_missing(const char *service)
{
	struct front_device *dev = front_device_find(service, 0);

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	front_device_put(dev);
	return -EOPNOTSUPP;
}

int front_tally_read(struct front_session *s,
		     struct vsys_counters_totals *totals)
{
	struct vsys_totals *out = &totals->totals;
	struct front_tally *t;
	bool found = false;

	memset(out, 0, sizeof(*out));
	out->nr_counters = s->nr;
	memcpy(out->counters, s->counters, sizeof(out->counters));
	mutex_lock(&s->tally_lock);
	list_for_each_entry(t, &s->tallies, node) {
		if (strcmp(t->dev->service, totals->service))
			continue;
		found = true;
		front_totals_add(out, &t->sum, &(struct vsys_totals){ });
		if (!t->users)
			continue;
		front_tally_look(s, t);
		front_totals_add(out, &t->last, &t->base);
	}
	mutex_unlock(&s->tally_lock);
	return found ? 0 : front_tally_missing(totals->service);
}

void front_tally_free(struct front_session *s)
{
	struct front_tally *t, *next;

	list_for_each_entry_safe(t, next, &s->tallies, node) {
		front_device_put(t->dev);
		kfree(t);
	}
}
