/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests: what the frontend's kernel asks on the control channel. */
#ifndef VSYSBACK_REQUESTS_H
#define VSYSBACK_REQUESTS_H

#include <linux/types.h>
#include <virtuos/ring.h>

struct vsysback_device;

s64 vsysback_request_handle(struct vsysback_device *dev, u32 slot,
			    const struct vsys_call *call);

#endif /* VSYSBACK_REQUESTS_H */
