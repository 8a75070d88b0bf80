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

#include "check.h"

struct vsysback_poll;

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

struct vsysback_device {
	struct kref ref;
	struct xenbus_device *xdev;
	domid_t frontend;
	u32 class;
	char service[VSYS_SERVICE_NAME_MAX];

	/* Guards connected and the control channel's mapping. */
	struct mutex lock;
	bool connected;
	struct vsys_ring control;
	struct vsysback_mapping control_pages;
	int irq;
	struct task_struct *control_thread;
	wait_queue_head_t control_wait;
	bool control_kicked;
	unsigned int empty_bells;	/* in a row; its interrupt only */

	struct xarray channels;		/* by id */
	atomic_t nr_channels;
	wait_queue_head_t channels_wait;

	struct vsysback_counts __percpu *counts;
	struct delayed_work stats_work;
	char stats_last[160];
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
	struct vsys_ring ring;
	struct vsysback_mapping head_page, slot_pages;
	int irq;
	unsigned int empty_bells;	/* in a row; its interrupt only */
	u64 arena_base;
	u32 *granted;			/* bytes per slot's region */
	u32 pid;
	char comm[VSYS_COMM_MAX];

	spinlock_t lock;		/* all below; taken in interrupts */
	enum vsysback_channel_state state;
	bool ended;			/* vsysback_channel_end() was here */
	int open_slot, close_slot;	/* control slots to answer, or -1 */
	struct vsysback_worker *leader;
	struct list_head idle;		/* workers that follow */
	struct list_head workers;	/* all */
	unsigned int nr_idle, nr_workers;
	enum {
		VSYSBACK_WORKER_ENOUGH,
		VSYSBACK_WORKER_WANTED,		/* the manager will see it */
		VSYSBACK_WORKER_STARTING,	/* it is on its way */
	} wanted;
	struct list_head requests;
	struct vsysback_request *mapping;
	struct task_struct *shadow;	/* the manager thread */

	wait_queue_head_t manager_wait;
	struct list_head accept_list;
	struct delayed_work accept_timeout;

	struct vsys_creds creds;	/* under lock */
	u32 creds_generation;
	u32 umask_generation;		/* whose umask the shadow has */
	u64 heartbeat;

	spinlock_t event_lock;
	u32 event_prod;
	struct xarray polls;		/* by descriptor */
	struct mutex poll_lock;
};

struct vsysback_worker {
	struct task_sleep_hook hook;
	struct vsysback_channel *channel;
	struct task_struct *task;
	struct list_head idle;
	struct list_head list;
	u64 scratch;
	u32 cursor;
	u32 creds_generation;
	unsigned int spin_us;		/* how long to poll before sleeping */
	spinlock_t slot_lock;
	int slot;			/* that it runs, or -1 */
	bool in_call;
};

/* device.c */
extern struct xenbus_driver vsysback_driver;
void vsysback_device_put(struct vsysback_device *dev);
void vsysback_device_eoi(int irq, const struct vsys_ring *ring,
			 unsigned int *empty);
void vsysback_device_reply(struct vsysback_device *dev, u32 slot, s64 ret);

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

/* worker.c */
int vsysback_worker_serve(struct vsysback_channel *ch, u64 scratch);
void vsysback_worker_wake(struct vsysback_channel *ch);
int vsysback_worker_cancel(struct vsysback_channel *ch, u64 slot);

/* dispatch.c */
s64 vsysback_dispatch(struct vsysback_worker *w, u32 slot,
		      struct vsys_call *call);

/* poll.c */
s64 vsysback_poll_arm(struct vsysback_channel *ch, int fd, u32 events,
		      u32 cookie);
void vsysback_poll_disarm(struct vsysback_channel *ch, int fd);
void vsysback_poll_disarm_all(struct vsysback_channel *ch);

/* creds.c */
int vsysback_creds_check(const struct vsys_creds *creds);
void vsysback_creds_limits(u64 files, u64 fsize);
int vsysback_creds_apply(struct vsysback_worker *w);

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
