// SPDX-License-Identifier: GPL-2.0-only
/* Messages and arguments that change while B reads them. */
#include "front.h"
#include <linux/delay.h>
#include <linux/kthread.h>

#define HOSTILE_SECONDS 15

/*
 * What is changed most: words that B checks and then uses, to and fro, so that
 * the check may see what is good and the use what is not.  Not references: by
 * chance they could be those of the control channel.
 */
struct hostile_scribble {
	u32 slot;
	size_t offset;
	u32 good;
};

#define OPEN(field, good) { 0, offsetof(struct vsys_open, field), good }
#define COUNT(field, good) { 2, offsetof(struct vsys_count, field), good }

static const struct hostile_scribble hostile_scribbles[] = {
	OPEN(version, VSYS_VERSION),
	OPEN(nr_slots, VSYS_SLOTS_MIN),
	OPEN(arena_base, (u32)VSYS_ARENA_LOW),
	OPEN(creds.nr_groups, 0),
	COUNT(nr_counters, 1),
	COUNT(nr_threads, 16),
	COUNT(nr_account_pages, 1),
	COUNT(nr_ring_pages, 2),
	COUNT(counters[0].type, 1),
};

static void hostile_scribble_once(struct hostile_front *f, u32 r)
{
	const struct hostile_scribble *s =
		&hostile_scribbles[r % ARRAY_SIZE(hostile_scribbles)];
	u32 *word = hostile_message(f, s->slot) + s->offset;

	WRITE_ONCE(*word, r >> 16);
	cpu_relax();
	WRITE_ONCE(*word, s->good);
	if (r & 0xf00)
		return;
	/* CREDS, ARENA, TOTALS and SYMBOL: anything, to stay. */
	WRITE_ONCE(((u32 *)hostile_message(f, 1))[r % 32], r);
	WRITE_ONCE(((u32 *)hostile_message(f, 3))[r % 256], r);
	WRITE_ONCE(((u32 *)hostile_message(f, 4))[r % 256], r);
	WRITE_ONCE(((u32 *)hostile_message(f, 5))[r % 32], r);
	WRITE_ONCE(f->ring.slots[r % 6].args[1 + r % 3], r);
}

/* A thread of its own; on one processor it runs whenever the asker waits. */
static int hostile_scribble_run(void *data)
{
	struct hostile_front *f = data;
	struct rnd_state random;
	u32 n = 0;

	prandom_seed_state(&random, 1);
	while (!kthread_should_stop()) {
		hostile_scribble_once(f, prandom_u32_state(&random));
		if (++n % 64 == 0)
			cond_resched();
	}
	return 0;
}

/* All kinds at once, with good messages to begin with. */
static void hostile_scribble_round(struct hostile_front *f,
				   struct hostile_channel *ch, s64 id)
{
	u32 slot;

	hostile_channel_describe(ch, 0);
	hostile_creds(hostile_message(f, 1));
	hostile_fill(f, 1, VSYS_CONTROL_CREDS, id, VSYS_CREDS_CHANNEL, 0, 0);
	hostile_count(f, 2);
	hostile_fill(f, 2, VSYS_CONTROL_COUNT, id, 0, 0, 0);
	hostile_refs(f, 3);
	hostile_fill(f, 3, VSYS_CONTROL_ARENA, id, id % 128, 0, 64);
	memset(hostile_message(f, 4), 0, sizeof(struct vsys_totals));
	hostile_fill(f, 4, VSYS_CONTROL_TOTALS, 0, 0, 0, 0);
	hostile_fill(f, 5, VSYS_CONTROL_SYMBOL, 0, 0, 0, 0);
	hostile_submit(f, 0x3f);
	ch->id = hostile_answer(f, 0);
	hostile_answered(f, "OPEN while it changes", ch->id);
	for (slot = 1; slot < 6; slot++)
		hostile_answered(f, "a request that changes",
				 hostile_answer(f, slot));
	if (ch->id >= 0)
		hostile_wanted(
			f, "CLOSE",
			hostile_ask(f, 6, VSYS_CONTROL_CLOSE, ch->id, 0, 0, 0),
			0);
}

void hostile_play_scribble(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f), *other;
	unsigned long end = hostile_end(HOSTILE_SECONDS);
	struct task_struct *scribe;
	u32 rounds = 0;

	if (!ch)
		return;
	other = hostile_channel_make(f);
	scribe = kthread_run(hostile_scribble_run, f, "vsys-scribble");
	while (other && !IS_ERR(scribe) && !f->failures && !hostile_over(end)) {
		hostile_scribble_round(f, other, ch->id);
		rounds++;
	}
	if (!IS_ERR(scribe))
		kthread_stop(scribe);
	hostile_say(f, "scribble: %u rounds", rounds);
	if (!rounds)
		hostile_fail(f, "nothing was scribbled on");
	if (other)
		hostile_channel_drop(other, true);
	hostile_channel_close(ch);
	hostile_channel_sane(f);
}
