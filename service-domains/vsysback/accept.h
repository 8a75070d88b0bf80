/* SPDX-License-Identifier: GPL-2.0-only */
/* Accept queue: channels that wait for a shadow, and shadows that wait for one. */
#ifndef BACK_ACCEPT_H
#define BACK_ACCEPT_H

#include <linux/types.h>
#include <linux/wait.h>

struct back_channel;

extern wait_queue_head_t back_accept_wait;

void back_accept_add(struct back_channel *ch);
bool back_accept_remove(struct back_channel *ch);
struct back_channel *back_accept_next(void);

#endif /* BACK_ACCEPT_H */
