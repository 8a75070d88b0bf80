// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim, take, complete and sleep over a head and slots that the other end
 * wrote, and changes between the steps.
 */
#include <virtuos/ring.h>
#include "fuzz.h"

static struct vsys_ring ring;

static void step(struct fuzz *f, uint32_t *cursor)
{
	uint32_t where = fuzz_u32(f), s;
	struct vsys_call call;
	int got;

	switch (fuzz_u8(f) % 7) {
	case 0:		/* the other end writes */
		((uint32_t *)ring.head)[where % 1024] = fuzz_u32(f);
		break;
	case 1:
		((uint32_t *)ring.slots)[where % (ring.nr_slots * 16)] =
			fuzz_u32(f);
		break;
	case 2:
		ring.head->pending[where % VSYS_PENDING_WORDS] = fuzz_u64(f);
		break;
	case 3:
		got = vsys_ring_claim(&ring, cursor);
		CHECK(got >= -1 && got < (int)ring.nr_slots);
		CHECK(*cursor <= ring.nr_slots || got < 0);
		if (got < 0)
			break;
		if (vsys_ring_take(&ring, got, &call))
			vsys_slot_complete(&ring, got, call.args[0]);
		break;
	case 4:
		if (vsys_server_sleep(&ring))
			CHECK(!vsys_ring_pending(&ring));
		else
			CHECK(vsys_ring_pending(&ring));
		break;
	case 5:
		s = where % ring.nr_slots;
		vsys_slot_submit(&ring, s);
		CHECK(ring.slots[s].state == VSYS_SLOT_SUBMITTED);
		break;
	case 6:
		s = where % ring.nr_slots;
		if (vsys_slot_wait(&ring.slots[s]))
			CHECK(ring.slots[s].state ==
			      (VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING));
		vsys_slot_finish(&ring.slots[s]);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint32_t cursor, k, claimed = 0;

	static struct vsys_slot *slots;

	if (!slots) {
		ring.head = test_guarded(sizeof(*ring.head));
		slots = test_guarded(VSYS_SLOTS_MAX * sizeof(*slots));
	}
	/* The last slot ends at the inaccessible page. */
	ring.nr_slots = 64 * (1 + fuzz_u8(&f) % (VSYS_SLOTS_MAX / 64));
	ring.slots = slots + VSYS_SLOTS_MAX - ring.nr_slots;
	memset(ring.slots, 0, ring.nr_slots * sizeof(*slots));
	cursor = fuzz_u32(&f);
	memset(ring.head, 0, sizeof(*ring.head));
	while (f.left)
		step(&f, &cursor);
	/* Whatever was written: claiming comes to an end. */
	for (k = 0; k <= ring.nr_slots; k++)
		claimed += vsys_ring_claim(&ring, &cursor) >= 0;
	CHECK(claimed <= ring.nr_slots);
	CHECK(!vsys_ring_pending(&ring));
	return fuzz_end();
}
