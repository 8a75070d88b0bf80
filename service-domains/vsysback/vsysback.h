/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsysback: the backend of vsys devices, in a service domain.
 *
 *	device	one user domain that uses this service; has a control channel
 *	channel	the memory shared with one client process
 *	worker	a thread of the client's shadow, lent to the kernel
 *
 * A channel holds a reference to its device; the shadow's open file and the
 * device's table hold references to the channel.
 */
#ifndef VSYSBACK_H
#define VSYSBACK_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <xen/grant_table.h>
#include <xen/xenbus.h>

#include <virtuos/back.h>
#include <virtuos/calls.h>
#include <virtuos/ring.h>
#include <virtuos/share.h>

#include "check.h"

struct vsysback_counting;
struct vsysback_counting_share;
struct vsysback_gauge;
struct vsysback_identity;
struct vsysback_poll;
struct vsysback_user;

/* Counters of a device; one copy per processor. */
struct vsysback_counts {
	u64 calls[VSYS_NR_SYSCALLS];
	u64 own;		/* the protocol's own calls */
	u64 errors;
	u64 sleeps;
	u64 bells;
};

/* Granted pages that this kernel has mapped in a row. */
#define VSYSBACK_MAP_PAGES	16u

struct vsysback_mapping {
	void *address;
	unsigned int nr;
	grant_handle_t handles[VSYSBACK_MAP_PAGES];
};

/* What is divided among user domains and their users: quota.c. */
enum vsysback_resource {
	VSYSBACK_CHANNELS,
	VSYSBACK_WORKERS,		/* besides the first of each channel */
	VSYSBACK_PAGES,			/* of channels: rings and arenas */
	VSYSBACK_FILES,			/* open for clients */
	VSYSBACK_RESOURCES,
};

/*
 * The end of a doorbell's interrupt is given by the thread that does the work,
 * when it has done all of it and goes to sleep: until then Xen's event code
 * keeps the doorbell quiet.
 */
struct vsysback_bell {
	int irq;
	atomic_t owed;			/* an interrupt waits for its end */
	bool worked;			/* the thread's: since the last end */
	unsigned int empty;		/* the thread's: bells in a row for nothing */
};

struct vsysback_device {
	struct kref ref;
	struct xenbus_device *xdev;
	domid_t frontend;
	u32 class;
	u32 features;			/* that the frontend has taken */
	char service[VSYS_SERVICE_NAME_MAX];

	/* Guards connected and the control channel's mapping. */
	struct mutex lock;
	bool connected;
	struct vsys_ring control;
	struct vsysback_mapping control_pages;
	struct vsysback_bell bell;
	struct task_struct *control_thread;
	wait_queue_head_t control_wait;
	bool control_kicked;
	/* lock; a bit for each control slot whose request has not been answered. */
	unsigned long unanswered;

	bool refused;			/* it never connects: said once */
	bool removed;			/* its xenbus device is bound no more */
	struct work_struct end_work;
	enum xenbus_state end_state;	/* lock; what the work leads to */

	struct xarray channels;		/* by id */
	atomic_t nr_channels;
	wait_queue_head_t channels_wait;

	struct mutex users_lock;
	struct xarray users;		/* by id; users_lock */
	u32 used[VSYSBACK_RESOURCES];	/* quota.c */

	struct vsysback_counting_share *counting;

	struct vsysback_counts __percpu *counts;
	struct delayed_work stats_work;
	char stats_last[320];
	bool stats_on;
};

enum vsysback_channel_state {
	VSYSBACK_CHANNEL_WAITING,	/* for a shadow to accept it */
	VSYSBACK_CHANNEL_ACCEPTED,	/* a shadow maps and starts */
	VSYSBACK_CHANNEL_SERVING,
	VSYSBACK_CHANNEL_ENDING,	/* told to end; the shadow may still run */
	VSYSBACK_CHANNEL_DEAD,		/* the shadow is gone */
};

/* A request that the shadow's manager thread carries out. */
struct vsysback_request {
	struct list_head list;
	u32 slot;			/* control slot to answer */
	enum { VSYSBACK_MAP, VSYSBACK_INSTALL } kind;
	/* MAP */
	u32 region;			/* slot whose region grows */
	u32 offset;			/* bytes */
	u32 nr_refs;
	/* INSTALL */
	struct file *file;
	u32 refs[];
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
	struct list_head requests;
	struct vsysback_request *mapping;
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

/* device.c */
int vsysback_device_register(void);
void vsysback_device_unregister(void);
void vsysback_device_put(struct vsysback_device *dev);
void vsysback_device_reply(struct vsysback_device *dev, u32 slot, s64 ret);

/* bell.c */
void vsysback_bell_rang(struct vsysback_bell *bell);
void vsysback_bell_end(struct vsysback_bell *bell);

/* quota.c */
u32 vsysback_quota_allowed(enum vsysback_resource r);
int vsysback_quota_charge(struct vsysback_channel *ch,
			  enum vsysback_resource r, u32 n);
void vsysback_quota_return(struct vsysback_channel *ch,
			   enum vsysback_resource r, u32 n);
void vsysback_quota_report(struct vsysback_device *dev);
struct vsysback_user *vsysback_user_get(struct vsysback_device *dev, u32 uid);
void vsysback_user_put(struct vsysback_user *user);
u32 vsysback_user_uid(const struct vsysback_user *user);

/* map.c */
int vsysback_map(struct vsysback_mapping *m, domid_t frontend,
		 const grant_ref_t *refs, unsigned int nr);
void vsysback_unmap(struct vsysback_mapping *m);

/* control.c */
int vsysback_control_run(void *dev);

/* channel.c */
int vsysback_channel_open(struct vsysback_device *dev, u32 slot,
			  const struct vsys_open *open);
struct vsysback_channel *vsysback_channel_get(struct vsysback_device *dev,
					      u64 id);
void vsysback_channel_put(struct vsysback_channel *ch);
struct vsysback_channel *vsysback_channel_accept(void);
void vsysback_channel_serving(struct vsysback_channel *ch);
void vsysback_channel_end(struct vsysback_channel *ch, int close_slot);
void vsysback_channel_dead(struct vsysback_channel *ch);
void vsysback_channel_ring(struct vsysback_channel *ch);
bool vsysback_channel_live(struct vsysback_channel *ch);
bool vsysback_channel_asleep(struct vsysback_channel *ch);
void vsysback_channel_awake(struct vsysback_channel *ch);
void vsysback_channel_retire(struct vsysback_channel *ch);
int vsysback_channel_charge(struct vsysback_channel *ch, u32 pages);
int vsysback_files_take(struct vsysback_channel *ch);
void vsysback_files_give(struct vsysback_channel *ch);
void vsysback_channel_return(struct vsysback_channel *ch, u32 pages);

/* worker.c */
int vsysback_worker_serve(struct vsysback_channel *ch, u64 scratch);
void vsysback_worker_wake(struct vsysback_channel *ch);
int vsysback_worker_cancel(struct vsysback_channel *ch, u64 slot);
void vsysback_worker_settle(struct vsysback_channel *ch);

/* dispatch.c */
s64 vsysback_dispatch(struct vsysback_worker *w, u32 slot,
		      struct vsys_call *call);
bool vsysback_dispatch_waits(const struct vsys_call *call);

/* lock.c */
void vsysback_lock_answer(struct vsysback_channel *ch,
			  const struct vsys_call *call);

/* poll.c */
s64 vsysback_poll_arm(struct vsysback_channel *ch, int fd, u32 events,
		      u32 cookie);
void vsysback_poll_disarm(struct vsysback_channel *ch, int fd);
void vsysback_poll_closed(struct vsysback_channel *ch, int fd);
void vsysback_poll_disarm_all(struct vsysback_channel *ch);

/* creds.c */
int vsysback_creds_check(const struct vsys_creds *creds);
struct vsysback_identity *
vsysback_identity_make(const struct vsys_creds *attested);
void vsysback_identity_put(struct vsysback_identity *id);
int vsysback_creds_set(struct vsysback_channel *ch, u64 slot, u64 number,
		       bool reset, const struct vsys_creds *attested);
void vsysback_creds_free(struct vsysback_channel *ch);
void vsysback_creds_limits(u64 files, u64 fsize);
int vsysback_creds_apply(struct vsysback_worker *w, u32 slot);
void vsysback_creds_drop(struct vsysback_worker *w);

/* manage.c */
int vsysback_manage(struct vsysback_channel *ch, s32 result,
		    struct vsys_back_manage *out);
int vsysback_manage_post(struct vsysback_channel *ch,
			 struct vsysback_request *request);
void vsysback_manage_flush(struct vsysback_channel *ch);
struct file *vsysback_manage_file(struct vsysback_channel *ch, int fd);

/* chardev.c */
int vsysback_chardev_register(void);
void vsysback_chardev_unregister(void);
extern struct list_head vsysback_accept_queue;
extern spinlock_t vsysback_accept_lock;
extern wait_queue_head_t vsysback_accept_wait;

/* stats.c */
void vsysback_stats_start(struct vsysback_device *dev);
void vsysback_stats_stop(struct vsysback_device *dev);
extern const struct attribute_group vsysback_stats_group;
#define vsysback_count(dev, field) this_cpu_inc((dev)->counts->field)

#endif /* VSYSBACK_H */
