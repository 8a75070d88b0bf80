// SPDX-License-Identifier: GPL-2.0-only
/* Collecting what status shows. */
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/seconds.h"
#include "service.h"
#include "snapshot.h"
#include "store.h"

static void end_read(struct ctl *ctl, const struct device *device,
		     enum device_end end, struct end_view *view)
{
	char path[128];
	char *stats;

	device_path(device, end, path);
	view->state = device_state(ctl, device, end);
	view->version = store_read_number(ctl, XBT_NULL, -1,
					  "%s/" VSYS_NODE_VERSION, path);
	view->features = store_read_number(ctl, XBT_NULL, -1,
					   "%s/" VSYS_NODE_FEATURES, path);
	view->error = device_error(ctl, device, end);
	stats = store_read(ctl, XBT_NULL, "%s/" VSYS_NODE_STATS, path);
	stats_parse(stats, &view->stats);
	free(stats);
}

static void snapshot_devices(struct ctl *ctl, struct snapshot *snapshot)
{
	struct device_list list = device_find(ctl, -1, NULL);
	unsigned int i;

	snapshot->nr_devices = list.count;
	snapshot->devices =
		xalloc(NULL, list.count * sizeof(*snapshot->devices));
	for (i = 0; i < list.count; i++) {
		struct device_view *view = &snapshot->devices[i];

		memset(view, 0, sizeof(*view));
		view->device = list.items[i];
		view->rate = -1;
		end_read(ctl, &view->device, DEVICE_FRONT, &view->front);
		end_read(ctl, &view->device, DEVICE_BACK, &view->back);
	}
	device_list_free(&list);
}

static void service_add(struct ctl *ctl, const char *name,
			struct snapshot *snapshot)
{
	struct service_view view = { 0 };
	unsigned int i;
	long id;

	if (!*name || strlen(name) >= sizeof(view.name))
		return;
	for (i = 0; i < snapshot->nr_services; i++)
		if (!strcmp(snapshot->services[i].name, name))
			return;
	strcpy(view.name, name);
	id = domain_find(ctl, name);
	view.running = id >= 0 && domain_info(ctl, id, &view.domain);
	view.class = service_class(ctl, name);
	view.config = service_config(ctl, name);
	view.pci = view.running ? domain_pci(ctl, id) : strdup("");
	snapshot->services = xgrow(snapshot->services, snapshot->nr_services,
				   sizeof(*snapshot->services));
	snapshot->services[snapshot->nr_services++] = view;
}

/* Services that were created by virtuosctl, and those that devices name. */
static void snapshot_services(struct ctl *ctl, struct snapshot *snapshot)
{
	unsigned int count, i;
	char **names = store_list(ctl, XBT_NULL, &count, SERVICE_ROOT);

	for (i = 0; i < count; i++)
		service_add(ctl, names[i], snapshot);
	free(names);
	for (i = 0; i < snapshot->nr_devices; i++)
		service_add(ctl, snapshot->devices[i].device.service, snapshot);
}

static void snapshot_users(struct ctl *ctl, struct snapshot *snapshot)
{
	unsigned int i, j;

	for (i = 0; i < snapshot->nr_devices; i++) {
		unsigned int id = snapshot->devices[i].device.user;
		struct domain domain;

		for (j = 0; j < snapshot->nr_users; j++)
			if (snapshot->users[j].id == id)
				break;
		if (j < snapshot->nr_users || !domain_info(ctl, id, &domain))
			continue;
		snapshot->users = xgrow(snapshot->users, snapshot->nr_users,
					sizeof(*snapshot->users));
		snapshot->users[snapshot->nr_users++] = domain;
	}
}

const char *snapshot_user(const struct snapshot *snapshot, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < snapshot->nr_users; i++)
		if (snapshot->users[i].id == id)
			return snapshot->users[i].name;
	return "gone";
}

void snapshot_take(struct ctl *ctl, struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->taken = now_seconds();
	snapshot_devices(ctl, snapshot);
	snapshot_services(ctl, snapshot);
	snapshot_users(ctl, snapshot);
}

/*
 * Calls per second between two samples of one end.  An end writes when
 * something changed, so the first sample of a device that has been idle is
 * old: then our own interval is the better divisor.
 */
static double stats_rate(const struct stats *old, const struct stats *new,
			 double interval)
{
	const uint64_t *was = old->value, *is = new->value;
	double seconds;

	if (!old->known[STAT_MS] || !new->known[STAT_MS] ||
	    !old->known[STAT_CALLS] || !new->known[STAT_CALLS])
		return -1;
	if (is[STAT_MS] <= was[STAT_MS] || is[STAT_CALLS] <= was[STAT_CALLS])
		return 0;
	seconds = (is[STAT_MS] - was[STAT_MS]) / 1000.0;
	if (seconds > interval + 1)
		seconds = interval;
	return (is[STAT_CALLS] - was[STAT_CALLS]) / seconds;
}

/* Calls are counted by the end that is trusted: the user domain's. */
static void device_rate(struct device_view *view, const struct snapshot *old,
			double interval)
{
	unsigned int i;

	for (i = 0; i < old->nr_devices; i++) {
		const struct device_view *was = &old->devices[i];

		/* Its number is no other's, ever. */
		if (was->device.user == view->device.user &&
		    was->device.number == view->device.number)
			view->rate = stats_rate(&was->front.stats,
						&view->front.stats, interval);
	}
}

void snapshot_rates(struct snapshot *snapshot, const struct snapshot *old)
{
	unsigned int i;

	for (i = 0; i < snapshot->nr_devices; i++)
		device_rate(&snapshot->devices[i], old,
			    snapshot->taken - old->taken);
}

void snapshot_free(struct snapshot *snapshot)
{
	unsigned int i;

	for (i = 0; i < snapshot->nr_services; i++) {
		free(snapshot->services[i].class);
		free(snapshot->services[i].config);
		free(snapshot->services[i].pci);
	}
	for (i = 0; i < snapshot->nr_devices; i++) {
		free(snapshot->devices[i].front.error);
		free(snapshot->devices[i].back.error);
	}
	free(snapshot->services);
	free(snapshot->devices);
	free(snapshot->users);
}
