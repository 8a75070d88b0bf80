// SPDX-License-Identifier: GPL-2.0-only
/* Device: one user domain that uses this service. */
#include <linux/slab.h>

#include "control.h"
#include "counting/counting.h"
#include "device.h"
#include "stats.h"

static void back_device_free(struct kref *ref)
{
	struct back_device *dev = container_of(ref, struct back_device, ref);

	put_device(&dev->xdev->dev);
	xa_destroy(&dev->channels);
	xa_destroy(&dev->users);
	back_counting_device_free(dev);
	free_percpu(dev->stats);
	kfree(dev);
}

/* NULL: no memory. */
struct back_device *back_device_make(struct xenbus_device *xdev)
{
	struct back_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	kref_init(&dev->ref);
	dev->xdev = xdev;
	get_device(&xdev->dev);
	dev->frontend = xdev->otherend_id;
	back_control_init(&dev->control);
	mutex_init(&dev->lock);
	init_waitqueue_head(&dev->channels_wait);
	mutex_init(&dev->users_lock);
	xa_init(&dev->users);
	xa_init_flags(&dev->channels, XA_FLAGS_ALLOC);
	dev->stats = alloc_percpu(struct back_stats);
	if (dev->stats && !back_counting_device_make(dev))
		return dev;
	back_device_put(dev);
	return NULL;
}

struct back_device *back_device_get(struct back_device *dev)
{
	kref_get(&dev->ref);
	return dev;
}

void back_device_put(struct back_device *dev)
{
	kref_put(&dev->ref, back_device_free);
}
