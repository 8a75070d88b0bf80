// SPDX-License-Identifier: GPL-2.0-only
/* Mode: in which way the protocol is broken. */
#include "back.h"

static char hostile_mode[16] = "honest";
module_param_string(mode, hostile_mode, sizeof(hostile_mode), 0644);
MODULE_PARM_DESC(mode, "how to answer");

static u32 hostile_random(struct hostile_back *b)
{
	return prandom_u32_state(&b->random);
}

/* ---- Results ----------------------------------------------------------- */

/* Of no call: too long for it, or errors that exist within a kernel alone. */
static s64 hostile_mode_range(struct hostile_back *b, s64 honest)
{
	static const s64 results[] = {
		S64_MIN, S64_MAX, INT_MIN, INT_MAX, INT_MAX + 1ll, 1ll << 32,
		-MAX_ERRNO, -MAX_ERRNO - 1, -512, -516, -529, 4097, 65537,
		(1 << 20) + 1, 1ll << 62, -1,
	};

	return results[hostile_random(b) % ARRAY_SIZE(results)];
}

/* The shadow's own, ones that are known already, ones beyond every table. */
static s64 hostile_mode_descriptors(struct hostile_back *b, s64 honest)
{
	static const s64 results[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, (1 << 20) - 1, 1 << 20,
		INT_MAX, INT_MAX + 1ll, 1ll << 32 | 8,
	};

	return results[hostile_random(b) % ARRAY_SIZE(results)];
}

/* ---- What is not asked for --------------------------------------------- */

/* A slot that nobody submitted, or that has its answer: DONE, and the bell. */
static void hostile_mode_unasked_ring(struct hostile_back *b,
				      struct hostile_ring *ring)
{
	u32 slot = hostile_random(b) % ring->ring.nr_slots;
	struct vsys_slot *s = &ring->ring.slots[slot];

	WRITE_ONCE(s->ret, hostile_random(b));
	WRITE_ONCE(s->state, VSYS_SLOT_DONE);
	hostile_ring_tell(ring, slot);
}

static void hostile_mode_unasked(struct hostile_back *b,
				 struct hostile_channel *ch)
{
	hostile_mode_unasked_ring(b, &ch->program);
	hostile_mode_unasked_ring(b, &ch->kernel);
	hostile_mode_unasked_ring(b, &b->control);
}

/* What nobody asked for holds, or does not, and for whom is anybody's guess. */
static void hostile_mode_words(struct hostile_back *b,
			       struct vsys_readiness *ready)
{
	u32 fd;

	for (fd = 0; fd < 64; fd++)
		WRITE_ONCE(ready->words[fd], hostile_random(b) % 2 ?
			   vsys_ready_word(fd, hostile_random(b)) :
			   hostile_random(b));
}

/* Cookies of nobody, an index that jumps, an overflow all the time: a storm. */
static void hostile_mode_events(struct hostile_back *b,
				struct hostile_channel *ch)
{
	struct vsys_head *head = ch->kernel.ring.head;
	u32 i;

	if (ch->ready)
		hostile_mode_words(b, ch->ready);
	for (i = 0; i < VSYS_EVENTS; i++)
		WRITE_ONCE(head->events[i], hostile_random(b) % 4 ?
			   hostile_random(b) % 64 |
			   (i % 2 ? VSYS_EVENT_ANSWER : 0) :
			   hostile_random(b));
	for (i = 0; i < 32; i++) {
		switch (hostile_random(b) % 3) {
		case 0:
			ch->event_prod += VSYS_EVENTS;
			break;
		case 1:
			ch->event_prod += hostile_random(b);
			break;
		default:
			WRITE_ONCE(head->event_overflow, 1);
		}
		WRITE_ONCE(head->event_prod, ch->event_prod);
		notify_remote_via_irq(ch->irq);
	}
}

/* Asleep, awake, or no such thing; DEAD once in a while, and alive again. */
static void hostile_mode_server(struct hostile_back *b,
				struct hostile_channel *ch)
{
	static const u32 words[] = { 0, 1, 3, 0x80000000, ~0u };
	u32 r = hostile_random(b);

	WRITE_ONCE(ch->program.ring.head->server, words[r % 5]);
	WRITE_ONCE(ch->kernel.ring.head->server, words[r / 5 % 5]);
	WRITE_ONCE(b->control.ring.head->server, words[r / 25 % 5]);
	if (r % 2048 == 0)
		WRITE_ONCE(ch->kernel.ring.head->server, VSYS_SERVER_DEAD);
	notify_remote_via_irq(ch->irq);
}

/*
 * Anything anywhere in heads and slots but in the word by which a ring would be
 * dead at once.
 */
static void hostile_mode_scribble_ring(struct hostile_back *b,
				       struct hostile_ring *ring)
{
	u32 words = (1 + ring->ring.nr_slots / VSYS_SLOTS_PER_PAGE) *
		    VSYS_PAGE_SIZE / sizeof(u32);
	u32 *page = ring->pages, i, n;

	for (n = 0; n < 64; n++) {
		i = hostile_random(b) % words;
		if (i == offsetof(struct vsys_head, server) / sizeof(u32))
			continue;
		WRITE_ONCE(page[i], hostile_random(b) %
				    (hostile_random(b) % 2 ? 4 : ~0u));
	}
	notify_remote_via_irq(ring->irq);
}

static void hostile_mode_scribble(struct hostile_back *b,
				  struct hostile_channel *ch)
{
	hostile_mode_scribble_ring(b, &ch->program);
	hostile_mode_scribble_ring(b, &ch->kernel);
	hostile_mode_scribble_ring(b, &b->control);
}

/* ---- By name ----------------------------------------------------------- */

static const struct hostile_mode hostile_modes[] = {
	{ "honest" },
	{ "range", .answer = hostile_mode_range },
	{ "descriptors", .answer = hostile_mode_descriptors },
	{ "unasked", .step = hostile_mode_unasked },
	/* As many as can be. */
	{ "events", .step = hostile_mode_events, .storm = true },
	{ "server", .step = hostile_mode_server },
	{ "scribble", .step = hostile_mode_scribble },
	/* Later than F waits: 5 s for most, 15 s for OPEN. */
	{ "late", .call_ms = 7000, .request_ms = 17000 },
	{ "silent", .call_ms = ~0u },
	{ "mute", .call_ms = ~0u, .request_ms = ~0u },
};

const struct hostile_mode *hostile_mode_now(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hostile_modes); i++)
		if (sysfs_streq(hostile_mode, hostile_modes[i].name))
			return &hostile_modes[i];
	return &hostile_modes[0];
}
