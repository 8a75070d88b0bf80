// SPDX-License-Identifier: GPL-2.0-only
/* OPEN: with nonsense, with pages of another channel, ended early. */
#include "front.h"

#define FIELD(field, value) HOSTILE_FIELD(struct vsys_open, field, value, false)

static const struct hostile_field hostile_open_bad[] = {
	FIELD(version, 0),
	FIELD(version, VSYS_VERSION - 1),
	FIELD(version, VSYS_VERSION + 1),
	FIELD(version, ~0u),
	FIELD(nr_slots, 0),
	FIELD(nr_slots, 1),
	FIELD(nr_slots, VSYS_SLOTS_MIN - 1),
	FIELD(nr_slots, VSYS_SLOTS_MAX + 1),
	FIELD(nr_slots, VSYS_SLOTS_MAX + 64),
	FIELD(nr_slots, 0x80000040),
	FIELD(nr_slots, ~0u),
	FIELD(arena_base, 0),
	FIELD(arena_base, VSYS_ARENA_LOW - VSYS_SLOT_ARENA_MAX),
	FIELD(arena_base, VSYS_ARENA_LOW + VSYS_PAGE_SIZE),
	/* The program's regions fit, the kernel's do not. */
	FIELD(arena_base,
	      VSYS_ARENA_HIGH - VSYS_SLOTS_MIN * (u64)VSYS_SLOT_ARENA_MAX),
	FIELD(arena_base, VSYS_ARENA_HIGH),
	FIELD(arena_base, ~0ull << 20),
	FIELD(head_ref, 0),
	FIELD(head_ref, ~0u),
	FIELD(slot_refs[0], 0x7fffffff),
	FIELD(kernel_head_ref, 0),
	FIELD(kernel_head_ref, ~0u),
	FIELD(kernel_slot_ref, 0x7fffffff),
	FIELD(ready_ref, 0),
	FIELD(ready_ref, ~0u),
	FIELD(event_channel, 0),
	FIELD(event_channel, 1),
	FIELD(event_channel, 0x7fffffff),
	FIELD(event_channel, ~0u),
	FIELD(creds.nr_groups, VSYS_GROUPS_MAX + 1),
	FIELD(creds.nr_groups, ~0u),
};

static void hostile_open_one(struct hostile_front *f,
			     const struct hostile_field *field)
{
	struct hostile_channel *ch = hostile_channel_make(f);
	s64 ret;

	if (!ch)
		return;
	hostile_channel_describe(ch, 0);
	hostile_field_put(f, 0, field);
	hostile_submit(f, 1);
	ret = hostile_answer(f, 0);
	hostile_refused(f, field->what, ret);
	if (ret >= 0)
		hostile_ask(f, 0, VSYS_CONTROL_CLOSE, ret, 0, 0, 0);
	/* What was refused is not mapped. */
	hostile_channel_drop(ch, ret < 0 && ret != HOSTILE_NONE);
}

/* More slots than there are references for: all of them must be checked. */
static void hostile_open_largest(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_make(f);
	struct vsys_open *open = hostile_message(f, 0);
	s64 ret;

	if (!ch)
		return;
	hostile_channel_describe(ch, 0);
	open->nr_slots = VSYS_SLOTS_MAX;
	hostile_submit(f, 1);
	ret = hostile_answer(f, 0);
	hostile_refused(f, "960 slots with one good reference", ret);
	hostile_channel_drop(ch, true);
}

void hostile_play_open(struct hostile_front *f)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hostile_open_bad); i++)
		hostile_open_one(f, &hostile_open_bad[i]);
	hostile_open_largest(f);
	hostile_channel_sane(f);
}

/* ---- The same pages for two channels ----------------------------------- */

/*
 * Two shadows serve one ring, and both of its heads are one page.  Whoever
 * claims a call answers it; harm comes to nobody but us.
 */
void hostile_play_twins(struct hostile_front *f)
{
	struct hostile_channel *a = hostile_channel_new(f), *b;
	struct vsys_open *open = hostile_message(f, 1);
	const u64 none[6] = {};
	u32 i;

	if (!a)
		return;
	b = hostile_channel_make(f);
	if (!b)
		goto close;
	hostile_channel_describe(b, 1);
	open->head_ref = a->pages[0].ref;
	open->slot_refs[0] = a->pages[1].ref;
	open->kernel_head_ref = a->pages[0].ref;
	open->kernel_slot_ref = a->pages[1].ref;
	hostile_submit(f, 2);
	b->id = hostile_answer(f, 1);
	hostile_answered(f, "OPEN with another's pages", b->id);
	for (i = 0; i < 20000 && !hostile_over(jiffies + 1); i++) {
		hostile_channel_submit(a, &a->program, i % 64, VSYS_NR_NOP,
				       none);
		if (i % 16 == 0)
			notify_remote_via_irq(b->bell.irq);
		cond_resched();
	}
	/* One port for two channels, too. */
	hostile_channel_describe(b, 2);
	open = hostile_message(f, 2);
	open->event_channel = a->bell.port;
	hostile_submit(f, 4);
	hostile_refused(f, "OPEN with another's port", hostile_answer(f, 2));
	if (b->id >= 0)
		hostile_channel_close(b);
	else
		hostile_channel_drop(b, true);
close:
	hostile_channel_close(a);
	hostile_channel_sane(f);
}

/* ---- Ended before a shadow has it -------------------------------------- */

#define HOSTILE_FLOOD 7u /* that open; as many close */

/* The lowest ids that are free are the next ones to be given. */
static void hostile_flood_round(struct hostile_front *f, u32 *opened,
				u32 *closed)
{
	struct hostile_channel *ch[HOSTILE_FLOOD];
	u32 i, nr = 0;
	s64 ret;

	while (nr < HOSTILE_FLOOD && (ch[nr] = hostile_channel_make(f))) {
		hostile_channel_describe(ch[nr], nr);
		hostile_fill(f, HOSTILE_FLOOD + nr, VSYS_CONTROL_CLOSE, nr, 0,
			     0, 0);
		nr++;
	}
	hostile_submit(f, (1u << nr) - 1);
	hostile_submit(f, ((1u << nr) - 1) << HOSTILE_FLOOD);
	for (i = 0; i < nr; i++) {
		ch[i]->id = hostile_answer(f, i);
		hostile_answered(f, "OPEN in a flood", ch[i]->id);
		*opened += ch[i]->id >= 0;
	}
	for (i = 0; i < nr; i++) {
		ret = hostile_answer(f, HOSTILE_FLOOD + i);
		hostile_answered(f, "CLOSE in a flood", ret);
		*closed += !ret;
	}
	/* Some that were answered with their id have been closed already. */
	for (i = 0; i < nr; i++) {
		if (ch[i]->id >= 0)
			hostile_answered(f, "CLOSE after a flood",
					 hostile_ask(f, 0, VSYS_CONTROL_CLOSE,
						     ch[i]->id, 0, 0, 0));
		hostile_channel_drop(ch[i], true);
	}
}

void hostile_play_flood(struct hostile_front *f)
{
	unsigned long end = hostile_end(15);
	u32 rounds = 0, opened = 0, closed = 0;

	while (!f->failures && rounds < 200 && !hostile_over(end)) {
		hostile_flood_round(f, &opened, &closed);
		rounds++;
	}
	hostile_say(f, "flood: %u rounds, %u opened, %u closed at once", rounds,
		    opened, closed);
	hostile_channel_sane(f);
}
