/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 remembers about a service domain, so that it can be started again
 * and attached to the same users.  In xenstore, readable by dom0 alone:
 *
 *	/virtuos/service/NAME/config	xl configuration it was created from
 *	/virtuos/service/NAME/class	"network", "storage" or "both"
 *	/virtuos/service/NAME/users/F	user domains to attach it to
 *
 * The devices themselves are in record.h.
 */
#ifndef VIRTUOSCTL_SERVICE_H
#define VIRTUOSCTL_SERVICE_H

#include "ctl.h"

#define SERVICE_ROOT "/virtuos/service"
/* From configure's --sysconfdir. */
#define SERVICE_CONFIGS VIRTUOS_CONFIGS

/* Can it be the name of a service?  Says why not. */
int service_name_check(const char *name);
bool service_class_valid(const char *class);
/* optarg as a class; 0, or the exit status after saying what it is not. */
int service_class_option(const char *command, const char **class);

/* Was it ever one?  A slip must not cost a user domain its life. */
bool service_is(struct ctl *ctl, const char *name, unsigned int id);

/* To be freed; NULL: unknown. */
char *service_config(struct ctl *ctl, const char *name);
/* From the record, or from the name when it is that of a class; to be freed. */
char *service_class(struct ctl *ctl, const char *name);
void service_record(struct ctl *ctl, const char *name, const char *config,
		    const char *class);

/* The user domains that a service's next domain is attached to. */
bool service_remember(struct ctl *ctl, xs_transaction_t t, const char *name,
		      unsigned int user);
/* Was it one of them? */
bool service_forget(struct ctl *ctl, const char *name, unsigned int user);

/* Only one virtuosctl at a time starts or ends a service: held until exit. */
int service_lock(const char *name);

#endif /* VIRTUOSCTL_SERVICE_H */
