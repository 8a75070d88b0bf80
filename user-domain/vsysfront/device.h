/* SPDX-License-Identifier: GPL-2.0-only */
/* Device: one xenbus device, which joins this domain to one service domain. */
#ifndef FRONT_DEVICE_H
#define FRONT_DEVICE_H

#include "vsysfront.h"
#include "control.h"
#include <linux/kref.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>

struct front_device {
	struct kref kref;
	struct list_head node;		/* front_devices_lock */
	struct xenbus_device *xdev;	/* until remove; xenbus callbacks only */
	domid_t domid;
	u32 number;
	char service[VSYS_SERVICE_NAME_MAX];
	u32 class;
	u32 features;
	bool connected;
	bool dead;
	int refused;			/* why it never connected: -errno */
	bool has_control;
	struct front_control control;

	spinlock_t lock;
	struct list_head channels;	/* lock */
	u32 inspections;		/* lock; for sandboxes, so far */
	u32 nr_channels;		/* lock */
	u64 closed_calls, closed_bells;	/* lock; of channels that are gone */
	atomic_t nr_pages;		/* granted for channels */

	struct delayed_work stats_work;
	u64 stats_last[6];		/* as written; stats_work only */
	bool stats_written;
};

int front_device_register(void);
void front_device_unregister(void);
struct front_device *front_device_find(const char *service, u32 class);
void front_device_get(struct front_device *dev);
void front_device_put(struct front_device *dev);

#endif /* FRONT_DEVICE_H */
