// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that a release without records attached, which stay attached when
 * virtuosctl is replaced.  What is true of them is where their directories are:
 * /local/domain/B/backend/vsys/F/N is made by dom0 alone, in directories of
 * dom0's.  No word that stands in them is believed.
 */
#include <stdio.h>
#include <stdlib.h>
#include "adopt.h"
#include "domain.h"
#include "record.h"
#include "service.h"
#include "store.h"

/* Still there, both ends, and still without a record? */
static bool adopt_step(struct ctl *ctl, xs_transaction_t t, void *arg)
{
	const struct device *device = arg;
	char front[128], back[128];

	device_path(device, DEVICE_FRONT, front);
	device_path(device, DEVICE_BACK, back);
	return record_exists(ctl, t, device) ||
	       !store_exists(ctl, t, "%s", front) ||
	       !store_exists(ctl, t, "%s", back) ||
	       record_write(ctl, t, device);
}

/* The domain that has its other end; one whose other end is gone is swept. */
static void adopt_device(struct ctl *ctl, struct device *device,
			 const unsigned int *ids, unsigned int count)
{
	unsigned int i;
	char *name, *class;
	char back[128];

	for (i = 0; i < count; i++) {
		device->backend = ids[i];
		device_path(device, DEVICE_BACK, back);
		if (store_exists(ctl, XBT_NULL, "%s", back))
			break;
	}
	if (i == count)
		return;
	name = domain_name(ctl, device->backend);
	class = service_class(ctl, name);
	snprintf(device->service, sizeof(device->service), "%s", name);
	snprintf(device->class, sizeof(device->class), "%s",
		 class ? class : "?");
	store_transact(ctl, adopt_step, device);
	free(name);
	free(class);
}

void adopt_devices(struct ctl *ctl)
{
	unsigned int count, found, i, j;
	unsigned int *ids = domain_list(ctl, &count);

	for (i = 0; i < count; i++) {
		char **names =
			store_list(ctl, XBT_NULL, &found,
				   "/local/domain/%u/device/vsys", ids[i]);

		for (j = 0; j < found; j++) {
			long number = device_number(names[j]);
			struct device device = { .user = ids[i],
						 .number = number };

			if (number >= 0 &&
			    !record_exists(ctl, XBT_NULL, &device))
				adopt_device(ctl, &device, ids, count);
		}
		free(names);
	}
	free(ids);
}
