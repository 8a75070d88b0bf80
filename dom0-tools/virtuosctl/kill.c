// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl kill: end a service domain at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/options.h"
#include "base/seconds.h"
#include "commands.h"
#include "device.h"
#include "domain.h"
#include "lifecycle.h"
#include "service.h"
#include "store.h"
#include "xl.h"

#define KILL_LIMIT 60 /* seconds for xl */

/* xl leaves nothing behind but what it has no notion of: frontends' nodes. */
static void kill_clean(struct ctl *ctl, struct device_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		device_remove(ctl, &list->items[i]);
}

/* libxl's own note of who has a device, e.g. /libxl/pci/0000-03-00-0/domid. */
static void kill_forget_pci(struct ctl *ctl, unsigned int id, const char *bdf)
{
	char name[32];
	size_t i;

	snprintf(name, sizeof(name), "%s", bdf);
	for (i = 0; name[i]; i++)
		if (name[i] == ':' || name[i] == '.')
			name[i] = '-';
	if (store_read_number(ctl, XBT_NULL, -1, "/libxl/pci/%s/domid", name) ==
	    (long)id)
		store_remove(ctl, XBT_NULL, "/libxl/pci/%s/domid", name);
}

/*
 * xl would ask the domain's pcifront to let go of each PCI device and wait 10 s,
 * more than once, for an answer that a stopped or hung domain does not give.
 * So it gets to see none: Xen takes the devices when it destroys the domain, and
 * pciback resets them when the frontend is gone.
 */
static void kill_hide_pci(struct ctl *ctl, unsigned int id)
{
	static const char dir[] = "/local/domain/0/backend/pci";
	char *list = domain_pci(ctl, id);
	char *rest = NULL;
	char *bdf;

	for (bdf = strtok_r(list, " ", &rest); bdf;
	     bdf = strtok_r(NULL, " ", &rest))
		kill_forget_pci(ctl, id, bdf);
	free(list);
	if (store_exists(ctl, XBT_NULL, "%s/%u/0/num_devs", dir, id))
		store_write_number(ctl, XBT_NULL, 0, "%s/%u/0/num_devs", dir,
				   id);
}

/*
 * The order matters.  The domain is stopped first, by the hypervisor, in the
 * middle of whatever it does.  Then its devices' nodes go, which tells every
 * user domain before xl begins its work.  A user domain's own nodes go last,
 * for its driver to have ended all calls by then.
 */
int lifecycle_kill(struct ctl *ctl, const char *name, unsigned int id)
{
	struct device_list list = device_find(ctl, -1, name);
	const char *args[] = { "destroy", NULL, NULL };
	char text[16];
	unsigned int i;
	int status;

	snprintf(text, sizeof(text), "%u", id);
	args[1] = text;
	if (xc_domain_pause(ctl->xc, id) && errno != ESRCH)
		say("warning: cannot stop %s before it is destroyed: %s", name,
		    strerror(errno));
	for (i = 0; i < list.count; i++)
		if (list.items[i].backend == id)
			device_remove_end(ctl, &list.items[i], DEVICE_BACK);
	kill_hide_pci(ctl, id);
	status = xl_run(KILL_LIMIT, args);
	/* Somebody else may have been faster. */
	if (status && domain_alive(ctl, id))
		say("`xl destroy %u' failed: %s is stopped but not gone, see /var/log/xen",
		    id, name);
	else
		status = COMMAND_OK;
	kill_clean(ctl, &list);
	device_list_free(&list);
	return status;
}

static int kill_named(struct ctl *ctl, const char *who)
{
	double begin = now_seconds();
	unsigned int id;
	char *name;
	int status = domain_want(ctl, who, &id);

	if (status)
		return status;
	name = domain_name(ctl, id);
	if (!service_is(ctl, name, id))
		status = say_exit(
			COMMAND_FAILED,
			"%s is no service domain: `xl destroy %u' if you mean it",
			name, id);
	else
		status = service_lock(name);
	if (!status)
		status = lifecycle_kill(ctl, name, id);
	if (!status)
		printf("%s: domain %u killed in %.2f s\n", name, id,
		       now_seconds() - begin);
	free(name);
	return status;
}

int cmd_kill(int argc, char **argv)
{
	static const struct option list[] = { { 0 } };
	struct ctl ctl;
	int status = options_parse(argc, argv, "", list, NULL, NULL);

	if (status)
		return status;
	if (argc - optind != 1)
		return say_usage("kill: want a service domain");
	status = store_open(&ctl);
	if (!status)
		status = kill_named(&ctl, argv[optind]);
	store_close(&ctl);
	return status;
}
