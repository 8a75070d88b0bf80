/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks: whose a record lock is. */
#ifndef BACK_LOCK_H
#define BACK_LOCK_H

#include <virtuos/ring.h>

struct back_channel;

void back_lock_answer(struct back_channel *ch, const struct vsys_call *call);

#endif /* BACK_LOCK_H */
