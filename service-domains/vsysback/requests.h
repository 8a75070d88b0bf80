/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests: what the frontend's kernel asks on the control channel. */
#ifndef BACK_REQUESTS_H
#define BACK_REQUESTS_H

#include <linux/types.h>
#include <virtuos/ring.h>

struct back_device;

s64 back_request_handle(struct back_device *dev, u32 control_slot,
			const struct vsys_call *call);

#endif /* BACK_REQUESTS_H */
