/* SPDX-License-Identifier: GPL-2.0-only */
/* Channel: what one process shares with one service domain. */
#ifndef FRONT_CHANNEL_H
#define FRONT_CHANNEL_H

#include "vsysfront.h"
#include "device.h"
#include "memory.h"
#include "ring.h"
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <virtuos/front.h>

struct front_counting;
struct front_region;
struct front_user;

struct front_channel {
	struct kref kref;
	atomic_t uses;			/* by who needs the shadow */
	struct front_device *dev;
	struct list_head node;		/* dev->lock */
	u32 inspected;			/* dev->lock; the last inspection */
	struct hlist_node by_owner;	/* front_owners_lock */
	struct mm_struct *mm;		/* the owner's (mmgrab) */
	struct pid *owner;		/* the owner's, as a process */
	pid_t tgid;			/* the same, for people */
	struct front_user *user;
	s32 id;				/* B's name for it; -1: none */
	bool announced;			/* others find it */
	u64 arena_base;
	u32 nr_slots;			/* the program's */
	struct front_memory program;	/* the program's ring */
	struct front_ring kernel;	/* this kernel's; and who sleeps on either */
	struct vsys_readiness *ready;	/* poll.c; NULL: B has no words */
	grant_ref_t ready_ref;		/* 0: not granted */
	struct vsys_local *local;	/* one page, not granted */
	struct mutex grow;
	struct front_region **regions;	/* of all slots; set once, under grow */
	u32 nr_pages;			/* charged; grow */
	u64 memlock;			/* pages that its owner may lock */
	struct xarray remotes;		/* remote.c: placeholders by descriptor */
	wait_queue_head_t remotes_wait;	/* one has been closed */
	/* A bit for each of the program's slots that somebody sleeps on. */
	DECLARE_BITMAP(waited, VSYS_SLOTS_MAX);
	u32 event_cons;			/* hard irq only */
	bool eoi_owed;			/* to be given by wake_work */
	struct work_struct wake_work;
	atomic_t unresponsive;		/* something timed out, nothing since */
	atomic64_t calls;		/* the kernel's own */

	struct mutex creds_lock;
	const struct cred *cred;	/* creds_lock; attested for all slots */
	const struct cred **apart;	/* creds_lock; by slot; or NULL */
	u64 creds_number;		/* creds_lock; of the last CREDS */
	bool creds_doubtful;		/* creds_lock; B may have others */

	struct front_counting *counting;	/* the wing's, for itself */
	struct work_struct close_work;
	struct work_struct retire_work;
};

struct front_channel *front_channel_open(struct vsys_front_open *open);
bool front_channel_use(struct front_channel *ch);
void front_channel_unuse(struct front_channel *ch);
void front_channel_get(struct front_channel *ch);
void front_channel_put(struct front_channel *ch);
void front_channel_kill(struct front_channel *ch);
void front_channel_finish(struct front_channel *ch);
void front_channel_retire(struct front_channel *ch);
bool front_channel_sandboxed(struct front_channel *ch);
struct vsys_slot *front_channel_slot(struct front_channel *ch, u32 region);
void front_channel_submit(struct front_channel *ch, u32 slot);
int front_channel_charge(struct front_channel *ch, u32 pages);
void front_channel_return(struct front_channel *ch, u32 pages);
u64 front_channel_calls(struct front_channel *ch);
void front_channel_note_close(const char *service);
struct front_channel *front_channel_mine(struct front_device *dev);
u32 front_channel_owned(struct mm_struct *mm, struct front_channel **found,
			u32 max);
bool front_channel_alive(struct front_channel *ch);
int front_channel_init(void);
void front_channel_exit(void);

#endif /* FRONT_CHANNEL_H */
