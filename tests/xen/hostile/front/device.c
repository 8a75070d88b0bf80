// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device: the xenbus side.  It waits for states instead of being called for
 * them, so that a play can go through them in any order.
 */
#include "front.h"
#include <linux/delay.h>

static int hostile_device_pages(struct hostile_front *f)
{
	u32 i;
	int err;

	for (i = 0; i < VSYS_CONTROL_PAGES; i++) {
		err = hostile_page_make(&f->control[i], f->service);
		if (err)
			return err;
	}
	err = hostile_page_make(&f->arena, f->service);
	for (i = 0; !err && i < ARRAY_SIZE(f->more); i++)
		err = hostile_page_make(&f->more[i], f->service);
	if (err)
		return err;
	f->ring.head = f->control[0].address;
	f->ring.slots = f->control[1].address;
	f->ring.nr_slots = VSYS_SLOTS_MIN;
	hostile_device_reset(f);
	return hostile_bell_make(&f->bell, f->xdev);
}

/* As B is to find them when it connects. */
void hostile_device_reset(struct hostile_front *f)
{
	memset(f->ring.head, 0, PAGE_SIZE);
	memset(f->ring.slots, 0, PAGE_SIZE);
	f->ring.head->magic = VSYS_HEAD_MAGIC;
	f->ring.head->version = VSYS_VERSION;
	f->ring.head->nr_slots = VSYS_SLOTS_MIN;
}

int hostile_device_publish(struct hostile_front *f)
{
	const char *dir = f->xdev->nodename;
	char node[24];
	int err;
	u32 i;

	err = xenbus_printf(XBT_NIL, dir, VSYS_NODE_VERSION, "%u",
			    VSYS_VERSION);
	if (!err)
		err = xenbus_printf(XBT_NIL, dir, VSYS_NODE_FEATURES, "%u",
				    f->features);
	if (!err)
		err = xenbus_printf(XBT_NIL, dir, VSYS_NODE_EVENT_CHANNEL, "%u",
				    f->bell.port);
	for (i = 0; !err && i < VSYS_CONTROL_PAGES; i++) {
		snprintf(node, sizeof(node), VSYS_NODE_CONTROL_REF, i);
		err = xenbus_printf(XBT_NIL, dir, node, "%u",
				    f->control[i].ref);
	}
	return err;
}

bool hostile_device_await(struct hostile_front *f, enum xenbus_state state)
{
	unsigned long end = hostile_end(HOSTILE_PATIENCE);
	enum xenbus_state now;

	for (;;) {
		now = xenbus_read_driver_state(f->xdev->otherend);
		if (now == state)
			return true;
		if (hostile_over(end))
			break;
		msleep(20);
	}
	hostile_fail(f, "the other end is in state %u after %u s, wanted %u",
		     now, HOSTILE_PATIENCE, state);
	return false;
}

/* The handshake, as it should be. */
int hostile_device_connect(struct hostile_front *f)
{
	if (f->connected)
		return 0;
	f->features =
		xenbus_read_unsigned(f->xdev->otherend, VSYS_NODE_FEATURES, 0) &
		VSYS_FEATURES;
	if (hostile_device_publish(f))
		return -EIO;
	xenbus_switch_state(f->xdev, XenbusStateInitialised);
	if (!hostile_device_await(f, XenbusStateConnected))
		return -ETIMEDOUT;
	xenbus_switch_state(f->xdev, XenbusStateConnected);
	f->connected = true;
	return 0;
}

static void hostile_device_free(struct hostile_front *f)
{
	u32 i;

	hostile_bell_end(&f->bell);
	for (i = 0; i < VSYS_CONTROL_PAGES; i++)
		hostile_page_end(&f->control[i]);
	for (i = 0; i < ARRAY_SIZE(f->more); i++)
		hostile_page_end(&f->more[i]);
	hostile_page_end(&f->arena);
	kfree(f);
}

static int hostile_device_probe(struct xenbus_device *xdev,
				const struct xenbus_device_id *id)
{
	struct hostile_front *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int err;

	if (!f)
		return -ENOMEM;
	f->xdev = xdev;
	f->service = xdev->otherend_id;
	mutex_init(&f->playing);
	err = hostile_device_pages(f);
	if (err)
		goto free;
	dev_set_drvdata(&xdev->dev, f);
	err = sysfs_create_group(&xdev->dev.kobj, &hostile_play_group);
	if (!err)
		return 0;
	dev_set_drvdata(&xdev->dev, NULL);
free:
	hostile_device_free(f);
	return err;
}

static void hostile_device_remove(struct xenbus_device *xdev)
{
	struct hostile_front *f = dev_get_drvdata(&xdev->dev);

	/* Waits for a play that is going on. */
	sysfs_remove_group(&xdev->dev.kobj, &hostile_play_group);
	dev_set_drvdata(&xdev->dev, NULL);
	if (f->left)
		hostile_channel_drop(f->left, false);
	hostile_device_free(f);
}

/* The toolstack takes the device away; a play moves the states by itself. */
static void hostile_device_changed(struct xenbus_device *xdev,
				   enum xenbus_state state)
{
	struct hostile_front *f = dev_get_drvdata(&xdev->dev);

	if (state != XenbusStateClosing && state != XenbusStateClosed &&
	    state != XenbusStateUnknown)
		return;
	if (!mutex_trylock(&f->playing))
		return;
	f->connected = false;
	xenbus_frontend_closed(xdev);
	mutex_unlock(&f->playing);
}

static const struct xenbus_device_id hostile_device_ids[] = {
	{ VSYS_DEVICE_TYPE }, { "" }
};

static struct xenbus_driver hostile_device_driver = {
	.name = "vsys-hostile-front",
	.ids = hostile_device_ids,
	.probe = hostile_device_probe,
	.remove = hostile_device_remove,
	.otherend_changed = hostile_device_changed,
	.not_essential = true,
};

static int __init hostile_init(void)
{
	return xen_domain() ? xenbus_register_frontend(&hostile_device_driver) :
			      -ENODEV;
}

static void __exit hostile_exit(void)
{
	xenbus_unregister_driver(&hostile_device_driver);
}

module_init(hostile_init);
module_exit(hostile_exit);

/* No alias: nothing loads it by itself. */
MODULE_DESCRIPTION("VirtuOS: a hostile user domain, for tests");
MODULE_LICENSE("GPL");
