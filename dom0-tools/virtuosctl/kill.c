// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl kill: end a service domain at once. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "domain.h"
#include "lifecycle.h"
#include "service.h"
#include "store.h"
#include "xl.h"

#define KILL_LIMIT	60	/* seconds for xl, which resets PCI devices */

/* xl leaves nothing behind but what it has no notion of: frontends' nodes. */
static void kill_clean(struct ctl *ctl, struct device_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		device_remove(ctl, &list->items[i], false);
}

/*
 * The order matters.  The domain is stopped first, by the hypervisor, in the
 * middle of whatever it does.  Then its devices' nodes go, which tells every
 * user domain before xl has reset and taken back the PCI devices.  A user
 * domain's own nodes go last, for its driver to end calls by then.
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
		report("warning: cannot stop %s before it is destroyed: %s",
		       name, strerror(errno));
	for (i = 0; i < list.count; i++)
		if (list.items[i].backend == id)
			device_remove_end(ctl, &list.items[i], DEVICE_BACK);
	status = xl_run(KILL_LIMIT, args);
	/* Somebody else may have been faster. */
	if (status && domain_alive(ctl, id))
		report("`xl destroy %u' failed: %s is stopped but not gone, see /var/log/xen",
		       id, name);
	else
		status = CTL_OK;
	kill_clean(ctl, &list);
	device_list_free(&list);
	return status;
}

int cmd_kill(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	double begin = now_seconds();
	unsigned int id;
	char *name;
	int status;

	if (getopt_long(argc, argv, "", options, NULL) != -1)
		return CTL_USAGE;
	if (argc - optind != 1)
		return report_exit(CTL_USAGE, "kill: want a service domain");
	status = domain_want(ctl, argv[optind], &id);
	if (status)
		return status;
	name = domain_name(ctl, id);
	if (!service_is(ctl, name, id))
		status = report_exit(CTL_FAILED,
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
