/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device: one user domain that uses this service.  Who holds whom, and the order
 * of locks: README.md.
 */
#ifndef VSYSBACK_DEVICE_H
#define VSYSBACK_DEVICE_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <virtuos/control.h>
#include <virtuos/ring.h>
#include <xen/xenbus.h>

#include "bell.h"
#include "map.h"
#include "quota.h"

struct vsysback_counting_share;
struct vsysback_counts;

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

int vsysback_device_register(void);
void vsysback_device_unregister(void);
void vsysback_device_put(struct vsysback_device *dev);
void vsysback_device_reply(struct vsysback_device *dev, u32 slot, s64 ret);

#endif /* VSYSBACK_DEVICE_H */
