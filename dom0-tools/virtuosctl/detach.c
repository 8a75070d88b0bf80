// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl detach: take a service domain from a user domain. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "domain.h"
#include "service.h"
#include "store.h"

static void detach_device(struct ctl *ctl, const struct device *device,
			  double limit)
{
	double begin = now_seconds();

	device_close(ctl, device);
	if (domain_alive(ctl, device->backend) &&
	    !device_wait(ctl, device, DEVICE_CLOSED, limit))
		report("warning: %s did not close device %u of domain %u within %.0f s; its nodes are removed now",
		       device->service, device->number, device->user, limit);
	device_remove(ctl, device, true);
	printf("%s: device %u of domain %u removed after %.2f s\n",
	       device->service, device->number, device->user,
	       now_seconds() - begin);
}

/* By name when the service is dead, for then nothing else is left of it. */
static int detach_all(struct ctl *ctl, const char *who, const char *service,
		      double limit)
{
	struct device_list list;
	char *name = NULL;
	unsigned int user, i;
	long backend = domain_find(ctl, service);
	int status = domain_want(ctl, who, &user);

	if (status)
		return status;
	if (backend >= 0)
		name = domain_name(ctl, backend);
	list = device_find(ctl, user, name ? name : service);
	for (i = 0; i < list.count; i++)
		detach_device(ctl, &list.items[i], limit);
	if (!list.count)
		status = report_exit(
			CTL_MISSING,
			"%s is not attached to %s: see `virtuosctl status'",
			service, who);
	device_list_free(&list);
	free(name);
	device_sweep(ctl);
	return status;
}

int cmd_detach(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	double limit = 10;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't' && parse_seconds(optarg, &limit))
			continue;
		if (option == 't')
			report("detach: \"%s\" is no number of seconds",
			       optarg);
		return CTL_USAGE;
	}
	if (argc - optind != 2)
		return report_exit(
			CTL_USAGE,
			"detach: want a user domain and a service domain");
	status = store_open(ctl);
	if (!status)
		status = detach_all(ctl, argv[optind], argv[optind + 1], limit);
	return status;
}
