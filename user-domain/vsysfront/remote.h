/* SPDX-License-Identifier: GPL-2.0-only */
/* Remote descriptors of a channel: whose each of them is, until it is closed. */
#ifndef FRONT_REMOTE_H
#define FRONT_REMOTE_H

#include "vsysfront.h"

struct front_channel;
struct front_placeholder;

/* 0: it is the caller's, to close.  EIO, ENOMEM: it is not, and stays open. */
int front_remote_take(struct front_channel *ch, s32 fd);
/* Of one that was taken: events are this placeholder's. */
void front_remote_enter(struct front_channel *ch, s32 fd,
			struct front_placeholder *p);
/* Closes one that was taken, and waits for that, but not for ever. */
void front_remote_close(struct front_channel *ch, s32 fd);

#endif /* FRONT_REMOTE_H */
