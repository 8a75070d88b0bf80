/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a slot's answer. */
#ifndef FRONT_WAIT_H
#define FRONT_WAIT_H

#include "vsysfront.h"
#include <virtuos/channel.h>

struct front_ring;

int front_wait(struct front_ring *ring, struct vsys_slot *slot,
	       unsigned int state, long timeout);
/* Whose program has polled already. */
int front_wait_asleep(struct front_ring *ring, struct vsys_slot *slot,
		      unsigned int state, long timeout);
bool front_wait_wake(struct front_ring *ring, const struct vsys_slot *slot);
bool front_wait_wake_all(struct front_ring *ring);
void front_wait_init(void);

#endif /* FRONT_WAIT_H */
