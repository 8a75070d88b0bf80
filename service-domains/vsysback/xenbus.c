// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xenbus: how a device begins and ends.  States and nodes: docs/protocol.md,
 * section 1.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <virtuos/class.h>
#include <virtuos/control.h>
#include <virtuos/vsys.h>

#include "channel.h"
#include "control.h"
#include "counting/counting.h"
#include "device.h"
#include "requests.h"
#include "stats.h"
#include "xenbus.h"

/* What waits for shadows to end: not for the thread of all xenbus devices. */
static struct workqueue_struct *back_xenbus_wq;

static u32 back_xenbus_offers(void)
{
	return (VSYS_FEATURES & ~VSYS_FEATURE_COUNTERS) |
	       back_counting_features();
}

/* Give up: say why where the toolstack finds it, and close. */
static void back_xenbus_fail(struct xenbus_device *xdev, int err,
			     const char *why)
{
	struct back_device *dev = dev_get_drvdata(&xdev->dev);

	if (dev)
		dev->refused = true;
	xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_ERROR, "%s", why);
	xenbus_dev_fatal(xdev, err, "%s", why);
}

/* Where the frontend says that its control channel is. */
static int back_xenbus_map(struct back_device *dev)
{
	grant_ref_t refs[VSYS_CONTROL_PAGES];
	struct xenbus_device *xdev = dev->xdev;
	unsigned int i, port;
	char node[24];
	int err;

	for (i = 0; i < VSYS_CONTROL_PAGES; i++) {
		snprintf(node, sizeof(node), VSYS_NODE_CONTROL_REF, i);
		err = xenbus_scanf(XBT_NIL, xdev->otherend, node, "%u",
				   &refs[i]);
		if (err != 1)
			return -EPROTO;
	}
	err = xenbus_scanf(XBT_NIL, xdev->otherend, VSYS_NODE_EVENT_CHANNEL,
			   "%u", &port);
	if (err != 1)
		return -EPROTO;
	return back_control_map(dev, refs, port);
}

static int back_xenbus_connect(struct back_device *dev)
{
	struct xenbus_device *xdev = dev->xdev;
	unsigned int version, features;
	int err;

	if (dev->control.connected)
		return 0;
	/* However often the other end asks, it is told once. */
	if (dev->refused || READ_ONCE(dev->end_state))
		return -EPROTO;
	version = xenbus_read_unsigned(xdev->otherend, VSYS_NODE_VERSION, 0);
	if (version != VSYS_VERSION) {
		back_xenbus_fail(xdev, -EPROTO,
				 "vsysfront speaks another version of the protocol: use the same release of VirtuOS in both domains");
		return -EPROTO;
	}
	features = xenbus_read_unsigned(xdev->otherend, VSYS_NODE_FEATURES, 0);
	if (features & ~back_xenbus_offers()) {
		back_xenbus_fail(xdev, -EPROTO,
				 "vsysfront asks for features that were not offered: use the same release of VirtuOS in both domains");
		return -EPROTO;
	}
	dev->features = features;
	err = back_xenbus_map(dev);
	if (err) {
		back_xenbus_fail(xdev, err,
				 "cannot map the control channel: check max_maptrack_frames of this domain");
		return err;
	}
	err = back_control_start(dev, back_request_handle);
	if (err) {
		back_control_unmap(dev);
		back_xenbus_fail(xdev, err, "cannot start the control thread");
		return err;
	}
	back_stats_start(dev);
	return 0;
}

/* The frontend is gone: end every channel, then unmap. */
static void back_xenbus_disconnect(struct back_device *dev)
{
	struct back_channel *ch;
	unsigned long id;

	if (!dev->control.connected)
		return;
	back_stats_stop(dev);
	back_control_stop(dev);
	xa_for_each(&dev->channels, id, ch) {
		ch = back_channel_get(dev, id);
		if (ch) {
			back_channel_end(ch, -1);
			back_channel_put(ch);
		}
	}
	/*
	 * Channels hold mappings made through this xenbus device; a shadow
	 * was killed, so it ends, unless its kernel thread hangs in a driver.
	 */
	if (!wait_event_timeout(dev->channels_wait,
				!atomic_read(&dev->nr_channels), 30 * HZ))
		dev_err(&dev->xdev->dev,
			"%d shadows of domain %u do not end; their memory stays mapped\n",
			atomic_read(&dev->nr_channels), dev->frontend);
	back_control_unmap(dev);
}

static void back_xenbus_end_work(struct work_struct *work)
{
	struct back_device *dev =
		container_of(work, struct back_device, end_work);
	struct xenbus_device *xdev = dev->xdev;
	enum xenbus_state state;

	back_xenbus_disconnect(dev);
	mutex_lock(&dev->lock);
	state = dev->end_state;
	mutex_unlock(&dev->lock);
	if (!READ_ONCE(dev->removed))
		xenbus_switch_state(xdev, state);
	back_device_put(dev);
}

/*
 * Ends it behind the caller's back: shadows may take their time, and the caller
 * is the one thread of all xenbus devices.  The device itself goes when the
 * toolstack removes its directory.
 */
static void back_xenbus_end(struct back_device *dev, enum xenbus_state state)
{
	mutex_lock(&dev->lock);
	if (dev->end_state < state) {
		WRITE_ONCE(dev->end_state, state);
		back_device_get(dev);
		if (!queue_work(back_xenbus_wq, &dev->end_work))
			back_device_put(dev);
	}
	mutex_unlock(&dev->lock);
}

static void back_xenbus_changed(struct xenbus_device *xdev,
				enum xenbus_state state)
{
	struct back_device *dev = dev_get_drvdata(&xdev->dev);

	switch (state) {
	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (!back_xenbus_connect(dev) &&
		    xdev->state != XenbusStateConnected)
			xenbus_switch_state(xdev, XenbusStateConnected);
		break;
	case XenbusStateClosing:
		back_xenbus_end(dev, XenbusStateClosing);
		break;
	case XenbusStateUnknown:
	case XenbusStateClosed:
		back_xenbus_end(dev, XenbusStateClosed);
		break;
	default:
		break;
	}
}

static int back_xenbus_class(struct back_device *dev)
{
	char *class, *service;

	class = xenbus_read(XBT_NIL, dev->xdev->nodename, VSYS_NODE_CLASS,
			    NULL);
	if (IS_ERR(class))
		return PTR_ERR(class);
	dev->class = vsys_class_parse(class);
	kfree(class);
	service = xenbus_read(XBT_NIL, dev->xdev->nodename, VSYS_NODE_SERVICE,
			      NULL);
	if (!IS_ERR(service)) {
		strscpy(dev->service, service, sizeof(dev->service));
		kfree(service);
	}
	return dev->class ? 0 : -EINVAL;
}

static int back_xenbus_probe(struct xenbus_device *xdev,
			     const struct xenbus_device_id *id)
{
	struct back_device *dev = back_device_make(xdev);
	int err;

	if (!dev)
		return -ENOMEM;
	INIT_WORK(&dev->end_work, back_xenbus_end_work);
	dev_set_drvdata(&xdev->dev, dev);
	err = back_xenbus_class(dev);
	if (err) {
		back_xenbus_fail(xdev, err,
				 "node \"class\" must be " VSYS_CLASS_CHOICE);
		goto fail;
	}
	err = sysfs_create_group(&xdev->dev.kobj, &back_stats_group);
	if (err)
		goto fail;
	err = xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_VERSION, "%u",
			    VSYS_VERSION);
	if (!err)
		err = xenbus_printf(XBT_NIL, xdev->nodename,
				    VSYS_NODE_FEATURES, "%u",
				    back_xenbus_offers());
	if (!err)
		err = xenbus_switch_state(xdev, XenbusStateInitWait);
	if (!err)
		return 0;
	sysfs_remove_group(&xdev->dev.kobj, &back_stats_group);
fail:
	dev_set_drvdata(&xdev->dev, NULL);
	back_device_put(dev);
	return err;
}

static void back_xenbus_remove(struct xenbus_device *xdev)
{
	struct back_device *dev = dev_get_drvdata(&xdev->dev);

	if (!dev)
		return;
	WRITE_ONCE(dev->removed, true);
	sysfs_remove_group(&xdev->dev.kobj, &back_stats_group);
	dev_set_drvdata(&xdev->dev, NULL);
	back_xenbus_end(dev, XenbusStateClosed);
	back_device_put(dev);
}

static const struct xenbus_device_id back_ids[] = {
	{ VSYS_DEVICE_TYPE },
	{ "" },
};

static struct xenbus_driver back_driver = {
	.ids = back_ids,
	.probe = back_xenbus_probe,
	.remove = back_xenbus_remove,
	.otherend_changed = back_xenbus_changed,
};

int back_xenbus_register(void)
{
	int err;

	back_xenbus_wq = alloc_workqueue("vsysback", WQ_UNBOUND, 0);
	if (!back_xenbus_wq)
		return -ENOMEM;
	err = xenbus_register_backend(&back_driver);
	if (err)
		destroy_workqueue(back_xenbus_wq);
	return err;
}

void back_xenbus_unregister(void)
{
	xenbus_unregister_driver(&back_driver);
	destroy_workqueue(back_xenbus_wq);
}
