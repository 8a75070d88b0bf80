/* SPDX-License-Identifier: GPL-2.0-only */
/* Poll: readiness of remote sockets and pipes. */
#ifndef FRONT_POLL_H
#define FRONT_POLL_H

#include "vsysfront.h"
#include "device.h"
#include <linux/poll.h>

struct front_channel;

/* Does B say what sockets are ready for?  One page more of a channel. */
static inline bool front_poll_has_words(const struct front_device *dev)
{
	return dev->features & VSYS_FEATURE_READY;
}

int front_poll_init(struct front_channel *ch);
void front_poll_free(struct front_channel *ch);

__poll_t front_poll(struct file *file, poll_table *table);
bool front_poll_event(struct front_channel *ch, u32 cookie);
bool front_poll_wake_all(struct front_channel *ch);

#endif /* FRONT_POLL_H */
