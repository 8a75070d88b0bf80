// SPDX-License-Identifier: GPL-2.0-only
/* vsys devices: finding them, reading and changing their nodes. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/say.h"
#include "base/seconds.h"
#include "base/text.h"
#include "device.h"
#include "adopt.h"
#include "domain.h"
#include "record.h"
#include "service.h"
#include "store.h"

const char *device_state_name(enum device_state state)
{
	static const char *const names[] = {
		"gone",	     "initialising", "waiting", "initialised",
		"connected", "closing",	     "closed",	"odd",
	};

	return names[state];
}

long device_number(const char *name)
{
	long number = store_number(name);
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	return number <= INT_MAX && !strcmp(text, name) ? number : -1;
}

void device_path(const struct device *device, enum device_end end,
		 char path[static 128])
{
	if (end == DEVICE_FRONT)
		snprintf(path, 128, "/local/domain/%u/device/vsys/%u",
			 device->user, device->number);
	else
		snprintf(path, 128, "/local/domain/%u/backend/vsys/%u/%u",
			 device->backend, device->user, device->number);
}

enum device_state device_state(struct ctl *ctl, const struct device *device,
			       enum device_end end)
{
	char path[128];
	long state;

	device_path(device, end, path);
	state = store_read_number(ctl, XBT_NULL, DEVICE_GONE, "%s/state", path);
	return state < DEVICE_ODD ? state : DEVICE_ODD;
}

char *device_error(struct ctl *ctl, const struct device *device,
		   enum device_end end)
{
	unsigned int owner =
		end == DEVICE_FRONT ? device->user : device->backend;
	char path[128], prefix[32];
	char *text;

	device_path(device, end, path);
	text = store_read(ctl, XBT_NULL, "%s/error", path);
	if (!text) {
		/* Where the kernel's xenbus_dev_error() writes. */
		snprintf(prefix, sizeof(prefix), "/local/domain/%u", owner);
		text = store_read(ctl, XBT_NULL, "%s/error%s/error", prefix,
				  path + strlen(prefix));
	}
	return text_cut(text, DEVICE_ERROR_MAX);
}

struct device_list device_find(struct ctl *ctl, long user, const char *service)
{
	struct device_list list = { 0 };
	unsigned int count, i;
	char **users;

	adopt_devices(ctl);
	users = store_list(ctl, XBT_NULL, &count, RECORD_ROOT);
	for (i = 0; i < count; i++) {
		long id = store_number(users[i]);

		if (id >= 0 && (user < 0 || user == id))
			record_list(ctl, id, service, &list);
	}
	free(users);
	return list;
}

void device_list_free(struct device_list *list)
{
	free(list->items);
	list->items = NULL;
	list->count = 0;
}

bool device_remove_end(struct ctl *ctl, const struct device *device,
		       enum device_end end)
{
	char path[128];

	device_path(device, end, path);
	return store_remove(ctl, XBT_NULL, "%s", path) || errno == ENOENT;
}

void device_prune(struct ctl *ctl, const struct device *device)
{
	store_prune(ctl, "/local/domain/%u/backend/vsys/%u", device->backend,
		    device->user);
	store_prune(ctl, "/local/domain/%u/backend/vsys", device->backend);
	store_prune(ctl, "/local/domain/%u/backend", device->backend);
	store_prune(ctl, "/local/domain/%u/device/vsys", device->user);
}

/*
 * Each end's directory by itself, not both in one transaction: a domain that
 * writes all the time could keep that from ending.  The record goes last, so
 * that what is left when we are stopped midway is found again.
 */
void device_remove(struct ctl *ctl, const struct device *device)
{
	bool front = device_remove_end(ctl, device, DEVICE_FRONT);
	bool back = device_remove_end(ctl, device, DEVICE_BACK);

	if (front && back)
		record_remove(ctl, device);
	else
		say("cannot remove device %u of domain %u: %s", device->number,
		    device->user, strerror(errno));
	device_prune(ctl, device);
}

static bool device_close_back(struct ctl *ctl, xs_transaction_t t, void *arg)
{
	const char *path = arg;
	long state = store_read_number(ctl, t, DEVICE_GONE, "%s/state", path);

	/* One that is closed does not close a second time. */
	if (state == DEVICE_GONE || state == DEVICE_CLOSED)
		return true;
	return store_write_number(ctl, t, 0, "%s/online", path) &&
	       store_write_number(ctl, t, DEVICE_CLOSING, "%s/state", path);
}

/*
 * As every toolstack does it: the other states follow from B's Closing.  In a
 * transaction, for a directory that is gone must not be written back.
 */
void device_close(struct ctl *ctl, const struct device *device)
{
	char path[128];

	device_path(device, DEVICE_BACK, path);
	store_transact(ctl, device_close_back, path);
}

static bool device_ended(struct ctl *ctl, const struct device *device,
			 enum device_end end, enum device_state wanted)
{
	enum device_state state = device_state(ctl, device, end);
	char *error;

	if (wanted == DEVICE_CLOSED)
		return false;
	if (state == DEVICE_GONE || state >= DEVICE_CLOSING)
		return true;
	error = device_error(ctl, device, end);
	free(error);
	return error;
}

static bool device_is(struct ctl *ctl, const struct device *device,
		      enum device_end end, enum device_state wanted)
{
	enum device_state state = device_state(ctl, device, end);

	return state == wanted ||
	       (wanted == DEVICE_CLOSED && state == DEVICE_GONE);
}

/* Asking a few dozen times a second is cheap, and no watch can be missed. */
bool device_wait(struct ctl *ctl, const struct device *device,
		 enum device_state state, double limit)
{
	double until = now_seconds() + limit;

	for (;;) {
		if (device_is(ctl, device, DEVICE_FRONT, state) &&
		    device_is(ctl, device, DEVICE_BACK, state))
			return true;
		if (device_ended(ctl, device, DEVICE_FRONT, state) ||
		    device_ended(ctl, device, DEVICE_BACK, state) ||
		    !domain_alive(ctl, device->user) ||
		    !domain_alive(ctl, device->backend) ||
		    now_seconds() >= until)
			return false;
		sleep_seconds(0.03);
	}
}
