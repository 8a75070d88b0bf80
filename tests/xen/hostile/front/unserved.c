// SPDX-License-Identifier: GPL-2.0-only
/*
 * A channel that no shadow serves (the test has stopped those that wait for one):
 * what is asked of it is answered when it ends, by time or by CLOSE.
 */
#include "front.h"
#include <linux/delay.h>

/* B, which takes one request after the other, has taken that one. */
static void hostile_unserved_submit(struct hostile_front *f, u32 slot)
{
	unsigned long end = hostile_end(HOSTILE_PATIENCE);

	hostile_submit(f, 1u << slot);
	while (READ_ONCE(f->ring.head->pending[0]) & 1ull << slot) {
		if (hostile_over(end)) {
			hostile_fail(f, "request in slot %u: not taken in %u s",
				     slot, HOSTILE_PATIENCE);
			return;
		}
		usleep_range(20, 100);
	}
}

static void hostile_unserved(struct hostile_front *f, bool close)
{
	struct hostile_channel *ch = hostile_channel_make(f);

	if (!ch)
		return;
	hostile_channel_describe(ch, 0);
	hostile_unserved_submit(f, 0);
	/* It is channel 0: there is no other. */
	hostile_refs(f, 1);
	hostile_fill(f, 1, VSYS_CONTROL_ARENA, 0, 0, 0, VSYS_ARENA_REFS_MAX);
	hostile_unserved_submit(f, 1);
	hostile_fill(f, 2, VSYS_CONTROL_CLOSE, 0, 0, 0, 0);
	if (close)
		hostile_unserved_submit(f, 2);
	hostile_wanted(f, "OPEN", hostile_answer(f, 0),
		       close ? -ECANCELED : -EAGAIN);
	hostile_wanted(f, "ARENA", hostile_answer(f, 1), -ESHUTDOWN);
	if (close)
		hostile_wanted(f, "CLOSE", hostile_answer(f, 2), 0);
	hostile_quiet(f);
	hostile_channel_drop(ch, true);
}

void hostile_play_unserved(struct hostile_front *f)
{
	hostile_unserved(f, true);
	if (!f->failures)
		hostile_unserved(f, false);
}
