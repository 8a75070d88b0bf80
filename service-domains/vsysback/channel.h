/* SPDX-License-Identifier: GPL-2.0-only */
/* Channel: the memory shared with one client process. */
#ifndef VSYSBACK_CHANNEL_H
#define VSYSBACK_CHANNEL_H

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

struct vsysback_counting;
struct vsysback_device;
struct vsysback_identity;
struct vsysback_job;
struct vsysback_user;
struct vsysback_worker;

enum vsysback_channel_state {
	VSYSBACK_CHANNEL_WAITING,	/* for a shadow to accept it */
	VSYSBACK_CHANNEL_ACCEPTED,	/* a shadow maps and starts */
	VSYSBACK_CHANNEL_SERVING,
	VSYSBACK_CHANNEL_ENDING,	/* told to end; the shadow may still run */
	VSYSBACK_CHANNEL_DEAD,		/* the shadow is gone */
};

struct vsysback_channel {
	struct kref ref;
	struct vsysback_device *dev;
	u32 id;
	struct vsys_ring ring;		/* the program's */
	struct vsys_ring kernel;	/* the user domain's kernel's */
	struct vsysback_mapping ring_pages, kernel_pages;
	struct vsysback_bell bell;
	u64 arena_base;
	u32 *granted;			/* bytes per region */
	unsigned long *growing;		/* a bit per region: ARENA unanswered */
	u32 pid;
	char comm[VSYS_COMM_MAX];
	struct vsysback_user *user;

	spinlock_t lock;		/* all below; taken in interrupts */
	enum vsysback_channel_state state;
	bool ended;			/* vsysback_channel_end() was here */
	int open_slot, close_slot;	/* control slots to answer, or -1 */
	struct vsysback_worker *leader;
	struct list_head idle;		/* workers that follow */
	struct list_head workers;	/* all */
	unsigned int nr_idle, nr_workers;
	unsigned int nr_charged;	/* workers, to the user's quota */
	enum {
		VSYSBACK_WORKER_ENOUGH,
		VSYSBACK_WORKER_WANTED,		/* the manager will see it */
		VSYSBACK_WORKER_STARTING,	/* it is on its way */
	} wanted;
	unsigned long start_after;	/* jiffies: the last one did not start */
	bool starved;			/* the last worker gets no follower */
	bool retired;			/* the program's ring is not served */
	u32 nr_pages, nr_files;		/* charged */
	struct list_head jobs;	/* for the manager */
	struct vsysback_job *mapping;	/* the one that it is at */
	struct task_struct *shadow;	/* the manager thread */

	wait_queue_head_t manager_wait;
	struct list_head accept_list;
	struct delayed_work accept_timeout;

	struct mutex creds_lock;	/* creds.c; all of these */
	struct vsysback_identity *identity;	/* never NULL */
	struct vsysback_identity **apart;	/* by slot; or NULL; release */
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
	struct xarray polls;		/* by descriptor */
	struct mutex poll_lock;

	struct vsysback_counting *counting;
};

int vsysback_channel_open(struct vsysback_device *dev, u32 slot,
			  const struct vsys_open *open);
struct vsysback_channel *vsysback_channel_get(struct vsysback_device *dev,
					      u64 id);
void vsysback_channel_put(struct vsysback_channel *ch);
struct vsysback_channel *vsysback_channel_accept(void);
void vsysback_channel_serving(struct vsysback_channel *ch);
void vsysback_channel_end(struct vsysback_channel *ch, int close_slot);
void vsysback_channel_dead(struct vsysback_channel *ch);
bool vsysback_channel_asleep(struct vsysback_channel *ch);
void vsysback_channel_awake(struct vsysback_channel *ch);
void vsysback_channel_retire(struct vsysback_channel *ch);

static inline bool vsysback_channel_live(const struct vsysback_channel *ch)
{
	return READ_ONCE(ch->state) <= VSYSBACK_CHANNEL_SERVING;
}

#endif /* VSYSBACK_CHANNEL_H */
