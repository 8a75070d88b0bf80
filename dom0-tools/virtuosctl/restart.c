// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl restart: a fresh service domain in the place of the old one. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "attach.h"
#include "domain.h"
#include "lifecycle.h"
#include "service.h"
#include "store.h"

/* The clock of the whole, and of the step that runs. */
struct restart_clock {
	double begin;
	double step;
};

static void restart_step(struct restart_clock *clock, const char *name,
			 const char *what)
{
	double now = now_seconds();

	printf("%s: %s in %.2f s\n", name, what, now - clock->step);
	fflush(stdout);
	clock->step = now;
}

/* The old domain, or what it left when it died by itself. */
static int restart_kill(struct ctl *ctl, const char *name,
			struct restart_clock *clock)
{
	long id = domain_find(ctl, name);
	struct device_list list;
	unsigned int i;
	int status;

	if (id > 0) {
		status = lifecycle_kill(ctl, name, id);
		if (!status)
			restart_step(clock, name, "killed");
		return status;
	}
	list = device_find(ctl, -1, name);
	for (i = 0; i < list.count; i++)
		device_remove(ctl, &list.items[i]);
	device_list_free(&list);
	return CTL_OK;
}

/* One user; one that is gone is forgotten. */
static int restart_attach(struct ctl *ctl, struct device *device, double limit,
			  struct restart_clock *clock)
{
	char what[DOMAIN_NAME_MAX + 64];
	char *user;
	int status;

	if (!domain_alive(ctl, device->user)) {
		service_forget(ctl, device->service, device->user);
		return CTL_OK;
	}
	status = attach_device(ctl, device, limit);
	if (status) {
		/* It was attached, and should be the next time. */
		service_remember(ctl, XBT_NULL, device->service, device->user);
		return status;
	}
	user = domain_name(ctl, device->user);
	snprintf(what, sizeof(what), "attached to %s (device %u)", user,
		 device->number);
	restart_step(clock, device->service, what);
	free(user);
	return CTL_OK;
}

static int restart_attach_all(struct ctl *ctl, const char *name,
			      unsigned int id, double limit,
			      struct restart_clock *clock)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count,
				  SERVICE_ROOT "/%s/users", name);
	char *class = service_class(ctl, name);
	int status = CTL_OK;

	for (i = 0; i < count; i++) {
		struct device device = { .backend = id };
		long user = store_number(users[i]);
		int one;

		if (user < 0)
			continue;
		device.user = user;
		snprintf(device.service, sizeof(device.service), "%s", name);
		snprintf(device.class, sizeof(device.class), "%s",
			 class ? class : "");
		one = restart_attach(ctl, &device, limit, clock);
		status = status ? status : one;
	}
	free(class);
	free(users);
	return status;
}

static int restart(struct ctl *ctl, const char *name, double limit)
{
	struct restart_clock clock = { now_seconds(), now_seconds() };
	unsigned int id;
	int status = restart_kill(ctl, name, &clock);

	if (!status)
		status = lifecycle_create(ctl, name, NULL, NULL, &id);
	if (status)
		return status;
	restart_step(&clock, name, "created");
	status = restart_attach_all(ctl, name, id, limit, &clock);
	if (!status)
		printf("%s: domain %u, back after %.2f s\n", name, id,
		       now_seconds() - clock.begin);
	return status;
}

int cmd_restart(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	double limit = 60;
	long id;
	char *name;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't' && parse_seconds(optarg, &limit))
			continue;
		if (option == 't')
			report("restart: \"%s\" is no number of seconds",
			       optarg);
		return CTL_USAGE;
	}
	if (argc - optind != 1)
		return report_exit(CTL_USAGE, "restart: want a service domain");
	status = store_open(ctl);
	if (status)
		return status;
	/* A number is turned into a name, which outlives the domain. */
	id = domain_find(ctl, argv[optind]);
	name = id >= 0 ? domain_name(ctl, id) : strdup(argv[optind]);
	if (id >= 0 && !service_is(ctl, name, id))
		status = report_exit(
			CTL_FAILED,
			"%s is no service domain: `virtuosctl status' shows those there are",
			name);
	else
		status = service_name_check(name);
	if (!status)
		status = service_lock(name);
	if (!status)
		status = restart(ctl, name, limit);
	free(name);
	return status;
}
