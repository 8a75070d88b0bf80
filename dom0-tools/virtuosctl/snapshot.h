/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What status shows: services, devices and domains as they are at one moment.
 * Xenstore has no such moment, so each part may be a little older than the
 * next; what vanishes in between is shown as gone.
 */
#ifndef VIRTUOSCTL_SNAPSHOT_H
#define VIRTUOSCTL_SNAPSHOT_H

#include <stdio.h>
#include "device.h"
#include "domain.h"
#include "stats.h"

struct end_view {
	enum device_state state;
	long version; /* -1: not written */
	long features;
	char *error; /* or NULL */
	struct stats stats;
};

struct device_view {
	struct device device;
	struct end_view front;
	struct end_view back;
	double rate; /* calls per second, or -1: not measured */
};

struct service_view {
	char name[VSYS_SERVICE_NAME_MAX];
	bool running;
	struct domain domain; /* when it is running */
	char *class;	      /* or NULL */
	char *config;	      /* or NULL */
	char *pci;
};

struct snapshot {
	double taken; /* when, in seconds */
	struct service_view *services;
	unsigned int nr_services;
	struct device_view *devices;
	unsigned int nr_devices;
	struct domain *users; /* domains that have devices */
	unsigned int nr_users;
};

void snapshot_take(struct ctl *ctl, struct snapshot *snapshot);
/* Calls per second since an older one. */
void snapshot_rates(struct snapshot *snapshot, const struct snapshot *old);
void snapshot_free(struct snapshot *snapshot);

/* A user domain's name. */
const char *snapshot_user(const struct snapshot *snapshot, unsigned int id);

/* Ways to print it. */
void snapshot_print_table(const struct snapshot *snapshot, FILE *out);
void snapshot_print_limits(const struct snapshot *snapshot, FILE *out);
/* Is anything near its limit? */
bool snapshot_near(const struct snapshot *snapshot);
void snapshot_print_json(const struct snapshot *snapshot, bool pretty,
			 FILE *out);

#endif /* VIRTUOSCTL_SNAPSHOT_H */
