// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests: whatever comes of them, each has one answer, and what is
 * left in the end can be closed.  The seed is always the same.
 */
#include "front.h"
#include <linux/delay.h>

#define HOSTILE_SEED 0x76737973u
#define HOSTILE_SECONDS 30
/* Channels whose memory requests may name. */
#define HOSTILE_POOL 4

struct rnd_state hostile_random;

void hostile_random_begin(void)
{
	prandom_seed_state(&hostile_random, HOSTILE_SEED);
}

/* Anything, but more often something that is near a limit. */
u64 hostile_random_value(void)
{
	static const u64 edges[] = {
		0, 1, 2, 4, 8, 14, 15, 63, 64, 128, 256, 257, 512, 960, 1023,
		1024, 4095, 4096, 65536, 1 << 20, INT_MAX, 1ull << 31, ~0u,
		1ull << 32, VSYS_ARENA_LOW, VSYS_ARENA_HIGH, 1ull << 63, ~0ull,
	};
	u32 r = prandom_u32_state(&hostile_random);

	switch (r % 4) {
	case 0:
		return edges[r / 4 % ARRAY_SIZE(edges)];
	case 1:
		return r / 4 % 8;
	case 2:
		return r / 4 % 1100;
	default:
		return (u64)r << 32 | prandom_u32_state(&hostile_random);
	}
}

/* ---- Messages ---------------------------------------------------------- */

/*
 * But no reference of a control page: B would serve a channel in it, and its
 * answers there would be our own doing.
 */
static u32 hostile_random_word(struct hostile_front *f)
{
	u32 value = hostile_random_value(), i;

	for (i = 0; i < VSYS_CONTROL_PAGES; i++)
		if (value == f->control[i].ref)
			return ~0u;
	return value;
}

/* A good one of some kind, of which a few words are spoiled. */
static void hostile_random_message(struct hostile_front *f,
				   struct hostile_channel *const pool[],
				   u32 slot)
{
	u32 *words = hostile_message(f, slot), spoiled;

	switch (hostile_random_below(5)) {
	case 0:
		hostile_channel_describe(
			pool[hostile_random_below(HOSTILE_POOL)], slot);
		break;
	case 1:
		hostile_creds((void *)words);
		break;
	case 2:
		hostile_count(f, slot);
		break;
	case 3:
		hostile_refs(f, slot);
		break;
	default:
		prandom_bytes_state(&hostile_random, words, PAGE_SIZE);
	}
	for (spoiled = hostile_random_below(3); spoiled; spoiled--)
		words[hostile_random_below(64)] = hostile_random_word(f);
}

static void hostile_random_request(struct hostile_front *f,
				   struct hostile_channel *const pool[],
				   u32 slot)
{
	hostile_random_message(f, pool, slot);
	hostile_fill(f, slot, hostile_random_below(VSYS_CONTROL_RETIRE + 2),
		     hostile_random_value(), hostile_random_value(),
		     hostile_random_value(), hostile_random_value());
	/* Half of them go to the channels that there may be. */
	if (hostile_random_below(2))
		f->ring.slots[slot].args[0] = hostile_random_below(8);
	hostile_submit(f, 1u << slot);
}

/* ---- The play ---------------------------------------------------------- */

/* Takes an answer, asks something, or submits again what is unanswered. */
static void hostile_random_step(struct hostile_front *f,
				struct hostile_channel *const pool[])
{
	u32 slot = hostile_random_below(VSYS_CONTROL_SLOTS);

	if (vsys_slot_done(&f->ring.slots[slot]))
		hostile_answered(f, "a random request",
				 vsys_slot_finish(&f->ring.slots[slot]));
	else if (hostile_free(f, slot))
		hostile_random_request(f, pool, slot);
	else if (hostile_random_below(4))
		hostile_submit(f, 1u << slot);
	else /* what is read when it is submitted may change */
		hostile_random_message(f, pool, slot);
}

/* Everything is answered in the end. */
static void hostile_random_finish(struct hostile_front *f)
{
	u32 slot, id;

	for (slot = 0; slot < VSYS_CONTROL_SLOTS && !f->failures; slot++)
		if (!hostile_free(f, slot))
			hostile_answered(f, "a random request, at last",
					 hostile_answer(f, slot));
	hostile_quiet(f);
	for (id = 0; id < VSYS_CHANNELS_MAX && !f->failures; id++)
		hostile_answered(
			f, "CLOSE afterwards",
			hostile_ask(f, 0, VSYS_CONTROL_CLOSE, id, 0, 0, 0));
}

void hostile_play_random(struct hostile_front *f)
{
	unsigned long end = hostile_end(HOSTILE_SECONDS);
	struct hostile_channel *pool[HOSTILE_POOL];
	u32 nr = 0, steps = 0;

	hostile_random_begin();
	while (nr < HOSTILE_POOL && (pool[nr] = hostile_channel_make(f)))
		nr++;
	while (nr == HOSTILE_POOL && !f->failures && !hostile_over(end)) {
		hostile_random_step(f, pool);
		if (++steps % 64 == 0)
			usleep_range(50, 200);
	}
	hostile_say(f, "random: %u steps", steps);
	hostile_random_finish(f);
	while (nr)
		hostile_channel_drop(pool[--nr], true);
	hostile_channel_sane(f);
}
