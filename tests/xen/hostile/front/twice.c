// SPDX-License-Identifier: GPL-2.0-only
/* A request that waits for its answer, submitted again: it has one answer. */
#include "front.h"
#include <linux/net.h>
#include <linux/socket.h>

#define HOSTILE_TIMES 1000u

/* OPEN waits for a shadow. */
static struct hostile_channel *hostile_twice_open(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_make(f);

	if (!ch)
		return NULL;
	hostile_channel_describe(ch, 0);
	ch->id = hostile_insist(f, 0, HOSTILE_TIMES);
	hostile_quiet(f);
	if (ch->id >= 0)
		return ch;
	hostile_fail(f, "OPEN, submitted again: %lld", ch->id);
	hostile_channel_drop(ch, true);
	return NULL;
}

static s64 hostile_twice_socket(struct hostile_channel *ch)
{
	return hostile_channel_call(ch, &ch->kernel, VSYS_NR_socket, AF_INET,
				    SOCK_DGRAM, 0);
}

/*
 * ARENA and SHARE wait for a shadow's manager.  A descriptor is the lowest that
 * is free: that shows how often SHARE was carried out.
 */
static void hostile_twice_managed(struct hostile_channel *ch)
{
	struct hostile_channel *other = hostile_channel_new(ch->f);
	struct hostile_front *f = ch->f;
	s64 fd;

	if (!other)
		return;
	hostile_refs(f, 1);
	hostile_fill(f, 1, VSYS_CONTROL_ARENA, ch->id, 0, 0,
		     VSYS_ARENA_REFS_MAX);
	hostile_wanted(f, "ARENA, submitted again",
		       hostile_insist(f, 1, HOSTILE_TIMES), 0);
	fd = hostile_twice_socket(other);
	hostile_wanted(f, "socket", fd, VSYS_FD_FIRST);
	hostile_fill(f, 2, VSYS_CONTROL_SHARE, other->id, fd, ch->id, 0);
	hostile_wanted(f, "SHARE, submitted again",
		       hostile_insist(f, 2, HOSTILE_TIMES), VSYS_FD_FIRST);
	hostile_quiet(f);
	hostile_wanted(f, "the next descriptor", hostile_twice_socket(ch),
		       VSYS_FD_FIRST + 1);
	hostile_channel_close(other);
}

/* CLOSE waits for a shadow's end. */
static void hostile_twice_close(struct hostile_channel *ch)
{
	s64 ret;

	hostile_fill(ch->f, 3, VSYS_CONTROL_CLOSE, ch->id, 0, 0, 0);
	ret = hostile_insist(ch->f, 3, HOSTILE_TIMES);
	hostile_wanted(ch->f, "CLOSE, submitted again", ret, 0);
	hostile_quiet(ch->f);
	hostile_channel_drop(ch, !ret);
}

void hostile_play_twice(struct hostile_front *f)
{
	struct hostile_channel *ch;
	u32 i;

	for (i = 0; i < 5 && !f->failures; i++) {
		ch = hostile_twice_open(f);
		if (!ch)
			return;
		hostile_twice_managed(ch);
		hostile_twice_close(ch);
	}
	hostile_channel_sane(f);
}

/* ---- A million times --------------------------------------------------- */

#define HOSTILE_MILLION 1000000u
/* Seconds, fewer than B waits for a shadow. */
#define HOSTILE_REPEAT 8

/*
 * One more time.  False: B has not taken the last one.  An answer frees the
 * slot, so that what follows is a new request.
 */
static bool hostile_repeat_once(struct hostile_front *f, u32 slot, u32 *answers)
{
	struct vsys_slot *s = &f->ring.slots[slot];
	u64 bit = 1ull << slot;

	if (READ_ONCE(f->ring.head->pending[0]) & bit) {
		cpu_relax();
		return false;
	}
	if (vsys_slot_done(s)) {
		vsys_slot_finish(s);
		++*answers;
	}
	if (vsys_slot_submit(&f->ring, slot))
		hostile_ring_bell(f);
	return true;
}

/*
 * No shadow is to be had (the test has stopped those that wait), so that OPEN
 * of channel 0 stays unanswered, and what is asked of that channel as well.  An
 * ARENA of 256 pages for it is submitted a million times: B is to keep one of
 * them.  All is left as it is, for the test to look at B's memory.
 */
void hostile_play_repeat(struct hostile_front *f)
{
	struct hostile_channel *ch = f->left ? NULL : hostile_channel_make(f);
	unsigned long end = hostile_end(HOSTILE_REPEAT);
	u32 taken = 0, answers = 0;

	if (!ch) {
		hostile_fail(f, "no channel, or one is left");
		return;
	}
	f->left = ch;
	hostile_channel_describe(ch, 0);
	hostile_submit(f, 1);
	hostile_refs(f, 1);
	hostile_fill(f, 1, VSYS_CONTROL_ARENA, 0, 0, 0, VSYS_ARENA_REFS_MAX);
	while (taken < HOSTILE_MILLION && !hostile_over(end)) {
		taken += hostile_repeat_once(f, 1, &answers);
		if (taken % 256 == 0)
			cond_resched();
	}
	hostile_say(f, "repeat: taken %u, answered %u", taken, answers);
	/* One that B refuses at once costs it nothing, and shows nothing. */
	if (answers > 100)
		hostile_fail(f, "ARENA does not wait for the shadow");
	if (vsys_slot_done(&f->ring.slots[0]))
		hostile_fail(f, "OPEN was answered %lld: there was a shadow",
			     (s64)f->ring.slots[0].ret);
}

/* What `repeat' left: each of the two has one answer, and then no other. */
void hostile_play_settle(struct hostile_front *f)
{
	struct hostile_channel *ch = f->left;

	if (!ch) {
		hostile_fail(f, "nothing is left: play \"repeat\" first");
		return;
	}
	f->left = NULL;
	ch->id = hostile_answer(f, 0);
	hostile_answered(f, "OPEN", ch->id);
	if (!hostile_free(f, 1))
		hostile_answered(f, "ARENA", hostile_answer(f, 1));
	hostile_quiet(f);
	if (ch->id >= 0)
		hostile_channel_close(ch);
	else
		hostile_channel_drop(ch, true);
	hostile_channel_sane(f);
}
