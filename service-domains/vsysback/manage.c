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
#include "poll.h"

/* Queue a job; its request is answered on its control slot. */
int back_manage_post(struct back_channel *ch, struct back_job *job)
{
	int err = 0;

	spin_lock_irq(&ch->lock);
	if (ch->state <= BACK_CHANNEL_SERVING)
		list_add_tail(&job->list, &ch->jobs);
	else
		err = -ESHUTDOWN;
	spin_unlock_irq(&ch->lock);
	if (!err)
		wake_up(&ch->manager_wait);
	return err;
}

static void back_manage_answer(struct back_channel *ch, struct back_job *job,
			       s64 ret)
{
	if (job->file)
		fput(job->file);
	if (job->kind == BACK_JOB_MAP) {
		if (ret < 0)
			back_pages_return(ch, job->nr_refs);
		clear_bit(job->region, ch->growing);
	}
	back_control_reply(ch->dev, job->control_slot, ret);
	kfree(job);
}

/* The shadow is gone: nobody else will answer. */
void back_manage_flush(struct back_channel *ch)
{
	struct back_job *job, *next;
	LIST_HEAD(jobs);

	spin_lock_irq(&ch->lock);
	list_splice_init(&ch->jobs, &jobs);
	if (ch->mapping)
		list_add(&ch->mapping->list, &jobs);
	ch->mapping = NULL;
	spin_unlock_irq(&ch->lock);
	list_for_each_entry_safe(job, next, &jobs, list)
		back_manage_answer(ch, job, -ESHUTDOWN);
}

/* An open file of the shadow, by descriptor, from outside of it. */
struct file *back_manage_file(struct back_channel *ch, int fd)
{
	struct files_struct *files;
	struct file *file = NULL;

	if (!ch->shadow)
		return NULL;
	task_lock(ch->shadow);
	files = ch->shadow->files;
	if (files) {
		/* As long as the table is locked it holds what is in it. */
		spin_lock(&files->file_lock);
		file = files_lookup_fd_locked(files, fd);
		if (file)
			get_file(file);
		spin_unlock(&files->file_lock);
	}
	task_unlock(ch->shadow);
	return file;
}

/* In the manager's own context: its descriptor table is the shadow's. */
static s64 back_manage_install(struct back_channel *ch, struct back_job *job)
{
	int fd, err;

	if (back_files_charge(ch))
		return -ENFILE;
	fd = get_unused_fd_flags(O_CLOEXEC);
	err = fd < 0 ? fd : back_poll_share(ch, fd);
	if (!err) {
		fd_install(fd, get_file(job->file));
		return fd;
	}
	if (fd >= 0)
		put_unused_fd(fd);
	back_files_return(ch);
	return err;
}

/* How long until a thread that could not be made is asked for again. */
#define BACK_START_AGAIN (HZ / 10)

/* The shadow has done what it was told last, or could not. */
static void back_manage_done(struct back_channel *ch, s32 result)
{
	struct back_job *job;

	spin_lock_irq(&ch->lock);
	job = ch->mapping;
	ch->mapping = NULL;
	if (!job && result && ch->wanted == BACK_WORKER_STARTING) {
		ch->wanted = BACK_WORKER_WANTED;
		ch->start_after = jiffies + BACK_START_AGAIN;
		ch->starved = true;
	}
	spin_unlock_irq(&ch->lock);
	if (!job)
		return;
	if (!result)
		WRITE_ONCE(ch->granted[job->region],
			   job->offset + job->nr_refs * VSYS_PAGE_SIZE);
	back_manage_answer(ch, job, result);
}

static bool back_manage_ready(struct back_channel *ch)
{
	return !back_channel_live(ch) ||
	       (READ_ONCE(ch->wanted) == BACK_WORKER_WANTED &&
		!time_before(jiffies, READ_ONCE(ch->start_after))) ||
	       !list_empty_careful(&ch->jobs);
}

/* Wait for something to do; a worker that did not start is tried again. */
static int back_manage_wait(struct back_channel *ch)
{
	long ret;

	do {
		ret = wait_event_interruptible_timeout(
			ch->manager_wait, back_manage_ready(ch),
			READ_ONCE(ch->wanted) == BACK_WORKER_WANTED ?
				BACK_START_AGAIN : MAX_SCHEDULE_TIMEOUT);
	} while (!ret);
	return ret < 0 ? -EINTR : 0;
}

/* Fill in what the shadow has to do next.  False: nothing for user space. */
static bool back_manage_next(struct back_channel *ch,
			     struct vsys_back_manage *out)
{
	struct back_job *job = NULL;

	spin_lock_irq(&ch->lock);
	if (ch->state > BACK_CHANNEL_SERVING) {
		spin_unlock_irq(&ch->lock);
		out->request = VSYS_BACK_EXIT;
		return true;
	}
	if (!list_empty(&ch->jobs)) {
		job = list_first_entry(&ch->jobs, struct back_job, list);
		list_del(&job->list);
		if (job->kind == BACK_JOB_MAP)
			ch->mapping = job;
	} else if (ch->wanted == BACK_WORKER_WANTED &&
		   !time_before(jiffies, ch->start_after)) {
		ch->wanted = BACK_WORKER_STARTING;
		spin_unlock_irq(&ch->lock);
		out->request = VSYS_BACK_WORKER;
		return true;
	}
	spin_unlock_irq(&ch->lock);
	if (!job)
		return false;
	if (job->kind == BACK_JOB_INSTALL) {
		back_manage_answer(ch, job, back_manage_install(ch, job));
		return false;
	}
	out->request = VSYS_BACK_ARENA;
	out->domid = ch->dev->frontend;
	out->nr_refs = job->nr_refs;
	out->address = ch->arena_base + (u64)job->region * VSYS_SLOT_ARENA_MAX +
		       job->offset;
	memcpy(out->refs, job->refs, job->nr_refs * sizeof(u32));
	return true;
}

int back_manage(struct back_channel *ch, s32 result,
		struct vsys_back_manage *out)
{
	back_manage_done(ch, result > 0 ? -EIO : result);
	do {
		if (back_manage_wait(ch))
			return -EINTR;
	} while (!back_manage_next(ch, out));
	return 0;
}
