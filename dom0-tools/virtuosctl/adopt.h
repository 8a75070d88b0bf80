/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that a release without records attached. */
#ifndef VIRTUOSCTL_ADOPT_H
#define VIRTUOSCTL_ADOPT_H

#include "ctl.h"

/* Write their records; without such devices nothing happens. */
void adopt_devices(struct ctl *ctl);

#endif /* VIRTUOSCTL_ADOPT_H */
