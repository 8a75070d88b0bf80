// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the shadow's manager thread does: it starts workers and maps pages of
 * the arena in user space, and installs shared descriptors right here.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "channel.h"
#include "charge.h"
#include "control.h"
#include "device.h"
#include "manage.h"

/* Queue a job; its request is answered on its control slot. */
int vsysback_manage_post(struct vsysback_channel *ch,
			 struct vsysback_job *job)
{
	int err = 0;

	spin_lock_irq(&ch->lock);
	if (ch->state <= VSYSBACK_CHANNEL_SERVING)
		list_add_tail(&job->list, &ch->jobs);
	else
		err = -ESHUTDOWN;
	spin_unlock_irq(&ch->lock);
	if (!err)
		wake_up(&ch->manager_wait);
	return err;
}

static void vsysback_manage_answer(struct vsysback_channel *ch,
				   struct vsysback_job *job, s64 ret)
{
	if (job->file)
		fput(job->file);
	if (job->kind == VSYSBACK_MAP) {
		if (ret < 0)
			vsysback_pages_return(ch, job->nr_refs);
		clear_bit(job->region, ch->growing);
	}
	vsysback_control_reply(ch->dev, job->slot, ret);
	kfree(job);
}

/* The shadow is gone: nobody else will answer. */
void vsysback_manage_flush(struct vsysback_channel *ch)
{
	struct vsysback_job *job, *next;
	LIST_HEAD(jobs);

	spin_lock_irq(&ch->lock);
	list_splice_init(&ch->jobs, &jobs);
	if (ch->mapping)
		list_add(&ch->mapping->list, &jobs);
	ch->mapping = NULL;
	spin_unlock_irq(&ch->lock);
	list_for_each_entry_safe(job, next, &jobs, list)
		vsysback_manage_answer(ch, job, -ESHUTDOWN);
}

/* An open file of the shadow, by descriptor, from outside of it. */
struct file *vsysback_manage_file(struct vsysback_channel *ch, int fd)
{
	struct file *file = NULL;

	if (!ch->shadow)
		return NULL;
	rcu_read_lock();
	task_lock(ch->shadow);
	if (ch->shadow->files) {
		file = files_lookup_fd_rcu(ch->shadow->files, fd);
		if (file && !get_file_rcu(file))
			file = NULL;
	}
	task_unlock(ch->shadow);
	rcu_read_unlock();
	return file;
}

/* In the manager's own context: its descriptor table is the shadow's. */
static s64 vsysback_manage_install(struct vsysback_channel *ch,
				   struct vsysback_job *job)
{
	int fd;

	if (vsysback_files_charge(ch))
		return -ENFILE;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		vsysback_files_return(ch);
		return fd;
	}
	fd_install(fd, get_file(job->file));
	return fd;
}

/* How long until a thread that could not be made is asked for again. */
#define VSYSBACK_START_AGAIN (HZ / 10)

/* The shadow has done what it was told last, or could not. */
static void vsysback_manage_done(struct vsysback_channel *ch, s32 result)
{
	struct vsysback_job *job;

	spin_lock_irq(&ch->lock);
	job = ch->mapping;
	ch->mapping = NULL;
	if (!job && result && ch->wanted == VSYSBACK_WORKER_STARTING) {
		ch->wanted = VSYSBACK_WORKER_WANTED;
		ch->start_after = jiffies + VSYSBACK_START_AGAIN;
		ch->starved = true;
	}
	spin_unlock_irq(&ch->lock);
	if (!job)
		return;
	if (!result)
		WRITE_ONCE(ch->granted[job->region],
			   job->offset +
				   job->nr_refs * VSYS_PAGE_SIZE);
	vsysback_manage_answer(ch, job, result);
}

static bool vsysback_manage_ready(struct vsysback_channel *ch)
{
	return !vsysback_channel_live(ch) ||
	       (READ_ONCE(ch->wanted) == VSYSBACK_WORKER_WANTED &&
		!time_before(jiffies, READ_ONCE(ch->start_after))) ||
	       !list_empty_careful(&ch->jobs);
}

/* Wait for something to do; a worker that did not start is tried again. */
static int vsysback_manage_wait(struct vsysback_channel *ch)
{
	long ret;

	do {
		ret = wait_event_interruptible_timeout(
			ch->manager_wait, vsysback_manage_ready(ch),
			READ_ONCE(ch->wanted) == VSYSBACK_WORKER_WANTED ?
				VSYSBACK_START_AGAIN : MAX_SCHEDULE_TIMEOUT);
	} while (!ret);
	return ret < 0 ? -EINTR : 0;
}

/* Fill in what the shadow has to do next.  False: nothing for user space. */
static bool vsysback_manage_next(struct vsysback_channel *ch,
				 struct vsys_back_manage *out)
{
	struct vsysback_job *job = NULL;

	spin_lock_irq(&ch->lock);
	if (ch->state > VSYSBACK_CHANNEL_SERVING) {
		spin_unlock_irq(&ch->lock);
		out->request = VSYS_BACK_EXIT;
		return true;
	}
	if (!list_empty(&ch->jobs)) {
		job = list_first_entry(&ch->jobs,
					   struct vsysback_job, list);
		list_del(&job->list);
		if (job->kind == VSYSBACK_MAP)
			ch->mapping = job;
	} else if (ch->wanted == VSYSBACK_WORKER_WANTED &&
		   !time_before(jiffies, ch->start_after)) {
		ch->wanted = VSYSBACK_WORKER_STARTING;
		spin_unlock_irq(&ch->lock);
		out->request = VSYS_BACK_WORKER;
		return true;
	}
	spin_unlock_irq(&ch->lock);
	if (!job)
		return false;
	if (job->kind == VSYSBACK_INSTALL) {
		vsysback_manage_answer(ch, job,
				       vsysback_manage_install(ch, job));
		return false;
	}
	out->request = VSYS_BACK_ARENA;
	out->domid = ch->dev->frontend;
	out->nr_refs = job->nr_refs;
	out->address = ch->arena_base +
		       (u64)job->region * VSYS_SLOT_ARENA_MAX +
		       job->offset;
	memcpy(out->refs, job->refs, job->nr_refs * sizeof(u32));
	return true;
}

int vsysback_manage(struct vsysback_channel *ch, s32 result,
		    struct vsys_back_manage *out)
{
	vsysback_manage_done(ch, result > 0 ? -EIO : result);
	do {
		if (vsysback_manage_wait(ch))
			return -EINTR;
	} while (!vsysback_manage_next(ch, out));
	return 0;
}
