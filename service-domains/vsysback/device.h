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
#include <virtuos/vsys.h>
#include <xen/xenbus.h>

#include "control.h"
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

	struct vsysback_control control;

	bool refused;			/* it never connects: said once */
	bool removed;			/* its xenbus device is bound no more */
	struct work_struct end_work;
	struct mutex lock;
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

struct vsysback_device *vsysback_device_make(struct xenbus_device *xdev);
struct vsysback_device *vsysback_device_get(struct vsysback_device *dev);
void vsysback_device_put(struct vsysback_device *dev);

#endif /* VSYSBACK_DEVICE_H */
