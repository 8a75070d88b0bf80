// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random calls on both rings of a channel, many of which block: nothing is
 * wanted of them but that the channel ends when it is told to.
 */
#include "front.h"
#include <linux/delay.h>

#define HOSTILE_SECONDS 15
#define HOSTILE_ROUNDS 8

static u64 hostile_calls_argument(u32 region)
{
	switch (hostile_random_below(4)) {
	case 0: /* a descriptor */
		return hostile_random_below(24);
	case 1: /* a place in the slot's region, or just outside of it */
		return VSYS_ARENA_LOW + region * (u64)VSYS_SLOT_ARENA_MAX +
		       hostile_random_below(VSYS_SLOT_ARENA_MAX + 64);
	default:
		return hostile_random_value();
	}
}

static u32 hostile_calls_number(void)
{
	switch (hostile_random_below(4)) {
	case 0:
		return VSYS_NR_socket + hostile_random_below(14);
	case 1:
		return VSYS_NR_NOP + hostile_random_below(4);
	case 2:
		return hostile_random_value();
	default:
		return hostile_random_below(VSYS_NR_SYSCALLS + 16);
	}
}

/* Into any slot, answered or not. */
static void hostile_calls_step(struct hostile_channel *ch)
{
	struct vsys_readiness *ready = ch->pages[4].address;
	bool kernel = hostile_random_below(2);
	u32 slot = hostile_random_below(VSYS_SLOTS_MIN), i;
	u32 region = slot + (kernel ? VSYS_SLOTS_MIN : 0);
	u64 args[6];

	for (i = 0; i < 6; i++)
		args[i] = hostile_calls_argument(region);
	hostile_channel_submit(ch, kernel ? &ch->kernel : &ch->program, slot,
			       hostile_calls_number(), args);
	/* The event ring's index and words are ours; B is to believe none. */
	WRITE_ONCE(ready->words[hostile_random_below(64)],
		   hostile_random_value());
	WRITE_ONCE(ch->kernel.head->event_cons, hostile_random_value());
	WRITE_ONCE(ch->kernel.head->event_prod, hostile_random_value());
}

static void hostile_calls_round(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);
	unsigned long end = jiffies + HOSTILE_SECONDS * HZ / HOSTILE_ROUNDS;
	u32 i, steps = 0;

	if (!ch)
		return;
	/* Data to point to in a few regions of both. */
	for (i = 0; i < 2 * VSYS_SLOTS_MIN; i += 8) {
		hostile_refs(f, 0);
		hostile_answered(f, "ARENA",
				 hostile_ask(f, 0, VSYS_CONTROL_ARENA, ch->id,
					     i, 0, 16));
	}
	while (!hostile_over(end)) {
		prandom_bytes_state(&hostile_random, f->arena.address, 64);
		hostile_calls_step(ch);
		if (++steps % 16 == 0)
			usleep_range(20, 100);
	}
	hostile_channel_close(ch);
}

void hostile_play_calls(struct hostile_front *f)
{
	u32 i;

	hostile_random_begin();
	for (i = 0; i < HOSTILE_ROUNDS && !f->failures; i++)
		hostile_calls_round(f);
	hostile_channel_sane(f);
}
