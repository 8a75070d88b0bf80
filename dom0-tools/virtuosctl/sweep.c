// SPDX-License-Identifier: GPL-2.0-only
/*
 * What domains leave behind that ended without virtuosctl.  It goes before
 * their ids come round again, after 32752 others: a new domain must not inherit
 * devices, nor be attached in the place of an old one.
 */
#include <stdlib.h>
#include "adopt.h"
#include "domain.h"
#include "record.h"
#include "service.h"
#include "store.h"
#include "sweep.h"

/* The id of a domain that is gone; -1: it is there, or the name is no id. */
static long sweep_gone(struct ctl *ctl, const char *name)
{
	long id = store_number(name);

	return id >= 0 && id < DOMID_FIRST_RESERVED &&
			       !store_exists(ctl, XBT_NULL, "/local/domain/%ld",
					     id) ?
		       id :
		       -1;
}

/* Directories at service domains of user domains that are gone. */
static void sweep_backs(struct ctl *ctl, unsigned int backend)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count,
				  "/local/domain/%u/backend/vsys", backend);

	for (i = 0; i < count; i++) {
		long user = sweep_gone(ctl, users[i]);
		struct device any = { .user = user, .backend = backend };

		if (user < 0)
			continue;
		store_remove(ctl, XBT_NULL, "/local/domain/%u/backend/vsys/%ld",
			     backend, user);
		device_prune(ctl, &any);
	}
	free(users);
}

/*
 * Directories at user domains that are no device's: their service domain ended
 * before there were records, or the user domain itself made them.
 */
static void sweep_fronts(struct ctl *ctl, unsigned int user)
{
	unsigned int count, i;
	char **names = store_list(ctl, XBT_NULL, &count,
				  "/local/domain/%u/device/vsys", user);

	for (i = 0; i < count; i++) {
		long number = device_number(names[i]);
		struct device device = { .user = user, .number = number };

		if (number >= 0 && !record_exists(ctl, XBT_NULL, &device))
			device_remove_end(ctl, &device, DEVICE_FRONT);
	}
	if (count)
		store_prune(ctl, "/local/domain/%u/device/vsys", user);
	free(names);
}

static void sweep_records(struct ctl *ctl)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count, RECORD_ROOT);

	for (i = 0; i < count; i++) {
		long user = sweep_gone(ctl, users[i]);

		if (user >= 0)
			store_remove(ctl, XBT_NULL, RECORD_ROOT "/%ld", user);
	}
	free(users);
}

/* Who is to be attached to a service. */
static void sweep_service(struct ctl *ctl, const char *name)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count,
				  SERVICE_ROOT "/%s/users", name);

	for (i = 0; i < count; i++) {
		long user = sweep_gone(ctl, users[i]);

		if (user >= 0)
			service_forget(ctl, name, user);
	}
	free(users);
}

void sweep(struct ctl *ctl)
{
	unsigned int count, i;
	unsigned int *ids = domain_list(ctl, &count);
	char **names;

	adopt_devices(ctl);
	for (i = 0; i < count; i++) {
		sweep_backs(ctl, ids[i]);
		sweep_fronts(ctl, ids[i]);
	}
	free(ids);
	sweep_records(ctl);
	names = store_list(ctl, XBT_NULL, &count, SERVICE_ROOT);
	for (i = 0; i < count; i++)
		sweep_service(ctl, names[i]);
	free(names);
}
