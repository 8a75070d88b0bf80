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

/* One end's directory, which its domain owns and the other's may read. */
static bool device_write(struct ctl *ctl, xs_transaction_t t,
			 const struct device *device, enum device_end end)
{
	bool front = end == DEVICE_FRONT;
	unsigned int owner = front ? device->user : device->backend;
	unsigned int other = front ? device->backend : device->user;
	const char *role = front ? "backend" : "frontend"; /* the other's */
	char path[128], far[128];

	device_path(device, end, path);
	device_path(device, front ? DEVICE_BACK : DEVICE_FRONT, far);
	return store_make(ctl, t, owner, other, path) &&
	       store_write(ctl, t, far, "%s/%s", path, role) &&
	       store_write_number(ctl, t, other, "%s/%s-id", path, role) &&
	       (front || store_write_number(ctl, t, 1, "%s/online", path)) &&
	       store_write(ctl, t, device->service, "%s/" VSYS_NODE_SERVICE,
			   path) &&
	       store_write(ctl, t, device->class, "%s/" VSYS_NODE_CLASS,
			   path) &&
	       store_write_number(ctl, t, DEVICE_INITIALISING, "%s/state",
				  path);
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
		    !device_write(ctl, t, device, DEVICE_BACK) ||
		    !device_write(ctl, t, device, DEVICE_FRONT) ||
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
