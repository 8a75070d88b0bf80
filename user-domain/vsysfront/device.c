// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device: one xenbus device of type vsys, which joins this domain to one
 * service domain.  The object outlives the xenbus device: channels and
 * placeholders keep it, dead, as long as they need.
 */
#include "device.h"
#include "channel.h"
#include "control.h"
#include "counting/counting.h"
#include "quota.h"
#include "sandbox.h"
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <virtuos/class.h>

#define FRONT_STATS_PERIOD	HZ

static LIST_HEAD(front_devices);	/* newest first */
static DEFINE_SPINLOCK(front_devices_lock);

static void front_device_free(struct kref *kref)
{
	struct front_device *dev = container_of(kref, struct front_device,
						kref);

	front_control_free(dev);
	kfree(dev);
}

void front_device_get(struct front_device *dev)
{
	kref_get(&dev->kref);
}

/* May sleep. */
void front_device_put(struct front_device *dev)
{
	kref_put(&dev->kref, front_device_free);
}

static bool front_device_serves(const struct front_device *dev,
				const char *service, u32 class)
{
	return *service ? !strcmp(dev->service, service) : dev->class & class;
}

/*
 * The newest connected device of a service, by name, or, with an empty name,
 * by class; with a reference.  ENODEV: there is one, but it is not connected;
 * or the reason why the newest never was.
 */
struct front_device *front_device_find(const char *service, u32 class)
{
	struct front_device *dev, *found = ERR_PTR(-ENOENT);

	spin_lock(&front_devices_lock);
	list_for_each_entry(dev, &front_devices, node) {
		if (!front_device_serves(dev, service, class))
			continue;
		if (!dev->connected || dev->dead) {
			if (found == ERR_PTR(-ENOENT))
				found = ERR_PTR(READ_ONCE(dev->refused) ?:
						-ENODEV);
			continue;
		}
		front_device_get(dev);
		found = dev;
		break;
	}
	spin_unlock(&front_devices_lock);
	return found;
}

/* The service domain is gone: everything that waits for it goes on at once. */
static void front_device_kill(struct front_device *dev)
{
	struct front_channel *ch;

	if (xchg(&dev->dead, true))
		return;
	front_control_kill(dev);
	spin_lock(&dev->lock);
	list_for_each_entry(ch, &dev->channels, node)
		front_channel_kill(ch);
	spin_unlock(&dev->lock);
	if (dev->connected)
		pr_info("%s: service domain %u is gone\n", dev->service,
			dev->domid);
}

/* ---- Statistics --------------------------------------------------------- */

static void front_device_count(struct front_device *dev, u64 now[6])
{
	struct front_channel *ch;

	spin_lock(&dev->lock);
	now[0] = dev->nr_channels;
	now[1] = dev->closed_calls;
	now[2] = dev->closed_bells;
	list_for_each_entry(ch, &dev->channels, node) {
		now[1] += front_channel_calls(ch);
		now[2] += atomic64_read(&ch->kernel.bells);
	}
	spin_unlock(&dev->lock);
	now[2] += atomic64_read(&dev->control.ring.bells);
	now[3] = front_quota_allowed(FRONT_CHANNELS);
	now[4] = atomic_read(&dev->nr_pages);
	now[5] = front_quota_allowed(FRONT_PAGES);
}

/* ---- Sandboxes ------------------------------------------------------------ */

/* How long this may take of each second: processes may have many threads. */
#define FRONT_INSPECTION	(HZ / 50)

/*
 * The channel that was looked at the longest ago, used; NULL: all have been, in
 * this inspection.
 */
static struct front_channel *front_device_next(struct front_device *dev)
{
	struct front_channel *ch, *next, *found = NULL;

	spin_lock(&dev->lock);
	list_for_each_entry_safe(ch, next, &dev->channels, node) {
		if (ch->inspected == dev->inspections)
			break;
		ch->inspected = dev->inspections;
		list_move_tail(&ch->node, &dev->channels);
		if (READ_ONCE(ch->kernel.retired) || !front_channel_use(ch))
			continue;
		found = ch;
		break;
	}
	spin_unlock(&dev->lock);
	return found;
}

/*
 * A process that is in a sandbox by now gives its channel up by itself, if it
 * has our library; one that does not is found here.
 */
static void front_device_inspect(struct front_device *dev)
{
	unsigned long end = jiffies + FRONT_INSPECTION;
	struct front_channel *ch;

	spin_lock(&dev->lock);
	dev->inspections++;
	spin_unlock(&dev->lock);
	while (time_before(jiffies, end) && (ch = front_device_next(dev))) {
		if (front_sandbox_binds_process(ch->owner, dev->class))
			front_channel_retire(ch);
		front_channel_unuse(ch);
		cond_resched();
	}
}

static void front_device_stats_work(struct work_struct *work)
{
	struct front_device *dev = container_of(to_delayed_work(work),
						struct front_device,
						stats_work);
	u64 now[6];

	if (READ_ONCE(dev->dead))
		return;
	front_device_inspect(dev);
	front_device_count(dev, now);
	if (!dev->stats_written ||
	    memcmp(now, dev->stats_last, sizeof(now))) {
		xenbus_printf(XBT_NIL, dev->xdev->nodename, VSYS_NODE_STATS,
			      "ms=%llu channels=%llu channels_max=%llu calls=%llu bells=%llu pages=%llu pages_max=%llu",
			      ktime_get_mono_fast_ns() / NSEC_PER_MSEC,
			      now[0], now[3], now[1], now[2], now[4], now[5]);
		memcpy(dev->stats_last, now, sizeof(now));
		dev->stats_written = true;
	}
	queue_delayed_work(system_power_efficient_wq, &dev->stats_work,
			   FRONT_STATS_PERIOD);
}

/* ---- Connecting ---------------------------------------------------------- */

/* Gives up for a reason that a person has to mend. */
static void front_device_refuse(struct front_device *dev, int err,
				const char *why)
{
	struct xenbus_device *xdev = dev->xdev;

	WRITE_ONCE(dev->refused, err);
	xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_ERROR, "%s", why);
	xenbus_dev_fatal(xdev, err, "%s", why);
	front_device_kill(dev);
}

/* Checks what B offers.  A remedy, or NULL when all is well. */
static const char *front_device_negotiate(struct front_device *dev)
{
	const char *otherend = dev->xdev->otherend;
	u32 version, features;

	if (xenbus_scanf(XBT_NIL, otherend, VSYS_NODE_VERSION, "%u",
			 &version) != 1)
		return "the service domain names no protocol version: install the same VirtuOS release in both domains";
	if (version < VSYS_VERSION)
		return "the service domain speaks an older protocol version: update its image to this VirtuOS release";
	if (xenbus_scanf(XBT_NIL, otherend, VSYS_NODE_FEATURES, "%u",
			 &features) != 1)
		features = 0;
	dev->features = front_counting_features(features & VSYS_FEATURES);
	if (!(dev->class & VSYS_CLASS_NETWORK))	/* no sockets there */
		dev->features &= ~VSYS_FEATURE_READY;
	if ((dev->features & VSYS_FEATURES_NEEDED) != VSYS_FEATURES_NEEDED)
		return "the service domain lacks a needed feature (poll, share, cancel): update its image to this VirtuOS release";
	return NULL;
}

static int front_device_publish(struct front_device *dev)
{
	struct front_control *c = &dev->control;
	const char *dir = dev->xdev->nodename;
	struct xenbus_transaction xbt;
	char node[24];
	u32 i, ref;
	int err;

again:
	err = xenbus_transaction_start(&xbt);
	if (err)
		return err;
	err = xenbus_printf(xbt, dir, VSYS_NODE_VERSION, "%u", VSYS_VERSION);
	if (!err)
		err = xenbus_printf(xbt, dir, VSYS_NODE_FEATURES, "%u",
				    dev->features);
	if (!err)
		err = xenbus_printf(xbt, dir, VSYS_NODE_EVENT_CHANNEL, "%u",
				    c->ring.port);
	for (i = 0; !err && i < VSYS_CONTROL_PAGES; i++) {
		ref = i < 2 ? c->ring.memory.refs[i] : c->refs[i - 2];
		snprintf(node, sizeof(node), VSYS_NODE_CONTROL_REF, i);
		err = xenbus_printf(xbt, dir, node, "%u", ref);
	}
	if (err) {
		xenbus_transaction_end(xbt, 1);
		return err;
	}
	err = xenbus_transaction_end(xbt, 0);
	if (err == -EAGAIN)
		goto again;
	return err;
}

/* B is in InitWait: step 3 of the protocol. */
static void front_device_initialise(struct front_device *dev)
{
	struct xenbus_device *xdev = dev->xdev;
	const char *why;
	int err;

	if (xdev->state != XenbusStateInitialising)
		return;
	why = front_device_negotiate(dev);
	if (why) {
		front_device_refuse(dev, -EPROTO, why);
		return;
	}
	err = front_control_init(dev);
	if (err) {
		front_device_refuse(dev, err, err == -ENOSPC ?
			"out of grant references or event channels: raise max_grant_frames or max_event_channels in the user domain's xl config" :
			"no memory for the control channel");
		return;
	}
	err = front_device_publish(dev);
	if (err) {
		xenbus_dev_fatal(xdev, err, "writing the device's nodes");
		front_device_kill(dev);
		return;
	}
	xenbus_switch_state(xdev, XenbusStateInitialised);
}

/* B is Connected: step 5. */
static void front_device_connect(struct front_device *dev)
{
	if (dev->xdev->state != XenbusStateInitialised || dev->dead)
		return;
	WRITE_ONCE(dev->connected, true);
	xenbus_switch_state(dev->xdev, XenbusStateConnected);
	queue_delayed_work(system_power_efficient_wq, &dev->stats_work, 0);
	pr_info("%s: connected to service domain %u\n", dev->service,
		dev->domid);
}

static void front_device_otherend_changed(struct xenbus_device *xdev,
					  enum xenbus_state state)
{
	struct front_device *dev = dev_get_drvdata(&xdev->dev);

	switch (state) {
	case XenbusStateInitWait:
		front_device_initialise(dev);
		break;
	case XenbusStateConnected:
		front_device_connect(dev);
		break;
	case XenbusStateUnknown:	/* its directory has vanished */
	case XenbusStateClosing:
	case XenbusStateClosed:
		if (!dev->connected && !dev->refused)
			WRITE_ONCE(dev->refused, -ECONNREFUSED);
		front_device_kill(dev);
		cancel_delayed_work_sync(&dev->stats_work);
		xenbus_frontend_closed(xdev);
		break;
	default:
		break;
	}
}

/* ---- Coming and going ------------------------------------------------------ */

static int front_device_describe(struct front_device *dev)
{
	const char *dir = dev->xdev->nodename;
	char class[16];
	const char *number = strrchr(dir, '/');

	if (!number || kstrtou32(number + 1, 10, &dev->number))
		return -EINVAL;
	if (xenbus_scanf(XBT_NIL, dir, VSYS_NODE_SERVICE, "%15s",
			 dev->service) != 1 ||
	    xenbus_scanf(XBT_NIL, dir, VSYS_NODE_CLASS, "%15s", class) != 1)
		return -EINVAL;
	dev->class = vsys_class_parse(class);
	return dev->class ? 0 : -EINVAL;
}

static int front_device_probe(struct xenbus_device *xdev,
			      const struct xenbus_device_id *id)
{
	struct front_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return -ENOMEM;
	kref_init(&dev->kref);
	dev->xdev = xdev;
	dev->domid = xdev->otherend_id;
	spin_lock_init(&dev->lock);
	INIT_LIST_HEAD(&dev->channels);
	INIT_DELAYED_WORK(&dev->stats_work, front_device_stats_work);
	err = front_device_describe(dev);
	if (err) {
		xenbus_dev_fatal(xdev, err,
				 "nodes service and class: attach the device with virtuosctl");
		kfree(dev);
		return err;
	}
	dev_set_drvdata(&xdev->dev, dev);
	spin_lock(&front_devices_lock);
	list_add(&dev->node, &front_devices);
	spin_unlock(&front_devices_lock);
	return 0;
}

static void front_device_remove(struct xenbus_device *xdev)
{
	struct front_device *dev = dev_get_drvdata(&xdev->dev);

	front_device_kill(dev);
	cancel_delayed_work_sync(&dev->stats_work);
	spin_lock(&front_devices_lock);
	list_del(&dev->node);
	spin_unlock(&front_devices_lock);
	dev_set_drvdata(&xdev->dev, NULL);
	dev->xdev = NULL;
	front_device_put(dev);
}

static const struct xenbus_device_id front_device_ids[] = {
	{ VSYS_DEVICE_TYPE },
	{ "" }
};

static struct xenbus_driver front_device_driver = {
	.name = "vsysfront",
	.ids = front_device_ids,
	.probe = front_device_probe,
	.remove = front_device_remove,
	.otherend_changed = front_device_otherend_changed,
	.not_essential = true,
};

int front_device_register(void)
{
	return xenbus_register_frontend(&front_device_driver);
}

void front_device_unregister(void)
{
	xenbus_unregister_driver(&front_device_driver);
}
