// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl detach: take a service domain from a user domain. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "device.h"
#include "domain.h"
#include "service.h"
#include "store.h"
#include "sweep.h"

/*
 * An end that answers is given until then to close; neither can keep its device
 * by saying nothing.
 */
static void detach_device(struct ctl *ctl, const struct device *device,
			  double until)
{
	double begin = now_seconds();

	device_close(ctl, device);
	if (domain_alive(ctl, device->backend) &&
	    !device_wait(ctl, device, DEVICE_CLOSED, until - begin))
		report("warning: device %u of domain %u did not close (%s: %s, user domain: %s): it is removed all the same",
		       device->number, device->user, device->service,
		       device_state_name(
			       device_state(ctl, device, DEVICE_BACK)),
		       device_state_name(
			       device_state(ctl, device, DEVICE_FRONT)));
	device_remove(ctl, device);
	printf("%s: device %u of domain %u removed after %.2f s\n",
	       device->service, device->number, device->user,
	       now_seconds() - begin);
}

/* True: there was something to take away. */
static bool detach_service(struct ctl *ctl, unsigned int user,
			   const char *service, double until)
{
	struct device_list list = device_find(ctl, user, service);
	bool found = list.count;
	unsigned int i;

	for (i = 0; i < list.count; i++)
		detach_device(ctl, &list.items[i], until);
	device_list_free(&list);
	if (service_forget(ctl, service, user) && !found) {
		printf("%s: not to be attached to domain %u again\n", service,
		       user);
		found = true;
	}
	return found;
}

/* By name when the service is dead, for then nothing else is left of it. */
static int detach_all(struct ctl *ctl, const char *who, const char *service,
		      double limit)
{
	double until = now_seconds() + limit;
	char *name = NULL;
	unsigned int user;
	long backend = domain_find(ctl, service);
	int status = domain_want(ctl, who, &user);

	if (status)
		return status;
	if (backend >= 0)
		name = domain_name(ctl, backend);
	if (!detach_service(ctl, user, name ? name : service, until))
		status = report_exit(
			CTL_MISSING,
			"%s is not attached to %s: see `virtuosctl status'",
			service, who);
	free(name);
	sweep(ctl);
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
