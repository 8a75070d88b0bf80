// SPDX-License-Identifier: GPL-2.0-only
/* Module init, and its mirror image. */
#include <linux/module.h>
#include <xen/xen.h>

#include "chardev.h"
#include "watch.h"
#include "xenbus.h"

/*
 * Where a granted page takes the place of an ordinary one, a mapping that Xen
 * could not end would give that page, which the client still writes, back to
 * the kernel.
 */
#ifndef CONFIG_XEN_UNPOPULATED_ALLOC
#error "vsysback needs CONFIG_XEN_UNPOPULATED_ALLOC"
#endif

static int __init back_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	back_watch_init();
	err = back_chardev_register();
	if (err)
		return err;
	err = back_xenbus_register();
	if (err)
		back_chardev_unregister();
	return err;
}
module_init(back_init);

static void __exit back_exit(void)
{
	back_xenbus_unregister();
	back_chardev_unregister();
	back_watch_exit();
}
module_exit(back_exit);

MODULE_DESCRIPTION("VirtuOS service domain: executes system calls of user domains");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen-backend:vsys");
MODULE_IMPORT_NS(VIRTUOS);
