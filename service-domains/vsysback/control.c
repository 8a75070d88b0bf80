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
#include <virtuos/calls.h>
#include <virtuos/control.h>
#include <virtuos/ring.h>

#include "bell.h"
#include "channel.h"
#include "control.h"
#include "counting/counting.h"
#include "creds.h"
#include "device.h"
#include "manage.h"

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
				  const struct vsys_call *call)
{
	struct vsysback_channel *ch = vsysback_channel_get(dev, call->args[0]);
	struct vsys_creds *creds;
	int err = -ENOMEM;

	if (!ch)
		return -ENOENT;
	creds = kmemdup(vsysback_control_message(dev, slot), sizeof(*creds),
			GFP_KERNEL);
	if (creds) {
		err = vsysback_creds_check(creds);
		if (!err)
			err = vsysback_creds_set(
				ch, call->args[1], call->args[3],
				call->args[2] & VSYS_CREDS_RESET, creds);
		kfree(creds);
	}
	vsysback_channel_put(ch);
	return err;
}

static s64 vsysback_control_retire(struct vsysback_device *dev, u64 id)
{
	struct vsysback_channel *ch = vsysback_channel_get(dev, id);

	if (!ch)
		return -ENOENT;
	vsysback_channel_retire(ch);
	vsysback_channel_put(ch);
	return 0;
}

static struct vsysback_request *
vsysback_control_map(struct vsysback_device *dev, u32 slot, u32 region,
		     u32 offset, u32 nr)
{
	struct vsysback_request *request = kzalloc(
		struct_size(request, refs, nr), GFP_KERNEL);

	if (!request)
		return NULL;
	request->slot = slot;
	request->kind = VSYSBACK_MAP;
	request->region = region;
	request->offset = offset;
	request->nr_refs = nr;
	memcpy(request->refs, vsysback_control_message(dev, slot),
	       nr * sizeof(u32));
	return request;
}

/*
 * The channel's region grows.  Nobody else grows it: one ARENA of a region is
 * carried out at a time, or two could agree with what is granted now and not
 * with each other.
 */
static s64 vsysback_control_grow(struct vsysback_channel *ch, u32 slot,
				 u32 region, u64 offset, u32 nr)
{
	u32 granted = READ_ONCE(ch->granted[region]);
	struct vsysback_request *request;
	int err;

	/* F asks again for what was answered too late: it is there. */
	if (offset < granted && nr == (granted - offset) / VSYS_PAGE_SIZE)
		return 0;
	/* A region grows from its start, without holes and without overlap. */
	if (offset != granted ||
	    nr > (VSYS_SLOT_ARENA_MAX - offset) / VSYS_PAGE_SIZE)
		return -EPROTO;
	err = vsysback_channel_charge(ch, nr);
	if (err)
		return err;
	request = vsysback_control_map(ch->dev, slot, region, offset, nr);
	err = request ? vsysback_manage_post(ch, request) : -ENOMEM;
	if (!err)
		return VSYSBACK_LATER;
	kfree(request);
	vsysback_channel_return(ch, nr);
	return err;
}

static s64 vsysback_control_arena(struct vsysback_device *dev, u32 slot,
				  const struct vsys_call *call)
{
	u64 region = call->args[1], nr = call->args[3];
	struct vsysback_channel *ch;
	s64 ret = -EPROTO;

	ch = vsysback_channel_get(dev, call->args[0]);
	if (!ch)
		return -ENOENT;
	if (region >= ch->ring.nr_slots + VSYS_SLOTS_KERNEL || !nr ||
	    nr > VSYS_ARENA_REFS_MAX)
		goto out;
	ret = -EBUSY;
	if (test_and_set_bit(region, ch->growing))
		goto out;
	ret = vsysback_control_grow(ch, slot, region, call->args[2], nr);
	if (ret != VSYSBACK_LATER)
		clear_bit(region, ch->growing);
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

/*
 * A slot whose request waits for its answer is F's again when it has that: what
 * is submitted there before makes no second request.  The lock is that of the
 * answer, which takes the bit back and stores DONE.
 */
static bool vsysback_control_take(struct vsysback_device *dev, u32 slot,
				  struct vsys_call *call)
{
	bool taken;

	if (slot >= VSYS_CONTROL_SLOTS)
		return false;
	mutex_lock(&dev->lock);
	taken = !test_bit(slot, &dev->unanswered) &&
		vsys_ring_take(&dev->control, slot, call);
	if (taken)
		__set_bit(slot, &dev->unanswered);
	mutex_unlock(&dev->lock);
	return taken;
}

static void vsysback_control_handle(struct vsysback_device *dev, u32 slot)
{
	struct vsys_call call;
	s64 ret;

	if (!vsysback_control_take(dev, slot, &call))
		return;
	dev->bell.worked = true;
	switch (call.nr) {
	case VSYS_CONTROL_OPEN:
		ret = vsysback_control_open(dev, slot);
		break;
	case VSYS_CONTROL_CLOSE:
		ret = vsysback_control_close(dev, slot, call.args[0]);
		break;
	case VSYS_CONTROL_CREDS:
		ret = vsysback_control_creds(dev, slot, &call);
		break;
	case VSYS_CONTROL_ARENA:
		ret = vsysback_control_arena(dev, slot, &call);
		break;
	case VSYS_CONTROL_SHARE:
		ret = vsysback_control_share(dev, slot, &call);
		break;
	case VSYS_CONTROL_RETIRE:
		ret = vsysback_control_retire(dev, call.args[0]);
		break;
	default:
		ret = vsysback_counting_request(
			dev, &call, vsysback_control_message(dev, slot));
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
		vsysback_bell_end(&dev->bell);
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
