/* SPDX-License-Identifier: GPL-2.0-only */
/* Credentials: what the service domain is told about a process. */
#ifndef FRONT_CREDS_H
#define FRONT_CREDS_H

#include "vsysfront.h"
#include <virtuos/control.h>

struct front_channel;

int front_creds_fill(struct vsys_creds *creds);
int front_creds_attest(struct front_channel *ch, u32 slot, u32 flags);
int front_creds_current(struct front_channel *ch, u32 slot);
void front_creds_free(struct front_channel *ch);

#endif /* FRONT_CREDS_H */
