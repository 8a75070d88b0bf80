// SPDX-License-Identifier: GPL-2.0-only
/* Control slots that nobody uses, bits without a request, unknown requests. */
#include "front.h"
#include <linux/delay.h>

/* Slots 14 to 63 of the page, and bits of slots that it has not. */
void hostile_play_slots(struct hostile_front *f)
{
	u32 slot, round, w;

	for (slot = VSYS_CONTROL_SLOTS; slot < VSYS_SLOTS_MIN; slot++) {
		hostile_fill(f, slot, VSYS_CONTROL_CLOSE, 0, 0, 0, 0);
		WRITE_ONCE(f->ring.slots[slot].state, VSYS_SLOT_SUBMITTED);
	}
	for (round = 0; round < 1000; round++) {
		for (w = 0; w < VSYS_PENDING_WORDS; w++)
			__atomic_store_n(&f->ring.head->pending[w], ~0ull,
					 __ATOMIC_SEQ_CST);
		hostile_ring_bell(f);
		cond_resched();
	}
	hostile_refused(f, "CLOSE of nothing in slot 0",
			hostile_ask(f, 0, VSYS_CONTROL_CLOSE, 0, 0, 0, 0));
	msleep(200);
	for (slot = VSYS_CONTROL_SLOTS; slot < VSYS_SLOTS_MIN; slot++) {
		if (vsys_slot_done(&f->ring.slots[slot]))
			hostile_fail(f, "slot %u, which is none, was answered",
				     slot);
		f->ring.slots[slot].state = VSYS_SLOT_FREE;
	}
	for (w = 0; w < VSYS_PENDING_WORDS; w++)
		WRITE_ONCE(f->ring.head->pending[w], 0);
	hostile_channel_sane(f);
}

/* States that a slot never has, with a bit set: ignored. */
static void hostile_numbers_states(struct hostile_front *f)
{
	static const u32 states[] = { 0, 2, 3, 0x100, 0x102, 0x201, ~0u };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		hostile_fill(f, 1, VSYS_CONTROL_CLOSE, 0, 0, 0, 0);
		WRITE_ONCE(f->ring.slots[1].state, states[i]);
		__atomic_fetch_or(&f->ring.head->pending[0], 2,
				  __ATOMIC_SEQ_CST);
		hostile_ring_bell(f);
		hostile_refused(
			f, "CLOSE of nothing beside it",
			hostile_ask(f, 0, VSYS_CONTROL_CLOSE, 0, 0, 0, 0));
		hostile_wanted(f, "a slot that was not submitted",
			       READ_ONCE(f->ring.slots[1].state), states[i]);
	}
	WRITE_ONCE(f->ring.slots[1].state, VSYS_SLOT_FREE);
}

void hostile_play_numbers(struct hostile_front *f)
{
	static const u32 numbers[] = {
		0, VSYS_CONTROL_RETIRE + 1, 255, VSYS_NR_NOP, 1u << 20,
		1u << 31, ~0u,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		hostile_refused(f, "a request that there is not",
				hostile_ask(f, i, numbers[i], 0, 0, 0, 0));
	hostile_numbers_states(f);
	hostile_channel_sane(f);
}
