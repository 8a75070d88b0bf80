/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting and ending service domains. */
#ifndef VIRTUOSCTL_LIFECYCLE_H
#define VIRTUOSCTL_LIFECYCLE_H

#include "ctl.h"

/*
 * Start the service domain NAME; config and class may be NULL: what is
 * recorded, then SERVICE_CONFIGS/NAME.cfg and what stands in it.
 */
int lifecycle_create(struct ctl *ctl, const char *name, const char *config,
		     const char *class, unsigned int *id);

/* End it at once, as a crash would; both ends' nodes are gone afterwards. */
int lifecycle_kill(struct ctl *ctl, const char *name, unsigned int id);

#endif /* VIRTUOSCTL_LIFECYCLE_H */
