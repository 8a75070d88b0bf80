/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains as the hypervisor and xenstore know them. */
#ifndef VIRTUOSCTL_DOMAIN_H
#define VIRTUOSCTL_DOMAIN_H

#include "ctl.h"

#define DOMAIN_NAME_MAX 64

struct domain {
	unsigned int id;
	char name[DOMAIN_NAME_MAX];
	const char *state; /* running, blocked, paused, crashed, … */
	unsigned int vcpus;
	uint64_t memory_kib;
	double cpu_seconds;
	double uptime; /* seconds, or -1 when it is not known */
};

/* By name, by number, or "dom0"; -1 when there is none. */
long domain_find(struct ctl *ctl, const char *who);
/* The same for one that has to exist; says what to do when it does not. */
int domain_want(struct ctl *ctl, const char *who, unsigned int *id);
/* To be freed; never NULL. */
char *domain_name(struct ctl *ctl, unsigned int id);
/* Does the hypervisor still know it, and is it not dying? */
bool domain_alive(struct ctl *ctl, unsigned int id);
bool domain_info(struct ctl *ctl, unsigned int id, struct domain *domain);
/* Ids of all domains in xenstore, to be freed. */
unsigned int *domain_list(struct ctl *ctl, unsigned int *count);
/* The PCI devices that a domain was given, separated by spaces; to be freed. */
char *domain_pci(struct ctl *ctl, unsigned int id);

#endif /* VIRTUOSCTL_DOMAIN_H */
