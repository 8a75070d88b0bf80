// SPDX-License-Identifier: GPL-2.0-only
/* Requests of counting: whether they are offered, and what each wants. */
#include <linux/module.h>
#include <linux/slab.h>
#include <virtuos/control.h>
#include <virtuos/counters.h>
#include <virtuos/ring.h>
#include <virtuos/vsys.h>

#include "../channel.h"
#include "../device.h"
#include "count.h"
#include "counting.h"
#include "symbol.h"
#include "totals.h"

/*
 * Counters tell a user domain how this kernel spends its time, on others as well,
 * and where its functions lie.  They are on unless turned off, for that is less
 * than a user domain has anyway: its kernel may claim to be any user here.  And
 * addresses in samples are no secret: a PV kernel runs where it was linked, so
 * that they follow from its image.
 */
static bool back_counters = true;
module_param_named(counters, back_counters, bool, 0444);
MODULE_PARM_DESC(counters, "offer user domains counters of their calls");

u32 back_counting_features(void)
{
	return back_counters ? VSYS_FEATURE_COUNTERS : 0;
}

static s64 back_request_count(struct back_device *dev, u64 id,
				   const void *message)
{
	struct back_channel *ch = back_channel_get(dev, id);
	struct vsys_count *count;
	int err = -ENOMEM;

	if (!ch)
		return -ENOENT;
	count = kmemdup(message, sizeof(*count), GFP_KERNEL);
	if (count)
		err = back_count_set(ch, count);
	kfree(count);
	back_channel_put(ch);
	return err;
}

static s64 back_request_totals(void *message)
{
	struct vsys_totals *totals = kmemdup(message, sizeof(*totals),
					     GFP_KERNEL);
	int err;

	if (!totals)
		return -ENOMEM;
	err = back_totals_read(totals);
	if (!err)
		memcpy(message, totals, sizeof(*totals));
	kfree(totals);
	return err;
}

static s64 back_request_symbol(void *message)
{
	struct vsys_symbol symbol;
	int err;

	memcpy(&symbol, message, sizeof(symbol));
	err = back_symbol_find(&symbol);
	if (!err)
		memcpy(message, &symbol, sizeof(symbol));
	return err;
}

s64 back_counting_request(struct back_device *dev, const struct vsys_call *call,
			  void *message)
{
	if (!(dev->features & VSYS_FEATURE_COUNTERS))
		return -ENOSYS;
	switch (call->nr) {
	case VSYS_CONTROL_COUNT:
		return back_request_count(dev, call->args[0], message);
	case VSYS_CONTROL_TOTALS:
		return back_request_totals(message);
	case VSYS_CONTROL_SYMBOL:
		return back_request_symbol(message);
	}
	return -ENOSYS;
}
