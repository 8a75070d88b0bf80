/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks: whose a record lock is. */
#ifndef VSYSBACK_LOCK_H
#define VSYSBACK_LOCK_H

#include <virtuos/ring.h>

struct vsysback_channel;

void vsysback_lock_answer(struct vsysback_channel *ch,
			  const struct vsys_call *call);

#endif /* VSYSBACK_LOCK_H */
