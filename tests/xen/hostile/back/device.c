// SPDX-License-Identifier: GPL-2.0-only
/* Device: the xenbus side, which is as it should be. */
#include "back.h"
#include <linux/kthread.h>

static irqreturn_t hostile_device_irq(int irq, void *data)
{
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

static int hostile_device_map(struct hostile_back *b)
{
	const char *dir = b->xdev->otherend;
	u32 refs[VSYS_CONTROL_PAGES], i;
	char node[24];
	int err;

	for (i = 0; i < VSYS_CONTROL_PAGES; i++) {
		snprintf(node, sizeof(node), VSYS_NODE_CONTROL_REF, i);
		if (xenbus_scanf(XBT_NIL, dir, node, "%u", &refs[i]) != 1)
			return -EPROTO;
	}
	b->control.late = &b->late;
	err = hostile_ring_map(b->xdev, &b->control, refs, VSYS_CONTROL_PAGES,
			       VSYS_SLOTS_MIN);
	b->control.nr_used = VSYS_CONTROL_SLOTS;
	return err;
}

static int hostile_device_bind(struct hostile_back *b)
{
	u32 port;
	int err;

	if (xenbus_scanf(XBT_NIL, b->xdev->otherend, VSYS_NODE_EVENT_CHANNEL,
			 "%u", &port) != 1)
		return -EPROTO;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		b->xdev, port, hostile_device_irq, 0, "vsys-hostile", b);
	if (err < 0)
		return err;
	b->irq = err;
	b->control.irq = err;
	return 0;
}

static void hostile_device_disconnect(struct hostile_back *b)
{
	if (b->thread)
		kthread_stop(b->thread);
	b->thread = NULL;
	if (b->irq)
		unbind_from_irqhandler(b->irq, b);
	b->irq = 0;
	hostile_ring_unmap(b->xdev, &b->control);
}

static int hostile_device_connect(struct hostile_back *b)
{
	struct task_struct *thread;
	int err;

	if (b->thread)
		return 0;
	err = hostile_device_map(b);
	if (!err)
		err = hostile_device_bind(b);
	if (!err) {
		thread = kthread_run(hostile_serve, b, "vsys-hostile");
		err = PTR_ERR_OR_ZERO(thread);
		if (!err)
			b->thread = thread;
	}
	if (err)
		hostile_device_disconnect(b);
	return err;
}

static void hostile_device_changed(struct xenbus_device *xdev,
				   enum xenbus_state state)
{
	struct hostile_back *b = dev_get_drvdata(&xdev->dev);

	switch (state) {
	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (!hostile_device_connect(b))
			xenbus_switch_state(xdev, XenbusStateConnected);
		break;
	case XenbusStateClosing:
	case XenbusStateClosed:
	case XenbusStateUnknown:
		hostile_device_disconnect(b);
		xenbus_switch_state(xdev, XenbusStateClosed);
		break;
	default:
		break;
	}
}

static int hostile_device_probe(struct xenbus_device *xdev,
				const struct xenbus_device_id *id)
{
	struct hostile_back *b = kvzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return -ENOMEM;
	b->xdev = xdev;
	prandom_seed_state(&b->random, 0x76737973);
	dev_set_drvdata(&xdev->dev, b);
	err = xenbus_printf(XBT_NIL, xdev->nodename, VSYS_NODE_VERSION, "%u",
			    VSYS_VERSION);
	if (!err)
		err = xenbus_printf(XBT_NIL, xdev->nodename,
				    VSYS_NODE_FEATURES, "%u", VSYS_FEATURES);
	if (!err)
		err = xenbus_switch_state(xdev, XenbusStateInitWait);
	if (!err)
		return 0;
	dev_set_drvdata(&xdev->dev, NULL);
	kvfree(b);
	return err;
}

static void hostile_device_remove(struct xenbus_device *xdev)
{
	struct hostile_back *b = dev_get_drvdata(&xdev->dev);

	hostile_device_disconnect(b);
	dev_set_drvdata(&xdev->dev, NULL);
	kvfree(b);
}

static const struct xenbus_device_id hostile_device_ids[] = {
	{ VSYS_DEVICE_TYPE },
	{ "" }
};

static struct xenbus_driver hostile_device_driver = {
	.name = "vsys-hostile-back",
	.ids = hostile_device_ids,
	.probe = hostile_device_probe,
	.remove = hostile_device_remove,
	.otherend_changed = hostile_device_changed,
};

static int __init hostile_init(void)
{
	return xen_domain() ? xenbus_register_backend(&hostile_device_driver) :
			      -ENODEV;
}

static void __exit hostile_exit(void)
{
	xenbus_unregister_driver(&hostile_device_driver);
}

module_init(hostile_init);
module_exit(hostile_exit);

MODULE_DESCRIPTION("VirtuOS: a hostile service domain, for tests");
MODULE_LICENSE("GPL");
