// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control channel: a thread per device takes the frontend kernel's requests.
 * What takes long (a shadow that starts, maps or ends) is answered later by
 * whoever finishes it.
 */
#include <linux/file.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <xen/events.h>

#include "vsysback.h"

#define VSYSBACK_LATER 1	/* no answer yet */

/* The message page of a slot; the caller copies it once. */
static void *vsysback_control_message(struct vsysback_device *dev,
					    u32 slot)
{
	return dev->control_pages.address + (2 + slot) * VSYS_PAGE_SIZE;
}

static s64 vsysback_control_open(struct vsysback_device *dev, u32 slot)
{
	struct vsys_open *open = kmemdup(vsysback_control_message(dev, slot),
					 sizeof(*open), GFP_KERNEL);
	int err;

	if (!open)
		return -ENOMEM;
	err = vsysback_channel_open(dev, slot, open);
	kfree(open);
	return err ? err : VSYSBACK_LATER;
}

static s64 vsysback_control_close(struct vsysback_device *dev, u32 slot,
				  u64 id)
{
	struct vsysback_channel *ch = vsysback_channel_get(dev, id);

	if (!ch)
		return -ENOENT;
	vsysback_channel_end(ch, slot);
	vsysback_channel_put(ch);
	return VSYSBACK_LATER;
}

static s64 vsysback_control_creds(struct vsysback_device *dev, u32 slot,
				  u64 id)
{
	struct vsysback_channel *ch = vsysback_channel_get(dev, id);
	struct vsys_creds *creds;
	int err = -ENOMEM;

	if (!ch)
		return -ENOENT;
	creds = kmemdup(vsysback_control_message(dev, slot), sizeof(*creds),
			GFP_KERNEL);
	if (creds) {
		err = vsysback_creds_check(creds);
		if (!err) {
			spin_lock_irq(&ch->lock);
			ch->creds = *creds;
			ch->creds_generation++;
			spin_unlock_irq(&ch->lock);
		}
		kfree(creds);
	}
	vsysback_channel_put(ch);
	return err;
}

static s64 vsysback_control_arena(struct vsysback_device *dev, u32 slot,
				  const struct vsys_call *call)
{
	u64 region = call->args[1], offset = call->args[2], nr = call->args[3];
	struct vsysback_channel *ch;
	struct vsysback_request *request;
	s64 ret = -EPROTO;

	ch = vsysback_channel_get(dev, call->args[0]);
	if (!ch)
		return -ENOENT;
	if (region >= ch->ring.nr_slots || !nr || nr > VSYS_ARENA_REFS_MAX)
		goto out;
	/* F asks again for what was answered too late: it is there. */
	ret = 0;
	if (offset < ch->granted[region] &&
	    nr == (ch->granted[region] - offset) / VSYS_PAGE_SIZE)
		goto out;
	/* A region grows from its start, without holes and without overlap. */
	ret = -EPROTO;
	if (offset != ch->granted[region] ||
	    nr > (VSYS_SLOT_ARENA_MAX - offset) / VSYS_PAGE_SIZE)
		goto out;
	request = kzalloc(struct_size(request, refs, nr), GFP_KERNEL);
	ret = -ENOMEM;
	if (!request)
		goto out;
	request->slot = slot;
	request->kind = VSYSBACK_MAP;
	request->region = region;
	request->offset = offset;
	request->nr_refs = nr;
	memcpy(request->refs, vsysback_control_message(dev, slot),
	       nr * sizeof(u32));
	ret = vsysback_manage_post(ch, request);
	if (!ret)
		ret = VSYSBACK_LATER;
	else
		kfree(request);
out:
	vsysback_channel_put(ch);
	return ret;
}

static s64 vsysback_control_share(struct vsysback_device *dev, u32 slot,
				  const struct vsys_call *call)
{
	struct vsysback_channel *from, *to;
	struct vsysback_request *request;
	s64 ret = -ENOENT;

	from = vsysback_channel_get(dev, call->args[0]);
	if (!from)
		return -ENOENT;
	to = vsysback_channel_get(dev, call->args[2]);
	if (!to)
		goto put_from;
	ret = -ENOMEM;
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		goto put_to;
	request->slot = slot;
	request->kind = VSYSBACK_INSTALL;
	ret = -EBADF;
	if (call->args[1] < VSYS_FD_FIRST || call->args[1] > INT_MAX)
		goto free_request;
	request->file = vsysback_manage_file(from, call->args[1]);
	if (!request->file)
		goto free_request;
	ret = vsysback_manage_post(to, request);
	if (!ret) {
		ret = VSYSBACK_LATER;
		goto put_to;
	}
	fput(request->file);
free_request:
	kfree(request);
put_to:
	vsysback_channel_put(to);
put_from:
	vsysback_channel_put(from);
	return ret;
}

static s64 vsysback_control_count(struct vsysback_device *dev, u32 slot,
				  u64 id)
{
	struct vsysback_channel *ch = vsysback_channel_get(dev, id);
	struct vsys_count *count;
	int err = -ENOMEM;

	if (!ch)
		return -ENOENT;
	count = kmemdup(vsysback_control_message(dev, slot), sizeof(*count),
			GFP_KERNEL);
	if (count)
		err = vsysback_count_set(ch, count);
	kfree(count);
	vsysback_channel_put(ch);
	return err;
}

static s64 vsysback_control_totals(struct vsysback_device *dev, u32 slot)
{
	void *message = vsysback_control_message(dev, slot);
	struct vsys_totals *totals = kmemdup(message, sizeof(*totals),
					     GFP_KERNEL);
	int err;

	if (!totals)
		return -ENOMEM;
	err = vsysback_totals_read(totals);
	if (!err)
		memcpy(message, totals, sizeof(*totals));
	kfree(totals);
	return err;
}

static s64 vsysback_control_symbol(struct vsysback_device *dev, u32 slot)
{
	void *message = vsysback_control_message(dev, slot);
	struct vsys_symbol symbol;
	int err;

	memcpy(&symbol, message, sizeof(symbol));
	err = vsysback_symbol_find(&symbol);
	if (!err)
		memcpy(message, &symbol, sizeof(symbol));
	return err;
}

static s64 vsysback_control_counters(struct vsysback_device *dev, u32 slot,
				     const struct vsys_call *call)
{
	if (!(dev->features & VSYS_FEATURE_COUNTERS))
		return -ENOSYS;
	switch (call->nr) {
	case VSYS_CONTROL_COUNT:
		return vsysback_control_count(dev, slot, call->args[0]);
	case VSYS_CONTROL_TOTALS:
		return vsysback_control_totals(dev, slot);
	default:
		return vsysback_control_symbol(dev, slot);
	}
}

static void vsysback_control_handle(struct vsysback_device *dev, u32 slot)
{
	struct vsys_call call;
	s64 ret = -ENOSYS;

	if (slot >= VSYS_CONTROL_SLOTS ||
	    !vsys_ring_take(&dev->control, slot, &call))
		return;
	switch (call.nr) {
	case VSYS_CONTROL_OPEN:
		ret = vsysback_control_open(dev, slot);
		break;
	case VSYS_CONTROL_CLOSE:
		ret = vsysback_control_close(dev, slot, call.args[0]);
		break;
	case VSYS_CONTROL_CREDS:
		ret = vsysback_control_creds(dev, slot, call.args[0]);
		break;
	case VSYS_CONTROL_ARENA:
		ret = vsysback_control_arena(dev, slot, &call);
		break;
	case VSYS_CONTROL_SHARE:
		ret = vsysback_control_share(dev, slot, &call);
		break;
	case VSYS_CONTROL_COUNT:
	case VSYS_CONTROL_TOTALS:
	case VSYS_CONTROL_SYMBOL:
		ret = vsysback_control_counters(dev, slot, &call);
		break;
	}
	if (ret != VSYSBACK_LATER)
		vsysback_device_reply(dev, slot, ret);
}

int vsysback_control_run(void *data)
{
	struct vsysback_device *dev = data;
	u32 cursor = 0;
	int slot;

	/* connected is set right after this thread was started. */
	while (!kthread_should_stop()) {
		wait_event_interruptible(dev->control_wait,
					 kthread_should_stop() ||
					 (READ_ONCE(dev->connected) &&
					  xchg(&dev->control_kicked, false)));
		if (kthread_should_stop())
			break;
		vsys_server_wake(&dev->control);
		do {
			/* A frontend that never stops asking is stopped, too. */
			while (!kthread_should_stop() &&
			       (slot = vsys_ring_claim(&dev->control,
						       &cursor)) >= 0) {
				vsysback_control_handle(dev, slot);
				cond_resched();
			}
		} while (!kthread_should_stop() &&
			 !vsys_server_sleep(&dev->control));
	}
	return 0;
}
