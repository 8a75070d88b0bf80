/* SPDX-License-Identifier: GPL-2.0-only */
/* What domains leave behind that ended without virtuosctl. */
#ifndef VIRTUOSCTL_SWEEP_H
#define VIRTUOSCTL_SWEEP_H

#include "ctl.h"

/* Remove it: whenever devices are made or taken away. */
void sweep(struct ctl *ctl);

#endif /* VIRTUOSCTL_SWEEP_H */
