/* SPDX-License-Identifier: GPL-2.0-only */
/* Dispatch: a call, checked and run. */
#ifndef VSYSBACK_DISPATCH_H
#define VSYSBACK_DISPATCH_H

#include <linux/types.h>
#include <virtuos/ring.h>

struct vsysback_worker;

s64 vsysback_dispatch(struct vsysback_worker *w, u32 slot,
		      struct vsys_call *call);
bool vsysback_dispatch_waits(const struct vsys_call *call);

#endif /* VSYSBACK_DISPATCH_H */
