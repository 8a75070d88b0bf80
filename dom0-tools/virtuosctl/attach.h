/* SPDX-License-Identifier: GPL-2.0-only */
/* Joining a user domain and a service domain. */
#ifndef VIRTUOSCTL_ATTACH_H
#define VIRTUOSCTL_ATTACH_H

#include "device.h"

/*
 * Make a device and, unless limit is 0, wait until both ends are connected.
 * On failure nothing stays behind.  device: user, backend, service and class
 * are given, the number is filled in.
 */
int attach_device(struct ctl *ctl, struct device *device, double limit);

#endif /* VIRTUOSCTL_ATTACH_H */
