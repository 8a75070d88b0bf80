// SPDX-License-Identifier: GPL-2.0-only
/* A new vsys device: both ends' nodes and dom0's record, in one transaction. */
#include <errno.h>
#include <stdio.h>
#include "device.h"
#include "record.h"
#include "service.h"
#include "store.h"

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
	/* What a guest may have put there is not what we make. */
	return (!store_exists(ctl, t, "%s", path) ||
		store_remove(ctl, t, "%s", path)) &&
	       store_make(ctl, t, owner, other, path) &&
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

static bool device_write_all(struct ctl *ctl, xs_transaction_t t, void *arg)
{
	struct device *device = arg;

	return device_domains_exist(ctl, t, device) &&
	       record_number(ctl, t, device) && record_write(ctl, t, device) &&
	       device_write(ctl, t, device, DEVICE_BACK) &&
	       device_write(ctl, t, device, DEVICE_FRONT) &&
	       service_remember(ctl, t, device->service, device->user);
}

bool device_create(struct ctl *ctl, struct device *device)
{
	return store_transact(ctl, device_write_all, device);
}
