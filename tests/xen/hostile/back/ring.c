// SPDX-License-Identifier: GPL-2.0-only
/* Ring: a head and slots of F's, mapped in a row. */
#include "back.h"

int hostile_ring_map(struct xenbus_device *xdev, struct hostile_ring *ring,
		     u32 *refs, u32 nr_pages, u32 nr_slots)
{
	int err = xenbus_map_ring_valloc(xdev, refs, nr_pages, &ring->pages);

	if (err) {
		ring->pages = NULL;
		return err;
	}
	ring->ring.head = ring->pages;
	ring->ring.slots = ring->pages + VSYS_PAGE_SIZE;
	ring->ring.nr_slots = nr_slots;
	ring->nr_used = nr_slots;
	ring->cursor = 0;
	vsys_server_wake(&ring->ring);
	return 0;
}

/* What was to be answered there late is not answered at all. */
void hostile_ring_unmap(struct xenbus_device *xdev, struct hostile_ring *ring)
{
	u32 i;

	if (!ring->pages)
		return;
	for (i = 0; i < ring->late->nr; i++)
		if (ring->late->answers[i].ring == ring)
			ring->late->answers[i].ring = NULL;
	__atomic_store_n(&ring->ring.head->server, VSYS_SERVER_DEAD,
			 __ATOMIC_SEQ_CST);
	xenbus_unmap_ring_vfree(xdev, ring->pages);
	ring->pages = NULL;
}

/* That a slot has its answer, and the bell. */
void hostile_ring_tell(struct hostile_ring *ring, u32 slot)
{
	if (ring->ch)
		vsys_event_put(&ring->ch->kernel.ring, &ring->ch->event_prod,
			       VSYS_EVENT_ANSWER | (ring->region + slot));
	notify_remote_via_irq(ring->irq);
}

void hostile_ring_answer(struct hostile_ring *ring, u32 slot, s64 ret)
{
	if (vsys_slot_complete(&ring->ring, slot, ret))
		hostile_ring_tell(ring, slot);
}
