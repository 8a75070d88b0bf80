/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device: one user domain that uses this service.  Who holds whom, and the order
 * of locks: README.md.
 */
#ifndef BACK_DEVICE_H
#define BACK_DEVICE_H

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

struct back_counting_share;
struct back_stats;

struct back_device {
	struct kref ref;
	struct xenbus_device *xdev;
	domid_t frontend;
	u32 class;
	u32 features;			/* that the frontend has taken */
	char service[VSYS_SERVICE_NAME_MAX];

	struct back_control control;

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
	u32 used[BACK_RESOURCES];	/* quota.c */

	struct back_counting_share *counting;

	struct back_stats __percpu *stats;
	struct delayed_work stats_work;
	char stats_last[320];
	bool stats_on;
};

struct back_device *back_device_make(struct xenbus_device *xdev);
struct back_device *back_device_get(struct back_device *dev);
void back_device_put(struct back_device *dev);

#endif /* BACK_DEVICE_H */
