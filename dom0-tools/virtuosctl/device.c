// SPDX-License-Identifier: GPL-2.0-only
/* vsys devices: finding them, reading and changing their nodes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "domain.h"
#include "service.h"
#include "store.h"
#include "text.h"

const char *device_state_name(enum device_state state)
{
	static const char *const names[] = {
		"gone",	     "initialising", "waiting", "initialised",
		"connected", "closing",	     "closed",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "odd";
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

	device_path(device, end, path);
	return store_read_number(ctl, XBT_NULL, DEVICE_GONE, "%s/state", path);
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
	return text_clean(text, DEVICE_ERROR_MAX);
}

static bool device_read(struct ctl *ctl, struct device *device)
{
	char path[128];
	char *service, *class;

	device_path(device, DEVICE_FRONT, path);
	service = store_read(ctl, XBT_NULL, "%s/service", path);
	class = store_read(ctl, XBT_NULL, "%s/class", path);
	device->backend = store_read_number(ctl, XBT_NULL, DOMID_INVALID,
					    "%s/backend-id", path);
	snprintf(device->service, sizeof(device->service), "%s",
		 service ? service : "");
	snprintf(device->class, sizeof(device->class), "%s",
		 class && service_class_valid(class) ? class : "?");
	free(service);
	free(class);
	return device->service[0];
}

static void device_find_user(struct ctl *ctl, unsigned int user,
			     const char *service, struct device_list *list)
{
	unsigned int count, i;
	char **names = store_list(ctl, XBT_NULL, &count,
				  "/local/domain/%u/device/vsys", user);

	for (i = 0; i < count; i++) {
		long number = store_number(names[i]);
		struct device device = { .user = user, .number = number };

		if (number < 0 || !device_read(ctl, &device))
			continue;
		if (service && strcmp(service, device.service))
			continue;
		list->items = xalloc(list->items,
				     (list->count + 1) * sizeof(*list->items));
		list->items[list->count++] = device;
	}
	free(names);
}

struct device_list device_find(struct ctl *ctl, long user, const char *service)
{
	struct device_list list = { 0 };
	unsigned int count, i;
	unsigned int *ids = domain_list(ctl, &count);

	for (i = 0; i < count; i++)
		if (user < 0 || ids[i] == user)
			device_find_user(ctl, ids[i], service, &list);
	free(ids);
	return list;
}

void device_list_free(struct device_list *list)
{
	free(list->items);
	list->items = NULL;
	list->count = 0;
}

void device_remove_end(struct ctl *ctl, const struct device *device,
		       enum device_end end)
{
	char path[128];

	device_path(device, end, path);
	store_remove(ctl, XBT_NULL, "%s", path);
}

void device_remove(struct ctl *ctl, const struct device *device, bool forget)
{
	device_remove_end(ctl, device, DEVICE_FRONT);
	device_remove_end(ctl, device, DEVICE_BACK);
	if (forget)
		store_remove(ctl, XBT_NULL, SERVICE_ROOT "/%s/users/%u",
			     device->service, device->user);
}

/* As every toolstack does it: the other states follow from B's Closing. */
void device_close(struct ctl *ctl, const struct device *device)
{
	enum device_state state = device_state(ctl, device, DEVICE_BACK);
	char path[128];

	/* One that is closed does not close a second time. */
	if (state == DEVICE_GONE || state == DEVICE_CLOSED)
		return;
	device_path(device, DEVICE_BACK, path);
	store_write_number(ctl, XBT_NULL, 0, "%s/online", path);
	store_write_number(ctl, XBT_NULL, DEVICE_CLOSING, "%s/state", path);
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

static void device_sweep_domain(struct ctl *ctl, unsigned int backend)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count,
				  "/local/domain/%u/backend/vsys", backend);

	for (i = 0; i < count; i++)
		if (!store_exists(ctl, XBT_NULL, "/local/domain/%s", users[i]))
			store_remove(ctl, XBT_NULL,
				     "/local/domain/%u/backend/vsys/%s",
				     backend, users[i]);
	free(users);
}

/* Domain ids come round again, after 32752 others. */
static void device_sweep_numbers(struct ctl *ctl)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count, "/virtuos/user");

	for (i = 0; i < count; i++)
		if (!store_exists(ctl, XBT_NULL, "/local/domain/%s", users[i]))
			store_remove(ctl, XBT_NULL, "/virtuos/user/%s",
				     users[i]);
	free(users);
}

void device_sweep(struct ctl *ctl)
{
	unsigned int count, i;
	unsigned int *ids = domain_list(ctl, &count);

	for (i = 0; i < count; i++)
		device_sweep_domain(ctl, ids[i]);
	free(ids);
	device_sweep_numbers(ctl);
}
