// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: what the frontend's kernel asks on the control channel
 * (docs/protocol.md, section 6).
 */
#include <linux/file.h>
#include <linux/slab.h>
#include <virtuos/calls.h>
#include <virtuos/control.h>

#include "channel.h"
#include "charge.h"
#include "control.h"
#include "counting/counting.h"
#include "creds.h"
#include "manage.h"
#include "poll.h"
#include "requests.h"

static s64 back_request_open(struct back_device *dev, u32 control_slot)
{
	struct vsys_open *open =
		kmemdup(back_control_message(dev, control_slot), sizeof(*open),
			GFP_KERNEL);
	int err;

	if (!open)
		return -ENOMEM;
	err = back_channel_open(dev, control_slot, open);
	kfree(open);
	return err ? err : BACK_LATER;
}

static s64 back_request_close(struct back_device *dev, u32 control_slot, u64 id)
{
	struct back_channel *ch = back_channel_get(dev, id);

	if (!ch)
		return -ENOENT;
	back_channel_end(ch, control_slot);
	back_channel_put(ch);
	return BACK_LATER;
}

static s64 back_request_creds(struct back_device *dev, u32 control_slot,
			      const struct vsys_call *call)
{
	struct back_channel *ch = back_channel_get(dev, call->args[0]);
	struct vsys_creds *creds;
	int err = -ENOMEM;

	if (!ch)
		return -ENOENT;
	creds = kmemdup(back_control_message(dev, control_slot), sizeof(*creds),
			GFP_KERNEL);
	if (creds) {
		err = back_creds_check(creds);
		if (!err)
			err = back_creds_set(ch, call->args[1], call->args[3],
					     call->args[2] & VSYS_CREDS_RESET,
					     creds);
		kfree(creds);
	}
	back_channel_put(ch);
	return err;
}

static s64 back_request_retire(struct back_device *dev, u64 id)
{
	struct back_channel *ch = back_channel_get(dev, id);

	if (!ch)
		return -ENOENT;
	back_channel_retire(ch);
	back_channel_put(ch);
	return 0;
}

static struct back_job *back_request_map(struct back_device *dev,
					 u32 control_slot, u32 region,
					 u32 offset, u32 nr)
{
	struct back_job *job = kzalloc(struct_size(job, refs, nr), GFP_KERNEL);

	if (!job)
		return NULL;
	job->control_slot = control_slot;
	job->kind = BACK_JOB_MAP;
	job->region = region;
	job->offset = offset;
	job->nr_refs = nr;
	memcpy(job->refs, back_control_message(dev, control_slot),
	       nr * sizeof(u32));
	return job;
}

/*
 * The channel's region grows.  Nobody else grows it: one ARENA of a region is
 * carried out at a time, or two could agree with what is granted now and not
 * with each other.
 */
static s64 back_request_grow(struct back_channel *ch, u32 control_slot,
			     u32 region, u64 offset, u32 nr)
{
	u32 granted = READ_ONCE(ch->granted[region]);
	struct back_job *job;
	int err;

	/* F asks again for what was answered too late: it is there. */
	if (offset < granted && nr == (granted - offset) / VSYS_PAGE_SIZE)
		return 0;
	/* A region grows from its start, without holes and without overlap. */
	if (offset != granted ||
	    nr > (VSYS_SLOT_ARENA_MAX - offset) / VSYS_PAGE_SIZE)
		return -EPROTO;
	err = back_pages_charge(ch, nr);
	if (err)
		return err;
	job = back_request_map(ch->dev, control_slot, region, offset, nr);
	err = job ? back_manage_post(ch, job) : -ENOMEM;
	if (!err)
		return BACK_LATER;
	kfree(job);
	back_pages_return(ch, nr);
	return err;
}

static s64 back_request_arena(struct back_device *dev, u32 control_slot,
			      const struct vsys_call *call)
{
	u64 region = call->args[1], nr = call->args[3];
	struct back_channel *ch;
	s64 ret = -EPROTO;

	ch = back_channel_get(dev, call->args[0]);
	if (!ch)
		return -ENOENT;
	if (region >= ch->program.nr_slots + VSYS_SLOTS_KERNEL || !nr ||
	    nr > VSYS_ARENA_REFS_MAX)
		goto out;
	ret = -EBUSY;
	if (test_and_set_bit(region, ch->growing))
		goto out;
	ret = back_request_grow(ch, control_slot, region, call->args[2], nr);
	if (ret != BACK_LATER)
		clear_bit(region, ch->growing);
out:
	back_channel_put(ch);
	return ret;
}

static s64 back_request_share(struct back_device *dev, u32 control_slot,
			      const struct vsys_call *call)
{
	struct back_channel *from, *to;
	struct back_job *job;
	s64 ret = -ENOENT;

	from = back_channel_get(dev, call->args[0]);
	if (!from)
		return -ENOENT;
	to = back_channel_get(dev, call->args[2]);
	if (!to)
		goto put_from;
	ret = -ENOMEM;
	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (!job)
		goto put_to;
	job->control_slot = control_slot;
	job->kind = BACK_JOB_INSTALL;
	ret = -EBADF;
	if (call->args[1] < VSYS_FD_FIRST || call->args[1] > INT_MAX)
		goto free_job;
	job->file = back_manage_file(from, call->args[1]);
	if (!job->file)
		goto free_job;
	/* Not before: the number could become another file's, unmarked. */
	ret = back_poll_share(from, call->args[1]);
	if (!ret)
		ret = back_manage_post(to, job);
	if (!ret) {
		ret = BACK_LATER;
		goto put_to;
	}
	fput(job->file);
free_job:
	kfree(job);
put_to:
	back_channel_put(to);
put_from:
	back_channel_put(from);
	return ret;
}

/* Called by the thread of the control channel. */
s64 back_request_handle(struct back_device *dev, u32 control_slot,
			const struct vsys_call *call)
{
	switch (call->nr) {
	case VSYS_CONTROL_OPEN:
		return back_request_open(dev, control_slot);
	case VSYS_CONTROL_CLOSE:
		return back_request_close(dev, control_slot, call->args[0]);
	case VSYS_CONTROL_CREDS:
		return back_request_creds(dev, control_slot, call);
	case VSYS_CONTROL_ARENA:
		return back_request_arena(dev, control_slot, call);
	case VSYS_CONTROL_SHARE:
		return back_request_share(dev, control_slot, call);
	case VSYS_CONTROL_RETIRE:
		return back_request_retire(dev, call->args[0]);
	default:
		return back_counting_request(
			dev, call, back_control_message(dev, control_slot));
	}
}
