/* SPDX-License-Identifier: GPL-2.0-only */
/* Polled descriptors. */
#ifndef BACK_POLL_H
#define BACK_POLL_H

#include <linux/types.h>

struct back_channel;
struct vsys_call;

s64 back_poll_arm(struct back_channel *ch, int fd, u32 events, u32 cookie);
int back_poll_share(struct back_channel *ch, int fd);
void back_poll_refresh(struct back_channel *ch, const struct vsys_call *call);
void back_poll_disarm(struct back_channel *ch, int fd);
void back_poll_closed(struct back_channel *ch, int fd);
void back_poll_disarm_all(struct back_channel *ch);

#endif /* BACK_POLL_H */
