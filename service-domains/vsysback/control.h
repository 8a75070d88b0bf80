/* SPDX-License-Identifier: GPL-2.0-only */
/* Control: the channel between this kernel and the frontend's. */
#ifndef VSYSBACK_CONTROL_H
#define VSYSBACK_CONTROL_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <virtuos/ring.h>

#include "bell.h"
#include "map.h"

struct task_struct;
struct vsysback_device;

#define VSYSBACK_LATER 1	/* no answer yet */

/* What answers a request: the answer, or VSYSBACK_LATER. */
typedef s64 vsysback_control_handler(struct vsysback_device *dev, u32 slot,
				     const struct vsys_call *call);

struct vsysback_control {
	struct vsys_ring ring;
	struct vsysback_mapping pages;
	struct vsysback_bell bell;
	struct task_struct *thread;
	vsysback_control_handler *handle;
	wait_queue_head_t wait;
	bool kicked;

	/* Guards all below, and what is mapped as long as it is connected. */
	struct mutex lock;
	bool connected;
	/* A bit for each slot whose request has not been answered. */
	unsigned long unanswered;
};

void vsysback_control_init(struct vsysback_control *c);
int vsysback_control_map(struct vsysback_device *dev, const grant_ref_t *refs,
			 unsigned int port);
void vsysback_control_unmap(struct vsysback_device *dev);
int vsysback_control_start(struct vsysback_device *dev,
			   vsysback_control_handler *handle);
void vsysback_control_stop(struct vsysback_device *dev);
void *vsysback_control_message(struct vsysback_device *dev, u32 slot);
void vsysback_control_reply(struct vsysback_device *dev, u32 slot, s64 ret);

#endif /* VSYSBACK_CONTROL_H */
