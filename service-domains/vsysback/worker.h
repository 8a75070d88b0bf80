/* SPDX-License-Identifier: GPL-2.0-only */
/* Worker: a thread of the client's shadow, lent to the kernel. */
#ifndef VSYSBACK_WORKER_H
#define VSYSBACK_WORKER_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vsysback_channel;
struct vsysback_gauge;
struct vsysback_identity;

struct vsysback_worker {
	struct task_sleep_hook hook;
	struct vsysback_channel *channel;
	struct task_struct *task;
	struct list_head idle;
	struct list_head list;
	u64 scratch;
	u32 cursor, kernel_cursor;
	bool kernel_last;		/* it had the kernel's ring's turn */
	/* NULL: vsysd's own, with which no call is run. */
	struct vsysback_identity *identity;
	const struct cred *own_cred;	/* to go back to */
	unsigned int spin_us;		/* how long to poll before sleeping */
	spinlock_t slot_lock;
	int slot;			/* that it runs, as a region, or -1 */
	bool in_call;
	struct vsysback_gauge *gauge;	/* counting's; NULL: it does not count */
};

int vsysback_worker_serve(struct vsysback_channel *ch, u64 scratch);
void vsysback_worker_wake(struct vsysback_channel *ch);
int vsysback_worker_cancel(struct vsysback_channel *ch, u64 slot);
void vsysback_worker_settle(struct vsysback_channel *ch);

#endif /* VSYSBACK_WORKER_H */
