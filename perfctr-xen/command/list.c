// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen list: what each domain here counts, and how. */
#include <errno.h>
#include <string.h>
#include "base/command.h"
#include "base/table.h"
#include "../libperfctr/event.h"
#include "commands.h"
#include "services.h"
#include "local.h"
#include "trial.h"
#include "xen.h"

/* ---- The hypervisor --------------------------------------------------------- */

static void say_road(bool counters)
{
	enum xen_road road = xen_road();

	if (road == XEN_NONE) {
		puts("This is no Xen domain.");
		return;
	}
	printf("This is a %s domain", xen_guest_type());
	if (!counters)
		puts(" without counters: put vpmu=on on Xen's command line (and see `xl dmesg';\n"
		     "a PVH or HVM guest has them if the processor lets Xen give them).  task-clock,\n"
		     "context-switches and page-faults need none.");
	else if (road == XEN_PV_PATCHED)
		printf(" on a patched Xen: user mode (:u) and kernel (:k) are counted apart%s.\n",
		       xen_rdpmc() ? ", and\nprograms read counters by rdpmc" :
				     "");
	else if (road == XEN_PV_STOCK)
		puts(" on stock Xen (or perfctr_xen.ko is not loaded): :u counts\n"
		     "programs and this kernel together, :k counts Xen; programs read counters by a\n"
		     "system call.");
	else
		puts(": the processor counts user mode and kernel apart.");
}

/* ---- Services ----------------------------------------------------------------- */

static void say_services(const struct trial *t, int no_session)
{
	unsigned int i;

	if (no_session) {
		printf("\nService domains: %s.\n", session_why(no_session));
		return;
	}
	if (!t->nr)
		puts("\nService domains: the routing file names none.");
	for (i = 0; i < t->nr; i++)
		if (t->service[i].error)
			printf("\n%s\n", service_why(t->service[i].name,
						     t->service[i].error));
}

/*
 * In a PV domain on stock Xen, what a worker does in its kernel counts as user
 * mode; a worker makes no step in user mode while it has a call.
 */
static void say_modes(struct trial *t)
{
	struct events events = { 0 };
	unsigned int i;

	events_parse(&events, "instructions:u");
	trial_services(t, &events);
	for (i = 0; !t->no_session && i < t->nr; i++) {
		const struct trial_service *s = &t->service[i];

		if (s->error || s->refused)
			continue;
		printf("%s: %s.\n", s->name,
		       s->count.value ?
			       "user mode and kernel are mixed (:u is both, :k is Xen), as stock Xen has it" :
			       "user mode and kernel are counted apart");
	}
}

/* ---- Events --------------------------------------------------------------------- */

static const char *verdict(int err, const struct measure *count)
{
	if (err == -EACCES || err == -EPERM)
		return "not permitted";
	if (err)
		return "-";
	return count->value ? "counts" : "stays 0";
}

static bool list_event(struct table *table, struct trial *t, const char *name)
{
	struct events events = { 0 };
	struct measure count = { 0 };
	unsigned int i;
	int err;

	events_parse(&events, name);
	err = trial_local(&events.event[0], &count);
	table_add(table, "%s", name);
	table_add(table, "%s", verdict(err, &count));
	trial_services(t, &events);
	for (i = 0; i < t->nr; i++)
		if (t->no_session || t->service[i].error)
			table_add(table, "?");
		else
			table_add(table, "%s",
				  verdict(t->service[i].refused,
					  &t->service[i].count));
	return !err && events.event[0].attr.type != PERF_TYPE_SOFTWARE;
}

int cmd_list(int argc, char **argv)
{
	struct table table;
	struct trial trial;
	struct session session;
	bool counters = false;
	const char *name;
	unsigned int i;
	int no_session;

	if (argc > 1)
		return say_usage("list: takes no arguments");
	trial_open(&trial);
	no_session = session_open(&session);
	session_close(&session);
	table_init(&table, 2 + trial.nr, "lr");
	table_add(&table, "event");
	table_add(&table, "user domain");
	for (i = 0; i < trial.nr; i++)
		table_add(&table, "%s", trial.service[i].name);
	for (i = 0; (name = event_known(i)); i++)
		counters |= list_event(&table, &trial, name);
	table_print(&table, stdout);
	puts("rN (hexadecimal: unit mask and event)\n\n"
	     "Each was tried: \"counts\", \"stays 0\" over the trial, - is not there, ? was not\n"
	     "tried.  Behind a name, :u is user mode alone and :k the kernel.\n");
	say_road(counters);
	say_services(&trial, no_session);
	if (!no_session && trial.nr)
		say_modes(&trial);
	trial_close(&trial);
	return COMMAND_OK;
}
