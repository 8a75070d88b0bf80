// SPDX-License-Identifier: GPL-2.0-only
/* dom0's own record of each device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "record.h"
#include "store.h"

static void record_path(const struct device *device, char path[static 128])
{
	snprintf(path, 128, RECORD_ROOT "/%u/%u", device->user, device->number);
}

bool record_read(struct ctl *ctl, struct device *device)
{
	char path[128];
	char *text;
	bool good;

	record_path(device, path);
	text = store_read(ctl, XBT_NULL, "%s", path);
	good = text && sscanf(text, "%u %15s %7s", &device->backend,
			      device->service, device->class) == 3;
	free(text);
	return good;
}

bool record_exists(struct ctl *ctl, xs_transaction_t t,
		   const struct device *device)
{
	char path[128];

	record_path(device, path);
	return store_exists(ctl, t, "%s", path);
}

bool record_write(struct ctl *ctl, xs_transaction_t t,
		  const struct device *device)
{
	char path[128], text[64];

	record_path(device, path);
	snprintf(text, sizeof(text), "%u %s %s", device->backend,
		 device->service, device->class);
	return store_make(ctl, t, 0, 0, path) &&
	       store_write(ctl, t, text, "%s", path);
}

void record_remove(struct ctl *ctl, const struct device *device)
{
	char path[128];

	record_path(device, path);
	store_remove(ctl, XBT_NULL, "%s", path);
}

/*
 * Numbers are not used twice for a user domain: its kernel might see the old
 * device's end and the new one's beginning as one, and keep the dead device.
 */
bool record_number(struct ctl *ctl, xs_transaction_t t, struct device *device)
{
	long next = store_read_number(ctl, t, 0, RECORD_ROOT "/%u/next",
				      device->user);

	device->number = next;
	return store_write_number(ctl, t, next + 1, RECORD_ROOT "/%u/next",
				  device->user);
}

void record_list(struct ctl *ctl, unsigned int user, const char *service,
		 struct device_list *list)
{
	unsigned int count, i;
	char **names =
		store_list(ctl, XBT_NULL, &count, RECORD_ROOT "/%u", user);

	for (i = 0; i < count; i++) {
		long number = device_number(names[i]);
		struct device device = { .user = user, .number = number };

		if (number < 0 || !record_read(ctl, &device) ||
		    (service && strcmp(service, device.service)))
			continue;
		list->items = xgrow(list->items, list->count,
				    sizeof(*list->items));
		list->items[list->count++] = device;
	}
	free(names);
}
