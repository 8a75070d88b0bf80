// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bells as fast as they can be rung, for slots that are free: pending bits are
 * set for them, so that there seems to be something to do each time.
 */
#include "front.h"

#define HOSTILE_SECONDS 12
#define HOSTILE_BELLS 4

/* Slot 63 of a ring is used by nobody here. */
static void hostile_storm_bit(struct vsys_ring *ring)
{
	__atomic_fetch_or(&ring->head->pending[0], 1ull << 63,
			  __ATOMIC_RELAXED);
}

static void hostile_storm_blow(struct hostile_front *f,
			       struct hostile_channel *const ch[], u32 nr)
{
	unsigned long end = hostile_end(HOSTILE_SECONDS);
	u64 bells = 0;
	u32 i;

	while (!hostile_over(end)) {
		for (i = 0; i < nr; i++) {
			hostile_storm_bit(&ch[i]->program);
			hostile_storm_bit(&ch[i]->kernel);
			notify_remote_via_irq(ch[i]->bell.irq);
		}
		hostile_storm_bit(&f->ring);
		hostile_ring_bell(f);
		bells += nr + 1;
		if (bells % 64 == 0)
			cond_resched();
	}
	hostile_say(f, "storm: %llu bells in %u s", bells, HOSTILE_SECONDS);
}

void hostile_play_storm(struct hostile_front *f)
{
	struct hostile_channel *ch[HOSTILE_BELLS];
	u32 nr = 0;

	while (nr < HOSTILE_BELLS && (ch[nr] = hostile_channel_new(f)))
		nr++;
	hostile_storm_blow(f, ch, nr);
	while (nr)
		hostile_channel_close(ch[--nr]);
	hostile_channel_sane(f);
}
