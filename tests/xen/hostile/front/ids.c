// SPDX-License-Identifier: GPL-2.0-only
/* Requests for channels that are not there, that end, or have ended. */
#include "front.h"
#include <linux/delay.h>

/* Those that name a channel; SHARE names another as well. */
static const u32 hostile_ids_requests[] = {
	VSYS_CONTROL_CLOSE, VSYS_CONTROL_CREDS, VSYS_CONTROL_ARENA,
	VSYS_CONTROL_SHARE, VSYS_CONTROL_COUNT, VSYS_CONTROL_RETIRE,
};

/* A good request of that kind for a channel, in a slot. */
static void hostile_ids_fill(struct hostile_front *f, u32 slot, u32 nr, u64 id)
{
	switch (nr) {
	case VSYS_CONTROL_CREDS:
		hostile_creds(hostile_message(f, slot));
		hostile_fill(f, slot, nr, id, VSYS_CREDS_CHANNEL, 0, 0);
		return;
	case VSYS_CONTROL_ARENA:
		hostile_refs(f, slot);
		hostile_fill(f, slot, nr, id, 0, 0, 16);
		return;
	case VSYS_CONTROL_SHARE:
		hostile_fill(f, slot, nr, id, VSYS_FD_FIRST, id, 0);
		return;
	case VSYS_CONTROL_COUNT:
		hostile_count(f, slot);
		fallthrough;
	default:
		hostile_fill(f, slot, nr, id, 0, 0, 0);
	}
}

static void hostile_ids_one(struct hostile_front *f, u32 nr, u64 id)
{
	char what[48];

	snprintf(what, sizeof(what), "request %u for channel %#llx", nr, id);
	hostile_ids_fill(f, 0, nr, id);
	hostile_submit(f, 1);
	hostile_refused(f, what, hostile_answer(f, 0));
}

void hostile_play_ids(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);
	u32 i, k;

	if (!ch)
		return;
	for (i = 0; i < ARRAY_SIZE(hostile_ids_requests); i++) {
		const u64 ids[] = {
			ch->id + 1, VSYS_CHANNELS_MAX - 1, VSYS_CHANNELS_MAX,
			1u << 31, ~0u, ch->id | 1ull << 32, ch->id | 1ull << 63,
			~0ull,
		};

		for (k = 0; k < ARRAY_SIZE(ids); k++)
			hostile_ids_one(f, hostile_ids_requests[i], ids[k]);
	}
	hostile_refused(f, "SHARE with a channel that is not there",
			hostile_ask(f, 0, VSYS_CONTROL_SHARE, ch->id,
				    VSYS_FD_FIRST, ch->id + 1, 0));
	/* Descriptors of the shadow's own, and no descriptors. */
	for (i = 0; i < VSYS_FD_FIRST; i++)
		hostile_refused(f, "SHARE of the shadow's own",
				hostile_ask(f, 0, VSYS_CONTROL_SHARE, ch->id, i,
					    ch->id, 0));
	hostile_refused(f, "SHARE of 2^32 + 8",
			hostile_ask(f, 0, VSYS_CONTROL_SHARE, ch->id,
				    1ull << 32 | VSYS_FD_FIRST, ch->id, 0));
	hostile_refused(f, "SHARE of -1",
			hostile_ask(f, 0, VSYS_CONTROL_SHARE, ch->id, ~0ull,
				    ch->id, 0));
	hostile_channel_close(ch);
	hostile_channel_sane(f);
}

/* Everything at once for a channel whose end is the first or the last of it. */
static void hostile_ending_round(struct hostile_front *f, bool close_first)
{
	const u32 nr = ARRAY_SIZE(hostile_ids_requests);
	struct hostile_channel *ch = hostile_channel_new(f);
	u32 i, closed = 0;
	s64 ret;

	if (!ch)
		return;
	for (i = 0; i < nr; i++)
		hostile_ids_fill(f, i, hostile_ids_requests[i], ch->id);
	hostile_fill(f, nr, VSYS_CONTROL_CLOSE, ch->id, 0, 0, 0);
	if (close_first) {
		hostile_submit(f, (2u << nr) - 1);
	} else {
		hostile_submit(f, (2u << nr) - 2);
		hostile_submit(f, 1);
	}
	for (i = 0; i <= nr; i++) {
		ret = hostile_answer(f, i);
		hostile_answered(f, "a request for a channel that ends", ret);
		closed += !ret && (i == 0 || i == nr);
	}
	if (closed != 1)
		hostile_fail(f, "of two CLOSE at once %u were answered 0",
			     closed);
	hostile_channel_drop(ch, closed);
}

void hostile_play_ending(struct hostile_front *f)
{
	u32 i;

	for (i = 0; i < 60 && !f->failures; i++)
		hostile_ending_round(f, i % 2);
	hostile_channel_sane(f);
}

/* Twice in a row, and while the shadow is asked to map something. */
void hostile_play_close(struct hostile_front *f)
{
	struct hostile_channel *ch;
	s64 id, ret;
	u32 i;

	for (i = 0; i < 20 && !f->failures; i++) {
		ch = hostile_channel_new(f);
		if (!ch)
			return;
		id = ch->id;
		hostile_ids_fill(f, 1, VSYS_CONTROL_ARENA, id);
		hostile_fill(f, 0, VSYS_CONTROL_CLOSE, id, 0, 0, 0);
		hostile_submit(f, 2);
		hostile_submit(f, 1);
		hostile_answered(f, "ARENA before CLOSE", hostile_answer(f, 1));
		ret = hostile_answer(f, 0);
		hostile_wanted(f, "CLOSE while ARENA is unanswered", ret, 0);
		hostile_channel_drop(ch, !ret);
		hostile_refused(
			f, "CLOSE again",
			hostile_ask(f, 0, VSYS_CONTROL_CLOSE, id, 0, 0, 0));
	}
	hostile_channel_sane(f);
}

/* ---- The program's ring alone ends ------------------------------------- */

static bool hostile_retired(struct hostile_channel *ch)
{
	unsigned long end = hostile_end(5);

	while (READ_ONCE(ch->program.head->server) != VSYS_SERVER_DEAD) {
		if (hostile_over(end))
			return false;
		msleep(10);
	}
	return true;
}

void hostile_play_retire(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);
	const u64 none[6] = {};
	u32 i;

	if (!ch)
		return;
	/* The last close of a descriptor is the kernel's. */
	hostile_wanted(f, "close on the program's ring",
		       hostile_channel_call(ch, &ch->program, VSYS_NR_close,
					    VSYS_FD_FIRST, 0, 0),
		       -ENOSYS);
	hostile_wanted(f, "close on the kernel's ring",
		       hostile_channel_call(ch, &ch->kernel, VSYS_NR_close,
					    VSYS_FD_FIRST, 0, 0),
		       -EBADF);
	/* Calls that come while it is retired may be answered, or not. */
	for (i = 1; i < 32; i++)
		hostile_channel_submit(ch, &ch->program, i, VSYS_NR_NOP, none);
	hostile_wanted(f, "RETIRE",
		       hostile_ask(f, 0, VSYS_CONTROL_RETIRE, ch->id, 0, 0, 0),
		       0);
	if (!hostile_retired(ch))
		hostile_fail(f,
			     "the program's ring is not DEAD 5 s after RETIRE");
	hostile_channel_submit(ch, &ch->program, 32, VSYS_NR_NOP, none);
	notify_remote_via_irq(ch->bell.irq);
	hostile_wanted(f, "NOP on the kernel's ring",
		       hostile_channel_nop(ch, &ch->kernel), 0);
	msleep(200);
	if (vsys_slot_done(&ch->program.slots[32]))
		hostile_fail(f, "a retired ring is served");
	if (!hostile_retired(ch))
		hostile_fail(f, "a retired ring is DEAD no more");
	hostile_answered(
		f, "RETIRE again",
		hostile_ask(f, 0, VSYS_CONTROL_RETIRE, ch->id, 0, 0, 0));
	hostile_channel_close(ch);
	hostile_channel_sane(f);
}
