// SPDX-License-Identifier: GPL-2.0-only
/*
 * Session: what a profiler asked for, the processes that it is about, and the
 * accounts of their channels.
 */
#include "session.h"
#include "accounts.h"
#include "entry.h"
#include "member.h"
#include "records.h"
#include "tally.h"
#include "../channel.h"
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/tracepoint.h>

/* How often rings of records are looked at. */
#define FRONT_LOOK_PERIOD	(HZ / 20)
/* Channels of one process: one for each service, and the dead. */
#define FRONT_OWNED_MAX		32

/* ---- Beginning and end ------------------------------------------------------------------ */

static void front_session_look(struct work_struct *work)
{
	struct front_session *s = container_of(to_delayed_work(work),
					       struct front_session, look_work);

	if (front_records_any(s))
		wake_up(&s->wait);
	front_records_reap(s);
	if (!READ_ONCE(s->stopped))
		queue_delayed_work(system_power_efficient_wq, &s->look_work,
				   FRONT_LOOK_PERIOD);
}

struct front_session *front_session_open(void)
{
	static atomic64_t last;
	struct front_session *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	s->page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!s->page) {
		kfree(s);
		return NULL;
	}
	kref_init(&s->kref);
	s->number = atomic64_inc_return(&last);
	mutex_init(&s->lock);
	mutex_init(&s->reading);
	xa_init_flags(&s->channels, XA_FLAGS_ALLOC);
	xa_init_flags(&s->entries, XA_FLAGS_ALLOC);
	xa_init_flags(&s->tallies, XA_FLAGS_ALLOC);
	xa_init(&s->rings);
	init_waitqueue_head(&s->wait);
	INIT_DELAYED_WORK(&s->look_work, front_session_look);
	return s;
}

/* The channel's interrupt may still say that something changed. */
static void front_session_free_rcu(struct rcu_head *rcu)
{
	struct front_session *s = container_of(rcu, struct front_session, rcu);

	free_page((unsigned long)s->page);
	kfree(s);
}

static void front_session_free(struct kref *kref)
{
	struct front_session *s = container_of(kref, struct front_session,
					       kref);
	struct front_entry *e;
	unsigned long i;

	xa_for_each(&s->entries, i, e)
		front_entry_free(e);
	xa_destroy(&s->entries);
	xa_destroy(&s->channels);
	xa_destroy(&s->rings);
	front_tally_free(s);
	mutex_destroy(&s->lock);
	mutex_destroy(&s->reading);
	call_rcu(&s->rcu, front_session_free_rcu);
}

void front_session_put(struct front_session *s)
{
	kref_put(&s->kref, front_session_free);
}

/* ACCOUNTS would tell something new; the barrier is before whoever is told. */
void front_session_changed(struct front_session *s)
{
	smp_mb__before_atomic();
	atomic_inc((atomic_t *)&s->page->changes);
}

/* B looks at counters more closely: what it has not is its word to say. */
static int front_session_check(const struct vsys_counters_start *start)
{
	const u32 flags = VSYS_COUNT_BY_CALL | VSYS_COUNT_TRACE |
			  VSYS_SESSION_INHERIT | VSYS_SESSION_RECORDS;
	bool records = start->flags & VSYS_SESSION_RECORDS;
	u32 i;

	if (!start->nr_counters || start->nr_counters > VSYS_COUNTERS_MAX ||
	    start->flags & ~flags ||
	    (start->flags & VSYS_COUNT_TRACE && !records))
		return -EINVAL;
	for (i = 0; i < start->nr_counters; i++) {
		const struct vsys_counter *c = &start->counters[i];

		if (c->flags & ~(VSYS_COUNTER_NO_USER | VSYS_COUNTER_NO_KERNEL))
			return -EINVAL;
		if (c->period && (c->period < VSYS_PERIOD_MIN || !records))
			return -EINVAL;
	}
	return 0;
}

int front_session_start(struct front_session *s,
			const struct vsys_counters_start *start)
{
	int err = front_session_check(start);

	if (err)
		return err;
	mutex_lock(&s->lock);
	if (s->started || s->stopped)
		err = -EBUSY;
	else if (start->flags & VSYS_SESSION_INHERIT)
		err = front_fork_follow();
	if (!err) {
		s->flags = start->flags;
		s->nr = start->nr_counters;
		memcpy(s->counters, start->counters,
		       s->nr * sizeof(s->counters[0]));
		/* Release: all of it before it is seen to have started. */
		smp_store_release(&s->started, true);
		if (s->flags & VSYS_SESSION_RECORDS)
			queue_delayed_work(system_power_efficient_wq,
					   &s->look_work, FRONT_LOOK_PERIOD);
	}
	mutex_unlock(&s->lock);
	return err;
}

/*
 * Its processes may be another session's from now on, even if the file stays open:
 * a child may have it.
 */
void front_session_stop(struct front_session *s)
{
	bool first;

	mutex_lock(&s->lock);
	first = s->started && !s->stopped;
	WRITE_ONCE(s->stopped, true);
	mutex_unlock(&s->lock);
	if (first && s->flags & VSYS_SESSION_INHERIT)
		front_fork_leave();
	front_member_dismiss(s);
	front_tally_stop(s);
	wake_up(&s->wait);
}

/* The file is closed. */
void front_session_close(struct front_session *s)
{
	struct front_accounts *a;
	unsigned long i;

	front_session_stop(s);
	cancel_delayed_work_sync(&s->look_work);
	front_member_dismiss(s);
	/* No probe holds a session of which nobody is a member any more. */
	tracepoint_synchronize_unregister();
	front_records_close(s);
	xa_for_each(&s->channels, i, a) {
		xa_erase(&s->channels, i);
		front_accounts_put(a);
	}
	front_session_put(s);
}

/* ---- Channels ------------------------------------------------------------------------------ */

/* Counts a channel, once.  The caller uses it. */
void front_session_count(struct front_session *s, struct front_channel *ch)
{
	struct front_counting *c = front_counting_of(ch);
	struct front_accounts *a = NULL;

	if (!c)
		return;
	mutex_lock(&s->lock);
	if (!s->stopped && c->counted_by != s->number)
		a = front_accounts_make(s, ch);
	if (a) {
		c->counted_by = s->number;
		/* The session's file may be closed from here on. */
		kref_get(&a->kref);
	}
	mutex_unlock(&s->lock);
	if (!a)
		return;
	front_accounts_begin(a);
	front_accounts_put(a);
}

/*
 * Members first, then the channels that there are: one that is opened meanwhile
 * is found by its opener, or here.
 */
int front_session_add(struct front_session *s, pid_t tgid)
{
	struct front_channel *owned[FRONT_OWNED_MAX];
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;
	int err = -ESRCH;
	u32 i, nr;

	/* Acquire: what START wrote. */
	if (!smp_load_acquire(&s->started))
		return -EINVAL;
	pid = find_get_pid(tgid);
	task = pid ? get_pid_task(pid, PIDTYPE_TGID) : NULL;
	if (!task)
		goto put_pid;
	err = front_member_add(s, pid, GFP_KERNEL_ACCOUNT);
	if (err)
		goto put_task;
	mm = get_task_mm(task);
	if (!mm)
		goto put_task;
	nr = front_channel_owned(mm, owned, FRONT_OWNED_MAX);
	for (i = 0; i < nr; i++) {
		front_session_count(s, owned[i]);
		front_channel_unuse(owned[i]);
	}
	mmput(mm);
put_task:
	put_task_struct(task);
put_pid:
	put_pid(pid);
	return err;
}
