// SPDX-License-Identifier: GPL-2.0-only
/* Module init, and its mirror image. */
#include <linux/module.h>
#include <xen/xen.h>

#include "vsysback.h"

static int __init vsysback_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	err = vsysback_chardev_register();
	if (err)
		return err;
	err = xenbus_register_backend(&vsysback_driver);
	if (err)
		vsysback_chardev_unregister();
	return err;
}
module_init(vsysback_init);

static void __exit vsysback_exit(void)
{
	xenbus_unregister_driver(&vsysback_driver);
	vsysback_chardev_unregister();
}
module_exit(vsysback_exit);

MODULE_DESCRIPTION("VirtuOS service domain: executes system calls of user domains");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen-backend:vsys");
MODULE_IMPORT_NS(VIRTUOS);
