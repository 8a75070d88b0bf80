/* SPDX-License-Identifier: GPL-2.0-only */
/* Sandbox: which processes may not have channels. */
#ifndef FRONT_SANDBOX_H
#define FRONT_SANDBOX_H

#include "vsysfront.h"
#include <virtuos/front.h>

struct pid;

u32 front_sandbox_binds(u32 class);
bool front_sandbox_binds_opening(u32 class);
bool front_sandbox_binds_process(struct pid *tgid, u32 class);
u32 front_sandbox_allowed(void);

#endif /* FRONT_SANDBOX_H */
