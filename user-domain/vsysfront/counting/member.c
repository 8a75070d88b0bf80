// SPDX-License-Identifier: GPL-2.0-only
/*
 * Member: a process that a session is about.
 *
 * It is known by its struct pid, which stays the same over exec and is nobody
 * else's later.  Its children are followed by the tracepoint of fork, to which a
 * probe is attached as long as a session wants it.
 */
#include "member.h"
#include "session.h"
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tracepoint.h>

struct front_member {
	struct hlist_node node;
	struct pid *tgid;
	struct front_session *session;
};

static DEFINE_HASHTABLE(front_members, 8);	/* by struct pid */
static DEFINE_SPINLOCK(front_members_lock);

static void front_member_free(struct front_member *m)
{
	hash_del(&m->node);
	put_pid(m->tgid);
	kfree(m);
}

/* members_lock held.  Drops those that it passes whose process is gone. */
static struct front_member *front_member_find(struct pid *tgid)
{
	struct front_member *m, *found = NULL;
	struct hlist_node *next;

	rcu_read_lock();
	hash_for_each_possible_safe(front_members, m, next, node,
				    (unsigned long)tgid) {
		if (m->tgid == tgid)
			found = m;
		else if (!pid_task(m->tgid, PIDTYPE_TGID))
			front_member_free(m);
	}
	rcu_read_unlock();
	return found;
}

int front_member_add(struct front_session *s, struct pid *tgid, gfp_t gfp)
{
	struct front_member *m = kmalloc(sizeof(*m), gfp);
	int err = 0;

	if (!m)
		return -ENOMEM;
	m->tgid = get_pid(tgid);
	m->session = s;
	spin_lock(&front_members_lock);
	if (READ_ONCE(s->stopped))	/* its members may be dismissed */
		err = -EINVAL;
	else if (front_member_find(tgid))
		err = -EBUSY;
	else
		hash_add(front_members, &m->node, (unsigned long)tgid);
	spin_unlock(&front_members_lock);
	if (!err)
		return 0;
	put_pid(m->tgid);
	kfree(m);
	return err;
}

/* The session that a process is in, with a reference, or NULL. */
struct front_session *front_member_session(struct pid *tgid)
{
	struct front_session *s = NULL;
	struct front_member *m;

	spin_lock(&front_members_lock);
	m = front_member_find(tgid);
	if (m) {
		s = m->session;
		kref_get(&s->kref);
	}
	spin_unlock(&front_members_lock);
	return s;
}

bool front_member_of(struct front_session *s, struct pid *tgid)
{
	struct front_member *m;
	bool member;

	spin_lock(&front_members_lock);
	m = front_member_find(tgid);
	member = m && m->session == s;
	spin_unlock(&front_members_lock);
	return member;
}

void front_member_dismiss(struct front_session *s)
{
	struct front_member *m;
	struct hlist_node *next;
	int bucket;

	spin_lock(&front_members_lock);
	hash_for_each_safe(front_members, bucket, next, m, node)
		if (m->session == s)
			front_member_free(m);
	spin_unlock(&front_members_lock);
}

/* ---- Forks ---------------------------------------------------------------------------- */

static DEFINE_MUTEX(front_fork_lock);
static struct tracepoint *front_fork_point;
static unsigned int front_fork_users;		/* front_fork_lock */

/* A tracepoint's probe: must not sleep.  The child has not run yet. */
static void front_fork_probe(void *data, struct task_struct *parent,
			     struct task_struct *child)
{
	struct front_session *s;

	if (!thread_group_leader(child))
		return;
	s = front_member_session(task_tgid(parent));
	if (!s)
		return;
	if (s->flags & VSYS_SESSION_INHERIT &&
	    front_member_add(s, task_tgid(child), GFP_ATOMIC) == -ENOMEM)
		pr_warn_ratelimited("no memory to count a child of process %d\n",
				    task_tgid_nr(parent));
	/* Never the last: front_session_close() waits for this. */
	front_session_put(s);
}

static void front_fork_find(struct tracepoint *point, void *data)
{
	if (!strcmp(point->name, "sched_process_fork"))
		front_fork_point = point;
}

int front_fork_follow(void)
{
	int err = 0;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		return -EOPNOTSUPP;
	mutex_lock(&front_fork_lock);
	if (!front_fork_users) {
		for_each_kernel_tracepoint(front_fork_find, NULL);
		err = front_fork_point ?
			      tracepoint_probe_register(front_fork_point,
							front_fork_probe, NULL) :
			      -EOPNOTSUPP;
	}
	if (!err)
		front_fork_users++;
	mutex_unlock(&front_fork_lock);
	return err;
}

void front_fork_leave(void)
{
	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		return;
	mutex_lock(&front_fork_lock);
	if (!--front_fork_users)
		tracepoint_probe_unregister(front_fork_point, front_fork_probe,
					    NULL);
	mutex_unlock(&front_fork_lock);
}
