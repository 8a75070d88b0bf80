// SPDX-License-Identifier: GPL-2.0-only
/* Domains as the hypervisor and xenstore know them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/memory.h"
#include "base/say.h"
#include "base/text.h"
#include "domain.h"
#include "store.h"

unsigned int *domain_list(struct ctl *ctl, unsigned int *count)
{
	unsigned int found, i;
	char **names = store_list(ctl, XBT_NULL, &found, "/local/domain");
	unsigned int *ids = xalloc(NULL, found * sizeof(*ids));

	*count = 0;
	for (i = 0; i < found; i++) {
		long id = store_number(names[i]);

		if (id >= 0 && id < DOMID_FIRST_RESERVED)
			ids[(*count)++] = id;
	}
	free(names);
	return ids;
}

static long domain_find_name(struct ctl *ctl, const char *who)
{
	unsigned int count, i;
	unsigned int *ids = domain_list(ctl, &count);
	long found = -1;

	for (i = 0; i < count && found < 0; i++) {
		char *name = store_read(ctl, XBT_NULL, "/local/domain/%u/name",
					ids[i]);

		/* A dead domain's directory may linger; a live one is meant. */
		if (name && !strcmp(name, who) && domain_alive(ctl, ids[i]))
			found = ids[i];
		free(name);
	}
	free(ids);
	return found;
}

long domain_find(struct ctl *ctl, const char *who)
{
	long id = store_number(who);

	if (!strcmp(who, "dom0"))
		id = 0;
	if (id < 0)
		return domain_find_name(ctl, who);
	return id < DOMID_FIRST_RESERVED && domain_alive(ctl, id) &&
			       store_exists(ctl, XBT_NULL, "/local/domain/%ld",
					    id) ?
		       id :
		       -1;
}

int domain_want(struct ctl *ctl, const char *who, unsigned int *id)
{
	long found = domain_find(ctl, who);

	if (found < 0)
		return say_exit(
			CTL_MISSING,
			"there is no domain \"%s\": `xl list' shows those there are; `virtuosctl create %s' starts a service domain",
			who, who);
	*id = found;
	return COMMAND_OK;
}

char *domain_name(struct ctl *ctl, unsigned int id)
{
	char *name = store_read(ctl, XBT_NULL, "/local/domain/%u/name", id);

	if (name)
		return name;
	return id ? xprintf("(%u)", id) : xprintf("Domain-0");
}

static bool domain_query(struct ctl *ctl, unsigned int id,
			 xc_domaininfo_t *info)
{
	return xc_domain_getinfolist(ctl->xc, id, 1, info) == 1 &&
	       info->domain == id;
}

bool domain_alive(struct ctl *ctl, unsigned int id)
{
	xc_domaininfo_t info;

	return domain_query(ctl, id, &info) && !(info.flags & XEN_DOMINF_dying);
}

static const char *domain_state(uint32_t flags)
{
	unsigned int why =
		flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;

	if (flags & XEN_DOMINF_dying)
		return "dying";
	if (flags & XEN_DOMINF_shutdown)
		return why == SHUTDOWN_crash ? "crashed" : "shutdown";
	if (flags & XEN_DOMINF_paused)
		return "paused";
	/* Running now or waiting for something: both mean that it is well. */
	return "running";
}

/* xl notes the wall clock's time of creation beside the domain's uuid. */
static double domain_uptime(struct ctl *ctl, unsigned int id)
{
	char *vm = store_read(ctl, XBT_NULL, "/local/domain/%u/vm", id);
	char *text = vm ? store_read(ctl, XBT_NULL, "%s/start_time", vm) : NULL;
	double start = text ? strtod(text, NULL) : 0;
	struct timespec ts;
	double uptime;

	free(vm);
	free(text);
	if (!id) {
		clock_gettime(CLOCK_BOOTTIME, &ts);
		return ts.tv_sec + ts.tv_nsec / 1e9;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	uptime = ts.tv_sec + ts.tv_nsec / 1e9 - start;
	return start > 0 && uptime >= 0 ? uptime : -1;
}

bool domain_info(struct ctl *ctl, unsigned int id, struct domain *domain)
{
	xc_domaininfo_t info;
	char *name;

	if (!domain_query(ctl, id, &info))
		return false;
	name = domain_name(ctl, id);
	domain->id = id;
	strcpy(domain->name, text_cut(name, sizeof(domain->name) - 1));
	domain->state = domain_state(info.flags);
	domain->vcpus = info.nr_online_vcpus;
	domain->memory_kib = info.tot_pages * (XC_PAGE_SIZE / 1024);
	domain->cpu_seconds = info.cpu_time / 1e9;
	domain->uptime = domain_uptime(ctl, id);
	free(name);
	return true;
}

char *domain_pci(struct ctl *ctl, unsigned int id)
{
	const char *dir = "/local/domain/0/backend/pci";
	long n = store_read_number(ctl, XBT_NULL, 0, "%s/%u/0/num_devs", dir,
				   id);
	char *list = xalloc(NULL, 1);
	size_t len = 0;
	long i;

	*list = '\0';
	for (i = 0; i < n && i < 64; i++) {
		char *bdf = store_read(ctl, XBT_NULL, "%s/%u/0/dev-%ld", dir,
				       id, i);

		if (!bdf)
			continue;
		list = xalloc(list, len + strlen(bdf) + 2);
		len += sprintf(list + len, "%s%s", len ? " " : "", bdf);
		free(bdf);
	}
	return list;
}
