/* SPDX-License-Identifier: GPL-2.0-only */
/* Accept queue: channels that wait for a shadow, and shadows that wait for one. */
#ifndef VSYSBACK_ACCEPT_H
#define VSYSBACK_ACCEPT_H

#include <linux/types.h>
#include <linux/wait.h>

struct vsysback_channel;

extern wait_queue_head_t vsysback_accept_wait;

void vsysback_accept_add(struct vsysback_channel *ch);
bool vsysback_accept_remove(struct vsysback_channel *ch);
struct vsysback_channel *vsysback_accept_next(void);

#endif /* VSYSBACK_ACCEPT_H */
