/* SPDX-License-Identifier: GPL-2.0-only */
/* Control: the channel between this kernel and the frontend's. */
#ifndef BACK_CONTROL_H
#define BACK_CONTROL_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <virtuos/ring.h>

#include "bell.h"
#include "map.h"

struct task_struct;
struct back_device;

#define BACK_LATER 1	/* no answer yet */

/* What answers a request: the answer, or BACK_LATER. */
typedef s64 back_control_handler(struct back_device *dev, u32 slot,
				 const struct vsys_call *call);

struct back_control {
	struct vsys_ring ring;
	struct back_mapping pages;
	struct back_bell bell;
	struct task_struct *thread;
	back_control_handler *handle;
	wait_queue_head_t wait;
	bool kicked;

	/* Guards all below, and what is mapped as long as it is connected. */
	struct mutex lock;
	bool connected;
	/* A bit for each slot whose request has not been answered. */
	unsigned long unanswered;
};

void back_control_init(struct back_control *c);
int back_control_map(struct back_device *dev, const grant_ref_t *refs,
		     unsigned int port);
void back_control_unmap(struct back_device *dev);
int back_control_start(struct back_device *dev, back_control_handler *handle);
void back_control_stop(struct back_device *dev);
void *back_control_message(struct back_device *dev, u32 slot);
void back_control_reply(struct back_device *dev, u32 slot, s64 ret);

#endif /* BACK_CONTROL_H */
