// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl restart: a fresh service domain in the place of the old one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/seconds.h"
#include "attach.h"
#include "commands.h"
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
	return COMMAND_OK;
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
		return COMMAND_OK;
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
	return COMMAND_OK;
}

static int restart_attach_all(struct ctl *ctl, const char *name,
			      unsigned int id, double limit,
			      struct restart_clock *clock)
{
	unsigned int count, i;
	char **users = store_list(ctl, XBT_NULL, &count,
				  SERVICE_ROOT "/%s/users", name);
	char *class = service_class(ctl, name);
	int status = COMMAND_OK;

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

/* A number is turned into a name, which outlives the domain. */
static int restart_named(struct ctl *ctl, const char *who, double limit)
{
	long id = domain_find(ctl, who);
	char *name = id >= 0 ? domain_name(ctl, id) : xprintf("%s", who);
	int status;

	if (id >= 0 && !service_is(ctl, name, id))
		status = say_exit(
			COMMAND_FAILED,
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

static int restart_option(int option, void *limit)
{
	return option_seconds(0, limit);
}

int cmd_restart(int argc, char **argv)
{
	static const struct option list[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	double limit = 60;
	struct ctl ctl;
	int status =
		options_parse(argc, argv, "", list, restart_option, &limit);

	if (status)
		return status;
	if (argc - optind != 1)
		return say_usage("restart: want a service domain");
	status = store_open(&ctl);
	if (!status)
		status = restart_named(&ctl, argv[optind], limit);
	store_close(&ctl);
	return status;
}
