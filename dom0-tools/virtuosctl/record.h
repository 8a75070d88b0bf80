/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's own record of each device.  The two ends' directories belong to the
 * domains, which can rewrite and remove them; what is true of a device is what
 * stands here, readable by dom0 alone:
 *
 *	/virtuos/user/F/N	"B service class" of device N of user domain F
 *	/virtuos/user/F/next	the next device number of user domain F
 *
 * A record is made in one transaction with the device and removed after it.
 */
#ifndef VIRTUOSCTL_RECORD_H
#define VIRTUOSCTL_RECORD_H

#include "device.h"

#define RECORD_ROOT "/virtuos/user"

/* user and number are given, the rest is filled in; false: there is none. */
bool record_read(struct ctl *ctl, struct device *device);
bool record_exists(struct ctl *ctl, xs_transaction_t t,
		   const struct device *device);
bool record_write(struct ctl *ctl, xs_transaction_t t,
		  const struct device *device);
void record_remove(struct ctl *ctl, const struct device *device);
/* A number that no device of this user domain had, for good. */
bool record_number(struct ctl *ctl, xs_transaction_t t, struct device *device);

/* Add a user domain's devices at a service (NULL: all) to the list. */
void record_list(struct ctl *ctl, unsigned int user, const char *service,
		 struct device_list *list);

#endif /* VIRTUOSCTL_RECORD_H */
