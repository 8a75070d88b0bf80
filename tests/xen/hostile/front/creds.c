// SPDX-License-Identifier: GPL-2.0-only
/* CREDS: for slots that there are not, of anybody, all the time. */
#include "front.h"

/* Their numbers rise, whatever channel they are for. */
static u64 hostile_creds_number;

static s64 hostile_creds_ask(struct hostile_channel *ch, u64 slot, u64 flags)
{
	return hostile_ask(ch->f, 0, VSYS_CONTROL_CREDS, ch->id, slot, flags,
			   ++hostile_creds_number);
}

/* One that was overtaken comes late. */
static void hostile_creds_late(struct hostile_channel *ch)
{
	hostile_creds(hostile_message(ch->f, 0));
	hostile_wanted(ch->f, "CREDS",
		       hostile_creds_ask(ch, VSYS_CREDS_CHANNEL, 0), 0);
	hostile_refused(ch->f, "CREDS that was overtaken",
			hostile_ask(ch->f, 0, VSYS_CONTROL_CREDS, ch->id,
				    VSYS_CREDS_CHANNEL, 0,
				    hostile_creds_number - 1));
}

static void hostile_creds_bad(struct hostile_channel *ch)
{
	struct vsys_creds *creds = hostile_message(ch->f, 0);
	const u64 slots[] = {
		VSYS_SLOTS_MIN, VSYS_SLOTS_MAX, VSYS_REGIONS_MAX, ~0u - 1,
		1ull << 32, ~0ull,
	};
	u32 i;

	hostile_creds(creds);
	for (i = 0; i < ARRAY_SIZE(slots); i++)
		hostile_refused(ch->f, "CREDS for a slot that is not there",
				hostile_creds_ask(ch, slots[i], 0));
	creds->nr_groups = VSYS_GROUPS_MAX + 1;
	hostile_refused(ch->f, "CREDS with 513 groups",
			hostile_creds_ask(ch, VSYS_CREDS_CHANNEL, 0));
	creds->nr_groups = ~0u;
	hostile_refused(ch->f, "CREDS with 2^32 - 1 groups",
			hostile_creds_ask(ch, 0, 0));
}

/* Identities that are none, and limits without an end. */
static void hostile_creds_ones(struct hostile_channel *ch)
{
	struct vsys_creds *creds = hostile_message(ch->f, 0);

	memset(creds, 0xff, sizeof(*creds));
	creds->nr_groups = VSYS_GROUPS_MAX;
	hostile_answered(ch->f, "CREDS of ones",
			 hostile_creds_ask(ch, VSYS_CREDS_CHANNEL, 0));
	hostile_answered(ch->f, "NOP with these",
			 hostile_channel_nop(ch, &ch->program));
}

/* For each slot in turn, as fast as answers come, with calls between them. */
static void hostile_creds_often(struct hostile_channel *ch)
{
	struct hostile_front *f = ch->f;
	unsigned long end = hostile_end(5);
	u32 n = 0;

	while (!f->failures && !hostile_over(end)) {
		hostile_creds(hostile_message(f, 0));
		hostile_wanted(f, "CREDS",
			       hostile_creds_ask(ch, n % VSYS_SLOTS_MIN, 0), 0);
		if (n++ % 16)
			continue;
		hostile_wanted(f, "NOP", hostile_channel_nop(ch, &ch->program),
			       0);
		hostile_wanted(f, "RESET",
			       hostile_creds_ask(ch, n % VSYS_SLOTS_MIN,
						 VSYS_CREDS_RESET),
			       0);
	}
	hostile_say(f, "creds: %u times", n);
}

void hostile_play_creds(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);

	if (!ch)
		return;
	hostile_creds_bad(ch);
	hostile_creds_late(ch);
	hostile_creds_ones(ch);
	hostile_creds_often(ch);
	hostile_channel_close(ch);
	hostile_channel_sane(f);
}
