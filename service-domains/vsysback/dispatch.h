/* SPDX-License-Identifier: GPL-2.0-only */
/* Dispatch: a call, checked and run. */
#ifndef BACK_DISPATCH_H
#define BACK_DISPATCH_H

#include <linux/types.h>
#include <virtuos/ring.h>

struct back_worker;

s64 back_dispatch(struct back_worker *w, u32 region, struct vsys_call *call);
bool back_dispatch_waits(const struct vsys_call *call);

#endif /* BACK_DISPATCH_H */
