// SPDX-License-Identifier: GPL-2.0-only
/* vsysfront: module start and its mirror image. */
#include "vsysfront.h"
#include "channel.h"
#include "chardev.h"
#include "counting/counting.h"
#include "device.h"
#include "placeholder.h"
#include "wait.h"
#include <xen/xen.h>

static int __init front_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	front_wait_init();
	err = front_channel_init();
	if (err)
		return err;
	err = front_placeholder_init();
	if (err)
		goto no_placeholder;
	err = front_counting_init();
	if (err)
		goto no_counting;
	err = front_device_register();
	if (err)
		goto no_device;
	err = front_chardev_register();
	if (err)
		goto no_chardev;
	return 0;

no_chardev:
	front_device_unregister();
no_device:
	front_counting_exit();
no_counting:
	front_placeholder_exit();
no_placeholder:
	front_channel_exit();
	return err;
}

static void __exit front_exit(void)
{
	front_chardev_unregister();
	front_device_unregister();
	front_channel_exit();
	front_counting_exit();
	front_placeholder_exit();
}

module_init(front_init);
module_exit(front_exit);

MODULE_DESCRIPTION("VirtuOS: system calls to service domains (frontend)");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen:" VSYS_DEVICE_TYPE);
