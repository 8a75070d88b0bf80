/* SPDX-License-Identifier: GPL-2.0-only */
/* Poll: readiness of remote sockets and pipes. */
#ifndef FRONT_POLL_H
#define FRONT_POLL_H

#include "vsysfront.h"
#include <linux/poll.h>

struct front_channel;

__poll_t front_poll(struct file *file, poll_table *table);
bool front_poll_drain(struct front_channel *ch, bool *all);
bool front_poll_wake_all(struct front_channel *ch);

#endif /* FRONT_POLL_H */
