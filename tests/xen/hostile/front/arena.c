// SPDX-License-Identifier: GPL-2.0-only
/* ARENA: requests for one region that overlap, all at once. */
#include "front.h"

/*
 * Each ends elsewhere, for B answers 0 as well when what is asked for ends
 * where the region ends already.
 */
static const struct {
	u32 first, pages;
} hostile_arena_parts[] = {
	{ 0, VSYS_ARENA_REFS_MAX },	{ 0, 1 },  { 0, 16 },  { 1, 1 },
	{ 1, VSYS_ARENA_REFS_MAX - 2 }, { 2, 13 }, { 16, 100 }
};

enum { HOSTILE_PARTS = ARRAY_SIZE(hostile_arena_parts) };

/*
 * The pages that a region has: what was granted begins at its start and has no
 * holes and no page twice, that is, each part begins where another ends.
 */
static u32 hostile_arena_granted(const s64 answers[HOSTILE_PARTS])
{
	u32 i, granted = 0, parts = 0, used = 0;

	for (i = 0; i < HOSTILE_PARTS; i++)
		parts += !answers[i];
	for (i = 0; i < HOSTILE_PARTS; i++)
		if (!answers[i] && hostile_arena_parts[i].first == granted) {
			granted += hostile_arena_parts[i].pages;
			used++;
			i = -1; /* from the first one again */
		}
	return used == parts ? granted : ~0u;
}

static void hostile_arena_round(struct hostile_front *f,
				struct hostile_channel *ch, u32 region)
{
	s64 answers[HOSTILE_PARTS];
	u32 i, granted;

	for (i = 0; i < HOSTILE_PARTS; i++) {
		hostile_refs(f, i);
		hostile_fill(f, i, VSYS_CONTROL_ARENA, ch->id, region,
			     hostile_arena_parts[i].first * VSYS_PAGE_SIZE,
			     hostile_arena_parts[i].pages);
	}
	hostile_submit(f, (1u << HOSTILE_PARTS) - 1);
	for (i = 0; i < HOSTILE_PARTS; i++) {
		answers[i] = hostile_answer(f, i);
		hostile_answered(f, "ARENA beside others", answers[i]);
		if (answers[i] > 0)
			hostile_fail(f, "ARENA was answered %lld", answers[i]);
	}
	granted = hostile_arena_granted(answers);
	if (granted == ~0u)
		hostile_fail(
			f,
			"region %u: overlapping requests were granted: %lld %lld %lld %lld %lld %lld %lld",
			region, answers[0], answers[1], answers[2], answers[3],
			answers[4], answers[5], answers[6]);
	else if (granted) /* asked again, it is there */
		hostile_wanted(f, "ARENA of what is there",
			       hostile_ask(f, 0, VSYS_CONTROL_ARENA, ch->id,
					   region, 0, granted),
			       0);
}

static void hostile_arena_bad(struct hostile_front *f,
			      struct hostile_channel *ch)
{
	static const u64 bad[][3] = {
		/* region, offset, pages */
		{ 2 * VSYS_SLOTS_MIN, 0, 1 },
		{ ~0ull, 0, 1 },
		{ 1ull << 32, 0, 1 },
		{ 100, 0, 0 },
		{ 100, 0, VSYS_ARENA_REFS_MAX + 1 },
		{ 100, 0, ~0ull },
		{ 100, 0, 1ull << 32 | 1 },
		{ 100, 1, 1 },
		{ 100, VSYS_PAGE_SIZE, 1 },
		{ 100, ~0ull, 1 },
		{ 100, VSYS_SLOT_ARENA_MAX, 1 },
		{ 100, 1ull << 32, 1 },
		{ 100, -4096ull, 2 },
	};
	u32 *refs = hostile_message(f, 0);
	u32 i;

	hostile_refs(f, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		hostile_refused(f, "ARENA that makes no sense",
				hostile_ask(f, 0, VSYS_CONTROL_ARENA, ch->id,
					    bad[i][0], bad[i][1], bad[i][2]));
	/* One reference of many is wrong: then none of it is there. */
	refs[200] = ~0u;
	hostile_refused(f, "ARENA with a wrong reference",
			hostile_ask(f, 0, VSYS_CONTROL_ARENA, ch->id, 100, 0,
				    VSYS_ARENA_REFS_MAX));
	refs[200] = f->more[199].ref;
	hostile_wanted(f, "ARENA after it",
		       hostile_ask(f, 0, VSYS_CONTROL_ARENA, ch->id, 100, 0,
				   VSYS_ARENA_REFS_MAX),
		       0);
}

void hostile_play_overlap(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);
	u32 region;

	if (!ch)
		return;
	hostile_arena_bad(f, ch);
	/* Regions of the program's slots and of the kernel's. */
	for (region = 56; region < 72 && !f->failures; region++)
		hostile_arena_round(f, ch, region);
	hostile_channel_close(ch);
	hostile_channel_sane(f);
}
