// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl attach: join a user domain to a service domain. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <virtuos/class.h>
#include "base/command.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/seconds.h"
#include "attach.h"
#include "commands.h"
#include "domain.h"
#include "service.h"
#include "store.h"
#include "sweep.h"

/* Two channels of the default size fit well; real programs want more. */
#define GRANT_FRAMES_MIN 16

/* Grants are what channels are made of: say early when there are few. */
static void attach_check_grants(struct ctl *ctl, unsigned int user)
{
	struct gnttab_query_size query = { .dom = user };
	char *name;

	if (xc_gnttab_query_size(ctl->xc, &query) ||
	    query.status != GNTST_okay ||
	    query.max_nr_frames >= GRANT_FRAMES_MIN)
		return;
	name = domain_name(ctl, user);
	say("warning: %s may have only %u grant frames: set max_grant_frames = 64 or more in its xl configuration, or gnttab_max_frames= on Xen's command line for dom0",
	    name, query.max_nr_frames);
	free(name);
}

/* The same service twice: an error if it lives, a leftover if it does not. */
static int attach_check_present(struct ctl *ctl, const struct device *device)
{
	struct device_list list =
		device_find(ctl, device->user, device->service);
	int status = COMMAND_OK;
	unsigned int i;

	for (i = 0; i < list.count && !status; i++) {
		struct device *old = &list.items[i];

		if (old->backend != device->backend &&
		    !domain_alive(ctl, old->backend)) {
			device_remove(ctl, old);
			continue;
		}
		status = say_exit(
			COMMAND_FAILED,
			"%s is attached to domain %u already (device %u, %s): `virtuosctl detach %u %s' first",
			old->service, old->user, old->number,
			device_state_name(device_state(ctl, old, DEVICE_FRONT)),
			old->user, old->service);
	}
	device_list_free(&list);
	return status;
}

static char *attach_value(struct ctl *ctl, const struct device *device,
			  enum device_end end, const char *node)
{
	char path[128];
	long number;

	device_path(device, end, path);
	number = store_read_number(ctl, XBT_NULL, -1, "%s/%s", path, node);
	return number < 0 ? xprintf("none") : xprintf("%ld", number);
}

static int attach_explain_mismatch(struct ctl *ctl, const struct device *device)
{
	char *fv = attach_value(ctl, device, DEVICE_FRONT, VSYS_NODE_VERSION);
	char *ff = attach_value(ctl, device, DEVICE_FRONT, VSYS_NODE_FEATURES);
	char *bv = attach_value(ctl, device, DEVICE_BACK, VSYS_NODE_VERSION);
	char *bf = attach_value(ctl, device, DEVICE_BACK, VSYS_NODE_FEATURES);

	say("user domain: version %s, features %s; %s: version %s, features %s: install the same release of VirtuOS in both",
	    fv, ff, device->service, bv, bf);
	free(fv);
	free(ff);
	free(bv);
	free(bf);
	return CTL_MISMATCH;
}

/* An end gave up: say why, in its own words. */
static int attach_explain_error(struct ctl *ctl, const struct device *device,
				const char *user, const char *front,
				const char *back)
{
	const char *words[] = { "version", "feature" };
	unsigned int i;

	if (front)
		say("%s gave up: %s", user, front);
	if (back)
		say("%s gave up: %s", device->service, back);
	for (i = 0; i < 2; i++)
		if ((front && strstr(front, words[i])) ||
		    (back && strstr(back, words[i])))
			return attach_explain_mismatch(ctl, device);
	if ((front && strstr(front, "grant")) ||
	    (back && strstr(back, "grant")))
		say("raise max_grant_frames of %s or max_maptrack_frames of %s in their xl configurations",
		    user, device->service);
	return COMMAND_FAILED;
}

/* Nobody gave up, but it did not get done: who was it? */
static int attach_explain_state(struct ctl *ctl, const struct device *device,
				const char *user, double limit)
{
	enum device_state front = device_state(ctl, device, DEVICE_FRONT);
	enum device_state back = device_state(ctl, device, DEVICE_BACK);

	if (!domain_alive(ctl, device->backend))
		return say_exit(
			CTL_MISSING,
			"%s ended while it was attached: see its console (/var/log/xen/console), then `virtuosctl restart %s'",
			device->service, device->service);
	if (!domain_alive(ctl, device->user))
		return say_exit(CTL_MISSING, "%s ended while it was attached",
				user);
	if (front >= DEVICE_CLOSING || back >= DEVICE_CLOSING ||
	    front == DEVICE_GONE || back == DEVICE_GONE)
		return say_exit(
			COMMAND_FAILED,
			"%s is %s, %s is %s, without a reason given: see the kernel logs of both",
			user, device_state_name(front), device->service,
			device_state_name(back));
	if (back == DEVICE_INITIALISING)
		return say_exit(
			CTL_TIMEOUT,
			"no vsysback in %s after %.0f s: is it still booting (--timeout), did vsysback.ko load there (see its console)?",
			device->service, limit);
	if (front == DEVICE_INITIALISING)
		return say_exit(
			CTL_TIMEOUT,
			"no vsysfront in %s after %.0f s: load vsysfront.ko there (modprobe vsysfront)",
			user, limit);
	return say_exit(
		CTL_TIMEOUT,
		"not connected after %.0f s: %s is %s, %s is %s: see the kernel logs of both",
		limit, user, device_state_name(front), device->service,
		device_state_name(back));
}

static int attach_explain(struct ctl *ctl, const struct device *device,
			  double limit)
{
	char *user = domain_name(ctl, device->user);
	char *front = device_error(ctl, device, DEVICE_FRONT);
	char *back = device_error(ctl, device, DEVICE_BACK);
	int status;

	if (front || back)
		status = attach_explain_error(ctl, device, user, front, back);
	else
		status = attach_explain_state(ctl, device, user, limit);
	free(user);
	free(front);
	free(back);
	return status;
}

int attach_device(struct ctl *ctl, struct device *device, double limit)
{
	int status = attach_check_present(ctl, device);

	if (status)
		return status;
	sweep(ctl);
	attach_check_grants(ctl, device->user);
	if (!device_create(ctl, device)) {
		if (errno == ENOENT)
			return say_exit(
				CTL_MISSING,
				"a domain ended before it could be attached: see `virtuosctl status'");
		return say_exit(COMMAND_FAILED, "xenstore refused: %s",
				strerror(errno));
	}
	if (limit <= 0 || device_wait(ctl, device, DEVICE_CONNECTED, limit))
		return COMMAND_OK;
	status = attach_explain(ctl, device, limit);
	device_remove(ctl, device);
	service_forget(ctl, device->service, device->user);
	return status;
}

/* Who is meant, and is it a service?  Fills in all but the number. */
static int attach_resolve(struct ctl *ctl, const char *user,
			  const char *service, const char *class,
			  struct device *device)
{
	char *name, *known = NULL;
	int status = domain_want(ctl, user, &device->user);

	if (!status)
		status = domain_want(ctl, service, &device->backend);
	if (status)
		return status;
	if (device->user == device->backend)
		return say_usage("a domain cannot be its own service domain");
	name = domain_name(ctl, device->backend);
	status = service_name_check(name);
	if (!status && !class) {
		known = service_class(ctl, name);
		class = known;
		if (!class)
			status = say_exit(
				COMMAND_FAILED,
				"what does %s serve? Say --class " VSYS_CLASS_CHOICE
				", or put vsys_class = \"…\" in its xl configuration",
				name);
	}
	if (!status) {
		snprintf(device->service, sizeof(device->service), "%s", name);
		snprintf(device->class, sizeof(device->class), "%s", class);
	}
	free(name);
	free(known);
	return status;
}

struct attach_options {
	double limit;
	const char *class;
};

static int attach_option(int option, void *arg)
{
	struct attach_options *o = arg;

	if (option == 'c')
		return service_class_option("attach", &o->class);
	if (option == 't')
		return option_seconds(0, &o->limit);
	o->limit = 0;
	return 0;
}

int cmd_attach(int argc, char **argv)
{
	static const struct option list[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "class", required_argument, NULL, 'c' },
		{ "no-wait", no_argument, NULL, 'n' },
		{ 0 },
	};
	struct attach_options o = { .limit = 20 };
	struct device device = { 0 };
	double begin = now_seconds();
	struct ctl ctl;
	int status = options_parse(argc, argv, "", list, attach_option, &o);

	if (status)
		return status;
	if (argc - optind != 2)
		return say_usage(
			"attach: want a user domain and a service domain");
	status = store_open(&ctl);
	if (!status)
		status = attach_resolve(&ctl, argv[optind], argv[optind + 1],
					o.class, &device);
	if (!status)
		status = attach_device(&ctl, &device, o.limit);
	if (!status)
		printf("%s: device %u of domain %u, %s after %.2f s\n",
		       device.service, device.number, device.user,
		       o.limit > 0 ? "connected" : "made",
		       now_seconds() - begin);
	store_close(&ctl);
	return status;
}
