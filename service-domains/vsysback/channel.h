/* SPDX-License-Identifier: GPL-2.0-only */
/* Channel: the memory shared with one client process. */
#ifndef BACK_CHANNEL_H
#define BACK_CHANNEL_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <virtuos/control.h>
#include <virtuos/ring.h>

#include "bell.h"
#include "map.h"

struct back_counting;
struct back_device;
struct back_identity;
struct back_job;
struct back_user;
struct back_worker;

enum back_channel_state {
	BACK_CHANNEL_WAITING,	/* for a shadow to accept it */
	BACK_CHANNEL_ACCEPTED,	/* a shadow maps and starts */
	BACK_CHANNEL_SERVING,
	BACK_CHANNEL_ENDING,	/* told to end; the shadow may still run */
	BACK_CHANNEL_DEAD,	/* the shadow is gone */
};

struct back_channel {
	struct kref ref;
	struct back_device *dev;
	u32 id;
	struct vsys_ring program;	/* the program's */
	struct vsys_ring kernel;	/* the user domain's kernel's */
	struct vsys_readiness *ready;	/* NULL: none */
	struct back_mapping program_pages, kernel_pages, ready_page;
	struct back_bell bell;
	unsigned long called;		/* jiffies: when it had its last call */
	u64 arena_base;
	u32 *granted;			/* bytes per region */
	unsigned long *growing;		/* a bit per region: ARENA unanswered */
	u32 pid;
	char comm[VSYS_COMM_MAX];
	struct back_user *user;

	spinlock_t lock;		/* all below; taken in interrupts */
	enum back_channel_state state;
	bool ended;			/* back_channel_end() was here */
	int open_slot, close_slot;	/* control slots to answer, or -1 */
	struct back_worker *leader;
	bool asleep;			/* it is announced that nobody polls */
	struct list_head idle;		/* workers that follow */
	struct list_head workers;	/* all */
	unsigned int nr_idle, nr_workers;
	unsigned int nr_charged;	/* workers, to the user's quota */
	enum {
		BACK_WORKER_ENOUGH,
		BACK_WORKER_WANTED,	/* the manager will see it */
		BACK_WORKER_STARTING,	/* it is on its way */
	} wanted;
	unsigned long start_after;	/* jiffies: the last one did not start */
	bool starved;			/* the last worker gets no follower */
	bool retired;			/* the program's ring is not served */
	u32 nr_pages, nr_files;		/* charged */
	struct list_head jobs;		/* for the manager */
	struct back_job *mapping;	/* the one that it is at */
	struct task_struct *shadow;	/* the manager thread */

	wait_queue_head_t manager_wait;
	struct list_head accept_list;
	struct delayed_work accept_timeout;

	struct mutex creds_lock;	/* creds.c; all of these */
	struct back_identity *identity; /* never NULL */
	struct back_identity **apart;	/* by slot; or NULL; release */
	unsigned int nr_apart;
	u64 creds_number;		/* of the last CREDS */
	struct {
		u32 umask;
		u64 files, fsize;
	} process;
	bool process_changed;
	u64 heartbeat;

	spinlock_t event_lock;
	u32 event_prod;
	struct mutex poll_lock;		/* poll.c; all of these */
	struct xarray polls;		/* by descriptor */
	struct xarray shared;		/* likewise: another shadow has it, too */
	DECLARE_BITMAP(words, VSYS_READY);	/* of ready; somebody's */

	struct back_counting *counting;
};

int back_channel_open(struct back_device *dev, u32 open_slot,
		      const struct vsys_open *open);
struct back_channel *back_channel_get(struct back_device *dev, u64 id);
void back_channel_put(struct back_channel *ch);
struct back_channel *back_channel_accept(void);
void back_channel_serving(struct back_channel *ch);
void back_channel_end(struct back_channel *ch, int close_slot);
void back_channel_dead(struct back_channel *ch);
bool back_channel_sleep(struct back_channel *ch);
void back_channel_wake(struct back_channel *ch);
void back_channel_retire(struct back_channel *ch);

static inline bool back_channel_live(const struct back_channel *ch)
{
	return READ_ONCE(ch->state) <= BACK_CHANNEL_SERVING;
}

/* Has it a call that nobody has claimed? */
static inline bool back_channel_pending(const struct back_channel *ch)
{
	return vsys_ring_pending(&ch->kernel) ||
	       (!READ_ONCE(ch->retired) && vsys_ring_pending(&ch->program));
}

#endif /* BACK_CHANNEL_H */
