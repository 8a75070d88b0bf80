// SPDX-License-Identifier: GPL-2.0-only
/* Channel: five pages and a doorbell, which B may have a shadow serve. */
#include "front.h"
#include <linux/delay.h>

static void hostile_channel_head(struct vsys_ring *ring, void *head,
				 void *slots)
{
	ring->head = head;
	ring->slots = slots;
	ring->nr_slots = VSYS_SLOTS_MIN;
	ring->head->magic = VSYS_HEAD_MAGIC;
	ring->head->version = VSYS_VERSION;
	ring->head->nr_slots = VSYS_SLOTS_MIN;
	ring->head->arena_base = VSYS_ARENA_LOW;
}

/* Its memory alone; NULL: there is none, which is a failure of the test. */
struct hostile_channel *hostile_channel_make(struct hostile_front *f)
{
	struct hostile_channel *ch = kzalloc(sizeof(*ch), GFP_KERNEL);
	u32 i;
	int err = 0;

	if (!ch)
		return NULL;
	ch->f = f;
	ch->id = -1;
	for (i = 0; !err && i < HOSTILE_CHANNEL_PAGES; i++)
		err = hostile_page_make(&ch->pages[i], f->service);
	if (!err)
		err = hostile_bell_make(&ch->bell, f->xdev);
	if (err) {
		hostile_fail(f, "no memory for a channel here: %d", err);
		hostile_channel_drop(ch, false);
		return NULL;
	}
	hostile_channel_head(&ch->program, ch->pages[0].address,
			     ch->pages[1].address);
	hostile_channel_head(&ch->kernel, ch->pages[2].address,
			     ch->pages[3].address);
	return ch;
}

/* Gives its memory back, of which B must have let go if `unmapped'. */
void hostile_channel_drop(struct hostile_channel *ch, bool unmapped)
{
	bool alone = true;
	u32 i;

	hostile_bell_end(&ch->bell);
	for (i = 0; i < HOSTILE_CHANNEL_PAGES; i++)
		alone &= hostile_page_end(&ch->pages[i]);
	if (unmapped && !alone)
		hostile_fail(
			ch->f,
			"a channel's pages are still mapped after its end");
	kfree(ch);
}

/* A good OPEN, in a slot. */
void hostile_channel_describe(struct hostile_channel *ch, u32 slot)
{
	struct vsys_open *open = hostile_message(ch->f, slot);

	memset(open, 0, sizeof(*open));
	open->version = VSYS_VERSION;
	open->nr_slots = VSYS_SLOTS_MIN;
	open->arena_base = VSYS_ARENA_LOW;
	open->head_ref = ch->pages[0].ref;
	open->slot_refs[0] = ch->pages[1].ref;
	open->kernel_head_ref = ch->pages[2].ref;
	open->kernel_slot_ref = ch->pages[3].ref;
	open->ready_ref = ch->pages[4].ref;
	open->event_channel = ch->bell.port;
	open->pid = 1;
	/* Names come from programs: this one would colour a terminal. */
	memcpy(open->comm, "\033[31mhostile\a", 12);
	hostile_creds(&open->creds);
	hostile_fill(ch->f, slot, VSYS_CONTROL_OPEN, 0, 0, 0, 0);
}

s64 hostile_channel_open(struct hostile_channel *ch, u32 slot)
{
	hostile_channel_describe(ch, slot);
	hostile_submit(ch->f, 1u << slot);
	ch->id = hostile_answer(ch->f, slot);
	return ch->id;
}

/* One that is open; NULL: a failure. */
struct hostile_channel *hostile_channel_new(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_make(f);

	if (!ch)
		return NULL;
	if (hostile_channel_open(ch, 0) >= 0)
		return ch;
	hostile_fail(f, "a good OPEN was answered %lld", ch->id);
	hostile_channel_drop(ch, false);
	return NULL;
}

/* Of a channel that is open, in slot 0. */
void hostile_channel_close(struct hostile_channel *ch)
{
	s64 ret = hostile_ask(ch->f, 0, VSYS_CONTROL_CLOSE, ch->id, 0, 0, 0);

	hostile_wanted(ch->f, "CLOSE", ret, 0);
	hostile_channel_drop(ch, !ret);
}

/* ---- Calls ------------------------------------------------------------- */

void hostile_channel_submit(struct hostile_channel *ch, struct vsys_ring *ring,
			    u32 slot, u32 nr, const u64 args[6])
{
	struct vsys_slot *s = &ring->slots[slot];

	s->nr = nr;
	memcpy(s->args, args, sizeof(s->args));
	if (vsys_slot_submit(ring, slot))
		notify_remote_via_irq(ch->bell.irq);
}

s64 hostile_channel_answer(struct hostile_channel *ch, struct vsys_ring *ring,
			   u32 slot)
{
	unsigned long end = hostile_end(HOSTILE_PATIENCE);

	while (!vsys_slot_done(&ring->slots[slot])) {
		if (hostile_over(end)) {
			hostile_fail(
				ch->f, "call %u in slot %u: no answer in %u s",
				ring->slots[slot].nr, slot, HOSTILE_PATIENCE);
			return HOSTILE_NONE;
		}
		usleep_range(20, 100);
	}
	return vsys_slot_finish(&ring->slots[slot]);
}

s64 hostile_channel_call(struct hostile_channel *ch, struct vsys_ring *ring,
			 u32 nr, u64 a, u64 b, u64 c)
{
	const u64 args[6] = { a, b, c };

	hostile_channel_submit(ch, ring, 0, nr, args);
	return hostile_channel_answer(ch, ring, 0);
}

/* The call that does nothing. */
s64 hostile_channel_nop(struct hostile_channel *ch, struct vsys_ring *ring)
{
	return hostile_channel_call(ch, ring, VSYS_NR_NOP, 0, 0, 0);
}

/* After all else: a channel can be opened, used on both rings and closed. */
void hostile_channel_sane(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);

	if (!ch)
		return;
	hostile_wanted(f, "NOP on the program's ring",
		       hostile_channel_nop(ch, &ch->program), 0);
	hostile_wanted(f, "NOP on the kernel's ring",
		       hostile_channel_nop(ch, &ch->kernel), 0);
	hostile_channel_close(ch);
}
