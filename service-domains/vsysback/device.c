// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device: the xenbus side.  States and nodes: docs/protocol.md, section 1.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <virtuos/class.h>
#include <virtuos/vsys.h>

#include "bell.h"
#include "channel.h"
#include "control.h"
#include "counting/counting.h"
#include "device.h"
#include "map.h"
#include "stats.h"

/* What waits for shadows to end: not for the thread of all xenbus devices. */
static struct workqueue_struct *vsysback_device_wq;

static u32 vsysback_device_offers(void)
{
	return VSYS_FEATURES_NEEDED | vsysback_counting_features();
}

static void vsysback_device_release(struct kref *ref)
{
	struct vsysback_device *dev = container_of(ref, struct vsysback_device,
						   ref);

	put_device(&dev->xdev->dev);
	xa_destroy(&dev->channels);
	xa_destroy(&dev->users);
	vsysback_counting_device_free(dev);
	free_percpu(dev->counts);
	kfree(dev);
}

void vsysback_device_put(struct vsysback_device *dev)
{
	kref_put(&dev->ref, vsysback_device_release);
}

/* Answer a control request; silently nothing once the device is gone. */
void vsysback_device_reply(struct vsysback_device *dev, u32 slot, s64 ret)
{
	mutex_lock(&dev->lock);
	__clear_bit(slot, &dev->unanswered);
	if (dev->connected) {
		if (vsys_slot_complete(&dev->control, slot, ret))
			notify_remote_via_irq(dev->bell.irq);
	}
	mutex_unlock(&dev->lock);
}

/* Give up: say why where the toolstack finds it, and close. */
static void vsysback_device_fail(struct xenbus_device *xdev, int err,
				 const char *why)
{
	struct vsysback_device *dev = dev_get_drvdata(&xdev->dev);

	if (dev)
		dev->refused = true;
	xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_ERROR, "%s", why);
	xenbus_dev_fatal(xdev, err, "%s", why);
}

static irqreturn_t vsysback_device_interrupt(int irq, void *data)
{
	struct vsysback_device *dev = data;

	vsysback_bell_rang(&dev->bell);
	WRITE_ONCE(dev->control_kicked, true);
	wake_up(&dev->control_wait);
	return IRQ_HANDLED;
}

static int vsysback_device_map(struct vsysback_device *dev)
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
	BUILD_BUG_ON(VSYS_CONTROL_PAGES > VSYSBACK_MAP_PAGES);
	err = vsysback_map(&dev->control_pages, dev->frontend, refs,
			   VSYS_CONTROL_PAGES);
	if (err)
		return err;
	dev->control.head = dev->control_pages.address;
	dev->control.slots = dev->control_pages.address + VSYS_PAGE_SIZE;
	dev->control.nr_slots = VSYS_SLOTS_MIN;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		xdev, port, vsysback_device_interrupt, 0, "vsysback", dev);
	if (err < 0) {
		vsysback_unmap(&dev->control_pages);
		return err;
	}
	dev->bell.irq = err;
	return 0;
}

static void vsysback_device_unmap(struct vsysback_device *dev)
{
	unbind_from_irqhandler(dev->bell.irq, dev);
	vsysback_unmap(&dev->control_pages);
}

static int vsysback_device_connect(struct vsysback_device *dev)
{
	struct xenbus_device *xdev = dev->xdev;
	unsigned int version, features;
	int err;

	if (dev->connected)
		return 0;
	/* However often the other end asks, it is told once. */
	if (dev->refused || READ_ONCE(dev->end_state))
		return -EPROTO;
	version = xenbus_read_unsigned(xdev->otherend, VSYS_NODE_VERSION, 0);
	if (version != VSYS_VERSION) {
		vsysback_device_fail(xdev, -EPROTO,
				     "vsysfront speaks another version of the protocol: use the same release of VirtuOS in both domains");
		return -EPROTO;
	}
	features = xenbus_read_unsigned(xdev->otherend, VSYS_NODE_FEATURES, 0);
	if (features & ~vsysback_device_offers()) {
		vsysback_device_fail(xdev, -EPROTO,
				     "vsysfront asks for features that were not offered: use the same release of VirtuOS in both domains");
		return -EPROTO;
	}
	dev->features = features;
	err = vsysback_device_map(dev);
	if (err) {
		vsysback_device_fail(xdev, err,
				     "cannot map the control channel: check max_maptrack_frames of this domain");
		return err;
	}
	dev->control_thread = kthread_run(vsysback_control_run, dev,
					  "vsysback/%u", dev->frontend);
	if (IS_ERR(dev->control_thread)) {
		vsysback_device_unmap(dev);
		vsysback_device_fail(xdev, PTR_ERR(dev->control_thread),
				     "cannot start the control thread");
		return PTR_ERR(dev->control_thread);
	}
	mutex_lock(&dev->lock);
	dev->connected = true;
	mutex_unlock(&dev->lock);
	wake_up(&dev->control_wait);	/* a request may wait already */
	vsysback_stats_start(dev);
	return 0;
}

/* The frontend is gone: end every channel, then unmap. */
static void vsysback_device_disconnect(struct vsysback_device *dev)
{
	struct vsysback_channel *ch;
	unsigned long id;

	if (!dev->connected)
		return;
	vsysback_stats_stop(dev);
	kthread_stop(dev->control_thread);
	mutex_lock(&dev->lock);
	dev->connected = false;
	mutex_unlock(&dev->lock);
	xa_for_each(&dev->channels, id, ch) {
		ch = vsysback_channel_get(dev, id);
		if (ch) {
			vsysback_channel_end(ch, -1);
			vsysback_channel_put(ch);
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
	vsysback_device_unmap(dev);
}

static void vsysback_device_end_work(struct work_struct *work)
{
	struct vsysback_device *dev = container_of(work, struct vsysback_device,
						   end_work);
	struct xenbus_device *xdev = dev->xdev;
	enum xenbus_state state;

	vsysback_device_disconnect(dev);
	mutex_lock(&dev->lock);
	state = dev->end_state;
	mutex_unlock(&dev->lock);
	if (!READ_ONCE(dev->removed))
		xenbus_switch_state(xdev, state);
	vsysback_device_put(dev);
}

/*
 * Ends it behind the caller's back: shadows may take their time, and the caller
 * is the one thread of all xenbus devices.  The device itself goes when the
 * toolstack removes its directory.
 */
static void vsysback_device_end(struct vsysback_device *dev,
				enum xenbus_state state)
{
	mutex_lock(&dev->lock);
	if (dev->end_state < state) {
		WRITE_ONCE(dev->end_state, state);
		kref_get(&dev->ref);
		if (!queue_work(vsysback_device_wq, &dev->end_work))
			kref_put(&dev->ref, vsysback_device_release);
	}
	mutex_unlock(&dev->lock);
}

static void vsysback_device_changed(struct xenbus_device *xdev,
				    enum xenbus_state state)
{
	struct vsysback_device *dev = dev_get_drvdata(&xdev->dev);

	switch (state) {
	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (!vsysback_device_connect(dev) &&
		    xdev->state != XenbusStateConnected)
			xenbus_switch_state(xdev, XenbusStateConnected);
		break;
	case XenbusStateClosing:
		vsysback_device_end(dev, XenbusStateClosing);
		break;
	case XenbusStateUnknown:
	case XenbusStateClosed:
		vsysback_device_end(dev, XenbusStateClosed);
		break;
	default:
		break;
	}
}

static int vsysback_device_class(struct vsysback_device *dev)
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

static int vsysback_device_probe(struct xenbus_device *xdev,
				 const struct xenbus_device_id *id)
{
	struct vsysback_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return -ENOMEM;
	kref_init(&dev->ref);
	dev->xdev = xdev;
	get_device(&xdev->dev);
	dev->frontend = xdev->otherend_id;
	mutex_init(&dev->lock);
	init_waitqueue_head(&dev->control_wait);
	init_waitqueue_head(&dev->channels_wait);
	mutex_init(&dev->users_lock);
	xa_init(&dev->users);
	INIT_WORK(&dev->end_work, vsysback_device_end_work);
	xa_init_flags(&dev->channels, XA_FLAGS_ALLOC);
	dev->counts = alloc_percpu(struct vsysback_counts);
	if (!dev->counts || vsysback_counting_device_make(dev)) {
		vsysback_device_put(dev);
		return -ENOMEM;
	}
	dev_set_drvdata(&xdev->dev, dev);
	err = vsysback_device_class(dev);
	if (err) {
		vsysback_device_fail(xdev, err,
				     "node \"class\" must be " VSYS_CLASS_CHOICE);
		goto fail;
	}
	err = sysfs_create_group(&xdev->dev.kobj, &vsysback_stats_group);
	if (err)
		goto fail;
	err = xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_VERSION, "%u",
			    VSYS_VERSION);
	if (!err)
		err = xenbus_printf(XBT_NIL, xdev->nodename,
				    VSYS_NODE_FEATURES, "%u",
				    vsysback_device_offers());
	if (!err)
		err = xenbus_switch_state(xdev, XenbusStateInitWait);
	if (!err)
		return 0;
	sysfs_remove_group(&xdev->dev.kobj, &vsysback_stats_group);
fail:
	dev_set_drvdata(&xdev->dev, NULL);
	vsysback_device_put(dev);
	return err;
}

static void vsysback_device_remove(struct xenbus_device *xdev)
{
	struct vsysback_device *dev = dev_get_drvdata(&xdev->dev);

	if (!dev)
		return;
	WRITE_ONCE(dev->removed, true);
	sysfs_remove_group(&xdev->dev.kobj, &vsysback_stats_group);
	dev_set_drvdata(&xdev->dev, NULL);
	vsysback_device_end(dev, XenbusStateClosed);
	vsysback_device_put(dev);
}

static const struct xenbus_device_id vsysback_ids[] = {
	{ VSYS_DEVICE_TYPE },
	{ "" },
};

static struct xenbus_driver vsysback_driver = {
	.ids = vsysback_ids,
	.probe = vsysback_device_probe,
	.remove = vsysback_device_remove,
	.otherend_changed = vsysback_device_changed,
};

int vsysback_device_register(void)
{
	int err;

	vsysback_device_wq = alloc_workqueue("vsysback", WQ_UNBOUND, 0);
	if (!vsysback_device_wq)
		return -ENOMEM;
	err = xenbus_register_backend(&vsysback_driver);
	if (err)
		destroy_workqueue(vsysback_device_wq);
	return err;
}

void vsysback_device_unregister(void)
{
	xenbus_unregister_driver(&vsysback_driver);
	destroy_workqueue(vsysback_device_wq);
}
