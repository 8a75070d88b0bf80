/* SPDX-License-Identifier: GPL-2.0-only */
/* Worker: a thread of the client's shadow, lent to the kernel. */
#ifndef BACK_WORKER_H
#define BACK_WORKER_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct back_channel;
struct back_gauge;
struct back_identity;
struct back_watch;

struct back_worker {
	struct task_sleep_hook hook;
	struct back_channel *channel;
	struct task_struct *task;
	struct list_head idle;
	struct list_head list;
	u64 scratch;
	u32 cursor, kernel_cursor;
	bool kernel_last;		/* it had the kernel's ring's turn */
	/* NULL: vsysd's own, with which no call is run. */
	struct back_identity *identity;
	const struct cred *own_cred;	/* to go back to */
	struct back_watch *watch;	/* that it has, or NULL; written under its lock */
	struct back_watch *parked_at;	/* its own: where it has been parked */
	struct list_head parked;
	unsigned long looked;		/* jiffies: when it looked at who is parked */
	unsigned int row;		/* what it claimed since */
	spinlock_t region_lock;
	int region;			/* of the call that it runs, or -1 */
	bool in_call;
	struct back_gauge *gauge;	/* counting's; NULL: it does not count */
};

int back_worker_serve(struct back_channel *ch, u64 scratch);
void back_worker_wake(struct back_channel *ch);
int back_worker_cancel(struct back_channel *ch, u64 region);
void back_worker_settle(struct back_channel *ch);

#endif /* BACK_WORKER_H */
