// SPDX-License-Identifier: GPL-2.0-only
/* A new vsys device: both ends' nodes in one transaction. */
#include <errno.h>
#include <stdio.h>
#include "device.h"
#include "service.h"
#include "store.h"

/*
 * Numbers are not used twice for a user domain: its kernel might see the old
 * device's end and the new one's beginning as one, and keep the dead device.
 */
static bool device_number(struct ctl *ctl, xs_transaction_t t,
			  struct device *device)
{
	long next = store_read_number(ctl, t, 0, "/virtuos/user/%u/next",
				      device->user);

	while (store_exists(ctl, t, "/local/domain/%u/device/vsys/%ld",
			    device->user, next))
		next++;
	device->number = next;
	return store_write_number(ctl, t, next + 1, "/virtuos/user/%u/next",
				  device->user);
}

static bool device_write_front(struct ctl *ctl, xs_transaction_t t,
			       const struct device *device)
{
	char front[128], back[128];

	device_path(device, DEVICE_FRONT, front);
	device_path(device, DEVICE_BACK, back);
	return store_make(ctl, t, device->user, device->backend, front) &&
	       store_write(ctl, t, back, "%s/backend", front) &&
	       store_write_number(ctl, t, device->backend, "%s/backend-id",
				  front) &&
	       store_write(ctl, t, device->service, "%s/" VSYS_NODE_SERVICE,
			   front) &&
	       store_write(ctl, t, device->class, "%s/" VSYS_NODE_CLASS,
			   front) &&
	       store_write_number(ctl, t, DEVICE_INITIALISING, "%s/state",
				  front);
}

static bool device_write_back(struct ctl *ctl, xs_transaction_t t,
			      const struct device *device)
{
	char front[128], back[128];

	device_path(device, DEVICE_FRONT, front);
	device_path(device, DEVICE_BACK, back);
	return store_make(ctl, t, device->backend, device->user, back) &&
	       store_write(ctl, t, front, "%s/frontend", back) &&
	       store_write_number(ctl, t, device->user, "%s/frontend-id",
				  back) &&
	       store_write_number(ctl, t, 1, "%s/online", back) &&
	       store_write(ctl, t, device->service, "%s/" VSYS_NODE_SERVICE,
			   back) &&
	       store_write(ctl, t, device->class, "%s/" VSYS_NODE_CLASS,
			   back) &&
	       store_write_number(ctl, t, DEVICE_INITIALISING, "%s/state",
				  back);
}

/* A domain that is gone must not be written back into existence. */
static bool device_domains_exist(struct ctl *ctl, xs_transaction_t t,
				 const struct device *device)
{
	if (store_exists(ctl, t, "/local/domain/%u", device->user) &&
	    store_exists(ctl, t, "/local/domain/%u", device->backend))
		return true;
	errno = ENOENT;
	return false;
}

bool device_create(struct ctl *ctl, struct device *device)
{
	int tries, error;

	for (tries = 0; tries < 100; tries++) {
		xs_transaction_t t = xs_transaction_start(ctl->xs);

		if (t == XBT_NULL)
			return false;
		if (!device_domains_exist(ctl, t, device) ||
		    !device_number(ctl, t, device) ||
		    !device_write_back(ctl, t, device) ||
		    !device_write_front(ctl, t, device) ||
		    !store_write(ctl, t, "", SERVICE_ROOT "/%s/users/%u",
				 device->service, device->user)) {
			error = errno;
			xs_transaction_end(ctl->xs, t, true);
			errno = error;
			if (error != EAGAIN)
				return false;
			continue;
		}
		if (xs_transaction_end(ctl->xs, t, false))
			return true;
		if (errno != EAGAIN)
			return false;
	}
	return false;
}
