/* SPDX-License-Identifier: GPL-2.0-only */
/* Polled descriptors. */
#ifndef VSYSBACK_POLL_H
#define VSYSBACK_POLL_H

#include <linux/types.h>

struct vsysback_channel;

s64 vsysback_poll_arm(struct vsysback_channel *ch, int fd, u32 events,
		      u32 cookie);
void vsysback_poll_disarm(struct vsysback_channel *ch, int fd);
void vsysback_poll_closed(struct vsysback_channel *ch, int fd);
void vsysback_poll_disarm_all(struct vsysback_channel *ch);

#endif /* VSYSBACK_POLL_H */
