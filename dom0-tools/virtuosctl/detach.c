// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl detach: take a service domain from a user domain. */
#include <stdio.h>
#include <stdlib.h>
#include "base/command.h"
#include "base/options.h"
#include "base/seconds.h"
#include "commands.h"
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
		say("warning: device %u of domain %u did not close (%s: %s, user domain: %s): it is removed all the same",
		    device->number, device->user, device->service,
		    device_state_name(device_state(ctl, device, DEVICE_BACK)),
		    device_state_name(device_state(ctl, device, DEVICE_FRONT)));
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
		status = say_exit(
			CTL_MISSING,
			"%s is not attached to %s: see `virtuosctl status'",
			service, who);
	free(name);
	sweep(ctl);
	return status;
}

static int detach_option(int option, void *limit)
{
	return option_seconds(0, limit);
}

int cmd_detach(int argc, char **argv)
{
	static const struct option list[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	double limit = 10;
	struct ctl ctl;
	int status = options_parse(argc, argv, "", list, detach_option, &limit);

	if (status)
		return status;
	if (argc - optind != 2)
		return say_usage(
			"detach: want a user domain and a service domain");
	status = store_open(&ctl);
	if (!status)
		status =
			detach_all(&ctl, argv[optind], argv[optind + 1], limit);
	store_close(&ctl);
	return status;
}
