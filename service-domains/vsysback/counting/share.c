// SPDX-License-Identifier: GPL-2.0-only
/* Share: what one user domain has of what can be counted here. */
#include <linux/slab.h>

#include "../device.h"
#include "counting.h"
#include "share.h"

int back_counting_device_make(struct back_device *dev)
{
	dev->counting = kzalloc(sizeof(*dev->counting), GFP_KERNEL);
	return dev->counting ? 0 : -ENOMEM;
}

void back_counting_device_free(struct back_device *dev)
{
	kfree(dev->counting);
}
